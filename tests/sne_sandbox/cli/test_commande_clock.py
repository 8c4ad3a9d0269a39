"""`sne-sandbox clock`."""

import json
import re
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).parents[1] / "operations"))

from donnees import a_cote
from temps import ajouter, stockee

from sne_interface.domain.base import Base, Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.errors import BaseInconnue, ConflitEtat, UsageError
from sne_sandbox.cli.main import cli
from sne_sandbox.store.magasin import Magasin


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose base « ecole » is frozen at noon on 15 March 2018, and « autre » an hour later."""
    with Magasin.ouvrir(None, tmp_path) as magasin:
        for nom, heure in (("ecole", 12), ("autre", 13)):
            magasin.bases.creer(Base(nom, horloge=Horloge(fige_a=datetime(2018, 3, 15, heure, tzinfo=PARIS))))
    return tmp_path


def _lancer(home: Path, *arguments: str) -> Result:
    resultat = CliRunner().invoke(cli, ["clock", *arguments, "--home", str(home)])
    if resultat.exception is not None and not isinstance(resultat.exception, SystemExit):
        raise resultat.exception
    return resultat


@pytest.mark.parametrize(("arguments", "dit"), a_cote(__file__)["the_clock_is_read_and_moved"])
def test_the_clock_is_read_and_moved(home: Path, arguments: list[str], dit: str) -> None:
    assert _lancer(home, *arguments).stdout == dit


def test_the_clock_goes_back_to_real_time(home: Path) -> None:
    assert _lancer(home, "real").stdout.endswith("(heure réelle)\n")
    with Magasin.ouvrir(None, home) as magasin:
        assert magasin.bases.lire("ecole").horloge.reelle
        assert not magasin.bases.lire("autre").horloge.reelle


def test_json_has_the_shape_of_the_api(home: Path) -> None:
    assert json.loads(_lancer(home, "--format", "json").stdout)["mode"] == "figée"
    deplacement = json.loads(_lancer(home, "advance", "P1D", "--format", "json").stdout)
    assert deplacement["nuits"] == 1
    assert deplacement["horloge"] == {
        "base": "ecole",
        "maintenant": "2018-03-16T12:00:00+01:00",
        "mode": "figée",
        "decalage_s": 0.0,
        "derniere_nuit": "2018-03-16",
        "nuits_en_attente": 0,
    }


@pytest.mark.parametrize(
    "arguments", [("advance",), ("advance", "demain"), ("real", "P1D"), ("read", "P1D"), ("freeze", "hier")]
)
def test_a_wrong_call_is_refused_with_its_remedy(home: Path, arguments: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as refus:
        _lancer(home, *arguments)
    assert refus.value.remede


def test_an_unknown_base_is_refused(home: Path) -> None:
    with pytest.raises(BaseInconnue):
        _lancer(home, "--base", "absente")


def test_nights_that_wait_are_told_and_run(home: Path) -> None:
    """A base that slept on real time longer than it may."""
    with Magasin.ouvrir(None, home) as magasin:
        magasin.bases.creer(Base("endormie", derniere_nuit=date(2018, 3, 15)))
    dit = _lancer(home, "read", "--base", "endormie").stdout
    assert re.search(r"\(heure réelle\) ; \d{4} nuits en attente\n", dit)
    with pytest.raises(ConflitEtat, match="nuits y sont en attente") as refus:
        _lancer(home, "advance", "P1D", "--base", "endormie")
    assert "sne-sandbox clock nuits --base endormie" in refus.value.diagnostics()
    assert _lancer(home, "nuits", "--base", "endormie").stdout.startswith("3")
    assert "en attente" not in _lancer(home, "read", "--base", "endormie").stdout
    with pytest.raises(UsageError, match="ne prend pas d'instant"):
        _lancer(home, "nuits", "P1D", "--base", "endormie")


def test_a_move_is_tried_made_and_taken_back(home: Path) -> None:
    with Magasin.ouvrir(None, home) as magasin:
        ajouter(magasin, "ecole", *(stockee(rang, date(2018, 1, 15)) for rang in range(1, 50)))
    for option in ("--essai", "--dry-run"):
        dit = _lancer(home, "advance", "P13M", option).stdout
        assert dit.startswith(
            "L'avance (13 mois) ferait : 396 nuits, du 16/03/2018 au 15/04/2019 : 49 radiations,"
        )
        assert "  15/12/2018  1110118000001G1104  avis d'échéance\n" in dit
        assert "  … et 58 de plus" in dit
        assert dit.endswith("« clock annuler » la ramènerait.\nRien n'a été fait.\n")
    prevu = json.loads(_lancer(home, "advance", "P13M", "--essai", "--format", "json").stdout)
    assert prevu["faits"]["radiations"] == 49
    assert _lancer(home).stdout == "Base [ecole] : 15/03/2018 12:00:00 (figée)\n"
    assert "« sne-sandbox clock annuler »" in _lancer(home, "advance", "P13M").stdout
    assert "Il est de nouveau 15/03/2018 12:00 dans la base." in _lancer(home, "annuler").stdout
    assert _lancer(home).stdout == "Base [ecole] : 15/03/2018 12:00:00 (figée)\n"
    with pytest.raises(ConflitEtat, match="autre chose est venu depuis"):
        _lancer(home, "annuler")
    with pytest.raises(UsageError, match="rien à essayer"):
        _lancer(home, "read", "--essai")
