"""The SOAP endpoints: a whole request is handed to `exchange`; and what their addresses tell of themselves.

A call to a service needs nothing of Flask (contexts, hooks, a session), which is not even imported for it.
"""

import gzip
import re
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from http.client import responses
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from sne_interface.contract.contrats_charges import Contrat, wsdl_servi, xsd_servi
from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_interface.domain.echange import (
    CERTIFICAT,
    CERTIFICAT_DEMANDE,
    ECOUTE,
    NON_REMISE,
    PANNE,
    ReponseHttp,
    RequeteHttp,
    du_dehors,
    sans_secrets,
)
from sne_interface.domain.texte import Retenus
from sne_interface.errors import ContractError, OperatorError
from sne_interface.settings import est_boucle_locale
from sne_sandbox.exchange import METHODES, base_nommee, chemins
from sne_sandbox.web.configuration_et_services import Services

if TYPE_CHECKING:
    from flask import Request

#: The address of a service of a named base.
_DE_LA_BASE: Final = re.compile(r"/bases/([^/]+)(/services/.+)")
#: Name and port, of a Host.
_HOTE: Final = re.compile(r"([\w.-]+|\[[\da-fA-F:.]+\])(?::\d+)?", re.ASCII)
#: Media types of a SOAP call, of any version.
_SOAP: Final = ("application/soap+xml", "multipart/related", "text/xml", "application/xop+xml")
#: Names of headers, by the keys of an environ.
_NOMS: Final = Retenus(lambda cle: cle.removeprefix("HTTP_").replace("_", "-").title())
_STATUTS: Final = {statut: f"{statut} {dit.upper()}" for statut, dit in responses.items()}
_XML: Final = [("Content-Type", "text/xml; charset=utf-8")]
TEXTE: Final = [("Content-Type", "text/plain; charset=utf-8")]


def acheminer(services: Services, chemin: str) -> tuple[str, str] | None:
    """The service that a path leads to, as the server's contract calls it, and the base; "" where only the
    contract of the base can tell; None for no service."""
    nommee = _DE_LA_BASE.fullmatch(chemin)
    base, lieu = nommee.groups() if nommee else (BASE_PAR_DEFAUT, chemin)
    nom = services.echanges.chemins.get(lieu.rstrip("/"))
    if nom is None and nommee and _a_le_sien(services, base):
        nom = ""
    return None if nom is None else (nom, base)


def _a_le_sien(services: Services, base: str) -> bool:
    """True when a base has a contract of its own, which may have other services."""
    try:
        return bool(services.magasin.regarder(base).base.reglages.contrat)
    except OperatorError:
        return False


class PorteSoap:
    """Before an application: answers the calls of a service, and what is asked of its contract; leaves
    everything else to `suite`."""

    def __init__(self, services: Services, suite: Callable[..., Iterable[bytes]]) -> None:
        self.services, self._suite = services, suite

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["REQUEST_METHOD"] = environ["REQUEST_METHOD"].upper()
        chemin = chemin_de(environ)
        lieu = acheminer(self.services, chemin)
        if lieu is None:
            return self._suite(environ, start_response)
        reponse: ReponseHttp | None
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD", "OPTIONS"):
            reponse = appeler(self.services, environ, chemin, *lieu)
        elif (reponse := decrire(self.services, environ, chemin, lieu[1])) is None:
            return self._suite(environ, start_response)
        return rendre(environ, start_response, reponse)


def chemin_de(environ: Mapping[str, Any]) -> str:
    """The path of a request, with one slash at its beginning: an address that ends with one makes two."""
    dit: str = environ["PATH_INFO"]
    chemin = "/" + dit.lstrip("/")
    return chemin if chemin.isascii() else chemin.encode("latin-1").decode(errors="replace")


def rendre(environ: Mapping[str, Any], start_response: Any, reponse: ReponseHttp) -> Iterable[bytes]:
    """Gives an answer to a server."""
    longueur = [("Content-Length", str(len(reponse.corps)))] if reponse.statut != 204 else []
    start_response(_STATUTS.get(reponse.statut, f"{reponse.statut} UNKNOWN"), [*reponse.en_tetes, *longueur])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [reponse.corps]


def appeler(services: Services, environ: dict[str, Any], chemin: str, service: str, base: str) -> ReponseHttp:
    """The answer to a call of a service of a base (`acheminer`), journalled."""
    reponse = services.echanges.appel(requete_de(services, environ, chemin), service, base)
    environ[PANNE] = reponse.panne
    suivre(services, environ, reponse)
    if services.configuration.compression and _de_flask(environ).accept_encodings.quality("gzip") > 0:
        en_tetes = [*reponse.en_tetes, ("Content-Encoding", "gzip")]
        return replace(reponse, en_tetes=en_tetes, corps=gzip.compress(reponse.corps, 1))
    return reponse


