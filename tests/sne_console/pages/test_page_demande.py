"""One demande on one page, and what can be kept of it."""

from collections.abc import Callable
from typing import Any

import pytest
from banc import FORMULAIRE, NS, Banc, message, poser, radiation, renouvellement, specimen, texte
from lxml import etree, html
from navigateur import ENTETES

from sne_console.pages import page_demande as section
from sne_console.vues import vie_de_la_demande

HOSTILE = "<script>alert('x')</script>"
NIR = "2061275111005"
DEMANDEUR = f"{FORMULAIRE}/personnePhysique/demandeur"

Page = Callable[..., Any]


def dit(arbre: Any, section: str = "") -> str:
    """Text of the page, or of the section of that heading."""
    noeud = arbre.xpath(f"//section[@aria-labelledby='{section}']")[0] if section else arbre.find(".//main")
    return " ".join(" ".join(noeud.itertext()).split())


def prendre(banc: Banc, chemin: str, statut: int = 200) -> Any:
    reponse = banc.http.get(f"/console/{banc.nom}/demandes/{chemin}", headers=ENTETES)
    assert reponse.status_code == statut, reponse.text
    return reponse


def test_a_demande_is_told_whole(banc: Banc, page: Page) -> None:
    numero, _ = banc.creer_demande("couple_garde_alternee_handicap")
    arbre = page(f"/demandes/{numero}")
    assert arbre.xpath("string(//h1)") == "Delattre Antoine et Delattre Sophie"
    assert "active" in dit(arbre)
    assert "du 15/03/2018 au 15/03/2019" in dit(arbre)
    assert "Situation de famille Marié(e) M" in dit(arbre, "t-formulaire")
    foyer = dit(arbre, "t-foyer")
    assert "Total 2,25" in foyer
    assert "2 875 € × 12 = 34 500 € par an" in foyer.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "un montant inventé pour la démonstration" in foyer
    assert "celui de 2017, l'année qui précède celle de la base" in foyer
    assert "Handicap HANDIC , a) de l'article L. 441-1, que propose : complément handicap. déduite" in foyer
    assert "MINEUR , i) de l'article L. 441-1, que propose : enfant mineur, motif 13" in foyer
    assert foyer.count("L. 441-1 ;") == 2, "a source tells no letter, which a law may move"
    assert f"Numéro unique d'enregistrement : {numero}" in dit(arbre, "t-attestation")
    assert (
        arbre.xpath("//section[@aria-labelledby='t-document']//span[@class='nom']/text()")[0]
        == "interfaceNuu"
    )


def test_what_is_not_known_of_the_quartile_is_said(banc: Banc, page: Page) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    for detail in racine.findall(".//{*}listeRessourceRecue/{*}detailRessource"):
        detail.getparent().remove(detail)
    for commune in racine.iterfind(".//{*}localisationSouhaite/{*}commune"):
        commune.set("code", "59350")
    foyer = dit(page(f"/demandes/{banc.demander(racine).numero}"), "t-foyer")
    assert "elles sont inconnues, ce qui n'est pas 0 €" in foyer
    assert "Aucun seuil n'est connu" in foyer
    assert "Il en connaît pour Île-de-France et " in foyer
    assert "Quartile : inconnu, aucune ressource n'est déclarée" in foyer
    assert "DALO : " not in foyer


def test_a_household_that_is_recognised_has_its_priority(banc: Banc, page: Page) -> None:
    numero, _ = banc.creer_demande("hebergee_secret")
    racine = message(specimen("dalo"), "DAL", numero)
    assert not banc.demander(racine, operation="getDeclarationNouveauDalo").anomalies
    foyer = dit(page(f"/demandes/{numero}"), "t-foyer")
    assert "Reconnu par la commission de médiation DALO , que propose : statut ACTIF. déduite" in foyer
    assert "VIOLEN , f) de l'article L. 441-1, que propose : motif 06 (Violences familiales)" in foyer


