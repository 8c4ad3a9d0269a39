"""The preparation for the first visitor of the console, made before while nobody calls: libraries imported,
templates compiled, tables of the contract made. The work goes in steps: a caller who comes meanwhile waits
for one step."""

import importlib
from collections.abc import Iterator
from typing import Final

from flask import Flask
from werkzeug.test import Client

from sne_interface.contract.elements import elements
from sne_interface.contract.schemas import Document
from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_interface.generators.exemples_de_regles import exemples
from sne_sandbox.offres_des_paquets import parties, sections
from sne_sandbox.web.configuration_et_services import Configuration
from sne_sandbox.web.parties_au_besoin import Aiguillage

#: Pages whose first visit makes what the next ones use.
PAGES: Final = (
    "",
    "journal",
    "demandes",
    "recherche?q=Lens",
    "controle",
    "conformite",
    "contrat",
    "regles",
    "composer/getNumUnique",
)


def prechauffer(app: Flask, configuration: Configuration) -> Iterator[None]:
    """Each step of it. No page is visited where no token of the server's own opens them."""
    for section in sections():
        importlib.import_module(section.module)
        yield
    aiguillage: Aiguillage = app.extensions["aiguillage"]
    for partie in parties():
        aiguillage.partie(partie.nom)
        yield
    gabarits = aiguillage.partie("console").jinja_env
    for nom in gabarits.list_templates(extensions=["html"]):
        gabarits.get_template(nom)
        yield
    contrat = app.extensions["sne"].contrat
    # What Composer underlines a message by, in the versions that are sent; the examples of the rules.
    for version in contrat.versions:
        elements(contrat, Document.DEMANDE, version)
        yield
    exemples()
    yield
    if configuration.jeton is not None or configuration.ouvert:
        origine = configuration.url_publique or "http://localhost"
        visiteur = Client(app.wsgi_app)
        en_tetes = {} if configuration.jeton is None else {"Authorization": f"Bearer {configuration.jeton}"}
        for page in PAGES:
            visiteur.get(f"/console/{BASE_PAR_DEFAUT}/{page}", origine, headers=en_tetes).close()
            yield
        visiteur.get("/api/v1/openapi.json", origine, headers=en_tetes).close()
