"""The life of a demande through getNumUnique, as a real client drives it."""

from collections.abc import Callable
from datetime import datetime

import pytest
from banc import (
    CREATIONS,
    FORMULAIRE,
    Banc,
    ecart,
    message,
    oter,
    poser,
    radiation,
    renouvellement,
    specimen,
    texte,
    trouver,
)

from sne_interface.domain.dates import PARIS

#: What the SNE adds to a document or writes itself.
AJOUTS = ("entete", "numUnique", "informationTraitement")


@pytest.mark.parametrize("nom", CREATIONS)
def test_a_specimen_comes_back_but_for_what_the_sne_adds(banc: Banc, nom: str) -> None:
    envoye = specimen(nom)
    resultat = banc.demander(envoye)
    assert ecart(envoye, resultat.document, sauf=AJOUTS) == []
    assert len(resultat.numero) == 18
    assert ecart(envoye, banc.relire(resultat.numero).document, sauf=AJOUTS) == []


def test_the_answer_is_written_as_the_real_server_writes_it(banc: Banc) -> None:
    resultat = banc.demander(specimen("personne_seule"))
    assert resultat.octets.startswith(
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<ns1:interfaceNuu xmlns:ns1="http://nuu.application.i2/" versionInterface="02.01">'
    )
    # The client in the field: four characters before the root's name, then the closing tag.
    texte_recu = resultat.corps.decode("utf-8", "replace")
    debut = texte_recu.index(":interfaceNuu") - 4
    prefixe = texte_recu[debut + 1 : debut + 4]
    assert texte_recu[debut] == "<"
    assert prefixe == "ns1"
    assert f"</{prefixe}:interfaceNuu>" in texte_recu
    assert texte(resultat.document, "entete/typeFichier") == "RET"
    assert texte(resultat.document, "entete/dateFichier") == "2018-03-15T12:00:00.000+01:00"
    assert "Content-Encoding" not in resultat.en_tetes


def test_the_numero_says_territory_month_sequence_and_guichet(banc: Banc) -> None:
    premier = banc.demander(specimen("personne_seule"))
    assert premier.numero == "1110318000001G1104"
    assert premier.champs["nomFichierDemande"] == "RETG1104-201803151200-000001.xml"
    assert premier.champs["nomAttestation"] == "ATTG1104-201803151200-000001.pdf"
    ailleurs = banc.demander(specimen("couple_garde_alternee_handicap"))
    assert ailleurs.numero == "0620318000001G1226"
    assert banc.demander(specimen("colocataires")).numero == "0620417000001G1226"  # the month of its deposit


def test_the_sequence_goes_on_within_the_month_and_the_territory(banc: Banc) -> None:
    forcee = specimen("personne_seule")
    poser(forcee, f"{FORMULAIRE}/forcerDoublon", "true", apres="dateCreationDemande")
    assert [banc.demander(forcee).numero[7:13] for _ in range(3)] == ["000001", "000002", "000003"]


def test_the_attestation_is_no_text_and_only_for_cre_crs_ren(banc: Banc) -> None:
    cree = banc.demander(specimen("colocataires"))
    pdf = cree.champs["attestation"]
    assert isinstance(pdf, bytes)
    assert pdf.startswith(b"%PDF-")
    assert not pdf.isascii()
    modifie = banc.demander(message(specimen("colocataires"), "MOD", cree.numero))
    assert modifie.anomalies == []
    assert "attestation" not in modifie.champs
    renouvele = banc.demander(renouvellement(specimen("colocataires"), cree.numero, "2018-03-15"))
    assert renouvele.anomalies == []
    assert "attestation" in renouvele.champs


def test_the_attestation_names_a_commune_that_was_in_force(banc: Banc) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    lieu = f"{FORMULAIRE}/logementRecherche/listeLocalisationSouhaite/localisationSouhaite/commune"
    poser(racine, lieu, code="78251")  # Fourqueux, until 31 December 2018
    cree = banc.demander(racine)
    assert cree.anomalies == []
    assert b"Fourqueux \\(78251\\)" in cree.champs["attestation"]


