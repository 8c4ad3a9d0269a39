"""The events of the gestion partagée, their types, and the search."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from banc import FORMULAIRE, NS, Banc, ecart, message, oter, poser, radiation, specimen, texte, trouver
from donnees import a_cote
from lxml import etree

from sne_interface.contract.schemas import Document
from sne_interface.domain.dates import PARIS

AJOUTER, LISTER = "ajouterEvenementDemande", "listerEvenementsDemande"
MODIFIER, SUPPRIMER = "modifierEvenementDemande", "supprimerEvenementDemande"
CHERCHER = "rechercheDemandeMulticritere"
EVENEMENT = "listeEvenements/evenement"


def _document(numero: str, *, guichet: str = "G1226", type_fichier: str = "EVT") -> Any:
    racine = specimen("evenement", "documents")
    poser(racine, "entete/typeFichier", type_fichier)
    poser(racine, "entete/codeGuichet", guichet)
    poser(racine, "operation/numUnique", numero)
    return racine


def _entretien(numero: str, *, guichet: str = "G1226", identifiant: str | None = None, **champs: str) -> Any:
    """A non-regulatory territorial event."""
    racine = _document(numero, guichet=guichet)
    evenement = trouver(racine, EVENEMENT)
    evenement[:] = []
    valeurs = {"codeTypeEvenement": "ENTRET62", "dateSurvenance": "2018-03-10", **champs}
    if identifiant is not None:
        valeurs = {"idEvenement": identifiant, **champs}
    for nom, valeur in valeurs.items():
        etree.SubElement(evenement, f"{{{NS}}}{nom}").text = valeur
    return racine


def _ids(document: Any) -> list[str | None]:
    return [texte(e, "idEvenement") for e in document.findall(f"{{{NS}}}listeEvenements/{{{NS}}}evenement")]


@pytest.fixture
def numero(banc: Banc) -> str:
    return banc.creer_demande("colocataires")[0]


# --- events -----------------------------------------------------------------------------------------------


def test_an_added_event_comes_back_with_its_id_and_author(banc: Banc, numero: str) -> None:
    envoye = _document(numero)
    resultat = banc.fichier(AJOUTER, envoye)
    assert resultat.champs["nomFichierXmlRetour"] == "EVTG1226-201803151200-000000.xml"
    document = resultat.document
    assert texte(document, "entete/typeFichier") == "RET"
    assert texte(document, "entete/codeGuichet") == "G1226"
    assert texte(document, "operation/numUnique") == numero
    ajouts = tuple(a_cote(__file__)["ajouts"])
    assert ecart(envoye, document, sauf=ajouts) == []
    assert texte(document, f"{EVENEMENT}/auteurCreation") == "G1226"
    assert texte(document, f"{EVENEMENT}/natureModification") == "CRE"
    assert texte(document, f"{EVENEMENT}/dateCreation") == "2018-03-15T12:00:00.000+01:00"
    assert texte(document, f"{EVENEMENT}/reglementaire") == "true"
    assert resultat.octets.startswith(
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b'<ns1:interfaceNuu xmlns:ns1="http://nuu.application.i2/" versionInterface="02.00">'
    )


def test_events_are_listed_in_the_order_they_came(banc: Banc, numero: str) -> None:
    vide = _document(numero, type_fichier="LST")
    oter(vide, "listeEvenements")
    assert trouver(banc.fichier(LISTER, vide).document, "listeEvenements") is None
    premier = _ids(banc.fichier(AJOUTER, _document(numero)).document)
    second = _ids(banc.fichier(AJOUTER, _entretien(numero)).document)
    assert _ids(banc.fichier(LISTER, vide).document) == premier + second


def test_an_event_is_changed_by_its_author(banc: Banc, numero: str) -> None:
    (identifiant,) = _ids(banc.fichier(AJOUTER, _entretien(numero, commentaire="avant")).document)
    assert identifiant is not None
    banc.regler_horloge(datetime(2018, 3, 16, 9, tzinfo=PARIS))
    change = _entretien(numero, identifiant=identifiant, dateSurvenance="2018-03-11", commentaire="après")
    resultat = banc.fichier(MODIFIER, change)
    assert resultat.anomalies == []
    evenement = trouver(resultat.document, EVENEMENT)
    assert texte(evenement, "natureModification") == "MOD"
    assert texte(evenement, "auteurModification") == "G1226"
    assert texte(evenement, "dateModification") == "2018-03-16T09:00:00.000+01:00"
    assert texte(evenement, "dateCreation") == "2018-03-15T12:00:00.000+01:00"
    assert texte(evenement, "commentaire") == "après"
    assert texte(evenement, "dateSurvenance") == "2018-03-11"
    assert texte(evenement, "codeTypeEvenement") == "ENTRET62"


def test_a_deleted_event_is_shown_once_and_listed_no_more(banc: Banc, numero: str) -> None:
    (identifiant,) = _ids(banc.fichier(AJOUTER, _entretien(numero)).document)
    assert identifiant is not None
    supprime = banc.fichier(SUPPRIMER, _entretien(numero, identifiant=identifiant))
    assert supprime.anomalies == []
    assert texte(supprime.document, f"{EVENEMENT}/natureModification") == "SUP"
    assert _ids(banc.fichier(LISTER, _document(numero)).document) == []
    for operation in (MODIFIER, SUPPRIMER):
        encore = _entretien(numero, identifiant=identifiant, dateSurvenance="2018-03-10")
        assert banc.fichier(operation, encore).anomalies == ["EVT005"]


@pytest.mark.parametrize("operation", [MODIFIER, SUPPRIMER])
@pytest.mark.parametrize("identifiant", ["999999999999999999", "1", "0"])
def test_an_event_that_is_not_there(banc: Banc, numero: str, operation: str, identifiant: str) -> None:
    envoye = _entretien(numero, identifiant=identifiant, dateSurvenance="2018-03-10")
    assert "EVT005" in banc.fichier(operation, envoye).anomalies


def test_the_event_of_another_guichet_or_demande_is_out_of_reach(banc: Banc, numero: str) -> None:
    (identifiant,) = _ids(banc.fichier(AJOUTER, _entretien(numero)).document)
    assert identifiant is not None
    autrui = _entretien(numero, guichet="G0621", identifiant=identifiant, dateSurvenance="2018-03-10")
    assert banc.fichier(MODIFIER, autrui).anomalies == ["EVT005"]
    autre, _ = banc.creer_demande("couple_garde_alternee_handicap")
    ailleurs = _entretien(autre, identifiant=identifiant, dateSurvenance="2018-03-10")
    assert banc.fichier(SUPPRIMER, ailleurs).anomalies == ["EVT005"]


def test_a_regulatory_event_is_never_deleted(banc: Banc, numero: str) -> None:
    (identifiant,) = _ids(banc.fichier(AJOUTER, _document(numero)).document)
    assert identifiant is not None
    assert banc.fichier(SUPPRIMER, _entretien(numero, identifiant=identifiant)).anomalies == ["EVT006"]


def test_an_event_of_another_guichet_keeps_a_demande_from_being_deleted(banc: Banc) -> None:
    numero, racine = banc.creer_demande("colocataires")
    sien, autre = banc.stockee(numero).guichet_createur, "G0621"
    assert banc.fichier(AJOUTER, _document(numero, guichet=sien)).anomalies == []
    assert not banc.stockee(numero).touchee_par_autrui
    assert banc.fichier(AJOUTER, _entretien(numero, guichet=autre)).anomalies == []
    assert banc.demander(message(racine, "SUP", numero)).anomalies == ["CYC009"]
    assert len(_ids(banc.fichier(LISTER, _document(numero)).document)) == 2


def test_a_change_of_type_leaves_the_characteristics_of_the_other_behind(banc: Banc, numero: str) -> None:
    (identifiant,) = _ids(banc.fichier(AJOUTER, _document(numero)).document)
    assert identifiant is not None
    change = banc.fichier(MODIFIER, _entretien(numero, identifiant=identifiant, codeTypeEvenement="ENTRET62"))
    evenement = trouver(change.document, EVENEMENT)
    assert texte(evenement, "codeTypeEvenement") == "ENTRET62"
    assert trouver(evenement, "listeCaracteristiquesSpecifiques") is None
    retour = _entretien(numero, identifiant=identifiant, codeTypeEvenement="DECATT")
    assert banc.fichier(MODIFIER, retour).anomalies == ["EVT004", "DEC001"]


def test_a_refused_event_leaves_nothing(banc: Banc, numero: str) -> None:
    envoye = _document(numero)
    poser(envoye, f"{EVENEMENT}/codeTypeEvenement", "INCONNU")
    resultat = banc.fichier(AJOUTER, envoye)
    assert resultat.anomalies == ["EVT002"]
    assert texte(resultat.document, "entete/typeFichier") == "RET"
    assert trouver(resultat.document, "listeEvenements") is None
    assert _ids(banc.fichier(LISTER, _document(numero)).document) == []


@pytest.mark.parametrize("operation", [AJOUTER, LISTER, MODIFIER, SUPPRIMER])
def test_an_unknown_demande(banc: Banc, operation: str) -> None:
    assert "EVT001" in banc.fichier(operation, _document("0620318000099G1226")).anomalies


def test_a_territorial_type_is_of_its_territory(banc: Banc) -> None:
    numero, _ = banc.creer_demande("personne_seule")
    assert banc.fichier(AJOUTER, _entretien(numero)).anomalies == ["EVT002"]


@pytest.mark.parametrize("operation", [AJOUTER, LISTER, MODIFIER, SUPPRIMER])
def test_a_bad_event_document_faults(banc: Banc, numero: str, operation: str) -> None:
    envoye = _document(numero)
    envoye.set("versionInterface", "02.01")  # fixed to 02.00
    assert banc.fichier(operation, envoye).fault == (
        "Sender",
        "Une erreur inattendue est survenue lors du traitement de la demande.",
    )


# --- types ------------------------------------------------------------------------------------------------


def test_national_types(banc: Banc) -> None:
    document = banc.fichier(
        "listerTypesEvenementsNationaux", specimen("type_evenement", "documents")
    ).document
    codes = [e.text for e in document.iter(f"{{{NS}}}codeTypeEvenement")]
    attendus = [t.code for t in banc.services.contrat.evenements if t.territoire is None]
    assert sorted(codes) == sorted(attendus)
    assert "DECATT" in codes
    assert texte(document, "entete/typeFichier") == "RET"
    assert list(document.iter(f"{{{NS}}}codeTerritoire"))[1:] == []


def test_territorial_types_of_the_territory_asked_else_of_the_callers(banc: Banc) -> None:
    operation = "listerTypesEvenementsTerritoriaux"
    demande = specimen("type_evenement", "documents")
    assert _types(banc.fichier(operation, demande)) == ["ENTRET62"]
    poser(demande, "operation/codeTerritoire", "069")
    assert _types(banc.fichier(operation, demande)) == ["VISITE69"]
    poser(demande, "operation/codeTerritoire", "999")
    assert _types(banc.fichier(operation, demande)) == []
    oter(demande, "operation")
    assert _types(banc.fichier(operation, demande)) == ["ENTRET62"]  # G1226 is of territory 062


def _types(resultat: Any) -> list[str]:
    return [e.text for e in resultat.document.iter(f"{{{NS}}}codeTypeEvenement")]


# --- search -----------------------------------------------------------------------------------------------


def _recherche(**criteres: Any) -> Any:
    racine = specimen("recherche", "documents")
    bloc = trouver(racine, "operation/demandeMulticritere")
    bloc[:] = []
    for nom, valeur in criteres.items():
        noeud = etree.SubElement(bloc, f"{{{NS}}}{nom}")
        if isinstance(valeur, dict):
            for sous, contenu in valeur.items():
                etree.SubElement(noeud, f"{{{NS}}}{sous}").text = contenu
        else:
            noeud.text = valeur
    return racine


@pytest.fixture
def peuplee(banc: Banc) -> dict[str, str]:
    """Four demandes by specimen; the flatmates' is radiated (attribution in 62510 or so), one is renewed."""
    numeros = {
        nom: banc.creer_demande(nom)[0]
        for nom in ("personne_seule", "association", "colocataires", "hebergee_secret")
    }
    assert banc.demander(specimen("radiation")).anomalies == []
    return numeros


