"""Bases: made from a seed, put back to their start."""

from datetime import datetime
from pathlib import Path

import pytest

from sandbox.contract.versions import Contrat, charger
from sandbox.domain.base import Horloge
from sandbox.domain.dates import PARIS
from sandbox.errors import UsageError
from sandbox.operations import bases
from sandbox.store.session import Magasin

LE_15_MARS = Horloge(fige_a=datetime(2018, 3, 15, 12, tzinfo=PARIS))


@pytest.fixture(scope="module")
def contrat() -> Contrat:
    return charger()


@pytest.fixture
def magasin(tmp_path: Path) -> Magasin:
    return Magasin.ouvrir(None, tmp_path)


def numeros(magasin: Magasin, base: str) -> list[str]:
    with magasin.lire(base) as registre:
        return [stockee.numero_unique for stockee in registre.iterer()]


def test_the_same_seed_and_clock_make_the_same_base(magasin: Magasin, contrat: Contrat) -> None:
    for nom in ("a", "b"):
        bases.creer(magasin, contrat, nom, semence="ecole", taille=20, horloge=LE_15_MARS)
    assert len(numeros(magasin, "a")) == 20
    assert numeros(magasin, "a") == numeros(magasin, "b")


@pytest.mark.parametrize("portee", ["etat", "tout"])
def test_a_seeded_base_put_back_finds_its_seed_again(magasin: Magasin, contrat: Contrat, portee: str) -> None:
    bases.creer(magasin, contrat, "a", semence="dalo", horloge=LE_15_MARS)
    avant = numeros(magasin, "a")
    with magasin.ecrire("a") as registre:
        registre.supprimer(avant[0])
    remise = bases.remettre(magasin, contrat, "a", portee)  # type: ignore[arg-type]
    assert numeros(magasin, "a") == avant
    assert remise.derniere_nuit == LE_15_MARS.fige_a.date()  # type: ignore[union-attr]


def test_putting_the_journal_back_leaves_the_state(magasin: Magasin, contrat: Contrat) -> None:
    bases.creer(magasin, contrat, "a", semence="ecole", taille=3, horloge=LE_15_MARS)
    avant = numeros(magasin, "a")
    bases.remettre(magasin, contrat, "a", "journal")
    assert numeros(magasin, "a") == avant


def test_an_empty_base_put_back_is_empty(magasin: Magasin, contrat: Contrat) -> None:
    bases.creer(magasin, contrat, "a")
    bases.remettre(magasin, contrat, "a", "tout")
    assert numeros(magasin, "a") == []


@pytest.mark.parametrize("nom", ["", "a b", "é", "x" * 41, "../a"])
def test_a_name_that_cannot_stand_in_a_path_is_refused(magasin: Magasin, contrat: Contrat, nom: str) -> None:
    with pytest.raises(UsageError, match="ne convient pas"):
        bases.creer(magasin, contrat, nom)


def test_a_name_or_a_seed_that_will_not_do_is_refused(magasin: Magasin, contrat: Contrat) -> None:
    bases.creer(magasin, contrat, "a")
    with pytest.raises(UsageError, match="existe déjà"):
        bases.creer(magasin, contrat, "a")
    with pytest.raises(UsageError, match="semence"):
        bases.creer(magasin, contrat, "b", semence="inconnue")