def test_numbers_are_written_in_french(banc: Banc, page: Page) -> None:
    """« 1 an », « 2,25 »: in the form as in the calculation above it."""
    racine = message(specimen("couple_garde_alternee_handicap"), "CRE")
    benjamin = next(e for e in racine.iter("{*}dateNaissance") if e.text == "2015-11-27")
    benjamin.text = "2017-01-10"
    arbre = page(f"/demandes/{banc.demander(racine).numero}")
    assert " 1 an 0,30 " in dit(arbre, "t-foyer")
    assert " 36 ans 1,00 " in dit(arbre, "t-foyer")
    avec_uc, _ = banc.creer_demande("personne_seule_nir")  # what the SNE computes is of 02.02
    assert "Unités de consommation 1,00" in dit(page(f"/demandes/{avec_uc}"), "t-formulaire")


def test_an_association_has_no_quartile(banc: Banc, page: Page) -> None:
    numero, _ = banc.creer_demande("association")
    arbre = page(f"/demandes/{numero}")
    assert arbre.xpath("string(//h1)") == "Association Un Toit en Partage"
    assert not arbre.xpath("//section[@aria-labelledby='t-foyer']")


def test_its_life_is_a_timeline_in_order(banc: Banc, page: Page) -> None:
    numero, racine = banc.creer_demande()
    banc.demander(renouvellement(racine, numero, "2018-03-15"))
    banc.demander(radiation(racine, numero, "RADABA"))
    banc.relire(numero)
    arbre = page(f"/demandes/{numero}")
    faits = [
        " ".join(f.text_content().split()) for f in arbre.xpath("//ol[@class='frise']//*[@class='fait']")
    ]
    assert [f for f in faits if "getNumUnique" in f] == [
        "getNumUnique (CRE) ✓ accepté",
        "getNumUnique (REN) ✓ accepté",
        "getNumUnique (RAD) ✓ accepté",
    ]
    # Each before what it caused, told once.
    assert faits[:6] == [
        "getNumUnique (CRE) ✓ accepté",
        "Dépôt de la demande",
        "getNumUnique (REN) ✓ accepté",
        "Renouvellement",
        "getNumUnique (RAD) ✓ accepté",
        "Radiation",
    ]
    assert "enregistrée le 15/03/2018 à 12:00" in dit(arbre, "t-histoire")
    assert faits[-1] == "Effacement"
    assert "getDemandeLogement ✓ accepté" in faits
    assert arbre.xpath("//ol[@class='frise']//a/@href")[0].endswith("/echanges/1")
    assert "radiée" in dit(arbre)
    assert "RADABA" in dit(arbre)


def test_the_clock_says_what_is_to_come(banc: Banc, page: Page) -> None:
    numero, _ = banc.creer_demande()
    banc.api("POST", f"/bases/{banc.nom}/clock/freeze", {"instant": "2019-02-20T12:00:00"})
    arbre = page(f"/demandes/{numero}")
    assert "active, à renouveler" in dit(arbre)
    genres = {
        " ".join(li.xpath("string(.//*[@class='fait'])").split()): li.get("class")
        for li in arbre.xpath("//ol[@class='frise']/li")
    }
    assert genres["Nuit du 15/02/2019 : préavis d'échéance"] == "echange"
    assert genres["Fin de validité"] == "avenir"
    assert genres["Radiation par le SNE faute de renouvellement"] == "avenir"


def test_the_nights_that_it_shared_are_told(banc: Banc, page: Page) -> None:
    numero, racine = banc.creer_demande()
    poser(racine, f"{DEMANDEUR}/nom", "Autre")
    autre = banc.demander(message(racine, "CRE")).numero
    banc.api("POST", f"/bases/{banc.nom}/clock/advance", {"vers": "P14M"})
    for une in (numero, autre):
        etapes = page(f"/demandes/{une}").xpath("//ol[@class='frise']/li")
        faits = [" ".join(li.xpath("string(.//*[@class='fait'])").split()) for li in etapes]
        assert faits[2:] == [
            "Nuit du 15/02/2019 : préavis d'échéance",
            "Fin de validité",
            "Radiation",
            "Fin de la réactivation possible",
            "Effacement",
        ]
        assert [li.get("class") for li in etapes][-2:] == ["avenir", "avenir"]