def requete_de(services: Services, environ: dict[str, Any], chemin: str) -> RequeteHttp:
    """A request, whole, as the exchange takes it."""
    if question := environ.get("QUERY_STRING"):
        chemin += "?" + question.encode("latin-1").decode(errors="replace")
    en_tetes = [
        (_NOMS[cle], valeur)
        for cle, valeur in environ.items()
        if cle[:5] == "HTTP_" or (cle in ("CONTENT_TYPE", "CONTENT_LENGTH") and valeur)
    ]
    ailleurs = ""
    if "HTTP_ORIGIN" in environ or "HTTP_SEC_FETCH_SITE" in environ:
        from sne_sandbox.web.acces import d_un_autre_site

        ailleurs = d_un_autre_site(_de_flask(environ), local=services.configuration.locale)
    return RequeteHttp(
        methode=environ["REQUEST_METHOD"],
        chemin=chemin,
        en_tetes=du_dehors(sans_secrets(en_tetes)),
        corps=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
        origine=origine_de(environ),
        pair=environ.get("REMOTE_ADDR", ""),
        ecoute=environ.get(ECOUTE, ""),
        certificat=environ.get(CERTIFICAT),
        certificat_demande=bool(environ.get(CERTIFICAT_DEMANDE)),
        d_un_autre_site=ailleurs,
    )


def _de_flask(environ: dict[str, Any]) -> "Request":
    from flask import Request

    # Not to be found in its own environ: in a circle, every message would stay until the collector comes.
    return Request(environ, populate_request=False)


def suivre(services: Services, environ: dict[str, Any], reponse: ReponseHttp) -> None:
    """Has the server tell the journal, should this answer not be delivered."""
    if reponse.echange is not None:
        environ[NON_REMISE] = partial(services.echanges.non_remise, *reponse.echange)


def decrire(services: Services, environ: dict[str, Any], chemin: str, base: str) -> ReponseHttp | None:
    """Answers what is asked about a service: its methods, `?wsdl`, the schemas that it imports by `?xsd=…`
    (by the contract of the base); None for what is none of these, or when no contract says it."""
    requete = requete_de(services, environ, chemin)
    if requete.methode == "OPTIONS":
        return ReponseHttp(204, [("Content-Type", "text/html; charset=utf-8"), ("Allow", METHODES)], b"")
    try:
        contrat = services.contrat_de(base)
    except OperatorError:
        return None
    service, origine = service_de(contrat, chemin, base), _origine_annoncee(services, environ)
    return None if service is None else servir_le_contrat(contrat, service, requete, origine=origine)


def service_de(contrat: Contrat, chemin: str, base: str) -> str | None:
    """The service of a contract that a path of a base leads to; None for none."""
    return chemins(contrat).get(chemin.removeprefix(f"/bases/{base}").rstrip("/"))


def _origine_annoncee(services: Services, environ: Mapping[str, Any]) -> str:
    """The origin to write in a WSDL: the caller's own words if they name this server (a port may be mapped on
    the way), else ours: another name may be the national server's, which a stub would call."""
    hote = _HOTE.fullmatch(environ.get("HTTP_HOST", ""))
    nom = hote[1].strip("[]").lower() if hote else ""
    connu = est_boucle_locale(nom) or nom in (*services.configuration.noms, socket.gethostname())
    return f"{environ['wsgi.url_scheme']}://{hote[0]}" if hote and connu else origine_de(environ)


def servir_le_contrat(
    contrat: Contrat, service: str, requete: RequeteHttp, *, origine: str
) -> ReponseHttp | None:
    """The answer to `?wsdl` or `?xsd=NAME` on the endpoint of `service`; None when the query asks neither.

    `origine` is the scheme and authority of this server (`https://localhost:8443`): ports are said to be
    there. Schemas are linked relatively, so that a proxy in front changes nothing.
    """
    chemin, _, question = requete.chemin.partition("?")
    # By lower-case name: stacks write `?wsdl` and `?WSDL`, with or without a value.
    lus = parse_qs(question, keep_blank_values=True) if len(question) < 1000 else {}
    parametres = {nom.lower(): valeurs[0] for nom, valeurs in lus.items()}
    try:
        if "wsdl" in parametres:
            return ReponseHttp(200, list(_XML), wsdl_servi(contrat, service, origine + chemin, ""))
        if "xsd" in parametres:
            return ReponseHttp(200, list(_XML), xsd_servi(contrat, parametres["xsd"], ""))
    except ContractError as erreur:
        return ReponseHttp(404, list(TEXTE), f"{erreur.diagnostics()}\n".encode())
    return None


def origine_de(environ: Mapping[str, Any]) -> str:
    """Scheme and authority of this server, by its socket: a real client's Host names the national one."""
    hote = environ["SERVER_NAME"]
    if ":" in hote and not hote.startswith("["):
        hote = f"[{hote}]"
    return f"{environ['wsgi.url_scheme']}://{hote}:{environ['SERVER_PORT']}"


# --- calls to an address where no service is -----------------------------------------------------------


def est_un_appel(methode: str, content_type: str) -> bool:
    """True when a request is a SOAP call by its method and media type."""
    return methode == "POST" and content_type.partition(";")[0].strip().lower() in _SOAP


def egarer(services: Services, environ: dict[str, Any]) -> ReponseHttp:
    """The answer to a call to an address where no service is."""
    chemin = chemin_de(environ)
    requete = requete_de(services, environ, chemin)
    reponse = services.echanges.egare(requete, base_nommee(services.magasin, chemin))
    suivre(services, environ, reponse)
    return reponse
