"""A document received, read once: what the rules and the operations look at.

An `Element` keeps what was written (order, line, attributes) and answers in the terms of the rules: an
empty element counts as absent, an optional container with no content is absent (reference, « How to read
every rule »).
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, Generic, Self, TypeVar
from weakref import ReferenceType, ref

from sne_interface.domain.dates import xs_date_time
from sne_interface.domain.texte import Retenus

T = TypeVar("T")

_FUSEAU: Final = r"(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"  # XSD stops at fourteen hours
_DATE: Final = re.compile(rf"(-?\d{{4,}})-(\d\d)-(\d\d){_FUSEAU}", re.ASCII)
_DATE_TIME: Final = re.compile(
    rf"(-?\d{{4,}})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?{_FUSEAU}", re.ASCII
)


_INDICE: Final = re.compile(r"\[\d+\]")
#: The names along a path: rules walk the same few paths again and again.
_PAS: Final[Retenus[list[str]]] = Retenus(lambda chemin: chemin.split("/"))
_CODE_QUALIFIE: Final = "}code"


def sans_indices(chemin: str) -> str:
    """A path without the ranks of namesakes: `a/b[2]/c` is `a/b/c`."""
    return _INDICE.sub("", chemin)


class Element:
    """One element of a document.

    `nom` is the local name, `texte` its text ("" when there is none), `attributs` its attributes by local
    name (`code`, `modifie`, …), `code` the first of these (None when it is absent or empty), `ligne` its line
    in the document received (0 when it was built). `presents` are its children by name, the first of each
    name that is not empty: what the rules see of it.
    """

    # The parent is held weakly: documents are no rings, and leave the memory as soon as nobody looks at them.
    __slots__ = (
        "__weakref__", "_indices", "_parent", "attributs", "code", "enfants", "ligne", "nom", "presents",
        "texte", "vide",
    )  # fmt: skip

    vide: bool
    _indices: dict[int, str]

    def __init__(
        self,
        nom: str,
        texte: str = "",
        attributs: dict[str, str] | None = None,
        enfants: tuple["Element", ...] = (),
        ligne: int = 0,
    ) -> None:
        self.nom = nom
        self.texte = texte
        self.attributs = attributs if attributs is not None else {}
        self.code = self.attributs.get("code") or None
        self.enfants = enfants
        self.ligne = ligne
        self._parent: ReferenceType[Element] | None = None
        presents: dict[str, Element] = {}
        self.presents = presents
        lien = ref(self) if enfants else None
        for enfant in enfants:
            enfant._parent = lien
            if not enfant.vide and enfant.nom not in presents:
                presents[enfant.nom] = enfant
        self.vide = not (texte or self.code or presents)

    def __repr__(self) -> str:
        return f"<Element {self.chemin}>"

    @property
    def code_qualifie(self) -> bool:
        """True when its code is written in a namespace, where the schema has none: `code` is then None."""
        return bool(self.attributs) and any(nom.endswith(_CODE_QUALIFIE) for nom in self.attributs)

    # --- where ---------------------------------------------------------------------------------

    @property
    def parent(self) -> "Element | None":
        """The element that holds this one, as long as somebody holds that; None for a root."""
        return self._parent() if self._parent is not None else None

    @property
    def chemin(self) -> str:
        """Path from the root, `interfaceNuu/…/personneACharge[2]/nom`; an index only among namesakes. It
        begins at the highest element that somebody still holds."""
        morceaux = []
        courant = self
        while (parent := courant.parent) is not None:
            morceaux.append(courant.nom + parent._indice(courant))
            courant = parent
        return "/".join([courant.nom, *reversed(morceaux)])

    def _indice(self, enfant: "Element") -> str:
        try:
            return self._indices.get(id(enfant), "")
        except AttributeError:  # asked of few elements, but then of all the children of a long list
            self._indices = _indices(self.enfants)
            return self._indices.get(id(enfant), "")

    def parcourir(self) -> Iterator["Element"]:
        """This element and all below it, in document order, empty ones included."""
        # A stack: generators in one another take three times as long.
        pile = [self]
        while pile:
            element = pile.pop()
            yield element
            pile.extend(reversed(element.enfants))

    def lieux(self) -> Iterator[tuple[str, "Element"]]:
        """The same, each with its path, which is made of that of its parent."""
        pile = [(self.chemin, self)]
        while pile:
            chemin, element = pile.pop()
            yield chemin, element
            pile += [(f"{chemin}/{e.nom}{element._indice(e)}", e) for e in reversed(element.enfants)]

    # --- what, in the terms of the rules ---------------------------------------------------------

    def enfant(self, chemin: str) -> "Element | None":
        """The first child at `chemin` (« a » or « a/b/c ») that is not empty."""
        if "/" not in chemin:  # nearly every call
            return self.presents.get(chemin)
        courant = self
        for nom in _PAS[chemin]:
            if nom not in courant.presents:
                return None
            courant = courant.presents[nom]
        return courant

    def tous(self, chemin: str) -> tuple["Element", ...]:
        """All children at `chemin` that are not empty; for « a/b », the b of the first a."""
        *tete, nom = _PAS[chemin]
        parent: Element = self
        for pas in tete:
            if pas not in parent.presents:
                return ()
            parent = parent.presents[pas]
        if nom not in parent.presents:
            return ()
        return tuple([e for e in parent.enfants if e.nom == nom and not e.vide])

    def texte_de(self, chemin: str) -> str | None:
        """Text of the child at `chemin`, None when absent or empty (blanks are text)."""
        trouve = self.enfant(chemin)
        return trouve.texte or None if trouve is not None else None

    def code_de(self, chemin: str) -> str | None:
        """Attribute `code` of the child at `chemin`."""
        trouve = self.enfant(chemin)
        return trouve.code if trouve is not None else None

    def date_de(self, chemin: str) -> date | None:
        """`xs:date` (or the day of an `xs:dateTime`) of the child at `chemin`, its time zone ignored."""
        trouve = self.enfant(chemin)
        return _DATES[trouve.texte] if trouve is not None and trouve.texte else None

    def instant_de(self, chemin: str) -> datetime | None:
        """`xs:dateTime` of the child at `chemin`; naive when it names no time zone."""
        texte = self.texte_de(chemin)
        return lire_instant(texte) if texte is not None else None

    def booleen_de(self, chemin: str) -> bool | None:
        """`xs:boolean` of the child at `chemin`."""
        trouve = self.enfant(chemin)
        return trouve.texte.strip() in ("true", "1") if trouve is not None and trouve.texte else None

    def entier_de(self, chemin: str) -> int | None:
        """`xs:int` of the child at `chemin`."""
        trouve = self.enfant(chemin)
        if trouve is None or not trouve.texte:
            return None
        try:
            return int(trouve.texte)
        except ValueError:
            if trouve.texte.strip():
                raise
            return None  # blanks are text, and no number


#: Some of them, in order.
Elements = tuple[Element, ...]


class ElementNu(Element):
    """An element that is made bare, and filled by the reader of a document: its constructor would cost as
    much as the reading."""

    __slots__ = ()

    __init__ = object.__init__

    def nommer(self, autre: Element) -> None:
        """Takes the name and the line of another; it has no parent yet."""
        self.nom, self.ligne, self._parent = autre.nom, autre.ligne, None

    def adopter(self, enfants: Elements) -> None:
        """Makes these its children, and tells each its place."""
        self.enfants, self._indices = enfants, _indices(enfants)
        lien: ReferenceType[Element] = ref(self)
        for enfant in enfants:
            enfant._parent = lien


class ElementPartage(Element):
    """An element without children that documents share; `ecrit` is how it is written."""

    __slots__ = ("ecrit",)

    ecrit: str


class DocumentRecu(ElementNu):
    """The root of a document received. Below it, elements have neither line nor parent: `exact()` copies the
    document for a caller that needs them, which is where a rule does not hold; `lignes` reads its lines.

    `faits` tells what is in it: the name of each element that is not empty (`nir`), with its code when it has
    one (`modeleLogement=HLM`); CODE_INCONNU, VIDE_OBLIGATOIRE and BORD_BLANC. By these a rule that has
    nothing to look at is not even run.
    """

    __slots__ = ("faits", "lignes")

    faits: set[str]
    lignes: Callable[[], Iterator[int]]

    @classmethod
    def seul(cls, element: Element) -> Self:
        """A root without children, made as `element` is."""
        recu: Self = cls()
        Element.__init__(recu, element.nom, element.texte, element.attributs)
        return recu

    def exact(self) -> Element:
        """The same document, whose elements tell their place."""
        return _placer(self, self.lignes())


def _placer(element: Element, lignes: Iterator[int]) -> Element:
    ligne = next(lignes)
    enfants = tuple([_placer(enfant, lignes) for enfant in element.enfants])
    return Element(element.nom, element.texte, element.attributs, enfants, ligne)


#: Facts of a document: a code that its closed list does not hold; an empty element that should have one; a
#: text with a blank before it or after.
CODE_INCONNU: Final = "?code"
VIDE_OBLIGATOIRE: Final = "?vide"
BORD_BLANC: Final = "?blanc"


def _indices(enfants: Elements) -> dict[int, str]:
    """« [2] » by identity, for the children that have namesakes."""
    combien = Counter(enfant.nom for enfant in enfants)
    vus: Counter[str] = Counter()
    indices = {}
    for enfant in enfants:
        if combien[enfant.nom] > 1:
            vus[enfant.nom] += 1
            indices[id(enfant)] = f"[{vus[enfant.nom]}]"
    return indices


class une_fois(Generic[T]):  # noqa: N801 - a decorator, as `property` is
    """A property of a view that is computed at its first use and kept. As `functools.cached_property`,
    without the lock that this one takes before Python 3.12: two threads would find the same."""

    def __init__(self, calcul: Callable[[Any], T]) -> None:
        self._calcul = calcul
        self.__doc__ = calcul.__doc__

    def __set_name__(self, vue: type, nom: str) -> None:
        self._nom = nom

    def __get__(self, vue: object | None, classe: type) -> T:
        if vue is None:
            return self  # type: ignore[return-value]
        valeur = vue.__dict__[self._nom] = self._calcul(vue)
        return valeur


class Vue:
    """An element seen under names that the field's users know; what was really written stays in `element`."""

    __slots__ = ("element",)

    def __init__(self, element: Element) -> None:
        self.element = element


