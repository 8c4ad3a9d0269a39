"""One write to a base, in a transaction of its own."""

from sne_sandbox.domain.base import Horloge, Portee
from sne_sandbox.settings import Reglages
from sne_sandbox.store.session import Magasin


def regler(magasin: Magasin, base: str, reglages: Reglages) -> None:
    """Replaces the settings of a base."""
    with magasin.ecrire(base) as registre:
        registre.changer_reglages(reglages)


def mettre_a_l_heure(magasin: Magasin, base: str, horloge: Horloge) -> None:
    """Sets the clock of a base."""
    with magasin.ecrire(base) as registre:
        registre.regler_horloge(horloge)


def vider(magasin: Magasin, base: str, portee: Portee) -> None:
    """Empties part of a base."""
    with magasin.ecrire(base) as registre:
        registre.vider(portee)
