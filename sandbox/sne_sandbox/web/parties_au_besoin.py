"""Parts of the application that are built at the first request for one of them.

A server that only answers SOAP never imports them: the libraries of the API are a third of a start-up, those
of the console as much again. Each part is a Flask application of its own, which shares the `Services` and the
rights of the main one (`extensions["sne"]`, `extensions["acces"]`).
"""

import importlib
import re
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import Any, Final

from flask import Flask

from sne_sandbox.offres_des_paquets import parties
from sne_sandbox.web.services_soap import PorteSoap, est_un_appel

_Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


#: An exchange as answers name it (header `SNE-Echange`): one copies that address into a browser.
ECHANGE: Final = re.compile(r"/api/v1/bases/[^/]+/exchanges/\d+")
#: What every browser asks first of an address that is typed or clicked, and no SOAP stack.
_PAGE: Final = "text/html,application/xhtml+xml"


class Aiguillage:
    """Sends each request to the part that it is for; what is none's to the main application."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._principale: _Wsgi = app.wsgi_app
        self._parties = {segment: partie for partie in parties() for segment in partie.segments}
        self._construites: dict[str, Flask] = {}
        self._verrou = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        chemin = environ.get("PATH_INFO", "")
        segment = chemin.removeprefix("/").partition("/")[0]
        partie = self._parties.get(segment)
        # Whoever follows the addresses that `serve` and answers give, or mistypes one, is answered by a page.
        a_montrer = (partie is None and segment not in ("healthz", "readyz")) or ECHANGE.fullmatch(chemin)
        if a_montrer and _est_une_visite(environ):
            return self.partie("console").wsgi_app(environ, start_response)
        # No page takes a SOAP message: its application was given the address of the server for a service's.
        if partie is None or (
            partie.nom == "console"
            and est_un_appel(environ.get("REQUEST_METHOD", ""), environ.get("CONTENT_TYPE", ""))
        ):
            return self._principale(environ, start_response)
        return self.partie(partie.nom).wsgi_app(environ, start_response)

    def partie(self, nom: str) -> Flask:
        """The application of a part, built when it is not yet."""
        construite = self._construites.get(nom)
        if construite is None:
            with self._verrou:
                construite = self._construites.get(nom)
                if construite is None:
                    (voulue,) = [p for p in parties() if p.nom == nom]
                    construite = importlib.import_module(voulue.module).construire(self._app)
                    self._construites[nom] = construite
        return construite


def _est_une_visite(environ: Mapping[str, Any]) -> bool:
    """True when a browser asks for a page (the address of a WSDL or a schema has a query)."""
    accepte = environ.get("HTTP_ACCEPT", "").replace(" ", "")
    return (
        environ.get("REQUEST_METHOD") == "GET"
        and not environ.get("QUERY_STRING")
        and accepte.startswith(_PAGE)
    )


def installer(app: Flask) -> None:
    """Put the parts beside the application, as yet unbuilt, behind the door of the SOAP calls;
    `app.extensions["aiguillage"]` finds them."""
    aiguillage = Aiguillage(app)
    app.extensions["aiguillage"] = aiguillage
    app.wsgi_app = PorteSoap(app.extensions["sne"], aiguillage)  # type: ignore[method-assign]
