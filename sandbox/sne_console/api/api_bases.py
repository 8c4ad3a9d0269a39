"""`/api/v1/bases`: bases created, listed, set, deleted, put back to their start; their clock;
their snapshots, saved under a name, put back, compared; their pannes; `/api/v1/seeds`."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

from flask import Response, g
from flask_smorest import abort
from marshmallow import Schema, fields, validate

from sne_console.api.questions_et_reponses import (
    ENTIER_MAX,
    NOM,
    Appels,
    Booleen,
    Entier,
    QuestionLue,
    QuestionSchema,
    combien,
    facultatif,
)
from sne_console.vues import objet_de_l_adresse
from sne_interface.domain.base import Base, lire_horloge, lire_instant
from sne_interface.domain.panne import GENRES, PanneDefinition, ParametreLu
from sne_interface.domain.valeurs_en_json import tirer
from sne_interface.errors import UsageError
from sne_interface.settings import PAR_NOM, SETTINGS, Reglages, Setting
from sne_sandbox.bases import apercu_et_retour_d_horloge, bases, horloge, pannes, sauvegardes
from sne_sandbox.bases.apercu_et_retour_d_horloge import Annulation, Apercu, prevoir
from sne_sandbox.bases.bases import BasePubliee
from sne_sandbox.bases.faits_des_nuits import Fait
from sne_sandbox.bases.horloge import Deplacement, DeplacementVoulu, HeureLue
from sne_sandbox.bases.pannes import PanneLue
from sne_sandbox.bases.sauvegardes import ComparaisonLue, SauvegardeLue
from sne_sandbox.web.acces import reserver
from sne_sandbox.web.configuration_et_services import services
from sne_sandbox.web.reponses_http import telechargement

blueprint: Final = Appels("bases", "/bases", "Les bases")
clock: Final = Appels("clock", "/bases/<base>/clock", "L'horloge d'une base")
snapshots: Final = Appels(
    "snapshots",
    "/bases/<base>/snapshots",
    "Les sauvegardes d'une base : état, horloge, réglages, pannes ; le journal n'en est pas",
)
faults: Final = Appels("pannes", "/bases/<base>/pannes", "Les pannes d'une base")
seeds: Final = Appels("seeds", "/seeds", "Les jeux de départ")

_REGLAGES: Final = [setting for setting in SETTINGS if setting.portee == "base"]
#: The largest number that a setting may have.
_NOMBRE_MAX: Final = 1_000_000
_RECUL: Final = "L'heure demandée est le passé d'une base qui a des demandes"
_EXEMPLE: Final = "2018-03-15T12:00:00"
#: Of the two settings that name a contract.
_NOM_CONTRAT: Final = validate.Regexp(
    r"^([A-Za-z0-9][A-Za-z0-9._-]{0,39})?$",
    error="Attendu : une version (v5.0), ou le nom d'un dossier que l'exploitant a posé sous contrats/.",
)


# --- bases --------------------------------------------------------------------------------------------------


def _valeur(setting: Setting) -> fields.Field[Any]:
    """The field of a setting of a base, as JSON has it."""
    meta = {"description": f"{setting.aide} (à la création : {setting.defaut or 'vide'})"}
    if setting.type is int:
        return Entier(validate=validate.Range(0, _NOMBRE_MAX), metadata=meta)
    return fields.String(validate=_permis(setting), metadata=meta)


def _permis(setting: Setting) -> validate.Validator:
    if setting.type is int:
        return validate.Regexp(r"^\d{1,6}$", error="Attendu : un nombre de 1 à 6 chiffres, écrit en texte.")
    return validate.OneOf(setting.choix) if setting.choix else _NOM_CONTRAT


ReglagesEcritsSchema = QuestionSchema.from_dict(
    # As the command line writes them.
    {s.nom: fields.String(validate=_permis(s), metadata={"description": s.aide}) for s in _REGLAGES},
    name="ReglagesEcritsSchema",
)
ReglagesChangesSchema = QuestionSchema.from_dict(
    {s.nom: _valeur(s) for s in _REGLAGES}, name="ReglagesChangesSchema"
)
ReglagesChangesSchema.exemple = {"profile": "strict"}  # type: ignore[attr-defined]
ReglagesLusSchema = Schema.from_dict({s.nom: _valeur(s) for s in _REGLAGES}, name="ReglagesLusSchema")


class BaseNouvelleSchema(QuestionSchema):
    """Body of POST /bases: what a new base is called, starts from and is set to."""

    exemple: ClassVar = {"nom": "essai-42", "semence": "ecole", "horloge": _EXEMPLE}

    nom = fields.String(
        required=True, validate=NOM, metadata={"description": "1 à 40 lettres, chiffres, - ou _"}
    )
    semence = facultatif("jeu de départ", "vide", parmi=bases.semences())
    taille = facultatif(
        "nombre de ménages (par défaut, celui du jeu de départ)",
        genre=Entier,
        allow_none=True,
        validate=validate.Range(0, bases.TAILLE_MAX),
    )
    seed = facultatif(
        "graine des tirages", 0, genre=Entier, validate=validate.Range(-ENTIER_MAX - 1, ENTIER_MAX)
    )
    profil = facultatif("", "ecole", parmi=PAR_NOM["profile"].choix)
    horloge = facultatif("real, ou un instant ISO", "real")
    contrat = facultatif(
        "interface servie, gardée à vie : une version, ou un dossier contrats/NOM du --home ; vide : celle "
        "du serveur",
        "",
        exemple="v5.0",
        validate=_NOM_CONTRAT,
    )
    reglages = fields.Nested(
        ReglagesEcritsSchema,
        load_default=dict,
        metadata={"description": "les autres réglages, écrits comme en ligne de commande"},
    )


class PorteeSchema(QuestionSchema):
    """Body of …/reset: what of the base goes back to its start."""

    exemple: ClassVar = {"portee": "journal"}

    portee = facultatif(
        "journal, etat, pannes ou tout (sans corps : tout)",
        "tout",
        parmi=("journal", "etat", "pannes", "tout"),
    )
    horloge = facultatif(
        "avec etat ou tout, remet aussi l'horloge : real, ou un instant ISO", allow_none=True
    )


def _lue(base: Base) -> BasePubliee:
    return BasePubliee.de(base, services().contrats)


@blueprint.get("")
def lister() -> list[BasePubliee]:
    """Every base."""
    return [_lue(base) for base in services().magasin.bases.lister()]


@blueprint.post(
    "",
    corps=BaseNouvelleSchema,
    statut=201,
    refus={409: "Le nom est pris", 422: "Nom, semence, horloge, contrat ou réglage incorrect"},
)
def creer(donnees: QuestionLue) -> BasePubliee:
    """Makes one."""
    reglages = Reglages.de(
        {"profile": donnees["profil"], "contrat": donnees["contrat"], **donnees["reglages"]}
    )
    base = bases.creer(
        services().magasin,
        services().contrats.verifier(reglages),
        donnees["nom"],
        semence=donnees["semence"],
        seed=donnees["seed"],
        taille=donnees["taille"],
        horloge=lire_horloge(donnees["horloge"]),
        reglages=reglages,
    )
    return _lue(base)


@blueprint.get("/<base>")
def montrer(base: str) -> BasePubliee:
    """One base."""
    return _lue(g.base)


@blueprint.delete("/<base>", refus={409: "La base ecole ne se supprime pas"})
def supprimer(base: str) -> None:
    """Deletes it, with its snapshots and boxes."""
    bases.supprimer(services().magasin, services().configuration.home, base)


@blueprint.get("/<base>/settings", schema=ReglagesLusSchema)
def lire_reglages(base: str) -> Reglages:
    """The settings of a base."""
    reglages: Reglages = g.base.reglages
    return reglages


@blueprint.patch(
    "/<base>/settings",
    corps=ReglagesChangesSchema,
    schema=ReglagesLusSchema,
    refus={409: "Le contrat se choisit à la création"},
)
def changer_reglages(donnees: QuestionLue, base: str) -> Reglages:
    """Changes some of them; the others stay."""
    ecrits = {nom: str(valeur) for nom, valeur in donnees.items()}
    return bases.regler(services().magasin, services().contrats, base, ecrits).reglages


@blueprint.post("/<base>/reset", corps=PorteeSchema)
def remettre(donnees: QuestionLue, base: str) -> BasePubliee:
    """A base, or a part of it, put back to its start."""
    heure = lire_horloge(donnees["horloge"]) if donnees["horloge"] is not None else None
    return _lue(
        bases.remettre(services().magasin, services().contrat_de(base), base, donnees["portee"], heure)
    )


# --- their clock --------------------------------------------------------------------------------------------


class GelSchema(QuestionSchema):
    """Body of …/clock/freeze: the instant at which the clock stops."""

    exemple: ClassVar = {"instant": _EXEMPLE}

    instant = facultatif(f"instant ISO, par exemple {_EXEMPLE} ; absent : maintenant", allow_none=True)


class AvanceSchema(QuestionSchema):
    """Body of …/clock/advance: how far the clock goes."""

    exemple: ClassVar = {"vers": "P1M"}

    vers = fields.String(
        required=True, metadata={"description": "durée ISO 8601 (P1M), date (2019-04-15) ou instant ISO"}
    )


@clock.get("")
def dire_l_heure(base: str) -> HeureLue:
    """The time of the clock of a base."""
    return horloge.lire(services().magasin, base)


@clock.post("/freeze", corps=GelSchema, refus={409: _RECUL, 422: "Instant illisible, ou trop loin"})
def figer(donnees: QuestionLue, base: str) -> Deplacement:
    """The clock stopped, now or at an instant."""
    instant = lire_instant(donnees["instant"]) if donnees["instant"] is not None else None
    return horloge.figer(services().magasin, base, instant)


@clock.post("/advance", corps=AvanceSchema, refus={409: _RECUL, 422: "Durée illisible, ou trop longue"})
def avancer(donnees: QuestionLue, base: str) -> Deplacement:
    """The clock moved on; the nights in between run on the way."""
    return horloge.avancer(services().magasin, base, donnees["vers"])


class ApercuSchema(QuestionSchema):
    """Query of …/clock/preview: the move that is asked for, and the page of its facts."""

    genre = facultatif(
        "le déplacement : une avance, un gel, le retour à l'heure réelle, ou les nuits en attente",
        "avance",
        parmi=("avance", "gel", "retour", "nuits"),
    )
    vers = facultatif("pour une avance : durée ISO 8601 (P1M), date (2019-04-15) ou instant ISO", "P1M")
    instant = facultatif("pour un gel : instant ISO ; absent : maintenant")
    fait = facultatif("ce fait seul", parmi=tuple(Fait))
    apres = facultatif("faits à passer", 0, genre=fields.Integer, validate=validate.Range(0, ENTIER_MAX))
    limite = combien()


@clock.get("/preview", question=ApercuSchema, refus={409: _RECUL, 422: "Durée illisible, ou trop longue"})
def essayer(donnees: QuestionLue, base: str) -> Apercu:
    """The effects of a move, which is not made: nothing is written, nobody waits."""
    instant = lire_instant(donnees["instant"]) if donnees["instant"] else None
    return prevoir(
        services().magasin,
        base,
        DeplacementVoulu(donnees["genre"], donnees["vers"], instant),
        fait=Fait(donnees["fait"]) if donnees["fait"] else None,
        apres=donnees["apres"],
        limite=donnees["limite"],
    )


@clock.post("/undo", refus={409: "Autre chose est venu depuis, ou rien n'a avancé"})
def annuler(base: str) -> Annulation:
    """The last move of the clock taken back: the clock and the demandes are what they were."""
    return apercu_et_retour_d_horloge.annuler(services().magasin, base)


@clock.post("/real", refus={409: _RECUL})
def rendre_reelle(base: str) -> Deplacement:
    """The clock given the machine's time again."""
    return horloge.rendre_reelle(services().magasin, base)


