"""The diagnosis of whether an application can reach the SNE with what it is given, before it tries.

A wrong setting is not a fault of the application: each point says what was seen, and its remedy. Everything
is tried from this machine, by the standard library alone, as any client would.
"""

import http.client
import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_interface.domain.texte import accorde
from sne_interface.raisons import raison_systeme

#: Seconds that all the addresses of a machine are given to take a connection, and everything that is asked of
#: one that may be anybody's; and of a server of ours, which may still be starting on a busy machine.
_DELAI, _PATIENCE, PATIENCE_POUR_LES_NOTRES = 1.0, 1.8, 30.0
#: Seconds more that a server is given once it has answered: it is the right one, and has just started.
_SURSIS: Final = 8.0
#: Bytes of an answer that are read.
_LUS_MAX: Final = 4_000_000
#: Seconds between two clocks that nobody minds.
_ECART_MAX: Final = 300
_JOUR: Final = 86_400
#: Exchanges of the base that are looked at.
_DERNIERS: Final = 50
_SERVICE: Final = "DemandeLogementImplService"
_PORTS: Final = {"http": 80, "https": 443}
_PROXYS: Final = ("https_proxy", "http_proxy", "all_proxy")
_RELANCER: Final = (
    "prenez ca.pem dans le dossier pki/ du serveur qui répond à cette adresse : un autre --home a une autre "
    "autorité"
)
#: X509_V_ERR_… of OpenSSL (x509_vfy.h) → what is wrong with the server's certificate, and the remedy.
_SERVEUR: Final[Mapping[int, tuple[str, str]]] = {
    9: ("n'est pas encore valable", "vérifiez l'heure des deux machines"),
    10: ("est expiré", "vérifiez l'heure des deux machines, ou relancez le serveur, qui le refait"),
    18: ("n'est pas signé par cette autorité", _RELANCER),
    19: ("n'est pas signé par cette autorité", _RELANCER),
    20: ("n'est pas signé par cette autorité", _RELANCER),
    62: (
        "n'est pas à ce nom",
        "appelez le serveur par un nom de son certificat ; « serve --server-name NOM » en ajoute un",
    ),
    64: (
        "n'est pas à cette adresse",
        "appelez le serveur par un nom de son certificat ; « serve --server-name ADRESSE » l'ajoute",
    ),
}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at. `bon` is False when it is to be mended, None when it deserves a look;
    `dit` and `remede` are French sentences, without a full stop."""

    nom: str
    bon: bool | None
    dit: str
    remede: str = ""


@dataclass(frozen=True, slots=True)
class Branchement:
    """The settings that an application is given. `url` is the address to which `/services/…` is added; files
    that it is not given are None; `jeton` opens its API; `essai` says that the server is there for the
    diagnosis alone, and that no application was told of it; `patience` is the time in seconds to wait for its
    name and its answers, all together, and _SURSIS more once it has answered."""

    url: str
    ca: Path | None = None
    certificat: Path | None = None
    cle: Path | None = None
    pkcs12: Path | None = None
    mot_de_passe: str = ""
    guichet: str = ""
    jeton: str = ""
    essai: bool = False
    patience: float = _PATIENCE

    @property
    def adresse(self) -> SplitResult:
        """Its parts, empty for what is no address."""
        try:
            return urlsplit(self.url)
        except ValueError:
            return urlsplit("")

    @property
    def dite(self) -> str:
        """The address as it is shown: whoever it names, and the password, are left out."""
        qui, arobase, _ = self.adresse.netloc.rpartition("@")
        return self.url.replace(f"{qui}{arobase}", "", 1) if arobase else self.url

    @property
    def racine(self) -> str:
        """The path to which `/services/…` is added: "", or « /bases/NOM »."""
        return self.adresse.path.rstrip("/")

    @property
    def base(self) -> str:
        """The base that it leads to; "" for an address that leads to none."""
        if not self.racine:
            return BASE_PAR_DEFAUT
        _, tete, *nom = self.racine.split("/")
        return nom[0] if tete == "bases" and len(nom) == 1 else ""

    @property
    def port(self) -> int:
        """The one that is called. Raises ValueError for what is no port."""
        return self.adresse.port or _PORTS[self.adresse.scheme]


def diagnostiquer(
    branchement: Branchement, *, complet: bool = True, environ: Mapping[str, str] = os.environ
) -> Iterator[Point]:
    """Yields the points, in the order in which a call meets them, without the points that depend on one that
    is wrong. Without `complet`, yields only the points of the way there, and leaves out the content of the
    certificate and the knowledge of the base. Tells the points that do not come in time. Sends nothing to the
    services. Never raises for what is wrong."""
    contexte, points = _certificats(branchement, complet=complet)
    # A name that nobody resolves and a peer that says a byte now and then are waited for by another thread.
    vus: SimpleQueue[Point | Exception | None] = SimpleQueue()

    def regarder() -> None:
        try:
            for point in _regarder(branchement, contexte, points, complet, environ):
                vus.put(point)
            vus.put(None)
        except Exception as erreur:  # noqa: BLE001 - whoever waits raises it
            vus.put(erreur)

    threading.Thread(target=regarder, daemon=True).start()
    fin, dits = time.monotonic() + branchement.patience, set[str]()
    try:
        while (vu := vus.get(timeout=max(0.0, fin - time.monotonic()))) is not None:
            if isinstance(vu, Exception):
                raise vu
            dits.add(vu.nom)
            if vu.nom == branchement.adresse.scheme.upper():
                fin += _SURSIS
            yield vu
    except Empty:
        yield _en_retard(branchement, dits)


def _en_retard(branchement: Branchement, dits: Collection[str]) -> Point:
    """Returns the point that tells what did not come in time; `dits` are the names of the points that did."""
    nom, patience = branchement.adresse.scheme.upper(), branchement.patience
    delai = f"{patience + _SURSIS * (nom in dits):g} s".replace(".", ",")
    if nom in dits:  # it is the right server, and a busy one
        return Point(nom, None, f"le serveur est lent : le reste n'a pas été vu en {delai}", "recommencez")
    remede = "vérifiez l'adresse et le port ; si la machine est lente, recommencez"
    if "adresse" in dits:
        return Point(nom, False, f"le serveur ne finit pas de répondre, en {delai}", remede)
    return Point(
        "adresse", False, f"le nom [{branchement.adresse.hostname}] n'est pas trouvé en {delai}", remede
    )


def _regarder(
    branchement: Branchement,
    contexte: ssl.SSLContext | None,
    certificats: Collection[Point],
    complet: bool,
    environ: Mapping[str, str],
) -> Iterator[Point]:
    """The points, as long as they may take."""
    adresse = _adresse(branchement)
    yield adresse
    yield from _proxy(branchement, environ)
    yield from certificats
    if adresse.bon is False or contexte is None:
        return
    connexion = _connexion(branchement, contexte)
    try:
        vue, date = _connecter(branchement, connexion)
        yield vue
        if vue.bon:
            yield _horloge(date)
            yield _service(connexion, branchement)
            if complet:
                yield from _de_la_base(connexion, branchement)
    finally:
        connexion.close()


# --- before any call ---------------------------------------------------------------------------------


def _adresse(branchement: Branchement) -> Point:
    parties = branchement.adresse
    try:
        complete = parties.scheme in _PORTS and parties.hostname and branchement.port
    except ValueError:
        complete = False
    if not complete or not parties.hostname:
        remede = "une adresse s'écrit https://localhost:8443 ; « sne-sandbox serve » dit la sienne"
        return Point("adresse", False, f"[{branchement.dite}] n'est pas une adresse", remede)
    if parties.path.rstrip("/").endswith(("/services", "?wsdl")) or "/services/" in parties.path:
        remede = "donnez celle du serveur, sans /services/…"
        return Point("adresse", False, f"[{branchement.dite}] est celle d'un service", remede)
    hote, port = parties.hostname, branchement.port
    try:
        lieux = dict.fromkeys(
            (famille, lieu[:2])
            for famille, _, _, _, lieu in socket.getaddrinfo(hote, port, type=socket.SOCK_STREAM)
        )
    except OSError:
        return Point(
            "adresse",
            False,
            f"le nom [{hote}] n'est pas connu de cette machine",
            "vérifiez-le, ou appelez 127.0.0.1",
        )
    repondent, erreurs = [], []
    for famille, lieu in lieux:
        with socket.socket(famille, socket.SOCK_STREAM) as prise:
            prise.settimeout(_DELAI / len(lieux))
            try:
                prise.connect(lieu)
                repondent.append(str(lieu[0]))
            except OSError as erreur:
                erreurs.append(erreur)
    if repondent:
        return Point("adresse", True, f"{hote}:{port} répond ({', '.join(repondent)})")
    silence = all(isinstance(erreur, TimeoutError) for erreur in erreurs)
    pourquoi = (
        "ne répond pas : un pare-feu, ou un autre réseau"
        if silence
        else "refuse la connexion : rien n'y écoute"
    )
    remede = (
        "lancez « sne-sandbox serve » et lisez l'adresse qu'il écrit ; s'il est sur une autre machine, "
        "« serve --host 0.0.0.0 »"
    )
    return Point("adresse", False, f"{hote}:{port} {pourquoi}", remede)


def _proxy(branchement: Branchement, environ: Mapping[str, str]) -> Iterator[Point]:
    """Tells whether a program that reads the usual variables would go through a proxy."""
    regles = {nom.lower(): valeur for nom, valeur in sorted(environ.items()) if valeur}
    presents = [nom for nom in _PROXYS if nom in regles]
    hote = branchement.adresse.hostname or ""
    exclus = [mot.strip().lstrip(".") for mot in regles.get("no_proxy", "").split(",")]
    if not presents:
        yield Point("proxy", True, "aucun dans l'environnement")
    elif "*" in exclus or any(mot and (hote == mot or hote.endswith(f".{mot}")) for mot in exclus):
        yield Point("proxy", True, f"{presents[0]} est posé, NO_PROXY en excepte {hote}")
    else:
        yield Point(
            "proxy", None, f"{presents[0]} est posé, et NO_PROXY n'en excepte pas {hote}",
            f"posez NO_PROXY={','.join(filter(None, (regles.get('no_proxy'), hote)))}, comme le font « run » "
            "et « conform » (Java lit http.nonProxyHosts)",
        )  # fmt: skip


def _certificats(branchement: Branchement, *, complet: bool) -> tuple[ssl.SSLContext | None, list[Point]]:
    """The context of a call, and what was seen of the files; None when no call can be made with them."""
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if branchement.adresse.scheme != "https":
        return contexte, []
    points = []
    if branchement.ca is None:
        contexte.load_default_certs()
        remede = "donnez ca.pem à votre application (SNE_CA_FILE) : le système ne connaît pas le bac à sable"
        points.append(
            Point("autorité", None, "aucune n'est donnée : celles du système sont essayées", remede)
        )
    elif (
        lue := _charger(lambda: contexte.load_verify_locations(branchement.ca), branchement.ca, "autorité")
    ) is not None:
        return None, [lue]
    if branchement.certificat is None:
        remede = (
            "présentez celui d'un guichet (SNE_CERT_FILE et SNE_KEY_FILE ; « sne-sandbox pki issue » en émet)"
        )
        points.append(Point("certificat", None, "aucun n'est donné", remede))
        return contexte, points
    certificat = branchement.certificat
    lu = _charger(lambda: contexte.load_cert_chain(certificat, branchement.cle), certificat, "certificat")
    if lu is not None:
        return None, [*points, lu]
    if complet:
        points += _identite(branchement, certificat)
    return contexte, points


def _charger(charger: Callable[[], object], fichier: Path | None, nom: str) -> Point | None:
    """Loads a file and returns what is wrong with it; None when nothing is."""
    try:
        charger()
    except ssl.SSLError as erreur:
        if erreur.reason == "KEY_VALUES_MISMATCH":
            return Point(
                nom,
                False,
                f"la clé n'est pas celle de [{fichier}]",
                "donnez le .key du même guichet, du même --home",
            )
        remede = "donnez un fichier PEM (-----BEGIN …) ; pour un .p12, c'est SNE_PKCS12_FILE"
        return Point(nom, False, f"[{fichier}] ne se lit pas comme du PEM", remede)
    except OSError as erreur:
        return Point(
            nom, False, f"[{erreur.filename or fichier}] : {raison_systeme(erreur)}", "vérifiez le chemin"
        )
    return None


def _identite(branchement: Branchement, certificat: Path) -> Iterator[Point]:
    """Tells what the client certificate says, and whether the PKCS#12 says the same."""
    # Imported here: who looks at the head of a run has no need of it, and it costs more than all the rest.
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    from sne_sandbox.pki.authority import lire_guichet

    try:
        lu = x509.load_pem_x509_certificate(certificat.read_bytes())
    except ValueError:
        yield Point(
            "certificat", False, f"[{certificat}] ne se lit pas", "émettez-en un : sne-sandbox pki issue"
        )
        return
    guichet, base = lire_guichet(lu.public_bytes(Encoding.DER))
    fin = f"{lu.not_valid_after_utc:%d/%m/%Y}"
    if lu.not_valid_after_utc.timestamp() < time.time():
        remede = "émettez-en un autre : sne-sandbox pki issue ; vérifiez l'heure de cette machine"
        yield Point("certificat", False, f"[{certificat.name}] a expiré le {fin}", remede)
    elif lu.not_valid_before_utc.timestamp() > time.time():
        remede = "vérifiez l'heure de cette machine"
        yield Point("certificat", False, f"[{certificat.name}] n'est pas encore valable", remede)
    elif base and branchement.base not in ("", base):
        remede = f"émettez-en un : sne-sandbox pki issue --guichet {guichet} --base {branchement.base}"
        yield Point(
            "certificat", False, f"il est de la base {base}, l'adresse mène à {branchement.base}", remede
        )
    elif branchement.guichet and guichet != branchement.guichet:
        remede = f"présentez {branchement.guichet}.pem, ou écrivez {guichet} dans vos messages"
        yield Point(
            "certificat",
            False,
            f"il est du guichet {guichet}, l'application est {branchement.guichet}",
            remede,
        )
    else:
        suite = f", base {base}" if base else ""
        yield Point("certificat", True, f"guichet {guichet}{suite}, valable jusqu'au {fin}")
    if branchement.pkcs12 is not None:
        try:
            sien = pkcs12.load_pkcs12(branchement.pkcs12.read_bytes(), branchement.mot_de_passe.encode()).cert
            if sien is None or sien.certificate != lu:
                yield Point(
                    "PKCS#12",
                    False,
                    f"[{branchement.pkcs12.name}] porte un autre certificat que le .pem",
                    "prenez les deux dans le même dossier",
                )
        except OSError as erreur:
            yield Point(
                "PKCS#12", False, f"[{branchement.pkcs12}] : {raison_systeme(erreur)}", "vérifiez le chemin"
            )
        except ValueError:
            yield Point(
                "PKCS#12",
                False,
                f"[{branchement.pkcs12.name}] ne s'ouvre pas avec ce mot de passe",
                "c'est « sne-sandbox » (SNE_PKCS12_PASSWORD)",
            )


