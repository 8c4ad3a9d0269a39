"""A twin has the shape of its specimen, is valid, and is somebody else."""

import pytest

from sne_sandbox.contract import codec
from sne_sandbox.contract.versions import Contrat, charger
from sne_sandbox.domain.demande import Demande
from sne_sandbox.generators.exemples import ExempleDeRegle, contexte, document
from sne_sandbox.generators.jumeaux import correspondances, jumeaux
from sne_sandbox.generators.varietes import TirageVarie
from sne_sandbox.rules.engine import juger

SPECIMENS = (
    "personne_seule", "personne_seule_nir", "association", "adresse_etranger", "colocataires",
    "couple_garde_alternee_handicap", "hebergee_secret",
)  # fmt: skip


@pytest.fixture(scope="module")
def contrat() -> Contrat:
    return charger("v5.2")


@pytest.mark.parametrize("specimen", SPECIMENS)
def test_a_twin_is_valid_and_not_its_specimen(contrat: Contrat, specimen: str) -> None:
    exemple = ExempleDeRegle(fichier="", rang=0, regle="", verdict="accepte", specimen=specimen)
    for graine in range(8):
        doublures = jumeaux(specimen, (), TirageVarie(graine), contrat)
        racine = document(exemple, contrat, doublures)
        anomalies = juger(contexte(exemple, contrat, racine, doublures), contrat, "strict")
        assert [a.regle for a in anomalies if a.bloquante] == []
        jumeau = Demande(codec.lire(doublures[specimen]))
        if jumeau.demandeur is not None:
            noms = correspondances(specimen, doublures[specimen])
            assert jumeau.demandeur.nom in noms.values()
            assert jumeau.demandeur.nom.casefold() not in noms


def test_who_leaves_is_in_the_demande_that_is_left(contrat: Contrat) -> None:
    doublures = jumeaux("separation", (), TirageVarie(1), contrat)
    assert set(doublures) == {"separation", "couple_garde_alternee_handicap"}
    parti = Demande(codec.lire(doublures["separation"])).demandeur
    commune = Demande(codec.lire(doublures["couple_garde_alternee_handicap"]))
    assert parti is not None
    assert (parti.nom, parti.prenom) in {(p.nom, p.prenom) for p in commune.cotitulaires}


def test_the_same_names_and_numbers_stand_around_a_twin(contrat: Contrat) -> None:
    doublures = jumeaux("dalo", (), TirageVarie(2), contrat)
    assert set(doublures) == {"dalo", "hebergee_secret"}
    dalo = Demande(codec.lire(doublures["dalo"]))
    assert dalo.numero_unique == "1111117000001G1104"
    assert dalo.information_dalo is not None
    assert correspondances("dalo", doublures["dalo"])
