"""`/api/v1/bases/{base}/statistics`: TAB01 to TAB03 at a date, of a territory or of all."""

from datetime import UTC, date, datetime
from typing import Any, Final

from flask import Response, current_app
from flask.views import MethodView
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import NotFound

from sne_sandbox.operations import statistiques
from sne_sandbox.operations.statistiques import Tableau
from sne_sandbox.web import graphiques
from sne_sandbox.web.api.contexte import Corps, jour_iso, ou_rien, services, texte
from sne_sandbox.web.calculs import TableDemandee, calculs_de
from sne_sandbox.web.telechargement import telechargement

blueprint: Final = Blueprint(
    "statistics",
    __name__,
    url_prefix="/api/v1/bases/<base>/statistics",
    description="Les tableaux statistiques : stock, flux, profils",
)


class Quand(Corps):
    """At which day, and where."""

    date = jour_iso("jour des tableaux ; absent : celui de la base")
    territoire = fields.String(
        load_default=None,
        validate=validate.Regexp(
            r"^[0-9A-Za-z]{3}\Z", error="Attendu : trois caractères, par exemple 062, 02A, 971 ou 111."
        ),
        metadata={
            "description": "trois caractères, ceux qui commencent le numéro unique ; absent : tous",
            "example": "062",
        },
    )


class QuandEtQuoi(Quand):
    """And which section."""

    rubrique = fields.String(
        required=True, metadata={"description": "celle d'une ligne du tableau", "example": "Total"}
    )


class TableauLu(Schema):
    """A table."""

    code = texte("TAB01, TAB02 ou TAB03")
    titre = texte()
    lignes = fields.List(
        fields.Dict(),
        required=True,
        metadata={"description": "rubrique, libelle, et un nombre par colonne du tableau"},
    )
    note = texte()


class Tableaux(Schema):
    """The three tables."""

    base = texte()
    date = texte()
    territoire = ou_rien("null : tous")
    tableaux = fields.List(fields.Nested(TableauLu), required=True)


def _jour(base: str, quand: dict[str, Any]) -> date:
    maintenant = services().magasin.bases.lire(base).horloge.maintenant(datetime.now(UTC))
    jour: date = quand["date"] or maintenant.date()
    return jour


def _tableau(base: str, code: str, jour: date, quand: dict[str, Any]) -> Tableau:
    """One, as soon as it is computed. Raises UsageError for a territory that is none, ServiceUnavailable when
    it takes too long."""
    if quand["territoire"] is not None:
        statistiques.verifier_territoire(quand["territoire"], services().contrat)
    calculs = calculs_de(current_app.extensions["principale"])
    return calculs.attendre(services(), TableDemandee(base, code, jour, quand["territoire"])).tableau


@blueprint.route("")
class RessourceStatistiques(MethodView):
    """The tables of a base."""

    @blueprint.arguments(Quand, location="query")
    @blueprint.response(200, Tableaux)
    def get(self, quand: dict[str, Any], base: str) -> dict[str, Any]:
        """TAB01, TAB02 et TAB03 d'une base ou d'un de ses territoires, à une date"""
        jour = _jour(base, quand)
        tableaux = [_tableau(base, code, jour, quand) for code in statistiques.CODES]
        return {
            "base": base,
            "date": jour.isoformat(),
            "territoire": quand["territoire"],
            "tableaux": [t.en_json() for t in tableaux],
        }


@blueprint.route("/<any(TAB01, TAB02, TAB03):tableau>/csv")
class Feuille(MethodView):
    """A table to open in a spreadsheet."""

    @blueprint.arguments(Quand, location="query")
    @blueprint.response(200, content_type="text/csv", description="Une ligne par nombre")
    def get(self, quand: dict[str, Any], base: str, tableau: str) -> Response:
        """Un tableau en CSV (UTF-8, avec la marque que les tableurs attendent)"""
        jour = _jour(base, quand)
        feuille = statistiques.en_csv([_tableau(base, tableau, jour, quand)], jour)
        nom = "-".join(filter(None, (base, tableau, jour.isoformat(), quand["territoire"])))
        return telechargement(feuille.encode("utf-8-sig"), f"{nom}.csv", "text/csv; charset=utf-8")


@blueprint.route("/<any(TAB01, TAB02, TAB03):tableau>/svg")
class Graphique(MethodView):
    """The chart of a section."""

    @blueprint.arguments(QuandEtQuoi, location="query")
    @blueprint.response(200, content_type="image/svg+xml", description="Sans script")
    @blueprint.alt_response(404, description="La base n'existe pas, ou le tableau n'a pas cette rubrique")
    def get(self, quand: dict[str, Any], base: str, tableau: str) -> Response:
        """Le graphique d'une rubrique d'un tableau, en SVG"""
        lu = _tableau(base, tableau, _jour(base, quand), quand)
        rubrique = quand["rubrique"]
        if rubrique not in graphiques.dessinees(lu):
            raise NotFound(
                f"Le tableau {tableau} n'a pas de rubrique [{rubrique[:40]}]. "
                f"Remède : rubriques : {', '.join(graphiques.dessinees(lu))}."
            )
        return Response(graphiques.dessiner(lu, rubrique), mimetype="image/svg+xml")
