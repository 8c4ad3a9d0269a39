"""A copy of the schemas of a contract in which one declaration is changed: a bound, how often an element may
stand, a value of a list, an element more. Each change touches the element that was seen, and no other of the
same type: it gets a type of its own."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from enum import StrEnum
from itertools import count
from typing import Any, Final

from lxml import etree

from sne_interface.contract.schemas import cloture

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
#: Where the declarations of children stand, inside the type of their parent.
_GROUPES: Final = frozenset(
    f"{_XS}{nom}" for nom in ("sequence", "choice", "all", "complexContent", "extension", "restriction")
)


class Facette(StrEnum):
    """The part of a declaration that is changed."""

    LONGUEUR_MAX = "maxLength"
    LONGUEUR_MIN = "minLength"
    VALEUR_MAX = "maxInclusive"
    VALEUR_MIN = "minInclusive"
    FOIS_MAX = "maxOccurs"
    FACULTATIF = "minOccurs=0"
    OBLIGATOIRE = "minOccurs=1"
    VALEUR = "enumeration"
    #: An element more, optional, after the one named by the value (first, for "").
    ELEMENT = "element"


class SchemasCopies:
    """The schemas of a contract as trees that can be changed; `changes` are those that were, by path."""

    def __init__(self, lire: Callable[[str], bytes]) -> None:
        self._lire = lire
        self._arbres: dict[str, Any] = {}
        self._clotures: dict[str, list[str]] = {}
        self.changes: dict[str, Any] = {}

    def changer(self, fichier: str, facette: Facette, chemin: str, valeur: str) -> bool:
        """Makes the change at a path (names, from the root of the document) of the documents of `fichier`;
        whether it could be made."""
        tete, _, nom = chemin.rpartition("/")
        trouve = self._declaration(fichier, tete if facette is Facette.ELEMENT else chemin)
        if trouve is None:
            return False
        lieu, declaration = trouve
        if facette is Facette.ELEMENT:
            faite = self._ajouter(declaration, nom, valeur, fichier)
        elif facette in (Facette.FOIS_MAX, Facette.FACULTATIF, Facette.OBLIGATOIRE):
            attribut, _, impose = facette.partition("=")
            declaration.set(attribut, impose or valeur)
            faite = True
        else:
            faite = self._changer_valeur(lieu, declaration, facette, valeur, fichier)
        if faite:
            self.changes[lieu] = self._arbres[lieu]
        return faite

    # --- where ------------------------------------------------------------------------------------------

    def _fichiers(self, fichier: str) -> list[str]:
        """A schema and all that it includes."""
        if fichier not in self._clotures:
            racines = cloture(self._lire, fichier)
            self._clotures[fichier] = list(racines)
            self._arbres = {**racines, **self._arbres}
        return self._clotures[fichier]

    def _declaration(self, fichier: str, chemin: str) -> tuple[str, Any] | None:
        premier, *suite = chemin.split("/")
        courant = self._global(fichier, "element", premier)
        for nom in suite:
            trouve = None if courant is None else self._type(fichier, *courant)
            if trouve is None:
                return None
            courant = next((c for c in self._declares(fichier, *trouve) if c[1].get("name") == nom), None)
        return courant

    def _global(self, fichier: str, sorte: str, nom: str) -> tuple[str, Any] | None:
        for vu in self._fichiers(fichier):
            for noeud in self._arbres[vu].iterchildren(f"{_XS}{sorte}"):
                if noeud.get("name") == nom:
                    return vu, noeud
        return None

    def _type(self, fichier: str, lieu: str, declaration: Any) -> tuple[str, Any] | None:
        """The type of a declaration, its own or the one that it names; None for one of the language."""
        for sorte in ("complexType", "simpleType"):
            propre = declaration.find(f"{_XS}{sorte}")
            if propre is not None:
                return lieu, propre
        nom = declaration.get("type", declaration.get("base", "")).rpartition(":")[2]
        return self._global(fichier, "complexType", nom) or self._global(fichier, "simpleType", nom)

    def _declares(self, fichier: str, lieu: str, noeud: Any) -> Iterator[tuple[str, Any]]:
        if noeud.tag == f"{_XS}extension":
            base = self._type(fichier, lieu, noeud)
            if base is not None:
                yield from self._declares(fichier, *base)
        for enfant in noeud.iterchildren(etree.Element):
            if enfant.tag == f"{_XS}element":
                yield lieu, enfant
            elif enfant.tag in _GROUPES:
                yield from self._declares(fichier, lieu, enfant)

    # --- what -------------------------------------------------------------------------------------------

    def _changer_valeur(
        self, lieu: str, declaration: Any, facette: Facette, valeur: str, fichier: str
    ) -> bool:
        trouve = self._type(fichier, lieu, declaration)
        if trouve is None:
            return False
        type_ = trouve[1]
        if type_.getparent() is declaration:
            return _poser(type_, facette, valeur)
        nouveau = simple = deepcopy(type_)
        extension = nouveau.find(f"{_XS}simpleContent/{_XS}extension")
        if extension is not None:
            base = self._type(fichier, lieu, extension)
            if base is None or base[1].tag != f"{_XS}simpleType":
                return False
            simple = deepcopy(base[1])
        if not _poser(simple, facette, valeur):
            return False
        self._nommer(lieu, simple, f"{declaration.get('name')}Valeur")
        if extension is not None:
            extension.set("base", simple.get("name"))
            self._nommer(lieu, nouveau, f"{declaration.get('name')}Calibre")
        declaration.set("type", nouveau.get("name"))
        return True

    def _nommer(self, lieu: str, type_: Any, voulu: str) -> None:
        """Adds a type, under a name that no other has."""
        pris = {n.get("name") for arbre in self._arbres.values() for n in arbre}
        nom = voulu[0].upper() + voulu[1:]
        type_.set("name", next(n for i in count() if (n := f"{nom}{i or ''}") not in pris))
        self._arbres[lieu].append(type_)

    def _ajouter(self, parent: Any, nom: str, apres: str, fichier: str) -> bool:
        """An optional element of text in the sequence where `apres` stands."""
        trouve = self._type(fichier, "", parent)
        if trouve is None:
            return False
        lieu, type_ = trouve
        voisins = [(ou, d) for ou, d in self._declares(fichier, lieu, type_) if d.get("name") == apres]
        nouveau = etree.Element(f"{_XS}element", name=nom, type="xs:string", minOccurs="0")
        if voisins and voisins[0][1].getparent().tag == f"{_XS}sequence":
            lieu, voisin = voisins[0]
            voisin.addnext(nouveau)
        else:
            sequence = next(type_.iter(f"{_XS}sequence"), None)
            if apres or sequence is None:
                return False
            sequence.insert(0, nouveau)
        self.changes[lieu] = self._arbres[lieu]
        return True


def _poser(simple: Any, facette: Facette, valeur: str) -> bool:
    restriction = simple.find(f"{_XS}restriction")
    if restriction is None or not restriction.get("base", "").startswith("xs:"):
        return False
    marque = f"{_XS}{facette}"
    anciennes = restriction.findall(marque)
    if not anciennes:
        restriction.insert(0, etree.Element(marque, value=valeur))
    elif facette is Facette.VALEUR:
        anciennes[-1].addnext(etree.Element(marque, value=valeur))
    else:
        anciennes[0].set("value", valeur)
    return True
