"""The composition root: contract, store, pipeline and SOAP in one WSGI application, and its parts in Flask,
which are built at the first request for one of them.

A server that only answers SOAP never imports them: Flask is a sixth of a start-up, the libraries of the API a
third, those of the console as much again. Each part is a Flask application of its own, which shares the
`Services` and the rights of the main one (`extensions["sne"]`, `extensions["acces"]`).
"""

import importlib
import re
from collections.abc import Iterable, Mapping
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from sne_interface.contract.contrats import Contrats
from sne_interface.domain.echange import ReponseHttp
from sne_interface.errors import OperatorError
from sne_sandbox.bases.jetons import cle_des_cookies
from sne_sandbox.canal_asynchrone import CanalAsynchrone
from sne_sandbox.exchange import Echanges
from sne_sandbox.journal_technique import journal_technique
from sne_sandbox.offres_des_paquets import parties
from sne_sandbox.soap.serveur_soap import ServeurSoap
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.web.configuration_et_services import Configuration, Services, ouvrir
from sne_sandbox.web.services_soap import TEXTE, PorteSoap, egarer, est_un_appel, rendre

if TYPE_CHECKING:
    from flask import Flask

#: An exchange as answers name it (header `SNE-Echange`): one copies that address into a browser.
ECHANGE: Final = re.compile(r"/api/v1/bases/[^/]+/exchanges/\d+")
#: What every browser asks first of an address that is typed or clicked, and no SOAP stack.
_PAGE: Final = "text/html,application/xhtml+xml"
#: Told to anybody, before any right is known.
_PAS_CONSTRUITE: Final = b"Cette partie du serveur ne s'ouvre pas : son journal dit pourquoi et que faire.\n"


class Aiguillage(PorteSoap):
    """The application as a server asks it: it answers the calls of the services, and sends each other request
    to the part that it is for, what is none's to the main one. It is made over the contracts and the store of
    `configuration`, which are opened here unless they are given, `ouverts`; base `ecole` is made on first
    start. Raises OperatorError (ContractError, StoreError)."""

    def __init__(self, configuration: Configuration, ouverts: tuple[Contrats, Magasin] | None = None) -> None:
        contrats, magasin = ouverts or ouvrir(configuration)
        if configuration.contracts is not None:
            contrats.defaut.territoires.prechauffer()  # the user's own may hold an error
        cle_des_cookies(configuration.home)  # it tells that a server has started here
        limites = configuration.limites
        echanges = Echanges(contrats, magasin, limites, lambda contrat: ServeurSoap(contrat, limites))
        boites = CanalAsynchrone(contrats, magasin, limites, configuration.home)
        super().__init__(Services(configuration, contrats, magasin, echanges, boites), self._repartir)
        self._parties = {segment: partie.nom for partie in parties() for segment in partie.segments}
        self._construites: dict[str, Flask] = {}
        self._verrou = RLock()

    def _repartir(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        chemin = environ["PATH_INFO"]
        nom = self._parties.get(chemin.removeprefix("/").partition("/")[0], "principale")
        # Whoever follows the addresses that `serve` and answers give, or mistypes one, is answered by a page.
        inconnu = nom == "principale" and chemin.strip("/") not in ("healthz", "readyz")
        # No page takes a SOAP message: its application was given the address of the server for a service's.
        appel = est_un_appel(environ["REQUEST_METHOD"], environ.get("CONTENT_TYPE", ""))
        if appel and (inconnu or nom == "console"):
            return rendre(environ, start_response, egarer(self.services, environ))
        if (inconnu or ECHANGE.fullmatch(chemin)) and _est_une_visite(environ):
            nom = "console"
        try:
            application = self.partie(nom)
        except OperatorError as erreur:
            cause = erreur.diagnostics()
            journal_technique("sne_sandbox.web").error("part not built", part=nom, cause=cause)
            return rendre(environ, start_response, ReponseHttp(503, list(TEXTE), _PAS_CONSTRUITE))
        return type(application).wsgi_app(application, environ, start_response)

    def partie(self, nom: str) -> "Flask":
        """The application of a part, built when it is not yet."""
        if nom not in self._construites:
            with self._verrou:
                if nom not in self._construites:
                    (voulue,) = [p for p in parties() if p.nom == nom]
                    self._construites[nom] = importlib.import_module(voulue.module).construire(self)
        return self._construites[nom]


def _est_une_visite(environ: Mapping[str, str]) -> bool:
    """True when a browser asks for a page (the address of a WSDL or a schema has a query)."""
    simple = environ["REQUEST_METHOD"] == "GET" and not environ.get("QUERY_STRING")
    return simple and environ.get("HTTP_ACCEPT", "").replace(" ", "").startswith(_PAGE)
