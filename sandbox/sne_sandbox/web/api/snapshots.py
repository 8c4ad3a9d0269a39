"""`/api/v1/bases/{base}/snapshots`: a base saved under a name, put back, compared."""

from typing import Any, Final

from flask import Response
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import fields

from sne_sandbox.operations import ecarts
from sne_sandbox.operations.ecarts import ComparaisonBases
from sne_sandbox.operations.sauvegardes import Sauvegarde
from sne_sandbox.web import trouver
from sne_sandbox.web.acces import reserver
from sne_sandbox.web.api.contexte import Booleen, QuestionSchema, facultatif, liste, nom_convenable, reponse
from sne_sandbox.web.reponses import telechargement

blueprint: Final = Blueprint(
    "snapshots",
    __name__,
    url_prefix="/api/v1/bases/<base>/snapshots",
    description="Les sauvegardes d'une base : état, horloge, réglages, pannes ; le journal n'en est pas",
)


class SauvegardeNouvelleSchema(QuestionSchema):
    """Body of POST …/snapshots: a name, and whether it may be taken again."""

    nom = fields.String(required=True, validate=nom_convenable())
    remplacer = facultatif("remplace celle de ce nom", False, genre=Booleen)


class AvecSauvegardeSchema(QuestionSchema):
    """The other end of the comparison."""

    avec = facultatif("une autre sauvegarde ; absent : la base telle qu'elle est", validate=nom_convenable())


@blueprint.route("")
class RessourceSauvegardes(MethodView):
    """GET: the snapshots of a base, latest first. POST: a new one, of the base as it is."""

    @blueprint.response(200, liste(Sauvegarde))
    def get(self, base: str) -> list[Sauvegarde]:
        return trouver.sauvegardes().lister(base)

    @blueprint.arguments(SauvegardeNouvelleSchema, example={"nom": "avant"})
    @blueprint.response(201, reponse(Sauvegarde))
    @blueprint.alt_response(409, description="Le nom est pris")
    def post(self, donnees: dict[str, Any], base: str) -> Sauvegarde:
        return trouver.sauvegardes().faire(base, donnees["nom"], remplacer=donnees["remplacer"])


@blueprint.route("/<nom>")
class RessourceSauvegarde(MethodView):
    """GET: one snapshot. DELETE: it."""

    @blueprint.response(200, reponse(Sauvegarde))
    def get(self, base: str, nom: str) -> Sauvegarde:
        return trouver.sauvegarde(base, nom)

    @blueprint.response(204)
    def delete(self, base: str, nom: str) -> None:
        trouver.sauvegarde(base, nom)
        trouver.sauvegardes().supprimer(base, nom)


@blueprint.route("/<nom>/file")
class RessourceFichierDeSauvegarde(MethodView):
    """GET: the file of a snapshot, NIR in clear, for who may do everything."""

    @blueprint.response(200, content_type="application/zip", description="Le fichier (zip)")
    def get(self, base: str, nom: str) -> Response:
        reserver("Une sauvegarde")
        return telechargement(trouver.sauvegarde(base, nom).fichier, f"{base}-{nom}.zip", "application/zip")


@blueprint.route("/<nom>/restore")
class RessourceRestauration(MethodView):
    """POST: a base put back as a snapshot has it; its journal goes on."""

    @blueprint.response(200, reponse(Sauvegarde))
    def post(self, base: str, nom: str) -> Sauvegarde:
        trouver.sauvegarde(base, nom)
        return trouver.sauvegardes().restaurer(base, nom)


@blueprint.route("/<nom>/compare")
class RessourceComparaisonDeSauvegardes(MethodView):
    """GET: what changed since a snapshot, until another or now: demandes and their fields."""

    @blueprint.arguments(AvecSauvegardeSchema, location="query")
    @blueprint.response(200, reponse(ComparaisonBases))
    @blueprint.alt_response(409, description="Une autre comparaison est en cours")
    def get(self, donnees: dict[str, Any], base: str, nom: str) -> ComparaisonBases:
        trouver.sauvegarde(base, nom)
        if donnees["avec"] is not None:
            trouver.sauvegarde(base, donnees["avec"])
        return ecarts.depuis(trouver.sauvegardes(), base, nom, donnees["avec"])
