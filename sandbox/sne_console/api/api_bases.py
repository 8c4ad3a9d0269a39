"""`/api/v1/bases`: bases created, listed, set, deleted, put back to their start; their clock;
their snapshots, saved under a name, put back, compared; their pannes; `/api/v1/seeds`."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Final

from flask import Response, g
from flask_smorest import abort
from marshmallow import Schema, fields, validate

from sne_console.api.questions_et_reponses import (
    Appels,
    Entier,
    QuestionLue,
    QuestionSchema,
    questions,
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


_QUESTIONS: Final = questions(
    __file__,
    genres={
        "contrat": (fields.String, _NOM_CONTRAT),
        "reglages": (partial(fields.Nested, ReglagesEcritsSchema), None),
        "taux": (fields.Float, validate.Range(0, 1, min_inclusive=False)),
        "parametres": (partial(fields.Dict, keys=fields.String(), values=fields.String()), None),
    },
    faits=Fait,
    genres_de_pannes=GENRES,
    profils=PAR_NOM["profile"].choix,
    semences=bases.semences(),
    tailles=(0, bases.TAILLE_MAX),
)


def _lue(base: Base) -> BasePubliee:
    return BasePubliee.de(base, services().contrats)


@blueprint.get("")
def lister() -> list[BasePubliee]:
    """Every base."""
    return [_lue(base) for base in services().magasin.bases.lister()]


@blueprint.post(
    "",
    corps=_QUESTIONS["BaseNouvelle"],
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
    bases.supprimer(services().magasin, base)


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


@blueprint.post("/<base>/reset", corps=_QUESTIONS["Portee"])
def remettre(donnees: QuestionLue, base: str) -> BasePubliee:
    """A base, or a part of it, put back to its start."""
    heure = lire_horloge(donnees["horloge"]) if donnees["horloge"] is not None else None
    return _lue(
        bases.remettre(services().magasin, services().contrat_de(base), base, donnees["portee"], heure)
    )


# --- their clock --------------------------------------------------------------------------------------------


@clock.get("")
def dire_l_heure(base: str) -> HeureLue:
    """The time of the clock of a base."""
    return horloge.lire(services().magasin, base)


@clock.post("/freeze", corps=_QUESTIONS["Gel"], refus={409: _RECUL, 422: "Instant illisible, ou trop loin"})
def figer(donnees: QuestionLue, base: str) -> Deplacement:
    """The clock stopped, now or at an instant."""
    instant = lire_instant(donnees["instant"]) if donnees["instant"] is not None else None
    return horloge.deplacer(services().magasin, base, DeplacementVoulu("gel", instant=instant))


@clock.post(
    "/advance", corps=_QUESTIONS["Avance"], refus={409: _RECUL, 422: "Durée illisible, ou trop longue"}
)
def avancer(donnees: QuestionLue, base: str) -> Deplacement:
    """The clock moved on; the nights in between run on the way."""
    return horloge.avancer(services().magasin, base, donnees["vers"])


@clock.get(
    "/preview", question=_QUESTIONS["Apercu"], refus={409: _RECUL, 422: "Durée illisible, ou trop longue"}
)
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
    return horloge.deplacer(services().magasin, base, DeplacementVoulu("retour"))


@clock.post("/nights")
def passer_les_nuits(base: str) -> Deplacement:
    """The nights that are due, those that wait to be asked for included."""
    return horloge.deplacer(services().magasin, base, DeplacementVoulu("nuits"))


# --- their snapshots ----------------------------------------------------------------------------------------


@snapshots.get("")
def lister_sauvegardes(base: str) -> list[SauvegardeLue]:
    """The snapshots of a base, latest first."""
    return objet_de_l_adresse.sauvegardes().lister(base)


@snapshots.post("", corps=_QUESTIONS["SauvegardeNouvelle"], statut=201, refus={409: "Le nom est pris"})
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
    "/<nom>/compare", question=_QUESTIONS["AvecSauvegarde"], refus={409: "Une autre comparaison est en cours"}
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


@faults.get("")
def lister_pannes(base: str) -> Liste:
    """The pannes of a base, oldest first, and the table of kinds."""
    armees = pannes.lister(services().magasin, base)
    genres = [tirer(GenreLu, genre, genre=genre.nom) for genre in GENRES.values()]
    return Liste([PanneLue.de(armee) for armee in armees], genres)


@faults.post(
    "",
    corps=_QUESTIONS["PanneNouvelle"],
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
