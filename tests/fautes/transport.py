"""Defects of the envelope, of the packaging, of TLS, of file names."""

import contextlib
import ssl
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from lxml import etree

from fautes.faute import Etape, Famille, Faute, Remplacement, constante, resultat
from sne_temoin.documents_rediges import PARIS
from sne_temoin.incidents import Echec, SansReponse
from sne_temoin.interface import SOAP, WS, XOP, OperationAppelee
from sne_temoin.mtom import Champs, QuestionSoap
from sne_temoin.temoin_assemble import Temoin
from sne_temoin.transport import ReponseBrute

_SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"

#: X509_V_FLAG_NO_CHECK_TIME of OpenSSL, that `ssl` has no name for.
_SANS_DATE: Final = ssl.VerifyFlags(0x200000)

#: What an application waits for the answer of a request that it did not end, in seconds.
_IMPATIENCE: Final = 0.25

FAUTES: Final = Famille()


def _enveloppe(changer: Any) -> Any:
    """The envelope of the question, changed in place."""

    def remplacer(temoin: Temoin, honnete: Etape) -> Etape:
        def fautive(operation: OperationAppelee, champs: Champs) -> QuestionSoap:
            question: QuestionSoap = honnete(operation, champs)
            changer(question.enveloppe)
            return question

        return fautive

    return remplacer


def _entree(enveloppe: Any) -> Any:
    return enveloppe[0][0]


@FAUTES.etape("soap-1.1", "EMB-01", dans="liaison.emballage.question", par=_enveloppe)
def _soap_11(enveloppe: Any) -> None:
    """L'enveloppe est écrite en SOAP 1.1."""
    for element in list(enveloppe.iter(f"{{{SOAP}}}*")):
        element.tag = f"{{{_SOAP11}}}{etree.QName(element).localname}"


@FAUTES.etape("element-sans-espace", "EMB-02", dans="liaison.emballage.question", par=_enveloppe)
def _sans_espace(enveloppe: Any) -> None:
    """L'élément de l'opération n'est pas dans l'espace de noms du service."""
    entree = _entree(enveloppe)
    entree.tag = etree.QName(entree).localname


@FAUTES.etape("champs-qualifies", "EMB-03", dans="liaison.emballage.question", par=_enveloppe)
def _qualifier(enveloppe: Any) -> None:
    """Un espace de noms par défaut gagne les champs, qui n'en ont pas."""
    for champ in _entree(enveloppe):
        champ.tag = f"{{{WS}}}{champ.tag}"


@FAUTES.etape("champs-desordonnes", "EMB-03", dans="liaison.emballage.question", par=_enveloppe)
def _inverser(enveloppe: Any) -> None:
    """Les champs de l'opération sont écrits dans l'ordre inverse."""
    entree = _entree(enveloppe)
    entree[:] = list(reversed(entree))


def _action(nommer: Callable[[str], str]) -> Remplacement:
    """The action names another operation than the one that is called."""
    return lambda temoin, honnete: (
        lambda operation, question: honnete(replace(operation, nom=nommer(operation.nom)), question)
    )


@FAUTES.etape("sans-action", "EMB-04", dans="liaison.emballage.emballer", par=resultat)
def _sans_action(emballe: tuple[str, bytes]) -> tuple[str, bytes]:
    """Aucune action SOAP ne dit quelle opération est appelée."""
    entete, _, action = emballe[0].partition("; action=")
    return entete, emballe[1].replace(f"; action={action}".encode(), b"", 1)


@FAUTES.etape("requete-sans-fin", "EMB-01", dans="liaison.transport.poster")
def _requete_sans_fin(temoin: Temoin, honnete: Etape, adresse: str, content_type: str, corps: bytes) -> Any:
    """Le dernier morceau d'un corps envoyé par morceaux (chunked) n'est jamais envoyé."""
    transport = temoin.liaison.transport
    with contextlib.closing(transport.connexion(adresse)) as connexion:
        connexion.timeout = _IMPATIENCE  # whoever waits for the answer waits for nothing
        connexion.putrequest("POST", transport.chemin(adresse))
        for nom, valeur in {**transport.entetes(content_type), "Transfer-Encoding": "chunked"}.items():
            connexion.putheader(nom, valeur)
        connexion.endheaders()
        connexion.send(b"%x\r\n%s\r\n" % (len(corps), corps))
        try:
            connexion.getresponse()
        except TimeoutError as perdue:
            raise SansReponse("Le SNE n'a pas répondu à temps.") from perdue


