"""The differences between two contracts, as values: how hard it is on who is ready for the first one, and the
change that it belongs to. `contrats_compares` finds them.

A document travels two ways. A value that a request may no longer hold breaks
its writer; a value that an answer may newly hold breaks its reader.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from sne_interface.contract.changements import Changement, Changements, GenreChangement, Nature, couvrant
from sne_interface.contract.schemas import Document
from sne_interface.domain import valeurs_en_json
from sne_sandbox.operations.table_des_operations import OPERATIONS


class Severite(StrEnum):
    """The effect of a difference on an application that is ready for the first contract."""

    #: It breaks.
    ERREUR = "erreur"
    #: It may break: the contract does not say enough to tell.
    AVERTISSEMENT = "avertissement"
    #: Nothing is to be done.
    INFORMATION = "information"


class Sens(StrEnum):
    """Which way what differs travels; HORS for what does not."""

    REQUETE = "requête"
    REPONSE = "réponse"
    HORS = "hors message"


_RANGS: Final = tuple(Severite)
#: The documents that travel one way only; the others travel both.
SEULEMENT: Final = {"type-evenement": Sens.REPONSE, "doublons": Sens.REPONSE}
#: The operations whose messages carry each document.
PORTEURS: Final[Mapping[str, tuple[str, ...]]] = {
    **{genre: tuple(o.nom for o in OPERATIONS.values() if o.genre is genre) for genre in Document},
    Document.DOUBLONS: ("getDoublons",),
}
_EMPREINTE: Final = 12
#: How hard a new control can be, by the genre of its change.
_REGLE_NOUVELLE: Final = {
    GenreChangement.AJOUT: Severite.INFORMATION,
    GenreChangement.COMPORTEMENT: Severite.AVERTISSEMENT,
}


@dataclass(frozen=True)
class DifferenceDeContrats:
    """A difference. `objet` names what differs within its `nature`, `sorte` how (« element-ajoute »), `texte`
    says it in French; `severites` how hard it is, by the way it travels; `operations` those that show it;
    `changement` is the id of the change that covers it, "" for none."""

    nature: Nature
    objet: str
    sorte: str
    texte: str
    severites: Mapping[Sens, Severite]
    operations: tuple[str, ...] = ()
    changement: str = ""

    @property
    def severite(self) -> Severite:
        """The hardest."""
        return min(self.severites.values(), key=_RANGS.index)

    @property
    def sens(self) -> tuple[Sens, ...]:
        """The ways in which it is the hardest."""
        return tuple(sens for sens, severite in self.severites.items() if severite is self.severite)

    @property
    def empreinte(self) -> str:
        """Its name from one comparison to the next: 12 hexadecimal digits."""
        dit = f"{self.sorte}:{','.join(self.operations)}:{self.objet}:{self.texte}"
        return sha256(dit.encode()).hexdigest()[:_EMPREINTE]

    def en_json(self) -> dict[str, Any]:
        """Its JSON."""
        derives = {"empreinte": self.empreinte, "severite": self.severite.value, "sens": list(self.sens)}
        return {**valeurs_en_json.en_json(self), **derives, "changement": self.changement or None}


@dataclass(frozen=True)
class ComparaisonDeContrats:
    """Two contracts, by their names as they were given, what differs, the hardest first, and the changes
    that these differences belong to."""

    avant: str
    apres: str
    differences: tuple[DifferenceDeContrats, ...]
    changements: tuple[Changement, ...] = field(default=())

    @property
    def cassante(self) -> bool:
        """Tell whether one of them breaks who is ready for the first."""
        return any(d.severite is Severite.ERREUR for d in self.differences)

    def compter(self, severite: Severite) -> int:
        """How many are that hard."""
        return sum(d.severite is severite for d in self.differences)

    def en_json(self) -> dict[str, Any]:
        """Its JSON."""
        return {
            "avant": self.avant,
            "apres": self.apres,
            "cassante": self.cassante,
            "comptes": {str(severite): self.compter(severite) for severite in Severite},
            "changements": [changement.en_json() for changement in self.changements],
            "differences": [difference.en_json() for difference in self.differences],
        }


def aller_retour(requete: Severite, reponse: Severite) -> dict[Sens, Severite]:
    """How hard something is in requests and in answers."""
    return {Sens.REQUETE: requete, Sens.REPONSE: reponse}


#: Less may be said, or more; all is as it was, or may not be, or is not.
RESSERRE: Final = aller_retour(Severite.ERREUR, Severite.INFORMATION)
ELARGI: Final = aller_retour(Severite.INFORMATION, Severite.ERREUR)
CALME: Final = aller_retour(Severite.INFORMATION, Severite.INFORMATION)
DOUTE: Final = aller_retour(Severite.AVERTISSEMENT, Severite.AVERTISSEMENT)
RUPTURE: Final = aller_retour(Severite.ERREUR, Severite.ERREUR)


def hors(severite: Severite) -> dict[Sens, Severite]:
    """Something that no message carries."""
    return {Sens.HORS: severite}


def attribuer(
    differences: Iterable[DifferenceDeContrats], apportes: Changements, ailleurs: Changements
) -> tuple[tuple[DifferenceDeContrats, ...], tuple[Changement, ...]]:
    """Each difference with the change that covers it, sorted, the hardest first; and these changes.

    `apportes` are the changes that the second contract brings, `ailleurs` those that it does without; those
    of a behaviour that no file shows are told too. A new control of an « ajout » bites only who uses what is
    added: it breaks nobody. One of a « comportement » bites by what the base knows: it may break.
    """
    dites = []
    employes = {}
    for d in differences:
        changement = couvrant(apportes, d.nature, d.objet)
        severites = d.severites
        if changement is not None and d.sorte == "regle-ajoutee":
            douce = _REGLE_NOUVELLE.get(changement.genre, Severite.ERREUR)
            severites = {sens: max(s, douce, key=_RANGS.index) for sens, s in severites.items()}
        changement = changement or couvrant(ailleurs, d.nature, d.objet)
        if changement is not None:
            employes[changement.id] = changement
        dites.append(replace(d, severites=severites, changement=changement.id if changement else ""))
    natures = tuple(Nature)
    dites.sort(key=lambda d: (_RANGS.index(d.severite), natures.index(d.nature), d.objet, d.sorte, d.texte))
    return tuple(dites), tuple(c for c in apportes + ailleurs if employes.get(c.id) is c or c.preuve)
