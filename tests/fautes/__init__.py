"""Planted defects: what vendors get wrong, each switchable by its name. The suite must find every one.

The honest application knows nothing of them: a defect replaces one of its stages from outside.
"""

import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from fautes import contrat, cycle, envois, menage, partage, reponses, robustesse, transport
from fautes.faute import Faute
from sne_temoin.temoin_assemble import Temoin

#: All of them, family by family.
FAUTES: Final[tuple[Faute, ...]] = (
    *transport.FAUTES,
    *contrat.FAUTES,
    *menage.FAUTES,
    *cycle.FAUTES,
    *envois.FAUTES,
    *partage.FAUTES,
    *reponses.FAUTES,
    *robustesse.FAUTES,
)
PAR_NOM: Final[Mapping[str, Faute]] = {faute.nom: faute for faute in FAUTES}
#: What `python -m fautes` wants of its environment.
ENVIRONNEMENT: Final = {"PYTHONPATH": str(Path(__file__).parents[1])}


def planter(temoin: Temoin, nom: str) -> None:
    """Plants the defect of that name. Raises KeyError for an unknown one."""
    PAR_NOM[nom].planter(temoin)


def fautif(*noms: str, autrement: Callable[[Temoin], object] = lambda temoin: None) -> Temoin:
    """The reference application with these defects, and whatever else `autrement` changes of it."""
    temoin = Temoin()
    autrement(temoin)
    for nom in noms:
        planter(temoin, nom)
    return temoin


def designation(nom: str) -> str:
    """What --application is given for the application with the defect of that name."""
    return shlex.join([sys.executable, "-P", "-m", "fautes", "--faute", nom])


__all__ = ["ENVIRONNEMENT", "FAUTES", "PAR_NOM", "Faute", "designation", "fautif", "planter"]
