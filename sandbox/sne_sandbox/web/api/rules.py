"""`/api/v1/rules`: the controls, searched; one control, with its examples and how to change it."""

from typing import Any, Final

from sne_sandbox.domain.anomalie import Fidelite, Gravite
from sne_sandbox.rules.rule import PROFILS
from sne_sandbox.web import catalogue, trouver
from sne_sandbox.web.api.contexte import Appels, QuestionSchema, facultatif
from sne_sandbox.web.catalogue import RegleEntiere, RegleLue
from sne_sandbox.web.partage import services

blueprint: Final = Appels("rules", "/rules", "Les contrôles, les mêmes pour toutes les bases")


class RechercheReglesSchema(QuestionSchema):
    """What is looked for: all that is given must hold."""

    texte = facultatif("chaque mot : dans le code, la condition, le remède…", "")
    sujet = facultatif("celles de ce sujet", "", parmi=catalogue.SUJETS)
    effet = facultatif("ce qu'elle fait sous le profil", "", parmi=Gravite)
    fidelite = facultatif("d'où on les tient", "", parmi=Fidelite)
    type = facultatif("celles qui regardent ce type de fichier", "", exemple="REN")
    profil = facultatif("absent : celui des nouvelles bases de ce serveur", parmi=PROFILS)


class ProfilSchema(QuestionSchema):
    """The profile under which the control is looked at."""

    profil = RechercheReglesSchema._declared_fields["profil"]


def _profil(choisi: str | None) -> str:
    return choisi or services().configuration.reglages.profile


@blueprint.get("", question=RechercheReglesSchema)
def lister(cherche: dict[str, Any]) -> list[RegleLue]:
    """The controls of the contract, in the order they run, or those that are looked for."""
    profil = _profil(cherche.pop("profil"))
    toutes = catalogue.lignes(services().contrat, profil)
    return [ligne for ligne in toutes if catalogue.convient(ligne, cherche)]


@blueprint.get("/<regle>", question=ProfilSchema)
def montrer(choix: dict[str, Any], regle: str) -> RegleEntiere:
    """One control by its code, or the official one; its examples, the smallest message it refuses."""
    contrat = services().contrat
    return catalogue.lire(contrat, trouver.regle(regle), _profil(choix["profil"]))