@pytest.mark.parametrize(
    ("criteres", "attendus"),
    a_cote(__file__)["a_search_holds_every_criterion"],
    ids=str,
)
def test_a_search_holds_every_criterion(
    banc: Banc, peuplee: dict[str, str], criteres: dict[str, Any], attendus: list[str]
) -> None:
    resultat = banc.fichier(CHERCHER, _recherche(**criteres))
    assert resultat.anomalies == []
    assert sorted(resultat.numeros) == sorted(peuplee[nom] for nom in attendus)
    assert texte(resultat.document, "entete/typeFichier") == "RET"
    assert resultat.champs["nomFichierXmlRetour"] == "RCHG1226-201803151200-000000.xml"


def test_search_by_number_association_and_commune_of_attribution(banc: Banc, peuplee: dict[str, str]) -> None:
    numero = peuplee["hebergee_secret"]
    assert banc.fichier(CHERCHER, _recherche(numUnique=numero)).numeros == [numero]
    nom = texte(specimen("association"), f"{FORMULAIRE}/association/nom")
    assert banc.fichier(CHERCHER, _recherche(association={"nom": nom})).numeros == [peuplee["association"]]
    adresse = f"{FORMULAIRE}/radiation/attributionLogement/adresse/commune"
    commune = trouver(specimen("radiation"), adresse).get("code")
    trouvees = banc.fichier(CHERCHER, _recherche(communeAttribution=commune)).numeros
    assert trouvees == [peuplee["colocataires"]]


