"""A document received, read once: what the rules and the operations look at.

An `Element` keeps what was written (order, line, attributes) and answers in the terms of the rules: an
empty element counts as absent, an optional container with no content is absent (reference, « How to read
every rule »).
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final, Self

from sne_sandbox.domain.dates import xs_date_time

_FUSEAU: Final = r"(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"  # XSD stops at fourteen hours
_DATE: Final = re.compile(rf"(-?\d{{4,}})-(\d\d)-(\d\d){_FUSEAU}", re.ASCII)
_DATE_TIME: Final = re.compile(
    rf"(-?\d{{4,}})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?{_FUSEAU}", re.ASCII
)


class Element:
    """One element of a document.

    `nom` is the local name, `texte` its text ("" when there is none), `attributs` its attributes by local
    name (`code`, `modifie`, …), `ligne` its line in the document received (0 when it was built).
    """

    __slots__ = ("_indices", "attributs", "enfants", "ligne", "nom", "parent", "texte", "vide")

    nom: str
    texte: str
    attributs: dict[str, str]
    enfants: tuple["Element", ...]
    parent: "Element | None"
    ligne: int
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
        self.enfants = enfants
        self.ligne = ligne
        self.parent = None
        vide = not texte and not self.attributs.get("code")
        for enfant in enfants:
            enfant.parent = self
            if vide and not enfant.vide:
                vide = False
        self.vide = vide

    def __repr__(self) -> str:
        return f"<Element {self.chemin}>"

    # --- where ---------------------------------------------------------------------------------

    @property
    def chemin(self) -> str:
        """Path from the root, `interfaceNuu/…/personneACharge[2]/nom`; an index only among namesakes."""
        morceaux = []
        courant: Element | None = self
        while courant is not None:
            morceaux.append(courant.nom + courant._indice())
            courant = courant.parent
        return "/".join(reversed(morceaux))

    @property
    def code(self) -> str | None:
        """The attribute `code`; None when it is absent or empty."""
        return self.attributs.get("code") or None

    def _indice(self) -> str:
        if self.parent is None:
            return ""
        try:
            return self.parent._indices.get(id(self), "")
        except AttributeError:  # asked of few elements, but then of all the children of a long list
            self.parent._indices = _indices(self.parent.enfants)
            return self.parent._indices.get(id(self), "")

    def parcourir(self) -> Iterator["Element"]:
        """This element and all below it, in document order, empty ones included."""
        yield self
        for enfant in self.enfants:
            yield from enfant.parcourir()

    # --- what, in the terms of the rules ---------------------------------------------------------

    def enfant(self, chemin: str) -> "Element | None":
        """The first child at `chemin` (« a » or « a/b/c ») that is not empty."""
        if "/" not in chemin:  # nearly every call
            for candidat in self.enfants:
                if candidat.nom == chemin and not candidat.vide:
                    return candidat
            return None
        courant = self
        for nom in chemin.split("/"):
            suivant = courant.enfant(nom)
            if suivant is None:
                return None
            courant = suivant
        return courant

    def tous(self, chemin: str) -> tuple["Element", ...]:
        """All children at `chemin` that are not empty; for « a/b », the b of the first a."""
        tete, _, nom = chemin.rpartition("/")
        parent = self.enfant(tete) if tete else self
        if parent is None:
            return ()
        return tuple([e for e in parent.enfants if e.nom == nom and not e.vide])

    def texte_de(self, chemin: str) -> str | None:
        """Text of the child at `chemin`, None when absent or empty (blanks are text)."""
        trouve = self.enfant(chemin)
        return trouve.texte if trouve is not None and trouve.texte else None

    def code_de(self, chemin: str) -> str | None:
        """Attribute `code` of the child at `chemin`."""
        trouve = self.enfant(chemin)
        return trouve.code if trouve is not None else None

    def date_de(self, chemin: str) -> date | None:
        """`xs:date` (or the day of an `xs:dateTime`) of the child at `chemin`, its time zone ignored."""
        texte = self.texte_de(chemin)
        return lire_date(texte) if texte is not None else None

    def instant_de(self, chemin: str) -> datetime | None:
        """`xs:dateTime` of the child at `chemin`; naive when it names no time zone."""
        texte = self.texte_de(chemin)
        return lire_instant(texte) if texte is not None else None

    def booleen_de(self, chemin: str) -> bool | None:
        """`xs:boolean` of the child at `chemin`."""
        texte = self.texte_de(chemin)
        return None if texte is None else texte.strip() in ("true", "1")

    def entier_de(self, chemin: str) -> int | None:
        """`xs:int` of the child at `chemin`."""
        texte = self.texte_de(chemin)
        return int(texte) if texte is not None and texte.strip() else None


def _indices(enfants: tuple[Element, ...]) -> dict[int, str]:
    """« [2] » by identity, for the children that have namesakes."""
    combien = Counter(enfant.nom for enfant in enfants)
    vus: Counter[str] = Counter()
    indices = {}
    for enfant in enfants:
        if combien[enfant.nom] > 1:
            vus[enfant.nom] += 1
            indices[id(enfant)] = f"[{vus[enfant.nom]}]"
    return indices


class Vue:
    """An element seen under names that the field's users know; what was really written stays in `element`."""

    __slots__ = ("element",)

    def __init__(self, element: Element) -> None:
        self.element = element

    @classmethod
    def de(cls, element: Element | None) -> Self | None:
        """The view of `element`, None for None."""
        return None if element is None else cls(element)

    @property
    def chemin(self) -> str:
        """Path of the element under the view."""
        return self.element.chemin


