"""The decisions of the commissions (R. 441-3), told by events, and the radiations that follow them (R.
441-2-8).

The law attests the content of a decision; the way an event tells it is a convention: no rule here is more
than deduced. A fact that a base does not know proves nothing: a decision may never have been told.
"""

from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Final

from sne_interface.contract import codec
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.base import Acte, NatureGuichet
from sne_interface.domain.codes import DALO_CADUC, DALO_RECONNU, MOTIF_ATTRIBUTION, MOTIF_IRRECEVABILITE
from sne_interface.domain.dates import date_francaise
from sne_interface.domain.decision_de_commission import Decision
from sne_interface.domain.element_recu import Element
from sne_interface.domain.nir import est_un_siren
from sne_interface.domain.parcours_en_commission import (
    DecisionDite,
    Parcours,
    parcours,
    radiation_possible_le,
)
from sne_interface.rules.catalogue.regles_dalo_evenements_recherches import (
    a_ecrire,
    garde_les_siennes,
    type_de,
)
from sne_interface.rules.catalogue.regles_radiation import LONGUEUR_RPLS, sur_le_motif
from sne_interface.rules.rule import (
    Contexte,
    Infraction,
    Infractions,
    allege,
    infraction,
    manquant,
    regle,
    sans_valeur,
)

#: All of them read the base.
_regle: Final = partial(regle, registre=True)
#: What each decision supposes beside it.
_COMPLEMENTS: Final = {d.ATTRIBUTION_PAR_CLASSEMENT: d.RANG, d.ATTRIBUTION_SOUS_CONDITION: d.CONDITION}
#: Those that give no dwelling, and a motive.
_SANS_LOGEMENT: Final = (d.NON_ATTRIBUTION, d.IRRECEVABILITE)


# --- what one decision says ------------------------------------------------------------------------------


@_regle("DEC001", roles=("decision.type",))
def decision_incomplete(contexte: Contexte) -> Infractions:
    """The decision is one of R. 441-3, or a refusal by the household, kept apart; the date of the commission
    is given and not in the future (one day of tolerance). Source: R. 441-3 (deduced)."""
    lie = contexte.roles.decision.lie
    for evenement, decision in _decisions(contexte):
        code = decision.element(d.DECISION)
        if code is not None:
            if decision.prise is None and contexte.roles.decision.valeurs:
                yield infraction(code)
        elif lie(d.DECISION) and not decision.booleen(d.REFUS_DU_MENAGE):
            yield _absente(evenement, d.DECISION, contexte)
        commission = decision.element(d.DATE_COMMISSION)
        jour = decision.jour(d.DATE_COMMISSION)
        if commission is None:
            if lie(d.DATE_COMMISSION):
                yield _absente(evenement, d.DATE_COMMISSION, contexte)
        elif jour is None or jour > contexte.aujourdhui:
            yield infraction(commission)


@_regle("DEC002", roles=("decision.categorie",))
def categorie_en_vigueur(contexte: Contexte) -> Infractions:
    """Each category of L. 441-1 given is in force on the date of the commission. None is lawful: categories
    concern a share of the attributions; « none » goes alone. A code of no list is EVT004's. Source: L. 441-1
    (deduced)."""
    roles = contexte.roles.decision
    for _, decision in _decisions(contexte):
        jour = decision.jour(d.DATE_COMMISSION) or contexte.jour
        dites = decision.valeurs.get(d.CATEGORIE, ())
        for dite in dites:
            categorie = roles.categories.get(dite.texte.strip())
            aucune = categorie is None and dite.texte.strip() == roles.sans_categorie
            if (aucune and len(dites) > 1) or (categorie is not None and not categorie.en_vigueur(jour)):
                yield infraction(dite)


@_regle("DEC003", roles=("decision.bail", "decision.date_bail"))
def bail_et_sa_date(contexte: Contexte) -> Infractions:
    """A signed lease has its date, one that is not signed has none. Source: decisions are followed or not by
    a signed lease (convention)."""
    for evenement, decision in _decisions(contexte):
        signe, date_bail = decision.booleen(d.BAIL), decision.element(d.DATE_BAIL)
        if signe is True and date_bail is None and contexte.roles.decision.lie(d.DATE_BAIL):
            yield _absente(evenement, d.DATE_BAIL, contexte)
        elif signe is False and date_bail is not None:
            yield infraction(date_bail)


@_regle("DEC004", roles=("decision.type",))
def decision_a_completer(contexte: Contexte) -> Infractions:
    """A decision by rank has its rank, one under condition its condition. Source: R. 441-3 b), c) (deduced).
    A value that the contract has no place for cannot be missing."""
    for prise, complement in _COMPLEMENTS.items():
        for evenement, decision in _sans(complement, contexte):
            if decision.prise == prise:
                yield _absente(evenement, d.DECISION, contexte, decision.texte(d.DECISION))