def test_search_by_long_delay(banc: Banc, peuplee: dict[str, str]) -> None:
    banc.regler_horloge(datetime(2018, 11, 20, tzinfo=PARIS))
    ancienne = message(specimen("personne_seule"), "CRE", dateCreationDemande="2012-01-05", refInterne="V")
    poser(ancienne, f"{FORMULAIRE}/forcerDoublon", "true", apres="dateCreationDemande")
    numero = banc.demander(ancienne).numero
    assert banc.fichier(CHERCHER, _recherche(estDelaiAnormalementLong="true")).numeros == [numero]
    complet = banc.relire(numero, "1").document
    assert texte(complet, f"{FORMULAIRE}/informationTraitement/estDelaiAnormalementLong") == "true"


def test_too_many_results(nouvelle_base: Callable[..., Banc]) -> None:
    banc = nouvelle_base(recherche_max=2)
    for nom in ("personne_seule", "association"):
        banc.creer_demande(nom)
    assert len(banc.fichier(CHERCHER, _recherche(etatDemande="A")).numeros) == 2
    banc.creer_demande("hebergee_secret")
    resultat = banc.fichier(CHERCHER, _recherche(etatDemande="A"))
    assert resultat.anomalies == ["RCH003"]
    assert resultat.messages == ["La recherche renvoie plus de 2 demandes : précisez les critères."]
    assert resultat.numeros == []
    assert resultat.echange is not None
    assert [a["regle"] for a in resultat.echange.anomalies] == ["RCH003"]
    assert resultat.echange.verdict == "anomalies"


