"""Every answer of every operation, read as the published client reads it: whole, at the first cut."""

from collections.abc import Callable
from typing import Any

import client_publie
import pytest
from client_mtom import DEMANDE, EVENEMENT, RECHERCHE, Client, Recu, adapter, specimen
from lxml import etree
from serveur_local import Serveur

from sne_interface.contract.codec import NS
from sne_sandbox.operations.table_des_operations import OPERATIONS

#: Operations whose documents travel in a ZIP: that client finds none, in the packaging or in the archive.
ARCHIVES = {"getDemandesRadieesDepuisLe", "getNouveauxDaloDepuisLe"}


@pytest.fixture
def lues(demarrer: Callable[..., Serveur]) -> dict[str, list[Recu]]:
    """What the 13 operations answered, refusals included, in the order they were called."""
    serveur = demarrer()
    client = Client(serveur)
    recues: dict[str, list[Recu]] = {}

    def appeler(service: str, operation: str, **champs: str | bytes) -> Recu:
        recu = client.appeler(service, operation, **champs)
        assert recu.phrase is None, (operation, recu.phrase)
        recues.setdefault(operation, []).append(recu)
        return recu

    certificat: dict[str, str | bytes] = {
        "nomCertificat": "CERG1226-201803151200.pem",
        "certificat": b"-----BEGIN CERTIFICATE-----",
    }

    def enregistrer(document: bytes) -> Recu:
        return appeler(
            DEMANDE,
            "getNumUnique",
            nomFichierDemande="DEMG1226-201803151200-000000.xml",
            fichierDemande=document,
            **certificat,
        )

    def fichier_xml(service: str, operation: str, document: bytes) -> Recu:
        return appeler(
            service,
            operation,
            nomFichier="EVTG1226-201803151200-000001.xml",
            fichierXml=document,
            nomCertificat="CERG1226-201803151200.pem",
        )

    demande = specimen("demandes/colocataires")
    numero = enregistrer(demande).numero
    enregistrer(adapter(demande, numUnique="0620318000009G1226"))  # refused: a creation bears no number
    appeler(DEMANDE, "getDemandeLogement", numUnique=numero, complet="oui", **certificat)
    appeler(
        DEMANDE,
        "getDoublons",
        nomFichierDemande="DEMG1226-201803151200-000002.xml",
        fichierDemande=demande,
    )
    appeler(
        DEMANDE,
        "getDeclarationNouveauDalo",
        nomFichierDalo="DALG1226-201803151200-000001.xml",
        fichierDalo=adapter(specimen("demandes/dalo"), numUnique=numero),
        **certificat,
    )
    types = specimen("documents/type_evenement")
    fichier_xml(EVENEMENT, "listerTypesEvenementsNationaux", types)
    fichier_xml(EVENEMENT, "listerTypesEvenementsTerritoriaux", types)
    evenement = adapter(specimen("documents/evenement"), numUnique=numero)
    fichier_xml(EVENEMENT, "ajouterEvenementDemande", evenement)
    question = etree.fromstring(evenement)
    question.remove(question.find(f"{{{NS}}}listeEvenements"))
    liste = fichier_xml(EVENEMENT, "listerEvenementsDemande", etree.tostring(question))
    (ajoute,) = liste.document.iter(f"{{{NS}}}evenement")
    connu = etree.fromstring(evenement)
    connu.find(f"{{{NS}}}listeEvenements")[0] = etree.fromstring(etree.tostring(ajoute))
    for operation in ("modifierEvenementDemande", "supprimerEvenementDemande"):
        fichier_xml(EVENEMENT, operation, etree.tostring(connu))
    fichier_xml(RECHERCHE, "rechercheDemandeMulticritere", specimen("documents/recherche"))
    enregistrer(adapter(specimen("demandes/radiation"), numUnique=numero))
    for operation, champ in (
        ("getDemandesRadieesDepuisLe", "dateRadiationDepuisLe"),
        ("getNouveauxDaloDepuisLe", "dateNouveauDaloDepuisLe"),
    ):
        appeler(DEMANDE, operation, **{champ: "2018-03-15T00:00:00+01:00"}, **certificat)
    client.fermer()
    return recues


def test_every_document_is_cut_whole_out_of_its_answer(lues: dict[str, list[Recu]]) -> None:
    assert set(lues) == set(OPERATIONS)
    for operation, reponses in lues.items():
        for reponse in reponses:
            coupe = client_publie.lire(reponse.corps)
            if operation in ARCHIVES:
                assert coupe is None, operation
                continue
            assert coupe is not None, operation
            lue, envoyee = etree.fromstring(coupe), reponse.document
            assert etree.tostring(lue, method="c14n") == etree.tostring(envoyee, method="c14n"), operation


def test_the_client_fails_on_what_stands_before_the_document() -> None:
    document: Any = b'<ns1:listeDoublons xmlns:ns1="http://nuu.application.i2/"></ns1:listeDoublons>'
    assert client_publie.lire(b"--x\r\n\r\n" + document) == document.decode()
    with pytest.raises(AssertionError, match="no document"):
        client_publie.lire(b'<xop:Include href="cid:listeDoublons@ici"/>' + document)
