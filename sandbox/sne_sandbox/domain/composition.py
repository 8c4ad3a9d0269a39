"""How a household is made, as the statistics sort it."""

from enum import StrEnum
from typing import Final

from sne_sandbox.domain.demande import Demande
from sne_sandbox.domain.menage import LIENS_DE_COUPLE

_ENFANT: Final = "E"
_GARDE_ALTERNEE: Final = "G"


class Composition(StrEnum):
    """Family composition (subject attested; the five lines are a convention)."""

    SEULE = "SEU"
    MONOPARENTALE = "MON"
    COUPLE = "CSE"
    COUPLE_AVEC_ENFANT = "CAE"
    AUTRE = "AUT"
    ASSOCIATION = "ASS"


def composition(demande: Demande) -> Composition:
    """A child counts when it is à charge or in alternate custody; a right of visit or a birth to come makes
    no family (convention). Flatmates, and a person with dependants other than children, are « autre »."""
    if demande.demandeur is None:
        return Composition.ASSOCIATION
    enfants = any(p.code_de("lienParente") == _ENFANT for p in demande.personnes_a_charge) or any(
        p.code_de("coParentalite") == _GARDE_ALTERNEE for p in demande.personnes_en_garde
    )
    if any(autre.lien_demandeur in LIENS_DE_COUPLE for autre in demande.cotitulaires):
        return Composition.COUPLE_AVEC_ENFANT if enfants else Composition.COUPLE
    if demande.cotitulaires:
        return Composition.AUTRE
    if enfants:
        return Composition.MONOPARENTALE
    return Composition.AUTRE if demande.personnes_a_charge else Composition.SEULE