@_regle("DEC005", roles=("decision.decision", "decision.motif"))
def motif_du_refus(contexte: Contexte) -> Infractions:
    """A non-attribution and an irrecevabilité have a motive. Source: L. 441-2-2 (deduced)."""
    for evenement, decision in _sans(d.MOTIF, contexte):
        if decision.prise in _SANS_LOGEMENT:
            yield _absente(evenement, d.DECISION, contexte, decision.texte(d.DECISION))


@_regle("DEC006", roles=("decision.refus_menage", "decision.motif"))
def motif_du_menage(contexte: Contexte) -> Infractions:
    """A refusal by the household says why. Convention."""
    for evenement, decision in _sans(d.MOTIF, contexte):
        if decision.booleen(d.REFUS_DU_MENAGE):
            yield _absente(evenement, d.REFUS_DU_MENAGE, contexte)


@_regle("DEC010", roles=("decision.bail",))
def bail_sans_attribution(contexte: Contexte) -> Infractions:
    """A lease follows an attribution that the household did not refuse. Source: R. 441-2-8 a) (deduced)."""
    for _, decision in _decisions(contexte):
        inconnue = decision.prise is None and decision.element(d.DECISION) is not None  # DEC001's
        if not decision.booleen(d.BAIL) or inconnue:
            continue
        if decision.prise not in d.ATTRIBUTIONS or decision.booleen(d.REFUS_DU_MENAGE):
            yield from _sur(decision, d.BAIL)


@_regle("DEC011", roles=("decision.date_bail",))
def bail_hors_du_temps(contexte: Contexte) -> Infractions:
    """The lease is not signed before the commission, nor in the future (one day of tolerance). Source: R.
    441-2-8 a) (deduced)."""
    for _, decision in _decisions(contexte):
        bail, commission = decision.jour(d.DATE_BAIL), decision.jour(d.DATE_COMMISSION)
        if bail is not None and not (commission or bail) <= bail <= contexte.aujourdhui:
            yield from _sur(decision, d.DATE_BAIL)


@_regle("DEC013", roles=("decision.rang",))
def rang_impossible(contexte: Contexte) -> Infractions:
    """Ranks are counted from 1. Source: R. 441-3 b) (deduced)."""
    for _, decision in _decisions(contexte):
        rang = _entier(decision.texte(d.RANG))
        if rang is not None and rang < 1:
            yield from _sur(decision, d.RANG)


@_regle("DEC014", roles=("decision.decision",))
def complement_deplace(contexte: Contexte) -> Infractions:
    """A rank goes with an attribution by rank, a condition with one under condition. Source: R. 441-3 b), c)
    (convention)."""
    for _, decision in _decisions(contexte):
        for prise, complement in _COMPLEMENTS.items():
            if decision.prise not in (None, prise):
                yield from _sur(decision, complement)


@_regle("DEC016", roles=("decision.siren",))
def siren_mal_forme(contexte: Contexte) -> Infractions:
    """The SIREN has 9 digits and a right key. Source: INSEE (deduced)."""
    for _, decision in _decisions(contexte):
        siren = decision.texte(d.SIREN)
        if siren is not None and not est_un_siren(siren):
            yield from _sur(decision, d.SIREN)


@_regle("DEC018", roles=("decision.rpls",))
def rpls_mal_forme(contexte: Contexte) -> Infractions:
    """The RPLS number of the dwelling has 10 characters, as in a radiation. Source: order of 17/09/2012
    (deduced)."""
    for _, decision in _decisions(contexte):
        rpls = decision.texte(d.RPLS)
        if rpls is not None and len(rpls) != LONGUEUR_RPLS:
            yield from _sur(decision, d.RPLS)


# --- a decision against what the base knows ------------------------------------------------------------


@_regle("DEC007", roles=("decision.date_commission",))
def decision_avant_la_demande(contexte: Contexte) -> Infractions:
    """No commission decides on a demande that is not registered: not before its deposit, the only day that a
    base knows. Source: L. 441-2-1 (deduced)."""
    for _, decision in _decisions(contexte):
        commission = decision.jour(d.DATE_COMMISSION)
        stockee = contexte.stockee
        if commission is not None and stockee is not None and commission < stockee.date_creation:
            depot = date_francaise(stockee.date_creation)
            yield from _sur(decision, d.DATE_COMMISSION, depot=depot)