def _jour(annee: int, mois: int, jour: int) -> date:
    # xs:date knows years that Python's date does not: they are before, or after, everything.
    if date.min.year <= annee <= date.max.year:
        return date(annee, mois, jour)
    date(2000, mois, jour)  # « 0000-00-00 » is no day of any year
    return date.min if annee < date.min.year else date.max


def lire_date(texte: str) -> date | None:
    """The day of an `xs:date` or `xs:dateTime`; None when it is neither."""
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


def lire_instant(texte: str) -> datetime | None:
    """The instant of an `xs:dateTime`, microseconds cut; None when it is none."""
    trouve = _DATE_TIME.fullmatch(texte.strip())
    if trouve is None:
        return None
    try:
        jour = _jour(int(trouve[1]), int(trouve[2]), int(trouve[3]))
        heure, minute, seconde = int(trouve[4]), int(trouve[5]), int(trouve[6])
        micro = int((trouve[7] or "0")[:6].ljust(6, "0"))
        lendemain = heure == 24
        if lendemain and (minute or seconde or micro):
            return None
        instant = datetime.combine(jour, time(0 if lendemain else heure, minute, seconde, micro))
        if lendemain and jour < date.max:
            instant += timedelta(days=1)
    except ValueError:
        return None
    fuseau = trouve[8]
    if fuseau is None:
        return instant
    if fuseau == "Z":
        return instant.replace(tzinfo=UTC)
    ecart = timedelta(hours=int(fuseau[1:3]), minutes=int(fuseau[4:6]))
    return instant.replace(tzinfo=timezone(-ecart if fuseau[0] == "-" else ecart))


def construire(nom: str, contenu: str | tuple[Element, ...] = "", **attributs: str) -> Element:
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


def avec_enfants(element: Element, enfants: tuple[Element, ...]) -> Element:
    """A copy of `element` with other children. An element has one parent: children that are kept belong to
    the copy from then on."""
    return Element(element.nom, element.texte, element.attributs, enfants, element.ligne)


def construits(**valeurs: str | bool | int | date | None) -> tuple[Element, ...]:
    """New elements by name, in order; those whose value is None are left out. Booleans, days and instants
    (aware) are written as XSD wants them."""
    return tuple(construire(nom, _xs(valeur)) for nom, valeur in valeurs.items() if valeur is not None)


def _xs(valeur: str | bool | int | date) -> str:
    if isinstance(valeur, bool):  # before the integer that it is too
        return "true" if valeur else "false"
    if isinstance(valeur, datetime):  # before the day that it is too
        return xs_date_time(valeur)
    return valeur.isoformat() if isinstance(valeur, date) else str(valeur)
