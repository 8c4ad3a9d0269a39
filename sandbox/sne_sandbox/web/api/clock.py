"""`/api/v1/bases/{base}/clock`: the clock of a base, read and moved; the nights in between run on the way."""

from typing import Any, Final

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from sne_sandbox.domain.base import lire_instant
from sne_sandbox.operations import horloge
from sne_sandbox.operations.lifecycle import Fait
from sne_sandbox.web.api.contexte import Corps, services

blueprint: Final = Blueprint(
    "clock", __name__, url_prefix="/api/v1/bases/<base>/clock", description="L'horloge d'une base"
)

_RECUL: Final = "L'heure demandée est le passé d'une base qui a des demandes"
_EXEMPLE: Final = "2018-03-15T12:00:00"


class HeureLue(Schema):
    """What a clock says."""

    base = fields.String(required=True)
    maintenant = fields.String(required=True, metadata={"description": "l'heure de la base, à Paris"})
    mode = fields.String(required=True, validate=validate.OneOf(["real", "figée", "décalée"]))
    decalage_s = fields.Float(required=True, metadata={"description": "secondes d'avance sur l'heure réelle"})
    derniere_nuit = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "dernier jour dont le travail de nuit est fait"},
    )


class DeplacementSchema(Schema):
    """A move of a clock, and what the nights in between did."""

    avant = fields.String(required=True)
    horloge = fields.Nested(HeureLue, required=True)
    nuits = fields.Integer(required=True, metadata={"description": "nuits passées"})
    faits = fields.Dict(
        keys=fields.String(validate=validate.OneOf([str(fait) for fait in Fait])),
        values=fields.Integer(),
        required=True,
        metadata={"description": "combien de demandes, par fait"},
    )
    phrase = fields.String(required=True, metadata={"description": "le tout en une phrase"})


class Gel(Corps):
    """Where to freeze."""

    instant = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"description": f"instant ISO, par exemple {_EXEMPLE} ; absent : maintenant"},
    )


class Avance(Corps):
    """How far to go."""

    vers = fields.String(
        required=True, metadata={"description": "durée ISO 8601 (P1M), date (2019-04-15) ou instant ISO"}
    )


@blueprint.route("")
class RessourceHorloge(MethodView):
    """The clock."""

    @blueprint.response(200, HeureLue)
    def get(self, base: str) -> dict[str, Any]:
        """L'heure d'une base"""
        return horloge.lire(services().magasin, base).en_json()


@blueprint.route("/freeze")
class Gelee(MethodView):
    """The clock, stopped."""

    @blueprint.arguments(Gel, required=False, example={"instant": _EXEMPLE})
    @blueprint.response(200, DeplacementSchema)
    @blueprint.alt_response(409, description=_RECUL)
    @blueprint.alt_response(422, description="Instant illisible, ou trop loin")
    def post(self, donnees: dict[str, Any], base: str) -> dict[str, Any]:
        """Fige l'horloge"""
        instant = lire_instant(donnees["instant"]) if donnees["instant"] is not None else None
        return horloge.figer(services().magasin, base, instant).en_json()


@blueprint.route("/advance")
class Avancee(MethodView):
    """The clock, moved on."""

    @blueprint.arguments(Avance, example={"vers": "P1M"})
    @blueprint.response(200, DeplacementSchema)
    @blueprint.alt_response(409, description=_RECUL)
    @blueprint.alt_response(422, description="Durée illisible, ou trop longue")
    def post(self, donnees: dict[str, Any], base: str) -> dict[str, Any]:
        """Avance l'horloge : les nuits passent"""
        return horloge.avancer(services().magasin, base, donnees["vers"]).en_json()


@blueprint.route("/real")
class Rendue(MethodView):
    """The clock, given back to real time."""

    @blueprint.response(200, DeplacementSchema)
    @blueprint.alt_response(409, description=_RECUL)
    def post(self, base: str) -> dict[str, Any]:
        """Rend l'horloge à l'heure réelle"""
        return horloge.rendre_reelle(services().magasin, base).en_json()
