"""Each panne as its client meets it, on a raw socket: what arrives is what the table says."""

import socket
import ssl
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from client_mtom import SOAP, XOP, ecrire, specimen
from lxml import etree
from serveur_local import Serveur

from sne_interface.domain.echange import Echange
from sne_interface.domain.panne import GENRES
from sne_sandbox.mime.message_deballe import unpack
from sne_sandbox.mime.message_mime import Message
from sne_sandbox.store.magasin import Magasin

DELAI: Final = 120.0
BOM: Final = b"\xef\xbb\xbf"
XML: Final = "text/xml"


@dataclass
class Recu:
    """What came: the head and the body as they are, and how it ended: « ouverte », « fermée », « coupée »."""

    octets: bytes
    fin: str
    statut: int = 0
    en_tetes: dict[str, str] = field(default_factory=dict)
    corps: bytes = b""

    def __post_init__(self) -> None:
        tete, separateur, self.corps = self.octets.partition(b"\r\n\r\n")
        if separateur:
            premiere, *lignes = tete.decode("latin-1").split("\r\n")
            self.statut = int(premiere.split()[1])
            self.en_tetes = {n.lower(): v for n, _, v in (ligne.partition(": ") for ligne in lignes)}

    @property
    def message(self) -> Message:
        """The body taken apart."""
        return unpack(self.en_tetes["content-type"], self.corps, taille_max=10**8)

    @property
    def document(self) -> bytes:
        """The document's part."""
        return next(p.contenu for p in self.message.parties if p.content_type.startswith(XML))


@dataclass
class Essai:
    """A base of its own on a server, a raw socket to it, and what the server has of it."""

    serveur: Serveur
    https: bool
    base: str
    version: str = "1.1"
    guichet: str = "G1226"
    prise: socket.socket | None = None

    def armer(self, genre: str, **suite: Any) -> int:
        """By the API."""
        armee = self.serveur.lire(f"/api/v1/bases/{self.base}/pannes", {"genre": genre, **suite})
        return int(armee["id"])

    def connecter(self) -> socket.socket:
        """The connection that is kept, or a new one."""
        if self.prise is None:
            self.prise = self.serveur.prise("https" if self.https else "http")
            if self.https:
                contexte = ssl.create_default_context(cafile=self.serveur.pret["ca_file"])
                self.prise = contexte.wrap_socket(
                    self.prise, server_hostname="localhost", suppress_ragged_eofs=False
                )
        return self.prise

    def envoyer(self, operation: str = "getNumUnique", **champs: str | bytes) -> socket.socket:
        """One request, its answer not read."""
        if operation == "getNumUnique" and not champs:
            champs = {
                "nomFichierDemande": f"DEM{self.guichet}-201803151200-000000.xml",
                "fichierDemande": specimen("demandes/personne_seule").replace(
                    b"G1226", self.guichet.encode()
                ),
            }
        champs = {**champs, "nomCertificat": f"CER{self.guichet}-201803151200.pem", "certificat": b""}
        type_, corps = ecrire(operation, champs)
        prise = self.connecter()
        prise.sendall(
            f"POST /bases/{self.base}/services/DemandeLogementImplService/ HTTP/{self.version}\r\n"
            f"Host: sne.exemple.fr\r\nContent-Type: {type_}\r\nContent-Length: {len(corps)}\r\n\r\n".encode()
            + corps
        )
        return prise

    def recevoir(self) -> Recu:
        """Everything until the answer has the length it says, or the connection ends."""
        prise = self.connecter()
        octets = b""
        try:
            while morceau := prise.recv(65536):
                octets += morceau
                recu = Recu(octets, "ouverte")
                if len(recu.corps) == int(recu.en_tetes.get("content-length", -1)) and self.version != "1.0":
                    return recu
            fin = "fermée"
        except (ConnectionResetError, ssl.SSLEOFError):  # with TLS, an end without a goodbye
            fin = "coupée"
        self.fermer()
        return Recu(octets, fin)

    def appeler(self, operation: str = "getNumUnique", **champs: str | bytes) -> Recu:
        """One exchange."""
        self.envoyer(operation, **champs)
        return self.recevoir()

    def attendre_le_journal(self) -> None:
        """Until an exchange of the base is committed."""
        limite = time.monotonic() + DELAI
        while not self.serveur.journal(self.base):
            assert time.monotonic() < limite, "nothing was journalled"
            time.sleep(0.02)

    def fermer(self) -> None:
        """Close the connection."""
        if self.prise is not None:
            self.prise.close()
        self.prise = None

    def dernier(self) -> Echange:
        """The newest exchange, with its bytes as the journal has them."""
        with Magasin.ouvrir(None, self.serveur.home) as magasin:
            (tete,) = magasin.journal.chercher(self.base, limite=1)
            echange = magasin.journal.lire(self.base, tete.identifiant or 0)
        assert echange is not None
        return echange

    def compter(self) -> int:
        """Demandes of the base."""
        with Magasin.ouvrir(None, self.serveur.home) as magasin, magasin.lire(self.base) as registre:
            return registre.compter()

    def jouee(self, genre: str, *, demandes: int) -> Echange:
        """The newest exchange: its panne, and how many demandes there are now; the server still works."""
        echange = self.dernier()
        assert echange.panne is not None
        assert echange.panne["genre"] == genre
        assert self.compter() == demandes
        suite = self.appeler("getDemandeLogement", numUnique="0110318000001G1226")
        assert suite.fin == "ouverte" or self.version == "1.0"
        assert self.dernier().panne is None
        vue = self.serveur.lire(f"/api/v1/bases/{self.base}/exchanges/{echange.identifiant}")
        assert vue["panne"] == echange.panne
        return echange


