"""The asynchronous channel: files left in a guichet's inbox (ASY)."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, manquant, regle

DERNIER_JOUR: Final = date(2018, 12, 31)
_DISPATCHING: Final = "DIS"


@regle("ASY001")
def fin_des_echanges_asynchrones(contexte: Contexte) -> Iterator[Infraction]:
    """The channel ended on 31 December 2018 by the base's clock, dispatching excepted. Source: the SNE's
    newsletter 50 (attested)."""
    if contexte.jour > DERNIER_JOUR and contexte.demande.type_fichier != _DISPATCHING:
        yield manquant(contexte.document, "entete/typeFichier", valeur=contexte.demande.type_fichier)


REGLES = (fin_des_echanges_asynchrones,)
