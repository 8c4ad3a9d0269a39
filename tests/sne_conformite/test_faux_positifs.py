"""What honest clients send raises nothing: every specimen, in every packaging, and a whole life."""

from typing import Any

import pytest
from banc import FORMULAIRE, MIDI, Banc, message, poser, radiation, renouvellement, specimen, texte
from lxml import etree

from sne_conformite.bilan.trafic_juge import parcourir
from sne_conformite.juges import Suite, juger
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import Constat
from sne_interface.contract.exigences_et_mentions import charger_exigences
from sne_interface.generators.document_reduit import codes_bloquants
from sne_interface.generators.messages_en_nombre import defaut
from sne_interface.resources import fixtures_dir
from sne_sandbox.soap.requete_soap_ecrite import Forme

FORMES = pytest.mark.parametrize(
    "forme", [Forme.CLIENT_REEL, Forme.NETTE, None], ids=["mtom", "nette", "simple"]
)
CREATIONS = sorted(
    chemin.stem
    for chemin in (fixtures_dir() / "demandes").glob("*.xml")
    if b"typeFichier>CRE<" in chemin.read_bytes()
)


def manquements(banc: Banc) -> list[Constat]:
    """Whatever broke in the traffic of the bench's base."""
    contrat = banc.services.contrat
    vues = [Observation(echange, contrat) for echange in parcourir(banc.services.magasin.journal, banc.nom)]
    assert vues
    constats = [constat for vue in vues for constat in juger(vue)]
    return [c for c in constats + Suite().juger(vues) if not c.tenue]


def must_enfreints(banc: Banc) -> set[str]:
    """What makes an application not conforming."""
    exigences = charger_exigences(banc.services.contrat.dossiers)
    return {c.exigence for c in manquements(banc) if exigences[c.exigence].niveau == "MUST"}


def nom(racine: Any, rang: int) -> str:
    """A file name of its own."""
    return f"DEM{texte(racine, f'{FORMULAIRE}/numGuichet')}-201803151200-{rang:06d}.xml"


@FORMES
@pytest.mark.parametrize("nom_specimen", CREATIONS)
def test_chaque_specimen_de_creation(banc: Banc, nom_specimen: str, forme: Forme | None) -> None:
    racine = specimen(nom_specimen)

    assert banc.demander(racine, forme=forme, nom=nom(racine, 1)).numero
    assert manquements(banc) == []


@FORMES
def test_la_vie_entiere_d_une_demande(banc: Banc, forme: Forme | None) -> None:
    """Registered, looked for, read, changed, renewed, told, radiated, and the feeds read twice."""
    racine = specimen("colocataires")
    numero = banc.demander(racine, forme=forme, nom=nom(racine, 1)).numero
    banc.demander(racine, operation="getDoublons", forme=forme, nom=nom(racine, 2))
    banc.relire(numero, "oui", forme=forme)
    modifiee = message(racine, "MOD", numero, precision="Rappeler le soir.")
    banc.demander(modifiee, forme=forme, nom=nom(racine, 3))
    banc.demander(renouvellement(racine, numero, "2018-03-15"), forme=forme, nom=nom(racine, 4))
    evenement = specimen("evenement", "documents")
    poser(evenement, "operation/numUnique", numero)
    banc.fichier("ajouterEvenementDemande", evenement, forme=forme)
    radiee = specimen("radiation")
    poser(radiee, f"{FORMULAIRE}/numUnique", numero)
    banc.demander(radiee, forme=forme, nom=nom(radiee, 5))
    for _ in range(2):
        banc.depuis("getDemandesRadieesDepuisLe", forme=forme)
        banc.depuis("getNouveauxDaloDepuisLe", forme=forme)

    assert [(e.operation, e.fault, e.anomalies) for e in banc.journal() if e.verdict.value != "accepté"] == []
    assert manquements(banc) == []


def test_une_demande_radiee_puis_recreee(banc: Banc) -> None:
    """A person who comes back is no creation sent again."""
    racine = specimen("personne_seule")
    numero = banc.demander(racine, nom=nom(racine, 1)).numero
    banc.demander(radiation(racine, numero, "RADABA"), nom=nom(racine, 2))
    banc.demander(racine, nom=nom(racine, 3))

    assert manquements(banc) == []


