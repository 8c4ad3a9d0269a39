"""Options of the commands, read off the SETTINGS table."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from sandbox.settings import PAR_NOM, Setting

_F = TypeVar("_F", bound=Callable[..., Any])

#: The options that every command takes.
COMMUNES = ("home", "contract", "contracts", "profile")


def reglages(*noms: str) -> Callable[[_F], _F]:
    """Add the options of these settings to a command, in this order."""

    def ajouter(fonction: _F) -> _F:
        for nom in reversed(noms):
            fonction = _option(PAR_NOM[nom])(fonction)
        return fonction

    return ajouter


def taille_de_semence(fonction: _F) -> _F:
    """Add `--seed-size`, as parameter `taille`."""
    return click.option(
        "--seed-size",
        "taille",
        type=click.IntRange(0, 5_000_000),
        metavar="N",
        help="Nombre de ménages, tirés comme ceux du jeu de départ (par défaut, le sien).",
    )(fonction)


def _option(setting: Setting) -> Callable[[_F], _F]:
    genre: Any = setting.type
    if setting.choix:
        genre = click.Choice(setting.choix)
    elif setting.type is Path:
        genre = click.Path(path_type=Path)
    return click.option(
        setting.option,
        setting.nom,
        type=genre,
        default=setting.defaut,
        envvar=setting.variable,
        show_default=setting.defaut is not None,
        help=setting.aide[0].upper() + setting.aide[1:] + ".",
    )
