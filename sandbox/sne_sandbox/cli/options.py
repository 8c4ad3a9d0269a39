"""Options of the commands, read off the SETTINGS table."""

import difflib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from sne_sandbox.errors import UsageError
from sne_sandbox.settings import PAR_NOM, Setting

_F = TypeVar("_F", bound=Callable[..., Any])

PORT_MAX = 65_535
#: The options that every command takes.
COMMUNES = ("home", "contract", "contracts", "profile")
#: `--base`, as parameter `base`.
une_base = click.option("--base", default="ecole", show_default=True, help="Nom de la base.")


def _forme(*formes: str, aide: str) -> Callable[[_F], _F]:
    return click.option(
        "--format", "forme", type=click.Choice(formes), default="text", show_default=True, help=aide
    )


#: `--format text|json`, as parameter `forme`.
une_forme = _forme("text", "json", aide="Forme de la réponse.")
#: `--format text|json|markdown`, as parameter `forme`.
forme_de_liste = _forme("text", "json", "markdown", aide="Forme de la liste.")


def reglages(*noms: str, **defauts: Any) -> Callable[[_F], _F]:
    """Add the options of these settings to a command, in this order; `defauts` replaces defaults by name."""

    def ajouter(fonction: _F) -> _F:
        for nom in reversed(noms):
            setting = PAR_NOM[nom]
            fonction = _option(setting, defauts.get(nom, setting.defaut))(fonction)
        return fonction

    return ajouter


def inconnu(quoi: str, nom: str, connus: Iterable[str]) -> UsageError:
    """The error of a name that is none of `connus`: those like it, the closest first, or the first of all."""
    noms = list(connus)
    ecrits = {n.upper(): n for n in noms}
    choix = [ecrits[n] for n in difflib.get_close_matches(nom.upper(), ecrits, 5, 0.5)] or noms[:12]
    suite = "…" if len(choix) < len(noms) else ""
    return UsageError(f"{quoi} [{nom}] n'existe pas.", remede=f"par exemple : {', '.join(choix)}{suite}")


def verifier_guichet(code: str) -> None:
    """Raises UsageError for what is no code of a guichet: a small letter makes a name of file refused."""
    if len(code) != 5 or not code.isascii() or not code.isalnum() or code != code.upper():
        raise UsageError(
            f"Le guichet [{code}] ne convient pas.", remede="5 lettres majuscules ou chiffres : G1104"
        )


def taille_de_semence(fonction: _F) -> _F:
    """Add `--seed-size`, as parameter `taille`."""
    return click.option(
        "--seed-size",
        "taille",
        type=click.IntRange(0, 5_000_000),
        metavar="N",
        help="Nombre de ménages, tirés comme ceux du jeu de départ (par défaut, le sien).",
    )(fonction)


def _option(setting: Setting, defaut: Any) -> Callable[[_F], _F]:
    genre: Any = setting.type
    if setting.choix:
        genre = click.Choice(setting.choix)
    elif setting.type is Path:
        # One that cannot be read is no wrong usage: who opens it says so, with the remedy.
        genre = click.Path(path_type=Path, readable=False)
    elif setting.nom.endswith("_port"):
        genre = click.IntRange(setting.minimum, PORT_MAX)
    elif setting.type is int:
        genre = click.IntRange(setting.minimum)
    return click.option(
        setting.option,
        setting.nom,
        type=genre,
        default=defaut,
        envvar=setting.variable,
        show_default=defaut is not None,
        help=setting.aide[0].upper() + setting.aide[1:] + ".",
    )
