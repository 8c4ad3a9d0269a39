"""`/api/v1/bases/{base}/pannes`: what goes wrong on purpose, armed, listed, taken away."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

from flask_smorest import abort
from marshmallow import fields, validate

from sne_console.api.questions_et_reponses import (
    ENTIER_MAX,
    Appels,
    Entier,
    QuestionLue,
    QuestionSchema,
    facultatif,
)
from sne_interface.domain.panne import GENRES, PanneDefinition, ParametreLu
from sne_interface.domain.valeurs_en_json import tirer
from sne_interface.errors import UsageError
from sne_sandbox.bases import pannes
from sne_sandbox.bases.pannes import PanneLue
from sne_sandbox.web.configuration_et_services import services

blueprint: Final = Appels("pannes", "/bases/<base>/pannes", "Les pannes d'une base")


@dataclass(frozen=True)
class GenreLu:
    """A kind of panne, and the parameters it takes."""

    genre: str
    titre: Annotated[str, "son nom, en français"]
    description: Annotated[str, "ce que voit le client"]
    effet: Annotated[str, "ce que devient la base, et les échanges où elle attend"]
    empeche: Annotated[bool, "si elle prend toujours la place du travail"]
    parametres: tuple[ParametreLu, ...]


@dataclass(frozen=True)
class Liste:
    """The pannes of a base, and the table of kinds."""

    pannes: list[PanneLue]
    genres: list[GenreLu]


@dataclass(frozen=True)
class Otees:
    """How many were taken away."""

    otees: int


class PanneNouvelleSchema(QuestionSchema):
    """Body of POST …/pannes: the panne to arm, and on which exchanges."""

    exemple: ClassVar = {"genre": "delai", "fois": 3, "parametres": {"secondes": "10"}}

    genre = fields.String(required=True, validate=validate.OneOf(list(GENRES)))
    operation = facultatif("absente : toute opération", allow_none=True)
    guichet = facultatif("absent : tout guichet", allow_none=True)
    fois = Entier(
        allow_none=True,
        validate=validate.Range(1, 1_000_000_000),
        metadata={
            "description": "nombre d'échanges ; null : jusqu'à ce qu'on la désarme. "
            "Absent : 1, ou null avec un taux"
        },
    )
    taux = facultatif(
        "part des échanges visés, tirée d'après la graine",
        genre=fields.Float,
        allow_none=True,
        validate=validate.Range(0, 1, min_inclusive=False),
    )
    graine = facultatif("", 0, genre=Entier, validate=validate.Range(-ENTIER_MAX - 1, ENTIER_MAX))
    parametres = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)


@blueprint.get("")
def lister(base: str) -> Liste:
    """The pannes of a base, oldest first, and the table of kinds."""
    armees = pannes.lister(services().magasin, base)
    genres = [tirer(GenreLu, genre, genre=genre.nom) for genre in GENRES.values()]
    return Liste([PanneLue.de(armee) for armee in armees], genres)


@blueprint.post(
    "",
    corps=PanneNouvelleSchema,
    statut=201,
    refus={422: "Genre, opération ou paramètre inconnu, valeur hors bornes"},
)
def armer(donnees: QuestionLue, base: str) -> PanneLue:
    """Arms one."""
    donnees.setdefault("fois", 1 if donnees["taux"] is None else None)
    identifiant = pannes.armer(services().magasin, base, PanneDefinition(**donnees))
    armees = pannes.lister(services().magasin, base)
    return next(PanneLue.de(armee) for armee in armees if armee.identifiant == identifiant)


@blueprint.delete("")
def desarmer_toutes(base: str) -> Otees:
    """Takes all of them away."""
    return Otees(pannes.desarmer(services().magasin, base))


@blueprint.delete("/<int:identifiant>", refus={404: "La base n'a pas cette panne"})
def desarmer(base: str, identifiant: int) -> None:
    """Takes one away."""
    try:
        pannes.desarmer(services().magasin, base, identifiant)
    except UsageError as erreur:
        abort(404, message=str(erreur))
