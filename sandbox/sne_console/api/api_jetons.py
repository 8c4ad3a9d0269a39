"""`/api/v1/jetons`: who may enter; tokens made, listed, revoked."""

from typing import Final

from sne_console.api.questions_et_reponses import Appels, QuestionLue, questions
from sne_sandbox.bases import jetons
from sne_sandbox.bases.jetons import Droit, JetonNouveau, JetonsTenus
from sne_sandbox.web.configuration_et_services import services

blueprint: Final = Appels("jetons", "/jetons", "Les jetons")
_QUESTIONS: Final = questions(__file__, droits=Droit)


@blueprint.get("")
def lister() -> JetonsTenus:
    """The tokens of the database."""
    return jetons.tenir(services().magasin)


@blueprint.post(
    "",
    corps=_QUESTIONS["JetonDemande"],
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