@FAUTES.etape("type-text-xml", "EMB-05", dans="liaison.emballage.emballer", par=resultat)
def _type_faux(emballe: tuple[str, bytes]) -> tuple[str, bytes]:
    """Le multipart se dit de type text/xml."""
    return emballe[0].replace('type="application/xop+xml"', 'type="text/xml"'), emballe[1]


@FAUTES.etape("cid-sans-chevrons", "EMB-06", dans="liaison.emballage.emballer", par=resultat)
def _sans_chevrons(emballe: tuple[str, bytes]) -> tuple[str, bytes]:
    """Les Content-ID sont écrits sans chevrons."""
    lignes = emballe[1].split(b"\r\n")
    nues = [
        ligne.replace(b"<", b"").replace(b">", b"") if ligne.startswith(b"Content-ID: ") else ligne
        for ligne in lignes
    ]
    return emballe[0], b"\r\n".join(nues)


@FAUTES.etape("cid-faux", "EMB-07", dans="liaison.emballage.question", par=_enveloppe)
def _cid_faux(enveloppe: Any) -> None:
    """Les liens cid: ne désignent aucune partie."""
    for lien in enveloppe.iter(f"{{{XOP}}}Include"):
        lien.set("href", lien.get("href").replace("@temoin", "@application"))


@FAUTES.etape("content-type-nu", "EMB-08", dans="liaison.emballage.question", par=_enveloppe)
def _content_type_nu(enveloppe: Any) -> None:
    """L'attribut contentType est écrit sans son espace de noms."""
    for champ in _entree(enveloppe):
        media = champ.attrib.pop(f"{{{WS}}}contentType", None)
        if media is not None:
            champ.set("contentType", media)


@FAUTES.etape("type-de-piece-faux", "EMB-17", dans="liaison.emballage.question", par=_enveloppe)
def _type_de_piece_faux(enveloppe: Any) -> None:
    """Toute pièce est annoncée comme un PDF."""
    for champ in _entree(enveloppe):
        if f"{{{WS}}}contentType" in champ.attrib:
            champ.set(f"{{{WS}}}contentType", "application/pdf")


@FAUTES.etape("cle-privee", "EMB-15", dans="liaison.certificat")
def _cle_privee(temoin: Temoin, honnete: Etape, nom: str) -> dict[str, Any]:
    """La clé privée est envoyée à la place du certificat."""
    champs: dict[str, Any] = honnete(nom)
    cle = Path(temoin.liaison.transport.certificats["cle"]).read_bytes()
    return {**champs, "certificat": cle} if champs else champs


@FAUTES.etape("certificat-des-demandes-mal-nomme", "NOM-02", dans="liaison.certificat")
def _certificat_des_demandes(temoin: Temoin, honnete: Etape, nom: str) -> dict[str, Any]:
    """Le certificat est nommé client.pem partout, sauf dans les relevés."""
    champs: dict[str, Any] = honnete(nom)
    return champs if nom.endswith("DepuisLe") or not champs else {**champs, "nomCertificat": "client.pem"}


@FAUTES.etape("sans-mtom", "EMB-10", dans="liaison.ouverture.deballer")
def _sans_mtom(temoin: Temoin, honnete: Etape, http: ReponseBrute) -> Any:
    """L'application ne sait pas lire une réponse en plusieurs parties."""
    if http.content_type.startswith("multipart/"):
        raise Echec("Réponse inattendue du serveur.")
    return honnete(http)


@FAUTES.etape("sans-certificat", "EMB-11", dans="liaison.transport.contexte")
def _sans_certificat(temoin: Temoin, honnete: Etape) -> Any:
    """Aucun certificat client n'est présenté."""
    return ssl.create_default_context(cafile=temoin.liaison.transport.certificats["ca"])


