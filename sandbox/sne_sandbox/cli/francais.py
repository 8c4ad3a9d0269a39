"""Click in French: the words of its helps and of its errors.

Click marks its sentences for gettext, whose catalogues are found by the variables of the environment: a
machine in English, as a CI is, would mix both languages, and what we set there our children would inherit. So
its modules are given a `_` of ours.
"""

import importlib
from typing import Final

#: Modules of click that speak to a user.
_MODULES: Final = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
PHRASES: Final = {
    "Usage:": "Usage :",
    "Options": "Options",
    "Commands": "Commandes",
    "Positional arguments": "Arguments",
    "Show this message and exit.": "Montre cette aide.",
    "Show the version and exit.": "Montre la version.",
    "Try '{command} {option}' for help.": "→ {command} {option} montre l'aide.",
    "Error: {message}": "sne-sandbox : {message}",
    "Aborted!": "Interrompu.",
    "required": "obligatoire",
    "(dynamic)": "(calculé)",
    "default: {default}": "par défaut\u00a0: {default}",
    "env var: {var}": "variable : {var}",
    "Missing command.": "Il manque une commande.",
    "Missing argument": "Il manque l'argument",
    "Missing option": "Il manque l'option",
    "Missing parameter": "Il manque le paramètre",
    "Missing parameter: {param_name}": "Il manque le paramètre {param_name}",
    "Missing {param_type}": "Il manque {param_type}",
    "No such option {name!r}.": "Il n'y a pas d'option {name}.",
    "No such command {name!r}.": "Il n'y a pas de commande {name}.",
    "Invalid value: {message}": "Valeur refusée : {message}",
    "Invalid value for {param_hint}: {message}": "Valeur refusée pour {param_hint} : {message}",
    "Could not open file {filename!r}: {message}": "Le fichier {filename} ne s'ouvre pas : {message}",
    "unknown error": "erreur inconnue",
    "Invalid start character for option ({option})": "Une option ne commence pas ainsi ({option})",
    "Option {name!r} does not take a value.": "L'option {name} ne prend pas de valeur.",
    "Argument {name!r} takes {nargs} values.": "L'argument {name} prend {nargs} valeurs.",
    "Value must be an iterable.": "Plusieurs valeurs sont attendues.",
    "file": "fichier",
    "directory": "dossier",
    "path": "chemin",
    "Choose from:\n\t{choices}": "Au choix :\n\t{choices}",
    "{value} is not in the range {range}.": "{value} n'est pas dans {range}.",
    "{value!r} is not a valid boolean. Recognized values: {states}": (
        "« {value} » n'est pas une des valeurs possibles : {states}."
    ),
    "{value!r} is not a valid {number_type}.": "« {value} » n'est pas un nombre ({number_type}).",
    "{value!r} is not a valid UUID.": "« {value} » n'est pas un UUID.",
    "{name} {filename!r} is a file.": "{filename} est un fichier : un dossier est attendu.",
    "{name} {filename!r} is a directory.": "{filename} est un dossier : un fichier est attendu.",
    "{name} {filename!r} is not readable.": "{filename} ne peut pas être lu.",
    "{name} {filename!r} is not writable.": "{filename} ne peut pas être écrit.",
    "{name} {filename!r} is not executable.": "{filename} ne peut pas être exécuté.",
    "{name} {filename!r} does not exist.": "{filename} n'existe pas.",
}
#: One, then several.
PLURIELS: Final = {
    "Got unexpected extra argument ({args})": ("Argument en trop : {args}", "Arguments en trop : {args}"),
    "Takes {nargs} values but 1 was given.": (
        "{nargs} valeurs sont attendues, une est donnée.",
        "{nargs} valeurs sont attendues, {len} sont données.",
    ),
    "Did you mean {possibility}?": (
        "Vouliez-vous dire {possibility} ?",
        "Vouliez-vous dire {possibilities} ?",
    ),
    "Option {name!r} requires an argument.": (
        "L'option {name} veut une valeur.",
        "L'option {name} veut {nargs} valeurs.",
    ),
    "{value!r} is not {choice}.": (
        "« {value} » n'est pas {choice}.",
        "« {value} » n'est pas une des valeurs possibles : {choices}.",
    ),
    "{value!r} does not match the format {format}.": (
        "« {value} » n'est pas de la forme {format}.",
        "« {value} » n'est d'aucune des formes {formats}.",
    ),
    "{len_type} values are required, but {len_value} was given.": (
        "{len_type} valeurs sont attendues, {len_value} est donnée.",
        "{len_type} valeurs sont attendues, {len_value} sont données.",
    ),
}
#: What stands for a value in a help.
_TYPES: Final = {
    "IntParamType": "entier",
    "FloatParamType": "nombre",
    "StringParamType": "texte",
    "BoolParamType": "booléen",
    "IntRange": "entier",
    "FloatRange": "nombre",
}


def parler_francais() -> None:
    """From now on click speaks French; before the commands are declared, whose helps it makes."""
    for nom in _MODULES:
        module = importlib.import_module(f"click.{nom}")
        for mot, ours in (("_", _phrase), ("ngettext", _pluriel)):
            if hasattr(module, mot):
                setattr(module, mot, ours)
    types = importlib.import_module("click.types")
    for classe, nom in _TYPES.items():
        getattr(types, classe).name = nom


def _phrase(phrase: str) -> str:
    return PHRASES.get(phrase, phrase)


def _pluriel(un: str, plusieurs: str, nombre: int) -> str:
    singulier, pluriel = PLURIELS.get(un, (un, plusieurs))
    return singulier if nombre < 2 else pluriel
