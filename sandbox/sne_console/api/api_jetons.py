"""`/api/v1/jetons`: who may enter; tokens made, listed, revoked."""

from typing import ClassVar, Final

from marshmallow import fields

from sne_console.api.questions_et_reponses import NOM, Appels, QuestionLue, QuestionSchema, facultatif
from sne_sandbox.bases import jetons
from sne_sandbox.bases.jetons import Droit, JetonNouveau, JetonsTenus
from sne_sandbox.web.configuration_et_services import services

blueprint: Final = Appels("jetons", "/jetons", "Les jetons")


class JetonDemandeSchema(QuestionSchema):
    """Body of POST /jetons: for whom, for what, until when."""

    exemple: ClassVar = {"nom": "ci-nuit", "droit": "lecture", "expire": "P30D"}

    nom = fields.String(required=True, validate=NOM, metadata={"description": "à qui il est"})
    droit = facultatif("ce qu'il ouvre", Droit.LECTURE, parmi=Droit)
    base = facultatif("la base du droit base", allow_none=True, validate=NOM)
    expire = facultatif("une durée (P30D), ou un jour ; vide : jamais", "")


@blueprint.get("")
def lister() -> JetonsTenus:
    """The tokens of the database."""
    return jetons.tenir(services().magasin)


@blueprint.post(
    "",
    corps=JetonDemandeSchema,
    statut=201,
    refus={404: "La base n'existe pas", 409: "Un jeton a déjà ce nom"},
)
def creer(demande: QuestionLue) -> JetonNouveau:
    """Makes one: the only answer that shows it."""
    return jetons.nouveau(
        services().magasin, demande["nom"], Droit(demande["droit"]), demande["base"], demande["expire"]
    )


@blueprint.delete("/<nom>")
def revoquer(nom: str) -> None:
    """Revokes one, with its cookies."""
    jetons.revoquer(services().magasin, nom)