def _jour(annee: int, mois: int, jour: int) -> date:
    # xs:date knows years that Python's date does not: they are before, or after, everything.
    if date.min.year <= annee <= date.max.year:
        return date(annee, mois, jour)
    date(2000, mois, jour)  # « 0000-00-00 » is no day of any year
    return date.min if annee < date.min.year else date.max


def lire_date(texte: str) -> date | None:
    """The day of an `xs:date` or `xs:dateTime`; None when it is neither."""
    return _DATES[texte]


def _lire_date(texte: str) -> date | None:
    texte = texte.strip()
    try:
        if len(texte) == 10 and texte[4] == "-" == texte[7] and texte[:4] != "0000":
            return date.fromisoformat(texte)  # nearly every date, in a third of the time
        trouve = _DATE.fullmatch(texte) or _DATE_TIME.fullmatch(texte)
        if trouve is None:
            return None
        return _jour(int(trouve[1]), int(trouve[2]), int(trouve[3]))
    except ValueError:
        return None


#: Rules read a birth date again and again.
_DATES: Final = Retenus(_lire_date)


def lire_instant(texte: str) -> datetime | None:
    """The instant of an `xs:dateTime`, microseconds cut; None when it is none."""
    texte = texte.strip()
    trouve = _DATE_TIME.fullmatch(texte)
    if trouve is None:
        return None
    try:
        if texte[4] == "-" and trouve[4] != "24" and trouve[1] != "0000":
            return datetime.fromisoformat(texte)  # nearly every instant, in a third of the time
        jour, heure = _jour(int(trouve[1]), int(trouve[2]), int(trouve[3])), trouve[4]
        suite = texte[trouve.end(4) :]
        if heure != "24":
            return datetime.fromisoformat(f"{jour}T{heure}{suite}")
        if f"{trouve[5]}{trouve[6]}{trouve[7] or ''}"[:10].strip("0"):
            return None
        instant = datetime.fromisoformat(f"{jour}T00{suite}")
        return instant + timedelta(days=1) if jour < date.max else instant
    except ValueError:
        return None


