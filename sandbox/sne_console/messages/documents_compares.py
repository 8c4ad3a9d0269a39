"""Two documents compared as trees: what the second one adds, changes and takes away, by the path of elements.

Namesakes (persons, wished places, …) are paired as dispatching pairs them. A branch that one of both has
alone is one difference, with what it holds. Values are shown NIR masked, and compared as they are.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from lxml import etree

from sne_console.messages.documents_masques import masquer
from sne_interface.domain.texte import abrege, masquer_nirs
from sne_sandbox.operations.dispatching import apparier

GenreDifference = Literal["ajouté", "changé", "retiré"]

#: Differences that are told one by one, values of one branch, and characters of a value.
DIFFERENCES_MAX: Final = 200
FEUILLES_MAX: Final = 40
VALEUR_MAX: Final = 160


@dataclass(frozen=True, slots=True)
class DifferenceXml:
    """One difference. `chemin` is that of the document which has the element (the second, when both do),
    with the rank of namesakes; `avant` and `apres` its value there, "" where it is not, or holds others.
    `feuilles` are (path below, value) of the first values of a branch that one of both lacks."""

    genre: GenreDifference
    chemin: str
    avant: str = ""
    apres: str = ""
    feuilles: tuple[tuple[str, str], ...] = ()
    combien: int = 0

    @property
    def queue(self) -> str:
        """The end of its path, by which it is known."""
        return queue(self.chemin)


@dataclass(frozen=True, slots=True)
class DifferencesXml:
    """The first differences, in the order of the documents; how many there are of each kind."""

    dites: tuple[DifferenceXml, ...]
    comptes: Counter[str]

    @property
    def total(self) -> int:
        """How many there are."""
        return self.comptes.total()


def comparer_xml(avant: Any, apres: Any) -> DifferencesXml:
    """What differs between two documents (lxml roots), which are left as they are."""
    comparaison = _Comparaison(avant, apres)
    toutes = list(comparaison.parcourir())
    return DifferencesXml(tuple(toutes[:DIFFERENCES_MAX]), Counter(d.genre for d in toutes))


def queue(chemin: str) -> str:
    """« demandeur/dateNaissance », of the path that ends by it."""
    return "/".join(chemin.split("/")[-2:])


class _Comparaison:
    def __init__(self, avant: Any, apres: Any) -> None:
        self._racines = avant, apres
        # Kept alive: an lxml element is known by its identity for as long as somebody holds it.
        self._tenus = [(list(racine.iter(etree.Element)), masquer(racine)) for racine in (avant, apres)]
        self._masques = {
            element: montre
            for elements, masque in self._tenus
            for element, montre in zip(elements, masque.iter(etree.Element), strict=True)
        }

    def parcourir(self) -> Iterator[DifferenceXml]:
        avant, apres = self._racines
        if avant.tag != apres.tag:
            yield self._branche("retiré", avant, _nom(avant))
            yield self._branche("ajouté", apres, _nom(apres))
            return
        yield from self._comparer(avant, apres, _nom(apres))

    def _comparer(self, avant: Any, apres: Any, chemin: str) -> Iterator[DifferenceXml]:
        if _propre(avant) != _propre(apres):
            yield DifferenceXml("changé", chemin, self._valeur(avant), self._valeur(apres))
        anciens, nouveaux = (list(e.iterchildren(etree.Element)) for e in (avant, apres))
        chemins_avant, chemins_apres = _chemins(anciens, chemin), _chemins(nouveaux, chemin)
        paires = {j: i for i, j in apparier(anciens, nouveaux)}
        for i in sorted(set(range(len(anciens))) - set(paires.values())):
            yield self._branche("retiré", anciens[i], chemins_avant[i])
        for j, nouveau in enumerate(nouveaux):
            if j in paires:
                yield from self._comparer(anciens[paires[j]], nouveau, chemins_apres[j])
            else:
                yield self._branche("ajouté", nouveau, chemins_apres[j])

    def _branche(self, genre: GenreDifference, element: Any, chemin: str) -> DifferenceXml:
        enfants = list(element.iterchildren(etree.Element))
        valeur = self._valeur(element)
        avant, apres = (valeur, "") if genre == "retiré" else ("", valeur)
        if not enfants:
            return DifferenceXml(genre, chemin, avant, apres)
        feuilles = list(self._feuilles(element, ""))
        return DifferenceXml(genre, chemin, avant, apres, tuple(feuilles[:FEUILLES_MAX]), len(feuilles))

    def _feuilles(self, element: Any, chemin: str) -> Iterator[tuple[str, str]]:
        enfants = list(element.iterchildren(etree.Element))
        if not enfants:
            yield chemin, self._valeur(element)
        for enfant, dessous in zip(enfants, _chemins(enfants, chemin), strict=True):
            yield from self._feuilles(enfant, dessous)

    def _valeur(self, element: Any) -> str:
        montre = self._masques[element]
        texte = "" if len(element) else (montre.text or "").strip()
        dits = [f'{etree.QName(nom).localname}="{valeur}"' for nom, valeur in montre.attrib.items()]
        return masquer_nirs(abrege(" ".join([*dits, *([texte] if texte else [])]), VALEUR_MAX))


def _nom(element: Any) -> str:
    return masquer_nirs(str(etree.QName(element).localname))


def _chemins(enfants: Sequence[Any], dessus: str) -> list[str]:
    noms = [_nom(enfant) for enfant in enfants]
    combien, vus = Counter(noms), Counter[str]()
    chemins = []
    for nom in noms:
        vus[nom] += 1
        rang = f"[{vus[nom]}]" if combien[nom] > 1 else ""
        chemins.append(f"{dessus}/{nom}{rang}" if dessus else f"{nom}{rang}")
    return chemins


def _propre(element: Any) -> tuple[Any, ...]:
    """What an element says by itself: blanks around a text, and between children, are layout."""
    return tuple(sorted(element.items())), "" if len(element) else (element.text or "").strip()
