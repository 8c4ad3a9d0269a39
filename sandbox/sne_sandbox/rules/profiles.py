"""How hard a control bites: the profile of the base, and what an overlay sets rule by rule."""

from typing import Final

from sne_sandbox.contract.fiches import FicheRegle
from sne_sandbox.domain.anomalie import Fidelite, Gravite
from sne_sandbox.errors import UsageError
from sne_sandbox.settings import PAR_NOM

#: Names of the profiles (setting `profile`).
PROFILS: Final = PAR_NOM["profile"].choix


def gravite(fiche: FicheRegle, profil: str) -> Gravite:
    """What a fault of this rule does under `profil` (`ecole`, `strict` or `souple`).

    A structurante rule keeps the base sane: it blocks everywhere, and no overlay switches it off. Any other
    takes the gravité of the overlay when it sets one. Raises UsageError for an unknown profile.
    """
    if profil not in PROFILS:
        raise UsageError(f"Le profil [{profil}] est inconnu.", remede=f"profils : {', '.join(PROFILS)}")
    if fiche.structurante:
        return Gravite.BLOQUANTE
    if fiche.gravite_imposee is not None:
        return fiche.gravite_imposee
    if fiche.gravite is not Gravite.BLOQUANTE:
        return fiche.gravite
    bloque = profil == "strict" or (profil == "ecole" and fiche.fidelite is not Fidelite.CONVENTION)
    return Gravite.BLOQUANTE if bloque else Gravite.AVERTISSEMENT
