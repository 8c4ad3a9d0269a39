"""Two trees of XML (lxml) compared: what one of both has alone, and the elements that do not say the same.

Namesakes (persons, wished places, …) are paired: equal ones first, whatever their place; then those that
share most of their values, the same place deciding between two; what is left without children, in order.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from sne_interface.contract.codec import MODIFIE

#: Beyond this many pairs, namesakes are paired in order: the work must not grow as the square of a message.
_PAIRES_MAX: Final = 2_500

_Paire = tuple[int, int]
_Cle = tuple[Any, ...]
#: How the children of two elements are paired: (place before, place after), by their place after.
Appariement = Callable[[Sequence[Any], Sequence[Any]], list[_Paire]]


@dataclass(frozen=True, slots=True)
class DifferenceDArbres:
    """An element that only one of both trees has (None in the other), or that has other attributes, or
    another text, in each. `chemin` is that of the tree which has it (the second, when both do), without
    prefixes, with the rank of namesakes."""

    chemin: str
    avant: Any
    apres: Any


def comparer(avant: Any, apres: Any, appariement: Appariement | None = None) -> Iterator[DifferenceDArbres]:
    """The differences between two trees, which are left as they are, in the order of the second. Blanks
    around a text, and between children, are layout. Namesakes are paired by what they hold, unless
    `appariement` says otherwise."""
    if avant.tag != apres.tag:
        yield DifferenceDArbres(nom_de(avant), avant, None)
        yield DifferenceDArbres(nom_de(apres), None, apres)
    else:
        yield from _comparer(avant, apres, nom_de(apres), appariement or apparier)


def _comparer(avant: Any, apres: Any, chemin: str, appariement: Appariement) -> Iterator[DifferenceDArbres]:
    if (texte_de(avant), sorted(avant.items())) != (texte_de(apres), sorted(apres.items())):
        yield DifferenceDArbres(chemin, avant, apres)
    anciens, nouveaux = (list(e.iterchildren(etree.Element)) for e in (avant, apres))
    paires = {j: i for i, j in appariement(anciens, nouveaux)}
    perdus = set(range(len(anciens))) - set(paires.values())
    for i, lieu in enumerate(chemins(anciens, chemin)):
        if i in perdus:
            yield DifferenceDArbres(lieu, anciens[i], None)
    for j, lieu in enumerate(chemins(nouveaux, chemin)):
        if j in paires:
            yield from _comparer(anciens[paires[j]], nouveaux[j], lieu, appariement)
        else:
            yield DifferenceDArbres(lieu, None, nouveaux[j])


def parcourir(element: Any, chemin: str) -> Iterator[tuple[str, Any]]:
    """An element and all that it holds, by path from `chemin`, its own, in document order."""
    a_voir = [(chemin, element)]
    while a_voir:
        chemin, element = a_voir.pop()
        yield chemin, element
        enfants = list(element.iterchildren(etree.Element))
        a_voir += reversed(list(zip(chemins(enfants, chemin), enfants, strict=True)))


def nom_de(element: Any) -> str:
    """Its name, without namespace."""
    return str(etree.QName(element).localname)


def texte_de(element: Any) -> str:
    """Its text, without the blanks around; "" when it holds elements."""
    return "" if len(element) else (element.text or "").strip()


def chemins(enfants: Collection[Any], dessus: str) -> list[str]:
    """The path of each of the children of an element, whose own is `dessus`."""
    noms = [nom_de(enfant) for enfant in enfants]
    combien, vus = Counter(noms), Counter[str]()
    trouves = []
    for nom in noms:
        vus[nom] += 1
        rang = f"[{vus[nom]}]" if combien[nom] > 1 else ""
        trouves.append(f"{dessus}/{nom}{rang}".lstrip("/"))
    return trouves


# --- pairing ----------------------------------------------------------------------------------------------


def propre(noeud: Any) -> _Cle:
    """The tag, text and attributes of an element: blanks between the children of a container are layout."""
    attributs = tuple(sorted((nom, valeur) for nom, valeur in noeud.items() if nom != MODIFIE))
    return (noeud.tag, noeud.text or "" if len(noeud) == 0 else "", attributs)


def _cle(noeud: Any) -> _Cle:
    """The tag, text and attributes of an element and of all that it holds: two elements are equal when their
    keys are."""
    return (propre(noeud), tuple(_cle(enfant) for enfant in noeud))


def apparier(anciens: Sequence[Any], nouveaux: Sequence[Any]) -> list[_Paire]:
    """The children that are the same one, by what they hold."""
    return _par_nom(anciens, nouveaux, _apparier_homonymes)


def en_rang(anciens: Sequence[Any], nouveaux: Sequence[Any]) -> list[_Paire]:
    """The children that have the same rank among those of their name."""
    return _par_nom(anciens, nouveaux, lambda _anciens, _nouveaux, a, b: zip(a, b, strict=False))


def _par_nom(
    anciens: Sequence[Any], nouveaux: Sequence[Any], homonymes: Callable[..., Iterator[_Paire]]
) -> list[_Paire]:
    paires: list[_Paire] = []
    for nom in dict.fromkeys(noeud.tag for noeud in nouveaux):
        a = [i for i, noeud in enumerate(anciens) if noeud.tag == nom]
        b = [j for j, noeud in enumerate(nouveaux) if noeud.tag == nom]
        if len(a) == 1 == len(b):
            paires.append((a[0], b[0]))
        elif a:
            paires.extend(homonymes(anciens, nouveaux, a, b))
    return sorted(paires, key=lambda paire: paire[1])


def _apparier_homonymes(
    anciens: Sequence[Any], nouveaux: Sequence[Any], a: list[int], b: list[int]
) -> Iterator[_Paire]:
    egaux: dict[_Cle, list[int]] = {}
    for i in reversed(a):
        egaux.setdefault(_cle(anciens[i]), []).append(i)
    for j in b:
        memes = egaux.get(_cle(nouveaux[j]))
        if memes:
            yield memes.pop(), j
            b = [reste for reste in b if reste != j]
    a = sorted(i for restes in egaux.values() for i in restes)
    if len(a) * len(b) > _PAIRES_MAX:
        yield from zip(a, b, strict=False)
        return
    valeurs_a = {i: _valeurs(anciens[i]) for i in a}
    valeurs_b = {j: _valeurs(nouveaux[j]) for j in b}
    notes = sorted((-(valeurs_a[i] & valeurs_b[j]).total(), abs(i - j), i, j) for i in a for j in b)
    for note, _, i, j in notes:
        if note and i in valeurs_a and j in valeurs_b:
            del valeurs_a[i], valeurs_b[j]
            yield i, j
    # Two persons that share nothing are two persons; a code in the place of another is that code, changed.
    yield from zip(
        (i for i in valeurs_a if len(anciens[i]) == 0),
        (j for j in valeurs_b if len(nouveaux[j]) == 0),
        strict=False,
    )


def _valeurs(noeud: Any) -> Counter[_Cle]:
    """The values below an element, its own name and blanks apart."""
    return Counter(propre(e) for e in noeud.iterdescendants() if len(e) == 0 and (e.text or e.attrib))