@_regle("DEC008", roles=("decision.date_commission",))
def decision_apres_la_radiation(contexte: Contexte) -> Infractions:
    """No commission decides on a radiated demande; what it decided before may be told after. Source: L.
    441-2-1 (deduced)."""
    stockee = contexte.stockee
    if stockee is None or stockee.active or stockee.date_radiation is None:
        return
    for _, decision in _decisions(contexte):
        commission = decision.jour(d.DATE_COMMISSION)
        if commission is not None and commission > stockee.date_radiation:
            yield from _sur(decision, d.DATE_COMMISSION, radiation=date_francaise(stockee.date_radiation))


@_regle("DEC009", roles=("decision.type",))
def guichet_qui_decide(contexte: Contexte) -> Infractions:
    """A decision is told by who may take one: a landlord, whose commission it is. Source: R. 441-3
    (deduced)."""
    if contexte.habilite(Acte.DECIDER):
        return
    for evenement, _ in _decisions(contexte):
        yield infraction(evenement.enfant("codeTypeEvenement") or evenement, valeur=contexte.code_emetteur)


@_regle("DEC012", roles=("decision.bail", "decision.date_bail"))
def second_bail(contexte: Contexte) -> Infractions:
    """One demande has one signed lease. That of the same sitting, of the same dwelling or of the same day is
    told again; one from before a reactivation came to nothing, also when it is told late. Source: R. 441-2-8
    a) (deduced)."""
    for evenement, decision in _decisions(contexte):
        identifiant = evenement.entier_de("idEvenement")
        dite = DecisionDite(identifiant or 0, contexte.code_emetteur, contexte.jour, decision)
        if dite.bail is None or not dite.attribue or dite.bail <= _reactivee_le(contexte):
            continue
        baux = _parcours(contexte, sauf=identifiant).baux
        connus = [autre.bail for autre in baux if not dite.meme_bail(autre)]
        connus += _bail_de_la_radiation(contexte, dite)
        for connu in connus[-1:]:
            yield from _sur(decision, d.BAIL, autre=date_francaise(connu) if connu else "")


@_regle("DEC015", roles=("decision.dalo",))
def dalo_contredit(contexte: Contexte) -> Infractions:
    """The household is said to be DALO when the register knows it as recognised, and only then. It may have
    been recognised without the register being told; and after the commission, or lost it since.
    Convention."""
    stockee = contexte.stockee
    if stockee is None:
        return
    reconnu = stockee.statut_dalo in DALO_RECONNU
    dalo = codec.lire(stockee.information_dalo) if stockee.information_dalo is not None else None
    depuis = (dalo.date_de("dateDecisionDalo") if dalo is not None else None) or date.min
    for _, decision in _decisions(contexte):
        dit, commission = decision.booleen(d.DALO), decision.jour(d.DATE_COMMISSION) or contexte.jour
        caduc_depuis = stockee.statut_dalo == DALO_CADUC and depuis > commission
        a_tort = not reconnu and not caduc_depuis if dit else reconnu and depuis <= commission
        if dit is not None and a_tort:
            yield from _sur(decision, d.DALO, statut=stockee.statut_dalo or "aucun")


@_regle("DEC017", roles=("decision.siren",))
def siren_d_un_autre(contexte: Contexte) -> Infractions:
    """The SIREN is that of the guichet, which tells its own decisions. A guichet that holds the commission of
    another body gives the SIREN of that body. Convention."""
    emetteur = contexte.emetteur
    if emetteur is None or emetteur.siren is None or emetteur.nature is NatureGuichet.SYSTEME:
        return
    for _, decision in _decisions(contexte):
        siren = decision.texte(d.SIREN)
        if siren is not None and est_un_siren(siren) and siren != emetteur.siren:
            yield from _sur(decision, d.SIREN, attendu=emetteur.siren)


# --- a radiation against the decisions that it follows -------------------------------------------------


_RADATT: Final = f"motifRadiation={MOTIF_ATTRIBUTION}"
_RADIRR: Final = f"motifRadiation={MOTIF_IRRECEVABILITE}"


@_regle("DEC019", _RADATT, roles=("decision.bail", "decision.date_bail"))
def radiation_par_un_autre(contexte: Contexte) -> Infractions:
    """The body that attributed radiates, once the lease is signed. The base knows the guichet that told the
    lease, and the landlord when the decision says so. When no lease was told, a radiation by another body
    than the one that attributed that very dwelling is only warned of. Source: R. 441-2-8 a) (deduced)."""
    if contexte.demande.motif_radiation != MOTIF_ATTRIBUTION or contexte.demande.radiation is None:
        return
    suivi = _parcours(contexte)
    rpls = contexte.demande.radiation.texte_de("attributionLogement/numeroRpls")
    du_logement = [a for a in suivi.attributions if rpls and _pareils(rpls, a.decision.texte(d.RPLS))]
    siennes = suivi.baux or du_logement
    if siennes and not any(_du_meme_organisme(dite, contexte) for dite in siennes):
        dit = sur_le_motif(contexte, attributaire=siennes[-1].auteur)
        yield dit if suivi.baux else allege(dit)


