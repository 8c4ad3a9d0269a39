"""The published contract, as far as this application needs it: names, services, operations. It lies in the
`interface.toml` beside."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

#: Namespace of the three services, of the documents they carry, of SOAP 1.2, of XOP.
WS: Final = "http://ws.metier.nuu.application.i2/"
NUU: Final = "http://nuu.application.i2/"
SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
XOP: Final = "http://www.w3.org/2004/08/xop/include"

VERSIONS: Final = ("02.00", "02.01", "02.02")


@dataclass(frozen=True, slots=True)
class OperationAppelee:
    """`service` names an address, `entree` is the element of the body, `champs` its fields in order; `sortie`
    the element answered."""

    nom: str
    service: str
    entree: str
    champs: Sequence[str]
    sortie: str

    @property
    def action(self) -> str:
        """The SOAP action: the namespace of the services, then the name."""
        return WS + self.nom


_LU: Final[Mapping[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
#: What a feed may be filtered by, and the field that says it.
FILTRES: Final[Mapping[str, str]] = _LU["filtres"]
CODES: Final = tuple(FILTRES.values())
OPERATIONS: Final = {nom: OperationAppelee(nom, **dite) for nom, dite in _LU["operations"].items()}
#: Children of demandeLogement, in the order of the schema; those that are not form data.
ORDRE: Final = tuple(_LU["ordre"])
HORS_FORMULAIRE: Final = frozenset(_LU["hors_formulaire"])
#: What the schema wants even when there is nothing to say, by parent.
OBLIGATOIRES: Final = {parent: frozenset(noms) for parent, noms in _LU["obligatoires"].items()}
#: Elements that may occur several times: (parent, name).
REPETABLES: Final = frozenset(_LU["repetables"].items())
