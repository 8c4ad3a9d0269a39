"""Every rule of the SNE. A rule is one function of a subject's module, decorated with `@regle("CODE")`, and
the row of that code in the `rules.toml` of a contract. The prefix of a code leads to all that is its own:
`SUJETS`, which is data (`sujets.csv`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Final

from sne_interface.resources import table
from sne_interface.rules.rule import Regle


@dataclass(frozen=True, slots=True)
class SujetDeRegles:
    """The subject of the rules of one prefix. `nom` is its key in the API, and names the file of its examples
    (`fixtures/exemples/<nom>.toml`); `titre` is its name on a page; `module` holds its functions."""

    nom: str
    titre: str
    module: ModuleType


#: Prefix of the codes -> subject, in the order rules run and are listed.
SUJETS: Final = {
    ligne["prefixe"]: SujetDeRegles(
        ligne["nom"], ligne["titre"], import_module(f"{__name__}.{ligne['module']}")
    )
    for ligne in table(__file__, "sujets.csv")
}


def sujet_de(code: str) -> SujetDeRegles:
    """The subject of a rule, by its code. Raises KeyError for a prefix that is none of SUJETS."""
    return SUJETS[code[:3]]


def regles_du_module(module: ModuleType) -> Iterator[Regle]:
    """The rules that a module declares, in the order they are written."""
    return (valeur for valeur in vars(module).values() if isinstance(valeur, Regle))


#: The rules, prefix by prefix; within one, in the order they are written.
REGLES: Final[tuple[Regle, ...]] = tuple(
    regle
    for prefixe, sujet in SUJETS.items()
    for regle in regles_du_module(sujet.module)
    if regle.code.startswith(prefixe)
)
