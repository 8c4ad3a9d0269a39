"""The radiations that the decisions on a demande still ask for, after a signed lease or an irrecevabilité.
The events bear them, for the nights to find."""

from dataclasses import replace

from sne_interface.domain.decision_de_commission import RolesDecision
from sne_interface.domain.decision_notee import DecisionNotee, Demandeur, notees
from sne_interface.domain.parcours_en_commission import parcours, suites
from sne_sandbox.store.registre import RegistreBase


def noter_suites(registre: RegistreBase, numero: str, roles: RolesDecision) -> None:
    """Notes on each event of a demande what a radiation has to follow: nothing of one that is radiated, nor
    of what was told otherwise since."""
    stockee = registre.demande(numero)
    evenements = registre.evenements(numero) if roles.type else []
    if stockee is None or not any(roles.est(evenement) for evenement in evenements):
        return
    voulues = {}
    if stockee.active:
        voulues = suites(parcours(evenements, roles, reactivee_le=registre.reactivee_le(numero)))
    for evenement in evenements:
        suite, suite_le = voulues.get(evenement.identifiant, (None, None))
        if (evenement.suite, evenement.suite_le) != (suite, suite_le):
            registre.modifier_evenement(replace(evenement, suite=suite, suite_le=suite_le))


def decisions_comptees(
    registre: RegistreBase, numero: str, roles: RolesDecision, demandeur: Demandeur
) -> dict[int, DecisionNotee]:
    """Returns the decisions that count among the events of a demande, by event."""
    evenements = registre.evenements(numero) if roles.type else []
    return notees(evenements, roles, demandeur, registre.reactivee_le(numero) if evenements else None)
