"""The interface and its controls, read by a program as on their pages."""

from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from banc import Banc
from lxml import etree

from sne_console.api.api_contrat import COMMUNES_MAX
from sne_interface.contract.schemas import Document
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.rule import PROFILS, gravite


def lire(banc: Banc, suite: str = "") -> Any:
    reponse = banc.api("GET", f"/contract{suite}")
    assert reponse.status_code == 200, reponse.text
    return reponse.json


def test_what_there_is_to_read(banc: Banc) -> None:
    contrat = banc.services.contrat
    lu = lire(banc)
    assert (lu["nom"], tuple(lu["versions"])) == (contrat.nom, contrat.versions)
    assert [d["document"] for d in lu["documents"]] == [str(d) for d in Document]
    assert [o for s in lu["services"] for o in s["operations"]] == list(contrat.operations)
    (adresse,) = (s["chemins"][0] for s in lu["services"] if "getNumUnique" in s["operations"])
    assert banc.http.get(f"{adresse}/?wsdl").status_code == 200


def test_every_document_is_a_tree_told_flat(banc: Banc) -> None:
    for document in Document:
        lu = lire(banc, f"/documents/{document}")
        profondeurs = [e["profondeur"] for e in lu["elements"]]
        assert profondeurs[0] == 0
        assert all(suivante <= p + 1 for p, suivante in pairwise(profondeurs))
        assert len({e["chemin"] for e in lu["elements"]}) == len(lu["elements"])


def test_an_element_has_its_bounds_its_list_and_its_fidelity(banc: Banc) -> None:
    lus = {e["chemin"]: e for e in lire(banc, "/documents/demande")["elements"]}
    nir = lus["interfaceNuu/demande/demandeLogement/personnePhysique/demandeur/nir"]
    assert (nir["depuis"], nir["fidelite"], nir["minimum"]) == ("02.02", "convention", 0)
    assert nir["bornes"]
    motif = lus["interfaceNuu/demande/demandeLogement/radiation/motifRadiation"]
    assert (motif["liste"], motif["fidelite"]) == ("ListeMotifsRadiation", "attestée")
    avant = lire(banc, "/documents/demande?version=02.01")
    assert avant["version"] == "02.01"
    assert nir["chemin"] not in {e["chemin"] for e in avant["elements"]}


def test_elements_are_searched(banc: Banc) -> None:
    trouves = lire(banc, "/documents/demande?texte=nompatronymique%20cotitulaire")["elements"]
    assert trouves
    assert all("cotitulaire" in e["chemin"] and e["chemin"].endswith("/nomPatronymique") for e in trouves)
    for faux in ("demande?version=99.99", "recherche?version=02.01", "rien"):
        assert banc.api("GET", f"/contract/documents/{faux}").status_code == 404, faux


def test_closed_lists_have_their_codes_and_what_they_rule(banc: Banc) -> None:
    connues = banc.services.contrat.nomenclatures
    assert [n["nom"] for n in lire(banc, "/nomenclatures")] == list(connues.noms)
    lue = lire(banc, "/nomenclatures/ListeMotifsRadiation")
    assert {c["code"]: c["libelle"] for c in lue["codes"]} == dict(connues.liste("ListeMotifsRadiation"))
    assert "interfaceNuu/demande/demandeLogement/radiation/motifRadiation" in lue["emplois"]
    assert lue["nombre"] == len([c for c in lue["codes"] if c["code"]])
    assert banc.api("GET", "/contract/nomenclatures/rien").status_code == 404


def test_communes_are_found_by_name_postal_code_or_code(banc: Banc) -> None:
    def codes(nom: str) -> list[str]:
        return [c["code"] for c in lire(banc, f"/communes?nom={quote(nom)}")]

    assert codes("Créteil") == codes("creteil") == codes("94028") == ["94028"]
    assert "94028" in codes("94000")
    assert len(codes("Saint-")) == COMMUNES_MAX
    assert codes("99999") == codes("Nulle-Part-du-Tout") == []
    (creteil,) = lire(banc, "/communes?nom=94028")
    assert (creteil["nom"], creteil["departement"], creteil["codes_postaux"]) == ("Créteil", "94", ["94000"])
    assert lire(banc, "/communes") == []


