"""For each blocking control, a demande that it refuses, alone."""

import pytest

from sne_sandbox.contract import codec
from sne_sandbox.contract.versions import Contrat, charger
from sne_sandbox.errors import UsageError
from sne_sandbox.generators.defects import defaut
from sne_sandbox.generators.exemples import genre
from sne_sandbox.generators.reduction import codes_bloquants
from sne_sandbox.operations.controle import controler
from sne_sandbox.rules.engine import juger

GRAINES = range(4)
CODES = tuple(codes_bloquants(charger("v5.2")))


@pytest.fixture(scope="module")
def contrat() -> Contrat:
    return charger("v5.2")


def test_there_are_eighty_two() -> None:
    assert len(CODES) == 82


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
