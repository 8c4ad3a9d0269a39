"""`/api/v1/ateliers`: rooms of trainees: made, listed, watched, helped, closed."""

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from marshmallow import fields, validate

from sne_console.api.schemas_json import ENTIER_MAX, Appels, Booleen, Entier, QuestionSchema, facultatif
from sne_console.formation import ateliers
from sne_console.formation.ateliers import AtelierTenu, DepartAtelier, FicheDeStagiaire, PlaceDeStagiaire
from sne_interface.domain.publication import tirer
from sne_interface.settings import PAR_NOM
from sne_sandbox.bases import bases
from sne_sandbox.web.acces import adresse_d_ici
from sne_sandbox.web.configuration import services

blueprint: Final = Appels(
    "ateliers", "/ateliers", "Les ateliers : une salle, où chaque stagiaire a sa base et son lien"
)

_NOM: Final = validate.Regexp(
    r"^[A-Za-z0-9][A-Za-z0-9_-]{0,35}$", error="Attendu : 1 à 36 lettres sans accent, chiffres, - ou _."
)
_EXPIRE: Final = "une durée (P2D), ou un jour ; vide : jusqu'au soir"
_RANG: Final = validate.Range(1, ateliers.STAGIAIRES_MAX)


@dataclass(frozen=True, slots=True)
class AtelierEntier(AtelierTenu):
    """An atelier, and where each trainee is."""

    places: tuple[PlaceDeStagiaire, ...] = ()


class AtelierNouveauSchema(QuestionSchema):
    """Body of POST /ateliers: how many, who, and what each base starts from."""

    exemple: ClassVar = {"nom": "lundi", "combien": 2, "scenes": ["doublon"]}

    nom = fields.String(required=True, validate=_NOM, metadata={"description": "les bases : NOM-01…"})
    combien = facultatif(
        "stagiaires ; null : autant que de noms",
        genre=Entier,
        allow_none=True,
        validate=validate.Range(1, ateliers.STAGIAIRES_MAX),
    )
    noms = fields.List(
        fields.String(validate=validate.Length(max=ateliers.NOM_MAX)),
        load_default=list,
        validate=validate.Length(max=ateliers.STAGIAIRES_MAX),
        metadata={"description": "des stagiaires, dans l'ordre ; les suivants sont sans nom"},
    )
    semence = facultatif("jeu de départ", bases.VIDE, parmi=bases.semences())
    taille = facultatif(
        "ménages par base (par défaut, celui du jeu de départ)",
        genre=Entier,
        allow_none=True,
        validate=validate.Range(0, ateliers.TAILLE_MAX),
    )
    seed = facultatif(
        "graine des tirages", 0, genre=Entier, validate=validate.Range(-ENTIER_MAX - 1, ENTIER_MAX)
    )
    profil = facultatif("", "ecole", parmi=PAR_NOM["profile"].choix)
    horloge = facultatif("real, ou un instant ISO", "real")
    scenes = fields.List(
        fields.String(validate=validate.Length(max=60)),
        load_default=list,
        validate=validate.Length(max=100),
        metadata={"description": "celles qui sont proposées ; vide : toutes"},
    )
    expire = facultatif(_EXPIRE, "")


class LiensSchema(QuestionSchema):
    """Body of …/liens: until when the new links are good."""

    exemple: ClassVar = {"expire": "P2D"}

    expire = facultatif(_EXPIRE, "")


class MotSchema(QuestionSchema):
    """Body of …/mot: what is told, and to whom."""

    exemple: ClassVar = {"mot": "Regardez la date.", "rang": 1}

    mot = fields.String(
        required=True,
        validate=validate.Length(max=ateliers.MOT_MAX),
        metadata={"description": "affiché sur ses pages ; vide : celui d'avant est ôté"},
    )
    rang = facultatif("du stagiaire ; null : tous", genre=Entier, allow_none=True, validate=_RANG)


class FiniSchema(QuestionSchema):
    """Body of …/fini: who is done."""

    exemple: ClassVar = {"rang": 1, "fini": True}

    rang = Entier(required=True, validate=_RANG, metadata={"description": "du stagiaire"})
    fini = facultatif("false : il continue", True, genre=Booleen)


class RemiseSchema(QuestionSchema):
    """Body of …/reset: whose base."""

    exemple: ClassVar = {"rang": 1}

    rang = facultatif("du stagiaire ; null : tous", genre=Entier, allow_none=True, validate=_RANG)


class ClotureSchema(QuestionSchema):
    """Question of DELETE: what becomes of the bases."""

    bases = facultatif("ce qu'il en advient", "garder", parmi=("garder", "supprimer"))


@blueprint.get("")
def lister() -> list[AtelierTenu]:
    """All of them."""
    return ateliers.lister(services().magasin)


@blueprint.post(
    "", corps=AtelierNouveauSchema, statut=201, refus={409: "Un atelier, une base ou un jeton a ce nom"}
)
def creer(demande: dict[str, Any]) -> AtelierTenu:
    """Makes one."""
    home = services().configuration.home
    return ateliers.creer(services().magasin, services().contrats, home, DepartAtelier(**demande))


@blueprint.get("/<atelier>")
def lire(atelier: str) -> AtelierEntier:
    """One, and where each trainee is."""
    return _entier(atelier)


def _entier(nom: str) -> AtelierEntier:
    magasin = services().magasin
    lu = ateliers.lire(magasin, nom)
    return tirer(AtelierEntier, lu, places=tuple(ateliers.places(magasin, lu)))


@blueprint.get("/<atelier>/fiches")
def lire_fiches(atelier: str) -> list[FicheDeStagiaire]:
    """The sheets that are handed out, secrets included."""
    return ateliers.fiches(services().magasin, services().configuration.home, atelier, adresse_d_ici())


@blueprint.post("/<atelier>/liens", corps=LiensSchema)
def refaire_liens(demande: dict[str, Any], atelier: str) -> AtelierTenu:
    """New links."""
    home = services().configuration.home
    return ateliers.renouveler(services().magasin, home, atelier, demande["expire"])


@blueprint.post("/<atelier>/mot", corps=MotSchema)
def dire(demande: dict[str, Any], atelier: str) -> AtelierTenu:
    """A word."""
    return ateliers.dire(services().magasin, atelier, demande["mot"], demande["rang"])


@blueprint.post("/<atelier>/fini", corps=FiniSchema)
def noter(demande: dict[str, Any], atelier: str) -> AtelierTenu:
    """Notes that a trainee is done, or is not."""
    return ateliers.noter_fini(services().magasin, atelier, demande["rang"], fini=demande["fini"])


@blueprint.post("/<atelier>/reset", corps=RemiseSchema)
def remettre(demande: dict[str, Any], atelier: str) -> AtelierEntier:
    """Bases back at their start."""
    ateliers.remettre(services().magasin, services().contrats, atelier, demande["rang"])
    return _entier(atelier)


@blueprint.delete("/<atelier>", question=ClotureSchema)
def clore(demande: dict[str, Any], atelier: str) -> None:
    """Ends one."""
    supprimer = demande["bases"] == "supprimer"
    home = services().configuration.home
    ateliers.clore(services().magasin, home, atelier, supprimer_bases=supprimer)
