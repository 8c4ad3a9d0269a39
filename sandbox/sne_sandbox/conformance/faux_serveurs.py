"""The servers that an application must refuse to speak to, each for one thing wrong with its certificate.

A row here, beside the listener that has it, is all that the plan, the protocol and the judges know of one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

#: What a step of the plan calls the server that is to be trusted.
VRAI: Final = "vrai"


@dataclass(frozen=True, slots=True)
class FauxServeur:
    """`ecoute` is its listener, as the ready file and the journal call it; `champ` the field of `demarrer`
    that gives its addresses; `certificat` what its certificate is, as sentences end. An application that
    speaks to it breaks `exigence`, in the way that `sorte` names."""

    ecoute: str
    champ: str
    certificat: str
    exigence: str
    sorte: str

    @property
    def accepte(self) -> str:
        """What is said of an application that speaks to it."""
        return f"L'application parle à un serveur dont le certificat est {self.certificat}."


#: By what a step of the plan calls them.
FAUX_SERVEURS: Final[Mapping[str, FauxServeur]] = MappingProxyType(
    {
        "expire": FauxServeur(
            "https_expire", "adresses_expirees", "expiré", "EMB-12", "certificat_expire_accepte"
        ),
        "autre_nom": FauxServeur(
            "https_autre_nom",
            "adresses_autre_nom",
            "établi à un autre nom",
            "EMB-16",
            "certificat_d_un_autre_nom_accepte",
        ),
    }
)
