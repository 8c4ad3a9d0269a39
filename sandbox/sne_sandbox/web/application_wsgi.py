"""The composition root: contract, store, pipeline and SOAP in one WSGI application; API and console aside."""

from flask import Flask, Response, current_app

from sne_interface.contract.contrats import Contrats
from sne_sandbox.canal_asynchrone import CanalAsynchrone
from sne_sandbox.exchange import Echanges
from sne_sandbox.soap.serveur_soap import ServeurSoap
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.web import acces, parties_au_besoin, reponses_http, securite, services_soap
from sne_sandbox.web.configuration_et_services import Configuration, Services, ouvrir
from sne_sandbox.web.sante import VIVANT, Sante


def creer_application(configuration: Configuration, ouverts: tuple[Contrats, Magasin] | None = None) -> Flask:
    """The application over the contracts and the store of `configuration`, which are opened here unless they
    are given, `ouverts`; makes base `ecole` on first start.

    Every schema of the server's contract is compiled here, before the first request. Raises OperatorError
    (ContractError, StoreError).
    """
    contrats, magasin = ouverts or ouvrir(configuration)
    contrats.defaut.territoires.prechauffer()
    app = Flask("sne_console.vues", static_folder=None, template_folder=None)
    # SOAP stacks do not follow a redirected POST: slashes are taken as they come.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    limites = configuration.limites
    echanges = Echanges(contrats, magasin, limites, lambda contrat: ServeurSoap(contrat, limites))
    boites = CanalAsynchrone(contrats, magasin, limites, configuration.home)
    app.extensions["sne"] = Services(configuration, contrats, magasin, echanges, boites)
    acces.installer(app, acces.Acces(configuration, magasin))
    services_soap.installer(app)
    securite.installer(app)
    reponses_http.installer(app)
    app.extensions["sante"] = Sante(magasin)
    app.add_url_rule("/healthz", "healthz", lambda: Response(VIVANT, content_type="application/json"))
    app.add_url_rule("/readyz", "readyz", _dire_pret)
    parties_au_besoin.installer(app)
    return app


def _dire_pret() -> Response:
    """Where the application runs without our server, which answers in its place (`server.sondes`): the checks
    are made for who asks."""
    sante: Sante = current_app.extensions["sante"]
    if not sante.fraiche:
        sante.examiner()
    statut, corps = sante.reponse()
    return Response(corps, statut, content_type="application/json")
