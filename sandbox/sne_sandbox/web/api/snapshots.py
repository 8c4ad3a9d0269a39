"""`/api/v1/bases/{base}/snapshots`: a base saved under a name, put back, compared."""

from typing import Any, ClassVar, Final

from flask import Response
from marshmallow import fields

from sne_sandbox.operations import ecarts
from sne_sandbox.operations.ecarts import ComparaisonBases
from sne_sandbox.operations.sauvegardes import Sauvegarde
from sne_sandbox.web import trouver
from sne_sandbox.web.acces import reserver
from sne_sandbox.web.api.contexte import NOM, Appels, Booleen, QuestionSchema, facultatif
from sne_sandbox.web.reponses import telechargement

blueprint: Final = Appels(
    "snapshots",
    "/bases/<base>/snapshots",
    "Les sauvegardes d'une base : état, horloge, réglages, pannes ; le journal n'en est pas",
)


class SauvegardeNouvelleSchema(QuestionSchema):
    """Body of POST …/snapshots: a name, and whether it may be taken again."""

    exemple: ClassVar = {"nom": "avant"}

    nom = fields.String(required=True, validate=NOM)
    remplacer = facultatif("remplace celle de ce nom", False, genre=Booleen)


class AvecSauvegardeSchema(QuestionSchema):
    """The other end of the comparison."""

    avec = facultatif("une autre sauvegarde ; absent : la base telle qu'elle est", validate=NOM)


@blueprint.get("")
def lister(base: str) -> list[Sauvegarde]:
    """The snapshots of a base, latest first."""
    return trouver.sauvegardes().lister(base)


@blueprint.post("", corps=SauvegardeNouvelleSchema, statut=201, refus={409: "Le nom est pris"})
def sauvegarder(donnees: dict[str, Any], base: str) -> Sauvegarde:
    """Saves the base as it is."""
    return trouver.sauvegardes().faire(base, donnees["nom"], remplacer=donnees["remplacer"])


@blueprint.get("/<nom>")
def montrer(base: str, nom: str) -> Sauvegarde:
    """One snapshot."""
    return trouver.sauvegarde(base, nom)


@blueprint.delete("/<nom>")
def supprimer(base: str, nom: str) -> None:
    """Deletes it."""
    trouver.sauvegarde(base, nom)
    trouver.sauvegardes().supprimer(base, nom)


@blueprint.get("/<nom>/file", contenu="application/zip", description="Le fichier (zip)")
def donner_fichier(base: str, nom: str) -> Response:
    """The file of a snapshot, NIR in clear, for who may do everything."""
    reserver("Une sauvegarde")
    return telechargement(trouver.sauvegarde(base, nom).fichier, f"{base}-{nom}.zip", "application/zip")


@blueprint.post("/<nom>/restore")
def restaurer(base: str, nom: str) -> Sauvegarde:
    """A base put back as a snapshot has it; its journal goes on."""
    trouver.sauvegarde(base, nom)
    return trouver.sauvegardes().restaurer(base, nom)


@blueprint.get(
    "/<nom>/compare", question=AvecSauvegardeSchema, refus={409: "Une autre comparaison est en cours"}
)
def comparer(donnees: dict[str, Any], base: str, nom: str) -> ComparaisonBases:
    """What changed since a snapshot, until another or now: demandes and their fields."""
    trouver.sauvegarde(base, nom)
    if donnees["avec"] is not None:
        trouver.sauvegarde(base, donnees["avec"])
    return ecarts.depuis(trouver.sauvegardes(), base, nom, donnees["avec"])
