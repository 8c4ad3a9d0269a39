"""Searches: each criterion appears, and all are valid."""

from collections import defaultdict
from datetime import date

import pytest
from lxml import etree

from sne_sandbox.contract import codec
from sne_sandbox.contract.schema import Document
from sne_sandbox.contract.versions import Contrat, charger
from sne_sandbox.generators.actes import VERSION
from sne_sandbox.generators.bornes import bornes
from sne_sandbox.generators.diversite import Contraintes, atelier
from sne_sandbox.generators.noms import noms
from sne_sandbox.generators.recherches import document_de_recherche, recherche
from sne_sandbox.generators.varietes import TirageVarie
from sne_sandbox.operations.controle import controler

JOUR = date(2018, 3, 15)
RACINE = "interfaceNuu/operation/demandeMulticritere"
XS = "{http://www.w3.org/2001/XMLSchema}"


def _elements(contrat: Contrat, racine: str) -> dict[str, bool]:
    """The elements of the schema of a search below `racine`, by path: whether they may be left out."""
    arbre = etree.fromstring(contrat.schemas.lire(contrat.schemas.fichier(Document.RECHERCHE, VERSION)))
    trouves = {}
    for element in arbre.iter(XS + "element"):
        noms = [e.get("name") for e in (*reversed(list(element.iterancestors(XS + "element"))), element)]
        chemin = "/".join(noms)
        if chemin.startswith(f"{racine}/"):
            trouves[chemin] = element.get("minOccurs") == "0"
    return trouves


def test_every_criterion_is_seen_present_absent_and_valid() -> None:
    contrat = charger("v5.2")
    ici = atelier(contrat, jour=JOUR, guichet="G1226", contraintes=Contraintes(richesse=0.3))
    vus: dict[str, set[bool]] = defaultdict(set)
    schema = _elements(contrat, RACINE)
    for graine in range(300):
        criteres = recherche(TirageVarie(graine), ici)
        for parent, chemin in ((criteres, RACINE), *((e, f"{RACINE}/{e.nom}") for e in criteres.enfants)):
            for fils in schema:
                if fils.rpartition("/")[0] == chemin:
                    vus[fils].add(parent.enfant(fils.rpartition("/")[2]) is not None)
        octets = codec.encoder(document_de_recherche(ici, criteres))
        controle = controler(octets, contrat, "strict", ici.instant)
        assert controle.conforme, controle.fautes
    voulu = {c: {True, False} if facultatif else {True} for c, facultatif in schema.items()}
    assert vus == voulu | {f"{RACINE}/personneRecherchee/nom": {True}}  # RCH004


def test_a_person_is_searched_by_its_name_and_any_part_of_the_rest() -> None:
    ici = atelier(charger("v5.2"), jour=JOUR, guichet="G1226", contraintes=Contraintes(richesse=1.0))
    dits, prenoms = set(), set()
    for graine in range(300):
        personne = recherche(TirageVarie(graine), ici).enfant("personneRecherchee")
        assert personne is not None
        dits.add(tuple(e.nom for e in personne.enfants))
        prenoms.add(personne.texte_de("prenom"))
    assert dits == {
        ("nom",), ("nom", "prenom"), ("nom", "dateNaissance"), ("nom", "prenom", "dateNaissance"),
    }  # fmt: skip
    assert prenoms & set(noms().masculins)
    assert prenoms & set(noms().feminins)


@pytest.mark.parametrize("limites", [None, True])
def test_names_as_long_as_the_schema_allows_are_searched(limites: bool | None) -> None:
    contrat = charger("v5.2")
    contraintes = Contraintes(richesse=1.0, limites=limites)
    ici = atelier(contrat, jour=JOUR, guichet="G1226", contraintes=contraintes)
    longueurs: dict[str, set[int]] = defaultdict(set)
    for graine in range(300):
        criteres = recherche(TirageVarie(graine), ici)
        for bloc in ("association", "personneRecherchee"):
            for nom in criteres.tous(f"{bloc}/nom") + criteres.tous(f"{bloc}/prenom"):
                longueurs[f"{RACINE}/{bloc}/{nom.nom}"].add(len(nom.texte))
    assert len(longueurs) == 3
    for chemin, borne in bornes(contrat, VERSION, Document.RECHERCHE).items():
        if chemin in longueurs:
            assert borne.longueur in longueurs[chemin]
            assert (limites is None) == (len(longueurs[chemin]) > 1)


def test_a_search_always_has_a_criterion_and_those_it_is_given() -> None:
    ici = atelier(
        charger("v5.2"), jour=date(2018, 3, 15), guichet="G1226", contraintes=Contraintes(richesse=0.0)
    )
    assert [e.nom for e in recherche(TirageVarie(1), ici).enfants] == ["etatDemande"]
    fixe = recherche(TirageVarie(1), ici, fixes={"communeSouhaitee": "62510"})
    assert [(e.nom, e.texte) for e in fixe.enfants] == [("communeSouhaitee", "62510")]