def construire(nom: str, contenu: str | Elements = "", **attributs: str) -> Element:
    """A new element that holds a text, or children; `attributs` by local name."""
    if isinstance(contenu, str):
        return Element(nom, contenu, attributs or None)
    return Element(nom, "", attributs or None, contenu)


def bloc(nom: str, *enfants: Element) -> Element:
    """A new element that holds `enfants`, in this order."""
    return Element(nom, "", None, enfants)


def de_code(nom: str, code: str) -> Element:
    """A new empty element whose attribute `code` is `code`."""
    return Element(nom, "", {"code": code})


def avec_enfants(element: Element, enfants: Elements) -> Element:
    """A copy of `element` with other children. An element has one parent: children that are kept belong to
    the copy from then on."""
    return Element(element.nom, element.texte, element.attributs, enfants, element.ligne)


def construits(**valeurs: str | bool | int | date | None) -> Elements:
    """New elements by name, in order; those whose value is None are left out. Booleans, days and instants
    (aware) are written as XSD wants them."""
    return tuple(construire(nom, _xs(valeur)) for nom, valeur in valeurs.items() if valeur is not None)


def _xs(valeur: str | bool | int | date) -> str:
    if isinstance(valeur, bool):  # before the integer that it is too
        return "true" if valeur else "false"
    if isinstance(valeur, datetime):  # before the day that it is too
        return xs_date_time(valeur)
    return valeur.isoformat() if isinstance(valeur, date) else str(valeur)
