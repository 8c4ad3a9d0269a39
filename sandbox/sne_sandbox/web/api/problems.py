"""`/api/v1/problems`: the kinds of problem (RFC 9457), each at the address of its `type`."""

from typing import Final

from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema
from werkzeug.exceptions import NotFound

from sne_sandbox.web import problemes
from sne_sandbox.web.api.contexte import entier, texte

blueprint: Final = Blueprint(
    "problems", __name__, url_prefix="/api/v1/problems", description="Les genres de problème (RFC 9457)"
)


class ProblemeDecrit(Schema):
    """A kind of problem."""

    slug = texte("la fin de son type", metadata={"example": "introuvable"})
    title = texte("le même pour tous les problèmes du genre")
    status = entier("statut HTTP ; 0 : tout autre")
    detail = texte("ce qui s'en dit quand rien de plus précis n'est connu")


@blueprint.route("")
class Tous(MethodView):
    """All kinds."""

    @blueprint.response(200, ProblemeDecrit(many=True))
    def get(self) -> list[problemes.GenreProbleme]:
        """Les genres de problème"""
        return list(problemes.GENRES.values())


@blueprint.route("/<genre>")
class RessourceProbleme(MethodView):
    """One kind."""

    @blueprint.response(200, ProblemeDecrit)
    def get(self, genre: str) -> problemes.GenreProbleme:
        """Un genre de problème : l'adresse que porte type"""
        if genre not in problemes.GENRES:
            raise NotFound(f"Le genre de problème [{genre[:40]}] n'existe pas.")
        return problemes.GENRES[genre]