def test_a_refusal_gives_the_document_received_with_its_anomalies(banc: Banc) -> None:
    envoye = message(specimen("personne_seule"), "CRE", dateCreationDemande="2018-04-01")
    poser(envoye, f"{FORMULAIRE}/numUnique", "1110318000001G1104", apres="numGuichet")
    resultat = banc.demander(envoye)
    assert resultat.statut == 200
    assert resultat.anomalies == ["ENT009", "ENT008"]
    assert ecart(envoye, resultat.document, sauf=("listeAnomalie",)) == []
    assert "attestation" not in resultat.champs
    (premiere, _) = resultat.document.iter("{http://nuu.application.i2/}anomalie")
    assert premiere.get("propriete") == "interfaceNuu/demande/demandeLogement/numUnique"
    assert [e.tag.rpartition("}")[2] for e in premiere] == ["message"]
    assert banc.compter() == 0


def test_a_document_that_does_not_fit_the_schema_gets_the_attested_fault(banc: Banc) -> None:
    envoye = specimen("personne_seule")
    oter(envoye, f"{FORMULAIRE}/precision")
    resultat = banc.demander(envoye)
    assert resultat.statut == 500
    assert resultat.fault == (
        "Sender",
        "Une erreur inattendue est survenue lors du traitement de la demande.",
    )
    assert resultat.echange is not None
    assert resultat.echange.fault is not None
    assert "precision" in resultat.echange.fault["explication"]


@pytest.mark.parametrize("octets", [b"", b"<a>", b"pas du XML", b"\xff\xfe\x00", b"<a xmlns='x'/>"])
def test_what_is_no_xml_gets_the_attested_fault_too(banc: Banc, octets: bytes) -> None:
    resultat = banc.demander(octets)
    assert resultat.fault == (
        "Sender",
        "Une erreur inattendue est survenue lors du traitement de la demande.",
    )
    assert banc.compter() == 0


def test_an_unknown_version_is_an_anomaly_when_the_highest_schema_takes_it(banc: Banc) -> None:
    envoye = specimen("personne_seule_nir")
    envoye.set("versionInterface", "03.00")
    resultat = banc.demander(envoye)
    assert resultat.anomalies == ["ENT003"]
    assert resultat.document.get("versionInterface") == "03.00"
    oter(envoye, f"{FORMULAIRE}/precision")
    assert banc.demander(envoye).statut == 500


def test_02_02_elements_do_not_fit_an_older_version(banc: Banc) -> None:
    envoye = specimen("personne_seule_nir")
    envoye.set("versionInterface", "02.01")
    assert banc.demander(envoye).statut == 500


def test_the_nir_of_an_adult_a_charge_comes_back_where_it_was_sent_and_nowhere_else(banc: Banc) -> None:
    nir = f"{FORMULAIRE}/personnePhysique/listePersonneACharge/personneACharge/nir"
    envoye = specimen("parent_a_charge_nir")
    recu = banc.demander(envoye)
    assert texte(recu.document, nir) == texte(envoye, nir)
    assert texte(banc.relire(recu.numero).document, nir) == texte(envoye, nir)
    oter(envoye, nir)
    poser(envoye, f"{FORMULAIRE}/personnePhysique/demandeur/nom", "Vasseur-Obry")
    oter(envoye, f"{FORMULAIRE}/personnePhysique/demandeur/nir")
    assert texte(banc.demander(envoye).document, nir) is None
    ancien = message(specimen("parent_a_charge_nir"), "CRE")
    oter(ancien, f"{FORMULAIRE}/personnePhysique/demandeur/nir")
    for version in ("02.00", "02.01"):
        ancien.set("versionInterface", version)
        assert banc.demander(ancien).statut == 500


@pytest.mark.parametrize(("version", "attendus"), [("02.00", 0), ("02.01", 0), ("02.02", 6)])
def test_an_answer_is_in_the_version_of_its_question(banc: Banc, version: str, attendus: int) -> None:
    envoye = specimen("colocataires")
    for nom in ("notifSms", "notifEvt"):
        for noeud in list(envoye.iter("{http://nuu.application.i2/}" + nom)):
            noeud.getparent().remove(noeud)
    envoye.set("versionInterface", version)
    document = banc.demander(envoye).document
    assert document.get("versionInterface") == version
    bloc = trouver(document, f"{FORMULAIRE}/informationTraitement")
    noms = [] if bloc is None else [e.tag.rpartition("}")[2] for e in bloc]
    assert len(noms) in (attendus, max(attendus - 1, 0))  # no threshold, no premierQuartile
    if attendus:
        assert noms[3:5] == ["ressourcesAnnuellesUC", "nombreUC"]


