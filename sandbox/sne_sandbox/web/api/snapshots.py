"""`/api/v1/bases/{base}/snapshots`: a base saved under a name, put back, compared."""

from typing import Any, Final

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema as Reponse
from marshmallow import fields, validate
from werkzeug.exceptions import NotFound

from sne_sandbox.operations import ecarts
from sne_sandbox.operations.ecarts import ComparaisonBases
from sne_sandbox.operations.sauvegardes import Sauvegarde, Sauvegardes
from sne_sandbox.web.acces import reserver
from sne_sandbox.web.api.contexte import Booleen, Corps, entier, nom_convenable, services, texte
from sne_sandbox.web.telechargement import telechargement

blueprint: Final = Blueprint(
    "snapshots",
    __name__,
    url_prefix="/api/v1/bases/<base>/snapshots",
    description="Les sauvegardes d'une base : état, horloge, réglages, pannes ; le journal n'en est pas",
)


class SauvegardeLue(Reponse):
    """A snapshot."""

    nom = texte()
    base = texte()
    faite_le = texte("à l'heure de la machine")
    octets = entier("taille du fichier")
    demandes = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "demandes qu'elle contient ; null : elle ne se lit pas"},
    )
    illisible = texte("pourquoi cette version ne peut pas la restaurer ; vide : elle le peut")


class SauvegardeNouvelle(Corps):
    """What makes a snapshot."""

    nom = fields.String(required=True, validate=nom_convenable())
    remplacer = Booleen(
        load_default=False,
        metadata={"description": "remplace celle de ce nom"},
    )


class ChampChange(Reponse):
    """A field that differs."""

    nom = texte("chemin dans le document, ou ce que la base sait d'elle")
    avant = texte("vide : il n'y était pas")
    apres = texte("vide : il n'y est plus")


class EcartLu(Reponse):
    """A demande that differs."""

    numero = texte()
    genre = fields.String(required=True, validate=validate.OneOf(["ajoutée", "disparue", "changée"]))
    champs = fields.List(fields.Nested(ChampChange), required=True)


class ComparaisonLue(Reponse):
    """What changed."""

    avant = texte()
    apres = texte()
    ajoutees = entier()
    disparues = entier()
    changees = entier()
    inchangees = entier()
    ecarts = fields.List(
        fields.Nested(EcartLu),
        required=True,
        metadata={"description": f"les {ecarts.DEMANDES_MAX} premières demandes, par numéro"},
    )


class AvecSauvegardeSchema(Corps):
    """What to compare with."""

    avec = fields.String(
        load_default=None,
        validate=nom_convenable(),
        metadata={"description": "une autre sauvegarde ; absent : la base telle qu'elle est"},
    )


def _sauvegardes() -> Sauvegardes:
    return Sauvegardes(services().magasin, services().configuration.home)


def _trouver(base: str, nom: str) -> Sauvegarde:
    services().magasin.bases.lire(base)
    if not _sauvegardes().existe(base, nom):
        raise NotFound(f"La base [{base}] n'a pas de sauvegarde [{nom[:40]}].")
    return _sauvegardes().lire(base, nom)


@blueprint.route("")
class RessourceSauvegardes(MethodView):
    """The snapshots of a base."""

    @blueprint.response(200, SauvegardeLue(many=True))
    def get(self, base: str) -> list[dict[str, Any]]:
        """Les sauvegardes d'une base, de la plus récente à la plus ancienne"""
        return [s.en_json() for s in _sauvegardes().lister(base)]

    @blueprint.arguments(SauvegardeNouvelle, example={"nom": "avant"})
    @blueprint.response(201, SauvegardeLue)
    @blueprint.alt_response(409, description="Le nom est pris")
    def post(self, donnees: dict[str, Any], base: str) -> dict[str, Any]:
        """Sauvegarde une base telle qu'elle est"""
        return _sauvegardes().faire(base, donnees["nom"], remplacer=donnees["remplacer"]).en_json()


@blueprint.route("/<nom>")
class RessourceSauvegarde(MethodView):
    """One snapshot."""

    @blueprint.response(200, SauvegardeLue)
    def get(self, base: str, nom: str) -> dict[str, Any]:
        """Une sauvegarde"""
        return _trouver(base, nom).en_json()

    @blueprint.response(204)
    def delete(self, base: str, nom: str) -> None:
        """Supprime une sauvegarde"""
        _trouver(base, nom)
        _sauvegardes().supprimer(base, nom)


@blueprint.route("/<nom>/file")
class RessourceFichierDeSauvegarde(MethodView):
    """Its file."""

    @blueprint.response(200, content_type="application/zip", description="Le fichier (zip)")
    def get(self, base: str, nom: str) -> Response:
        """Le fichier d'une sauvegarde, NIR en clair : à qui peut tout (« db restore » le remet ailleurs)"""
        reserver("Une sauvegarde")
        return telechargement(_trouver(base, nom).fichier, f"{base}-{nom}.zip", "application/zip")


@blueprint.route("/<nom>/restore")
class Restauration(MethodView):
    """A base as it was."""

    @blueprint.response(200, SauvegardeLue)
    def post(self, base: str, nom: str) -> dict[str, Any]:
        """Remet la base telle qu'elle était ; son journal continue"""
        _trouver(base, nom)
        return _sauvegardes().restaurer(base, nom).en_json()


@blueprint.route("/<nom>/compare")
class RessourceComparaisonDeSauvegardes(MethodView):
    """What changed since."""

    @blueprint.arguments(AvecSauvegardeSchema, location="query")
    @blueprint.response(200, ComparaisonLue)
    @blueprint.alt_response(409, description="Une autre comparaison est en cours")
    def get(self, donnees: dict[str, Any], base: str, nom: str) -> ComparaisonBases:
        """Ce qui a changé depuis une sauvegarde : demandes ajoutées, disparues, changées, et leurs champs"""
        _trouver(base, nom)
        if donnees["avec"] is not None:
            _trouver(base, donnees["avec"])
        return ecarts.depuis(_sauvegardes(), base, nom, donnees["avec"])
