"""Click in French: the words of its helps and of its errors.

Click marks its sentences for gettext, whose catalogues are found by the variables of the environment: a
machine in English, as a CI is, would mix both languages, and what we set there our children would inherit. So
its modules are given a `_` of ours, which reads `francais.json`.
"""

import importlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

#: Modules of click that speak to a user.
_MODULES: Final = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
_LUES: Final = json.loads(Path(__file__).with_name("francais.json").read_text("utf-8"))
#: Each sentence of click → ours.
PHRASES: Final[Mapping[str, str]] = _LUES["phrases"]
#: Each that speaks of one or of several → ours of one, ours of several.
PLURIELS: Final[Mapping[str, Sequence[str]]] = _LUES["pluriels"]
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
        for mot, ours in (("_", lambda phrase: PHRASES.get(phrase, phrase)), ("ngettext", _pluriel)):
            if hasattr(module, mot):
                setattr(module, mot, ours)
    types = importlib.import_module("click.types")
    for classe, nom in _TYPES.items():
        getattr(types, classe).name = nom


def _pluriel(un: str, plusieurs: str, nombre: int) -> str:
    singulier, pluriel = PLURIELS.get(un, (un, plusieurs))
    return singulier if nombre < 2 else pluriel
