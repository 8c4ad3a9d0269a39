"""With what a drawn demande is written: as elements, that others go on with, or as text, in a third of the
time, for those that are only stored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from sne_interface.domain.element_recu import Element, bloc, de_code

T = TypeVar("T")
#: Elements that hold no other, by name, in order.
Feuilles = Mapping[str, str]
#: Those of them that are codes.
_CODES: Final = frozenset(
    {
        *("capaciteMarcheHandicap", "categorieLogement", "categorieLogementRecherche", "civilite"),
        *("coParentalite", "commune", "etatHandicap", "lienParente", "nationalite", "sexe"),
        *("situationFamiliale", "typeLogementActuel"),
    }
)


@dataclass(frozen=True, slots=True)
class Plume(Generic[T]):
    """Writes an element, by its name: `feuille` one that holds a text, `code` an empty one whose attribute
    `code` it is given, `bloc` one that holds those it is given. `nom` is the name of one that is written."""

    feuille: Callable[[str, str], T]
    code: Callable[[str, str], T]
    bloc: Callable[..., T]
    nom: Callable[[T], str]

    def feuilles(self, feuilles: Feuilles) -> list[T]:
        """Each of `feuilles`."""
        return [self.code(n, v) if n in _CODES else self.feuille(n, v) for n, v in feuilles.items()]


def _feuille(nom: str, texte: str) -> str:
    if "&" in texte or "<" in texte or ">" in texte:
        texte = texte.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<ns1:{nom}>{texte}</ns1:{nom}>" if texte else f"<ns1:{nom}/>"


def _bloc(nom: str, *contenu: str) -> str:
    return f"<ns1:{nom}>{''.join(contenu)}</ns1:{nom}>" if contenu else f"<ns1:{nom}/>"


ELEMENTS: Final = Plume(Element, de_code, bloc, lambda element: element.nom)
#: What `codec.encoder` makes of the same elements (a code is letters and digits).
TEXTE: Final = Plume(
    _feuille,
    lambda nom, code: f'<ns1:{nom} code="{code}"/>',
    _bloc,
    lambda ecrit: ecrit[5 : ecrit.index(">")].partition(" ")[0].rstrip("/"),
)
