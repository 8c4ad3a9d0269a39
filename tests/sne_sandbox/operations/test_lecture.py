"""getDemandeLogement, getDoublons, the DALO declaration and the two feeds."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from banc import (
    FORMULAIRE,
    MIDI,
    Banc,
    ecart,
    evenement,
    message,
    oter,
    poser,
    radiation,
    specimen,
    texte,
    trouver,
)
from lxml import etree

from sne_interface.contract.schemas import Document
from sne_interface.domain.dates import PARIS

DALO = "getDeclarationNouveauDalo"
CALCULES = ["ressourcesAnnuellesUC", "nombreUC", "premierQuartile"]
ATTESTEE = "Une erreur inattendue est survenue lors du traitement de la demande."


def _declarer(
    banc: Banc, numero: str, *, statut: str = "ACTIF", guichet: str = "G0751", **options: str
) -> object:
    racine = message(specimen("dalo"), "DAL", numero, numGuichet=guichet)
    poser(racine, "demande/informationDalo/statutDalo", code=statut)
    return banc.demander(racine, operation=DALO, **options)


# --- getDemandeLogement ---------------------------------------------------------------------------------


def test_an_unknown_number_is_a_sender_fault(banc: Banc) -> None:
    resultat = banc.relire("1110318000099G1104")
    assert resultat.statut == 500
    assert resultat.fault == ("Sender", "Le numéro unique [1110318000099G1104] est inconnu.")


@pytest.mark.parametrize("version", ["02.00", "02.01", "02.02"])
def test_complet_adds_what_the_sne_keeps_beside_the_form(banc: Banc, version: str) -> None:
    """And the first quartile, whatever the version that it was registered in."""
    racine = specimen("hebergee_secret")
    for nom in ("notifSms", "notifEvt", "nir"):
        for noeud in list(racine.iter("{http://nuu.application.i2/}" + nom)):
            noeud.getparent().remove(noeud)
    racine.set("versionInterface", version)
    numero = banc.demander(racine).numero
    assert _declarer(banc, numero).anomalies == []  # type: ignore[attr-defined]
    assert banc.demander(radiation(racine, numero, "RADABA")).anomalies == []
    for complet in (None, ""):
        formulaire = banc.relire(numero, complet).document
        assert formulaire.get("versionInterface") == version
        assert trouver(formulaire, "demande/informationDalo") is None
        assert trouver(formulaire, f"{FORMULAIRE}/radiation") is None
        traitement = trouver(formulaire, f"{FORMULAIRE}/informationTraitement")
        assert (traitement is not None) is (version == "02.02")
    for complet in ("oui", "non", "0", " "):
        tout = banc.relire(numero, complet).document
        assert trouver(tout, "demande/informationDalo/statutDalo").get("code") == "ACTIF"
        assert trouver(tout, f"{FORMULAIRE}/radiation/motifRadiation").get("code") == "RADABA"
        assert tout.get("versionInterface") == "02.02"
        traitement = trouver(tout, f"{FORMULAIRE}/informationTraitement")
        assert [etree.QName(e).localname for e in traitement][-3:] == CALCULES


def test_before_5_2_is_deployed_it_is_not_there(nouvelle_base: Callable[..., Banc]) -> None:
    """In the base's own time: 02.02, what it has more, the decisions. A base may take them all the same."""

    def decision(numero: str) -> Any:
        racine = evenement(numero)
        for element in racine.iter():
            element.text = (element.text or "").replace("2018-03-08", "2018-01-29")
        return racine

    veille, jour = (datetime(2018, 1, n, 12, tzinfo=PARIS) for n in (29, 30))
    banc = nouvelle_base(horloge=veille)
    ancienne, recente = specimen("colocataires"), specimen("colocataires")
    recente.set("versionInterface", "02.02")
    assert banc.demander(recente).anomalies == ["ENT003"]
    numero = banc.demander(ancienne).numero
    assert banc.demander(specimen("personne_seule_nir")).fault == ("Sender", ATTESTEE)
    assert "EVT002" in banc.fichier("ajouterEvenementDemande", decision(numero)).anomalies
    types = banc.fichier("listerTypesEvenementsNationaux", specimen("type_evenement", "documents"))
    assert "DECATT" not in [code.text for code in types.document.iter("{*}codeTypeEvenement")]
    lue = banc.relire(numero, "1").document
    assert lue.get("versionInterface") == "02.01"
    assert len(trouver(lue, f"{FORMULAIRE}/informationTraitement")) == 3
    for ouverte in (nouvelle_base(horloge=jour), nouvelle_base(horloge=veille, deploiement="ignore")):
        numero = ouverte.demander(recente).numero
        assert "EVT002" not in ouverte.fichier("ajouterEvenementDemande", decision(numero)).anomalies
        assert ouverte.relire(numero).document.get("versionInterface") == "02.02"


