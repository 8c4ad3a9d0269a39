"""Messages composed in a form: begun from anything, filled in without XML, checked, sent, mended."""

import html as echappement
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from banc import MIDI, NS, Banc, message, renouvellement, specimen
from lxml import etree, html
from navigateur import ENTETES

from sne_console.messages import documents_masques, points_de_depart
from sne_interface.domain.echange import VerdictEchange
from sne_interface.generators import exemples_de_regles
from sne_sandbox.operations.table_des_operations import OPERATIONS

NIR = "2061299123456"


class Formulaire:
    """The form of a page, as a browser would send it."""

    def __init__(self, banc: Banc, arbre: Any) -> None:
        self.banc = banc
        (formulaire,) = arbre.xpath("//form[@method='post'][.//button[@name='geste']]")
        self.action = formulaire.get("action")
        self.champs = {e.get("name"): (e.get("value") or "") for e in formulaire.xpath(".//input[@name]")}
        for choix in formulaire.xpath(".//select[@name]"):
            retenu = choix.xpath("./option[@selected]") or choix.xpath("./option[1]")
            self.champs[choix.get("name")] = retenu[0].get("value")
        for zone in formulaire.xpath(".//textarea"):
            # A browser drops the line end that opens a text area.
            self.champs[zone.get("name")] = zone.text.removeprefix("\n")

    @property
    def document(self) -> str:
        return str(self.champs["document"])

    def poster(self, geste: str, **champs: str) -> Any:
        remplis = {**self.champs, **{nom.replace("__", "."): valeur for nom, valeur in champs.items()}}
        # Browsers write the ends of lines of a text area so.
        if "document" in remplis:
            remplis["document"] = remplis["document"].replace("\n", "\r\n")
        return self.banc.http.post(self.action, headers=ENTETES, data={**remplis, "geste": geste})

    def envoyer(self, **champs: str) -> Any:
        """The exchange that came of it."""
        reponse = self.poster("envoyer", **champs)
        assert reponse.status_code == 303, reponse.text
        identifiant = int(reponse.headers["Location"].rpartition("/")[2])
        echange = self.banc.services.magasin.journal.lire(self.banc.nom, identifiant)
        assert echange is not None
        return echange


@pytest.fixture
def ouvrir(banc: Banc, page: Callable[..., Any]) -> Callable[[str], Formulaire]:
    return lambda chemin: Formulaire(banc, page(f"/composer/{chemin}"))


def nom_de(echange: Any) -> str:
    """Name of the file that an exchange brought."""
    trouve = re.search(rb"<nomFichierDemande>(.*?)</nomFichierDemande>", echange.requete)
    return trouve[1].decode()


def a_plat(reponse: Any) -> str:
    return " ".join(echappement.unescape(reponse.text).split())


def test_the_thirteen_operations_are_offered(page: Callable[..., Any]) -> None:
    liens = page("/composer").xpath("//ul[@class='gestes']//a/@href")
    assert {str(lien).rpartition("/")[2] for lien in liens} == set(OPERATIONS)


@pytest.mark.parametrize(
    "operation", [nom for nom in OPERATIONS if "modifier" not in nom and "supprimer" not in nom]
)
@pytest.mark.parametrize("emballage", ["mtom", "simple"])
def test_each_form_goes_as_it_is_offered(
    banc: Banc, ouvrir: Callable[[str], Formulaire], operation: str, emballage: str
) -> None:
    banc.creer_demande()
    echange = ouvrir(operation).envoyer(emballage=emballage)
    assert echange.operation == operation
    assert echange.verdict is VerdictEchange.ACCEPTE, (echange.fault, echange.anomalies)
    assert [t["code"] for t in echange.tolerances] == []


def test_an_event_is_added_then_changed_and_named_to_be_deleted(
    banc: Banc, ouvrir: Callable[[str], Formulaire]
) -> None:
    banc.creer_demande()
    for operation in ("ajouterEvenementDemande", "modifierEvenementDemande"):
        echange = ouvrir(operation).envoyer()
        assert echange.verdict is VerdictEchange.ACCEPTE, (operation, echange.fault, echange.anomalies)
    # The one there is, a decision, is regulatory: nobody deletes it.
    refus = ouvrir("supprimerEvenementDemande").envoyer()
    assert [a["regle"] for a in refus.anomalies] == ["EVT006"]