@pytest.mark.parametrize(
    ("criteres", "code"),
    [
        ({}, "RCH001"),
        ({"dateDepotDebut": "2018-03-15", "dateDepotFin": "2018-03-14"}, "RCH002"),
        ({"personneRecherchee": {"prenom": "Yanis"}}, "RCH004"),
    ],
    ids=str,
)
def test_a_search_is_refused(nouvelle_base: Callable[..., Banc], criteres: dict[str, Any], code: str) -> None:
    banc = nouvelle_base(profile="strict")
    resultat = banc.fichier(CHERCHER, _recherche(**criteres))
    assert resultat.anomalies == [code]
    assert texte(resultat.document, "entete/typeFichier") == "RET"
    assert trouver(resultat.document, "operation/demandeMulticritere") is not None
    valider = banc.services.contrat.schemas.validate
    assert valider(resultat.document, document=Document.RECHERCHE) == []


@pytest.mark.parametrize("profile", ["ecole", "strict", "souple"])
def test_an_unknown_state(nouvelle_base: Callable[..., Banc], profile: str) -> None:
    resultat = nouvelle_base(profile=profile).fichier(CHERCHER, _recherche(etatDemande="X"))
    assert resultat.anomalies == (["RCH005"] if profile == "strict" else [])


def test_warnings_of_a_search_and_of_an_event(nouvelle_base: Callable[..., Banc]) -> None:
    banc = nouvelle_base(avertissements="reponse")
    banc.creer_demande("personne_seule")
    resultat = banc.fichier(CHERCHER, _recherche(etatDemande="X", communeSouhaitee="94028"))
    assert resultat.anomalies == ["RCH005"]
    assert len(resultat.numeros) == 1