# --- a call ------------------------------------------------------------------------------------------


def _connexion(branchement: Branchement, contexte: ssl.SSLContext) -> http.client.HTTPConnection:
    hote, port = branchement.adresse.hostname or "", branchement.port
    apres = branchement.patience + 1  # who waits has gone on
    if branchement.adresse.scheme == "https":
        return http.client.HTTPSConnection(hote, port, timeout=apres, context=contexte)
    return http.client.HTTPConnection(hote, port, timeout=apres)


def _connecter(branchement: Branchement, connexion: http.client.HTTPConnection) -> tuple[Point, str]:
    """Makes a first call; returns what was seen, and the hour that the server gives (header `Date`)."""
    nom, port = branchement.adresse.scheme.upper(), branchement.port
    try:
        connexion.connect()
        presente = _version(connexion)
        connexion.request("GET", "/healthz")
        reponse = connexion.getresponse()
        reponse.read(_LUS_MAX)
    except ssl.SSLCertVerificationError as erreur:
        autre = (f"est refusé ({erreur.verify_message})", "relancez le serveur, qui le refait")
        dit, remede = _SERVEUR.get(erreur.verify_code, autre)
        return Point(nom, False, f"le certificat du serveur {dit}", remede), ""
    except ssl.SSLError as erreur:
        return Point(nom, False, *_refus(branchement, erreur.reason or "")), ""
    except (OSError, http.client.HTTPException):
        schema = "http" if nom == "HTTPS" else "https"
        remede = f"vérifiez le port ; c'est peut-être {schema}://{branchement.adresse.hostname}:{port}"
        return Point(nom, False, f"le port {port} ne répond pas en {nom}", remede), ""
    if reponse.status != http.HTTPStatus.OK:
        remede = "vérifiez l'adresse et le port"
        if nom == "HTTP":
            remede += f" ; c'est peut-être https://{branchement.adresse.hostname}:{port}"
        dit = f"/healthz répond {reponse.status} : ce n'est pas le bac à sable"
        return Point(nom, False, dit, remede), ""
    return Point(nom, True, presente), reponse.headers.get("Date", "")