# --- getDoublons ----------------------------------------------------------------------------------------


def test_duplicates_of_a_person(banc: Banc) -> None:
    numero, racine = banc.creer_demande("couple_garde_alternee_handicap")
    resultat = banc.demander(racine, operation="getDoublons")
    assert set(resultat.champs) == {"nomFichierDoublons", "listeDoublons"}
    assert resultat.champs["nomFichierDoublons"] == "DOUG1226-201803151200-000000.xml"
    assert resultat.octets.startswith(
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<ns1:listeDoublons xmlns:ns1="http://nuu.application.i2/">'
    )
    assert texte(resultat.document, "doublon/numUnique") == numero
    assert trouver(resultat.document, "doublon/listeCotitulaire/cotitulaire") is not None
    schemas = banc.services.contrat.schemas
    assert schemas.validate(resultat.document, document=Document.DOUBLONS) == []


def test_a_duplicate_without_a_wished_place_is_shown_all_the_same(nouvelle_base: Callable[..., Banc]) -> None:
    banc = nouvelle_base(profile="souple")
    sans_commune = specimen("personne_seule")
    oter(sans_commune, f"{FORMULAIRE}/logementRecherche")
    numero = banc.demander(sans_commune).numero
    resultat = banc.demander(specimen("personne_seule"), operation="getDoublons")
    assert texte(resultat.document, "doublon/numUnique") == numero


def test_no_duplicate_is_an_answer_without_field(banc: Banc) -> None:
    resultat = banc.demander(specimen("personne_seule"), operation="getDoublons")
    assert resultat.statut == 200
    assert resultat.champs == {}