def test_a_radiated_demande_is_found_and_a_deleted_one_is_not(banc: Banc, peuplee: dict[str, str]) -> None:
    racine = specimen("association")
    assert banc.demander(message(racine, "SUP", peuplee["association"])).anomalies == []
    assert banc.fichier(CHERCHER, _recherche(numUnique=peuplee["association"])).numeros == []
    numero = peuplee["personne_seule"]
    assert banc.demander(radiation(specimen("personne_seule"), numero, "RADABA")).anomalies == []
    assert banc.fichier(CHERCHER, _recherche(numUnique=numero)).numeros == [numero]


# --- what is counted of decisions -------------------------------------------------------------------------


def _decision(numero: str, identifiant: str | None = None, *, bail: str = "oui") -> Any:
    racine = _document(numero)
    evenement = trouver(racine, EVENEMENT)
    evenement[:] = []
    if identifiant is not None:
        etree.SubElement(evenement, f"{{{NS}}}idEvenement").text = identifiant
    etree.SubElement(evenement, f"{{{NS}}}codeTypeEvenement").text = "DECATT"
    etree.SubElement(evenement, f"{{{NS}}}dateSurvenance").text = "2018-03-14"
    liste = etree.SubElement(evenement, f"{{{NS}}}listeCaracteristiquesSpecifiques")
    dit = {"DATECAL": "2018-03-14", "DECISION": "ATTRIB", "CATEG": "MALLOG", "DALO": "non", "BAIL": bail}
    if bail == "oui":
        dit["DATEBAIL"] = "2018-03-15"
    for code, valeur in dit.items():
        caracteristique = etree.SubElement(liste, f"{{{NS}}}caracteristiqueSpecifique")
        etree.SubElement(caracteristique, f"{{{NS}}}code").text = code
        etree.SubElement(caracteristique, f"{{{NS}}}valeurCaracteristiqueSpecifique").text = valeur
    return racine


def test_a_decision_is_counted_as_it_is_told_last(banc: Banc, numero: str) -> None:
    quotas = pytest.importorskip(
        "sne_statistiques.comptes.quotas", reason="the statistics are a package that one may take away"
    )
    comptes_par_territoire = pytest.importorskip("sne_statistiques.comptes.comptes_par_territoire")

    def compter() -> tuple[int, list[tuple[str, int]]]:
        with banc.services.magasin.lire(banc.nom) as registre:
            baux = quotas.compter(registre, banc.services.contrat, 2018).ensemble.baux
            comptes = comptes_par_territoire.compter(
                registre, banc.services.contrat, "departement", date(2018, 3, 31)
            )
        return baux, [(x.code, x.valeur) for x in comptes.lignes if x.indicateur == "decisions"]

    resultat = banc.fichier(AJOUTER, _decision(numero))
    assert resultat.anomalies == []
    (identifiant,) = _ids(resultat.document)
    assert compter() == (1, [("attribution_bail", 1)])
    assert banc.fichier(MODIFIER, _decision(numero, identifiant, bail="non")).anomalies == []
    assert compter() == (0, [("attribution", 1)])
    assert banc.fichier(MODIFIER, _decision(numero, identifiant)).anomalies == []
    assert compter()[0] == 1
