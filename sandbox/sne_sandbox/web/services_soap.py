"""The SOAP endpoints in Flask: views that hand a whole request to `exchange`, and give its answer back.

A call to a service needs nothing of what Flask puts around a view (contexts, hooks, a session): it is given
to `exchange` by `PorteSoap`, and only what is none goes through the application.
"""

import gzip
import socket
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from flask import Flask, Request, Response, current_app, request
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Rule

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
from sne_interface.errors import ContractError, OperatorError
from sne_interface.settings import est_boucle_locale
from sne_sandbox.exchange import METHODES, base_nommee
from sne_sandbox.web.acces import d_un_autre_site
from sne_sandbox.web.configuration_et_services import Services

#: First word of the endpoints of services, in Flask's map of addresses.
_SERVICE: Final = "soap"
#: Media types of a SOAP call, of any version.
_SOAP: Final = ("application/soap+xml", "multipart/related", "text/xml", "application/xop+xml")
_XML: Final = [("Content-Type", "text/xml; charset=utf-8")]
_TEXTE: Final = [("Content-Type", "text/plain; charset=utf-8")]


def installer(app: Flask) -> None:
    """Add a route for each path of each service, for the default base and for named ones, and answer the
    calls that miss them all."""
    for chemin, service in chemins(app).items():
        if chemin.endswith("/"):
            _ouvrir(app, chemin, service)
    # The contract of the base says what is there.
    _ouvrir(app, "/bases/<base>/services/<path:suite>", "")
    app.after_request(_repondre_aux_egares)


def _ouvrir(app: Flask, chemin: str, service: str) -> None:
    # Not `add_url_rule`, which names the methods: whatever else comes is to be refused with a line.
    endpoint = f"{_SERVICE} {service} {chemin}"
    app.url_map.add(Rule(chemin, endpoint=endpoint))
    app.view_functions[endpoint] = _vue(service)


def acheminer(app: Flask, chemin: str) -> tuple[str, str] | None:
    """The service that a path leads to (see `_service`), and the base; None for no service."""
    try:
        endpoint, arguments = app.url_map.bind("").match(chemin, method="POST")
    except HTTPException:
        return None
    genre, _, reste = str(endpoint).partition(" ")
    base = arguments.get("base", BASE_PAR_DEFAUT)
    nom = (
        _service(app, reste.partition(" ")[0], base, arguments.get("suite", ""))
        if genre == _SERVICE
        else None
    )
    return None if nom is None else (nom, base)


def _vue(service: str) -> Callable[..., Response]:
    def vue(base: str = BASE_PAR_DEFAUT, suite: str = "") -> Response:
        services: Services = current_app.extensions["sne"]
        nom = _service(current_app, service, base, suite)
        if nom is None:
            return _egarer(services)
        match request.method:
            case "GET" | "HEAD":
                return _decrire(services, request.path.removeprefix(f"/bases/{base}"), base)
            case "OPTIONS":
                return Response(status=204, headers={"Allow": METHODES})
        return _appeler(services, request, nom, base)

    return vue


def _service(app: Flask, service: str, base: str, suite: str) -> str | None:
    """The service of a path, as the server's contract calls it; "" where only the contract of the base can
    tell; None for none."""
    nom = service or chemins(app).get(f"/services/{suite}")
    return "" if nom is None and _a_le_sien(app.extensions["sne"], base) else nom


def _a_le_sien(services: Services, base: str) -> bool:
    """True when a base has a contract of its own, which may have other services."""
    try:
        return bool(services.magasin.regarder(base).base.reglages.contrat)
    except OperatorError:
        return False


def chemins(app: Flask) -> Mapping[str, str]:
    """The service of each path of the server's contract, with its last slash and without."""
    return _chemins(app.extensions["sne"].contrat)


def _chemins(contrat: Contrat) -> Mapping[str, str]:
    services = contrat.services.values()
    return {c.rstrip("/") + fin: s.nom for s in services for c in s.chemins for fin in ("", "/")}


class PorteSoap:
    """Before an application: answers the calls of a service, and leaves everything else to `suite`."""

    def __init__(self, app: Flask, suite: Callable[..., Iterable[bytes]]) -> None:
        self._app, self._suite = app, suite
        self._chemins = chemins(app)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("REQUEST_METHOD") != "POST":
            return self._suite(environ, start_response)
        chemin, base = environ.get("PATH_INFO", ""), BASE_PAR_DEFAUT
        if chemin.startswith("/bases/"):
            base, barre, reste = chemin.removeprefix("/bases/").partition("/")
            chemin = f"/{reste}" if barre and base.isascii() and reste.startswith("services/") else ""
        service = self._chemins.get(chemin)
        if service is None or not base:
            return self._suite(environ, start_response)
        # Not to be found in its own environ: in a circle, every message would stay until the collector comes.
        appel = self._app.request_class(environ, populate_request=False)
        return _appeler(self._app.extensions["sne"], appel, service, base)(environ, start_response)


def _appeler(services: Services, appel: Request, service: str, base: str) -> Response:
    reponse = services.echanges.appel(_requete(services, appel), service, base)
    return _rendre(services, appel, reponse)


