"""Radiations, events, decisions, DALO declarations: valid, and of every kind."""

from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from sne_sandbox.contract import codec
from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import Contrat, charger
from sne_sandbox.domain.decision import Decision
from sne_sandbox.domain.element import Element
from sne_sandbox.domain.evenement import convient
from sne_sandbox.generators import actes
from sne_sandbox.generators.bornes import bornes
from sne_sandbox.generators.diversite import Atelier, Contraintes, atelier
from sne_sandbox.generators.exemples import ExempleDeRegle, contexte
from sne_sandbox.generators.varietes import TirageVarie
from sne_sandbox.rules.engine import juger

JOUR = date(2018, 3, 15)
NUMERO = "0620417000001G1226"
COMBIEN = 60


@pytest.fixture(scope="module")
def contrat() -> Contrat:
    return charger("v5.2")


@pytest.fixture(scope="module")
def ici(contrat: Contrat) -> Atelier:
    return atelier(contrat, jour=JOUR, guichet="G1226", contraintes=Contraintes(richesse=0.4))


def _valide(contrat: Contrat, racine: Element) -> None:
    """Accepted by a base that knows the demande of the number."""
    arbre = codec.arbre(racine)
    assert not contrat.schemas.validate(arbre, document=Document.EVENEMENT)
    exemple = ExempleDeRegle(
        fichier="", rang=0, regle="", verdict="accepte", specimen="evenement", type="EVT",
        operation="ajouterEvenementDemande",
    )  # fmt: skip
    bloquantes = [a for a in juger(contexte(exemple, contrat, arbre), contrat, "strict") if a.bloquante]
    assert not bloquantes


def test_events_of_every_type_are_valid(contrat: Contrat, ici: Atelier) -> None:
    types = actes.types_utilisables(ici)
    assert {t.code for t in types} >= {"DECATT", "RECTIF", "ENTRET62"}
    assert "VISITE69" not in {t.code for t in types}  # another territory's
    ecrites: set[tuple[str, str]] = set()
    for genre in types:
        for graine in range(COMBIEN):
            evenement = actes.evenement(TirageVarie(graine), ici, code=genre.code)
            _valide(contrat, actes.document_d_evenement(ici, evenement, NUMERO))
            ecrites |= {(genre.code, code) for code in Decision.de(evenement).valeurs}
    assert ecrites == {(t.code, c.code) for t in types for c in t.caracteristiques}


def test_values_read_as_their_type_and_try_both_ways_to_write_a_day(ici: Atelier) -> None:
    (genre,) = [t for t in actes.types_utilisables(ici) if t.code == "DALOFAV"]
    par_code = {c.code: c for c in genre.caracteristiques}
    jours = set()
    for graine in range(COMBIEN):
        valeurs = Decision.de(actes.evenement(TirageVarie(graine), ici, code="DALOFAV")).valeurs
        assert all(convient(par_code[code], v.texte) for code, vs in valeurs.items() for v in vs)
        jours.add("/" in valeurs["DATEDEC"][0].texte)
    assert jours == {True, False}


@pytest.mark.parametrize("bail", [True, False])
def test_decisions_with_and_without_lease(contrat: Contrat, ici: Atelier, bail: bool) -> None:
    issues = set()
    for graine in range(COMBIEN):
        evenement = actes.decision(TirageVarie(graine), ici, bail=bail)
        decision = Decision.de(evenement)
        assert decision.booleen("BAIL") is bail
        assert all(len(valeurs) == 1 for valeurs in decision.valeurs.values())
        issues.add(decision.texte("DECISION"))
        _valide(contrat, actes.document_d_evenement(ici, evenement, NUMERO))
    attributions = {"ATTRIB", "ATTCLA", "ATTCON"}
    assert issues == (attributions if bail else attributions | {"NONATT", "IRRECE", None})


def test_the_document_that_asks_for_the_list_has_no_event(contrat: Contrat, ici: Atelier) -> None:
    racine = actes.document_d_evenement(ici, None, NUMERO)
    assert not contrat.schemas.validate(codec.arbre(racine), document=Document.EVENEMENT)
    assert racine.enfant("listeEvenements") is None


def test_radiations_of_a_motive(ici: Atelier) -> None:
    motifs = set()
    for graine in range(COMBIEN):
        radiation = actes.radiation(TirageVarie(graine), ici, depot=date(2018, 3, 10))
        motifs.add(radiation.code_de("motifRadiation"))
        jour = radiation.date_de("dateRadiation")
        assert jour is not None
        assert date(2018, 3, 10) <= jour <= JOUR
    assert motifs == {"RADATT", "RADABA", "RADIRR", "RADCON"}
    retour = actes.radiation(TirageVarie(1), ici, motif="")
    assert retour.code_de("motifRadiation") is None
    assert [e.nom for e in retour.enfants] == ["dateRadiation", "motifRadiation"]


def test_an_active_dalo_has_its_typology(ici: Atelier) -> None:
    for graine in range(COMBIEN):
        assert actes.dalo(TirageVarie(graine), ici, statut="ACTIF").code_de("typologieLogementDalo")


#: What the SNE writes in an event, a guichet only to name one of its own.
DU_SNE = {
    "idEvenement", "libelleTypeEvenement", "auteurCreation", "dateCreation", "auteurModification",
    "dateModification", "natureModification", "reglementaire",
    "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique/libelle",
    "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique/texteDescriptif",
}  # fmt: skip


def test_every_part_of_an_event_is_written_up_to_its_length(contrat: Contrat) -> None:
    racine = "interfaceNuu/listeEvenements/evenement"
    lues = bornes(contrat, actes.VERSION, Document.EVENEMENT)
    longueurs = {c.removeprefix(f"{racine}/"): b.longueur for c, b in lues.items() if c.startswith(racine)}
    ecrits: dict[str, set[int]] = defaultdict(set)
    ici = _atelier(contrat, richesse=0.5)
    for graine in range(400):
        _longueurs(actes.evenement(TirageVarie(graine), ici), "", ecrits)
    assert set(longueurs) - DU_SNE <= set(ecrits)
    assert not DU_SNE & set(ecrits)
    for chemin in ("commentaire", "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique/"
                   "valeurCaracteristiqueSpecifique"):  # fmt: skip
        assert max(ecrits[chemin]) == longueurs[chemin]


def test_an_event_at_its_limits(contrat: Contrat) -> None:
    ici = _atelier(contrat, richesse=1.0, limites=True)
    for graine in range(20):
        assert len(actes.evenement(TirageVarie(graine), ici).texte_de("commentaire") or "") == 500


def _atelier(contrat: Contrat, **contraintes: Any) -> Atelier:
    return atelier(contrat, jour=JOUR, guichet="G1226", contraintes=Contraintes(**contraintes))


def _longueurs(element: Element, chemin: str, ecrits: dict[str, set[int]]) -> None:
    for enfant in element.enfants:
        ici = f"{chemin}/{enfant.nom}" if chemin else enfant.nom
        ecrits[ici].add(len(enfant.texte))
        _longueurs(enfant, ici, ecrits)
