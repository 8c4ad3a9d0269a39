"""zeep, from `?wsdl` over HTTPS with a client certificate: the 13 operations, in line and over MTOM."""

import base64
import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import requests
import zeep
from client_mtom import DEMANDE, EVENEMENT, RECHERCHE, adapter, specimen
from lxml import etree
from serveur_local import Serveur
from zeep.transports import Transport

from sne_interface.contract.codec import NS
from sne_sandbox.mime.message_mime import Part
from sne_sandbox.soap.requete_soap_ecrite import Forme, requete

WS = "http://ws.metier.nuu.application.i2/"
XOP = "http://www.w3.org/2004/08/xop/include"
#: Fields of a question that hold bytes.
FICHIERS = ("fichierDemande", "fichierDalo", "fichierXml", "certificat")


class TransportMtom(Transport):
    """zeep packs no MTOM: this takes the base64 out of its envelope and sends it as parts. zeep reads the
    multipart answer by itself."""

    def post_xml(self, address: str, envelope: Any, headers: dict[str, str]) -> requests.Response:
        """zeep's: send an envelope, give the answer."""
        parties = []
        for champ in envelope.iter(*FICHIERS):
            identifiant = f"{champ.tag}@essai.example.org"
            parties.append(
                Part(identifiant, "text/xml; charset=utf-8", "binary", base64.b64decode(champ.text or ""))
            )
            champ.text = None
            etree.SubElement(champ, f"{{{XOP}}}Include", href=f"cid:{identifiant}")
        operation = headers["Content-Type"].rpartition('action="')[2].rstrip('"')
        content_type, corps = requete(etree.tostring(envelope), parties, action=operation, forme=Forme.NETTE)
        reponse: requests.Response = self.post(  # type: ignore[no-untyped-call]
            address, corps, headers | {"Content-Type": content_type}
        )
        assert reponse.headers["Content-Type"].startswith("multipart/related"), "packed as the question"
        return reponse


class Vendeur:
    """A vendor's application written with zeep. One client per service and guichet."""

    def __init__(self, serveur: Serveur, transport: type[Transport]) -> None:
        self._serveur, self._transport = serveur, transport
        self._clients: dict[tuple[str, str], Any] = {}

    def service(self, nom: str, guichet: str = "G1226") -> Any:
        """The operations of a service, called by a guichet."""
        if (nom, guichet) not in self._clients:
            session = requests.Session()
            session.trust_env = False
            session.verify = self._serveur.pret["ca_file"]
            session.cert = self._serveur.certificat(guichet)
            adresse = self._serveur.service(nom, https=True) + "?wsdl"
            self._clients[nom, guichet] = zeep.Client(  # type: ignore[no-untyped-call]
                adresse, transport=self._transport(session=session)
            )
        return self._clients[nom, guichet].service

    def demande(self, document: bytes, guichet: str = "G1226") -> Any:
        """getNumUnique: the answer's document."""
        recu = self.service(DEMANDE, guichet).getNumUnique(
            nomFichierDemande=f"DEM{guichet}-201803151200-000001.xml",
            fichierDemande=_fichier(document),
            nomCertificat=f"CER{guichet}-201803151200.pem",
            certificat=_fichier(b""),
        )
        arbre = _document(recu.fichierDemande)
        assert [a.get("code") for a in arbre.iter(f"{{{NS}}}anomalie")] == []
        return arbre

    def fichier_xml(self, service: str, operation: str, document: bytes) -> Any:
        """An operation on events or a search: the answer's document."""
        recu = getattr(self.service(service), operation)(
            nomFichier="EVTG1226-201803151200-000001.xml",
            fichierXml=_fichier(document),
            nomCertificat="CERG1226-201803151200.pem",
        )
        arbre = _document(recu.fichierXmlRetour)
        assert [etree.tostring(a, encoding="unicode") for a in arbre.iter(f"{{{NS}}}anomalie")] == []
        return arbre


@pytest.fixture(params=[Transport, TransportMtom], ids=["inline", "mtom"])
def vendeur(request: pytest.FixtureRequest, serveur: Serveur) -> Vendeur:
    """A vendor on a base of its own."""
    return Vendeur(serveur, request.param)


def _fichier(octets: bytes) -> dict[str, Any]:
    return {"_value_1": octets, "contentType": "text/xml"}


def _octets(champ: Any) -> bytes:
    valeur = champ["_value_1"] if not isinstance(champ, bytes) else champ
    assert isinstance(valeur, bytes)
    return valeur


def _document(champ: Any) -> Any:
    return etree.fromstring(_octets(champ))


def _numero(document: Any) -> str:
    return str(document.findtext(f".//{{{NS}}}numUnique"))


def _archives(champ: Any) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(_octets(champ))) as archive:
        return [_numero(etree.fromstring(archive.read(nom))) for nom in archive.namelist()]


def _depuis_le(vendeur: Vendeur, operation: str, champ: str) -> Any:
    recu = getattr(vendeur.service(DEMANDE), operation)(
        **{champ: "2018-03-15T00:00:00+01:00"},
        nomCertificat="CERG1226-201803151200.pem",
        certificat=_fichier(b"-----BEGIN CERTIFICATE-----"),
    )
    return recu


