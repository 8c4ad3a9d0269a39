"""The facets of a list of exchanges: what it may be narrowed to, with how many that would leave."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sne_console.messages.refus_groupes import regles_de
from sne_interface.domain.echange import HORS_HTTP, Echange, VerdictEchange
from sne_sandbox.store.journal import AUCUN

#: Exchanges that are read to count, the last ones; and the values of a facet that are shown.
COMPTES: Final = 2_000
CHOIX_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class ValeurDeFacette:
    """A value that a list may be narrowed to, how many it has, and whether it is."""

    valeur: str
    nombre: int
    choisi: bool


@dataclass(frozen=True, slots=True)
class FacetteDuJournal:
    """What exchanges are told apart by: its name in an address, its title, its values, how many more there
    are that are not shown."""

    nom: str
    titre: str
    choix: tuple[ValeurDeFacette, ...]
    autres: int


def _operations(echange: Echange) -> tuple[str, ...]:
    """As the store looks for them: a file left in an inbox is found by its operation and by its method."""
    methode = (echange.methode,) if echange.methode in HORS_HTTP else ()
    return (*((echange.operation,) if echange.operation else ()), *methode) or (AUCUN,)


#: By name: title, and the values that an exchange has.
_FACETTES: Final[Mapping[str, tuple[str, Callable[[Echange], Iterable[str]]]]] = {
    "verdict": ("Verdict", lambda echange: (str(echange.verdict),)),
    "operation": ("Opération", _operations),
    "guichet": ("Guichet", lambda echange: (echange.guichet or AUCUN,)),
    "regle": ("Règle", regles_de),
}
NOMS: Final = tuple(_FACETTES)


def retenus(echanges: Iterable[Echange], filtres: Mapping[str, Any], sauf: str = "") -> list[Echange]:
    """The exchanges that answer the facets that are chosen, but for `sauf`."""
    voulus = [
        (valeurs, filtres[nom]) for nom, (_, valeurs) in _FACETTES.items() if nom != sauf and filtres.get(nom)
    ]
    return [e for e in echanges if all(voulu in valeurs(e) for valeurs, voulu in voulus)]


def compter(echanges: Sequence[Echange], filtres: Mapping[str, Any]) -> list[FacetteDuJournal]:
    """The facets of exchanges that answer all that is no facet: each counts what the others leave."""
    return [_facette(nom, retenus(echanges, filtres, nom), filtres.get(nom)) for nom in _FACETTES]


def _facette(nom: str, echanges: list[Echange], choisi: str | None) -> FacetteDuJournal:
    titre, valeurs = _FACETTES[nom]
    comptes = Counter(valeur for echange in echanges for valeur in valeurs(echange))
    if nom == "verdict":
        rangees = [
            (str(verdict), comptes[str(verdict)]) for verdict in VerdictEchange if comptes[str(verdict)]
        ]
    else:
        rangees = sorted(comptes.items(), key=lambda compte: (-compte[1], compte[0]))
    montrees = rangees[:CHOIX_MAX]
    if choisi and choisi not in dict(montrees):
        montrees.append((choisi, comptes[choisi]))
    choix = tuple(ValeurDeFacette(valeur, nombre, valeur == choisi) for valeur, nombre in montrees)
    return FacetteDuJournal(nom, titre, choix, max(0, len(comptes) - len(choix)))
