"""`/api/v1/bases/{base}/seances`: the sessions of the commissions d'attribution, read off the ledger."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from marshmallow import fields, validate

from sne_console.api.questions_et_reponses import (
    Appels,
    QuestionLue,
    QuestionSchema,
    combien,
    facultatif,
    jour_iso,
)
from sne_console.vues.seances_montrees import Montreur, SeanceBreve, SeanceLue
from sne_interface.domain.base import ANNEES
from sne_sandbox.web.configuration_et_services import services

blueprint: Final = Appels("seances", "/bases/<base>/seances", "Les séances des commissions d'attribution")


class SeancesSchema(QuestionSchema):
    """Of which days, and which page."""

    annee = facultatif(
        "année de la séance", genre=fields.Integer, validate=validate.Range(ANNEES[0], ANNEES[-1])
    )
    du = jour_iso("au plus tôt")
    au = jour_iso("au plus tard")
    apres = facultatif(
        "« suite » de la page précédente",
        "",
        validate=validate.Regexp(
            r"^(\d{4}-\d\d-\d\d-[0-9a-f]{8})?$", error="Attendu : la « suite » de la page précédente."
        ),
    )
    limite = combien()


@dataclass(frozen=True)
class PageSeances:
    """Some sessions, the latest first."""

    seances: list[SeanceBreve]
    suite: Annotated[str | None, "à redonner dans « apres » ; null : il n'y en a plus"]


@blueprint.get("", question=SeancesSchema)
def lister(choix: QuestionLue, base: str) -> PageSeances:
    """The sessions of a year, or between two days."""
    premiere, derniere = (choix["annee"],) * 2 if choix["annee"] else (ANNEES[0], ANNEES[-1])
    du = max(choix["du"] or date.min, date(premiere, 1, 1))
    au = min(choix["au"] or date.max, date(derniere, 12, 31))
    with services().magasin.lire(base) as registre:
        montreur = Montreur(registre, services().contrats.de(registre.base))
        return PageSeances(*montreur.page(du, au, choix["limite"], choix["apres"]))


@blueprint.get("/<seance>", refus={404: "La base, ou la séance, n'existe pas"})
def montrer(base: str, seance: str) -> SeanceLue:
    """One session, its candidates by rank, and what followed."""
    with services().magasin.lire(base) as registre:
        return Montreur(registre, services().contrats.de(registre.base)).entiere(seance)
