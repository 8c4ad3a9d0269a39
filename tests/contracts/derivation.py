"""Documents derived from the tables: least, greatest, and one for everything that can be wrong at each row.

A case says nothing of its own verdict: the judge of `modele` does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from contrat_modele import NUU, WS, Choix, Noeud, Valeur
from donnees import a_cote
from lxml import etree

#: Texts tried on every string, besides those its own length calls for.
TEXTES = (
    "", " ", "a", "Z9", "é", "AB-1", "A B", "1\n", "02.00", "02.01", "2.00", "123456", "1234567",
    "0612345678", "+33612345678", "06 12 34", "62000", "2A004", "prenom.nom_1@exemple-bailleur.fr", "a@b.c",
    "@b.fr", "a@.fr", "a@exemple.info", "a+b@exemple.fr", "a@exemple.fr ", "a@exemple",
)  # fmt: skip
_NOMBRES = ("", " 7 ", "+3", "007", "-1", "-0", "1.5", "1,5", "douze", "1e3", "12 000")
_TEMPS = (
    "", "2018-03-15", "2018-03-15Z", "2018-03-15+02:00", "2018-03-15+14:01", " 2018-03-15 ", "2018-3-15",
    "15/03/2018", "20180315", "2016-02-29", "2018-02-29", "2018-13-01", "2018-03-15T16:54:06",
    "2018-03-15T16:54:06.339+01:00", "2018-03-15T24:00:00", "2018-03-15T24:00:01", "2018-03-15T25:00:00",
    "2018-03-15T16:54", "2018-03-15 16:54:06", "2018-02-29T10:00:00",
)  # fmt: skip
_BOOLEENS = ("", "true", "false", "1", "0", " true ", "TRUE", "oui", "vrai", "2")
_CORPUS = {
    "boolean": _BOOLEENS,
    "date": _TEMPS,
    "dateTime": _TEMPS,
    "int": (*_NOMBRES, str(2**31 - 1), str(2**31), str(-(2**31)), str(-(2**31) - 1)),
    "long": (*_NOMBRES, str(2**63 - 1), str(2**63)),
    "integer": (*_NOMBRES, str(2**70)),
    "decimal": (*_NOMBRES, "1.55", "1.555", "1.500", ".5", "2."),
    "base64Binary": ("", "QQ==", "QUI=", "QUJD", "QUJD QUJD", "QQ", "Q", "Q===", "QUJDé"),
}
#: A text that every facet of the tables admits, by pattern, else by base.
_SPECIMENS = a_cote(__file__)["specimens"]


@dataclass(frozen=True)
class Cas:
    """A document to judge, and what was done: `geste`, to the element at `chemin`, "" for the whole. `ou`
    is the path of the only element whose own type then decides, which is `partie`. It is judged before the
    next is asked for, which may be the same document."""

    chemin: str
    geste: str
    document: etree._Element
    ou: str
    partie: etree._Element

    @property
    def intitule(self) -> str:
        """What it is told by."""
        return f"{self.chemin} {self.geste}".strip()


def textes(valeur: Valeur) -> Iterator[str]:
    """Texts on both sides of every bound of a type."""
    yield from _CORPUS.get(valeur.base, TEXTES)
    for nom, borne in valeur.facettes:
        if nom in ("minLength", "maxLength"):
            for longueur in (int(borne) - 1, int(borne), int(borne) + 1):
                yield "1" * longueur
                yield "é" * longueur
                yield "a" * (longueur - len("@b.fr")) + "@b.fr"
        elif nom in ("minInclusive", "maxInclusive"):
            yield from (str(int(borne) + ecart) for ecart in (-1, 0, 1))


@cache
def specimen(valeur: Valeur) -> str:
    """A text that the type admits."""
    if (fixe := valeur.facette("fixed")) is not None:
        return fixe
    if valeur.facette("minLength"):
        return "text/xml"
    if (minimum := valeur.facette("minInclusive")) is not None:
        return minimum
    if "@" in (motif := valeur.facette("pattern") or ""):
        return "prenom.nom@exemple.fr"
    return _SPECIMENS.get(motif) or _SPECIMENS.get(valeur.base, "1")


class Redacteur:
    """Writes documents of one table, and remembers which node wrote each element."""

    def __init__(self, racine: Noeud) -> None:
        self.racine = racine
        self._parents = {id(e): noeud for noeud in racine.parcours() for e in noeud.enfants}
        self.elements: dict[str, etree._Element] = {}

    def cas(self, noeud: Noeud, geste: str, ou: Noeud | None) -> Cas:
        """What was done to that element of the document written last; `ou` decides, the root if None."""
        chemin = (ou or self.racine).chemin
        return Cas(noeud.chemin, geste, self.elements[self.racine.chemin], chemin, self.elements[chemin])

    def ancetres(self, noeud: Noeud) -> list[Noeud]:
        """The node and those above it, from the root."""
        parent = self._parents.get(id(noeud))
        return [*self.ancetres(parent), noeud] if parent else [noeud]

    def parent(self, noeud: Noeud) -> Noeud | None:
        return self._parents.get(id(noeud))

    def minimal(self, avec: Noeud | None = None, fratrie: bool = True) -> etree._Element:
        """The least document; with `avec`, the least that holds it, and its siblings when `fratrie`."""
        voulus: set[int] = set()
        if avec is not None:
            voulus = {id(noeud) for noeud in self.ancetres(avec)}
            parent = self.parent(avec)
            for frere in parent.enfants if parent and fratrie else ():
                if frere.branche in ("", avec.branche) or not avec.branche:
                    voulus.add(id(frere))
        return self._ecrire(lambda noeud: noeud.minimum > 0 or id(noeud) in voulus, voulus, lambda noeud: 1)

    def maximal(self, branche: str) -> etree._Element:
        """The greatest document: everything, unbounded elements three times, in one branch of each choice."""
        voulus = {id(noeud) for noeud in self.racine.parcours() if noeud.branche == branche}
        return self._ecrire(lambda noeud: True, voulus, lambda noeud: noeud.maximum or 3)

    def _ecrire(
        self, prend: Callable[[Noeud], bool], voulus: set[int], fois: Callable[[Noeud], int]
    ) -> etree._Element:
        self.elements = {}

        def ecrire(noeud: Noeud, parent: etree._Element | None) -> etree._Element:
            if parent is None:
                element = etree.Element(noeud.tag, nsmap={"nuu": NUU, "ws": WS})
            else:
                element = etree.SubElement(parent, noeud.tag)
            self.elements.setdefault(noeud.chemin, element)
            for attribut in noeud.attributs:
                if attribut.requis or fois(noeud) > 1:
                    element.set(attribut.nom, specimen(attribut.valeur))
            if noeud.contenu == "simple":
                element.text = specimen(noeud.valeur)
            for particule in noeud.particules:
                retenus = [particule] if isinstance(particule, Noeud) else _retenus(particule, voulus)
                for enfant in filter(prend, retenus):
                    for _ in range(fois(enfant)):
                        ecrire(enfant, element)
            return element

        return ecrire(self.racine, None)


def _retenus(choix: Choix, voulus: set[int]) -> list[Noeud]:
    for branche in choix.branches.values():
        if any(id(noeud) in voulus for noeud in branche):
            return branche
    return [] if choix.facultatif else next(iter(choix.branches.values()))


# --- the kinds of cases -----------------------------------------------------------------------------


def entiers(redacteur: Redacteur) -> Iterator[Cas]:
    """The least document, the greatest, and the least that holds each row."""
    racine = redacteur.racine
    for geste, document in (
        ("document minimal", redacteur.minimal()),
        ("document maximal, première branche", redacteur.maximal("1")),
        ("document maximal, seconde branche", redacteur.maximal("2")),
    ):
        yield Cas("", geste, document, racine.chemin, document)
    for noeud in racine.parcours():
        for geste, fratrie in (("présent", True), ("présent, seul", False)):
            redacteur.minimal(noeud, fratrie)
            yield redacteur.cas(noeud, geste, redacteur.parent(noeud))


def occurrences(redacteur: Redacteur) -> Iterator[Cas]:
    """Each element missing, twice, three times."""
    for noeud, parent, element in _lignes(redacteur):
        autour = element.getparent()
        rang = autour.index(element)
        autour.remove(element)
        yield redacteur.cas(noeud, "absent", parent)
        autour.insert(rang, element)
        for fois in (2, 3):
            element.addnext(_copie(element))
            yield redacteur.cas(noeud, f"{fois} fois", parent)


def ordre(redacteur: Redacteur) -> Iterator[Cas]:
    """Each element swapped with its neighbours, sent to both ends, sent up to its grandparent."""
    for noeud, parent, element in _lignes(redacteur):
        autour = element.getparent()
        if (suivant := element.getnext()) is not None:
            suivant.addnext(element)
            yield redacteur.cas(noeud, "après son suivant", parent)
        autour.append(element)
        yield redacteur.cas(noeud, "en dernier", parent)
        autour.insert(0, element)
        yield redacteur.cas(noeud, "en premier", parent)
        if (aieul := redacteur.parent(parent)) is not None:
            autour.addnext(element)
            yield redacteur.cas(noeud, "un niveau trop haut", aieul)


def intrus(redacteur: Redacteur) -> Iterator[Cas]:
    """Unknown elements, other namespaces, elements or text where the content has none."""
    espace = etree.QName(redacteur.racine.tag).namespace
    for noeud in redacteur.racine.parcours():
        local = etree.QName(noeud.tag).localname
        redacteur.minimal(noeud)
        element = redacteur.elements[noeud.chemin]
        for nom in (f"{{{espace}}}inconnu", "inconnu", f"{{{espace}}}{local}", local):
            enfant = etree.SubElement(element, nom)
            yield redacteur.cas(noeud, f"avec un enfant {nom}", noeud)
            element.remove(enfant)
        element.tag = "{urn:ailleurs}" + local
        yield redacteur.cas(noeud, "d'un autre espace de noms", redacteur.parent(noeud))
        qualifie = noeud.tag.startswith("{")
        element.tag = local if qualifie else f"{{{espace}}}{local}"
        geste = f"{'sans' if qualifie else 'dans un'} espace de noms"
        yield redacteur.cas(noeud, geste, redacteur.parent(noeud))
        element.tag = noeud.tag
        for texte in ("intrus", "\n  "):
            if noeud.contenu == "sequence" and len(element):
                element[-1].tail = texte
            elif noeud.contenu != "simple":
                element.text = texte
            yield redacteur.cas(noeud, f"avec le texte {texte!r}", noeud)


def valeurs(redacteur: Redacteur) -> Iterator[Cas]:
    """Each simple element with texts on both sides of its bounds."""
    for noeud in redacteur.racine.parcours():
        if noeud.contenu == "simple":
            redacteur.minimal(noeud, fratrie=False)
            for texte in textes(noeud.valeur):
                redacteur.elements[noeud.chemin].text = texte
                yield redacteur.cas(noeud, f"= {texte[:40]!r} ({len(texte)})", noeud)


def attributs(redacteur: Redacteur) -> Iterator[Cas]:
    """Each attribute missing or with texts on both sides of its bounds; attributes that the row has not."""
    etrangers = (f"{{{NUU}}}modifie", "modifie", "code", f"{{{NUU}}}code", "nom", "propriete", "inconnu",
                 "versionInterface", f"{{{WS}}}contentType", "contentType")  # fmt: skip
    for noeud in redacteur.racine.parcours():
        redacteur.minimal(noeud, fratrie=False)
        element = redacteur.elements[noeud.chemin]
        for attribut in noeud.attributs:
            avant = element.attrib.pop(attribut.nom, None)
            yield redacteur.cas(noeud, f"sans @{attribut.nom}", noeud)
            for texte in textes(attribut.valeur):
                element.set(attribut.nom, texte)
                yield redacteur.cas(noeud, f"@{attribut.nom} = {texte[:40]!r} ({len(texte)})", noeud)
            del element.attrib[attribut.nom]
            if avant is not None:
                element.set(attribut.nom, avant)
        for nom in etrangers:
            if nom not in element.attrib:
                element.set(nom, "true")
                yield redacteur.cas(noeud, f"avec @{nom}", noeud)
                del element.attrib[nom]


def choix(redacteur: Redacteur) -> Iterator[Cas]:
    """Each choice: no branch, each branch whole or lacking a member, one member alone, both branches."""
    for noeud in redacteur.racine.parcours():
        alternative = next((p for p in noeud.particules if isinstance(p, Choix)), None)
        if alternative is None:
            continue
        membres = [membre for branche in alternative.branches.values() for membre in branche]
        modeles = {}
        for membre in membres:
            redacteur.minimal(membre)
            modeles[membre.chemin] = _copie(redacteur.elements[membre.chemin])
        for retenus in _parties(list(alternative.branches.values())):
            redacteur.minimal(membres[0])
            parent = redacteur.elements[noeud.chemin]
            place = parent.index(redacteur.elements[membres[0].chemin])
            for membre in alternative.branches["1"]:
                parent.remove(redacteur.elements[membre.chemin])
            parent[place:place] = [_copie(modeles[membre.chemin]) for membre in retenus]
            noms = ", ".join(etree.QName(membre.tag).localname for membre in retenus) or "aucune branche"
            yield redacteur.cas(noeud, f": {noms}", noeud)


GENRES: dict[str, Callable[[Redacteur], Iterator[Cas]]] = {
    genre.__name__: genre for genre in (entiers, occurrences, ordre, intrus, valeurs, attributs, choix)
}


def _parties(branches: list[list[Noeud]]) -> Iterator[list[Noeud]]:
    yield []
    for branche in branches:
        yield branche
        yield [*branche, *branche]
        for membre in branche:
            yield [membre]
            yield [autre for autre in branche if autre is not membre]
        for gauche, droite in pairwise(branche):
            yield [droite if m is gauche else gauche if m is droite else m for m in branche]
    premiere, seconde = branches
    yield [*premiere, *seconde]
    yield [*seconde, *premiere]
    for membre in seconde:
        yield [*premiere, membre]
        yield [membre, *premiere]
        yield [premiere[0], membre]


def _lignes(redacteur: Redacteur) -> Iterator[tuple[Noeud, Noeud, etree._Element]]:
    """Each row but the root, its parent, and its element in a fresh document."""
    for noeud in redacteur.racine.parcours():
        if (parent := redacteur.parent(noeud)) is not None:
            redacteur.minimal(noeud)
            yield noeud, parent, redacteur.elements[noeud.chemin]


def _copie(element: etree._Element) -> etree._Element:
    copie = etree.fromstring(etree.tostring(element))
    copie.tail = None
    return copie
