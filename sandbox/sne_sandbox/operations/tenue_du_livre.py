"""The ledger of a demande told again, after an event, a radiation or a return; with it, the radiations that
its decisions still ask for, which the events bear for the nights to find."""

from dataclasses import replace

from sne_interface.domain.decision_de_commission import RolesDecision
from sne_interface.domain.livre_des_attributions import (
    RANG_RADIATION,
    decisions_dites,
    reactivee_le,
    suites_attendues,
    tenir,
)
from sne_sandbox.store.lignes import attribution_de, demandeur_de
from sne_sandbox.store.registre import RegistreBase


def tenir_le_livre(registre: RegistreBase, numero: str, roles: RolesDecision) -> None:
    """Tells the lines of a demande again, and what a radiation has to follow: nothing of one that is
    radiated."""
    stockee = registre.demande(numero)
    evenements = registre.evenements(numero) if roles.type else []
    if stockee is None or not evenements:
        return
    avant = {ligne.rang: ligne for ligne in registre.livre(numero)}
    if not avant and not any(roles.est(evenement) for evenement in evenements):
        return
    dites = decisions_dites(evenements, roles, registre.guichet, demandeur_de(stockee), avant.values())
    radiation = attribution_de(stockee)
    if radiation is not None and RANG_RADIATION in avant:
        # Who writes afterwards did not attribute.
        notee = avant[RANG_RADIATION]
        radiation = replace(
            notee, bail=radiation.bail, dite_le=radiation.dite_le, dalo_dit=radiation.dalo_dit
        )
    tenues = {
        ligne.rang: ligne for ligne in tenir(dites, radiation, reactivee_le(registre.mouvements(numero)))
    }
    for rang in sorted(avant.keys() | tenues.keys()):
        if avant.get(rang) != tenues.get(rang):
            registre.noter_decision(numero, rang, tenues.get(rang))
    attendues = suites_attendues(list(tenues.values())) if stockee.active else {}
    for evenement in evenements:
        suite, suite_le = attendues.get(evenement.identifiant, (None, None))
        if (evenement.suite, evenement.suite_le) != (suite, suite_le):
            registre.modifier_evenement(replace(evenement, suite=suite, suite_le=suite_le))
