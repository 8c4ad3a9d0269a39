"""The declaration of a DALO decision (DAL)."""

from collections.abc import Iterator
from typing import Final

from sandbox.domain.guichet import NatureGuichet
from sandbox.rules.context import Contexte
from sandbox.rules.rule import Constat, constat, manquant, regle

_ACTIF: Final = "ACTIF"


@regle("DAL001", registre=True)
def demande_du_dalo(contexte: Contexte) -> Iterator[Constat]:
    """numUnique names an active demande of the base. Deduced."""
    if contexte.stockee is None or not contexte.stockee.active:
        formulaire = contexte.demande.formulaire
        element = formulaire.enfant("numUnique")
        numero = contexte.demande.numero_unique or ""
        yield (
            constat(element, numero=numero)
            if element is not None
            else manquant(formulaire, "numUnique", numero=numero)
        )


@regle("DAL002")
def decision_dalo_incomplete(contexte: Contexte) -> Iterator[Constat]:
    """informationDalo is present, with statutDalo and a dateDecisionDalo that is not in the future (one day
    of tolerance). Source: XSD (deduced)."""
    dalo = contexte.demande.information_dalo
    if dalo is None:
        yield manquant(contexte.document, "demande/informationDalo")
        return
    for nom in ("statutDalo", "dateDecisionDalo"):
        if dalo.enfant(nom) is None:
            yield manquant(dalo, nom)
    date_decision, jour = dalo.enfant("dateDecisionDalo"), dalo.date_de("dateDecisionDalo")
    if date_decision is not None and jour is not None and jour > contexte.aujourdhui:
        yield constat(date_decision)


@regle("DAL003")
def typologie_du_dalo(contexte: Contexte) -> Iterator[Constat]:
    """An active DALO (statutDalo ACTIF) comes with typologieLogementDalo. Convention."""
    dalo = contexte.demande.information_dalo
    if dalo is None or dalo.code_de("statutDalo") != _ACTIF:
        return
    if dalo.enfant("typologieLogementDalo") is None:
        yield manquant(dalo, "typologieLogementDalo")


@regle("DAL004", registre=True)
def guichet_de_la_commission_de_mediation(contexte: Contexte) -> Iterator[Constat]:
    """The declaration comes from a State service, which keeps the secretariat of the commission de
    médiation. Deduced."""
    code = contexte.guichet_emetteur or contexte.demande.num_guichet
    guichet = contexte.registre.guichet(code)
    if guichet is None or guichet.nature is not NatureGuichet.ETAT:
        yield manquant(contexte.demande.formulaire, "numGuichet", valeur=code)


REGLES = (
    demande_du_dalo,
    decision_dalo_incomplete,
    typologie_du_dalo,
    guichet_de_la_commission_de_mediation,
)
