"""The decisions of the commissions (R. 441-3), told by events, and the radiations that follow them (R.
441-2-8).

The law attests the content of a decision; the way an event tells it is a convention: no rule here is more
than deduced. A fact that a base does not know proves nothing: a decision may never have been told.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

from sne_interface.contract import codec
from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.base import Acte, NatureGuichet
from sne_interface.domain.codes import MOTIF_ATTRIBUTION, MOTIF_IRRECEVABILITE
from sne_interface.domain.dates import ajouter_mois, date_francaise
from sne_interface.domain.decision_de_commission import Decision
from sne_interface.domain.demande import DemandeStockee
from sne_interface.domain.element_recu import Element
from sne_interface.domain.livre_des_attributions import (
    DecisionNotee,
    SuiteDonnee,
    attributions,
    baux,
    decisions_dites,
    irrecevabilites,
    organisme_de,
    radiation_possible_le,
    radiee_alors,
    reactivee_le,
    reponse_attendue_jusqu_au,
    situee,
    tenir,
)
from sne_interface.domain.nir import est_un_siren
from sne_interface.rules.catalogue.regles_dalo_evenements_recherches import decisions_ecrites
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
    sur,
)

_RADATT: Final = f"motifRadiation={MOTIF_ATTRIBUTION}"
_RADIRR: Final = f"motifRadiation={MOTIF_IRRECEVABILITE}"
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
    for decision in decisions_ecrites(contexte):
        code = decision.element(d.DECISION)
        if code is not None:
            if decision.prise is None and decision.roles.valeurs:
                yield infraction(code)
        elif decision.roles.lie(d.DECISION) and not decision.booleen(d.REFUS_DU_MENAGE):
            yield _absente(decision, d.DECISION)
        commission = decision.element(d.DATE_COMMISSION)
        jour = decision.jour(d.DATE_COMMISSION)
        if commission is None:
            if decision.roles.lie(d.DATE_COMMISSION):
                yield _absente(decision, d.DATE_COMMISSION)
        elif jour is None or jour > contexte.aujourdhui:
            yield infraction(commission)


@_regle("DEC002", roles=("decision.categorie",))
def categorie_en_vigueur(contexte: Contexte) -> Infractions:
    """Each category of L. 441-1 given is in force on the date of the commission. None is lawful: categories
    concern a share of the attributions; « none » goes alone. A code of no list is EVT004's. Source: L. 441-1
    (deduced)."""
    for decision in decisions_ecrites(contexte):
        roles, jour = decision.roles, decision.jour(d.DATE_COMMISSION) or contexte.jour
        dites = decision.valeurs.get(d.CATEGORIE, ())
        for dite in dites:
            categorie = roles.categories.get(dite.texte.strip())
            aucune = categorie is None and dite.texte.strip() == roles.sans_categorie
            if (aucune and len(dites) > 1) or (categorie is not None and not categorie.en_vigueur(jour)):
                yield infraction(dite)


@_regle("DEC003", roles=("decision.bail", "decision.date_bail"))
def bail_et_sa_date(contexte: Contexte) -> Infractions:
    """A signed lease has its date; one that is not signed, or of which nothing is said, has none: a date
    alone tells no lease. Source: decisions are followed or not by a signed lease (convention)."""
    for decision in decisions_ecrites(contexte):
        signe, date_bail = decision.booleen(d.BAIL), decision.element(d.DATE_BAIL)
        if signe is True and date_bail is None and decision.roles.lie(d.DATE_BAIL):
            yield _absente(decision, d.DATE_BAIL)
        elif signe is not True and date_bail is not None:
            yield infraction(date_bail)


@_regle("DEC004", roles=("decision.type",))
def decision_a_completer(contexte: Contexte) -> Infractions:
    """A decision by rank has its rank, one under condition its condition. Source: R. 441-3 b), c) (deduced).
    A value that the contract has no place for cannot be missing."""
    for prise, complement in _COMPLEMENTS.items():
        for decision in _sans(complement, contexte):
            if decision.prise == prise:
                yield _absente(decision, d.DECISION, decision.texte(d.DECISION))


@_regle("DEC005", roles=("decision.decision", "decision.motif"))
def motif_du_refus(contexte: Contexte) -> Infractions:
    """A non-attribution and an irrecevabilité have a motive. Source: L. 441-2-2 (deduced)."""
    for decision in _sans(d.MOTIF, contexte):
        if decision.prise in _SANS_LOGEMENT:
            yield _absente(decision, d.DECISION, decision.texte(d.DECISION))


@_regle("DEC006", roles=("decision.refus_menage", "decision.motif"))
def motif_du_menage(contexte: Contexte) -> Infractions:
    """A refusal by the household says why. Convention."""
    for decision in _sans(d.MOTIF, contexte):
        if decision.booleen(d.REFUS_DU_MENAGE):
            yield _absente(decision, d.REFUS_DU_MENAGE)


@_regle("DEC010", roles=("decision.bail",))
def bail_sans_attribution(contexte: Contexte) -> Infractions:
    """A lease follows an attribution that the household did not refuse. Source: R. 441-2-8 a) (deduced)."""
    for decision in decisions_ecrites(contexte):
        inconnue = decision.prise is None and decision.element(d.DECISION) is not None  # DEC001's
        if not decision.booleen(d.BAIL) or inconnue:
            continue
        if decision.prise not in d.ATTRIBUTIONS or decision.booleen(d.REFUS_DU_MENAGE):
            yield from _sur(decision, d.BAIL)


@_regle("DEC011", roles=("decision.date_bail",))
def bail_hors_du_temps(contexte: Contexte) -> Infractions:
    """The lease is not signed before the commission, nor in the future (one day of tolerance). Source: R.
    441-2-8 a) (deduced)."""
    for decision in decisions_ecrites(contexte):
        bail, commission = decision.jour(d.DATE_BAIL), decision.jour(d.DATE_COMMISSION)
        if bail is not None and not (commission or bail) <= bail <= contexte.aujourdhui:
            yield from _sur(decision, d.DATE_BAIL)


@_regle("DEC013", roles=("decision.rang",))
def rang_impossible(contexte: Contexte) -> Infractions:
    """Ranks are counted from 1. Source: R. 441-3 b) (deduced)."""
    for element, rang in _ecrits(d.RANG, contexte):
        if rang.lstrip("-").isdecimal() and int(rang) < 1:
            yield infraction(element)


@_regle("DEC014", roles=("decision.decision",))
def complement_deplace(contexte: Contexte) -> Infractions:
    """A rank goes with an attribution by rank, a condition with one under condition. Source: R. 441-3 b), c)
    (convention)."""
    for decision in decisions_ecrites(contexte):
        for prise, complement in _COMPLEMENTS.items():
            if decision.prise not in (None, prise):
                yield from _sur(decision, complement)


@_regle("DEC016", roles=("decision.siren",))
def siren_mal_forme(contexte: Contexte) -> Infractions:
    """The SIREN has 9 digits and a right key. Source: INSEE (deduced)."""
    for element, siren in _ecrits(d.SIREN, contexte):
        if not est_un_siren(siren):
            yield infraction(element)


@_regle("DEC018", roles=("decision.rpls",))
def rpls_mal_forme(contexte: Contexte) -> Infractions:
    """The RPLS number of the dwelling has 10 characters, as in a radiation. Source: order of 17/09/2012
    (deduced)."""
    for element, rpls in _ecrits(d.RPLS, contexte):
        if len(rpls) != LONGUEUR_RPLS:
            yield infraction(element)


# --- a decision against what the base knows ------------------------------------------------------------


@_regle("DEC007", roles=("decision.date_commission",))
def decision_avant_la_demande(contexte: Contexte) -> Infractions:
    """No commission decides on a demande that is not registered: not before its deposit, the only day that a
    base knows. Source: L. 441-2-1 (deduced)."""
    for decision in decisions_ecrites(contexte):
        commission = decision.jour(d.DATE_COMMISSION)
        stockee = contexte.stockee
        if commission is not None and stockee is not None and commission < stockee.date_creation:
            depot = date_francaise(stockee.date_creation)
            yield from _sur(decision, d.DATE_COMMISSION, depot=depot)


@_regle("DEC008", roles=("decision.date_commission",))
def decision_apres_la_radiation(contexte: Contexte) -> Infractions:
    """No commission decides on a radiated demande; what it decided before may be told after. Only warned of
    once the demande is active again: the radiation may have been a mistake, and was none when it followed a
    lease that came to nothing. Source: L. 441-2-1 (deduced)."""
    stockee = contexte.stockee
    if stockee is None:
        return
    for decision in decisions_ecrites(contexte):
        commission = decision.jour(d.DATE_COMMISSION)
        if commission is None:
            continue
        depuis, revenue = stockee.date_radiation, stockee.active
        if revenue or depuis is None or commission <= depuis:
            mouvements = contexte.registre.mouvements(stockee.numero_unique)
            depuis, revenue = radiee_alors(mouvements, commission), True
        if depuis is not None:
            for trouve in _sur(decision, d.DATE_COMMISSION, radiation=date_francaise(depuis)):
                yield allege(trouve) if revenue else trouve


@_regle("DEC009", roles=("decision.type",))
def guichet_qui_decide(contexte: Contexte) -> Infractions:
    """A decision is told by who may take one: a landlord, whose commission it is. Source: R. 441-3
    (deduced)."""
    if contexte.habilite(Acte.DECIDER):
        return
    for decision in decisions_ecrites(contexte):
        dit = decision.evenement.enfant("codeTypeEvenement") or decision.evenement
        yield infraction(dit, valeur=contexte.code_emetteur)


@_regle("DEC012", roles=("decision.bail", "decision.date_bail"))
def second_bail(contexte: Contexte) -> Infractions:
    """One demande has one signed lease. That of the same landlord and dwelling is told again; one from before
    a reactivation came to nothing, also when it is told late. Source: R. 441-2-8 a) (deduced)."""
    for dite, decision in _dites(contexte):
        if dite.bail is None or not dite.attribue or _tombe(dite, contexte):
            continue
        livre = _livre(contexte, sauf=dite.rang)
        lue = situee(dite, livre)
        connus = [ligne.bail for ligne in baux(livre) if not lue.meme_bail(ligne)]
        for connu in connus[-1:]:
            yield from _sur(decision, d.BAIL, autre=date_francaise(connu) if connu else "")


@_regle("DEC015", roles=("decision.dalo",))
def dalo_contredit(contexte: Contexte) -> Infractions:
    """The household is said to be DALO when the register knows it as recognised on the day of the commission,
    and only then. It may have been recognised without the register being told, or lost it since.
    Convention."""
    stockee = contexte.stockee
    if stockee is None:
        return
    dalo = codec.dalo_de(stockee)
    for decision in decisions_ecrites(contexte):
        dit, commission = decision.booleen(d.DALO), decision.jour(d.DATE_COMMISSION) or contexte.jour
        if dit is not None and dalo.reconnu_le(commission) is (not dit):
            yield from _sur(decision, d.DALO, statut=stockee.statut_dalo or "aucun")


@_regle("DEC017", roles=("decision.siren",))
def siren_d_un_autre(contexte: Contexte) -> Infractions:
    """The SIREN is that of the guichet, which tells its own decisions. A guichet that holds the commission of
    another body gives the SIREN of that body. Convention."""
    emetteur = contexte.emetteur
    if emetteur is None or emetteur.siren is None or emetteur.nature is NatureGuichet.SYSTEME:
        return
    for element, siren in _ecrits(d.SIREN, contexte):
        if est_un_siren(siren) and siren != emetteur.siren:
            yield infraction(element, attendu=emetteur.siren)


# --- a dwelling, and those it was proposed to ----------------------------------------------------------


@_regle("DEC023", roles=("decision.rpls",))
def logement_deux_fois_loue(contexte: Contexte) -> Infractions:
    """A dwelling has one signed lease in a month: a second may follow the departure of the first household,
    not so soon. Only warned of: those who share a flat may each have signed. Source: R. 441-2-8 a)
    (deduced)."""
    for dite, trouver in _signatures(contexte):
        for autre in _les_autres(dite, contexte):
            if dite.bail is None or autre.bail is None:
                continue
            premier, second = sorted((dite.bail, autre.bail))
            if second < ajouter_mois(premier, 1):
                yield from trouver(numero=autre.numero_unique, autre=date_francaise(autre.bail))


@_regle("DEC024", roles=("decision.rang", "decision.rpls"))
def rang_deja_donne(contexte: Contexte) -> Infractions:
    """A sitting gives each rank to one candidate for a dwelling. Only warned of: the other event may be about
    to be corrected. Source: R. 441-3 b) (deduced)."""
    for dite, decision in _dites(contexte):
        for autre in _candidats(dite, contexte):
            if dite.classement is not None and autre.classement == dite.classement:
                yield from _sur(decision, d.RANG, numero=autre.numero_unique)


@_regle("DEC025", roles=("decision.rang", "decision.rpls"))
def candidat_servi_avant_son_tour(contexte: Contexte) -> Infractions:
    """A candidate is served when those before refuse, or do not answer within ten days. Only warned of: the
    refusal may be told later. Source: R. 441-3 b), R. 441-10 (deduced)."""
    for dite, trouver in _signatures(contexte):
        for avant in _candidats(dite, contexte):
            rang, son_rang, bail = avant.classement, dite.classement, dite.bail
            if rang is None or son_rang is None or rang >= son_rang or bail is None:
                continue
            trop_tot = avant.jour <= bail <= reponse_attendue_jusqu_au(avant.jour)
            if trop_tot and _attend_ce_logement(avant, contexte):
                yield from trouver(numero=avant.numero_unique, rang=str(rang))


# --- a radiation against the decisions that it follows -------------------------------------------------


@_regle("DEC019", _RADATT, roles=("decision.bail", "decision.date_bail"))
def radiation_par_un_autre(contexte: Contexte) -> Infractions:
    """The body that attributed radiates, once the lease is signed. The base knows the guichet that told the
    lease, and the landlord when the decision says so. When no lease was told, a radiation by another body
    than the one that attributed that very dwelling is only warned of. Source: R. 441-2-8 a) (deduced)."""
    if contexte.demande.radiation_pour(MOTIF_ATTRIBUTION) is None:
        return
    livre, radiation = _livre(contexte), _radiation(contexte)
    signes = baux(livre)
    siennes = signes or [
        a for a in attributions(livre) if radiation.logement and a.logement == radiation.logement
    ]
    if siennes and not _du_meme_organisme(siennes, contexte):
        dit = sur_le_motif(contexte, attributaire=siennes[-1].guichet)
        yield dit if signes else allege(dit)


@_regle("DEC020", _RADATT, roles=("decision.decision",))
def radiation_contraire_a_la_decision(contexte: Contexte) -> Infractions:
    """A radiation for attribution agrees with the decision that it follows: landlord, dwelling, lease,
    contingent, DALO. Only warned of when no lease was told: it may follow a decision that was not told
    either; an attribution of another dwelling that waited on other candidates or on a piece says nothing
    then. Source: R. 441-2-8 a) (deduced)."""
    ecrite = contexte.demande.radiation_pour(MOTIF_ATTRIBUTION)
    attribution = ecrite.enfant("attributionLogement") if ecrite is not None else None
    if attribution is None:  # RAD005's
        return
    livre, radiation = _livre(contexte), _radiation(contexte)
    signes = baux(livre)
    siennes = signes or [
        dite for dite in _du_meme_organisme(attributions(livre), contexte) if not _sans_suite(dite, radiation)
    ]
    par_decision = [list(_desaccords(attribution, dite)) for dite in reversed(siennes)]
    for desaccord in min(par_decision, key=len, default=[]):
        yield desaccord if signes else allege(desaccord)


@_regle("DEC021", _RADATT, roles=("decision.decision",))
def radiation_sans_attribution(contexte: Contexte) -> Infractions:
    """Of the decisions of that body which the base knows, one at least attributed a dwelling, were it refused
    or, of no dwelling in particular, told otherwise since: a household may change its mind. A base that knows
    none says nothing: the radiation may tell the lease alone. Convention."""
    if contexte.demande.motif_radiation != MOTIF_ATTRIBUTION:
        return
    siennes = [
        dite
        for dite in _du_meme_organisme(_livre(contexte), contexte)
        if dite.suite is not SuiteDonnee.CORRIGEE or not dite.logement
    ]
    if siennes and not any(dite.attribue for dite in siennes):
        yield sur_le_motif(contexte)


@_regle("DEC022", _RADIRR, roles=("decision.decision", "decision.date_commission"))
def irrecevabilite_trop_tot(contexte: Contexte) -> Infractions:
    """The radiation for irrecevabilité comes a month after the household was warned of it: not before a month
    after the decision. Source: R. 441-2-8 d) (deduced)."""
    radiation = contexte.demande.radiation_pour(MOTIF_IRRECEVABILITE)
    if radiation is None:
        return
    jour = radiation.date_de("dateRadiation")
    siennes = _du_meme_organisme(irrecevabilites(_livre(contexte)), contexte)
    if jour is None or not siennes:
        return
    possible = radiation_possible_le(min(dite.jour for dite in siennes))
    if jour < possible:
        yield sur(radiation, "dateRadiation", possible=date_francaise(possible))


@_regle("DEC026", _RADIRR, roles=("decision.decision",))
def irrecevabilite_d_un_autre(contexte: Contexte) -> Infractions:
    """The body that pronounced irrecevabilité radiates for it, when the base knows which one did. Only warned
    of: the article names the landlord's commission, not who sends the message. Source: R. 441-2-8 d)
    (deduced)."""
    if contexte.demande.motif_radiation != MOTIF_IRRECEVABILITE:
        return
    prononcees = irrecevabilites(_livre(contexte))
    if prononcees and not _du_meme_organisme(prononcees, contexte):
        yield sur_le_motif(contexte, organisme=prononcees[-1].guichet)


# --- inside --------------------------------------------------------------------------------------------


def _sans(role: str, contexte: Contexte) -> Iterator[Decision]:
    """The decisions that say nothing of a role, for which the contract has a place."""
    for decision in decisions_ecrites(contexte):
        if decision.roles.lie(role) and decision.element(role) is None:
            yield decision


def _dites(contexte: Contexte) -> Iterator[tuple[DecisionNotee, Decision]]:
    """The decisions to write, as lines of the ledger. One without an id is later than all others."""
    numero, auteur, organisme = _provenance(contexte)
    for decision in decisions_ecrites(contexte):
        rang, jour = decision.evenement.entier_de("idEvenement") or sys.maxsize, contexte.jour
        dite = DecisionNotee.de_la_decision(numero, rang, auteur, jour, decision, organisme=organisme)
        yield dite, decision


def _radiation(contexte: Contexte) -> DecisionNotee:
    """The radiation for attribution to write, as a line of the ledger."""
    numero, auteur, organisme = _provenance(contexte)
    ecrite = contexte.demande.radiation
    return DecisionNotee.de_la_radiation(numero, contexte.jour, auteur, ecrite, organisme=organisme)


def _provenance(contexte: Contexte) -> tuple[str, str, str | None]:
    """Of what the message tells: number of the demande ("" for one that nobody knows), guichet, its body."""
    numero = contexte.stockee.numero_unique if contexte.stockee is not None else ""
    return numero, contexte.code_emetteur, organisme_de(contexte.emetteur)


def _livre(contexte: Contexte, sauf: int | None = None) -> list[DecisionNotee]:
    """The ledger of the demande, as the base knows it, without the event `sauf`."""
    return [] if contexte.stockee is None else _livre_de(contexte.stockee, contexte, sauf)


def _livre_de(stockee: DemandeStockee, contexte: Contexte, sauf: int | None = None) -> list[DecisionNotee]:
    registre = contexte.registre
    evenements = registre.evenements(stockee.numero_unique)
    lues = decisions_dites(evenements, contexte.roles.decision, registre.guichet)
    dites = [dite for dite in lues if dite.rang != sauf]
    radiee = None
    if stockee.motif_radiation == MOTIF_ATTRIBUTION and stockee.radiation is not None:
        guichet = stockee.guichet_dernier
        radiee = DecisionNotee.de_la_radiation(
            stockee.numero_unique,
            stockee.date_radiation or contexte.jour,
            guichet,
            codec.lire(stockee.radiation),
            organisme=organisme_de(registre.guichet(guichet)),
        )
    return tenir(dites, radiee, _revenue_le(stockee, contexte) if dites else None)


def _revenue_le(stockee: DemandeStockee, contexte: Contexte) -> date | None:
    """The day that a demande was last reactivated."""
    return reactivee_le(contexte.registre.mouvements(stockee.numero_unique))


def _tombe(dite: DecisionNotee, contexte: Contexte) -> bool:
    """True when a lease came to nothing: the demande came back since."""
    if dite.bail is None or contexte.stockee is None:
        return False
    return dite.bail <= (_revenue_le(contexte.stockee, contexte) or date.min)


def _signatures(contexte: Contexte) -> Iterator[tuple[DecisionNotee, Callable[..., Infractions]]]:
    """The leases that the message tells, of a dwelling that it names, each with how to point at it."""
    for dite, decision in _dites(contexte):
        if dite.bail is not None and dite.attribue and not _tombe(dite, contexte):
            yield dite, partial(_sur, decision, d.BAIL)
    if contexte.demande.radiation_pour(MOTIF_ATTRIBUTION) is not None:
        radiation = _radiation(contexte)
        tenues = tenir(_livre(contexte), radiation)
        for ligne in baux(tenues):
            if ligne.radiee_le is not None:
                dite = replace(ligne, bail=radiation.bail)
                yield dite, lambda **valeurs: iter((sur_le_motif(contexte, **valeurs),))


def _les_autres(dite: DecisionNotee, contexte: Contexte) -> list[DecisionNotee]:
    """The lines of the same dwelling that are of other demandes."""
    lignes = contexte.registre.decisions_du_logement(dite.logement) if dite.logement else ()
    return [ligne for ligne in lignes if ligne.numero_unique != dite.numero_unique]


def _candidats(dite: DecisionNotee, contexte: Contexte) -> list[DecisionNotee]:
    """The other candidates that the same sitting ranked for the same dwelling."""
    return [
        autre
        for autre in _les_autres(dite, contexte)
        if dite.issue == autre.issue == d.ATTRIBUTION_PAR_CLASSEMENT
        and autre.jour == dite.jour
        and autre.suite is not SuiteDonnee.CORRIGEE
        and autre.meme_organisme(dite)
    ]


def _attend_ce_logement(avant: DecisionNotee, contexte: Contexte) -> bool:
    """True when a candidate may still take the dwelling: active, no lease that stands, and nothing followed
    the decision, neither an answer nor a no of that commission since."""
    candidate = contexte.registre.demande(avant.numero_unique)
    if avant.suite is not None or candidate is None or not candidate.active:
        return False
    livre = _livre_de(candidate, contexte)
    ecartee = any(
        ligne.issue in _SANS_LOGEMENT
        and ligne.suite is not SuiteDonnee.CORRIGEE
        and ligne.jour >= avant.jour
        and ligne.meme_organisme(avant)
        and ligne.meme_logement(avant)
        for ligne in livre
    )
    return not ecartee and not baux(livre)


def _sans_suite(dite: DecisionNotee, radiation: DecisionNotee) -> bool:
    """True when an attribution of another dwelling than the one radiated for may have ended without a word:
    the candidate before signed, or the piece did not come."""
    ailleurs = radiation.logement is not None and dite.logement != radiation.logement
    return ailleurs and dite.issue in _COMPLEMENTS


def _desaccords(attribution: Element, dite: DecisionNotee) -> Infractions:
    """Where the dwelling that a radiation describes is not the one that was decided; what either does not say
    does not count."""
    seance = date_francaise(dite.jour)
    for nom, dit in (("codeSirenBailleur", dite.siren), ("numeroRpls", dite.logement)):
        ecrit = attribution.enfant(nom)
        if ecrit is not None and dit is not None and ecrit.texte.strip().upper() != dit.upper():
            yield infraction(ecrit, attendu=dit, seance=seance)
    contingent, dit = attribution.enfant("typeReservataire"), dite.contingent
    if contingent is not None and contingent.code and dit is not None and contingent.code != dit:
        yield infraction(contingent, valeur=contingent.code, attendu=dit, seance=seance)
    signature, signe_le = attribution.enfant("dateSignatureBail"), attribution.date_de("dateSignatureBail")
    if signature is not None and signe_le is not None:
        if dite.bail is not None and signe_le != dite.bail:
            yield infraction(signature, attendu=date_francaise(dite.bail), seance=seance)
        elif dite.bail is None and signe_le < dite.jour:
            yield infraction(signature, attendu=f"le {seance} ou après", seance=seance)
    # A household that is DALO may be housed by another title; one that is not, not by this one.
    au_titre = attribution.enfant("attribueEnComDALO")
    if au_titre is not None and dite.dalo is False and attribution.booleen_de("attribueEnComDALO"):
        yield infraction(au_titre, attendu="non", seance=seance)


def _du_meme_organisme(dites: Iterable[DecisionNotee], contexte: Contexte) -> list[DecisionNotee]:
    """Of these, the decisions that the sender's body may have taken: see `DecisionNotee.meme_organisme`. The
    landlord that the radiation names counts when the base does not know that body."""
    radiation = _radiation(contexte)
    if radiation.organisme is not None:
        radiation = replace(radiation, siren=None)
    return [dite for dite in dites if dite.meme_organisme(radiation)]


def _ecrits(role: str, contexte: Contexte) -> Iterator[tuple[Element, str]]:
    """(element, text) of the first value of a characteristic, in each decision to write."""
    for decision in decisions_ecrites(contexte):
        element = decision.element(role)
        if element is not None:
            yield element, element.texte.strip()


def _sur(decision: Decision, role: str, **valeurs: str) -> Infractions:
    """The rule does not hold on the characteristic of that role, which is written."""
    element = decision.element(role)
    if element is not None:
        yield infraction(element, **valeurs)


def _absente(decision: Decision, role: str, valeur: str | None = None) -> Infraction:
    """The characteristic of that role is missing; `valeur` fills the sentence, its code by default."""
    dite = valeur or decision.roles.code(role)
    return sans_valeur(manquant(decision.evenement, "listeCaracteristiquesSpecifiques", valeur=dite))
