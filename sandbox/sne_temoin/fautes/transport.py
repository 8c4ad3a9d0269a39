"""Defects of the envelope, of the packaging, of TLS, of file names."""

import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from lxml import etree

from sne_temoin.application import Temoin
from sne_temoin.envelope import Champs, QuestionSoap
from sne_temoin.fautes.faute import Etape, Faute, constante, resultat
from sne_temoin.incidents import Echec
from sne_temoin.interface import SOAP, WS, XOP, OperationAppelee
from sne_temoin.noms import PARIS
from sne_temoin.transport import ReponseBrute

_SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"


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


def _soap_11(enveloppe: Any) -> None:
    for element in list(enveloppe.iter(f"{{{SOAP}}}*")):
        element.tag = f"{{{_SOAP11}}}{etree.QName(element).localname}"


def _qualifier(enveloppe: Any) -> None:
    for champ in _entree(enveloppe):
        champ.tag = f"{{{WS}}}{champ.tag}"


def _inverser(enveloppe: Any) -> None:
    entree = _entree(enveloppe)
    entree[:] = list(reversed(entree))


def _sans_espace(enveloppe: Any) -> None:
    entree = _entree(enveloppe)
    entree.tag = etree.QName(entree).localname


def _cid_faux(enveloppe: Any) -> None:
    for lien in enveloppe.iter(f"{{{XOP}}}Include"):
        lien.set("href", lien.get("href").replace("@temoin", "@application"))


def _content_type_nu(enveloppe: Any) -> None:
    for champ in _entree(enveloppe):
        media = champ.attrib.pop(f"{{{WS}}}contentType", None)
        if media is not None:
            champ.set("contentType", media)


def _autre_action(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(operation: OperationAppelee, question: QuestionSoap) -> tuple[str, bytes]:
        autre = "getDoublons" if operation.nom == "getNumUnique" else "getNumUnique"
        emballe: tuple[str, bytes] = honnete(replace(operation, nom=autre), question)
        return emballe

    return fautive


def _type_faux(emballe: tuple[str, bytes]) -> tuple[str, bytes]:
    return emballe[0].replace('type="application/xop+xml"', 'type="text/xml"'), emballe[1]


def _start_faux(emballe: tuple[str, bytes]) -> tuple[str, bytes]:
    return emballe[0].replace('start="<', 'start="<enveloppe.'), emballe[1]


def _sans_chevrons(emballe: tuple[str, bytes]) -> tuple[str, bytes]:
    lignes = emballe[1].split(b"\r\n")
    nues = [
        ligne.replace(b"<", b"").replace(b">", b"") if ligne.startswith(b"Content-ID: ") else ligne
        for ligne in lignes
    ]
    return emballe[0], b"\r\n".join(nues)


def _tls_aveugle(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive() -> ssl.SSLContext:
        contexte: ssl.SSLContext = honnete()
        contexte.check_hostname, contexte.verify_mode = False, ssl.CERT_NONE
        return contexte

    return fautive


def _sans_nom(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive() -> ssl.SSLContext:
        contexte: ssl.SSLContext = honnete()
        contexte.check_hostname = False
        return contexte

    return fautive


def _sans_certificat(temoin: Temoin, honnete: Etape) -> Etape:
    return lambda: ssl.create_default_context(cafile=temoin.liaison.transport.certificats["ca"])


def _cle_privee(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(nom: str) -> dict[str, Any]:
        champs: dict[str, Any] = honnete(nom)
        cle = Path(temoin.liaison.transport.certificats["cle"]).read_bytes()
        return {**champs, "certificat": cle} if champs else champs

    return fautive


def _sans_mtom(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(http: ReponseBrute) -> Any:
        if http.content_type.startswith("multipart/"):
            raise Echec("Réponse inattendue du serveur.")
        return honnete(http)

    return fautive


def _sans_heure(temoin: Temoin, honnete: Etape) -> Etape:
    def fautive(genre: str, guichet: str, maintenant: Any) -> str:
        rang = temoin.memoire.rang_suivant()
        return f"{genre}{guichet}-{maintenant.astimezone(PARIS):%Y%m%d}-{rang:06d}.xml"

    return fautive


FAUTES: Final = (
    Faute("soap-1.1", "L'enveloppe est écrite en SOAP 1.1.", ("EMB-01",), "liaison.emballage.question",
          _enveloppe(_soap_11)),
    Faute("element-sans-espace", "L'élément de l'opération n'est pas dans l'espace de noms du service.",
          ("EMB-02",), "liaison.emballage.question", _enveloppe(_sans_espace)),
    Faute("champs-qualifies", "Un espace de noms par défaut gagne les champs, qui n'en ont pas.", ("EMB-03",),
          "liaison.emballage.question", _enveloppe(_qualifier)),
    Faute("champs-desordonnes", "Les champs de l'opération sont écrits dans l'ordre inverse.", ("EMB-03",),
          "liaison.emballage.question", _enveloppe(_inverser)),
    Faute("certificat-omis", "Les champs du certificat, obligatoires, ne sont pas envoyés.", ("EMB-03",),
          "liaison.certificat", constante({})),
    Faute("action-d-une-autre", "L'action SOAP est celle d'une autre opération.", ("EMB-04",),
          "liaison.emballage.emballer", _autre_action, suites=("VIE-16", "VIE-18", "VIE-26")),
    Faute("type-text-xml", "Le multipart se dit de type text/xml.", ("EMB-05",), "liaison.emballage.emballer",
          resultat(_type_faux)),
    Faute("start-inconnu", "Le paramètre start ne désigne aucune partie.", ("EMB-05", "EMB-06"),
          "liaison.emballage.emballer", resultat(_start_faux)),
    Faute("cid-sans-chevrons", "Les Content-ID sont écrits sans chevrons.", ("EMB-06",),
          "liaison.emballage.emballer", resultat(_sans_chevrons)),
    Faute("cid-faux", "Les liens cid: ne désignent aucune partie.", ("EMB-07",), "liaison.emballage.question",
          _enveloppe(_cid_faux)),
    Faute("content-type-nu", "L'attribut contentType est écrit sans son espace de noms.", ("EMB-08",),
          "liaison.emballage.question", _enveloppe(_content_type_nu)),
    Faute("cle-privee", "La clé privée est envoyée à la place du certificat.", ("EMB-15",),
          "liaison.certificat", _cle_privee),
    Faute("sans-mtom", "L'application ne sait pas lire une réponse en plusieurs parties.", ("EMB-10",),
          "liaison.ouverture.deballer", _sans_mtom),
    Faute("sans-certificat", "Aucun certificat client n'est présenté.", ("EMB-11",),
          "liaison.transport.contexte", _sans_certificat),
    Faute("tls-aveugle", "Le certificat du serveur n'est pas vérifié.", ("EMB-12", "EMB-16"),
          "liaison.transport.contexte", _tls_aveugle),
    Faute("tls-sans-nom", "Le nom du certificat du serveur n'est pas comparé à celui que l'on appelle.",
          ("EMB-16",), "liaison.transport.contexte", _sans_nom),
    Faute("sans-barre-finale", "L'adresse configurée est amputée de sa barre finale.", ("EMB-13",),
          "liaison.transport.chemin", resultat(lambda chemin: chemin.rstrip("/"))),
    Faute("nom-libre", "Le fichier envoyé s'appelle demande.xml.", ("NOM-01",), "liaison.noms.fichier",
          resultat(lambda nom: "demande.xml")),
    Faute("nom-sans-heure", "Le nom du fichier porte la date sans l'heure.", ("NOM-01",),
          "liaison.noms.fichier", _sans_heure),
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
)  # fmt: skip
