"""The API's own Flask application: its resources, its errors, its description."""

import json
from typing import Any, Final

from flask import Flask, Response, request
from flask_smorest import Api
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from sne_console.api import description_openapi, metriques, questions_et_reponses
from sne_sandbox.offres_des_paquets import ressources
from sne_sandbox.web import acces, reponses_http, securite
from sne_sandbox.web.configuration_et_services import VERSION
from sne_sandbox.web.droits import LECTURES
from sne_sandbox.web.parties_au_besoin import Aiguillage

#: Bytes of a body: the largest is a file left in an inbox.
CORPS_MAX: Final = 25_000_000
#: The one body that is no JSON: a file left in an inbox.
_FICHIERS: Final = frozenset({"guichets.deposer"})


class ApiAdmin(Api):
    """flask-smorest, its errors being RFC 9457 problems."""

    ERROR_SCHEMA = description_openapi.ProblemeSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        """An HTTP error as `application/problem+json`."""
        return reponses_http.erreur_http(error)


def construire(aiguillage: Aiguillage) -> Flask:
    """The API beside the main application: the same services, the same rights."""
    app = Flask("sne_console.api", static_folder=None, template_folder=None)
    app.config.update(
        API_TITLE="sne-sandbox", API_VERSION=VERSION, OPENAPI_VERSION="3.1.0", MAX_CONTENT_LENGTH=CORPS_MAX
    )
    acces.installer(app, aiguillage.partie("principale"))
    securite.installer(app)
    app.before_request(_exiger_json)
    app.before_request(questions_et_reponses.refuser_inconnus)
    app.before_request(acces.trouver_base)
    api = ApiAdmin(app)
    for blueprint in ressources():
        api.register_blueprint(blueprint)
    reponses_http.installer(app)
    document = description_openapi.completer(api.spec.to_dict())
    app.extensions["openapi"] = document
    app.add_url_rule("/metrics", "metrics", metriques.page)
    app.add_url_rule("/api/v1/openapi.json", "openapi", lambda: _montrer(document))
    return app


def _exiger_json() -> None:
    """Refuses a body that would not be read: what it asks for would be taken for the defaults (a `curl -d`
    without its type empties the whole base instead of its journal). Raises UnsupportedMediaType."""
    if request.method in LECTURES or request.endpoint in {None, *_FICHIERS}:
        return
    if not request.is_json and request.get_data():
        raise UnsupportedMediaType(
            f"Le corps est annoncé [{request.mimetype or 'sans type'}] : il doit être du JSON. "
            "Remède : ajoutez l'en-tête « Content-Type: application/json » "
            "(curl : -H 'Content-Type: application/json')."
        )


def _montrer(document: dict[str, Any]) -> Response:
    return Response(json.dumps(document, ensure_ascii=False, indent=1), mimetype="application/json")
