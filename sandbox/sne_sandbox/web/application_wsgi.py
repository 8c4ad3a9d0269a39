"""The main application, in Flask: what is neither a call of a service nor of a part: `?wsdl`, what is lost.

A server that is called by POST alone never imports it (`parties_au_besoin`).
"""

import socket
from functools import partial
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule

from sne_interface.contract.contrats import Contrats
from sne_interface.domain.echange import RequeteHttp
from sne_interface.settings import est_boucle_locale
from sne_sandbox.exchange import METHODES, base_nommee, chemins
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.web import acces, reponses_http, securite, services_soap
from sne_sandbox.web.configuration_et_services import Configuration, Services
from sne_sandbox.web.parties_au_besoin import Aiguillage
from sne_sandbox.web.sante import VIVANT, Sante


def creer_application(configuration: Configuration, ouverts: tuple[Contrats, Magasin] | None = None) -> Flask:
    """The main application of an `Aiguillage`, with all that it sends elsewhere behind it; raises as it
    does."""
    return Aiguillage(configuration, ouverts).partie("principale")


def construire(aiguillage: Aiguillage) -> Flask:
    """The main application, by which one enters as by the server (`app.extensions["aiguillage"]`)."""
    services = aiguillage.services
    app = Flask("sne_console.vues", static_folder=None, template_folder=None)
    # SOAP stacks do not follow a redirected POST: slashes are taken as they come.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.extensions.update(sne=services, aiguillage=aiguillage)
    app.extensions["acces"] = acces.Acces(services.configuration, services.magasin)
    acces.installer(app, app)
    app.view_functions["soap"] = _vue
    # The contract of the base says what is below its name.
    for chemin in (*services.echanges.chemins, "/bases/<base>/services/<path:suite>"):
        # Not `add_url_rule`, which names the methods: whatever else comes is to be refused with a line.
        app.url_map.add(Rule(chemin, endpoint="soap"))
    app.after_request(_repondre_aux_egares)
    securite.installer(app)
    reponses_http.installer(app)
    app.add_url_rule("/healthz", "healthz", lambda: Response(VIVANT, content_type="application/json"))
    app.add_url_rule("/readyz", "readyz", partial(_dire_pret, Sante(services.magasin)))
    app.wsgi_app = aiguillage  # type: ignore[method-assign]
    return app


def _dire_pret(sante: Sante) -> Response:
    """Where the application runs without our server, which answers in its place (`server.sondes`): the checks
    are made for who asks."""
    if not sante.fraiche:
        sante.examiner()
    statut, corps = sante.reponse()
    return Response(corps, statut, content_type="application/json")


# --- the services: what is no call ----------------------------------------


def _vue(**_: str) -> Response:
    services: Services = current_app.extensions["sne"]
    lieu = services_soap.acheminer(services, request.path)
    if lieu is None:
        return _egarer(services)
    service, base = lieu
    match request.method:
        case "GET" | "HEAD":
            return _decrire(services, request.path.removeprefix(f"/bases/{base}"), base)
        case "OPTIONS":
            return Response(status=204, headers={"Allow": METHODES})
    reponse = services_soap.appeler(services, request.environ, request.path, service, base)
    return Response(reponse.corps, reponse.statut, reponse.en_tetes)


def _decrire(services: Services, chemin: str, base: str) -> Response:
    """`?wsdl` of the service at this path, and the schemas it imports by `?xsd=…`, by the base's contract."""
    contrat = services.contrat_de(base)
    service = chemins(contrat).get(chemin.rstrip("/"))
    if service is None:
        return _egarer(services)
    requete = RequeteHttp("GET", request.full_path, list(request.headers), b"")
    reponse = services_soap.servir_le_contrat(contrat, service, requete, origine=_origine_annoncee(services))
    if reponse is None:
        raise NotFound("Ajoutez ?wsdl à cette adresse pour lire le contrat ; SOAP s'appelle par POST.")
    return Response(reponse.corps, reponse.statut, reponse.en_tetes)


def _origine_annoncee(services: Services) -> str:
    """The origin to write in a WSDL: the caller's own words if they name this server (a port may be mapped on
    the way), else ours: another name may be the national server's, which a stub would call."""
    nom = urlsplit(f"//{request.host}").hostname or ""
    connu = est_boucle_locale(nom) or nom in (*services.configuration.noms, socket.gethostname())
    return f"{request.scheme}://{request.host}" if connu else services_soap.origine_de(request.environ)


def _repondre_aux_egares(reponse: Response) -> Response:
    if reponse.status_code != 404 or not securite.est_egaree(request):
        return reponse
    return _egarer(current_app.extensions["sne"])


def _egarer(services: Services) -> Response:
    """The answer where no service is. Raises NotFound for what is no SOAP call."""
    if not services_soap.est_un_appel(request.method, request.headers.get("Content-Type", "")):
        raise NotFound
    base = base_nommee(services.magasin, request.path)
    reponse = services.echanges.egare(services_soap.requete_de(services, request.environ, request.path), base)
    services_soap.suivre(services, request.environ, reponse)
    return Response(reponse.corps, reponse.statut, reponse.en_tetes)
