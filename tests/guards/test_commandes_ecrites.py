"""Every command that the README and the guide show is one that click understands, with options it has."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import pytest

from sne_sandbox.cli.main import cli
from sne_sandbox.web.console import guide

PAGES: Final = {nom: (guide.DOSSIER / f"{nom}.md").read_text("utf-8") for nom in guide.PAGES}
README: Final = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")


def lignes(texte: str) -> Iterator[str]:
    """What follows `sne-sandbox` in the command lines of its consoles."""
    for bloc in re.findall(r"```console\n(.*?)```", texte, re.DOTALL):
        for ligne in bloc.splitlines():
            if ligne.strip().startswith("$ ") and "sne-sandbox " in ligne:
                yield ligne.partition("sne-sandbox ")[2].strip()


def feuilles(commande: click.Command) -> Iterator[click.Command]:
    """Itself, or the commands of a group, however deep."""
    if not isinstance(commande, click.Group):
        yield commande
        return
    contexte = click.Context(commande)
    for nom in commande.list_commands(contexte):
        suivante = commande.get_command(contexte, nom)
        assert suivante is not None, nom
        yield from feuilles(suivante)


@pytest.mark.parametrize("ligne", sorted({ligne for t in (README, *PAGES.values()) for ligne in lignes(t)}))
def test_every_command_line_is_understood(
    ligne: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown option or a missing argument raises. Files of the reader's are made."""
    monkeypatch.chdir(tmp_path)
    Path("sne-connus.toml").touch()
    commande: click.Command = cli
    mots = shlex.split(ligne)
    while isinstance(commande, click.Group):
        suivante = commande.get_command(click.Context(commande), mots[0])
        assert suivante is not None, mots[0]
        commande, mots = suivante, mots[1:]
    assert commande.make_context(commande.name, mots).params


@pytest.mark.parametrize("page", PAGES)
def test_options_named_in_the_guide_exist(page: str) -> None:
    connues = {option for feuille in feuilles(cli) for p in feuille.params for option in p.opts}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGES[page])) <= connues


def test_every_command_on_a_home_takes_the_common_options() -> None:
    for commande in feuilles(cli):
        assert commande.callback is not None
        if commande.callback.__module__ == "sne_sandbox.cli.demo":
            continue  # it makes a home of its own
        options = {option for p in commande.params for option in p.opts}
        assert {"--home", "--contract", "--contracts", "--profile"} <= options, commande.name
