"""Every rule of the SNE. A rule is one function of a subject, decorated with `@regle("CODE")`, and the row
of that code in the `rules.toml` of a contract. The prefix of a code leads to its file: `SUJETS`.
"""

from collections.abc import Iterator
from types import ModuleType
from typing import Final

from sne_sandbox.rules.catalogue import canaux, identite, logement, menage, message, radiation, souhaits, vie
from sne_sandbox.rules.rule import Regle

#: Prefix of the codes -> the module of their rules, in the order rules run and are listed.
SUJETS: Final = {
    "ENT": message,
    "IDT": identite,
    "ADR": logement,
    "MEN": menage,
    "RES": menage,
    "LOG": logement,
    "REC": souhaits,
    "MOT": souhaits,
    "HAN": menage,
    "NIR": identite,
    "CYC": vie,
    "RAD": radiation,
    "ATT": radiation,
    "DOU": vie,
    "DAL": canaux,
    "EVT": canaux,
    "DEC": canaux,
    "RCH": canaux,
    "COP": message,
    "ASY": canaux,
}


def regles_du_module(module: ModuleType) -> Iterator[Regle]:
    """The rules that a module declares, in the order they are written."""
    return (valeur for valeur in vars(module).values() if isinstance(valeur, Regle))


#: The rules, prefix by prefix; within one, in the order they are written.
REGLES: Final[tuple[Regle, ...]] = tuple(
    regle
    for prefixe, module in SUJETS.items()
    for regle in regles_du_module(module)
    if regle.code.startswith(prefixe)
)
