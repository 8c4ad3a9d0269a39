"""`/api/v1/bases/{base}/pannes`: what goes wrong on purpose, armed, listed, taken away."""

from typing import Any, Final

from flask.views import MethodView
from flask_smorest import Blueprint, abort
from marshmallow import Schema, fields, validate

from sne_sandbox.domain.panne import GENRES, PanneDefinition
from sne_sandbox.errors import UsageError
from sne_sandbox.operations import pannes
from sne_sandbox.web.api.contexte import Corps, Entier, services

blueprint: Final = Blueprint(
    "pannes", __name__, url_prefix="/api/v1/bases/<base>/pannes", description="Les pannes d'une base"
)


class ParametreLu(Schema):
    """A parameter of a kind."""

    nom = fields.String(required=True)
    sorte = fields.String(
        required=True, validate=validate.OneOf(["nombre", "entier", "oui_non", "texte", "choix"])
    )
    defaut = fields.String(required=True)
    unite = fields.String(required=True)
    description = fields.String(required=True)
    choix = fields.List(fields.String(), required=True)


class GenreLu(Schema):
    """A kind of panne."""

    genre = fields.String(required=True)
    description = fields.String(required=True, metadata={"description": "ce que voit le client"})
    effet = fields.String(
        required=True, metadata={"description": "ce que devient la base, et les échanges où elle attend"}
    )
    empeche = fields.Boolean(
        required=True, metadata={"description": "si elle prend toujours la place du travail"}
    )
    parametres = fields.List(fields.Nested(ParametreLu), required=True)


class PanneNouvelle(Corps):
    """What arms a panne."""

    genre = fields.String(required=True, validate=validate.OneOf(list(GENRES)))
    operation = fields.String(
        load_default=None, allow_none=True, metadata={"description": "absente : toute opération"}
    )
    guichet = fields.String(
        load_default=None, allow_none=True, metadata={"description": "absent : tout guichet"}
    )
    fois = Entier(
        allow_none=True,
        validate=validate.Range(1, 1_000_000_000),
        metadata={
            "description": "nombre d'échanges ; null : jusqu'à ce qu'on la désarme. "
            "Absent : 1, ou null avec un taux"
        },
    )
    taux = fields.Float(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, 1, min_inclusive=False),
        metadata={"description": "part des échanges visés, tirée d'après la graine"},
    )
    graine = Entier(load_default=0, validate=validate.Range(-(2**63), 2**63 - 1))
    parametres = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)


class PanneLue(Schema):
    """An armed panne."""

    id = fields.Integer(required=True)
    genre = fields.String(required=True)
    operation = fields.String(required=True, allow_none=True)
    guichet = fields.String(required=True, allow_none=True)
    fois = fields.Integer(required=True, allow_none=True)
    taux = fields.Float(required=True, allow_none=True)
    graine = fields.Integer(required=True)
    parametres = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    description = fields.String(required=True)
    effet = fields.String(required=True)
    restantes = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null : sans fin ; 0 : finie"}
    )
    jouees = fields.Integer(required=True, metadata={"description": "échanges où elle a été jouée"})
    armee_le = fields.String(required=True)


class Liste(Schema):
    """The pannes of a base, and the table of kinds."""

    pannes = fields.List(fields.Nested(PanneLue), required=True)
    genres = fields.List(fields.Nested(GenreLu), required=True)


class Otees(Schema):
    """How many were taken away."""

    otees = fields.Integer(required=True)


def _genres() -> list[dict[str, Any]]:
    return [
        {
            "genre": genre.nom,
            "description": genre.description,
            "effet": genre.effet,
            "empeche": genre.empeche,
            "parametres": [
                {
                    "nom": parametre.nom,
                    "sorte": parametre.sorte,
                    "defaut": parametre.defaut,
                    "unite": parametre.unite,
                    "description": parametre.description,
                    "choix": list(parametre.choix),
                }
                for parametre in genre.parametres
            ],
        }
        for genre in GENRES.values()
    ]


@blueprint.route("")
class RessourcePannes(MethodView):
    """The pannes of a base."""

    @blueprint.response(200, Liste)
    def get(self, base: str) -> dict[str, Any]:
        """Les pannes d'une base, de la plus ancienne à la plus récente, et la table des genres"""
        armees = pannes.lister(services().magasin, base)
        return {"pannes": [pannes.en_json(armee) for armee in armees], "genres": _genres()}

    @blueprint.arguments(
        PanneNouvelle, example={"genre": "delai", "fois": 3, "parametres": {"secondes": "10"}}
    )
    @blueprint.response(201, PanneLue)
    @blueprint.alt_response(422, description="Genre, opération ou paramètre inconnu, valeur hors bornes")
    def post(self, donnees: dict[str, Any], base: str) -> dict[str, Any]:
        """Arme une panne"""
        donnees.setdefault("fois", 1 if donnees["taux"] is None else None)
        identifiant = pannes.armer(services().magasin, base, PanneDefinition(**donnees))
        armees = pannes.lister(services().magasin, base)
        return next(pannes.en_json(armee) for armee in armees if armee.identifiant == identifiant)

    @blueprint.response(200, Otees)
    def delete(self, base: str) -> dict[str, int]:
        """Désarme toutes les pannes"""
        return {"otees": pannes.desarmer(services().magasin, base)}


@blueprint.route("/<int:identifiant>")
class RessourcePanne(MethodView):
    """One panne."""

    @blueprint.response(204)
    @blueprint.alt_response(404, description="La base n'a pas cette panne")
    def delete(self, base: str, identifiant: int) -> None:
        """Désarme une panne"""
        try:
            pannes.desarmer(services().magasin, base, identifiant)
        except UsageError as erreur:
            abort(404, message=str(erreur))
