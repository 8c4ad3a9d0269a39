"""Every command that the documentation shows is one that click, or make, understands, with options it has."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
import pytest
from specimen import entete, rapport

from sne_conformite import fixture_pytest
from sne_conformite.bilan.trafic_juge import outil
from sne_conformite.rapports import rapport_json
from sne_interface.domain.panne import GENRES
from sne_sandbox.cli.main import cli

RACINE: Final = Path(__file__).resolve().parents[2]
PAGES: Final = {
    str(fichier.relative_to(RACINE)): fichier.read_text("utf-8")
    for fichier in (*sorted(RACINE.glob("*.md")), *sorted((RACINE / "docs").rglob("*.md")))
    if fichier.name != "CHANGELOG.md"
} | {"fixtures/clients/README.md": (RACINE / "fixtures" / "clients" / "README.md").read_text("utf-8")}
MAKEFILE: Final = (RACINE / "Makefile").read_text("utf-8")
#: Options of other programs that the documentation names.
_D_AILLEURS: Final = {"--lf", "--install"}


def lignes(texte: str) -> Iterator[str]:
    """What follows `$ ` in its consoles."""
    for bloc in re.findall(r"```console\n(.*?)```", texte, re.DOTALL):
        for ligne in bloc.splitlines():
            if ligne.strip().startswith("$ "):
                yield ligne.strip().removeprefix("$ ")


def appels(texte: str) -> Iterator[str]:
    """What follows `sne-sandbox` in its consoles."""
    for ligne in lignes(texte):
        if "sne-sandbox " in ligne and not ligne.startswith("docker "):
            yield re.split(r" [|>] ", ligne.partition("sne-sandbox ")[2])[0].strip()


def descendre(mots: list[str]) -> tuple[click.Command, list[str]]:
    """The command that words call, through its groups, and the words left. Fails for one that is none."""
    commande: click.Command = cli
    while isinstance(commande, click.Group) and mots:
        suivante = commande.get_command(click.Context(commande), mots[0])
        assert suivante is not None, mots[0]
        commande, mots = suivante, mots[1:]
    return commande, mots


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


@pytest.mark.parametrize("ligne", sorted({ligne for t in PAGES.values() for ligne in appels(t)}))
def test_every_command_line_is_understood(
    ligne: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown option or a missing argument raises. Files of the reader's are made."""
    monkeypatch.chdir(tmp_path)
    for nom in ("sne-connus.toml", "connus.toml", "ecole.zip", "G1226.pem", "G1226.key", "noms.txt"):
        Path(nom).touch()
    Path("rapport").mkdir()
    echoue = replace(rapport(), entete=entete(outil=outil(), commande="sne-sandbox conform --application a"))
    Path("rapport/rapport.json").write_bytes(rapport_json.octets(echoue))
    if ligne == "--version":
        return
    commande, reste = descendre(shlex.split(ligne))
    lus = commande.make_context(commande.name, reste).params
    assert set(lus) == {p.name for p in commande.params if p.expose_value}


def test_every_command_named_in_a_sentence_exists() -> None:
    for texte in PAGES.values():
        for cite in re.findall(r"`sne-sandbox ([a-z][^`]*)`", texte):
            descendre([mot for mot in cite.split() if re.fullmatch("[a-z]+", mot)][:2])


def test_options_that_are_named_exist() -> None:
    connues = {option for feuille in feuilles(cli) for p in feuille.params for option in p.opts}
    connues |= {option for option, _, _ in fixture_pytest.OPTIONS}
    connues |= {"--help", "--version"} | _D_AILLEURS
    en_code = {page: " ".join(re.findall(r"`([^`\n]+)`", texte)) for page, texte in PAGES.items()}
    option = re.compile(r"(?:^|(?<=\s))--[a-z][a-z0-9-]+")
    assert {
        (page, o) for page, texte in en_code.items() for o in option.findall(texte) if o not in connues
    } == set(), (
        "These pages name options that no command has. A setting of the server is to be named in the "
        "@reglages(…) of the commands of sne_sandbox/cli/ that take it."
    )


def test_targets_of_make_that_are_named_exist() -> None:
    cibles = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    cites = {
        (page, cible) for page, texte in PAGES.items() for cible in re.findall(r"`make ([a-z-]+)", texte)
    }
    dites = [(page, ligne.split()) for page, texte in PAGES.items() for ligne in lignes(texte)]
    cites |= {(page, mots[1]) for page, mots in dites if mots[0] == "make"}
    assert {(page, cible) for page, cible in cites if cible not in cibles} == set()


def test_pannes_that_are_armed_in_the_pages_are_of_a_kind() -> None:
    armees = {nom for t in PAGES.values() for nom in re.findall(r"pannes arm ([a-z_0-9]+)", t)}
    assert armees
    assert armees <= set(GENRES)


def test_every_command_on_a_home_takes_the_common_options() -> None:
    for commande in feuilles(cli):
        assert commande.callback is not None
        if commande.callback.__module__ in (
            "sne_conformite.cli.commande_demo",
            "sne_conformite.cli.commande_cles",
            "sne_conformite.cli.commande_adaptateur",
        ):
            continue  # one makes a home of its own, the others want none
        options = {option for p in commande.params for option in p.opts}
        assert {"--home", "--contract", "--contracts", "--profile"} <= options, commande.name
