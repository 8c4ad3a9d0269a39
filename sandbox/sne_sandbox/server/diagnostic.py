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
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_interface.domain.texte import accorde
from sne_interface.errors import raison_systeme
from sne_interface.resources import table
from sne_sandbox.server.adresse_et_certificats_d_une_base import SERVICES

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
#: What is told of each point, by its key, as the outcome of a call of OpenSSL is (« serveur_ » and its
#: X509_V_ERR_…, x509_vfy.h); `bon` is « oui », « non », or nothing.
_PHRASES: Final = {ligne["cle"]: ligne for ligne in table(__file__)}
_BON: Final[Mapping[str, bool | None]] = {"oui": True, "non": False, "": None}


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was looked at. `bon` is False when it is to be mended, None when it deserves a look;
    `dit` and `remede` are French sentences, without a full stop."""

    nom: str
    bon: bool | None
    dit: str
    remede: str = ""

    @classmethod
    def de(cls, cle: str, **valeurs: object) -> "Point":
        """The one that the table has under a key."""
        dit = _PHRASES[cle]
        nom, phrase, remede = (dit[mot].format(**valeurs) for mot in ("nom", "dit", "remede"))
        return cls(nom, _BON[dit["bon"]], phrase, remede)


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
        return Point.de("lent", nom=nom, delai=delai)
    if "adresse" in dits:
        return Point.de("inacheve", nom=nom, delai=delai)
    return Point.de("introuvable", hote=branchement.adresse.hostname, delai=delai)


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
    if complet:
        yield from _services_dits(branchement, environ)
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
    if not complete:
        return Point.de("pas_une_adresse", dite=branchement.dite)
    if parties.path.rstrip("/").endswith(("/services", "?wsdl")) or "/services/" in parties.path:
        return Point.de("d_un_service", dite=branchement.dite)
    hote, port = parties.hostname, branchement.port
    try:
        lieux = dict.fromkeys(
            (famille, lieu[:2])
            for famille, _, _, _, lieu in socket.getaddrinfo(hote, port, type=socket.SOCK_STREAM)
        )
    except OSError:
        return Point.de("inconnue", hote=hote)
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
        return Point.de("repond", hote=hote, port=port, lieux=", ".join(repondent))
    silence = all(isinstance(erreur, TimeoutError) for erreur in erreurs)
    return Point.de("muette" if silence else "fermee", hote=hote, port=port)


def serveur_des_services(environ: Mapping[str, str]) -> str:
    """The address of the server that the variables of the services lead to, "" when none is set."""
    dits = (environ.get(f"SNE_ENDPOINT_{cle}", "") for cle in SERVICES)
    return next((dit.partition("/services/")[0] for dit in dits if dit), "")


def _services_dits(branchement: Branchement, environ: Mapping[str, str]) -> Iterator[Point]:
    """Tells the variables that lead an application elsewhere than the address that is looked at."""
    for cle, service in SERVICES.items():
        nom, voulue = f"SNE_ENDPOINT_{cle}", f"{branchement.dite}/services/{service}/"
        dit = replace(branchement, url=environ.get(nom, "").removesuffix("?wsdl").rstrip("/"))
        serveur, _, fin = dit.url.partition("/services/")
        if not dit.url or dit.dite == voulue.rstrip("/"):
            continue
        if fin != service:
            yield Point.de("autre_service", nom=nom, dite=dit.dite, voulue=voulue)
        elif (vue := _adresse(replace(dit, url=serveur))).bon is False:
            yield replace(vue, nom=nom)
        else:
            yield Point.de("service_ailleurs", nom=nom, dite=dit.dite, voulue=voulue)


def _proxy(branchement: Branchement, environ: Mapping[str, str]) -> Iterator[Point]:
    """Tells whether a program that reads the usual variables would go through a proxy."""
    regles = {nom.lower(): valeur for nom, valeur in sorted(environ.items()) if valeur}
    presents = [nom for nom in ("https_proxy", "http_proxy", "all_proxy") if nom in regles]
    hote = branchement.adresse.hostname or ""
    exclus = [mot.strip().lstrip(".") for mot in regles.get("no_proxy", "").split(",")]
    if not presents:
        yield Point.de("sans_proxy")
    elif "*" in exclus or f".{hote}".endswith(tuple(f".{mot}" for mot in exclus if mot)):
        yield Point.de("proxy_excepte", proxy=presents[0], hote=hote)
    else:
        voulus = ",".join(filter(None, (regles.get("no_proxy"), hote)))
        yield Point.de("par_proxy", proxy=presents[0], hote=hote, exclus=voulus)


def _certificats(branchement: Branchement, *, complet: bool) -> tuple[ssl.SSLContext | None, list[Point]]:
    """The context of a call, and what was seen of the files; None when no call can be made with them."""
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if branchement.adresse.scheme != "https":
        return contexte, []
    points = []
    if branchement.ca is None:
        contexte.load_default_certs()
        points.append(Point.de("sans_autorite"))
    elif lue := _charger(lambda: contexte.load_verify_locations(branchement.ca), branchement.ca, "autorité"):
        return None, [lue]
    if branchement.certificat is None:
        points.append(Point.de("sans_certificat"))
        return contexte, points
    certificat = branchement.certificat
    if lu := _charger(
        lambda: contexte.load_cert_chain(certificat, branchement.cle), certificat, "certificat"
    ):
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
            return Point.de("autre_cle", nom=nom, fichier=fichier)
        return Point.de("pas_du_pem", nom=nom, fichier=fichier)
    except OSError as erreur:
        dit = erreur.filename or fichier
        return Point.de("fichier_illisible", nom=nom, fichier=dit, raison=raison_systeme(erreur))
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
        yield Point.de("certificat_illisible", fichier=certificat)
        return
    guichet, base = lire_guichet(lu.public_bytes(Encoding.DER))
    fin = f"{lu.not_valid_after_utc:%d/%m/%Y}"
    if lu.not_valid_after_utc.timestamp() < time.time():
        yield Point.de("certificat_expire", fichier=certificat.name, fin=fin)
    elif lu.not_valid_before_utc.timestamp() > time.time():
        yield Point.de("certificat_a_venir", fichier=certificat.name)
    elif base and branchement.base not in ("", base):
        yield Point.de("autre_base", base=base, ici=branchement.base, guichet=guichet)
    elif branchement.guichet and guichet != branchement.guichet:
        yield Point.de("autre_guichet", guichet=guichet, ici=branchement.guichet)
    else:
        suite = f", base {base}" if base else ""
        yield Point.de("certificat_bon", guichet=guichet, suite=suite, fin=fin)
    if branchement.pkcs12 is not None:
        try:
            sien = pkcs12.load_pkcs12(branchement.pkcs12.read_bytes(), branchement.mot_de_passe.encode()).cert
            if sien is None or sien.certificate != lu:
                yield Point.de("pkcs12_autre", fichier=branchement.pkcs12.name)
        except OSError as erreur:
            raison = raison_systeme(erreur)
            yield Point.de("fichier_illisible", nom="PKCS#12", fichier=branchement.pkcs12, raison=raison)
        except ValueError:
            yield Point.de("pkcs12_ferme", fichier=branchement.pkcs12.name)


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
    ou = {"nom": nom, "hote": branchement.adresse.hostname, "port": port}
    try:
        connexion.connect()
        prise = connexion.sock
        vue = (
            Point.de("https", version=prise.version())
            if isinstance(prise, ssl.SSLSocket)
            else Point.de("http")
        )
        connexion.request("GET", "/healthz")
        reponse = connexion.getresponse()
        reponse.read(_LUS_MAX)
    except ssl.SSLCertVerificationError as erreur:
        cle = f"serveur_{erreur.verify_code}"
        return Point.de(cle if cle in _PHRASES else "serveur", raison=erreur.verify_message), ""
    except ssl.SSLError as erreur:
        raison = erreur.reason or ""
        de_certificat = "CERTIFICATE" in raison or "UNKNOWN_CA" in raison
        refus = "certificat_exige" if branchement.certificat is None else "certificat_refuse"
        return Point.de(refus if de_certificat else "pas_de_tls", raison=raison, **ou), ""
    except (OSError, http.client.HTTPException):
        return Point.de("pas_du_schema", schema="http" if nom == "HTTPS" else "https", **ou), ""
    if reponse.status != http.HTTPStatus.OK:
        suite = "" if nom == "HTTPS" else f" ; c'est peut-être https://{ou['hote']}:{port}"
        return Point.de("pas_lui", statut=reponse.status, suite=suite, **ou), ""
    return vue, reponse.headers.get("Date", "")


def _horloge(date: str) -> Point:
    try:
        ecart = abs(parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return Point.de("sans_heure")
    if ecart <= _ECART_MAX:
        return Point.de("a_l_heure")
    if jours := round(ecart / _JOUR):
        return Point.de("decalage_en_jours", de=accorde(jours, "jour"))
    return Point.de("decalage", de=f"{ecart / 60:.0f} minutes")


def _service(connexion: http.client.HTTPConnection, branchement: Branchement) -> Point:
    """Tells whether the services of that base are there; reading their description is no traffic."""
    statut, lu = _lire(connexion, f"{branchement.racine}/services/{_SERVICE}/?wsdl")
    if statut != http.HTTPStatus.OK:
        return Point.de("services_absents", racine=branchement.racine, statut=statut)
    if _SERVICE.encode() not in lu:
        return Point.de("services_ailleurs", racine=branchement.racine)
    return Point.de("services", dite=branchement.dite.rstrip("/"))


def _de_la_base(connexion: http.client.HTTPConnection, branchement: Branchement) -> Iterator[Point]:
    """Tells what the base itself says: whether it knows the guichet, its day, and the outcome of the last
    exchanges of the application."""
    base = f"/api/v1/bases/{branchement.base}"
    guichets, horloge, arrives = (
        _json(connexion, base + suite, branchement.jeton)
        for suite in ("/guichets", "/clock", f"/exchanges?limite={_DERNIERS}")
    )
    if None in (guichets, horloge, arrives):
        statut, _ = _lire(connexion, base, branchement.jeton)
        ferme = statut in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN)
        yield Point.de("sans_jeton" if ferme else "api_muette")
        return
    if branchement.guichet:
        codes = [guichet["code"] for guichet in guichets if guichet["ferme_le"] is None]
        cle = "guichet" if branchement.guichet in codes else "guichet_absent"
        quoi = {"guichet": branchement.guichet, "base": branchement.base, "codes": ", ".join(codes[:5])}
        yield Point.de(cle, **quoi)
    if horloge["mode"] == "real":
        yield Point.de("jour")
    else:
        jour = f"{horloge['maintenant'][8:10]}/{horloge['maintenant'][5:7]}/{horloge['maintenant'][:4]}"
        yield Point.de("jour_fige", jour=jour)
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
        yield Point.de("refuse", echange=identifiant, message=message, explication=explication)
    if not echanges:
        yield Point.de("rien_envoye")
    tolerances = {t["code"]: t["phrase"] for e in recus for t in e["tolerances"]}
    for code, phrase in tolerances.items():
        yield Point.de("tolere", code=code, phrase=phrase)
    if recus and not tolerances:
        yield Point.de("emballage")


def _lire(connexion: http.client.HTTPConnection, chemin: str, jeton: str = "") -> tuple[int, bytes]:
    """Status and body of a GET, asked once more when nothing comes: a server that has just started loads its
    API at the first one. 0 when nothing came."""
    en_tetes = {"Authorization": f"Bearer {jeton}"} if jeton else {}
    for _ in range(2):
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