@pytest.fixture(params=[False, True], ids=["http", "https"])
def essai(serveur: Serveur, request: pytest.FixtureRequest) -> Iterator[Essai]:
    """A base nobody else uses, by HTTP and by HTTPS."""
    ouvert = creer(serveur, https=request.param)
    yield ouvert
    ouvert.fermer()


def creer(serveur: Serveur, *, https: bool = False) -> Essai:
    """A base of its own, at the instant of the specimens."""
    base = f"p-{uuid.uuid4().hex[:12]}"
    serveur.lire("/api/v1/bases", {"nom": base, "horloge": "2018-03-15T12:00:00"})
    return Essai(serveur, https, base)


# --- the bytes of the answer ------------------------------------------------------------------------------


def _tronque(recu: Recu, prevu: Recu) -> None:
    assert recu.corps == prevu.corps[: len(prevu.corps) // 2]


def _sans_document(recu: Recu, prevu: Recu) -> None:
    assert recu.message.racine == prevu.message.racine
    assert recu.message.parties == tuple(
        p for p in prevu.message.parties if not p.content_type.startswith(XML)
    )


def _cid_inconnu(recu: Recu, prevu: Recu) -> None:
    assert recu.message.racine == prevu.message.racine
    assert [p.contenu for p in recu.message.parties] == [p.contenu for p in prevu.message.parties]
    hrefs = [i.get("href") for i in etree.fromstring(recu.message.racine).iter(f"{{{XOP}}}Include")]
    trouvees = [recu.message.partie(href) for href in hrefs]
    assert trouvees.count(None) == 1


def _latin1(recu: Recu, prevu: Recu) -> None:
    assert b'encoding="UTF-8"' in recu.document
    with pytest.raises(UnicodeDecodeError):
        recu.document.decode("utf-8")
    assert recu.document.decode("iso-8859-1") == prevu.document.decode("utf-8")
    with pytest.raises(etree.XMLSyntaxError):
        etree.fromstring(recu.document)


def _utf16_enveloppe(recu: Recu, prevu: Recu) -> None:
    assert recu.message.racine.decode("utf-16") == prevu.message.racine.decode("utf-8")
    assert recu.document == prevu.document


def _charset_document(recu: Recu, prevu: Recu) -> None:
    assert recu.document == prevu.document
    types = [p.content_type for p in recu.message.parties if p.content_type.startswith(XML)]
    assert types == ["text/xml; charset=iso-8859-1"]


def _charset_enveloppe(recu: Recu, prevu: Recu) -> None:
    assert recu.message.type_racine == prevu.message.type_racine.replace("UTF-8", "iso-8859-1")
    assert recu.message.racine == prevu.message.racine
    assert recu.message.parties == prevu.message.parties


def _bom_enveloppe(recu: Recu, prevu: Recu) -> None:
    assert recu.message.racine == BOM + prevu.message.racine
    assert recu.message.parties == prevu.message.parties


def _bom_document(recu: Recu, prevu: Recu) -> None:
    assert recu.message.racine == prevu.message.racine
    assert recu.document == BOM + prevu.document


def _numero_17(recu: Recu, prevu: Recu) -> None:
    assert recu.message.racine == prevu.message.racine
    numero = etree.fromstring(prevu.document).findtext(".//{*}numUnique")
    assert numero is not None
    assert len(numero) == 18
    assert etree.fromstring(recu.document).findtext(".//{*}numUnique") == numero[:17]
    assert recu.document == prevu.document.replace(numero.encode(), numero[:17].encode())


@pytest.mark.parametrize(
    ("genre", "parametres", "verifier"),
    [
        ("mime_tronque", {}, _tronque),
        ("partie_absente", {}, _sans_document),
        ("cid_faux", {}, _cid_inconnu),
        ("encodage_faux", {}, _latin1),
        ("encodage_faux", {"encodage": "utf-16", "partie": "enveloppe"}, _utf16_enveloppe),
        ("encodage_faux", {"lieu": "en_tete"}, _charset_document),
        ("encodage_faux", {"lieu": "en_tete", "partie": "enveloppe"}, _charset_enveloppe),
        ("bom", {}, _bom_enveloppe),
        ("bom", {"partie": "document"}, _bom_document),
        ("numero_faux", {}, _numero_17),
    ],
    # By name: the address of a function differs from one worker to the other.
    ids=lambda valeur: getattr(valeur, "__name__", str(valeur)),
)
def test_a_damaged_answer_is_a_whole_http_answer_after_the_commit(
    essai: Essai, genre: str, parametres: dict[str, str], verifier: Callable[[Recu, Recu], None]
) -> None:
    essai.armer(genre, parametres=parametres)
    recu = essai.appeler()
    assert (recu.statut, recu.fin) == (200, "ouverte")
    echange = essai.jouee(genre, demandes=1)
    tete = "".join(f"{nom}: {valeur}\r\n" for nom, valeur in echange.en_tetes_reponse)
    prevu = Recu(f"HTTP/1.1 200 OK\r\n{tete}\r\n".encode() + echange.reponse, "ouverte")
    assert recu.corps != prevu.corps
    verifier(recu, prevu)
    # What was meant is what the journal keeps: whole, and readable.
    assert etree.fromstring(prevu.document).findtext(".//{*}numUnique") == echange.numero_unique
    assert echange.reponse_conforme is True


# --- in place of the work ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("genre", "statut", "type_"),
    [
        ("html_502", 502, "text/html; charset=utf-8"),
        ("html_503", 503, "text/html; charset=utf-8"),
        ("fault_serveur", 500, ""),
        ("fault_client", 500, ""),
    ],
)
def test_what_takes_the_place_of_the_work_leaves_the_base_as_it_was(
    essai: Essai, genre: str, statut: int, type_: str
) -> None:
    essai.armer(genre)
    recu = essai.appeler()
    assert (recu.statut, recu.fin) == (statut, "ouverte")
    if type_:
        assert recu.en_tetes["content-type"] == type_
        assert recu.corps.startswith(b"<!DOCTYPE html>")
        assert ("retry-after" in recu.en_tetes) == (genre == "html_503")
    else:
        code = etree.fromstring(recu.message.racine).findtext(f".//{{{SOAP}}}Value")
        assert code == ("soap:Receiver" if genre == "fault_serveur" else "soap:Sender")
    echange = essai.jouee(genre, demandes=0)
    assert echange.statut == statut
    assert echange.reponse == recu.corps
    assert essai.appeler().statut == 200
    assert essai.compter() == 1


