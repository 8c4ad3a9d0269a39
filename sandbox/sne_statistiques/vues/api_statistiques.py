"""`/api/v1/bases/{base}/statistics`: TAB01 to TAB03 at a date, of a territory or of all, and the counts of
each territory; `/api/v1/bases/{base}/quotas`: the shares of attributions that L. 441-1 sets;
`/api/v1/bases/{base}/decisions`: those that a figure counts."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from flask import Response, current_app
from werkzeug.exceptions import NotFound

from sne_console.api.questions_et_reponses import Appels, QuestionLue, questions
from sne_console.vues.seances_montrees import Montreur, PageDecisions
from sne_interface.domain.base import ANNEES
from sne_sandbox.web.configuration_et_services import services
from sne_sandbox.web.reponses_http import feuille
from sne_statistiques.comptes import comptes_par_territoire, statistiques
from sne_statistiques.comptes import quotas as operation
from sne_statistiques.comptes.comptes_par_territoire import ComptesDeLieux
from sne_statistiques.comptes.quotas import ChoixDeDecisions, Quotas
from sne_statistiques.comptes.statistiques import Tableau, TableauLu
from sne_statistiques.vues import tableaux
from sne_statistiques.vues.tableaux import TableDemandee, calculs_de

blueprint: Final = Appels(
    "statistics", "/bases/<base>/statistics", "Les statistiques : stock, flux, profils, territoires"
)
quotas: Final = Appels("quotas", "/bases/<base>/quotas", "Les quotas d'attribution de l'article L. 441-1")
decisions: Final = Appels(
    "decisions", "/bases/<base>/decisions", "Les décisions des commissions, et celles que comptent les quotas"
)
_QUESTIONS: Final = questions(
    __file__,
    niveaux=comptes_par_territoire.NIVEAUX,
    annees=(ANNEES[0], ANNEES[-1]),
    figures=operation.FIGURES,
    parts=[regle.code for regle in operation.REGLES],
    ceux=operation.CEUX,
)


@dataclass(frozen=True)
class Tableaux:
    """TAB01, TAB02 and TAB03 of a base at a date."""

    base: str
    date: date
    territoire: Annotated[str | None, "null : tous"]
    tableaux: list[TableauLu]
    fidelite: Annotated[str, "ce qui est attesté, ce qui est convention"]


def _jour(base: str, quand: QuestionLue) -> date:
    return quand["date"] or services().magasin.bases.lire(base).horloge.maintenant().date()


def _compter(base: str, code: str, jour: date, territoire: str | None = None) -> Any:
    """A table, as soon as it is computed. Raises ServiceUnavailable when it takes too long."""
    calculs = calculs_de(current_app.extensions["principale"])
    return calculs.attendre(services(), TableDemandee(base, code, jour, territoire)).contenu


def _tableau(base: str, code: str, jour: date, quand: QuestionLue) -> Tableau:
    """One of TAB01 to TAB03. Raises UsageError for a territory that is none."""
    if quand["territoire"] is not None:
        statistiques.verifier_territoire(quand["territoire"], services().contrat_de(base))
    tableau: Tableau = _compter(base, code, jour, quand["territoire"])
    return tableau


@blueprint.get("", question=_QUESTIONS["Quand"])
def lire(quand: QuestionLue, base: str) -> Tableaux:
    """TAB01, TAB02 and TAB03 of a base, or of one of its territories, at a date."""
    jour = _jour(base, quand)
    tableaux = [_tableau(base, code, jour, quand).lu for code in statistiques.CODES]
    dit = statistiques.FIDELITE + statistiques.a_venir(services().magasin.bases.lire(base), jour)
    return Tableaux(base, jour, quand["territoire"], tableaux, dit)


@blueprint.get(
    "/<any(TAB01, TAB02, TAB03):tableau>/csv",
    question=_QUESTIONS["Quand"],
    contenu="text/csv",
    description="Une ligne par nombre",
)
def donner_feuille(quand: QuestionLue, base: str, tableau: str) -> Response:
    """A table to open in a spreadsheet."""
    jour = _jour(base, quand)
    texte = statistiques.en_csv([_tableau(base, tableau, jour, quand)], jour)
    return feuille(texte, "-".join(filter(None, (base, tableau, jour.isoformat(), quand["territoire"]))))


@blueprint.get(
    "/<any(TAB01, TAB02, TAB03):tableau>/svg",
    question=_QUESTIONS["QuandEtQuoi"],
    contenu="image/svg+xml",
    description="Sans script",
    refus={404: "La base n'existe pas, ou le tableau n'a pas cette rubrique"},
)
def dessiner(quand: QuestionLue, base: str, tableau: str) -> Response:
    """The chart of a section of a table."""
    lu = _tableau(base, tableau, _jour(base, quand), quand)
    rubrique = quand["rubrique"]
    if rubrique not in tableaux.dessinees(lu):
        raise NotFound(
            f"Le tableau {tableau} n'a pas de rubrique [{rubrique[:40]}]. "
            f"Remède : rubriques : {', '.join(tableaux.dessinees(lu))}."
        )
    mots = services().contrat_de(base).nomenclatures.liste("ListeMotifsRadiation")
    return Response(tableaux.dessiner(lu, rubrique, mots=mots), mimetype="image/svg+xml")


# --- by territory ------------------------------------------------------------------------------------------


def _lieux(base: str, quand: QuestionLue) -> ComptesDeLieux:
    comptes: ComptesDeLieux = _compter(base, quand["niveau"], _jour(base, quand))
    return comptes


@blueprint.get("/territoires", question=_QUESTIONS["Niveau"])
def lire_territoires(quand: QuestionLue, base: str) -> ComptesDeLieux:
    """The counts of a base at a date, by territory."""
    return _lieux(base, quand)


@blueprint.get(
    "/territoires/csv", question=_QUESTIONS["Niveau"], contenu="text/csv", description="Une ligne par nombre"
)
def donner_territoires(quand: QuestionLue, base: str) -> Response:
    """The same, to open in a spreadsheet."""
    comptes = _lieux(base, quand)
    return feuille(
        comptes_par_territoire.en_csv(comptes), f"{base}-{comptes.niveau}-{comptes.date.isoformat()}"
    )


# --- quotas ------------------------------------------------------------------------------------------------


def _quotas(base: str, quand: QuestionLue) -> Quotas:
    annee = quand["annee"] or _jour(base, {"date": None}).year
    comptes: Quotas = _compter(base, tableaux.QUOTAS, date(annee, 12, 31))
    return comptes


@quotas.get("", question=_QUESTIONS["Annee"])
def lire_quotas(quand: QuestionLue, base: str) -> Quotas:
    """The quotas of a base, of the leases signed in a year."""
    return _quotas(base, quand)


@quotas.get(
    "/csv", question=_QUESTIONS["Annee"], contenu="text/csv", description="Une ligne par bailleur et EPCI"
)
def donner_quotas(quand: QuestionLue, base: str) -> Response:
    """The same, to open in a spreadsheet."""
    comptes = _quotas(base, quand)
    return feuille(operation.en_csv(comptes), f"{base}-quotas-{comptes.annee}")


@quotas.get("/svg", question=_QUESTIONS["AnneeEtPart"], contenu="image/svg+xml", description="Sans script")
def dessiner_quotas(quand: QuestionLue, base: str) -> Response:
    """The chart of a share."""
    return Response(tableaux.dessiner_quota(_quotas(base, quand), quand["part"]), mimetype="image/svg+xml")


# --- the decisions behind a figure --------------------------------------------------------------------------


@decisions.get("", question=_QUESTIONS["Decisions"])
def lister_decisions(choix: QuestionLue, base: str) -> PageDecisions:
    """The decisions of a year, or those that a figure of the quotas counts."""
    debut, limite = choix.pop("apres"), choix.pop("limite")
    choix["annee"] = choix["annee"] or _jour(base, {"date": None}).year
    with services().magasin.lire(base) as registre:
        toutes = operation.choisir(registre, services().contrats.de(registre.base), ChoixDeDecisions(**choix))
        return Montreur(registre).quelques(toutes, debut, limite)