def _refus(branchement: Branchement, raison: str) -> tuple[str, str]:
    """Of a handshake that the peer cut short."""
    if "CERTIFICATE" not in raison and "UNKNOWN_CA" not in raison:
        adresse = f"http://{branchement.adresse.hostname}:{branchement.port}"
        return f"le port {branchement.port} ne parle pas TLS ({raison})", f"c'est peut-être {adresse}"
    if branchement.certificat is None:
        remede = "présentez celui d'un guichet, ou lancez « serve --client-cert optional »"
        return "le serveur exige un certificat client", remede
    remede = "émettez-en un avec le --home du serveur : sne-sandbox pki issue"
    return "le serveur refuse ce certificat client : il est d'une autre autorité", remede


def _version(connexion: http.client.HTTPConnection) -> str:
    prise = connexion.sock
    if not isinstance(prise, ssl.SSLSocket):
        return "sans TLS : les certificats ne servent pas"
    return f"{prise.version()}, le serveur et l'autorité s'accordent"


def _horloge(date: str) -> Point:
    try:
        ecart = abs(parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return Point("horloge", None, "le serveur ne dit pas l'heure qu'il est")
    if ecart > _ECART_MAX:
        remede = "mettez les deux machines à l'heure (NTP) : les certificats et les dates en dépendent"
        jours = round(ecart / _JOUR)
        de = accorde(jours, "jour", "jours") if jours else f"{ecart / 60:.0f} minutes"
        return Point(
            "horloge", False if jours else None, f"le serveur et cette machine diffèrent de {de}", remede
        )
    return Point("horloge", True, "le serveur et cette machine sont à la même heure")


def _service(connexion: http.client.HTTPConnection, branchement: Branchement) -> Point:
    """Tells whether the services of that base are there; reading their description is no traffic."""
    statut, lu = _lire(connexion, f"{branchement.racine}/services/{_SERVICE}/?wsdl")
    if statut == http.HTTPStatus.OK and _SERVICE.encode() not in lu:
        dit = f"{branchement.racine}/services/… ne les décrit pas : ce n'est pas le bac à sable"
        return Point("services", False, dit, "vérifiez l'adresse et le port")
    if statut == http.HTTPStatus.OK:
        return Point("services", True, f"{branchement.dite.rstrip('/')}/services/… les décrit")
    remede = (
        "« sne-sandbox bases list » montre les bases ; la première est à /services/…, les autres à /bases/NOM"
    )
    return Point("services", False, f"{branchement.racine}/services/… n'existe pas (HTTP {statut})", remede)


def _de_la_base(connexion: http.client.HTTPConnection, branchement: Branchement) -> Iterator[Point]:
    """Tells what the base itself says: whether it knows the guichet, its day, and the outcome of the last
    exchanges of the application."""
    base = f"/api/v1/bases/{branchement.base}"
    guichets, horloge, arrives = (
        _json(connexion, base + suite, branchement.jeton)
        for suite in ("/guichets", "/clock", f"/exchanges?limite={_DERNIERS}")
    )
    if guichets is None or horloge is None or arrives is None:
        statut, _ = _lire(connexion, base, branchement.jeton)
        if statut in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN):
            dit = "ne se lit pas sans jeton"
            remede = "donnez le fichier prêt du serveur (--ready-file), qui porte son jeton"
        else:  # a first request has the server load its API, on a machine that may be busy
            dit, remede = "n'a pas répondu comme prévu", "recommencez dans un instant"
        yield Point("base", None, f"l'API {dit} : guichet et derniers échanges ne sont pas vus", remede)
        return
    if branchement.guichet:
        codes = [guichet["code"] for guichet in guichets if guichet["ferme_le"] is None]
        if branchement.guichet in codes:
            yield Point("guichet", True, f"{branchement.guichet} est de la base {branchement.base}")
        else:
            remede = f"prenez {', '.join(codes[:5])}, ou ajoutez-le à la page Guichets"
            yield Point(
                "guichet", False, f"{branchement.guichet} n'est pas de la base {branchement.base}", remede
            )
    if horloge["mode"] == "real":
        yield Point("jour", True, "l'horloge de la base est à l'heure")
    else:
        jour = f"{horloge['maintenant'][8:10]}/{horloge['maintenant'][5:7]}/{horloge['maintenant'][:4]}"
        remede = "datez-en vos messages, ou rendez-lui l'heure : sne-sandbox clock real"
        yield Point("jour", None, f"l'horloge de la base est figée au {jour}", remede)
    if not branchement.essai:
        yield from _application(arrives["echanges"])


