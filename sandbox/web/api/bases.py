"""`/api/v1/bases`: bases created, listed, deleted, put back to their start."""

from typing import Any, Final

from flask import current_app
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from sandbox.domain.base import Base
from sandbox.domain.dates import PARIS
from sandbox.errors import UsageError
from sandbox.operations import bases
from sandbox.settings import PAR_NOM, Reglages

blueprint: Final = Blueprint("bases", __name__, url_prefix="/api/v1/bases", description="Les bases")

_PROFILS: Final = validate.OneOf(PAR_NOM["profile"].choix)


class BaseNouvelle(Schema):
    """What creates a base."""

    nom = fields.String(required=True, metadata={"description": "1 à 40 lettres, chiffres, - ou _"})
    semence = fields.String(load_default="vide", metadata={"description": "jeu de départ (vide, ecole, …)"})
    taille = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, bases.TAILLE_MAX),
        metadata={"description": "nombre de ménages (par défaut, celui du jeu de départ)"},
    )
    seed = fields.Integer(
        load_default=0,
        validate=validate.Range(-(2**63), 2**63 - 1),
        metadata={"description": "graine des tirages"},
    )
    profil = fields.String(load_default="ecole", validate=_PROFILS)
    horloge = fields.String(load_default="real", metadata={"description": "real, ou un instant ISO"})
    reglages = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)


class BaseLue(Schema):
    """A base."""

    nom = fields.String(required=True)
    semence = fields.String(required=True)
    seed = fields.Integer(required=True)
    profil = fields.String(required=True)
    horloge = fields.String(required=True, metadata={"description": "real, décalée, ou l'instant gelé"})
    adresses = fields.Dict(keys=fields.String(), values=fields.String())


class Portee(Schema):
    """What a reset empties."""

    portee = fields.String(
        load_default="tout",
        validate=validate.OneOf(["journal", "etat", "pannes", "tout"]),
        metadata={"description": "journal, etat, pannes ou tout"},
    )


def _lue(base: Base) -> dict[str, Any]:
    horloge = base.horloge
    if horloge.fige_a is not None:
        texte = horloge.fige_a.astimezone(PARIS).isoformat()
    else:
        texte = "real" if horloge.reelle else "décalée"
    prefixe = "" if base.nom == "ecole" else f"/bases/{base.nom}"
    contrat = current_app.extensions["sne"].contrat
    return {
        "nom": base.nom,
        "semence": base.semence,
        "seed": base.seed,
        "profil": base.reglages.profile,
        "horloge": texte,
        "adresses": {nom: f"{prefixe}/services/{nom}/" for nom in contrat.services},
    }


@blueprint.route("")
class Collection(MethodView):
    """All bases."""

    @blueprint.response(200, BaseLue(many=True))
    def get(self) -> list[dict[str, Any]]:
        """Les bases"""
        return [_lue(base) for base in current_app.extensions["sne"].magasin.bases.lister()]

    @blueprint.arguments(BaseNouvelle)
    @blueprint.response(201, BaseLue)
    @blueprint.alt_response(422, description="Nom pris ou incorrect, semence inconnue, réglage inconnu")
    def post(self, donnees: dict[str, Any]) -> dict[str, Any]:
        """Crée une base"""
        services = current_app.extensions["sne"]
        reglages = Reglages.de({"profile": donnees["profil"], **donnees["reglages"]})
        base = bases.creer(
            services.magasin,
            services.contrat,
            donnees["nom"],
            semence=donnees["semence"],
            seed=donnees["seed"],
            taille=donnees["taille"],
            horloge=bases.lire_horloge(donnees["horloge"]),
            reglages=reglages,
        )
        return _lue(base)


@blueprint.route("/<base>")
class Une(MethodView):
    """One base."""

    @blueprint.response(200, BaseLue)
    def get(self, base: str) -> dict[str, Any]:
        """Une base"""
        return _lue(current_app.extensions["sne"].magasin.bases.lire(base))

    @blueprint.response(204)
    def delete(self, base: str) -> None:
        """Supprime une base et tout ce qu'elle contient"""
        if base == "ecole":
            raise UsageError(
                "La base [ecole] ne se supprime pas.", remede="videz-la : POST /api/v1/bases/ecole/reset"
            )
        current_app.extensions["sne"].magasin.bases.supprimer(base)


@blueprint.route("/<base>/reset")
class Remise(MethodView):
    """A base put back to its start."""

    @blueprint.arguments(Portee)
    @blueprint.response(200, BaseLue)
    def post(self, donnees: dict[str, Any], base: str) -> dict[str, Any]:
        """Remet une base à son départ"""
        services = current_app.extensions["sne"]
        return _lue(bases.remettre(services.magasin, services.contrat, base, donnees["portee"]))