def test_demande_logement(vendeur: Vendeur) -> None:
    colocataires = specimen("demandes/colocataires")
    numero = _numero(vendeur.demande(colocataires))

    relue = vendeur.service(DEMANDE).getDemandeLogement(
        numUnique=numero, nomCertificat="CERG1226-201803151200.pem", certificat=_fichier(b"")
    )
    assert _numero(_document(relue.fichierDemande)) == numero

    doublons = vendeur.service(DEMANDE).getDoublons(
        nomFichierDemande="DEMG1226-201803151200-000002.xml", fichierDemande=_fichier(colocataires)
    )
    assert numero in etree.tostring(_document(doublons.listeDoublons), encoding="unicode")

    hebergee = _numero(vendeur.demande(specimen("demandes/hebergee_secret"), "G1104"))
    declaree = vendeur.service(DEMANDE, "G0751").getDeclarationNouveauDalo(
        nomFichierDalo="DALG0751-201803151200-000001.xml",
        fichierDalo=_fichier(adapter(specimen("demandes/dalo"), numUnique=hebergee)),
        nomCertificat="CERG0751-201803151200.pem",
        certificat=_fichier(b""),
    )
    assert _numero(_document(declaree.fichierDalo)) == hebergee
    nouveaux = _depuis_le(vendeur, "getNouveauxDaloDepuisLe", "dateNouveauDaloDepuisLe")
    assert _archives(nouveaux.fichierNouveauxDalo) == [hebergee]

    vendeur.demande(adapter(specimen("demandes/radiation"), numUnique=numero))
    radiees = _depuis_le(vendeur, "getDemandesRadieesDepuisLe", "dateRadiationDepuisLe")
    assert _archives(radiees.fichierDemandesRadiees) == [numero]


def test_gestion_partagee(vendeur: Vendeur) -> None:
    types = specimen("documents/type_evenement")
    nationaux = vendeur.fichier_xml(EVENEMENT, "listerTypesEvenementsNationaux", types)
    assert "DECATT" in etree.tostring(nationaux, encoding="unicode")
    assert len(vendeur.fichier_xml(EVENEMENT, "listerTypesEvenementsTerritoriaux", types)) > 0

    numero = _numero(vendeur.demande(specimen("demandes/colocataires")))
    # An interview in the Pas-de-Calais: a regulatory event could not be deleted (EVT006).
    visite = etree.fromstring(
        adapter(
            specimen("documents/evenement"),
            numUnique=numero,
            codeTypeEvenement="ENTRET62",
            commentaire="Première rédaction.",
        )
    )
    caracteristiques = visite.find(f".//{{{NS}}}listeCaracteristiquesSpecifiques")
    caracteristiques.getparent().remove(caracteristiques)
    vendeur.fichier_xml(EVENEMENT, "ajouterEvenementDemande", etree.tostring(visite))

    def lister() -> list[Any]:
        demande = etree.fromstring(adapter(specimen("documents/evenement"), numUnique=numero))
        demande.remove(demande.find(f"{{{NS}}}listeEvenements"))
        liste = vendeur.fichier_xml(EVENEMENT, "listerEvenementsDemande", etree.tostring(demande))
        return list(liste.iter(f"{{{NS}}}evenement"))

    (ajoute,) = lister()
    assert ajoute.findtext(f"{{{NS}}}commentaire") == "Première rédaction."

    def reprendre(**textes: str) -> bytes:
        """The event as the list gave it, sent back."""
        message = etree.fromstring(adapter(specimen("documents/evenement"), numUnique=numero))
        liste = message.find(f"{{{NS}}}listeEvenements")
        liste.remove(liste[0])
        liste.append(etree.fromstring(etree.tostring(lister()[0])))
        return adapter(etree.tostring(message), **textes)

    vendeur.fichier_xml(EVENEMENT, "modifierEvenementDemande", reprendre(commentaire="Corrigé."))
    (modifie,) = lister()
    assert modifie.findtext(f"{{{NS}}}commentaire") == "Corrigé."
    vendeur.fichier_xml(EVENEMENT, "supprimerEvenementDemande", reprendre())
    assert lister() == []


def test_recherche(vendeur: Vendeur) -> None:
    numero = _numero(vendeur.demande(specimen("demandes/colocataires")))
    trouvees = vendeur.fichier_xml(RECHERCHE, "rechercheDemandeMulticritere", specimen("documents/recherche"))
    assert numero in etree.tostring(trouvees, encoding="unicode")


def test_a_fault_is_one_for_zeep(vendeur: Vendeur) -> None:
    appeler: Callable[..., Any] = vendeur.service(DEMANDE).getDemandeLogement
    with pytest.raises(zeep.exceptions.Fault, match=r"Le numéro unique \[0620318999999G1226\] est inconnu"):
        appeler(
            numUnique="0620318999999G1226",
            nomCertificat="CERG1226-201803151200.pem",
            certificat=_fichier(b""),
        )
