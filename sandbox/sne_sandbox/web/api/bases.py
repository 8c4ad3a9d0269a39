"""`/api/v1/bases`: bases created, listed, set, deleted, put back to their start."""

from typing import Any, Final

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from sne_sandbox.domain.base import Base, lire_horloge
from sne_sandbox.operations import bases
from sne_sandbox.settings import PAR_NOM, SETTINGS, Reglages
from sne_sandbox.web.api.contexte import ENTIER_MAX, Corps, Entier, nom_convenable, services

blueprint: Final = Blueprint("bases", __name__, url_prefix="/api/v1/bases", description="Les bases")

_PROFILS: Final = validate.OneOf(PAR_NOM["profile"].choix)
_REGLAGES: Final = [setting.nom for setting in SETTINGS if setting.portee == "base"]
#: The largest number that a setting may have.
_NOMBRE_MAX: Final = 1_000_000


def _champs() -> dict[str, fields.Field[Any]]:
    """One field for each setting of a base, from the table."""
    champs: dict[str, fields.Field[Any]] = {}
    for nom in _REGLAGES:
        setting = PAR_NOM[nom]
        meta = {"description": f"{setting.aide} (à la création : {setting.defaut})"}
        if setting.type is int:
            champs[nom] = Entier(validate=validate.Range(0, _NOMBRE_MAX), metadata=meta)
        else:
            champs[nom] = fields.String(validate=validate.OneOf(setting.choix), metadata=meta)
    return champs


def _ecrits() -> dict[str, fields.Field[Any]]:
    """The same, as they are written."""
    champs: dict[str, fields.Field[Any]] = {}
    for nom in _REGLAGES:
        setting = PAR_NOM[nom]
        entier = validate.Regexp(r"^\d{1,6}$", error="Attendu : un nombre de 1 à 6 chiffres, écrit en texte.")
        regle = validate.OneOf(setting.choix) if setting.choix else entier
        champs[nom] = fields.String(validate=regle, metadata={"description": setting.aide})
    return champs


ReglagesEcrits = Corps.from_dict(_ecrits(), name="ReglagesEcrits")
ReglagesChanges = Corps.from_dict(_champs(), name="ReglagesChanges")
ReglagesLus = Schema.from_dict(_champs(), name="ReglagesLus")


class BaseNouvelle(Corps):
    """What creates a base."""

    nom = fields.String(
        required=True, validate=nom_convenable(), metadata={"description": "1 à 40 lettres, chiffres, - ou _"}
    )
    semence = fields.String(
        load_default="vide",
        validate=validate.OneOf(bases.semences()),
        metadata={"description": "jeu de départ"},
    )
    taille = Entier(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, bases.TAILLE_MAX),
        metadata={"description": "nombre de ménages (par défaut, celui du jeu de départ)"},
    )
    seed = Entier(
        load_default=0,
        validate=validate.Range(-ENTIER_MAX - 1, ENTIER_MAX),
        metadata={"description": "graine des tirages"},
    )
    profil = fields.String(load_default="ecole", validate=_PROFILS)
    horloge = fields.String(load_default="real", metadata={"description": "real, ou un instant ISO"})
    reglages = fields.Nested(
        ReglagesEcrits,
        load_default=dict,
        metadata={"description": "les autres réglages, écrits comme en ligne de commande"},
    )


class BaseLueSchema(Schema):
    """A base."""

    nom = fields.String(required=True)
    semence = fields.String(required=True)
    seed = fields.Integer(required=True)
    profil = fields.String(required=True)
    horloge = fields.String(required=True, metadata={"description": "real, décalée, ou l'instant gelé"})
    reglages = fields.Dict(required=True, metadata={"description": "tous ses réglages"})
    adresses = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "chemin de chaque service SOAP"},
    )


class Portee(Corps):
    """What a reset empties."""

    portee = fields.String(
        load_default="tout",
        validate=validate.OneOf(["journal", "etat", "pannes", "tout"]),
        metadata={"description": "journal, etat, pannes ou tout (sans corps : tout)"},
    )
    horloge = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"description": "avec etat ou tout, remet aussi l'horloge : real, ou un instant ISO"},
    )


def _lue(base: Base) -> dict[str, Any]:
    return bases.en_json(base, services().contrat)


@blueprint.route("")
class RessourceBases(MethodView):
    """All bases."""

    @blueprint.response(200, BaseLueSchema(many=True))
    def get(self) -> list[dict[str, Any]]:
        """Les bases"""
        return [_lue(base) for base in services().magasin.bases.lister()]

    @blueprint.arguments(
        BaseNouvelle, example={"nom": "essai-42", "semence": "ecole", "horloge": "2018-03-15T12:00:00"}
    )
    @blueprint.response(201, BaseLueSchema)
    @blueprint.alt_response(409, description="Le nom est pris")
    @blueprint.alt_response(422, description="Nom, semence, horloge ou réglage incorrect")
    def post(self, donnees: dict[str, Any]) -> dict[str, Any]:
        """Crée une base"""
        reglages = Reglages.de({"profile": donnees["profil"], **donnees["reglages"]})
        base = bases.creer(
            services().magasin,
            services().contrat,
            donnees["nom"],
            semence=donnees["semence"],
            seed=donnees["seed"],
            taille=donnees["taille"],
            horloge=lire_horloge(donnees["horloge"]),
            reglages=reglages,
        )
        return _lue(base)


@blueprint.route("/<base>")
class RessourceBase(MethodView):
    """One base."""

    @blueprint.response(200, BaseLueSchema)
    def get(self, base: str) -> dict[str, Any]:
        """Une base"""
        return _lue(services().magasin.bases.lire(base))

    @blueprint.response(204)
    @blueprint.alt_response(409, description="La base ecole ne se supprime pas")
    def delete(self, base: str) -> None:
        """Supprime une base et tout ce qu'elle contient, sauvegardes et boîtes comprises"""
        bases.supprimer(services().magasin, services().configuration.home, base)


@blueprint.route("/<base>/settings")
class Reglage(MethodView):
    """The settings of a base."""

    @blueprint.response(200, ReglagesLus)
    def get(self, base: str) -> Reglages:
        """Les réglages d'une base"""
        return services().magasin.bases.lire(base).reglages

    @blueprint.arguments(ReglagesChanges, required=False, example={"profile": "strict"})
    @blueprint.response(200, ReglagesLus)
    def patch(self, donnees: dict[str, Any], base: str) -> Reglages:
        """Change des réglages ; ceux qui ne sont pas cités restent"""
        ecrits = {nom: str(valeur) for nom, valeur in donnees.items()}
        return bases.regler(services().magasin, base, ecrits).reglages


@blueprint.route("/<base>/reset")
class Remise(MethodView):
    """A base put back to its start."""

    @blueprint.arguments(Portee, required=False, example={"portee": "journal"})
    @blueprint.response(200, BaseLueSchema)
    def post(self, donnees: dict[str, Any], base: str) -> dict[str, Any]:
        """Remet une base à son départ ; sans corps, tout sauf réglages et horloge"""
        horloge = lire_horloge(donnees["horloge"]) if donnees["horloge"] is not None else None
        return _lue(bases.remettre(services().magasin, services().contrat, base, donnees["portee"], horloge))