def _application(echanges: list[dict[str, Any]]) -> Iterator[Point]:
    """Tells what the last exchanges say: the ones refused before SOAP, and the packing of the others."""
    recus = [e for e in echanges if e["service"] is not None and e["methode"] == "POST"]
    # What came before an exchange that was taken has been mended since, or was this very diagnosis.
    pris = max((e["id"] for e in recus if e["verdict"] != "refus"), default=0)
    refus = {
        (e["fault"]["message"], e["fault"].get("explication", "")): e["id"]
        for e in reversed(echanges)
        if e["verdict"] == "refus" and e["fault"] and e["id"] > pris
    }
    for (message, explication), identifiant in refus.items():
        # It may have been mended since, or wanted: it is shown, and condemns nothing.
        yield Point("application", None, f"échange {identifiant} : {message}", explication)
    if not echanges:
        yield Point("application", None, "elle n'a encore rien envoyé")
    tolerances = {t["code"]: t["phrase"] for e in recus for t in e["tolerances"]}
    for code, phrase in tolerances.items():
        yield Point(
            "emballage",
            None,
            f"{code} : {phrase}",
            "un autre serveur peut la refuser : voir la page Tolérances du guide",
        )
    if recus and not tolerances:
        yield Point("emballage", True, "ses derniers messages se lisent sans tolérance")


def _lire(connexion: http.client.HTTPConnection, chemin: str, jeton: str = "") -> tuple[int, bytes]:
    """Status and body of a GET; 0 when nothing came."""
    en_tetes = {"Authorization": f"Bearer {jeton}"} if jeton else {}
    try:
        connexion.request("GET", chemin, headers=en_tetes)
        reponse = connexion.getresponse()
        return reponse.status, reponse.read(_LUS_MAX)
    except (OSError, http.client.HTTPException):
        connexion.close()  # the next one begins anew
        return 0, b""


def _json(connexion: http.client.HTTPConnection, chemin: str, jeton: str) -> Any:
    """Returns the answer of the API; None when it does not answer."""
    statut, corps = _lire(connexion, chemin, jeton)
    if statut != http.HTTPStatus.OK:
        return None
    try:
        return json.loads(corps)
    except (ValueError, RecursionError):
        return None