def test_what_a_lease_asks_for_is_foreseen(banc: Banc, page: Page) -> None:
    numero, _ = banc.creer_demande("colocataires")
    racine = specimen("evenement", "documents")
    poser(racine, "operation/numUnique", numero)
    assert banc.fichier("ajouterEvenementDemande", racine).anomalies == []
    etapes = page(f"/demandes/{numero}").xpath("//ol[@class='frise']/li")
    prevues = [" ".join(li.xpath("string(.)").split()) for li in etapes if li.get("class") == "avenir"]
    (bail,) = [prevue for prevue in prevues if "Bail que la radiation n'a pas suivi" in prevue]
    assert bail.startswith("11/04/2018")
    assert "(R. 441-2-8 a)" in bail
    frise = " ".join(" ".join(etape.xpath("string(.//*[@class='fait'])") for etape in etapes).split())
    rang = frise.index("Commission d'attribution : Attribution")
    assert rang < frise.index("Signature du bail") < frise.index("Fin de validité")


def test_the_month_of_an_irrecevabilite_is_not_said_to_be_that_of_a_warning_that_is_not_known(
    banc: Banc, page: Page
) -> None:
    numero, _ = banc.creer_demande("colocataires")
    racine = specimen("evenement", "documents")
    poser(racine, "operation/numUnique", numero)
    codes = {trait.findtext("{*}code"): trait for trait in racine.iter("{*}caracteristiqueSpecifique")}
    codes["DECISION"].find("{*}valeurCaracteristiqueSpecifique").text = "IRRECE"
    for devenu, code, valeur in (("BAIL", "MOTIF", "Dossier incomplet"), ("DATEBAIL", "REFUSMEN", "non")):
        codes[devenu].find("{*}code").text = code
        codes[devenu].find("{*}valeurCaracteristiqueSpecifique").text = valeur
    assert banc.fichier("ajouterEvenementDemande", racine).anomalies == []
    frise = " ".join(page(f"/demandes/{numero}").xpath("string(//ol[@class='frise'])").split())
    assert "08/04/2018 Radiation pour irrecevabilité possible" in frise
    assert "un mois après la décision, si le ménage fut averti alors" in frise


def test_events_and_decisions_are_put_into_words(banc: Banc, page: Page) -> None:
    numero, _ = banc.creer_demande(dateCreationDemande="2018-03-01")
    racine = specimen("evenement", "documents")
    poser(racine, "operation/numUnique", numero)
    poser(racine, "listeEvenements/evenement/commentaire", HOSTILE)
    poser(racine, "entete/codeGuichet", "G1104")
    reponse = banc.fichier("ajouterEvenementDemande", racine)
    assert reponse.echange.verdict == "accepté", reponse.echange.anomalies or reponse.echange.fault
    evenements = dit(page(f"/demandes/{numero}"), "t-evenements")
    assert "Décision de la commission d'attribution DECATT" in evenements
    assert "Décision de la commission Attribution ATTRIB" in evenements
    assert "08/03/2018" in evenements
    assert HOSTILE in evenements


def test_doublons_are_shown(banc: Banc, page: Page) -> None:
    numero, racine = banc.creer_demande()
    forcee = message(racine, "CRE", refInterne="BAC-2")
    poser(forcee, f"{FORMULAIRE}/forcerDoublon", "true", apres="dateCreationDemande")
    autre = banc.demander(forcee).numero
    arbre = page(f"/demandes/{numero}")
    assert arbre.xpath("//section[@aria-labelledby='t-doublons']//li/a/text()") == [autre]
    banc.demander(radiation(racine, numero, "RADABA"))
    assert not page(f"/demandes/{numero}").xpath("//section[@aria-labelledby='t-doublons']")


