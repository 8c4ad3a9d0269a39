"""What every resource of the API is made with."""

from datetime import date
from typing import Any, Final

from flask import current_app
from marshmallow import RAISE, Schema, ValidationError, fields, validate

from sne_sandbox.domain.base import ANNEES
from sne_sandbox.web.app import Services

#: What fits a signed 64-bit column.
ENTIER_MAX: Final = 2**63 - 1


class Corps(Schema):
    """A JSON body: what is not declared is refused, and described so."""

    class Meta:
        """Of marshmallow."""

        unknown = RAISE


class Booleen(fields.Boolean):
    """true or false: numbers and words are neither."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Entier(fields.Integer):
    """A whole number of a JSON body, as JSON means it: 3 and 3.0 are the same, "3" is none."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool | str) or (isinstance(value, float) and not value.is_integer()):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


def services() -> Services:
    """Contract, store, pipeline: those of the main application."""
    partages: Services = current_app.extensions["sne"]
    return partages


def texte(description: str = "", **options: Any) -> fields.String:
    """A string of an answer, always there."""
    return fields.String(required=True, **_meta(description, options))


def ou_rien(description: str = "", **options: Any) -> fields.String:
    """A string of an answer that may be null."""
    return fields.String(required=True, allow_none=True, **_meta(description, options))


def entier(description: str = "", **options: Any) -> fields.Integer:
    """A number of an answer, always there."""
    return fields.Integer(required=True, **_meta(description, options))


def combien() -> fields.Integer:
    """How many lines a page of results holds: 1 to 500, 50 by default."""
    return fields.Integer(
        load_default=50, validate=validate.Range(1, 500), metadata={"description": "nombre au plus"}
    )


def jour_iso(description: str, **options: Any) -> fields.Date:
    """A day of a question (2018-03-15), among those that a clock may show."""
    return fields.Date(load_default=None, validate=_verifier_annee, **_meta(description, options))


def _verifier_annee(jour: date) -> None:
    if jour.year not in ANNEES:
        raise ValidationError(f"L'année est hors de portée : de {ANNEES[0]} à {ANNEES[-1]}.")


def nom_convenable(maximum: int = 40) -> validate.Regexp:
    """Names that fit an address."""
    return validate.Regexp(
        rf"^[A-Za-z0-9][A-Za-z0-9_-]{{0,{maximum - 1}}}$",
        error=f"Attendu : des lettres sans accent, des chiffres, - et _, {maximum} au plus.",
    )


def _meta(description: str, options: dict[str, Any]) -> dict[str, Any]:
    if description:
        options["metadata"] = {**options.get("metadata", {}), "description": description}
    return options
