"""What no client should send: each gets its refusal and its line of the journal, and the server goes on."""

import contextlib
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest
from client_mtom import DEMANDE, RECHERCHE, Client, specimen
from serveur_local import Serveur

from sne_sandbox.mime.message_mime import Part
from sne_sandbox.soap.requete_soap_ecrite import Forme, requete

WS: Final = "http://ws.metier.nuu.application.i2/"
SOAP12: Final = "http://www.w3.org/2003/05/soap-envelope"
SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
PLAT: Final = "application/soap+xml; charset=utf-8"
CHEMIN: Final = f"/services/{DEMANDE}/"
LIRE: Final = (
    "<ws:demandeLogementParametres><numUnique>0620318999999G1226</numUnique><nomCertificat/><certificat/>"
    "</ws:demandeLogementParametres>"
)


def _soap(corps: str = LIRE, entete: str = "", espace: str = SOAP12, doctype: str = "") -> bytes:
    return (
        f'{doctype}<s:Envelope xmlns:s="{espace}" xmlns:ws="{WS}">{entete}'
        f"<s:Body>{corps}</s:Body></s:Envelope>"
    ).encode()


def _mtom(document: bytes) -> tuple[str, bytes]:
    """getNumUnique with these bytes for a document, whatever they are."""
    enveloppe = _soap(
        "<ws:numUniqueParametres><nomFichierDemande>DEMG1226-201803151654-000000.xml</nomFichierDemande>"
        '<fichierDemande><x:Include xmlns:x="http://www.w3.org/2004/08/xop/include" href="cid:xml_id"/>'
        "</fichierDemande><nomCertificat/><certificat/></ws:numUniqueParametres>"
    )
    parties = [Part("xml_id", "text/xml; charset=utf-8", "binary", document)]
    return requete(enveloppe, parties, action=WS + "getNumUnique", forme=Forme.NETTE)


