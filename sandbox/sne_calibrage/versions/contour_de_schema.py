"""The outline of a schema: every place that a document may have, by its path, and what may stand there.

Two schemas are compared by their outlines, whatever the types they are written with.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import mul
from typing import Any, Final

from lxml import etree

from sne_interface.contract.phrases_d_explication import local

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
#: What a bound that leaves its value out admits, of whole numbers: the value beside it.
_EXCLUES: Final = {"minExclusive": ("minInclusive", 1), "maxExclusive": ("maxInclusive", -1)}
#: Facets that are lists, and not one value.
_CODES: Final = "enumeration"
_MOTIF: Final = "pattern"


@dataclass(frozen=True)
class Valeurs:
    """The values that the text of a place may have. `lignee` are the built-in types it is one of, the nearest
    first (« integer », « decimal »); `bornes` the facets by name, `motifs` the regular expressions that must
    all hold, `codes` the values of an enumeration, None without one."""

    lignee: tuple[str, ...]
    bornes: Mapping[str, str] = field(default_factory=dict)
    motifs: frozenset[str] = frozenset()
    codes: frozenset[str] | None = None

    @property
    def base(self) -> str:
        """The nearest built-in type."""
        return self.lignee[0]

    @property
    def dite(self) -> str:
        """All of it, in one line: what names the member of a union, or the item of a list."""
        codes = () if self.codes is None else sorted(self.codes)
        bornes = (f"{nom} {valeur}" for nom, valeur in sorted(self.bornes.items()))
        return " ".join((self.base, *bornes, *sorted(self.motifs), *codes))


@dataclass(frozen=True)
class PlaceDeSchema:
    """An element, or an attribute, where its parent is. `maximum` None is no limit; `valeurs` is None for
    what holds no text, and for a wildcard the names that it lets in; `modele` tells the order and the
    choices of the elements below, () without any. `espace` is the namespace that it is written in, "" for
    none; `contraintes` what must be unique below."""

    minimum: int
    maximum: int | None
    valeurs: Valeurs | None = None
    modele: tuple[Any, ...] = ()
    fixe: str | None = None
    nil: bool = False
    espace: str = ""
    defaut: str | None = None
    contraintes: frozenset[str] = frozenset()


def relever(schema: Any) -> dict[str, PlaceDeSchema]:
    """Collects the places of an `xmlschema.XMLSchema` by path (« interfaceNuu/entete/@x »), parents before
    children. A type that holds itself is gone through once. The caller holds VERROU_DES_MODELES."""
    places: dict[str, PlaceDeSchema] = {}
    for element in schema.elements.values():
        if element.target_namespace == schema.target_namespace:
            _element(element, local(element.name), 1, 1, places, ())
    return places


def _element(
    element: Any,
    chemin: str,
    minimum: int,
    maximum: int | None,
    places: dict[str, PlaceDeSchema],
    ancetres: tuple[int, ...],
) -> None:
    type_ = element.type
    simple = type_.is_simple() or type_.has_simple_content()
    groupe = None if simple else type_.content
    modele = () if groupe is None else (_modele(groupe), "mixed" if type_.mixed else "")
    valeurs = lire_valeurs(type_ if type_.is_simple() else type_.content) if simple else None
    deja = places.get(chemin)
    if deja is not None:  # the same name twice in one model: what either admits
        minimum, maximum = min(minimum, deja.minimum), _limite(max, maximum, deja.maximum)
    places[chemin] = PlaceDeSchema(
        minimum,
        maximum,
        valeurs,
        modele,
        element.fixed,
        bool(element.nillable),
        _espace(element.name),
        element.default,
        frozenset(_contrainte(unique) for unique in element.identities),
    )
    if not type_.is_simple():
        for nom, attribut in type_.attributes.items():
            if nom is None:
                places[f"{chemin}/@*"] = PlaceDeSchema(0, 1, _admis(attribut))
            elif attribut.use != "prohibited":
                places[f"{chemin}/@{local(nom)}"] = PlaceDeSchema(
                    int(attribut.use == "required"),
                    1,
                    lire_valeurs(attribut.type),
                    fixe=attribut.fixed,
                    espace=_espace(nom),
                    defaut=attribut.default,
                )
    if groupe is None or id(type_) in ancetres:
        return
    for enfant, combien, combien_max in _particules(groupe, 1, 1):
        nom = local(enfant.name) if enfant.name else "*"
        if enfant.name is None:
            places[f"{chemin}/*"] = PlaceDeSchema(combien, combien_max, _admis(enfant))
        else:
            _element(enfant, f"{chemin}/{nom}", combien, combien_max, places, (*ancetres, id(type_)))


def _espace(nom: str) -> str:
    return etree.QName(nom).namespace or ""


def _admis(joker: Any) -> Valeurs:
    """Returns the values that a wildcard lets in."""
    return Valeurs(
        ("any",), {"namespace": " ".join(joker.namespace), "processContents": joker.process_contents}
    )


def _contrainte(unique: Any) -> str:
    """« unique evenement : @id »."""
    champs = ", ".join(champ.path for champ in unique.fields)
    return f"{local(unique.elem.tag)} {unique.selector.path} : {champs}"


def _particules(groupe: Any, minimum: int, maximum: int | None) -> Iterator[tuple[Any, int, int | None]]:
    """The elements and wildcards of a model, with how often each may stand in it."""
    if groupe.model == "choice" and len(groupe) > 1:
        minimum = 0
    minimum, maximum = minimum * groupe.min_occurs, _limite(mul, maximum, groupe.max_occurs)
    for particule in groupe:
        if hasattr(particule, "model"):
            yield from _particules(particule, minimum, maximum)
        else:
            yield particule, minimum * particule.min_occurs, _limite(mul, maximum, particule.max_occurs)


def _modele(groupe: Any) -> tuple[Any, ...]:
    """A model: its kind, whether it may be absent or come again, and what it holds, names or models."""
    membres = (_modele(m) if hasattr(m, "model") else local(m.name or "*") for m in groupe)
    return (groupe.model, groupe.min_occurs == 0, groupe.max_occurs != 1, *membres)


def _limite(faire: Callable[[int, int], int], un: int | None, autre: int | None) -> int | None:
    return None if un is None or autre is None else faire(un, autre)


def lire_valeurs(type_: Any) -> Valeurs:
    """Returns the values that a simple type (an xmlschema component) admits, whatever the chain of types that
    says it."""
    bornes: dict[str, str] = {}
    motifs = set()
    codes: frozenset[str] | None = None
    lignee = []
    courant = type_
    while courant is not None:
        nom = courant.name or ""
        if nom.startswith(_XS):
            lignee.append(local(nom))
        elif getattr(courant, "member_types", None):
            membres = sorted(lire_valeurs(membre).dite for membre in courant.member_types)
            lignee.append(f"union({' | '.join(membres)})")
        elif getattr(courant, "item_type", None) is not None:
            lignee.append(f"list({lire_valeurs(courant.item_type).dite})")
        if not nom.startswith(_XS):
            for facette in courant.facets.values():
                sorte = local(facette.elem.tag) if facette.elem is not None else ""
                if sorte == _CODES:
                    lus = frozenset(str(code) for code in facette.enumeration)
                    codes = lus if codes is None else codes
                elif sorte == _MOTIF:
                    motifs.add(" | ".join(sorted(facette.regexps)))
                elif sorte:
                    bornes.setdefault(sorte, str(facette.value))
        courant = courant.base_type if courant.base_type is not courant else None
    if "integer" in lignee:
        for nom, (inclus, pas) in _EXCLUES.items():
            if nom in bornes:
                bornes.setdefault(inclus, str(int(bornes.pop(nom)) + pas))
    return Valeurs(tuple(lignee) or ("anySimpleType",), bornes, frozenset(motifs), codes)