def test_types_of_events_and_what_they_carry(banc: Banc) -> None:
    lus = {t["code"]: t for t in lire(banc, "/events")}
    assert lus.keys() == {t.code for t in banc.services.contrat.evenements}
    assert lus["DECATT"]["caracteristiques"]
    assert all(c["valeurs"] for t in lus.values() for c in t["caracteristiques"] if c["type"] == "LST")


def test_operations_have_the_fields_of_their_messages(banc: Banc) -> None:
    lues = {o["nom"]: o for o in lire(banc, "/operations")}
    assert lues.keys() == banc.services.contrat.operations.keys()
    champs = [c["nom"] for c in lues["getDemandeLogement"]["entree"]["champs"]]
    assert champs == [c.nom for c in banc.services.contrat.operations["getDemandeLogement"].entree.champs]
    assert lues["getDemandeLogement"]["titre"] == "Consulter une demande"


def codes(banc: Banc, question: str = "") -> list[str]:
    reponse = banc.api("GET", f"/rules{question}")
    assert reponse.status_code == 200, reponse.text
    return [regle["code"] for regle in reponse.json]


def test_all_are_listed_in_the_order_they_run(banc: Banc) -> None:
    contrat = banc.services.contrat
    assert codes(banc) == [r.code for r in REGLES if r.code in contrat.regles]


@pytest.mark.parametrize("profil", PROFILS)
def test_what_each_does_is_told_under_a_profile(banc: Banc, profil: str) -> None:
    lues = banc.api("GET", f"/rules?profil={profil}").json
    fiches = banc.services.contrat.regles
    assert {r["code"]: r["effet"] for r in lues} == {
        r["code"]: str(gravite(fiches[r["code"]], profil)) for r in lues
    }


def test_they_are_searched(banc: Banc) -> None:
    trouvees = banc.api("GET", "/rules?sujet=radiation&effet=bloquante&fidelite=attest%C3%A9e").json
    assert trouvees
    assert {(r["sujet"], r["effet"], r["fidelite"]) for r in trouvees} == {
        ("radiation", "bloquante", "attestée")
    }
    assert "ENT009" in codes(banc, "?texte=ent009")
    assert codes(banc, "?texte=rien-de-tel") == []
    assert 0 < len(codes(banc, "?type=RAD")) < len(codes(banc))
    for faux in ("sujet=x", "effet=x", "fidelite=x", "profil=x"):
        assert banc.api("GET", f"/rules?{faux}").status_code == 422, faux


def test_one_has_its_examples_and_the_smallest_message_it_refuses(banc: Banc) -> None:
    lue = banc.api("GET", "/rules/ent009").json
    assert lue["code"] == "ENT009"
    assert lue["acceptes"]
    assert all(e["depart"] and e["gestes"] for e in lue["refuses"])
    assert lue["refuses"]
    assert etree.fromstring(lue["plus_petite"].encode()).tag.endswith("interfaceNuu")
    assert lue["surcharge"].startswith("[ENT009]")
    assert set(lue["effets"]) == set(PROFILS)
    for profil in PROFILS:
        assert banc.api("GET", f"/rules/ENT009?profil={profil}").json["effet"] == lue["effets"][profil]


def test_every_one_can_be_read(banc: Banc) -> None:
    for code in codes(banc):
        reponse = banc.api("GET", f"/rules/{code}")
        assert reponse.status_code == 200, code
        assert reponse.json["refuses"], code
    inconnue = banc.api("GET", "/rules/XXX999")
    assert (inconnue.status_code, inconnue.content_type) == (404, "application/problem+json")


def test_the_form_against_the_message(banc: Banc) -> None:
    lu = lire(banc, "/form")
    assert [rubrique["lettre"] for rubrique in lu["rubriques"]] == list("abcdefghi")
    assert lu["inconnus"] == []
    assert all(ligne["elements"] == [] for ligne in lu["sans_place"])