def test_a_separation_is_told_on_both_sides(banc: Banc, page: Page) -> None:
    jointe, _ = banc.creer_demande("couple_garde_alternee_handicap")
    separee = banc.demander(_separation(jointe)).numero
    assert separee in dit(page(f"/demandes/{jointe}"))
    assert jointe in dit(page(f"/demandes/{separee}"))


def _separation(jointe: str) -> Any:
    racine = specimen("separation")
    poser(racine, f"{FORMULAIRE}/numUniqueAssocie", jointe)
    couple = specimen("couple_garde_alternee_handicap")
    sophie = couple.find(f".//{{{NS}}}cotitulaire")
    poser(racine, f"{FORMULAIRE}/dateCreationDemande", texte(couple, f"{FORMULAIRE}/dateCreationDemande"))
    for nom in ("civilite", "nom", "nomPatronymique", "prenom", "dateNaissance"):
        de, vers = sophie.find(f"{{{NS}}}{nom}"), racine.find(f".//{{{NS}}}demandeur/{{{NS}}}{nom}")
        if de is not None and vers is not None:
            vers.text = de.text
            vers.attrib.update(de.attrib)
    return racine


def test_its_pieces_can_be_kept(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    pdf = prendre(banc, f"{numero}/attestation")
    assert pdf.mimetype == "application/pdf"
    assert pdf.data.startswith(b"%PDF")
    liens = html.fromstring(prendre(banc, numero).text).xpath("//main//a[contains(@href, '/api/')]/@href")
    garde, document = (banc.http.get(lien, headers=ENTETES) for lien in liens)
    assert garde.data == pdf.data
    assert garde.headers["Content-Disposition"] == f'attachment; filename="attestation-{numero}.pdf"'
    document = etree.fromstring(document.data)
    assert texte(document, f"{FORMULAIRE}/numUnique") == numero


def test_a_nir_is_masked_everywhere(banc: Banc) -> None:
    racine = specimen("personne_seule_nir")
    numero = banc.demander(message(racine, "CRE")).numero
    assert texte(racine, f"{DEMANDEUR}/nir") is not None
    document = banc.api("GET", f"/bases/{banc.nom}/demandes/{numero}/document")
    for reponse in (prendre(banc, numero), document):
        contenu = reponse.text.replace(" ", "")
        assert texte(racine, f"{DEMANDEUR}/nir")[:13] not in contenu
        assert "****" in contenu


def test_hostile_texts_are_text(banc: Banc, page: Page) -> None:
    racine = specimen("personne_seule")
    poser(racine, f"{DEMANDEUR}/nom", HOSTILE)
    poser(racine, f"{FORMULAIRE}/precision", f"{HOSTILE} {NIR}64")
    numero = banc.demander(message(racine, "CRE")).numero
    arbre = page(f"/demandes/{numero}")
    assert arbre.xpath("string(//h1)").startswith(HOSTILE)
    assert HOSTILE in dit(arbre, "t-formulaire")
    assert NIR not in dit(arbre)


@pytest.mark.parametrize("numero", ["1110318999999G1104", "%00", "é", HOSTILE.replace("/", "%2F"), "x" * 300])
@pytest.mark.parametrize("suite", ["", "/document", "/attestation"])
def test_an_unknown_number_is_said(banc: Banc, numero: str, suite: str) -> None:
    reponse = prendre(banc, numero + suite, 404)
    assert HOSTILE not in reponse.text


def test_many_exchanges_are_left_to_the_journal(
    banc: Banc, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (vie_de_la_demande, section):
        monkeypatch.setattr(module, "ECHANGES", 2)
    numero, _ = banc.creer_demande()
    banc.relire(numero)
    banc.relire(numero)
    arbre = page(f"/demandes/{numero}")
    assert len(arbre.xpath("//ol[@class='frise']/li[@class='echange']")) == 2
    assert "Les 2 derniers échanges" in dit(arbre, "t-histoire")