def test_ce_qu_une_exigence_defend_refuse_expres(banc: Banc) -> None:
    """A vendor tries what a requirement forbids: an unknown event type, another's event, a regulatory one, a
    number at the creation, a radiation that is the system's. A control held, the SNE took nothing in."""
    numero, racine = banc.creer_demande("colocataires")
    evenement = specimen("evenement", "documents")
    poser(evenement, "operation/numUnique", numero)
    banc.fichier("ajouterEvenementDemande", evenement)
    place = "listeEvenements/evenement"
    poser(evenement, f"{place}/idEvenement", "1")
    refus = [banc.fichier("supprimerEvenementDemande", evenement).anomalies]
    poser(evenement, "entete/codeGuichet", "G1104")
    refus.append(banc.fichier("modifierEvenementDemande", evenement).anomalies)
    poser(evenement, f"{place}/codeTypeEvenement", "INCONNU")
    refus.append(banc.fichier("ajouterEvenementDemande", evenement).anomalies)
    creation = message(racine, "CRE", numero)
    refus.append(banc.demander(creation, nom=nom(racine, 2)).anomalies)
    radiee = radiation(racine, numero, "RADREN")
    refus.append(banc.demander(radiee, nom=nom(racine, 3)).anomalies)

    assert [codes[0] for codes in refus] == ["EVT006", "EVT005", "EVT002", "ENT009", "RAD008"]
    assert must_enfreints(banc) == set()


def test_un_certificat_sans_nom_ou_le_vrai_serveur_le_prend(banc: Banc) -> None:
    """Only the feeds of the real server ask for a name."""
    racine = specimen("personne_seule")

    banc.appeler(
        "getNumUnique",
        {
            "nomFichierDemande": nom(racine, 1),
            "fichierDemande": etree.tostring(racine),
            "nomCertificat": "",
            "certificat": b"",
        },
    )

    assert manquements(banc) == []


def test_les_tests_d_un_editeur(banc: Banc) -> None:
    """What a vendor's own tests do to a base: refusals tried again and again with one file, the base put back
    between two tests, probes, an old version, a clock that goes back, several guichets, a file left in a box
    in its time."""
    refusee = specimen("personne_seule")
    poser(refusee, f"{FORMULAIRE}/dateCreationDemande", "2019-01-01")
    for _ in range(4):
        assert banc.demander(refusee, nom=nom(refusee, 1)).anomalies == ["ENT008"]
    for portee in ("etat", "tout", "etat"):
        racine = specimen("personne_seule")
        numero = banc.demander(racine, nom=nom(racine, 2)).numero
        banc.demander(message(racine, "MOD", numero, precision="Rappeler le soir."), nom=nom(racine, 3))
        assert banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": portee}).status_code < 300
    adresse = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
    for methode in ("GET", "HEAD", "OPTIONS"):
        for chemin in ("/", "/healthz", adresse, f"{adresse}?wsdl"):
            banc.http.open(chemin, method=methode, headers={"Host": "127.0.0.1:8080"})
    for rang, (nom_specimen, guichet) in enumerate((("hebergee_secret", "G1226"), ("association", "G0621"))):
        racine = message(specimen(nom_specimen), "CRE", numGuichet=guichet)
        racine.set("versionInterface", "02.00")
        banc.appeler(
            "getNumUnique",
            {
                "nomFichierDemande": nom(racine, 10 + rang),
                "fichierDemande": etree.tostring(racine),
                "nomCertificat": f"CER{guichet}-201803151200.pem",
                "certificat": b"",
            },
        )
    banc.api("POST", f"/bases/{banc.nom}/clock/advance", {"vers": "P2D"})
    couple = specimen("couple_garde_alternee_handicap")
    banc.demander(couple, nom=nom(couple, 20))
    banc.regler_horloge(MIDI)
    banc.demander(couple, nom=nom(couple, 21))

    assert manquements(banc) == []


@pytest.mark.charge
def test_les_refus_des_regles_ne_cassent_que_ce_qu_ils_disent(banc: Banc) -> None:
    """A vendor sends, on purpose, a demande broken as each rule refuses it: no requirement breaks, but that
    of the version, which an application writes by itself."""
    contrat = banc.services.contrat
    for code in codes_bloquants(contrat):
        trouve = defaut(code, contrat)
        if trouve.type in ("CRE", "MOD", "REN", "RAD"):
            racine = trouve.racine
            banc.demander(racine, nom=nom(racine, 1))
    assert must_enfreints(banc) <= {"CTR-02"}