# --- on the wire ------------------------------------------------------------------------------------------


def test_a_late_answer_holds_nobody(essai: Essai) -> None:
    essai.armer("delai", parametres={"secondes": "3600"})
    prise = essai.envoyer()
    autre = Essai(essai.serveur, essai.https, essai.base)
    essai.attendre_le_journal()
    assert autre.appeler("getDemandeLogement", numUnique="0110318000001G1226").fin == "ouverte"
    autre.fermer()
    prise.settimeout(0.05)
    with pytest.raises(TimeoutError):
        prise.recv(1)


def test_a_late_answer_is_the_right_one(essai: Essai) -> None:
    essai.armer("delai", parametres={"secondes": "0.3"})
    recu = essai.appeler()
    assert (recu.statut, recu.fin) == (200, "ouverte")
    assert len(recu.message.parties) == 2
    with Magasin.ouvrir(None, essai.serveur.home) as magasin:
        echange = magasin.journal.lire(essai.base, 1)
    assert echange is not None
    assert echange.panne is not None
    assert echange.panne["parametres"] == {"secondes": "0.3"}
    assert recu.corps == echange.reponse


@pytest.mark.parametrize(("avant", "demandes"), [("non", 1), ("oui", 0)])
def test_a_silence_ends_without_a_byte(essai: Essai, avant: str, demandes: int) -> None:
    essai.armer("silence", parametres={"secondes": "0.3", "avant": avant})
    recu = essai.appeler()
    assert (recu.octets, recu.fin) == (b"", "fermée")
    echange = essai.jouee("silence", demandes=demandes)
    assert echange.statut == (0 if avant == "oui" else 200)
    assert bool(echange.reponse) == (avant == "non")