@clock.post("/nights")
def passer_les_nuits(base: str) -> Deplacement:
    """The nights that are due, those that wait to be asked for included."""
    return horloge.passer_les_nuits(services().magasin, base)


# --- their snapshots ----------------------------------------------------------------------------------------


class SauvegardeNouvelleSchema(QuestionSchema):
    """Body of POST …/snapshots: a name, and whether it may be taken again."""

    exemple: ClassVar = {"nom": "avant"}

    nom = fields.String(required=True, validate=NOM)
    remplacer = facultatif("remplace celle de ce nom", False, genre=Booleen)


class AvecSauvegardeSchema(QuestionSchema):
    """The other end of the comparison."""

    avec = facultatif("une autre sauvegarde ; absent : la base telle qu'elle est", validate=NOM)


@snapshots.get("")
def lister_sauvegardes(base: str) -> list[SauvegardeLue]:
    """The snapshots of a base, latest first."""
    return objet_de_l_adresse.sauvegardes().lister(base)


@snapshots.post("", corps=SauvegardeNouvelleSchema, statut=201, refus={409: "Le nom est pris"})
def sauvegarder(donnees: QuestionLue, base: str) -> SauvegardeLue:
    """Saves the base as it is."""
    return objet_de_l_adresse.sauvegardes().faire(base, donnees["nom"], remplacer=donnees["remplacer"])


