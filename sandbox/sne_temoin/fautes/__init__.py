"""Planted defects: what vendors get wrong, each switchable by its name. The suite must find every one.

The honest application knows nothing of them: a defect replaces one of its stages from outside.
"""

from collections.abc import Mapping
from typing import Final

from sne_temoin.application import Temoin
from sne_temoin.fautes import contrat, cycle, menage, partage, reponses, robustesse, transport
from sne_temoin.fautes.faute import Faute

#: All of them, family by family.
FAUTES: Final[tuple[Faute, ...]] = (
    *transport.FAUTES,
    *contrat.FAUTES,
    *menage.FAUTES,
    *cycle.FAUTES,
    *partage.FAUTES,
    *reponses.FAUTES,
    *robustesse.FAUTES,
)
PAR_NOM: Final[Mapping[str, Faute]] = {faute.nom: faute for faute in FAUTES}


def planter(temoin: Temoin, nom: str) -> None:
    """Plants the defect of that name. Raises KeyError for an unknown one."""
    PAR_NOM[nom].planter(temoin)


__all__ = ["FAUTES", "PAR_NOM", "Faute", "planter"]
