"""The admin API: `/api/v1/…`, JSON, described by `/api/v1/openapi.json`; errors are RFC 9457 problems."""

from typing import Any, Final

from flask import Flask, Response, jsonify
from flask_smorest import Api
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from sandbox.errors import BaseInconnue, OperatorError, UsageError
from sandbox.web.api import bases, clock, exchanges, guichets

#: What is said where Werkzeug would only have its own English sentence.
_DETAILS: Final = {
    400: "La requête n'est pas lisible : du JSON est attendu.",
    404: "Rien ne se trouve à cette adresse ; /api/v1/openapi.json les donne toutes.",
    405: "Cette méthode n'est pas admise à cette adresse.",
    415: "Le corps doit être du JSON (Content-Type: application/json).",
    422: "Des champs manquent ou ne conviennent pas : errors les nomme.",
    500: "Le bac à sable a rencontré une erreur interne : son journal technique dit laquelle.",
}


class Probleme(Schema):
    """A problem (RFC 9457)."""

    type = fields.String(metadata={"description": "URI du genre de problème, ou about:blank"})
    title = fields.String(metadata={"description": "Le genre de problème"})
    status = fields.Integer(metadata={"description": "Statut HTTP"})
    detail = fields.String(metadata={"description": "Ce qui ne va pas ici, et le remède"})
    errors = fields.Dict(metadata={"description": "Fautes par champ"})


class ApiAdmin(Api):
    """flask-smorest, with RFC 9457 errors."""

    ERROR_SCHEMA = Probleme

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Every HTTP error as `application/problem+json`."""
        donnees: dict[str, Any] = getattr(error, "data", None) or {}
        corps: dict[str, Any] = {
            "type": "about:blank",
            "title": error.name,
            "status": error.code,
            "detail": donnees.get("message") or _detail(error),
        }
        fautes = donnees.get("errors") or donnees.get("messages")
        if fautes:
            corps["errors"] = fautes
        reponse = jsonify(corps)
        reponse.status_code = error.code or 500
        reponse.headers.update((nom, v) for nom, v in error.get_headers() if nom != "Content-Type")
        reponse.content_type = "application/problem+json"
        return reponse


def _detail(erreur: HTTPException) -> str:
    if erreur.description != type(erreur).description:
        return erreur.description or ""
    return _DETAILS.get(erreur.code or 500, "La requête est refusée.")


def installer(app: Flask) -> None:
    """Add the API to the application."""
    app.config.update(
        API_TITLE="sne-sandbox",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = ApiAdmin(app)
    api.register_blueprint(bases.blueprint)
    api.register_blueprint(clock.blueprint)
    api.register_blueprint(exchanges.blueprint)
    api.register_blueprint(guichets.blueprint)
    app.register_error_handler(OperatorError, _erreur_operateur)
    app.add_url_rule("/healthz", "healthz", _sante)


def _erreur_operateur(erreur: OperatorError) -> Response:
    statut = 404 if isinstance(erreur, BaseInconnue) else 422 if isinstance(erreur, UsageError) else 503
    reponse = jsonify(
        {"type": "about:blank", "title": str(erreur), "status": statut, "detail": erreur.diagnostics()}
    )
    reponse.status_code = statut
    reponse.content_type = "application/problem+json"
    return reponse


def _sante() -> Response:
    from sandbox.web.app import VERSION

    return jsonify({"status": "ok", "version": VERSION})
