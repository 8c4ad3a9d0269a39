"""`/api/v1/bases/{base}/seances`: the sessions of the commissions d'attribution, read off the ledger."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from sne_console.api.questions_et_reponses import Appels, QuestionLue, questions
from sne_console.vues.seances_montrees import Montreur, SeanceBreve, SeanceLue
from sne_interface.domain.base import ANNEES
from sne_sandbox.web.configuration_et_services import services

blueprint: Final = Appels("seances", "/bases/<base>/seances", "Les séances des commissions d'attribution")
_QUESTIONS: Final = questions(__file__, annees=(ANNEES[0], ANNEES[-1]))


@dataclass(frozen=True)
class PageSeances:
    """Some sessions, the latest first."""

    seances: list[SeanceBreve]
    suite: Annotated[str | None, "à redonner dans « apres » ; null : il n'y en a plus"]


@blueprint.get("", question=_QUESTIONS["Seances"])
def lister(choix: QuestionLue, base: str) -> PageSeances:
    """The sessions of a year, or between two days."""
    premiere, derniere = (choix["annee"],) * 2 if choix["annee"] else (ANNEES[0], ANNEES[-1])
    du = max(choix["du"] or date.min, date(premiere, 1, 1))
    au = min(choix["au"] or date.max, date(derniere, 12, 31))
    with services().magasin.lire(base) as registre:
        return PageSeances(*Montreur(registre).page(du, au, choix["limite"], choix["apres"]))


@blueprint.get("/<seance>", refus={404: "La base, ou la séance, n'existe pas"})
def montrer(base: str, seance: str) -> SeanceLue:
    """One session, its candidates by rank, and what followed."""
    with services().magasin.lire(base) as registre:
        return Montreur(registre).entiere(seance)