@snapshots.get("/<nom>")
def montrer_sauvegarde(base: str, nom: str) -> SauvegardeLue:
    """One snapshot."""
    return objet_de_l_adresse.sauvegarde(base, nom)


@snapshots.delete("/<nom>")
def supprimer_sauvegarde(base: str, nom: str) -> None:
    """Deletes it."""
    objet_de_l_adresse.sauvegarde(base, nom)
    objet_de_l_adresse.sauvegardes().supprimer(base, nom)


@snapshots.get("/<nom>/file", contenu="application/zip", description="Le fichier (zip)")
def donner_fichier(base: str, nom: str) -> Response:
    """The file of a snapshot, NIR in clear, for who may do everything."""
    reserver("Une sauvegarde")
    return telechargement(
        objet_de_l_adresse.sauvegarde(base, nom).fichier, f"{base}-{nom}.zip", "application/zip"
    )


@snapshots.post("/<nom>/restore")
def restaurer(base: str, nom: str) -> SauvegardeLue:
    """A base put back as a snapshot has it; its journal goes on."""
    objet_de_l_adresse.sauvegarde(base, nom)
    return objet_de_l_adresse.sauvegardes().restaurer(base, nom, services().contrats)


@snapshots.get(
    "/<nom>/compare", question=AvecSauvegardeSchema, refus={409: "Une autre comparaison est en cours"}
)
def comparer(donnees: QuestionLue, base: str, nom: str) -> ComparaisonLue:
    """The changes since a snapshot, until another or now: demandes and their fields."""
    objet_de_l_adresse.sauvegarde(base, nom)
    if donnees["avec"] is not None:
        objet_de_l_adresse.sauvegarde(base, donnees["avec"])
    return sauvegardes.depuis(objet_de_l_adresse.sauvegardes(), base, nom, donnees["avec"])


# --- what they start from -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class SemenceLue:
    """A seed (jeu de départ), by its name."""

    nom: Annotated[str, "à donner comme « semence » à la création d'une base"]


@seeds.get("")
def lister_semences() -> list[SemenceLue]:
    """The seeds that a base can start from."""
    return [SemenceLue(nom) for nom in bases.semences()]


# --- pannes ---------------------------------------------------------------------------------------------


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


@faults.get("")
def lister_pannes(base: str) -> Liste:
    """The pannes of a base, oldest first, and the table of kinds."""
    armees = pannes.lister(services().magasin, base)
    genres = [tirer(GenreLu, genre, genre=genre.nom) for genre in GENRES.values()]
    return Liste([PanneLue.de(armee) for armee in armees], genres)


@faults.post(
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


@faults.delete("")
def desarmer_toutes(base: str) -> Otees:
    """Takes all of them away."""
    return Otees(pannes.desarmer(services().magasin, base))


@faults.delete("/<int:identifiant>", refus={404: "La base n'a pas cette panne"})
def desarmer(base: str, identifiant: int) -> None:
    """Takes one away."""
    try:
        pannes.desarmer(services().magasin, base, identifiant)
    except UsageError as erreur:
        abort(404, message=str(erreur))
