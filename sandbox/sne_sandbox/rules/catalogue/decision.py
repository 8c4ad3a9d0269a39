"""Decisions of attribution, events of type DECATT, interface 5.2 (DEC)."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.domain import decision as d
from sne_sandbox.domain.codes import DALO_RECONNU
from sne_sandbox.domain.element import Element
from sne_sandbox.rules.catalogue.evenement import ECRITURES, evenements_recus, garde_les_siennes, type_de
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, constat, manquant, regle, sans_valeur

#: What each decision supposes beside it.
_COMPLEMENTS: Final = {d.ATTRIBUTION_PAR_CLASSEMENT: d.RANG, d.ATTRIBUTION_SOUS_CONDITION: d.CONDITION}


@regle("DEC001", registre=True)
def decision_incomplete(contexte: Contexte) -> Iterator[Infraction]:
    """The decision is one of R. 441-3, or a refusal by the household, kept apart; the date of the commission
    is given and not in the future (one day of tolerance). Source: R. 441-3 (convention)."""
    for evenement, decision in _decisions(contexte):
        code = decision.element(d.DECISION)
        if code is not None:
            if code.texte.strip() not in d.DECISIONS:
                yield constat(code)
        elif not decision.booleen(d.REFUS_DU_MENAGE):
            yield _absente(evenement, d.DECISION)
        commission = decision.element(d.DATE_COMMISSION)
        jour = decision.jour(d.DATE_COMMISSION)
        if commission is None:
            yield _absente(evenement, d.DATE_COMMISSION)
        elif jour is None or jour > contexte.aujourdhui:
            yield constat(commission)


@regle("DEC002", registre=True)
def categorie_prioritaire(contexte: Contexte) -> Iterator[Infraction]:
    """Each category of L. 441-1 given is in force on the date of the commission; there is at least one, or
    the household is DALO (said here, or known to the base). Source: L. 441-1 (convention)."""
    for evenement, decision in _decisions(contexte):
        categories = decision.valeurs.get(d.CATEGORIE, ())
        jour = decision.jour(d.DATE_COMMISSION) or contexte.jour
        for categorie in categories:
            if not d.categorie_en_vigueur(categorie.texte.strip(), jour):
                yield constat(categorie)
        connu = contexte.stockee is not None and contexte.stockee.statut_dalo in DALO_RECONNU
        if not categories and not connu and not decision.booleen(d.DALO):
            yield _absente(evenement, d.CATEGORIE)


@regle("DEC003", registre=True)
def bail_et_sa_date(contexte: Contexte) -> Iterator[Infraction]:
    """A signed lease has its date, one that is not signed has none. Source: decisions are followed or not by
    a signed lease (convention)."""
    for evenement, decision in _decisions(contexte):
        signe, date_bail = decision.booleen(d.BAIL), decision.element(d.DATE_BAIL)
        if signe is True and date_bail is None:
            yield _absente(evenement, d.DATE_BAIL)
        elif signe is False and date_bail is not None:
            yield constat(date_bail)


@regle("DEC004", registre=True)
def decision_a_completer(contexte: Contexte) -> Iterator[Infraction]:
    """A decision by rank has its rank, one under condition its condition, a refusal by the household its
    motive. Source: R. 441-3 (convention)."""
    for evenement, decision in _decisions(contexte):
        code = decision.texte(d.DECISION) or ""
        complement = _COMPLEMENTS.get(code)
        if complement is not None and decision.element(complement) is None:
            yield _absente(evenement, code)
        if decision.booleen(d.REFUS_DU_MENAGE) and decision.element(d.MOTIF) is None:
            yield _absente(evenement, d.REFUS_DU_MENAGE)


def _decisions(contexte: Contexte) -> Iterator[tuple[Element, d.Decision]]:
    """The DECATT events to write; a modification without characteristics keeps those of before."""
    for evenement in evenements_recus(contexte) if contexte.operation in ECRITURES else ():
        genre = type_de(evenement, contexte)
        decision = genre is not None and genre.code == d.TYPE_DECISION
        if decision and not garde_les_siennes(evenement, contexte):
            yield evenement, d.Decision.de(evenement)


def _absente(evenement: Element, valeur: str) -> Infraction:
    return sans_valeur(manquant(evenement, "listeCaracteristiquesSpecifiques", valeur=valeur))


REGLES = (decision_incomplete, categorie_prioritaire, bail_et_sa_date, decision_a_completer)
