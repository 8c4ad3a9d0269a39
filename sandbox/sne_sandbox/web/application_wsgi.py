"""The main application, in Flask: what is neither of a service nor of a part.

A server that is asked for its services alone never imports it (`parties_au_besoin`).
"""

from functools import partial

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule

from sne_sandbox.web import acces, reponses_http, securite, services_soap
from sne_sandbox.web.configuration_et_services import Configuration, Services
from sne_sandbox.web.parties_au_besoin import Aiguillage
from sne_sandbox.web.sante import VIVANT, Sante


def creer_application(configuration: Configuration) -> Flask:
    """The main application of an `Aiguillage`, with all that it sends elsewhere behind it; raises as it
    does."""
    return Aiguillage(configuration).partie("principale")


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
        # Not `add_url_rule`, which names the methods: another would be told that something is there.
        app.url_map.add(Rule(chemin, endpoint="soap"))
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


def _vue(**_: str) -> Response:
    """Refuses what `PorteSoap` left of the addresses of services. Raises NotFound, OperatorError for a base
    or a contract that is not there."""
    services: Services = current_app.extensions["sne"]
    lieu = services_soap.acheminer(services, request.path)
    if lieu is None or services_soap.service_de(services.contrat_de(lieu[1]), request.path, lieu[1]) is None:
        raise NotFound
    raise NotFound("Ajoutez ?wsdl à cette adresse pour lire le contrat ; SOAP s'appelle par POST.")
