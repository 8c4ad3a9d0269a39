"""The composition root: contract, store, pipeline and SOAP in one WSGI application; API and console aside."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from flask import Flask, Response, jsonify

from sne_sandbox.asynchrone import CanalAsynchrone
from sne_sandbox.contract import versions
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.base import Horloge
from sne_sandbox.exchange import Echanges
from sne_sandbox.operations import bases
from sne_sandbox.pipeline import Pipeline
from sne_sandbox.settings import Limites, Reglages
from sne_sandbox.soap.server import ServeurSoap
from sne_sandbox.store.session import Magasin
from sne_sandbox.web import acces, aiguillage, problemes, securite, services

VERSION: Final = "0.1.0"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What an application is built from. Picklable: each worker builds its own."""

    home: Path
    contract: str = "v5.2"
    contracts: Path | None = None
    database: str | None = None
    journal_max: int = 50_000
    limites: Limites = field(default_factory=Limites)
    jeton: str | None = None
    """Admin token; None on loopback, where the API is open."""
    jeton_lecture: str | None = None
    """Token that reads everything and changes nothing; made from the home's key for None."""
    compression: bool = False
    """Whether answers may be compressed: a client in the field announces it and cannot inflate (attested)."""
    semence: str = "vide"
    seed: int = 0
    taille: int | None = None
    """Households of the first base; the seed's own number for None."""
    horloge: Horloge = field(default_factory=Horloge)
    reglages: Reglages = field(default_factory=Reglages)
    noms: tuple[str, ...] = ()
    """Names that this server was given, beside those of the local machine, then the address it listens to."""


@dataclass(frozen=True, slots=True)
class Services:
    """What the views share; `app.extensions["sne"]`."""

    configuration: Configuration
    contrat: Contrat
    magasin: Magasin
    pipeline: Pipeline
    echanges: Echanges
    boites: CanalAsynchrone


def creer_application(configuration: Configuration) -> Flask:
    """The application over the store of `configuration`; makes base `ecole` on first start.

    Every schema is compiled here, before the first request. Raises OperatorError (ContractError, StoreError).
    """
    contrat = versions.charger(configuration.contract, configuration.contracts)
    contrat.territoires.prechauffer()
    magasin = Magasin.ouvrir(
        configuration.database, configuration.home, journal_max=configuration.journal_max
    )
    bases.assurer(
        magasin,
        contrat,
        semence=configuration.semence,
        seed=configuration.seed,
        taille=configuration.taille,
        horloge=configuration.horloge,
        reglages=configuration.reglages,
    )
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
    problemes.installer(app)
    app.add_url_rule("/healthz", "healthz", _sante)
    aiguillage.installer(app)
    return app


def _sante() -> Response:
    return jsonify({"status": "ok", "version": VERSION})
