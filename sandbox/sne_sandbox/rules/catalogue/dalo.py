"""The declaration of a DALO decision (DAL)."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.domain.base import NatureGuichet
from sne_sandbox.domain.element import Element
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, constat, manquant, regle

_ACTIF: Final = "ACTIF"


@regle("DAL001", registre=True)
def demande_du_dalo(contexte: Contexte) -> Iterator[Infraction]:
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
def decision_dalo_incomplete(contexte: Contexte) -> Iterator[Infraction]:
    """informationDalo is present, with a statutDalo of its closed list and a dateDecisionDalo that is not in
    the future (one day of tolerance). Source: XSD (deduced). ENT011 does not read this channel, and the feeds
    and ATT004 live on the status."""
    dalo = contexte.demande.information_dalo
    if dalo is None:
        yield manquant(contexte.document, "demande/informationDalo")
        return
    for nom in ("statutDalo", "dateDecisionDalo"):
        if dalo.enfant(nom) is None:
            yield manquant(dalo, nom)
    statut = dalo.enfant("statutDalo")
    if statut is not None and not _de_la_liste(statut, "ListeStatutDalo", contexte):
        yield constat(statut)
    date_decision, jour = dalo.enfant("dateDecisionDalo"), dalo.date_de("dateDecisionDalo")
    if date_decision is not None and jour is not None and jour > contexte.aujourdhui:
        yield constat(date_decision)


@regle("DAL003")
def typologie_du_dalo(contexte: Contexte) -> Iterator[Infraction]:
    """An active DALO (statutDalo ACTIF) comes with a typologieLogementDalo of its closed list. Convention."""
    dalo = contexte.demande.information_dalo
    if dalo is None or dalo.code_de("statutDalo") != _ACTIF:
        return
    typologie = dalo.enfant("typologieLogementDalo")
    if typologie is None:
        yield manquant(dalo, "typologieLogementDalo")
    elif not _de_la_liste(typologie, "ListeTypologieLogementDalo", contexte):
        yield constat(typologie)


@regle("DAL004", registre=True)
def guichet_de_la_commission_de_mediation(contexte: Contexte) -> Iterator[Infraction]:
    """The declaration comes from a State service, which keeps the secretariat of the commission de
    médiation. Deduced."""
    code = contexte.guichet_emetteur or contexte.demande.num_guichet
    guichet = contexte.registre.guichet(code)
    if guichet is None or guichet.nature is not NatureGuichet.ETAT:
        yield manquant(contexte.demande.formulaire, "numGuichet", valeur=code)


def _de_la_liste(element: Element, liste: str, contexte: Contexte) -> bool:
    return contexte.nomenclatures.contient(liste, element.code or "")


REGLES = (
    demande_du_dalo,
    decision_dalo_incomplete,
    typologie_du_dalo,
    guichet_de_la_commission_de_mediation,
)
