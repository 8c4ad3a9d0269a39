"""Two documents compared as trees: what the second one adds, changes and takes away, by the path of elements.

A branch that one of both has alone is one difference, with what it holds. Values are shown NIR masked, and
compared as they are.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from lxml import etree

from sne_console.messages.documents_masques import masquer
from sne_interface.contract.arbres_compares import DifferenceDArbres, comparer, parcourir, texte_de
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.texte import abrege

GenreDifference = Literal["ajouté", "changé", "retiré"]

#: Differences that are told one by one, values of one branch, and characters of a value.
DIFFERENCES_MAX: Final = 200
FEUILLES_MAX: Final = 40
VALEUR_MAX: Final = 160


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class DifferencesXml:
    """The first differences, in the order of the documents; how many there are of each kind."""

    dites: tuple[DifferenceXml, ...]
    comptes: Counter[str]

    @property
    def total(self) -> int:
        """How many there are."""
        return self.comptes.total()


def comparer_xml(avant: Any, apres: Any) -> DifferencesXml:
    """The differences between two documents (lxml roots), which are left as they are."""
    # The elements are kept alive: one of lxml is known by its identity for as long as somebody holds it.
    montres = {
        element: montre
        for racine in (avant, apres)
        for element, montre in zip(
            list(racine.iter(etree.Element)), masquer(racine).iter(etree.Element), strict=True
        )
    }
    toutes = [_dire(d, montres) for d in comparer(avant, apres)]
    return DifferencesXml(tuple(toutes[:DIFFERENCES_MAX]), Counter(d.genre for d in toutes))


def queue(chemin: str) -> str:
    """« demandeur/dateNaissance », of the path that ends by it."""
    return "/".join(chemin.split("/")[-2:])


def _dire(difference: DifferenceDArbres, montres: Mapping[Any, Any]) -> DifferenceXml:
    avant, apres = difference.avant, difference.apres
    chemin, valeurs = masquer_nirs(difference.chemin), (_valeur(avant, montres), _valeur(apres, montres))
    if avant is not None and apres is not None:
        return DifferenceXml("changé", chemin, *valeurs)
    genre: GenreDifference = "ajouté" if avant is None else "retiré"
    seul = apres if avant is None else avant
    feuilles = []
    if len(seul):
        feuilles = [
            (masquer_nirs(lieu), _valeur(e, montres)) for lieu, e in parcourir(seul, "") if not len(e)
        ]
    return DifferenceXml(
        genre, chemin, *valeurs, feuilles=tuple(feuilles[:FEUILLES_MAX]), combien=len(feuilles)
    )


def _valeur(element: Any, montres: Mapping[Any, Any]) -> str:
    """Its attributes and its text, masked; "" of none."""
    if element is None:
        return ""
    montre = montres[element]
    dits = [f'{etree.QName(nom).localname}="{valeur}"' for nom, valeur in montre.attrib.items()]
    texte = texte_de(montre)
    return masquer_nirs(abrege(" ".join([*dits, *([texte] if texte else [])]), VALEUR_MAX))
