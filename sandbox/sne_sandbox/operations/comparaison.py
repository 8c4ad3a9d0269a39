"""Two states of a document compared as trees; what changed is marked `modifie="true"` in the new one.

Conventions of ours:
- an element that has other text or other attributes is marked, and so is one that was added, which stands for
  all that it holds; an element that lost a child, or whose namesakes changed places, is marked itself;
- a container whose children alone changed carries no mark: the marks are on them;
- what the schema lets carry no mark leaves it to the nearest container that can, the header to nobody.

Namesakes (persons, wished places, …) are paired: equal ones first, whatever their place; then those that
share most of their values, the same place deciding between two; what is left without children, in order.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sne_sandbox.contract.codec import NS

#: The attribute, in Clark notation.
MODIFIE: Final = f"{{{NS}}}modifie"
#: Elements of a stored demande that the schema gives no attribute `modifie` (`xsd/demande-….xsd`).
_SANS_MARQUE: Final = frozenset(
    f"{{{NS}}}{nom}"
    for nom in ("interfaceNuu", "entete", "typeFichier", "dateFichier", "demande", "incrementFichier")
)
#: Beyond this many pairs, namesakes are paired in order: the work must not grow as the square of a message.
_PAIRES_MAX: Final = 2_500

_Paire = tuple[int, int]
_Cle = tuple[Any, ...]


def marquer(avant: Any, apres: Any) -> None:
    """Marks in the lxml tree `apres` what differs from `avant` (None: all is new). Marks that either tree
    already bears do not count: those of `apres` are taken off, `avant` is left as it is."""
    demarquer(apres)
    if avant is None:
        _ajoute(apres)
    else:
        _comparer(avant, apres)


def demarquer(racine: Any) -> None:
    """Takes all marks off a tree."""
    for noeud in racine.iter():
        noeud.attrib.pop(MODIFIE, None)


def _ajoute(noeud: Any) -> bool:
    """Marks a new element; False when neither it nor what it holds can say so."""
    if noeud.tag not in _SANS_MARQUE:
        noeud.set(MODIFIE, "true")
        return True
    return sum(_ajoute(enfant) for enfant in noeud) > 0


def _comparer(avant: Any, apres: Any) -> bool:
    """Marks what differs; False when a difference is left for the container to tell."""
    ici = _propre(avant) != _propre(apres)
    anciens, nouveaux = list(avant), list(apres)
    paires = _apparier(anciens, nouveaux)
    ici |= len(paires) < len(anciens) or _deplaces(paires, nouveaux)
    apparies = {j: i for i, j in paires}
    for j, nouveau in enumerate(nouveaux):
        i = apparies.get(j)
        dit = _ajoute(nouveau) if i is None else _comparer(anciens[i], nouveau)
        ici |= not dit
    if not ici:
        return True
    if apres.tag in _SANS_MARQUE:
        return False
    apres.set(MODIFIE, "true")
    return True


def _propre(noeud: Any) -> _Cle:
    """What an element says by itself: blanks between the children of a container are layout."""
    attributs = tuple(sorted((nom, valeur) for nom, valeur in noeud.items() if nom != MODIFIE))
    return (noeud.tag, noeud.text or "" if len(noeud) == 0 else "", attributs)


def _cle(noeud: Any) -> _Cle:
    """What an element says with all that it holds: two elements are equal when their keys are."""
    return (_propre(noeud), tuple(_cle(enfant) for enfant in noeud))


def _apparier(anciens: Sequence[Any], nouveaux: Sequence[Any]) -> list[_Paire]:
    """Pairs (place before, place after) of children that are the same one, by their place after."""
    paires: list[_Paire] = []
    for nom in dict.fromkeys(noeud.tag for noeud in nouveaux):
        a = [i for i, noeud in enumerate(anciens) if noeud.tag == nom]
        b = [j for j, noeud in enumerate(nouveaux) if noeud.tag == nom]
        if len(a) == 1 == len(b):
            paires.append((a[0], b[0]))
        elif a:
            paires.extend(_apparier_homonymes(anciens, nouveaux, a, b))
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
    """What is written below an element, its own name and blanks apart."""
    return Counter(_propre(e) for e in noeud.iterdescendants() if len(e) == 0 and (e.text or e.attrib))


def _deplaces(paires: Sequence[_Paire], nouveaux: Sequence[Any]) -> bool:
    """Whether namesakes changed places."""
    dernier: dict[str, int] = {}
    for i, j in paires:
        nom = nouveaux[j].tag
        if i < dernier.get(nom, -1):
            return True
        dernier[nom] = i
    return False
