"""What is worked out of one demande, by the API as on its page."""

import pytest
from banc import FORMULAIRE, MIDI, Banc, message, poser, radiation, specimen
from lxml import etree

from sne_interface.domain.menage import Menage

NIR = "206127511100564"


def lire(banc: Banc, numero: str, suite: str) -> object:
    reponse = banc.api("GET", f"/bases/{banc.nom}/demandes/{numero}/{suite}")
    assert reponse.status_code == 200, reponse.text
    return reponse.json if reponse.is_json else reponse.data


def test_its_document_is_that_of_the_interface_and_shows_no_nir(banc: Banc) -> None:
    racine = specimen("personne_seule_nir")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/nir", NIR)
    numero = banc.demander(racine).numero
    octets = lire(banc, numero, "document")
    assert isinstance(octets, bytes)
    assert NIR.encode() not in octets
    lu, rendu = etree.fromstring(octets), banc.relire(numero, "oui").document
    assert [e.tag for e in lu.iter()] == [e.tag for e in rendu.iter()]


@pytest.mark.parametrize("nom", ["personne_seule", "couple_garde_alternee_handicap", "colocataires"])
def test_the_household_adds_up(banc: Banc, nom: str) -> None:
    numero, _ = banc.creer_demande(nom)
    lu = lire(banc, numero, "household")
    assert isinstance(lu, dict)
    menage = Menage.de(banc.stockee(numero).demande, MIDI.date())
    assert lu["nombre_uc"] == float(menage.nombre_uc) == pytest.approx(sum(p["uc"] for p in lu["parts"]))
    assert lu["ressources_mensuelles"] == sum(e["montant"] for e in lu["entrees"])
    assert lu["ressources_annuelles_uc"] == menage.ressources_annuelles_uc
    assert (lu["premier_quartile"] is None) == (lu["seuil"] is None or lu["seuil"]["montant"] is None)


def test_an_association_has_no_household(banc: Banc) -> None:
    numero, _ = banc.creer_demande("association")
    reponse = banc.api("GET", f"/bases/{banc.nom}/demandes/{numero}/household")
    assert reponse.status_code == 404
    assert "association" in reponse.json["detail"]


def test_duplicates_are_the_active_ones_of_the_same_person(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    assert lire(banc, numero, "duplicates") == []
    forcee = message(racine, "CRE", refInterne="BAC-2")
    poser(forcee, f"{FORMULAIRE}/forcerDoublon", "true", apres="dateCreationDemande")
    autre = banc.demander(forcee).numero
    (lu,) = lire(banc, numero, "duplicates")  # type: ignore[misc]
    assert lu == banc.api("GET", f"/bases/{banc.nom}/demandes?numero={autre}").json["demandes"][0]
    banc.demander(radiation(racine, numero, "RADABA"))
    assert lire(banc, numero, "duplicates") == []
    assert lire(banc, autre, "duplicates") == []


def test_its_life_is_told_with_what_is_to_come(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    banc.relire(numero)
    etapes = lire(banc, numero, "timeline")
    assert isinstance(etapes, list)
    assert [e["quand"] for e in etapes] == sorted(e["quand"] for e in etapes)
    assert [e["echange"] for e in etapes if e["genre"] == "echange"] == [1, 2]
    assert {"mouvement", "avenir"} <= {e["genre"] for e in etapes}
    assert any("Radiation" in e["titre"] for e in etapes if e["genre"] == "avenir")


@pytest.mark.parametrize("suite", ["document", "household", "duplicates", "timeline"])
@pytest.mark.parametrize("ou", ["essai/demandes/inconnu", "nulle-part/demandes/x"])
def test_of_nothing_there_is_nothing(banc: Banc, ou: str, suite: str) -> None:
    reponse = banc.api("GET", f"/bases/{ou.replace('essai', banc.nom)}/{suite}")
    assert (reponse.status_code, reponse.content_type) == (404, "application/problem+json")