def _requete(services: Services, request: Request) -> RequeteHttp:
    """A request, whole, as the exchange takes it."""
    environ = request.environ
    return RequeteHttp(
        methode=request.method,
        chemin=request.full_path.rstrip("?"),
        en_tetes=du_dehors(sans_secrets(list(request.headers))),
        # Our server hands the body whole.
        corps=environ["wsgi.input"].read()
        if environ.get("wsgi.input_terminated")
        else request.get_data(False),
        origine=_origine(request),
        pair=request.remote_addr or "",
        ecoute=environ.get(ECOUTE, ""),
        certificat=environ.get(CERTIFICAT),
        certificat_demande=bool(environ.get(CERTIFICAT_DEMANDE)),
        d_un_autre_site=d_un_autre_site(request, local=services.configuration.locale)
        if "HTTP_ORIGIN" in environ or "HTTP_SEC_FETCH_SITE" in environ
        else "",
    )


def _rendre(services: Services, request: Request, reponse: ReponseHttp) -> Response:
    sortie = Response(reponse.corps, reponse.statut, reponse.en_tetes)
    if reponse.panne is not None:
        request.environ[PANNE] = reponse.panne
    _suivre(services, request, reponse)
    if services.configuration.compression and request.accept_encodings.quality("gzip") > 0:
        sortie.set_data(gzip.compress(reponse.corps, 1))
        sortie.headers["Content-Encoding"] = "gzip"
    return sortie


def _suivre(services: Services, request: Request, reponse: ReponseHttp) -> None:
    """Has the server tell the journal, should this answer not be delivered."""
    if reponse.echange is not None:
        request.environ[NON_REMISE] = partial(services.echanges.non_remise, *reponse.echange)


# --- `?wsdl` ------------------------------------------------------------------------------------------


def _decrire(services: Services, chemin: str, base: str) -> Response:
    """`?wsdl` of the service at this path, and the schemas it imports by `?xsd=…`, by the base's contract."""
    contrat = services.contrat_de(base)
    service = _chemins(contrat).get(chemin)
    if service is None:
        return _egarer(services)
    requete = RequeteHttp("GET", request.full_path, list(request.headers), b"")
    reponse = servir_le_contrat(contrat, service, requete, origine=_origine_annoncee(services))
    if reponse is None:
        raise NotFound("Ajoutez ?wsdl à cette adresse pour lire le contrat ; SOAP s'appelle par POST.")
    return Response(reponse.corps, reponse.statut, reponse.en_tetes)


def servir_le_contrat(
    contrat: Contrat, service: str, requete: RequeteHttp, *, origine: str
) -> ReponseHttp | None:
    """The answer to `?wsdl` or `?xsd=NAME` on the endpoint of `service`; None when the query asks neither.

    `origine` is the scheme and authority of this server (`https://localhost:8443`): ports are said to be
    there. Schemas are linked relatively, so that a proxy in front changes nothing.
    """
    chemin, _, question = requete.chemin.partition("?")
    parametres = _question_du_contrat(question)
    try:
        if "wsdl" in parametres:
            return ReponseHttp(200, list(_XML), wsdl_servi(contrat, service, origine + chemin, ""))
        if "xsd" in parametres:
            return ReponseHttp(200, list(_XML), xsd_servi(contrat, parametres["xsd"], ""))
    except ContractError as erreur:
        return ReponseHttp(404, list(_TEXTE), f"{erreur.diagnostics()}\n".encode())
    return None


def _question_du_contrat(question: str) -> Mapping[str, str]:
    """The query, by lower-case name: stacks write `?wsdl` and `?WSDL`, with or without a value."""
    lus = parse_qs(question, keep_blank_values=True) if len(question) < 1000 else {}
    return {nom.lower(): valeurs[0] for nom, valeurs in lus.items()}


def _origine(request: Request) -> str:
    """Scheme and authority of this server, by its socket: a real client's Host names the national one."""
    hote = request.environ.get("SERVER_NAME", "127.0.0.1")
    if ":" in hote and not hote.startswith("["):
        hote = f"[{hote}]"
    return f"{request.scheme}://{hote}:{request.environ.get('SERVER_PORT', '80')}"


def _origine_annoncee(services: Services) -> str:
    """The origin to write in a WSDL: the caller's own words if they name this server (a port may be mapped on
    the way), else ours: another name may be the national server's, which a stub would call."""
    nom = urlsplit(f"//{request.host}").hostname or ""
    connu = est_boucle_locale(nom) or nom in (*services.configuration.noms, socket.gethostname())
    return f"{request.scheme}://{request.host}" if connu else _origine(request)


# --- calls to an address where no service is -----------------------------------------------------------


def est_un_appel(methode: str, content_type: str) -> bool:
    """True when a request is a SOAP call by its method and media type."""
    return methode == "POST" and content_type.partition(";")[0].strip().lower() in _SOAP


def est_egaree(requete: Request) -> bool:
    """True when the request is a SOAP call that the application in charge has no rule for."""
    return requete.url_rule is None and est_un_appel(requete.method, requete.headers.get("Content-Type", ""))


def _repondre_aux_egares(reponse: Response) -> Response:
    if reponse.status_code != 404 or not est_egaree(request):
        return reponse
    return _egarer(current_app.extensions["sne"])


def _egarer(services: Services) -> Response:
    """The answer where no service is. Raises NotFound for what is no SOAP call."""
    if not est_un_appel(request.method, request.headers.get("Content-Type", "")):
        raise NotFound
    base = base_nommee(services.magasin, request.path)
    reponse_http = services.echanges.egare(_requete(services, request), base)
    _suivre(services, request, reponse_http)
    return Response(reponse_http.corps, reponse_http.statut, reponse_http.en_tetes)
