"""A twin has the shape of its specimen, is valid, and is somebody else; for each blocking rule, a demande
that it refuses, alone.
"""

import pytest

from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.anomalie import Gravite
from sne_interface.domain.demande import Demande
from sne_interface.errors import UsageError
from sne_interface.generators.demandes_fautives import correspondances, defaut, jumeaux
from sne_interface.generators.document_reduit import codes_bloquants
from sne_interface.generators.exemples_de_regles import ExempleDeRegle, contexte, document, genre
from sne_interface.generators.tirage import TirageVarie
from sne_interface.rules.controle import controler
from sne_interface.rules.engine import juger

SPECIMENS = (
    "personne_seule", "personne_seule_nir", "association", "adresse_etranger", "colocataires",
    "couple_garde_alternee_handicap", "hebergee_secret",
)  # fmt: skip


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


GRAINES = range(4)
CODES = tuple(codes_bloquants(charger("v5.2")))


def test_every_rule_that_the_contract_says_blocks_has_one(contrat: Contrat) -> None:
    bloquantes = {code for code, fiche in contrat.regles.items() if fiche.gravite is Gravite.BLOQUANTE}
    assert set(CODES) == bloquantes


@pytest.mark.parametrize("code", CODES)
def test_the_control_refuses_it_alone(contrat: Contrat, code: str) -> None:
    documents = set()
    for graine in GRAINES:
        trouve = defaut(code, contrat, graine)
        # Judged again from its bytes, as it would be received.
        octets = codec.encoder(trouve.document)
        documents.add(octets)
        arbre = codec.arbre(trouve.document)
        version = contrat.version_de_lecture(arbre.get("versionInterface", ""))
        assert not contrat.schemas.validate(arbre, document=genre(trouve.exemple), version=version)
        for profil in {trouve.profil, "strict"}:
            anomalies = juger(trouve.contexte, contrat, profil)
            assert {a.regle for a in anomalies if a.bloquante} == {code}
        if trouve.autonome:
            controle = controler(octets, contrat, "strict", trouve.contexte.maintenant)
            assert {f.regle for f in controle.fautes if f.gravite == "bloquante"} == {code}
    if trouve.type not in ("EVT", "RCH"):  # whose example may write the whole event, or an empty search
        assert len(documents) == len(GRAINES)


def test_the_same_seed_gives_the_same_defect(contrat: Contrat) -> None:
    un, deux = (codec.encoder(defaut("IDT013", contrat, 5).document) for _ in range(2))
    assert un == deux


def test_what_never_blocks_has_no_defect(contrat: Contrat) -> None:
    for code in ("MEN001", "XXX999"):
        with pytest.raises(UsageError, match=code):
            defaut(code, contrat)


def test_circumstances_are_told(contrat: Contrat) -> None:
    assert any("demande en base" in phrase for phrase in defaut("CYC002", contrat).circonstances)
    assert not defaut("CYC002", contrat).autonome
    assert defaut("REC001", contrat).autonome


def test_one_that_the_document_alone_shows_is_preferred_when_asked_for(contrat: Contrat) -> None:
    assert not all(
        defaut("REC003", contrat, graine).autonome for graine in range(12)
    )  # a setting of the base
    assert all(defaut("REC003", contrat, graine, autonome=True).autonome for graine in range(12))
    assert not defaut("CYC001", contrat, autonome=True).autonome