@_regle("DEC020", _RADATT, roles=("decision.decision",))
def radiation_contraire_a_la_decision(contexte: Contexte) -> Infractions:
    """A radiation for attribution agrees with the decision that it follows: landlord, dwelling, lease,
    contingent, DALO. Only warned of when no lease was told: it may follow a decision that was not told
    either; an attribution of another dwelling that waited on other candidates or on a piece says nothing
    then. Source: R. 441-2-8 a) (deduced)."""
    if contexte.demande.motif_radiation != MOTIF_ATTRIBUTION or contexte.demande.radiation is None:
        return
    attribution = contexte.demande.radiation.enfant("attributionLogement")
    if attribution is None:  # RAD005's
        return
    suivi = _parcours(contexte)
    siennes = suivi.baux or [
        dite
        for dite in suivi.attributions
        if _du_meme_organisme(dite, contexte) and not _sans_suite(dite, attribution)
    ]
    par_decision = [list(_desaccords(attribution, dite)) for dite in reversed(siennes)]
    for desaccord in min(par_decision, key=len, default=[]):
        yield desaccord if suivi.baux else allege(desaccord)


@_regle("DEC021", _RADATT, roles=("decision.decision",))
def radiation_sans_attribution(contexte: Contexte) -> Infractions:
    """Of the decisions of that body which the base knows, one at least attributed a dwelling, were it refused
    or told otherwise since: a household may change its mind. A base that knows none says nothing: the
    radiation may tell the lease alone. Convention."""
    if contexte.demande.motif_radiation != MOTIF_ATTRIBUTION:
        return
    siennes = [dite for dite in _parcours(contexte).dites if _du_meme_organisme(dite, contexte)]
    if siennes and not any(dite.attribue for dite in siennes):
        yield sur_le_motif(contexte)


@_regle("DEC022", _RADIRR, roles=("decision.decision", "decision.date_commission"))
def irrecevabilite_trop_tot(contexte: Contexte) -> Infractions:
    """The radiation for irrecevabilité comes a month after the household was warned of it: not before a month
    after the decision. Source: R. 441-2-8 d) (deduced)."""
    radiation = contexte.demande.radiation
    if radiation is None or contexte.demande.motif_radiation != MOTIF_IRRECEVABILITE:
        return
    jour = radiation.date_de("dateRadiation")
    siennes = [i for i in _parcours(contexte).irrecevabilites if _du_meme_organisme(i, contexte)]
    prises = [dite.commission for dite in siennes if dite.commission is not None]
    if jour is not None and prises and jour < radiation_possible_le(min(prises)):
        possible = date_francaise(radiation_possible_le(min(prises)))
        yield infraction(radiation.enfant("dateRadiation") or radiation, possible=possible)


# --- inside --------------------------------------------------------------------------------------------


def _decisions(contexte: Contexte) -> Iterator[tuple[Element, Decision]]:
    """The decisions to write; a modification without characteristics keeps those of before."""
    roles = contexte.roles.decision
    for evenement in a_ecrire(contexte):
        if roles.est(type_de(evenement, contexte)) and not garde_les_siennes(evenement, contexte):
            yield evenement, Decision.de(evenement, roles)


def _sans(role: str, contexte: Contexte) -> Iterator[tuple[Element, Decision]]:
    """The decisions that say nothing of a role, for which the contract has a place."""
    for evenement, decision in _decisions(contexte):
        if contexte.roles.decision.lie(role) and decision.element(role) is None:
            yield evenement, decision


def _parcours(contexte: Contexte, sauf: int | None = None) -> Parcours:
    """Returns the decisions on the demande that the base knows, except the event `sauf`."""
    if contexte.stockee is None:
        return Parcours(())
    numero, registre = contexte.stockee.numero_unique, contexte.registre
    evenements = registre.evenements(numero)
    reactivee_le = registre.reactivee_le(numero) if evenements else None
    return parcours(evenements, contexte.roles.decision, reactivee_le=reactivee_le, sauf=sauf)


def _reactivee_le(contexte: Contexte) -> date:
    """The day that the demande was last reactivated; before all days when it never was."""
    stockee = contexte.stockee
    jour = contexte.registre.reactivee_le(stockee.numero_unique) if stockee is not None else None
    return jour or date.min