def test_a_client_that_gives_up_a_silence_finds_its_demande(essai: Essai) -> None:
    essai.armer("silence")
    prise = essai.envoyer()
    essai.attendre_le_journal()
    prise.settimeout(0.2)
    with pytest.raises(TimeoutError):
        essai.recevoir()
    essai.fermer()
    echange = essai.jouee("silence", demandes=1)
    assert echange.numero_unique is not None
    assert essai.appeler("getDemandeLogement", numUnique=echange.numero_unique).statut == 200


@pytest.mark.parametrize(
    ("parametres", "arrives", "demandes"),
    [({}, 100, 1), ({"octets": "5000"}, 5000, 1), ({"octets": "0"}, 0, 1), ({"avant": "oui"}, 0, 0)],
    ids=str,
)
def test_a_cut_comes_in_the_middle_of_the_answer(
    essai: Essai, parametres: dict[str, str], arrives: int, demandes: int
) -> None:
    essai.armer("coupure", parametres=parametres)
    recu = essai.appeler()
    assert (len(recu.octets), recu.fin) == (arrives, "coupée")
    assert recu.octets == b"" or recu.octets.startswith(b"HTTP/1.1 200 OK\r\n")
    essai.jouee("coupure", demandes=demandes)


def test_a_cut_never_gives_the_whole_answer(essai: Essai) -> None:
    essai.armer("coupure", parametres={"octets": "20000000"})
    recu = essai.appeler()
    assert recu.fin == "coupée"
    assert len(recu.corps) == int(recu.en_tetes["content-length"]) - 1


def test_an_answer_drop_by_drop_is_the_right_one(essai: Essai) -> None:
    essai.armer("goutte", parametres={"octets": "40", "secondes": "3600"})
    prise = essai.envoyer()
    goutte = prise.recv(65536)
    assert (len(goutte), goutte[:9]) == (40, b"HTTP/1.1 ")
    prise.settimeout(0.2)
    with pytest.raises(TimeoutError):
        prise.recv(1)
    essai.fermer()
    essai.jouee("goutte", demandes=1)
    essai.armer("goutte", parametres={"octets": "1500", "secondes": "0.001"})
    recu = essai.appeler("getDemandeLogement", numUnique="0110318000001G1226")
    assert recu.fin == "ouverte"
    assert recu.corps == essai.dernier().reponse