def test_who_declares_no_resource_has_no_quartile(banc: Banc) -> None:
    envoye = specimen("personne_seule")
    envoye.set("versionInterface", "02.02")
    for detail in envoye.findall(".//{*}listeRessourceRecue/{*}detailRessource"):
        detail.getparent().remove(detail)
    document = banc.demander(envoye).document
    racine = f"{FORMULAIRE}/informationTraitement"
    assert texte(document, f"{racine}/nombreUC") == "1.00"
    assert texte(document, f"{racine}/ressourcesAnnuellesUC") is None
    assert texte(document, f"{racine}/premierQuartile") is None
    assert "aucune ressource" in banc.journal()[0].notes[0]


def test_ile_de_france_has_a_first_quartile(banc: Banc) -> None:
    envoye = specimen("personne_seule")
    envoye.set("versionInterface", "02.02")
    document = banc.demander(envoye).document
    racine = f"{FORMULAIRE}/informationTraitement"
    assert texte(document, f"{racine}/ressourcesAnnuellesUC") == str(1520 * 12)
    assert texte(document, f"{racine}/nombreUC") == "1.00"
    assert texte(document, f"{racine}/premierQuartile") in ("true", "false")
    assert texte(document, f"{racine}/estDelaiAnormalementLong") == "false"


@pytest.mark.parametrize("type_fichier", ["DIS", "RET", "XYZ"])
def test_a_type_that_does_not_come_from_a_guichet_is_refused_alone(banc: Banc, type_fichier: str) -> None:
    envoye = message(specimen("personne_seule"), type_fichier, dateCreationDemande="2030-01-01")
    resultat = banc.demander(envoye)
    assert resultat.anomalies == ["ENT001"]
    assert texte(resultat.document, "entete/typeFichier") == type_fichier


# --- duplicates ---------------------------------------------------------------------------------------


def test_a_duplicate_is_refused_with_the_list_and_may_be_forced(banc: Banc) -> None:
    numero, racine = banc.creer_demande("colocataires")
    resultat = banc.demander(message(racine, "CRE", refInterne="AUTRE"))
    assert resultat.anomalies == ["DOU001"]
    chemin = f"{FORMULAIRE}/listeDoublons/doublon"
    assert texte(resultat.document, f"{chemin}/numUnique") == numero
    assert texte(resultat.document, f"{chemin}/demandeur/nom") == texte(
        racine, f"{FORMULAIRE}/personnePhysique/demandeur/nom"
    )
    assert banc.compter() == 1
    forcee = message(racine, "CRE", refInterne="AUTRE")
    poser(forcee, f"{FORMULAIRE}/forcerDoublon", "true", apres="dateCreationDemande")
    assert banc.demander(forcee).numero != numero


def test_a_radiated_demande_is_no_duplicate(banc: Banc) -> None:
    numero, racine = banc.creer_demande("colocataires")
    assert banc.demander(radiation(racine, numero, "RADABA")).anomalies == []
    assert banc.demander(racine).numero != numero


def test_accents_case_and_hyphens_hide_no_duplicate(banc: Banc) -> None:
    _, racine = banc.creer_demande("personne_seule", precision="a")
    chemin = f"{FORMULAIRE}/personnePhysique/demandeur"
    autre = message(racine, "CRE", refInterne="AUTRE")
    poser(autre, f"{chemin}/nom", "MÀR CHAND")
    poser(autre, f"{chemin}/prenom", "ya-nis")
    assert banc.demander(autre).anomalies == ["DOU001"]


# --- MOD ----------------------------------------------------------------------------------------------