BOMBE: Final = (
    '<!DOCTYPE lol [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)
EXTERNE: Final = '<!DOCTYPE d SYSTEM "file:///etc/passwd" [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
INATTENDUE: Final = "Une erreur inattendue est survenue lors du traitement de la demande."
DEM: Final = specimen("demandes/colocataires")
SANS_DECLARATION: Final = DEM.split(b"?>", 1)[1].strip()
RACINE: Final = 'multipart/related; type="application/xop+xml"; start="<r>"; boundary="B"'
TETE_RACINE: Final = b"--B\r\nContent-Type: application/xop+xml\r\nContent-ID: <r>\r\n\r\n"


@dataclass(frozen=True)
class Envoi:
    """A request, the status it gets, a piece of what the answer says and of what the journal explains."""

    corps: bytes
    content_type: str = PLAT
    statut: int = 500
    dit: str = ""
    explique: str = ""
    methode: str = "POST"
    chemin: str = CHEMIN

    def requete(self, prefixe: str = "") -> bytes:
        """The bytes sent, to a service of the base whose addresses begin so."""
        chemin = prefixe + self.chemin if self.chemin.startswith("/services/") else self.chemin
        tete = (
            f"{self.methode} {chemin} HTTP/1.1\r\nHost: sne.example.org\r\nConnection: close\r\n"
            f"Content-Type: {self.content_type}\r\nContent-Length: {len(self.corps)}\r\n\r\n"
        )
        return tete.encode() + self.corps


def _document(document: bytes, explique: str = "", dit: str = INATTENDUE) -> Envoi:
    content_type, corps = _mtom(document)
    return Envoi(corps, content_type, dit=dit, explique=explique)


MAUVAIS: Final[dict[str, Envoi]] = {
    # --- MIME
    "multipart without boundary": Envoi(b"x", "multipart/related", explique="boundary"),
    "boundary that never comes": Envoi(_soap(), RACINE, explique="nulle part"),
    "last boundary missing": Envoi(TETE_RACINE + _soap() + b"\r\n", RACINE, explique="--B--"),
    "no part at all": Envoi(b"--B--\r\n", RACINE),
    "another multipart": Envoi(
        b"--B\r\n\r\nx\r\n--B--", 'multipart/form-data; boundary="B"', explique="related"
    ),
    "two parts of one id": Envoi(
        TETE_RACINE + _soap() + b"\r\n" + TETE_RACINE + b"x\r\n--B--", RACINE, explique="Content-ID"
    ),
    "part missing": Envoi(
        _mtom(DEM)[1].replace(b"Content-ID: <xml_id>", b"Content-ID: <autre>"), _mtom(DEM)[0],
        explique="xml_id",
    ),
    "sixty-five parts": Envoi(
        TETE_RACINE + _soap() + b"".join(b"\r\n--B\r\nContent-ID: <p%d>\r\n\r\nx" % n for n in range(65))
        + b"\r\n--B--", RACINE, explique="64",
    ),
    "garbage in base64": Envoi(
        _soap(LIRE.replace("<certificat/>", "<certificat>* pas du base64 *</certificat>")), explique="base64"
    ),
    "a header of a part said twice, in two ways": Envoi(
        _mtom(DEM)[1].replace(b"Content-ID: <xml_id>", b"Content-ID: <xml_id>\r\nContent-ID: <autre>"),
        _mtom(DEM)[0], explique="Content-ID est écrit deux fois",
    ),
    "text beside xop:Include": Envoi(
        _mtom(DEM)[1].replace(b"<fichierDemande>", b"<fichierDemande>YQ=="), _mtom(DEM)[0],
        dit="donné deux fois", explique="xop:Include",
    ),
    "a multipart for a document": Envoi(
        _mtom(DEM)[1].replace(b"Content-Type: text/xml; charset=utf-8", b"Content-Type: multipart/mixed"),
        _mtom(DEM)[0], dit="n'est pas lisible", explique="un niveau",
    ),
    # --- the envelope
    "empty body": Envoi(b"", explique="vide"),
    "no XML": Envoi(b"bonjour", explique="ligne 1"),
    "cut in the middle": Envoi(_soap()[:200], explique="ligne 1"),
    "no envelope": Envoi(b"<a/>", dit="enveloppe"),
    "empty Body": Envoi(_soap(""), dit="vide"),
    "no Body": Envoi(f'<s:Envelope xmlns:s="{SOAP12}"/>'.encode(), dit="Body"),
    "SOAP 1.1": Envoi(_soap(espace=SOAP11), "text/xml", dit="VersionMismatch"),
    "header to be understood": Envoi(
        _soap(entete='<s:Header><q:Sec xmlns:q="urn:q" s:mustUnderstand="true"/></s:Header>'),
        dit="MustUnderstand",
    ),
    "WS-Addressing to be understood": Envoi(
        _soap(entete='<s:Header><a:To xmlns:a="http://www.w3.org/2005/08/addressing" s:mustUnderstand="1">'
              "x</a:To></s:Header>"),
        dit="[To] est obligatoire (mustUnderstand) et n'est pas compris : il est de WS-Addressing",
        explique="AddressingFeature(false)",
    ),
    "neither SOAP 1.1 nor 1.2": Envoi(
        _soap(espace="http://www.w3.org/2001/12/soap-envelope"), dit=f'<soap:Envelope xmlns:soap="{SOAP12}">',
        explique="2001/12",
    ),
    "SOAP 1.1 where no service is": Envoi(
        _soap(espace=SOAP11), "text/xml", 404, dit=f'<soap:Envelope xmlns:soap="{SOAP11}">',
        chemin="/services/X/",
    ),
    "SOAP 1.2 that speaks of 1.1, where no service is": Envoi(
        _soap(f"<ws:a>{SOAP11}</ws:a>"), statut=404, dit=f'<soap:Envelope xmlns:soap="{SOAP12}">',
        chemin="/services/X/",
    ),
    "unknown operation": Envoi(_soap("<ws:getTout/>"), dit="getTout"),
    "operation of another service": Envoi(_soap(), chemin=f"/services/{RECHERCHE}/", dit="demandeLogement"),
    "field missing": Envoi(_soap("<ws:demandeLogementParametres/>"), dit="numUnique"),
    "envelope with a DTD": Envoi(_soap(doctype="<!DOCTYPE a>"), explique="DOCTYPE"),
    "envelope in UTF-16 said UTF-8": Envoi(_soap().decode().encode("utf-16-le"), explique="ligne 1"),
    "envelope with a broken UTF-8": Envoi(_soap("<ws:a>\xe9</ws:a>").decode().encode("latin-1")),
    "envelope very deep": Envoi(_soap("<a>" * 5000 + "</a>" * 5000), explique="profond"),
    # --- the document
    "document: not XML": _document(b"bonjour", "ligne 1"),
    "document: empty": _document(b""),
    "document: cut": _document(SANS_DECLARATION[:2000], "ligne"),
    "document: entity bomb": _document(BOMBE.encode() + b"<a>&d;</a>", "DOCTYPE"),
    "document: external entity": _document(EXTERNE.encode() + b"<a>&x;</a>", "DOCTYPE"),
    "document: very deep": _document(b"<a>" * 20_000 + b"</a>" * 20_000, "profond"),
    "document: a million elements": _document(b"<a>" + b"<b/>" * 1_000_000 + b"</a>", dit="gros"),
    "document: too big": _document(b"<a>" + b" " * 5_100_000 + b"</a>", dit="gros"),
    "document: Latin-1 without saying so": _document(
        SANS_DECLARATION.decode().replace("’", "'").encode("latin-1"), "encodage"
    ),
    "document: unknown encoding": _document(b'<?xml version="1.0" encoding="martien"?><a/>', "encodage"),
    "document: another root": _document(b"<a/>", "interfaceNuu"),
    # --- HTTP
    "GET without ?wsdl": Envoi(b"", methode="GET", statut=404, dit="?wsdl"),
    "PUT": Envoi(_soap(), methode="PUT", statut=405, dit="POST"),
    "DELETE": Envoi(b"", methode="DELETE", statut=405, dit="POST"),
    "unknown base": Envoi(_soap(), chemin=f"/bases/nulle-part{CHEMIN}", statut=404, dit="nulle-part"),
    "the server's own address": Envoi(_soap(), chemin="/", statut=404, dit="/services/"),
    "unknown service": Envoi(_soap(), chemin="/services/Autre/", statut=404, dit="/services/"),
}  # fmt: skip
#: Nothing was addressed to the SOAP interface: not an exchange.
SANS_LIGNE: Final = {"GET without ?wsdl"}
#: The base whose journal has what was addressed to none. Every line of it that a test of this server makes is
#: waited for by that test.
DU_SERVEUR: Final = "ecole"


def _envoyer(serveur: Serveur, octets: bytes) -> bytes:
    """Raw bytes, and all that comes back until the server closes."""
    recu = b""
    with serveur.prise() as prise:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # refused before all was sent
            prise.sendall(octets)
        with contextlib.suppress(ConnectionResetError):
            while morceau := prise.recv(1 << 16):
                recu += morceau
                if _entiere(recu):  # a server that has refused waits for the end of what it did not read
                    with contextlib.suppress(OSError):
                        prise.shutdown(socket.SHUT_WR)
    return recu


def _entiere(reponse: bytes) -> bool:
    tete, _, corps = reponse.partition(b"\r\n\r\n")
    longueur = re.search(rb"(?i)\ncontent-length: (\d+)", tete)
    return longueur is not None and len(corps) == int(longueur[1])


def _repond_encore(serveur: Serveur) -> None:
    client = Client(serveur)
    assert client.relire("0620318999999G1226").phrase == "Le numéro unique [0620318999999G1226] est inconnu."
    client.fermer()


@pytest.mark.parametrize("cas", MAUVAIS)
def test_bad_input_is_refused_and_journalled(serveur: Serveur, cas: str) -> None:
    envoi = MAUVAIS[cas]
    base = serveur.base if envoi.chemin.startswith("/services/") else DU_SERVEUR
    avant = serveur.dernier(base)
    recu = _envoyer(serveur, envoi.requete(serveur.prefixe)).decode("utf-8", "replace")
    assert recu.startswith(f"HTTP/1.1 {envoi.statut} "), recu[:600]
    assert envoi.dit in recu
    if envoi.statut == 500:
        assert "Fault" in recu
        assert "Traceback" not in recu
    if cas not in SANS_LIGNE:
        (ligne,) = serveur.lignes_depuis(avant, base=base)
        assert ligne["statut"] == envoi.statut
        assert ligne["verdict"] in ("fault", "refus")
        assert envoi.explique.lower() in str(ligne["fault"]).lower()
    _repond_encore(serveur)


LATIN_15: Final = SANS_DECLARATION.decode().replace("’", "'")
BONS: Final[dict[str, tuple[tuple[str, bytes], str]]] = {
    "a part in the charset that its header announces": (_mtom(LATIN_15.encode("iso-8859-15")), ""),
    "a part whose charset is not that of its document": (_mtom(DEM), "T-29"),
    "a header of a part said twice": (_mtom(DEM), "T-30"),
    "a multipart that nobody cites": (_mtom(DEM), "T-31"),
}


def _ecrire_de_travers(cas: str, corps: bytes) -> bytes:
    charset = {
        "a part in the charset that its header announces": b"ISO-8859-15",
        "a part whose charset is not that of its document": b"ISO-8859-1",
    }.get(cas, b"utf-8")
    corps = corps.replace(b"text/xml; charset=utf-8", b"text/xml; charset=" + charset)
    if cas == "a header of a part said twice":
        corps = corps.replace(b"Content-ID: <xml_id>", b"Content-ID: <xml_id>\r\nContent-ID: <xml_id>")
    if cas == "a multipart that nobody cites":
        limite = corps.partition(b"\r\n")[0]
        imbriquee = b"Content-Type: multipart/mixed; boundary=C\r\nContent-ID: <n>\r\n\r\n--C--\r\n"
        corps = corps.removesuffix(limite + b"--\r\n") + limite + b"\r\n" + imbriquee + limite + b"--\r\n"
    return corps


@pytest.mark.parametrize("cas", BONS)
def test_what_cannot_be_misread_is_read(serveur: Serveur, cas: str) -> None:
    """The document is the one that was meant, letters included."""
    (content_type, corps), code = BONS[cas]
    avant = serveur.dernier()
    recu = _envoyer(serveur, Envoi(_ecrire_de_travers(cas, corps), content_type).requete(serveur.prefixe))
    assert recu.startswith(b"HTTP/1.1 200 "), recu[:1500].decode()
    (ligne,) = serveur.lignes_depuis(avant)
    assert code in "".join(tolerance["code"] for tolerance in ligne["tolerances"])
    if not code:
        assert "<ns1:prenom>Inès</ns1:prenom>".encode() in recu


@pytest.mark.parametrize("nom", ["absent.xsd", "../../etc/passwd.xsd", "%00.xsd", "x" * 300 + ".xsd"])
def test_an_unknown_schema_tells_no_path(serveur: Serveur, nom: str) -> None:
    recu = _envoyer(
        serveur, f"GET {CHEMIN}?xsd={nom} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()
    )
    tete, _, corps = recu.partition(b"\r\n\r\n")
    assert tete.startswith(b"HTTP/1.1 404 ")
    assert b"est inconnu" in corps
    assert b"/home" not in corps
    assert b"contracts" not in corps
    assert b"v5.2" not in corps


@pytest.mark.parametrize(
    "tete",
    [
        pytest.param("Content-Length: 20000001\r\n\r\n", id="announced"),
        pytest.param("Transfer-Encoding: chunked\r\n\r\n", id="in chunks"),
    ],
)
def test_a_message_above_the_limit_is_refused(serveur: Serveur, tete: str) -> None:
    avant = serveur.dernier(DU_SERVEUR)
    debut = f"POST {CHEMIN} HTTP/1.1\r\nHost: a\r\nContent-Type: {PLAT}\r\n{tete}".encode()
    morceau = b"%x\r\n%s\r\n" % (1 << 20, b" " * (1 << 20)) if "chunked" in tete else b""
    recu = _envoyer(serveur, debut + morceau * 21).decode()
    assert recu.startswith("HTTP/1.1 413 "), recu[:300]
    assert "20000000" in recu
    (ligne,) = serveur.lignes_depuis(avant, base=DU_SERVEUR)
    assert (ligne["statut"], ligne["verdict"], ligne["chemin"]) == (413, "refus", CHEMIN)
    _repond_encore(serveur)


APPEL: Final = f"POST {CHEMIN} HTTP/1.1\r\n"
#: A request that is no HTTP; which line the refusal names, and what it says of it.
ILLISIBLES: Final[dict[str, tuple[str, str, str]]] = {
    "no HTTP": ("\0\1\2\3\r\n\r\n", "Ligne 1", "1 mot au lieu de trois"),
    "no version": (f"POST {CHEMIN}\r\n\r\n", "Ligne 1", "2 mots au lieu de trois"),
    "another version": ("GET / HTTP/2.0\r\n\r\n", "Ligne 1", "[HTTP/2.0] n'est ni HTTP/1.1"),
    "a space in the address": ("GET /a b HTTP/1.1\r\n\r\n", "Ligne 1", "%20"),
    "no address": ("GET  HTTP/1.1\r\n\r\n", "Ligne 1", "l'adresse est vide"),
    "a letter of the address": ("GET /\u00e9 HTTP/1.1\r\n\r\n", "Ligne 1", "%XX"),
    "no method": ("(GET) / HTTP/1.1\r\n\r\n", "Ligne 1", "[(GET)]"),
    "endless head": ("GET / HTTP/1.1\r\n" + "A: b\r\n" * 2000 + "\r\n", "", "100 lignes"),
    "negative length": (APPEL + "Host: a\r\nContent-Length: -5\r\n\r\n", "Ligne 3", "pas un nombre"),
    "two lengths": (
        APPEL + "Host: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Ligne 4", "déjà donnée plus haut",
    ),
    "another transfer": (APPEL + "Host: a\r\nTransfer-Encoding: gzip\r\n\r\n", "Ligne 3", "« chunked »"),
    "no colon": (APPEL + "Host: a\r\nContent-Length 5\r\n\r\n", "Ligne 3", "[Content-Length 5]"),
    "a space before the colon": (APPEL + "Host : a\r\n\r\n", "Ligne 2", "une espace"),
    "a line end alone": (APPEL + "Host: a\rb\r\n\r\n", "Ligne 2", "isolé"),
    "bad chunk": (
        APPEL + "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n", "", "après 3 octets"
    ),
}  # fmt: skip


@pytest.mark.parametrize("cas", ILLISIBLES)
def test_bad_http_is_refused_with_its_reason_and_journalled(serveur: Serveur, cas: str) -> None:
    octets, lieu, dit = ILLISIBLES[cas]
    avant = serveur.dernier(DU_SERVEUR)
    recu = _envoyer(serveur, octets.encode("latin-1"))
    assert recu.startswith(b"HTTP/1.1 4")
    (ligne,) = serveur.lignes_depuis(avant, base=DU_SERVEUR)
    assert ligne["verdict"] == "refus"
    for attendu in (lieu, dit):
        assert attendu in recu.decode(), recu.decode()
        assert attendu in ligne["fault"]["message"]
    _repond_encore(serveur)


def test_a_request_that_is_no_http_does_not_give_its_secrets_away(serveur: Serveur) -> None:
    avant = serveur.dernier(DU_SERVEUR)
    recu = _envoyer(serveur, (APPEL + "Authorization: Bearer tres\0secret\r\n\r\n").encode())
    (ligne,) = serveur.lignes_depuis(avant, base=DU_SERVEUR)
    assert b"Authorization: (non montr" in recu
    assert "secret" not in recu.decode() + str(ligne)


def test_slow_and_vanishing_peers_disturb_nobody(demarrer: Callable[..., Serveur]) -> None:
    """A server of their own: what their leaving writes in its journal comes when it will."""
    serveur = demarrer()
    complete = Envoi(_soap()).requete()
    with contextlib.ExitStack() as ouvertes:
        for rang in range(40):
            prise = ouvertes.enter_context(serveur.prise())
            prise.sendall(complete[: 20 * rang])
            if rang % 2:
                prise.close()
        _repond_encore(serveur)
    _repond_encore(serveur)


def test_the_journal_shows_no_nir(serveur: Serveur) -> None:
    """Also of a message that was refused."""
    avant = serveur.dernier()
    nir = "206127511100564"
    _envoyer(serveur, _document(b"<a>" + nir.encode() + b"</a>").requete(serveur.prefixe))
    (ligne,) = serveur.lignes_depuis(avant)
    detail = serveur.lire(f"/api/v1/bases/{serveur.base}/exchanges/{ligne['id']}")
    assert nir not in str(detail)


def test_other_limits_are_settings(demarrer: Callable[..., Serveur]) -> None:
    petit = demarrer("--message-max", "5000", "--seed-base", "vide")
    assert b" 413 " in _envoyer(petit, Envoi(_mtom(DEM)[1], _mtom(DEM)[0]).requete())[:20]
    _repond_encore(petit)
