"""The composition root: contract, store, pipeline and SOAP in one WSGI application; API and console aside."""

from flask import Flask, jsonify

from sne_sandbox.asynchrone import CanalAsynchrone
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.exchange import Echanges
from sne_sandbox.pipeline import Pipeline
from sne_sandbox.soap.server import ServeurSoap
from sne_sandbox.store.session import Magasin
from sne_sandbox.web import acces, aiguillage, reponses, securite, services
from sne_sandbox.web.partage import VERSION, Configuration, Services, ouvrir


def creer_application(configuration: Configuration, ouverts: tuple[Contrat, Magasin] | None = None) -> Flask:
    """The application over the contract and the store of `configuration`, which are opened here unless they
    are given, `ouverts`; makes base `ecole` on first start.

    Every schema is compiled here, before the first request. Raises OperatorError (ContractError, StoreError).
    """
    contrat, magasin = ouverts or ouvrir(configuration)
    contrat.territoires.prechauffer()
    app = Flask("sne_sandbox.web", static_folder=None, template_folder=None)
    # SOAP stacks do not follow a redirected POST: slashes are taken as they come.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    limites = configuration.limites
    pipeline = Pipeline(contrat, magasin, limites)
    echanges = Echanges(contrat, magasin, pipeline, ServeurSoap(contrat, limites))
    boites = CanalAsynchrone(pipeline, configuration.home)
    app.extensions["sne"] = Services(configuration, contrat, magasin, pipeline, echanges, boites)
    acces.installer(app, acces.Acces(configuration.home, configuration.jeton, configuration.jeton_lecture))
    services.installer(app)
    securite.installer(app)
    reponses.installer(app)
    app.add_url_rule("/healthz", "healthz", lambda: jsonify({"status": "ok", "version": VERSION}))
    aiguillage.installer(app)
    return app