def test_mod_replaces_the_form_and_keeps_what_is_not_its_own(banc: Banc) -> None:
    numero, racine = banc.creer_demande("personne_seule")
    banc.regler_horloge(datetime(2019, 2, 20, 9, tzinfo=PARIS))
    assert banc.demander(renouvellement(racine, numero, "2019-02-20")).anomalies == []
    piece = message(racine, "COP", numero)
    poser(piece, f"{FORMULAIRE}/dateDerniereModificationPiece", "2019-02-20", apres="numUnique")
    ordonner(banc, piece)
    assert banc.demander(piece).anomalies == []
    modifie = message(racine, "MOD", numero, precision="Nouvelle adresse.")
    oter(modifie, f"{FORMULAIRE}/refInterne")
    poser(modifie, f"{FORMULAIRE}/numGuichet", "G1205")
    resultat = banc.demander(modifie)
    assert resultat.numero == numero
    assert texte(resultat.document, f"{FORMULAIRE}/dateCreationDemande") == "2018-03-15"
    assert texte(resultat.document, f"{FORMULAIRE}/precision") == "Nouvelle adresse."
    assert trouver(resultat.document, f"{FORMULAIRE}/refInterne") is None
    assert texte(resultat.document, f"{FORMULAIRE}/dateDerniereModificationPiece") == "2019-02-20"
    assert texte(resultat.document, f"{FORMULAIRE}/renouvellement/dateRenouvellement") == "2019-02-20"
    stockee = banc.stockee(numero)
    assert (stockee.guichet_createur, stockee.guichet_dernier) == ("G1104", "G1205")
    assert stockee.touchee_par_autrui
    assert stockee.fin_validite.isoformat() == "2020-02-20"


def ordonner(banc: Banc, racine: object) -> None:
    """Put the children of the form in the schema's order."""
    formulaire = trouver(racine, FORMULAIRE)
    ordre = banc.services.contrat.nomenclatures.ordre
    enfants = sorted(
        formulaire, key=lambda e: ordre(f"interfaceNuu/demande/demandeLogement/{e.tag.rpartition('}')[2]}")
    )
    formulaire[:] = enfants


