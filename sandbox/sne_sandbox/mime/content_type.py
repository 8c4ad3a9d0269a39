"""The Content-Type header, as it is really written."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

# An unquoted value runs to the next semicolon: boundaries with « = » and « / » come unquoted, which the
# readers of email and of Werkzeug cut short.
_PARAMETRE: Final = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))')
_ECHAPPE: Final = re.compile(r"\\(.)")

#: A longer header is not read. The widest seen in the field has 260 characters.
LONGUEUR_MAX: Final = 2048


@dataclass(frozen=True, slots=True)
class ContentType:
    """`media` is `type/subtype` in lower case, "" when absent; `parametres` by lower-case name, unescaped;
    `nus` the names of those written without quotes."""

    media: str
    parametres: Mapping[str, str]
    nus: frozenset[str]

    def get(self, nom: str) -> str | None:
        """A parameter, None when absent or empty."""
        return self.parametres.get(nom) or None


@lru_cache(maxsize=256)
def lire(valeur: str) -> ContentType:
    """Read a Content-Type of at most LONGUEUR_MAX characters. The first of two equal names wins.

    Raises ValueError when it is longer.
    """
    if len(valeur) > LONGUEUR_MAX:
        raise ValueError(f"Content-Type de {len(valeur)} caractères")
    media, separateur, reste = valeur.partition(";")
    parametres: dict[str, str] = {}
    nus = set()
    for nom, cite, nu in _PARAMETRE.findall(separateur + reste):
        cle = nom.lower()
        if cle in parametres:
            continue
        parametres[cle] = _ECHAPPE.sub(r"\1", cite) if cite else nu.strip()
        if nu:
            nus.add(cle)
    return ContentType(media.strip().lower(), MappingProxyType(parametres), frozenset(nus))