@pytest.mark.parametrize("sorte", points_de_depart.MENAGES)
def test_every_kind_of_household_is_accepted_without_a_word(
    ouvrir: Callable[[str], Formulaire], sorte: str
) -> None:
    for graine in range(1, 16):
        echange = ouvrir(f"getNumUnique?depart=menage-{sorte}-{graine}").envoyer()
        assert (graine, [a["message"] for a in echange.anomalies]) == (graine, [])


def test_a_form_that_is_opened_again_proposes_somebody_else(ouvrir: Callable[[str], Formulaire]) -> None:
    personnes = []
    for _ in range(3):
        formulaire = ouvrir("getNumUnique")
        personnes.append([formulaire.champs[f"champ.{nom}"] for nom in ("nom", "prenom", "naissance")])
        assert formulaire.envoyer().verdict is VerdictEchange.ACCEPTE
    assert len({tuple(personne) for personne in personnes}) == 3
    cherchee = ouvrir("getDoublons").champs
    assert [cherchee[f"champ.{nom}"] for nom in ("nom", "prenom", "naissance")] == personnes[0]


def test_a_search_begins_with_somebody_who_is_there(banc: Banc, ouvrir: Callable[[str], Formulaire]) -> None:
    for nom in ("personne_seule", "association"):
        numero, _ = banc.creer_demande(nom)
        echange = ouvrir("rechercheDemandeMulticritere").envoyer()
        assert (echange.verdict, echange.anomalies) == (VerdictEchange.ACCEPTE, [])
        assert numero.encode() in echange.reponse


@pytest.mark.parametrize("annee", [2018, 2021, 2026])
@pytest.mark.parametrize("nom", points_de_depart.SPECIMENS)
def test_specimens_are_of_the_day_of_the_base(
    nouvelle_base: Callable[..., Banc], nom: str, annee: int
) -> None:
    banc = nouvelle_base(horloge=datetime(annee, 11, 5, 9, 30, tzinfo=UTC))
    reponse = banc.http.get(
        f"/console/{banc.nom}/composer/getNumUnique?depart=specimen-{nom}", headers=ENTETES
    )
    echange = Formulaire(banc, html.fromstring(reponse.text)).envoyer()
    assert (echange.verdict, echange.anomalies) == (VerdictEchange.ACCEPTE, [])


@pytest.mark.parametrize(("type_", "apres"), [("MOD", "A"), ("REN", "A"), ("RAD", "R"), ("COP", "A")])
def test_a_demande_of_the_base_is_followed(
    banc: Banc, ouvrir: Callable[[str], Formulaire], type_: str, apres: str
) -> None:
    numero, _ = banc.creer_demande()
    banc.regler_horloge(MIDI.replace(year=2019, month=2))
    echange = ouvrir(f"getNumUnique?demande={numero}&type={type_}").envoyer()
    assert (echange.verdict, echange.type_fichier) == (VerdictEchange.ACCEPTE, type_), echange.anomalies
    assert banc.stockee(numero).etat == apres


def test_a_radiated_demande_is_reactivated(
    banc: Banc, ouvrir: Callable[[str], Formulaire], page: Callable[..., Any]
) -> None:
    """From its page; or by a radiation whose motive is emptied."""
    numero, _ = banc.creer_demande()
    for _ in range(2):
        echange = ouvrir(f"getNumUnique?demande={numero}&type=RAD").envoyer()
        assert banc.stockee(numero).etat == "R", echange.anomalies
        actions = page(f"/demandes/{numero}").xpath("//main//div[@class='actions']/a[contains(., '…')]")
        assert [a.text for a in actions] == ["Réactiver…"]
        suite = f"getNumUnique?demande={numero}&type=REA"
        assert actions[0].get("href").endswith(suite.partition("?")[2])
        echange = ouvrir(suite).envoyer()
        assert (echange.verdict, echange.type_fichier) == (VerdictEchange.ACCEPTE, "RAD"), echange.anomalies
        assert banc.stockee(numero).etat == "A"
    ouvrir(f"getNumUnique?demande={numero}&type=RAD").envoyer()
    formulaire = ouvrir(f"getNumUnique?demande={numero}&type=RAD")
    assert formulaire.envoyer(champ__motif_radiation="").verdict is VerdictEchange.ACCEPTE
    assert banc.stockee(numero).etat == "A"