@pytest.mark.parametrize("ecart", [100, 1, -1, -5000])
def test_a_length_that_lies_ends_with_the_connection(essai: Essai, ecart: int) -> None:
    essai.armer("longueur_fausse", parametres={"ecart": str(ecart)})
    recu = essai.appeler()
    echange = essai.dernier()
    assert recu.fin == "fermée" or ecart < 0
    assert int(recu.en_tetes["content-length"]) == len(echange.reponse) + ecart
    assert recu.corps[: len(echange.reponse)] == echange.reponse[: len(recu.corps)]
    essai.fermer()
    essai.jouee("longueur_fausse", demandes=1)


def test_the_answer_is_lost_but_the_demande_is_there(essai: Essai) -> None:
    essai.armer("reponse_perdue")
    # A refusal is no acceptance: the panne waits for one.
    assert essai.appeler("getDemandeLogement", numUnique="0110318000001G1226").statut == 500
    recu = essai.appeler()
    assert (recu.octets, recu.fin) == (b"", "fermée")
    echange = essai.jouee("reponse_perdue", demandes=1)
    assert (echange.verdict, echange.statut) == ("accepté", 200)
    assert essai.appeler("getDemandeLogement", numUnique=echange.numero_unique or "").statut == 200


def test_every_kind_is_tried_here() -> None:
    assert set(GENRES) == {
        "delai", "silence", "coupure", "goutte", "mime_tronque", "longueur_fausse", "partie_absente",
        "cid_faux", "encodage_faux", "bom", "html_502", "html_503", "fault_serveur", "fault_client",
        "numero_faux", "reponse_perdue",
    }  # fmt: skip


@pytest.mark.parametrize("genre", ["delai", "goutte", "bom", "html_502", "fault_client", "reponse_perdue"])
def test_an_http_1_0_client_meets_them_too(serveur: Serveur, genre: str) -> None:
    essai = creer(serveur)
    essai.version = "1.0"
    essai.armer(genre, parametres={"secondes": "0.01"} if genre in ("delai", "goutte") else {})
    recu = essai.appeler()
    assert recu.fin == "fermée"
    echange = essai.jouee(genre, demandes=0 if genre in ("html_502", "fault_client") else 1)
    if genre in ("delai", "goutte", "fault_client", "html_502"):
        assert recu.corps == echange.reponse
    assert bool(recu.octets) == (genre != "reponse_perdue")


# --- many at once -----------------------------------------------------------------------------------------


def test_two_workers_play_a_panne_as_often_as_it_was_armed(demarrer: Callable[..., Serveur]) -> None:
    serveur = demarrer("--workers", "2")
    base = creer(serveur)
    for genre, fois in (("html_503", 7), ("silence", 5), ("coupure", 4)):
        base.armer(genre, fois=fois, parametres={"secondes": "0"} if genre == "silence" else {})

    def un(rang: int) -> str:
        essai = Essai(serveur, https=rang % 2 == 0, base=base.base)
        recu = essai.appeler()
        essai.fermer()
        return recu.fin if recu.fin != "ouverte" else str(recu.statut)

    with ThreadPoolExecutor(8) as executeur:
        faits = list(executeur.map(un, range(40)))
    assert {fait: faits.count(fait) for fait in set(faits)} == {"503": 7, "fermée": 5, "coupée": 4, "200": 24}
    restes = serveur.lire(f"/api/v1/bases/{base.base}/pannes")["pannes"]
    assert [(p["jouees"], p["restantes"]) for p in restes] == [(7, 0), (5, 0), (4, 0)]
    assert base.compter() == 1  # the others are refused as duplicates, or were never done