def test_a_demande_is_not_its_own_duplicate(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    assert banc.demander(message(racine, "CRE", numero), operation="getDoublons").champs == {}


def test_duplicates_of_an_association_fault_as_the_real_server_does(
    nouvelle_base: Callable[..., Banc],
) -> None:
    racine = specimen("association")
    assert nouvelle_base().demander(racine, operation="getDoublons").fault == ("Sender", ATTESTEE)
    vide = nouvelle_base(doublons_association="vide")
    assert vide.demander(racine, operation="getDoublons").champs == {}


def test_a_document_that_does_not_fit_faults(banc: Banc) -> None:
    racine = specimen("personne_seule")
    oter(racine, f"{FORMULAIRE}/precision")
    assert banc.demander(racine, operation="getDoublons").fault == ("Sender", ATTESTEE)


def test_any_file_name_will_do(banc: Banc) -> None:
    _, racine = banc.creer_demande()
    resultat = banc.demander(racine, operation="getDoublons", nom="x/../y²²²²²²²²²²²²")
    assert resultat.champs["nomFichierDoublons"] == "DOUG1104-201803151200-000000.xml"


# --- getDeclarationNouveauDalo ---------------------------------------------------------------------------


def test_a_dalo_declaration_is_stored_and_answered(banc: Banc) -> None:
    numero, racine = banc.creer_demande("hebergee_secret")
    resultat = banc.demander(specimen("dalo"), operation=DALO)
    assert resultat.anomalies == []
    assert resultat.champs["nomFichierDalo"] == "RETG0751-201803151200-000001.xml"
    assert texte(resultat.document, "entete/typeFichier") == "RET"
    sauf = ("entete", "numUnique", "informationTraitement")
    bloc = trouver(resultat.document, "demande/informationDalo")
    assert ecart(trouver(specimen("dalo"), "demande/informationDalo"), bloc) == []
    assert ecart(racine, resultat.document, sauf=(*sauf, "informationDalo")) == []
    assert banc.stockee(numero).statut_dalo == "ACTIF"
    # the form of the message is not the demande's
    assert texte(banc.relire(numero).document, f"{FORMULAIRE}/numGuichet") == "G1104"


@pytest.mark.parametrize("type_fichier", ["DAL", "RET", "XYZ"])
def test_a_dalo_document_is_read_with_any_code(banc: Banc, type_fichier: str) -> None:
    banc.creer_demande("hebergee_secret")
    resultat = banc.demander(message(specimen("dalo"), type_fichier), operation=DALO)
    assert resultat.anomalies == []
    assert texte(resultat.document, "entete/typeFichier") == "RET"


def test_a_dalo_declaration_is_refused_with_ret_too(banc: Banc) -> None:
    banc.creer_demande("hebergee_secret")
    resultat = banc.demander(message(specimen("dalo"), "DAL", numGuichet="G1226"), operation=DALO)
    assert resultat.anomalies == ["DAL004"]
    assert texte(resultat.document, "entete/typeFichier") == "RET"
    inconnue = banc.demander(message(specimen("dalo"), "DAL", "1111117000099G1104"), operation=DALO)
    assert inconnue.anomalies == ["DAL001"]


def test_warnings_of_a_dalo_declaration(nouvelle_base: Callable[..., Banc]) -> None:
    banc = nouvelle_base(avertissements="reponse")
    banc.creer_demande("hebergee_secret")
    racine = specimen("dalo")
    oter(racine, "demande/informationDalo/typologieLogementDalo")
    resultat = banc.demander(racine, operation=DALO)
    assert resultat.anomalies == ["DAL003"]
    assert trouver(resultat.document, "demande/informationDalo") is not None


def test_mod_keeps_the_dalo_decision_and_ignores_a_received_one(banc: Banc) -> None:
    numero, racine = banc.creer_demande("hebergee_secret")
    _declarer(banc, numero)
    modifie = message(specimen("dalo"), "MOD", numero, numGuichet="G1104")
    poser(modifie, "demande/informationDalo/statutDalo", code="CADUC")
    assert banc.demander(modifie).anomalies == []
    complet = banc.relire(numero, "1").document
    assert trouver(complet, "demande/informationDalo/statutDalo").get("code") == "ACTIF"
    assert racine is not None


# --- the two feeds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["getDemandesRadieesDepuisLe", "getNouveauxDaloDepuisLe"])
@pytest.mark.parametrize(
    ("nom", "certificat"),
    [("", b"x"), ("DEMG1226-201803151200.pem", b"x"), ("CERG1226-201803151200.pem", b"")],
)
def test_the_attested_fault_of_an_empty_certificate(
    banc: Banc, operation: str, nom: str, certificat: bytes
) -> None:
    resultat = banc.depuis(operation, nom=nom, certificat=certificat)
    assert resultat.statut == 500
    assert resultat.fault == ("Sender", f"Le nom du certificat associé [{nom}] n’est pas conforme.")


@pytest.mark.parametrize("operation", ["getDemandesRadieesDepuisLe", "getNouveauxDaloDepuisLe"])
def test_no_match_is_an_answer_without_field(banc: Banc, operation: str) -> None:
    assert banc.depuis(operation).champs == {}


@pytest.mark.parametrize(
    "instant", ["0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
)
@pytest.mark.parametrize("operation", ["getDemandesRadieesDepuisLe", "getNouveauxDaloDepuisLe"])
def test_far_instants_are_instants(banc: Banc, operation: str, instant: str) -> None:
    assert banc.depuis(operation, instant).champs == {}


def test_a_field_that_is_no_instant_is_a_sender_fault(banc: Banc) -> None:
    code, _ = banc.depuis("getDemandesRadieesDepuisLe", "hier").fault or ("", "")
    assert code == "Sender"


def _trois_radiees(banc: Banc) -> list[str]:
    """Three demandes radiated at 10:00, 11:00 and 12:00:00.250, the oldest recorded last created."""
    numeros = []
    for nom in ("association", "hebergee_secret", "colocataires"):
        numeros.append(banc.creer_demande(nom)[0])
    motifs = ("RADABA", "RADCON", "RADATT")
    for rang, (numero, motif) in enumerate(zip(reversed(numeros), reversed(motifs), strict=True)):
        instant = datetime(2018, 3, 15, 10 + rang, 0, 0, 250_000 if rang == 2 else 0, tzinfo=PARIS)
        banc.regler_horloge(instant)
        nom = ("colocataires", "hebergee_secret", "association")[rang]
        racine = specimen("radiation") if motif == "RADATT" else radiation(specimen(nom), numero, motif)
        resultat = banc.demander(racine)
        assert resultat.anomalies == [], resultat.messages
    banc.regler_horloge(MIDI)
    return list(reversed(numeros))


def _numeros(archive: dict[str, object]) -> list[str | None]:
    return [texte(document, f"{FORMULAIRE}/numUnique") for document in archive.values()]


def test_the_radiations_oldest_recorded_first(banc: Banc) -> None:
    numeros = _trois_radiees(banc)
    resultat = banc.depuis("getDemandesRadieesDepuisLe")
    assert set(resultat.champs) == {"nomFichierDemandesRadiees", "fichierDemandesRadiees"}
    assert resultat.champs["nomFichierDemandesRadiees"] == "RADG1226-201803151200.zip"
    archive = resultat.archive
    assert list(archive) == [f"RADG1226-201803151200-{rang:06d}.xml" for rang in (1, 2, 3)]
    assert _numeros(archive) == numeros
    increments = [texte(document, f"{FORMULAIRE}/incrementFichier") for document in archive.values()]
    assert increments == ["000001", "000002", "000003"]
    codes = [trouver(d, f"{FORMULAIRE}/radiation/motifRadiation").get("code") for d in archive.values()]
    assert codes == ["RADATT", "RADCON", "RADABA"]


@pytest.mark.parametrize(
    ("instant", "reste"),
    [
        ("2018-03-15T11:00:00+01:00", 2),
        ("2018-03-15T10:00:00Z", 2),
        ("2018-03-15T11:00:00", 2),  # Paris, without a zone
        ("2018-03-15T11:00:00.001+01:00", 1),
        ("2018-03-15T12:00:00.250+01:00", 1),
        ("2018-03-15T12:00:00.251+01:00", 0),
    ],
)
def test_the_cursor_is_at_or_after_the_recorded_instant(banc: Banc, instant: str, reste: int) -> None:
    numeros = _trois_radiees(banc)
    resultat = banc.depuis("getDemandesRadieesDepuisLe", instant)
    trouves = _numeros(resultat.archive) if reste else []
    assert trouves == numeros[3 - reste :]
    assert bool(resultat.champs) is bool(reste)


def test_the_filters_of_the_radiations(banc: Banc) -> None:
    numeros = _trois_radiees(banc)
    operation = "getDemandesRadieesDepuisLe"
    assert _numeros(banc.depuis(operation, motifRadiation="RADCON").archive) == [numeros[1]]
    assert banc.depuis(operation, motifRadiation="RADIRR").champs == {}
    assert banc.depuis(operation, statutDalo="ACTIF").champs == {}
    bloc = f"{FORMULAIRE}/radiation/attributionLogement/typeReservataire"
    code = trouver(specimen("radiation"), bloc).get("code")
    assert _numeros(banc.depuis(operation, typeReservataire=code).archive) == [numeros[0]]
    assert banc.depuis(operation, typeReservataire=code, motifRadiation="RADCON").champs == {}


def test_a_reactivated_demande_leaves_the_feed(banc: Banc) -> None:
    numeros = _trois_radiees(banc)
    assert banc.demander(radiation(specimen("colocataires"), numeros[0], None)).anomalies == []
    assert _numeros(banc.depuis("getDemandesRadieesDepuisLe").archive) == numeros[1:]


def test_the_feed_counts_from_when_it_was_recorded_not_from_the_day_of_radiation(banc: Banc) -> None:
    numero, racine = banc.creer_demande("colocataires")
    assert banc.demander(radiation(racine, numero, "RADABA", jour="2018-01-05")).anomalies == []
    assert _numeros(banc.depuis("getDemandesRadieesDepuisLe", "2018-03-15T00:00:00").archive) == [numero]


def test_the_new_dalos(banc: Banc) -> None:
    numero, _ = banc.creer_demande("hebergee_secret")
    _declarer(banc, numero)
    resultat = banc.depuis("getNouveauxDaloDepuisLe")
    assert resultat.champs["nomFichierNouveauxDalo"] == "DALG1226-201803151200.zip"
    ((nom, document),) = resultat.archive.items()
    assert nom == "DALG1226-201803151200-000001.xml"
    assert texte(document, f"{FORMULAIRE}/numUnique") == numero
    assert trouver(document, "demande/informationDalo/statutDalo").get("code") == "ACTIF"
    assert texte(document, f"{FORMULAIRE}/incrementFichier") == "000001"
    assert banc.depuis("getNouveauxDaloDepuisLe", "2018-03-15T12:00:00.001").champs == {}
    assert banc.depuis("getDemandesRadieesDepuisLe").champs == {}


def test_a_dalo_status_filters_the_radiations(banc: Banc) -> None:
    numero, racine = banc.creer_demande("hebergee_secret")
    _declarer(banc, numero)
    assert banc.demander(radiation(racine, numero, "RADCON")).anomalies == []
    assert _numeros(banc.depuis("getDemandesRadieesDepuisLe", statutDalo="ACTIF").archive) == [numero]
    assert banc.depuis("getDemandesRadieesDepuisLe", statutDalo="CADUC").champs == {}


def test_the_documents_of_a_feed_fit_the_schema(banc: Banc) -> None:
    _trois_radiees(banc)
    valider = banc.services.contrat.schemas.validate
    for document in banc.depuis("getDemandesRadieesDepuisLe").archive.values():
        version = document.get("versionInterface")
        assert valider(document, document=Document.DEMANDE, version=version) == []


def test_a_feed_of_a_base_beyond_the_years_of_zip(nouvelle_base: Callable[..., Banc]) -> None:
    banc = nouvelle_base(horloge=datetime(2950, 1, 1, tzinfo=PARIS), profile="souple")
    racine = message(specimen("colocataires"), "CRE", dateCreationDemande="2950-01-01")
    numero = banc.demander(racine).numero
    assert banc.demander(radiation(racine, numero, "RADABA", jour="2950-01-01")).anomalies == []
    assert _numeros(banc.depuis("getDemandesRadieesDepuisLe").archive) == [numero]


def test_a_number_without_end_is_unknown_and_leaves_a_short_line(banc: Banc) -> None:
    resultat = banc.relire("1" * 100_000)
    assert (resultat.fault or ("",))[0] == "Sender"
    assert resultat.echange is not None
    assert resultat.echange.numero_unique == "1" * 18