def test_each_choice_can_be_emptied(banc: Banc, page: Callable[..., Any]) -> None:
    numero, _ = banc.creer_demande()
    arbre = page(f"/composer/getNumUnique?demande={numero}&type=RAD")
    for choix in arbre.xpath("//select[starts-with(@name, 'champ.')]"):
        assert choix.xpath("./option[@value='']"), choix.get("name")


def test_without_knowing_xml(
    banc: Banc, ouvrir: Callable[[str], Formulaire], page: Callable[..., Any]
) -> None:
    """Register, be refused, see why, mend it from the exchange's page."""
    refuse = ouvrir("getNumUnique").envoyer(champ__naissance="2018-02-01", champ__nom="Œuf-Léger")
    assert refuse.verdict is VerdictEchange.ANOMALIES
    assert "IDT" in refuse.anomalies[0]["regle"]
    vue = page(f"/echanges/{refuse.identifiant}")
    (lien,) = vue.xpath("//a[text()='Corriger et renvoyer']/@href")
    repris = Formulaire(banc, page(f"/{lien}"))
    assert repris.champs["champ.nom"] == "Œuf-Léger"
    assert repris.champs["champ.naissance"] == "01/02/2018"
    corrige = repris.envoyer(champ__naissance="1/2/1980")
    assert corrige.verdict is VerdictEchange.ACCEPTE, corrige.anomalies
    demande = banc.stockee(corrige.numero_unique).demande
    assert demande.demandeur.nom == "Œuf-Léger"


def test_a_field_that_is_emptied_leaves_and_comes_back_at_its_place(
    ouvrir: Callable[[str], Formulaire],
) -> None:
    formulaire = ouvrir("getNumUnique")
    sans = formulaire.poster("preparer", champ__naissance="")
    assert "dateNaissance" in a_plat(sans)
    assert "Il serait refusé" in sans.text
    repris = Formulaire(formulaire.banc, html.fromstring(sans.text))
    demandeur = repris.document.partition("<ns1:demandeur>")[2].partition("</ns1:demandeur>")[0]
    assert "<ns1:dateNaissance>" not in demandeur
    assert repris.envoyer(champ__naissance="1980-02-01").verdict is VerdictEchange.ACCEPTE


def test_a_commune_is_told_by_its_name(ouvrir: Callable[[str], Formulaire]) -> None:
    formulaire = ouvrir("getNumUnique?depart=specimen-personne_seule")
    for code, dit in (("62498", "code INSEE de Lens"), ("99999", "code INSEE : 62510")):
        vue = html.fromstring(formulaire.poster("preparer", champ__commune=code).text)
        assert " ".join(vue.xpath("string(//*[@id='a-commune'])").split()) == dit


def test_nothing_that_was_typed_is_lost(banc: Banc, ouvrir: Callable[[str], Formulaire]) -> None:
    """Malformed XML and a changed field: neither can be put into the other, both come back."""
    formulaire = ouvrir("getNumUnique")
    casse = formulaire.document.replace("</ns1:nom>", "</ns1:mon>", 1) + "<!-- à moi & <script> -->"
    reponse = formulaire.poster("envoyer", document=casse, nom="mien.xml", emballage="simple")
    assert reponse.status_code == 303  # broken on purpose: it goes as it is
    fautif = formulaire.poster("envoyer", document=casse, nom="mien.xml", champ__prenom="Zoé")
    assert fautif.status_code == 422
    arbre = html.fromstring(fautif.text)
    (dite,) = arbre.xpath("//p[@role='alert']")
    phrase = " ".join(dite.text_content().split())
    assert phrase.count("pas lisible") == 1
    assert "ouverte ligne" in phrase, phrase
    assert (
        "Remède : fermez les balises dans l'ordre inverse de leur ouverture. Rien n'a été envoyé." in phrase
    )
    assert arbre.xpath("//textarea")[0].text.removeprefix("\n") == casse
    assert arbre.xpath("//input[@name='nom']/@value") == ["mien.xml"]
    assert not arbre.xpath("//script[not(@src)]")


@pytest.mark.parametrize("geste", ["envoyer", "preparer", "voir"])
@pytest.mark.parametrize(
    ("operation", "champ"),
    [
        ("getNumUnique", "champ__nom"),
        ("getNumUnique", "nom"),
        ("getDemandeLogement", "guichet"),
        ("getDemandeLogement", "parametre__numUnique"),
    ],
)
def test_a_character_that_xml_cannot_carry_is_told(
    banc: Banc, ouvrir: Callable[[str], Formulaire], operation: str, champ: str, geste: str
) -> None:
    reponse = ouvrir(operation).poster(geste, **{champ: "Du\x00rand"})
    assert reponse.status_code == 422
    assert "U+0000" in reponse.text
    assert "Remède : retapez ce champ" in reponse.text
    assert banc.journal() == []


