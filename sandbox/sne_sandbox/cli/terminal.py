"""The output of a command when somebody looks on: lines folded at the width of the window, and colours.

To a file or another program a line stays a line, without colours: what is piped does not change with the
window.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from functools import partial

import click

from sne_interface.domain.texte import en_colonne

#: Gives a line its colours (`click.style` with some of its arguments).
Style = Callable[[str], str]

GRAS: Style = partial(click.style, bold=True)
BON: Style = partial(click.style, fg="green", bold=True)
MAUVAIS: Style = partial(click.style, fg="red", bold=True)
PRUDENT: Style = partial(click.style, fg="yellow")
DISCRET: Style = partial(click.style, dim=True)


def nu(texte: str) -> str:
    """No style."""
    return texte


def ecrire(lignes: Iterable[tuple[str, Style]], *, err: bool = False) -> None:
    """Writes lines on the standard output (`err`: beside it), each with its style."""
    flux = sys.stderr if err else sys.stdout
    if not flux.isatty():
        click.echo("\n".join(ligne for ligne, _ in lignes), err=err)
        return
    large = shutil.get_terminal_size().columns
    teinte = flux.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "") != "dumb"
    for ligne, style in lignes:
        for morceau in en_colonne(ligne, large):
            click.echo(style(morceau) if teinte else morceau, err=err)
