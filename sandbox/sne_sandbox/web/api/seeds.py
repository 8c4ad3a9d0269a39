"""`/api/v1/seeds`: what a base can start from."""

from typing import Final

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema

from sne_sandbox.operations import bases
from sne_sandbox.web.api.contexte import texte

blueprint: Final = Blueprint("seeds", __name__, url_prefix="/api/v1/seeds", description="Les jeux de départ")


class SemenceLue(Schema):
    """A seed."""

    nom = texte("à donner comme « semence » à la création d'une base")


@blueprint.route("")
class RessourceSemences(MethodView):
    """All seeds."""

    @blueprint.response(200, SemenceLue(many=True))
    def get(self) -> list[dict[str, str]]:
        """Les jeux de départ d'une base"""
        return [{"nom": nom} for nom in bases.semences()]