def test_a_checked_message_is_not_sent(banc: Banc, ouvrir: Callable[[str], Formulaire]) -> None:
    formulaire = ouvrir("getNumUnique")
    bon = formulaire.poster("preparer")
    assert "Il serait accepté" in bon.text
    mauvais = formulaire.poster("preparer", champ__naissance="2018-02-01")
    assert "Il serait refusé" in mauvais.text
    vu = formulaire.poster("voir", emballage="simple")
    assert "POST /bases/" in vu.text
    assert banc.journal() == []
    assert banc.compter() == 0


def test_a_file_name_is_new_each_time_unless_one_is_chosen(ouvrir: Callable[[str], Formulaire]) -> None:
    formulaire = ouvrir("getNumUnique")
    noms = [nom_de(formulaire.envoyer(champ__nom=nom)) for nom in ("Un", "Deux")]
    assert len(set(noms)) == 2
    fixe = "DEMG1226-201803151200-777777.xml"
    noms = [nom_de(formulaire.envoyer(nom=fixe, champ__nom=nom)) for nom in ("Trois", "Quatre")]
    assert noms == [fixe, fixe]


def test_a_nir_is_masked_on_the_page_and_whole_on_the_wire(
    banc: Banc, ouvrir: Callable[[str], Formulaire], page: Callable[..., Any]
) -> None:
    vrai = specimen("personne_seule_nir").findtext(".//{*}nir")
    formulaire = ouvrir("getNumUnique?depart=specimen-personne_seule_nir")
    assert vrai not in formulaire.document
    assert vrai[:3] + "*" in formulaire.document
    assert "Il serait accepté" in formulaire.poster("preparer").text
    envoi = formulaire.envoyer()
    assert envoi.verdict is VerdictEchange.ACCEPTE, envoi.anomalies
    assert vrai.encode() in envoi.requete
    repris = Formulaire(banc, page(f"/composer/getNumUnique?echange={envoi.identifiant}"))
    assert vrai not in repris.document
    assert vrai.encode() in repris.envoyer(champ__nom="Autrenom").requete


def test_how_it_ended_is_announced(banc: Banc, ouvrir: Callable[[str], Formulaire]) -> None:
    for champs, classe, dit in (
        ({}, "succes", "accepté."),
        ({"champ__naissance": "2019-02-01"}, "erreur", "refusé par les contrôles."),
        ({"document": "<casse"}, "erreur", "refusé sans explication."),
    ):
        reponse = ouvrir("getNumUnique").poster("envoyer", **champs)
        vue = html.fromstring(banc.http.get(reponse.location, headers=ENTETES).text)
        (annonce,) = vue.xpath("//main/p[@role='status']")
        assert (annonce.get("class"), dit in annonce.text) == (f"message {classe}", True)


def test_what_is_accepted_with_a_warning_is_not_sent_again(banc: Banc, page: Callable[..., Any]) -> None:
    numero, racine = banc.creer_demande()
    banc.demander(message(racine, "CRE"))  # refused: a doublon
    assert page("/echanges/2").xpath("//a[text()='Corriger et renvoyer']")
    averti = banc.demander(renouvellement(racine, numero, "2018-03-15")).echange  # early
    assert (averti.verdict, bool(averti.anomalies)) == (VerdictEchange.ACCEPTE, True)
    vue = page("/echanges/3")
    assert not vue.xpath("//a[text()='Corriger et renvoyer']")
    (lien,) = vue.xpath("//a[text()='Modifier la demande']/@href")
    assert lien.endswith(f"?demande={averti.numero_unique}&type=MOD")


