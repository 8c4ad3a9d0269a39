"""Armed pannes: stored, counted down, emptied, saved and deleted with their base, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ecritures import vider

from sne_interface.domain.base import Base, Portee
from sne_interface.domain.panne import PanneDefinition
from sne_sandbox.bases import pannes
from sne_sandbox.bases.pannes import PanneArmee
from sne_sandbox.store import fichier_de_sauvegarde
from sne_sandbox.store.magasin import Magasin

INSTANT = datetime(2018, 3, 15, 11, 0, 0, 123, tzinfo=UTC)
DEFINITION = PanneDefinition("delai", "getNumUnique", "G1226", 2, 0.5, 7, {"secondes": "1"})


def _armer(magasin: Magasin, definition: PanneDefinition = DEFINITION, base: str = "ecole") -> int:
    with magasin.ecrire(base) as registre:
        return pannes.inscrire(registre.connexion, base, definition, INSTANT)


def _lister(magasin: Magasin, base: str = "ecole") -> list[PanneArmee]:
    with magasin.lire(base) as registre:
        return pannes.lire(registre.connexion, base)


def _armees(magasin: Magasin, base: str = "ecole") -> bool:
    with magasin.lire(base) as registre:
        return registre.pannes_armees


def test_what_is_armed_is_listed_oldest_first(magasin: Magasin) -> None:
    assert (_armer(magasin), _armer(magasin, PanneDefinition("bom", fois=None))) == (1, 2)
    assert _lister(magasin) == [
        PanneArmee(1, DEFINITION, 2, INSTANT),
        PanneArmee(2, PanneDefinition("bom", fois=None), None, INSTANT),
    ]


def test_a_base_knows_whether_something_has_still_to_be_played(magasin: Magasin) -> None:
    magasin.bases.creer(Base("autre"))
    assert not _armees(magasin)
    _armer(magasin)
    assert _armees(magasin)
    assert not _armees(magasin, "autre")
    with magasin.ecrire("ecole") as registre:
        (armee,) = pannes.lire(registre.connexion, "ecole")
        finie = replace(armee, restantes=0, jouees=2, tirages=5)
        pannes.noter(registre.connexion, "ecole", finie)
    assert _lister(magasin) == [finie]
    assert not _armees(magasin)
    _armer(magasin, PanneDefinition("bom", fois=None))
    assert _armees(magasin)


@pytest.mark.parametrize(
    ("identifiant", "otees", "restent"), [(1, 1, [2]), (3, 0, [1, 2]), (None, 2, [])], ids=str
)
def test_one_is_disarmed_or_all(
    magasin: Magasin, identifiant: int | None, otees: int, restent: list[int]
) -> None:
    _armer(magasin)
    _armer(magasin)
    with magasin.ecrire("ecole") as registre:
        assert pannes.oter(registre.connexion, "ecole", identifiant) == otees
    assert [armee.identifiant for armee in _lister(magasin)] == restent


def test_those_that_are_over_are_kept_to_a_number(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        for _ in range(pannes.GARDEES + 20):
            numero = pannes.inscrire(registre.connexion, "ecole", PanneDefinition("bom"), INSTANT)
            finie = replace(PanneArmee(numero, PanneDefinition("bom"), 0, INSTANT), jouees=1)
            pannes.noter(registre.connexion, "ecole", finie)
    numeros = [armee.identifiant for armee in _lister(magasin)]
    assert numeros == list(range(21, pannes.GARDEES + 21))


@pytest.mark.parametrize(
    ("portee", "restent"), [("journal", 1), ("etat", 1), ("pannes", 0), ("tout", 0)], ids=str
)
def test_a_reset_takes_them_away_when_it_says_so(magasin: Magasin, portee: Portee, restent: int) -> None:
    magasin.bases.creer(Base("autre"))
    _armer(magasin)
    _armer(magasin, base="autre")
    vider(magasin, "ecole", portee)
    assert len(_lister(magasin)) == restent
    assert len(_lister(magasin, "autre")) == 1


def test_they_go_with_their_base(magasin: Magasin) -> None:
    magasin.bases.creer(Base("autre"))
    _armer(magasin, base="autre")
    magasin.bases.supprimer("autre")
    magasin.bases.creer(Base("autre"))
    assert _lister(magasin, "autre") == []


def test_a_snapshot_holds_them(magasin: Magasin, tmp_path: Path) -> None:
    _armer(magasin)
    armees = _lister(magasin)
    fichier_de_sauvegarde.sauvegarder(magasin, "ecole", tmp_path / "s.zip")
    vider(magasin, "ecole", "pannes")
    fichier_de_sauvegarde.restaurer(magasin, "copie", tmp_path / "s.zip")
    assert _lister(magasin, "copie") == armees
    assert _armees(magasin, "copie")
    assert _lister(magasin) == []


def test_ids_hold_under_many_writers(magasin: Magasin) -> None:
    def un(_: int) -> int:
        return _armer(magasin, PanneDefinition("bom"))

    with ThreadPoolExecutor(4) as executeur:
        assert sorted(executeur.map(un, range(20))) == list(range(1, 21))