def test_mod_of_another_deposit_date_is_refused(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    assert (
        "CYC006" in banc.demander(message(racine, "MOD", numero, dateCreationDemande="2018-03-14")).anomalies
    )


def test_mod_into_another_territory_is_refused(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    ailleurs = message(racine, "MOD", numero)
    commune = f"{FORMULAIRE}/logementRecherche/listeLocalisationSouhaite/localisationSouhaite/commune"
    poser(ailleurs, commune, code="62510")
    assert "CYC011" in banc.demander(ailleurs).anomalies


@pytest.mark.parametrize("type_fichier", ["MOD", "REN", "RAD", "SUP", "COP"])
def test_an_unknown_number_is_an_anomaly(banc: Banc, type_fichier: str) -> None:
    racine = specimen("personne_seule")
    numero = "1110318999999G1104"
    envoye = {
        "RAD": lambda: radiation(racine, numero, "RADABA"),
        "REN": lambda: renouvellement(racine, numero, "2018-03-15"),
    }.get(type_fichier, lambda: message(racine, type_fichier, numero))()
    resultat = banc.demander(envoye)
    assert "CYC001" in resultat.anomalies
    assert f"Le numéro unique [{numero}] est inconnu." in resultat.messages


# --- REN ----------------------------------------------------------------------------------------------


def test_ren_gives_another_year_and_changes_no_date_of_deposit(banc: Banc) -> None:
    numero, racine = banc.creer_demande()
    banc.regler_horloge(datetime(2019, 3, 1, 9, tzinfo=PARIS))
    resultat = banc.demander(renouvellement(racine, numero, "2019-03-01"))
    assert resultat.numero == numero
    assert texte(resultat.document, f"{FORMULAIRE}/renouvellement/dateRenouvellement") == "2019-03-01"
    stockee = banc.stockee(numero)
    assert stockee.date_creation.isoformat() == "2018-03-15"
    assert (stockee.debut_validite.isoformat(), stockee.fin_validite.isoformat()) == (
        "2019-03-01",
        "2020-03-01",
    )


def _radier_pour_non_renouvellement(banc: Banc, numero: str) -> None:
    from dataclasses import replace
    from datetime import date

    from sne_interface.domain.demande import EtatDemande

    with banc.services.magasin.ecrire(banc.nom) as registre:
        registre.remplacer(
            replace(
                registre.demande(numero),
                etat=EtatDemande.RADIEE,
                motif_radiation="RADREN",
                date_radiation=date(2019, 4, 15),
                radiation_enregistree_le=datetime(2019, 4, 15, 2, tzinfo=PARIS),
                radiation=b'<ns1:radiation xmlns:ns1="http://nuu.application.i2/"><ns1:dateRadiation>2019-04-15'
                b'</ns1:dateRadiation><ns1:motifRadiation code="RADREN"/></ns1:radiation>',
            )
        )


@pytest.mark.parametrize(("mois", "accepte"), [(8, True), (10, False)])
def test_a_demande_radiated_for_want_of_renewal_may_be_renewed_until_18_months(
    banc: Banc, mois: int, accepte: bool
) -> None:
    numero, racine = banc.creer_demande()
    _radier_pour_non_renouvellement(banc, numero)
    instant = datetime(2019, mois, 1, 9, tzinfo=PARIS)
    banc.regler_horloge(instant)
    resultat = banc.demander(renouvellement(racine, numero, instant.date().isoformat()))
    assert resultat.anomalies == ([] if accepte else ["CYC003"])
    stockee = banc.stockee(numero)
    assert stockee.active is accepte
    if accepte:
        assert (stockee.date_creation.isoformat(), stockee.motif_radiation) == ("2018-03-15", None)
        assert trouver(banc.relire(numero, "1").document, f"{FORMULAIRE}/radiation") is None


# --- RAD ----------------------------------------------------------------------------------------------


def test_rad_then_deradiation(banc: Banc) -> None:
    numero, racine = banc.creer_demande("colocataires")
    resultat = banc.demander(radiation(racine, numero, "RADABA"))
    assert resultat.anomalies == []
    assert trouver(resultat.document, f"{FORMULAIRE}/radiation/motifRadiation").get("code") == "RADABA"
    assert not banc.stockee(numero).active
    assert banc.demander(radiation(racine, numero, "RADABA")).anomalies == ["RAD002"]
    assert "CYC002" in banc.demander(message(racine, "MOD", numero)).anomalies
    retour = banc.demander(radiation(racine, numero, None))
    assert retour.anomalies == []
    assert trouver(retour.document, f"{FORMULAIRE}/radiation") is None
    assert banc.stockee(numero).active
    assert banc.stockee(numero).radiation_enregistree_le is None
    assert banc.demander(radiation(racine, numero, None)).anomalies == ["RAD009"]


def test_rad_leaves_the_form_alone(banc: Banc) -> None:
    numero, racine = banc.creer_demande("colocataires")
    autre = radiation(racine, numero, "RADABA")
    poser(autre, f"{FORMULAIRE}/precision", "Ne compte pas.")
    assert banc.demander(autre).anomalies == []
    assert texte(banc.relire(numero).document, f"{FORMULAIRE}/precision") == texte(
        racine, f"{FORMULAIRE}/precision"
    )


def test_the_specimen_of_attribution_radiates(banc: Banc) -> None:
    numero, _ = banc.creer_demande("colocataires")
    resultat = banc.demander(specimen("radiation"))
    assert resultat.numero == numero == "0620417000001G1226"
    assert banc.stockee(numero).motif_radiation == "RADATT"


# --- SUP, COP -----------------------------------------------------------------------------------------


def test_sup_deletes_ones_own_demande(banc: Banc) -> None:
    numero, racine = banc.creer_demande("personne_seule")
    resultat = banc.demander(message(racine, "SUP", numero))
    assert resultat.anomalies == []
    assert banc.compter() == 0
    assert banc.relire(numero).fault == ("Sender", f"Le numéro unique [{numero}] est inconnu.")
    assert banc.demander(racine).numero != numero  # never given again


def test_sup_is_refused_to_others_and_once_others_have_written(banc: Banc) -> None:
    numero, racine = banc.creer_demande("personne_seule")
    autrui = message(racine, "SUP", numero, numGuichet="G1205")
    assert banc.demander(autrui).anomalies == ["CYC009"]
    assert banc.demander(message(racine, "MOD", numero, numGuichet="G1205")).anomalies == []
    assert banc.demander(message(racine, "SUP", numero)).anomalies == ["CYC009"]
    assert banc.compter() == 1


def test_cop_notes_a_piece_and_changes_nothing_else(banc: Banc) -> None:
    numero, racine = banc.creer_demande("personne_seule")
    piece = message(racine, "COP", numero, precision="Ne compte pas.")
    poser(piece, f"{FORMULAIRE}/dateDerniereModificationPiece", "2018-03-15", apres="numUnique")
    poser(piece, f"{FORMULAIRE}/incrementFichier", "000007", apres="numUnique")
    ordonner(banc, piece)
    assert banc.demander(piece).anomalies == []
    document = banc.relire(numero).document
    assert texte(document, f"{FORMULAIRE}/incrementFichier") == "000007"
    assert texte(document, f"{FORMULAIRE}/dateDerniereModificationPiece") == "2018-03-15"
    sauf = ("entete", "numUnique", "incrementFichier", "dateDerniereModificationPiece")
    assert ecart(racine, document, sauf=sauf) == []


# --- CRS ----------------------------------------------------------------------------------------------


def _separation(racine: object, associee: str) -> object:
    """The CRS message of the first co-holder's … of the applicant herself, out of a joint demande."""
    envoye = message(racine, "CRS", refInterne="SEPAREE")
    poser(envoye, f"{FORMULAIRE}/numUniqueAssocie", associee, apres="numGuichet")
    return envoye


def test_crs_gives_a_new_number_and_the_seniority_of_the_joint_demande(banc: Banc) -> None:
    numero, racine = banc.creer_demande("colocataires")
    resultat = banc.demander(_separation(racine, numero))
    assert resultat.numero not in ("", numero)
    assert resultat.numero[3:7] == "0417"
    assert "attestation" in resultat.champs
    stockee, associee = banc.stockee(resultat.numero), banc.stockee(numero)
    assert stockee.numero_associe == numero
    assert (stockee.date_creation, stockee.debut_validite) == (
        associee.date_creation,
        associee.debut_validite,
    )
    assert texte(banc.relire(resultat.numero).document, f"{FORMULAIRE}/numUniqueAssocie") == numero


def test_crs_lives_as_any_other_demande(banc: Banc) -> None:
    numero, racine = banc.creer_demande("colocataires")
    separee = banc.demander(_separation(racine, numero)).numero
    modifie = message(racine, "MOD", separee)
    resultat = banc.demander(modifie)
    assert resultat.numero == separee
    assert texte(resultat.document, f"{FORMULAIRE}/numUniqueAssocie") == numero
    assert banc.demander(radiation(racine, separee, "RADABA")).anomalies == []
    assert banc.stockee(numero).active


def test_blanks_in_a_number_are_no_number(banc: Banc) -> None:
    joint, racine = banc.creer_demande("colocataires")
    separee = _separation(racine, joint)
    poser(separee, f"{FORMULAIRE}/numUnique", "\n    ", apres="numGuichet")
    numero = banc.demander(separee).numero
    modifiee = message(separee, "MOD", numero, numUniqueAssocie="\n    ")
    assert banc.demander(modifiee).numero == numero
    assert texte(banc.relire(numero).document, f"{FORMULAIRE}/numUniqueAssocie") == joint


@pytest.mark.parametrize(
    ("defaut", "code"), [("inconnue", "CYC007"), ("date", "CYC013"), ("etranger", "CYC008")]
)
def test_crs_is_refused(banc: Banc, defaut: str, code: str) -> None:
    numero, racine = banc.creer_demande("colocataires")
    envoye = _separation(racine, "0620417999999G1226" if defaut == "inconnue" else numero)
    if defaut == "date":
        poser(envoye, f"{FORMULAIRE}/dateCreationDemande", "2018-03-15")
    if defaut == "etranger":
        poser(envoye, f"{FORMULAIRE}/personnePhysique/demandeur/prenom", "Quelqu'un")
    assert code in banc.demander(envoye).anomalies
    assert banc.compter() == 1


# --- settings of the base -------------------------------------------------------------------------------


def test_warnings_go_on_the_wire_only_when_the_base_wants_them(nouvelle_base: Callable[..., Banc]) -> None:
    interne, reponse = nouvelle_base(), nouvelle_base(avertissements="reponse")
    envoye = specimen("personne_seule")
    nom = "DEMG1205-201803151200-000000.xml"  # ENT005, a warning
    muet = interne.demander(envoye, nom=nom)
    assert muet.anomalies == []
    assert muet.echange is not None
    assert [a["regle"] for a in muet.echange.anomalies] == ["ENT005"]
    dit = reponse.demander(envoye, nom=nom)
    assert dit.anomalies == ["ENT005"]
    assert reponse.compter() == 1
    assert texte(dit.document, f"{FORMULAIRE}/numUnique") == "1110318000001G1104"


def test_the_profile_decides_what_blocks(nouvelle_base: Callable[..., Banc]) -> None:
    envoye = message(specimen("personne_seule"), "CRE", dateCreationDemande="2018-04-01")  # ENT008, deduced
    assert nouvelle_base().demander(envoye).anomalies == ["ENT008"]
    assert nouvelle_base(profile="souple").demander(envoye).anomalies == []
    poser(envoye, f"{FORMULAIRE}/dateCreationDemande", "2018-03-15")
    poser(envoye, "entete/dateFichier", "2018-03-20T00:00:00+01:00")  # ENT002, a convention
    assert nouvelle_base().demander(envoye).anomalies == []
    assert nouvelle_base(profile="strict").demander(envoye).anomalies == ["ENT002"]


@pytest.mark.parametrize("guichet", ["", "AB", "g1104", "éàüöï"])
def test_a_lenient_profile_still_writes_a_number_of_18_characters(
    nouvelle_base: Callable[..., Banc], guichet: str
) -> None:
    banc = nouvelle_base(profile="souple")
    numero = banc.demander(message(specimen("personne_seule"), "CRE", numGuichet=guichet)).numero
    assert numero in ("1110318000001G1104", "1110318000001GDPUB")
    modifie = message(specimen("personne_seule"), "MOD", numero, numGuichet=guichet)
    assert banc.demander(modifie).anomalies == []
    assert banc.stockee(numero).guichet_dernier in ("G1104", "GDPUB")


@pytest.mark.parametrize("jour", ["0001-01-01", "-0044-03-15", "12018-01-01", "1918-03-15"])
def test_a_lenient_profile_bears_any_date_of_deposit(nouvelle_base: Callable[..., Banc], jour: str) -> None:
    banc = nouvelle_base(profile="souple", avertissements="interne")
    racine = message(specimen("personne_seule_nir"), "CRE", dateCreationDemande=jour)
    numero = banc.demander(racine).numero
    assert banc.relire(numero, "1").statut == 200
    assert banc.demander(message(racine, "MOD", numero)).statut == 200


def test_an_older_message_about_a_newer_demande_is_answered_in_its_own_version(banc: Banc) -> None:
    numero, racine = banc.creer_demande("personne_seule_nir")
    ancien = message(racine, "COP", numero)
    for nom in ("nir", "notifSms", "notifEvt"):
        for noeud in list(ancien.iter("{http://nuu.application.i2/}" + nom)):
            noeud.getparent().remove(noeud)
    ancien.set("versionInterface", "02.00")
    document = banc.demander(ancien).document
    assert document.get("versionInterface") == "02.00"
    assert list(document.iter("{http://nuu.application.i2/}nir")) == []
    relu = banc.relire(numero).document
    assert relu.get("versionInterface") == "02.02"
    assert len(list(relu.iter("{http://nuu.application.i2/}nir"))) == 1


def test_the_specimen_of_renewal_renews(banc: Banc) -> None:
    numero, _ = banc.creer_demande("colocataires")
    resultat = banc.demander(specimen("renouvellement"))
    assert resultat.numero == numero
    assert ecart(specimen("renouvellement"), resultat.document, sauf=AJOUTS) == []


def test_the_specimen_of_separation_separates(banc: Banc) -> None:
    banc.creer_demande("couple_garde_alternee_handicap")  # 0620318000001G1226
    resultat = banc.demander(specimen("separation"))
    assert resultat.numero == "0620318000002G1226"
    assert ecart(specimen("separation"), resultat.document, sauf=AJOUTS) == []
