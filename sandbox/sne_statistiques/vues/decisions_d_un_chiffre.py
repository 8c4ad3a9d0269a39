"""The decisions behind a figure of the quotas, a page of them, as the console and the API show it."""

from dataclasses import dataclass
from typing import Annotated

from sne_console.vues.seances_montrees import DecisionLue, Montreur
from sne_sandbox.web.configuration_et_services import services
from sne_statistiques.comptes import decisions_comptees
from sne_statistiques.comptes.decisions_comptees import ChoixDeDecisions


@dataclass(frozen=True)
class PageDecisions:
    """Some of the decisions that a figure counts, the latest first."""

    nombre: Annotated[int, "combien le chiffre en compte"]
    decisions: list[DecisionLue]
    suite: Annotated[int | None, "à redonner dans « apres » ; null : il n'y en a plus"]


def page_de_decisions(base: str, choix: ChoixDeDecisions, debut: int, limite: int) -> PageDecisions:
    """The page that begins after `debut` of them, `limite` long. Raises UsageError for no figure."""
    with services().magasin.lire(base) as registre:
        contrat = services().contrats.de(registre.base)
        toutes = decisions_comptees.choisir(registre, contrat, choix)
        montrees = Montreur(registre, contrat).decisions(toutes[debut : debut + limite])
    suite = debut + limite
    return PageDecisions(len(toutes), montrees, suite if suite < len(toutes) else None)