def test_another_start_is_chosen_after_a_demande(banc: Banc, page: Callable[..., Any]) -> None:
    numero, _ = banc.creer_demande()
    ouverte = page(f"/composer/getNumUnique?demande={numero}&type=RAD")
    (choix,) = ouverte.xpath("//form[@method='get'][.//select[@name='depart']]")
    assert choix.xpath(".//select[@name='type']/option[@selected]/@value") == ["RAD"]
    champs = {e.get("name"): e.get("value") for e in choix.xpath(".//input")} | {"type": "RAD"}
    assert champs["demande"] == numero
    for depart, sorte in (("menage-couple_avec_enfant-1", "CRE"), (f"demande-{numero}-RAD", "RAD")):
        apres = page(f"/composer/getNumUnique?{urlencode({**champs, 'depart': depart})}")
        assert apres.xpath("//select[@name='champ.type']/option[@selected]/@value") == [sorte]
    autre = page(f"/composer/getNumUnique?demande={numero}&deja=&type=MOD&depart=menage-personne_seule-1")
    assert autre.xpath("//select[@name='champ.type']/option[@selected]/@value") == ["MOD"]


def test_a_number_is_read_as_where_demandes_are_searched(banc: Banc, page: Callable[..., Any]) -> None:
    numero, _ = banc.creer_demande()
    vue = page(f"/composer/getNumUnique?demande= {numero[:7]} {numero[7:].lower()}&type=RAD")
    assert vue.xpath("//input[@name='champ.numero']/@value") == [numero]


def test_a_mistyped_number_keeps_the_form(banc: Banc, page: Callable[..., Any]) -> None:
    vue = page("/composer/getNumUnique?demande=0000&type=REN", statut=404)
    assert "La demande [0000] n'est pas dans la base." in vue.xpath("string(//p[@role='alert'])")
    assert vue.xpath("//input[@name='demande']/@value") == ["0000"]
    assert vue.xpath("//textarea[@name='document']")


def test_a_malformed_document_goes_from_the_guichet_that_it_names(
    ouvrir: Callable[[str], Formulaire],
) -> None:
    formulaire = ouvrir("getNumUnique")
    casse = formulaire.document.replace("</ns1:nom>", "</ns1:mon>", 1).replace("G1226", "G1104")
    envoi = formulaire.envoyer(document=casse)
    assert envoi.guichet == "G1104"
    assert b"<nomCertificat>CERG1104-" in envoi.requete


def test_a_rule_is_tried(ouvrir: Callable[[str], Formulaire]) -> None:
    echange = ouvrir("getNumUnique?regle=IDT012").envoyer()
    assert "IDT012" in [a["regle"] for a in echange.anomalies]


def test_hostile_demandes_are_text(banc: Banc, ouvrir: Callable[[str], Formulaire]) -> None:
    racine = message(specimen("personne_seule"), "CRE", refInterne="</textarea><b>1")
    numero = banc.demander(racine).numero
    formulaire = ouvrir(f"getNumUnique?demande={numero}&type=MOD")
    assert "&lt;/textarea&gt;&lt;b&gt;1" in formulaire.document


def test_redating_keeps_ages_and_years_of_income() -> None:
    racine = exemples_de_regles.specimen("personne_seule")
    documents_masques.redater(racine, datetime(2026, 3, 15, 12, tzinfo=UTC))
    assert racine.findtext(".//{*}dateNaissance").startswith("1999-09")
    assert racine.findtext(".//{*}anneeMoins1") == "2025"
    assert racine.findtext(".//{*}dateCreationDemande") == "2026-03-15"


@pytest.mark.parametrize("genre", ["regle", "specimen"])
@pytest.mark.parametrize("nom", ["{dossier}/secret", "../demandes/personne_seule", "a" * 5000, "x\0y"])
def test_a_start_is_never_a_path(
    banc: Banc, page: Callable[..., Any], tmp_path: Path, genre: str, nom: str
) -> None:
    (tmp_path / "secret.xml").write_text("<secret>du système</secret>")
    depart = quote(f"{genre}-{nom.format(dossier=tmp_path)}", safe="")
    arbre = page(f"/composer/getNumUnique?depart={depart}", statut=404)
    assert "du système" not in arbre.text_content()


def test_a_form_outlives_what_it_was_begun_from(banc: Banc, ouvrir: Callable[[str], Formulaire]) -> None:
    numero, _ = banc.creer_demande()
    formulaire = ouvrir(f"getNumUnique?demande={numero}&type=MOD")
    with banc.services.magasin.ecrire(banc.nom) as registre:
        registre.supprimer(numero)
    reponse = formulaire.poster("preparer", champ__nom="Tapé")
    assert reponse.status_code == 200
    assert "Tapé" in reponse.text
    assert formulaire.poster("voir").status_code == 200


