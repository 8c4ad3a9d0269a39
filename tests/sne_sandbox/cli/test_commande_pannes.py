"""`sne-sandbox pannes`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sne_interface.domain.base import Base
from sne_interface.domain.panne import GENRES
from sne_interface.errors import UsageError
from sne_sandbox.bases.bases import guichets_de
from sne_sandbox.cli.commande_pannes import commande
from sne_sandbox.store.magasin import Magasin


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two bases."""
    with Magasin.ouvrir(None, tmp_path) as magasin:
        magasin.bases.creer(Base("ecole"), guichets_de("ecole"))
        magasin.bases.creer(Base("autre"))
    return tmp_path


def _lancer(home: Path, *arguments: str) -> Result:
    resultat = CliRunner().invoke(commande, [*arguments, "--home", str(home)])
    if resultat.exception is not None and not isinstance(resultat.exception, SystemExit):
        raise resultat.exception
    return resultat


def test_pannes_are_armed_listed_and_cleared(home: Path) -> None:
    assert _lancer(home, "list").output == "Base [ecole] : aucune panne.\n"
    assert _lancer(home, "arm", "html_502").output == (
        "Base [ecole] : panne 1 [html_502] armée. Une page HTML de passerelle : 502 Bad Gateway.\n"
        "Effet : la base ne change pas.\n"
    )
    options = ("--operation", "getNumUnique", "--guichet", "G1226", "--taux", "0.1", "--seed", "7")
    _lancer(home, "arm", "delai", *options, "--param", "secondes=30")
    _lancer(home, "arm", "bom", "--fois", "0", "--base", "autre")
    assert _lancer(home, "list").output == (
        "1\thtml_502\ttout échange\tjouée 0 fois, reste 1 fois\n"
        "2\tdelai\tgetNumUnique G1226 taux 0.1 (graine 7) secondes=30\tjouée 0 fois, sans fin\n"
    )
    assert _lancer(home, "list", "--base", "autre").output.endswith("jouée 0 fois, sans fin\n")
    (lue, _) = json.loads(_lancer(home, "list", "--format", "json").output)
    assert (lue["id"], lue["genre"], lue["restantes"]) == (1, "html_502", 1)
    assert _lancer(home, "clear", "1").output == "Base [ecole] : 1 panne désarmée.\n"
    assert _lancer(home, "clear").output == "Base [ecole] : 1 panne désarmée.\n"
    assert _lancer(home, "list").output == "Base [ecole] : aucune panne.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("arm", "delai", "--param", "secondes"),
        ("arm", "delai", "--param", "octets=1"),
        ("arm", "delai", "--param", "secondes=demain"),
        ("arm", "bom", "--taux", "3"),
        ("arm", "bom", "--operation", "getRien"),
        ("arm", "bom", "--guichet", "g1226"),
        ("clear", "9"),
    ],
    ids=str,
)
def test_a_wrong_use_says_its_remedy(home: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as refus:
        _lancer(home, *arguments)
    assert refus.value.remede


def test_an_unknown_kind_is_a_wrong_use(home: Path) -> None:
    assert _lancer(home, "arm", "explosion").exit_code == 2


def test_the_kinds_are_told_with_their_parameters(home: Path) -> None:
    texte = _lancer(home, "genres").output
    for genre in GENRES.values():
        assert f"{genre.nom:<16} {genre.titre}. {genre.description}\n" in texte
        assert all(f"{p.nom}={p.defaut}" in texte for p in genre.parametres)
    table = json.loads(_lancer(home, "genres", "--format", "json").output)
    assert [g["genre"] for g in table] == list(GENRES)
