"""What a judge of sequences is: it is shown the exchanges of a base one by one, oldest first, and remembers
no more than digests and numbers."""

from collections.abc import Iterator
from typing import ClassVar

from sne_sandbox.conformance.observation import Observation
from sne_sandbox.domain.texte import plier
from sne_sandbox.reports.model import Constat


class JugeDeSuite:
    """A judge of sequences. `exigences` are the requirements it speaks of.

    `pilote`: the application was driven, and did nothing that it was not told once. What a document says is
    then enough to tell that it was sent again; in free traffic a test may say the same thing twice on
    purpose, and only the very same file, or the same reference, is the same sending.
    """

    exigences: ClassVar[tuple[str, ...]] = ()
    de_l_etat: ClassVar[bool] = True
    """Whether what it remembers is of the base's state, and ends with it."""

    def __init__(self, *, pilote: bool = False) -> None:
        self.pilote = pilote

    def voir(self, vue: Observation) -> Iterator[Constat]:
        """What this exchange adds."""
        raise NotImplementedError

    def commander(self) -> None:
        """A driven application is told its next command: what it repeats from now on, it was told to."""

    def finir(self) -> Iterator[Constat]:
        """What can be told only now that all was seen."""
        yield from ()


def est_creation(vue: Observation) -> bool:
    """Whether the message asks for a new numéro unique."""
    return vue.operation == "getNumUnique" and vue.type_fichier in ("CRE", "CRS")


def personnes(vue: Observation) -> frozenset[str]:
    """Who the demande is for, folded: « guichet nom prénom » of each holder, or the association's name."""
    if vue.demande is None:
        return frozenset()
    noms = {f"{plier(p.nom)} {plier(p.prenom)}" for p in vue.demande.titulaires}
    if vue.demande.association is not None:
        noms = {plier(vue.demande.association.texte_de("nom") or "")}
    return frozenset(f"{vue.guichet} {nom}" for nom in noms if nom.strip())
