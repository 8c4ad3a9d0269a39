"""Differences by cause, what would remove each, and what was seen for and against it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

#: Exchanges that a group shows; it counts the others.
EXEMPLES_MAX: Final = 5
#: The advice where no overlay can do anything.
SANS_SURCHARGE: Final = "Aucune donnée du contrat n'en décide. Signalez l'écart aux auteurs du bac à sable."


class Modification(StrEnum):
    """The effect of a proposal on a file of the contract."""

    #: A key of a TOML file: `arguments` are its path, then its value.
    POSER = "poser"
    #: A row of the nomenclatures: list, code, label.
    AJOUTER_CODE = "ajouter un code"
    #: That row: list, code.
    RETIRER_CODE = "retirer un code"
    #: A row of the quartiles: nature, code of the territory, its name, year, amount.
    SEUIL = "poser un seuil"
    #: A declaration of a schema: what is done (see `schemas_retouches.Facette`), path of the element, value.
    FACETTE = "changer une facette"


@dataclass(frozen=True)
class Proposition:
    """One change to one file of an overlay. `pourquoi` is a French sentence; `pour` are the exchanges that
    agree with it, `contre` those that contradict it."""

    fichier: str
    geste: Modification
    arguments: tuple[Any, ...]
    pourquoi: str
    pour: tuple[int, ...]
    contre: tuple[int, ...] = ()

    @property
    def phrase(self) -> str:
        """The change, in French and in few words."""
        match self.geste, self.arguments:
            case Modification.POSER, (table, cle, list() as liste):
                return f"[{table}] {cle} : {len(liste)} au total"
            case Modification.POSER, (table, cle, valeur):
                return f"[{table}] {cle} = {str(valeur).lower() if isinstance(valeur, bool) else valeur}"
            case Modification.POSER, (table, _, code, _):
                return f"[{table}] {code} : {self.pourquoi}"
            case ((Modification.AJOUTER_CODE | Modification.RETIRER_CODE), (liste, code, *_)):
                return f"{self.geste} : {code} dans {liste}"
            case Modification.SEUIL, (_, _, nom, annee, montant):
                return f"{nom}, {annee} : {montant} € par an et par UC"
            case _, (facette, chemin, valeur):
                return f"{facette} {valeur} à {chemin}" if valeur else f"{facette} à {chemin}"
        return str(self.geste)

    @property
    def retenue(self) -> bool:
        """Tell whether it is written: more exchanges agree with it than contradict it."""
        return len(self.pour) > len(self.contre)

    @property
    def confiance(self) -> str:
        """How surely, in French: how many exchanges agree, and how many do not."""
        total = len(self.pour) + len(self.contre)
        mot = "un seul échange" if total == 1 else f"{len(self.pour)} échanges sur {total}"
        if self.contre:
            return f"contredite : {mot}"
        return f"faible : {mot}" if total == 1 else f"bonne : {mot}"


@dataclass
class CauseDEcart:
    """The differences of one cause. `genre` is what differs (verdict, code, texte…), `titre` a French
    sentence, `exemples` (exchange, French sentence), `conseil` what can be done where no overlay can."""

    genre: str
    titre: str
    echanges: list[int] = field(default_factory=list)
    exemples: list[tuple[int, str]] = field(default_factory=list)
    propositions: list[Proposition] = field(default_factory=list)
    conseil: str = ""

    @property
    def nombre(self) -> int:
        """How many exchanges show it."""
        return len(self.echanges)

    def proposer(
        self,
        fichier: str,
        arguments: tuple[Any, ...],
        pourquoi: str,
        pour: Iterable[int] | None = None,
        contre: Iterable[int] = (),
        *,
        geste: Modification = Modification.POSER,
    ) -> None:
        """One more change that would remove it; `pour` are all of its exchanges unless others are given."""
        dits = (tuple(dict.fromkeys(lot)) for lot in (self.echanges if pour is None else pour, contre))
        self.propositions.append(Proposition(fichier, geste, arguments, pourquoi, *dits))

    def noter(self, echange: int, exemple: str) -> None:
        """One more exchange that shows it."""
        if echange not in self.echanges[-1:]:
            self.echanges.append(echange)
        if len(self.exemples) < EXEMPLES_MAX:
            self.exemples.append((echange, exemple))


@dataclass
class Calibrage:
    """The result of a calibration: `compares` exchanges, those left aside and what cannot be known by reason,
    and the groups of differences, those of most exchanges first; `perdus` says in French what was recorded
    and is kept no more, "" when all of it is."""

    compares: int = 0
    accords: int = 0
    ecartes: dict[str, list[int]] = field(default_factory=dict)
    indecidables: dict[str, list[int]] = field(default_factory=dict)
    accidents: dict[str, list[int]] = field(default_factory=dict)
    groupes: list[CauseDEcart] = field(default_factory=list)
    perdus: str = ""

    @property
    def propositions(self) -> list[Proposition]:
        """All that is proposed, without what is contradicted as often as it is confirmed."""
        return [p for groupe in self.groupes for p in groupe.propositions if p.retenue]


class Causes:
    """The groups of a calibration, by cause, in the order in which they were met; `bilan` is the rest of what
    it finds."""

    def __init__(self) -> None:
        self.bilan = Calibrage()
        self._par_cause: dict[tuple[str, ...], CauseDEcart] = {}

    def __iter__(self) -> Iterator[CauseDEcart]:
        return iter(self._par_cause.values())

    def de(
        self, cause: tuple[str, ...], titre: str, echanges: Iterable[int] = (), exemple: str = ""
    ) -> CauseDEcart:
        """The group of a cause, whose first word is the genre; these exchanges show it, each as `exemple`
        says."""
        groupe = self._par_cause.setdefault(cause, CauseDEcart(cause[0], titre))
        for echange in echanges:
            groupe.noter(echange, exemple)
        return groupe

    def noter(
        self, cause: tuple[str, ...], titre: str, echange: int, exemple: str, conseil: str = ""
    ) -> CauseDEcart:
        """A difference of that cause in one exchange."""
        groupe = self.de(cause, titre, [echange], exemple)
        groupe.conseil = conseil or groupe.conseil
        return groupe

    def indecidable(self, raison: str, *echanges: int) -> None:
        """It cannot be known, of these exchanges, whether the two differ."""
        ajouter(self.bilan.indecidables, raison, echanges)


def ajouter(table: dict[str, list[int]], raison: str, echanges: Iterable[int]) -> None:
    """Notes exchanges under a reason, each once."""
    notes = table.setdefault(raison, [])
    notes.extend(echange for echange in echanges if echange not in notes[-1:])