def test_a_document_that_no_form_carries_is_told(banc: Banc, page: Callable[..., Any], ouvrir: Any) -> None:
    for combien in (20_000, 90_000):
        racine = message(specimen("personne_seule"), "CRE")
        racine.append(etree.Comment("é<>" * combien))
        banc.demander(etree.tostring(racine, encoding="UTF-8"))
    formulaire = ouvrir("getNumUnique?echange=1")
    assert formulaire.poster("preparer").status_code == 200
    arbre = page("/composer/getNumUnique?echange=2", statut=422)
    assert "200 ko au plus" in arbre.text_content()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_form_has_a_button_and_nothing_to_fill(page: Callable[..., Any], operation: str) -> None:
    formulaires = page(f"/composer/{operation}").xpath("//main//form[.//button]")
    assert formulaires
    champs = ".//input[not(@type='hidden')] | .//select | .//textarea"
    assert [f.get("aria-label") for f in formulaires if not f.xpath(champs)] == []


def test_a_correction_is_a_button_of_the_form(banc: Banc, ouvrir: Any, page: Callable[..., Any]) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    for motif in racine.findall(f".//{{{NS}}}motifDemande"):
        motif.getparent().remove(motif)
    banc.demander(racine)
    formulaire = ouvrir("getNumUnique?echange=1")
    arbre = page("/composer/getNumUnique?echange=1")
    (bouton,) = arbre.xpath("//li[@id='remarque-0']//button[@name='corriger']")
    nom = bouton.get("value")
    codes = arbre.xpath("//li[@id='remarque-0']//select/@name")
    assert codes == [f"choix.{nom}"]

    # Without a value there is nothing to write; with one, the document comes back with it, and checked.
    sans = formulaire.poster("", corriger=nom)
    assert sans.status_code == 422
    assert "demande une valeur" in a_plat(sans)
    mende = formulaire.poster("", corriger=nom, **{f"choix.{nom}": "19"})
    assert mende.status_code == 200
    assert "Il serait accepté" in a_plat(mende)
    assert 'motifDemande code="19"' in html.fromstring(mende.text).xpath("string(//textarea)")
    # Once it is mended there is no such correction.
    apres = Formulaire(banc, html.fromstring(mende.text))
    rien = apres.poster("", corriger=nom, **{f"choix.{nom}": "19"})
    assert rien.status_code == 422
    assert "n'est plus à faire" in a_plat(rien)


def test_the_fields_at_fault_are_marked(banc: Banc, page: Callable[..., Any]) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    racine.find(f".//{{{NS}}}demandeur/{{{NS}}}dateNaissance").text = "2091-09-14"
    banc.demander(racine)
    arbre = page("/composer/getNumUnique?echange=1")
    (champ,) = arbre.xpath("//input[@name='champ.naissance']")
    assert champ.get("aria-invalid") == "true"
    (dite,) = arbre.xpath(f"//p[@id='{champ.get('aria-describedby').split()[0]}']")
    assert "date de naissance" in dite.text_content()
    assert not arbre.xpath("//input[@name='champ.nom']/@aria-invalid")


def test_the_check_of_the_api_says_where_and_how(banc: Banc) -> None:
    depart = banc.api("GET", f"/bases/{banc.nom}/messages/getNumUnique").json
    document = depart["document"].replace('<ns1:civilite code="', '<ns1:civilite code="M')
    chemin = f"/bases/{banc.nom}/messages/getNumUnique/check"
    verifie = banc.api("POST", chemin, {"document": document}).json
    (dite,) = [r for r in verifie["remarques"] if r["corrections"]]
    assert "civilite" in document[dite["debut"] : dite["fin"]]
    assert document.split("\n")[dite["ligne"] - 1][dite["colonne"] - 1 :].startswith("<ns1:civilite")
    assert {c["valeur"] for c in dite["corrections"][0]["choix"]} >= {"1", "2"}
    assert verifie["document"] is None
    # A field is written into the document, which comes back: the places are its own.
    reporte = banc.api("POST", chemin, {"document": document, "champs": {"nom": "Reporté"}}).json
    assert "<ns1:nom>Reporté</ns1:nom>" in reporte["document"]
    assert reporte["champs"]["nom"] == "Reporté"
    casse = banc.api("POST", chemin, {"document": "<a>\n <b>\n</a>"}).json
    assert [(r["ligne"], r["gravite"]) for r in casse["remarques"]] == [(3, "bloquante")]
