"""The published interface as people read it, in the console and by the API."""

from collections.abc import Mapping
from typing import Final

from sne_sandbox.contract.nomenclatures import Nomenclatures
from sne_sandbox.contract.schema import Document
from sne_sandbox.domain.anomalie import Fidelite
from sne_sandbox.domain.texte import plier
from sne_sandbox.web.messages.elements import ElementDecrit

#: What each document is.
DOCUMENTS: Final[Mapping[Document, str]] = {
    Document.DEMANDE: "Une demande",
    Document.EVENEMENT: "Des événements",
    Document.TYPE_EVENEMENT: "Des types d'événements",
    Document.RECHERCHE: "Une recherche",
    Document.DOUBLONS: "Des doublons",
}
#: Message versions whose schema was published: what they hold is attested.
_PUBLIEES: Final = frozenset({"", "02.00", "02.01"})


def fidelite(element: ElementDecrit) -> Fidelite:
    """Whether an element was published, or is a convention of ours."""
    return Fidelite.ATTESTEE if element.depuis in _PUBLIEES else Fidelite.CONVENTION


def convient(element: ElementDecrit, cherche: str) -> bool:
    """Whether each word of `cherche` is in the path, the type or the list of an element."""
    dit = plier(f"{element.chemin} {element.liste or ''} {element.type}")
    return all(plier(mot) in dit for mot in cherche.split())


def emplois(nomenclatures: Nomenclatures, nom: str) -> list[str]:
    """Paths of the elements that a list rules."""
    return [chemin for chemin, (liste, _) in nomenclatures.par_chemin.items() if liste == nom]
