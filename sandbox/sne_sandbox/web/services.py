"""The SOAP endpoints in Flask: views that hand a whole request to `exchange`, and give its answer back.

A call to a service needs nothing of what Flask puts around a view (contexts, hooks, a session): it is given
to the view by `servir`, and only what is none goes through the application.
"""

import gzip
import socket
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, request
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Rule

from sne_sandbox.domain.base import BASE_PAR_DEFAUT
from sne_sandbox.domain.echange import (
    CERTIFICAT,
    CERTIFICAT_DEMANDE,
    ECOUTE,
    PANNE,
    ReponseHttp,
    RequeteHttp,
    du_dehors,
    sans_secrets,
)
from sne_sandbox.exchange import METHODES, base_nommee
from sne_sandbox.settings import est_boucle_locale
from sne_sandbox.soap import wsdl
from sne_sandbox.web.acces import d_un_autre_site
from sne_sandbox.web.partage import Services

#: First word of the endpoints of services, in Flask's map of addresses.
_SERVICE: Final = "soap"
#: Media types of a SOAP call, of any version.
_SOAP: Final = ("application/soap+xml", "multipart/related", "text/xml", "application/xop+xml")


def installer(app: Flask) -> None:
    """Add a route for each path of each service, for the default base and for named ones, and answer the
    calls that miss them all."""
    contrat = app.extensions["sne"].contrat
    for service in contrat.services.values():
        for chemin in service.chemins:
            chemin = chemin.rstrip("/") + "/"
            _ouvrir(app, chemin, service.nom)
            if chemin.startswith("/services/"):
                _ouvrir(app, f"/bases/<base>{chemin}", service.nom)
    app.after_request(_repondre_aux_egares)


def _ouvrir(app: Flask, chemin: str, service: str) -> None:
    # Not `add_url_rule`, which names the methods: whatever else comes is to be refused with a line.
    endpoint = f"{_SERVICE} {service} {chemin}"
    app.url_map.add(Rule(chemin, endpoint=endpoint))
    app.view_functions[endpoint] = _vue(service)


def acheminer(app: Flask, chemin: str) -> tuple[str, str] | None:
    """The service that a path leads to, and the base; None for no service."""
    try:
        endpoint, arguments = app.url_map.bind("").match(chemin, method="POST")
    except HTTPException:
        return None
    genre, _, reste = str(endpoint).partition(" ")
    return (reste.partition(" ")[0], arguments.get("base", BASE_PAR_DEFAUT)) if genre == _SERVICE else None


def _vue(service: str) -> Callable[..., Response]:
    def vue(base: str = BASE_PAR_DEFAUT) -> Response:
        match request.method:
            case "GET" | "HEAD":
                return _decrire(service, base)
            case "OPTIONS":
                return Response(status=204, headers={"Allow": METHODES})
        return _appeler(current_app.extensions["sne"], request, service, base)

    return vue


def chemins(app: Flask) -> Mapping[str, str]:
    """The service of each path of the default base, with its last slash and without."""
    services = app.extensions["sne"].contrat.services.values()
    return {c.rstrip("/") + fin: s.nom for s in services for c in s.chemins for fin in ("", "/")}


def servir(app: Flask, chemins: Mapping[str, str], environ: dict[str, Any]) -> Response | None:
    """The answer to a call of a service; None for what is no such call, or whose path is to be looked at."""
    if environ.get("REQUEST_METHOD") != "POST":
        return None
    chemin, base = environ.get("PATH_INFO", ""), BASE_PAR_DEFAUT
    if chemin.startswith("/bases/"):
        base, barre, reste = chemin.removeprefix("/bases/").partition("/")
        chemin = f"/{reste}" if barre and base.isascii() and reste.startswith("services/") else ""
    service = chemins.get(chemin)
    if service is None or not base:
        return None
    # Not to be found in its own environ: in a circle, every message would stay until the collector comes.
    appel = app.request_class(environ, populate_request=False)
    return _appeler(app.extensions["sne"], appel, service, base)


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
        d_un_autre_site=d_un_autre_site(request, local=services.configuration.jeton is None),
    )


def _rendre(services: Services, request: Request, reponse: ReponseHttp) -> Response:
    sortie = Response(reponse.corps, reponse.statut, reponse.en_tetes)
    if reponse.panne is not None:
        request.environ[PANNE] = reponse.panne
    if services.configuration.compression and request.accept_encodings.quality("gzip") > 0:
        sortie.set_data(gzip.compress(reponse.corps, 1))
        sortie.headers["Content-Encoding"] = "gzip"
    return sortie


# --- `?wsdl` ------------------------------------------------------------------------------------------


def _decrire(service: str, base: str) -> Response:
    """`?wsdl`, and the schemas it imports by `?xsd=…`."""
    services: Services = current_app.extensions["sne"]
    services.magasin.bases.lire(base)
    requete = RequeteHttp("GET", request.full_path, list(request.headers), b"")
    reponse = wsdl.servir(services.contrat, service, requete, origine=_origine_annoncee(services))
    if reponse is None:
        raise NotFound("Ajoutez ?wsdl à cette adresse pour lire le contrat ; SOAP s'appelle par POST.")
    return Response(reponse.corps, reponse.statut, reponse.en_tetes)


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
    """Whether a request is a SOAP call by its method and media type."""
    return methode == "POST" and content_type.partition(";")[0].strip().lower() in _SOAP


def est_egaree(requete: Request) -> bool:
    """Whether it is a SOAP call that the application in charge has no rule for."""
    return requete.url_rule is None and est_un_appel(requete.method, requete.headers.get("Content-Type", ""))


def _repondre_aux_egares(reponse: Response) -> Response:
    if reponse.status_code != 404 or not est_egaree(request):
        return reponse
    services: Services = current_app.extensions["sne"]
    base = base_nommee(services.magasin, request.path)
    reponse_http = services.echanges.egare(_requete(services, request), base)
    return Response(reponse_http.corps, reponse_http.statut, reponse_http.en_tetes)