def _sans_suite(dite: DecisionDite, attribution: Element) -> bool:
    """True when an attribution of another dwelling than the one radiated for may have ended without a word:
    the candidate before signed, or the piece did not come."""
    conditionnelle = dite.decision.prise in _COMPLEMENTS
    rpls = attribution.texte_de("numeroRpls")
    return conditionnelle and rpls is not None and not _pareils(rpls, dite.decision.texte(d.RPLS))


def _bail_de_la_radiation(contexte: Contexte, dite: DecisionDite) -> list[date]:
    """The lease for which the demande was radiated, when it is not that of this decision."""
    stockee = contexte.stockee
    if stockee is None or stockee.motif_radiation != MOTIF_ATTRIBUTION or stockee.radiation is None:
        return []
    attribution = codec.lire(stockee.radiation).enfant("attributionLogement")
    bail = attribution.date_de("dateSignatureBail") if attribution is not None else None
    rpls = attribution.texte_de("numeroRpls") if attribution is not None else None
    meme_logement = rpls is not None and _pareils(rpls, dite.decision.texte(d.RPLS))
    return [] if bail is None or bail == dite.bail or meme_logement else [bail]


def _desaccords(attribution: Element, dite: DecisionDite) -> Infractions:
    """Where the dwelling that a radiation describes is not the one that was decided; what either does not say
    does not count."""
    decision, commission = dite.decision, dite.commission
    seance = date_francaise(commission) if commission is not None else ""
    for nom, role in (("codeSirenBailleur", d.SIREN), ("numeroRpls", d.RPLS)):
        ecrit, dit = attribution.enfant(nom), decision.texte(role)
        if ecrit is not None and dit is not None and not _pareils(ecrit.texte, dit):
            yield infraction(ecrit, attendu=dit, seance=seance)
    contingent, dit = attribution.enfant("typeReservataire"), decision.texte(d.RESERVATAIRE)
    if contingent is not None and contingent.code and dit is not None and contingent.code != dit:
        yield infraction(contingent, valeur=contingent.code, attendu=dit, seance=seance)
    signature, signe_le = attribution.enfant("dateSignatureBail"), attribution.date_de("dateSignatureBail")
    if signature is not None and signe_le is not None:
        if dite.bail is not None and signe_le != dite.bail:
            yield infraction(signature, attendu=date_francaise(dite.bail), seance=seance)
        elif dite.bail is None and commission is not None and signe_le < commission:
            yield infraction(signature, attendu=f"le {seance} ou après", seance=seance)
    # A household that is DALO may be housed by another title; one that is not, not by this one.
    au_titre = attribution.enfant("attribueEnComDALO")
    nie = decision.booleen(d.DALO) is False and attribution.booleen_de("attribueEnComDALO")
    if au_titre is not None and nie:
        yield infraction(au_titre, attendu="non", seance=seance)


def _du_meme_organisme(dite: DecisionDite, contexte: Contexte) -> bool:
    """True when the sender may be of the body that took a decision. This body is that of the guichet that
    told the decision, or the landlord that the decision names by SIREN, when the sender holds its commission.
    Two guichets are compared by SIREN, when the base knows both. A système particulier sends for all its
    landlords."""
    if dite.auteur == contexte.code_emetteur:
        return True
    emetteur, autre = contexte.emetteur, contexte.registre.guichet(dite.auteur)
    if emetteur is not None and emetteur.siren is not None and emetteur.siren == dite.decision.texte(d.SIREN):
        return True
    if emetteur is None or autre is None or NatureGuichet.SYSTEME in (emetteur.nature, autre.nature):
        return True
    return emetteur.siren is None or autre.siren is None or emetteur.siren == autre.siren


def _pareils(un: str, autre: str | None) -> bool:
    return autre is not None and un.strip().upper() == autre.strip().upper()


def _entier(texte: str | None) -> int | None:
    return int(texte) if texte is not None and texte.lstrip("-").isdecimal() else None


def _sur(decision: Decision, role: str, **valeurs: str) -> Infractions:
    """The rule does not hold on the characteristic of that role, which is written."""
    element = decision.element(role)
    if element is not None:
        yield infraction(element, **valeurs)


def _absente(evenement: Element, role: str, contexte: Contexte, valeur: str | None = None) -> Infraction:
    """The characteristic of that role is missing; `valeur` fills the sentence, its code by default."""
    dite = valeur or contexte.roles.decision.code(role)
    return sans_valeur(manquant(evenement, "listeCaracteristiquesSpecifiques", valeur=dite))
