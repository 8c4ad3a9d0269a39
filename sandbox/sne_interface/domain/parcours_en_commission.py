"""The way of a demande through the commissions: what was decided on it, and what came of each decision.

A commission decides on a candidate (R. 441-3). An attribution is offered; the household accepts and signs, or
refuses, and the demande waits on. A signed lease is followed by a radiation (R. 441-2-8 a), irrecevabilité by
another, a month after the household was warned (R. 441-2-8 d). All of it is told by events, in any order and
sometimes late; what was told twice of one sitting and one dwelling is what was told last.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sne_interface.domain import decision_de_commission as d
from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.decision_de_commission import Decision, RolesDecision
from sne_interface.domain.evenement import Evenement

#: What a radiation has to follow: a signed lease (R. 441-2-8 a), an irrecevabilité (d).
BAIL: Final = "bail"
IRRECEVABILITE: Final = "irrecevabilite"
#: The household has that long, from the warning, before the radiation for irrecevabilité (R. 441-2-8 d).
MOIS_APRES_AVERTISSEMENT: Final = 1


@dataclass(frozen=True, slots=True)
class DecisionDite:
    """A decision that an event of the base tells: `auteur` is the guichet that wrote it, `dite_le` the day it
    was last written, in Paris."""

    identifiant: int
    auteur: str
    dite_le: date
    decision: Decision

    @property
    def commission(self) -> date | None:
        """Day of the commission."""
        return self.decision.jour(d.DATE_COMMISSION)

    @property
    def bail(self) -> date | None:
        """Day of the signed lease; None for none."""
        return date_du_bail(self.decision)

    @property
    def attribue(self) -> bool:
        """True when a dwelling was attributed: a), b) and c) of R. 441-3."""
        return self.decision.prise in d.ATTRIBUTIONS

    @property
    def logement(self) -> str:
        """RPLS number of the dwelling, in capitals; "" for none in particular."""
        return (self.decision.texte(d.RPLS) or "").upper()

    def meme_seance(self, autre: "DecisionDite") -> bool:
        """True when both tell of one sitting of the commission: same author, same day."""
        return self.auteur == autre.auteur and self.commission == autre.commission

    @property
    def ordre(self) -> tuple[date, int]:
        """Sorts by when each was last told."""
        return self.dite_le, self.identifiant

    def refuse(self, autre: "DecisionDite") -> bool:
        """True when this refusal by the household answers that decision. A refusal or a decision that does
        not say its dwelling is of the whole sitting."""
        un_seul = not (self.logement and autre.logement) or self.logement == autre.logement
        return self.meme_seance(autre) and un_seul

    def defait(self, autre: "DecisionDite") -> bool:
        """True when this takes back the lease of that decision: a refusal, or a lease not signed, of the same
        sitting and of no dwelling in particular."""
        if self.decision.booleen(d.REFUS_DU_MENAGE):
            return self.refuse(autre)
        return self.decision.booleen(d.BAIL) is False and not self.logement and self.meme_seance(autre)

    def revient_sur(self, autre: "DecisionDite") -> bool:
        """True when the same guichet decided this later than that."""
        ici, avant = self.commission, autre.commission
        return self.auteur == autre.auteur and ici is not None and avant is not None and ici > avant

    def meme_bail(self, autre: "DecisionDite") -> bool:
        """True when the leases of both are one: they share a sitting, a day of signature or a dwelling."""
        return (
            self.meme_seance(autre)
            or self.bail == autre.bail
            or (bool(self.logement) and self.logement == autre.logement)
        )


@dataclass(frozen=True, slots=True)
class Parcours:
    """The decisions on one demande that still count, in the order they were told; `dites` are those that came
    to nothing too, and those of no dwelling in particular that another of the same sitting followed."""

    decisions: tuple[DecisionDite, ...]
    dites: tuple[DecisionDite, ...] = ()

    @property
    def baux(self) -> tuple[DecisionDite, ...]:
        """The decisions that a signed lease followed. A lease is left out when the household gave it up
        since, or when a later event says that it was not signed in the end."""
        return tuple(
            dite
            for dite in self.decisions
            if dite.attribue
            and dite.bail is not None
            and not any(suite.defait(dite) and suite.ordre > dite.ordre for suite in self.decisions)
        )

    @property
    def attributions(self) -> tuple[DecisionDite, ...]:
        """The attributions that the household did not refuse; the refusal may have been told first."""
        return tuple(
            dite
            for dite in self.decisions
            if dite.attribue and not any(refus.refuse(dite) for refus in self._refus)
        )

    @property
    def irrecevabilites(self) -> tuple[DecisionDite, ...]:
        """The decisions that found the demande irrecevable. A decision is left out when the same guichet took
        it back since by attributing a dwelling."""
        return tuple(
            dite
            for dite in self.decisions
            if dite.decision.prise == d.IRRECEVABILITE
            and not any(autre.attribue and autre.revient_sur(dite) for autre in self.decisions)
        )

    @property
    def _refus(self) -> list[DecisionDite]:
        return [dite for dite in self.decisions if dite.decision.booleen(d.REFUS_DU_MENAGE)]


def parcours(
    evenements: Iterable[Evenement],
    roles: RolesDecision,
    *,
    reactivee_le: date | None = None,
    sauf: int | None = None,
) -> Parcours:
    """Builds the path that these events of one demande tell, by order of writing, without the event `sauf`. A
    lease signed before the demande was last reactivated came to nothing: it no longer counts."""
    retenues: list[DecisionDite] = []
    dites: list[DecisionDite] = []
    for evenement in evenements:
        if evenement.supprime or evenement.identifiant == sauf or not roles.est(evenement):
            continue
        dite = DecisionDite(
            evenement.identifiant,
            evenement.auteur_creation,
            (evenement.modifie_le or evenement.cree_le).astimezone(PARIS).date(),
            Decision.stockee(evenement, roles),
        )
        dites = [avant for avant in dites if not (dite.logement and _remplace(dite, avant))]
        dites.append(dite)
        if reactivee_le is not None and dite.bail is not None and dite.bail <= reactivee_le:
            continue
        retenues = [avant for avant in retenues if not _remplace(dite, avant)]
        retenues.append(dite)
    return Parcours(tuple(retenues), tuple(dites))


def suites(parcours: Parcours) -> dict[int, tuple[str, date]]:
    """Returns the outcomes that a radiation has to follow, and since when, by the event that tells them."""
    baux = {dite.identifiant: (BAIL, dite.bail) for dite in parcours.baux}
    irrecevables = {dite.identifiant: (IRRECEVABILITE, dite.commission) for dite in parcours.irrecevabilites}
    tous = {**baux, **irrecevables}
    return {identifiant: (suite, jour) for identifiant, (suite, jour) in tous.items() if jour is not None}


def _remplace(dite: DecisionDite, avant: DecisionDite) -> bool:
    """True when `dite` tells `avant` again: a refusal alone says nothing of the decision that it answers."""
    affaire = dite.meme_seance(avant) and dite.logement == avant.logement
    return affaire and (dite.decision.prise is None) == (avant.decision.prise is None)


def date_du_bail(decision: Decision) -> date | None:
    """Day of the lease that a decision says is signed; None for none."""
    return decision.jour(d.DATE_BAIL) if decision.booleen(d.BAIL) else None


def radiation_possible_le(irrecevabilite: date) -> date:
    """From when the landlord may radiate a demande found irrecevable that day, warned at once at the best."""
    return ajouter_mois(irrecevabilite, MOIS_APRES_AVERTISSEMENT)