@FAUTES.etape("tls-aveugle", "EMB-12", "EMB-16", dans="liaison.transport.contexte")
def _tls_aveugle(temoin: Temoin, honnete: Etape) -> ssl.SSLContext:
    """Le certificat du serveur n'est pas vérifié."""
    contexte: ssl.SSLContext = honnete()
    contexte.check_hostname, contexte.verify_mode = False, ssl.CERT_NONE
    return contexte


@FAUTES.etape("tls-sans-date", "EMB-12", dans="liaison.transport.contexte")
def _sans_date(temoin: Temoin, honnete: Etape) -> ssl.SSLContext:
    """Un certificat de serveur expiré est accepté."""
    contexte: ssl.SSLContext = honnete()
    contexte.verify_flags |= _SANS_DATE
    return contexte


@FAUTES.etape("tls-sans-nom", "EMB-16", dans="liaison.transport.contexte")
def _sans_nom(temoin: Temoin, honnete: Etape) -> ssl.SSLContext:
    """Le nom du certificat du serveur n'est pas comparé à celui que l'on appelle."""
    contexte: ssl.SSLContext = honnete()
    contexte.check_hostname = False
    return contexte


@FAUTES.etape("nom-sans-heure", "NOM-01", dans="liaison.noms.fichier")
def _sans_heure(temoin: Temoin, honnete: Etape, genre: str, guichet: str, maintenant: Any) -> str:
    """Le nom du fichier porte la date sans l'heure."""
    rang = temoin.memoire.rang_suivant()
    return f"{genre}{guichet}-{maintenant.astimezone(PARIS):%Y%m%d}-{rang:06d}.xml"


FAUTES.extend((
    Faute("action-d-une-autre", "L'action SOAP est celle d'une autre opération.", ("EMB-18", "EMB-04"),
          "liaison.emballage.emballer",
          _action(lambda nom: "getDoublons" if nom == "getNumUnique" else "getNumUnique")),
    Faute("action-figee", "L'action SOAP est la même pour toutes les opérations des événements.", ("EMB-18",),
          "liaison.emballage.emballer",
          _action(lambda nom: "ajouterEvenementDemande" if "vene" in nom else nom)),
    Faute("certificat-omis", "Les champs du certificat, obligatoires, ne sont pas envoyés.", ("EMB-03",),
          "liaison.certificat", constante({})),
    Faute("sans-barre-finale", "L'adresse configurée est amputée de sa barre finale.", ("EMB-13",),
          "liaison.transport.chemin", resultat(lambda chemin: chemin.rstrip("/"))),
    Faute("nom-libre", "Le fichier envoyé s'appelle demande.xml.", ("NOM-01",), "liaison.noms.fichier",
          resultat(lambda nom: "demande.xml")),
    Faute("certificat-mal-nomme", "Le certificat est nommé client.pem.", ("NOM-02",),
          "liaison.noms.certificat",
          constante("client.pem"), suites=("VIE-14",)),
    Faute("nom-repete", "Tous les fichiers d'une même minute portent le même nom.", ("NOM-03",),
          "memoire.rang_suivant", constante(0)),
    Faute("code-guichet", "Le codeGuichet des événements et des recherches est celui d'un autre guichet.",
          ("NOM-04",), "redaction.fichier",
          lambda temoin, honnete: lambda genre, maintenant, guichet, contenu: honnete(
              genre, maintenant, "GDPUB", contenu),
          suites=("NOM-05",)),
    Faute("guichet-du-fichier", "Le nom du fichier est celui d'un autre guichet.", ("NOM-05",),
          "liaison.noms.fichier", resultat(lambda nom: nom[:3] + "GDPUB" + nom[8:])),
    Faute("content-type-contredit", "Un message en plusieurs parties s'annonce text/xml.", ("EMB-05",),
          "liaison.emballage.emballer", resultat(lambda emballe: ("text/xml; charset=utf-8", emballe[1]))),
    Faute("start-inconnu", "Le paramètre start ne désigne aucune partie.", ("EMB-05", "EMB-06"),
          "liaison.emballage.emballer",
          resultat(lambda emballe: (emballe[0].replace('start="<', 'start="<enveloppe.'), emballe[1]))),
))  # fmt: skip
