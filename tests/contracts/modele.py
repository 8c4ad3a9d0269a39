"""The reference tables as a tree, and a judge that reads nothing but this tree.

The judge knows XML Schema's values and content models only as far as the tables use them. It never sees an
XSD: that is the point, since the XSD are what its verdicts are compared with.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from pathlib import Path

from lxml import etree

TABLES = Path(__file__).with_name("tables")
NUU = "http://nuu.application.i2/"
WS = "http://ws.metier.nuu.application.i2/"
_INT, _LONG = 2**31, 2**63


@dataclass(frozen=True)
class Valeur:
    """A simple type: its base (XML Schema name) and its facets."""

    base: str
    facettes: tuple[tuple[str, str], ...] = ()

    def admet(self, texte: str) -> bool:
        return _admet(self, texte)

    def facette(self, nom: str) -> str | None:
        return dict(self.facettes).get(nom)


@dataclass(frozen=True)
class Attribut:
    """An attribute; `nom` is in Clark notation."""

    nom: str
    requis: bool
    valeur: Valeur


@dataclass
class Noeud:
    """One row. `maximum` None is unbounded; `branche` is "" outside a choice; `tag` is in Clark notation."""

    tag: str
    chemin: str
    minimum: int
    maximum: int | None
    contenu: str
    valeur: Valeur
    attributs: tuple[Attribut, ...]
    branche: str = ""
    choix_facultatif: bool = False
    enfants: list["Noeud"] = field(default_factory=list)

    def parcours(self) -> Iterator["Noeud"]:
        """This node and all below it, in document order."""
        yield self
        for enfant in self.enfants:
            yield from enfant.parcours()

    @cached_property
    def particules(self) -> list["Noeud | Choix"]:
        """The children in order, those of a choice gathered; asked for once the tree is whole."""
        suite: list[Noeud | Choix] = []
        for enfant in self.enfants:
            if not enfant.branche:
                suite.append(enfant)
            elif suite and isinstance(suite[-1], Choix):
                suite[-1].branches.setdefault(enfant.branche, []).append(enfant)
            else:
                suite.append(Choix(enfant.choix_facultatif, {enfant.branche: [enfant]}))
        return suite


@dataclass
class Choix:
    """Branches, one of which must stand, or none when `facultatif` or when one of them may be empty."""

    facultatif: bool
    branches: dict[str, list[Noeud]]


def lire_document(nom: str, version: str = "02.00") -> Noeud:
    """Tree of the table `nom` (`demande`, `evenement`, …) as it stands in a message version."""
    lignes = list(_lignes(nom))
    for ajout in _lignes("demande-ajouts-02.02") if nom == "demande" else ():
        rang = next(rang for rang, ligne in enumerate(lignes) if ligne["path"] == ajout["apres"])
        lignes.insert(rang + 1, ajout)
    noeuds: dict[str, Noeud] = {}
    for ligne in lignes:
        if ligne["since"] > version:
            continue
        parent, _, nom_court = ligne["path"].rpartition("/")
        noeud = Noeud(
            tag=f"{{{NUU}}}{nom_court}",
            chemin=ligne["path"],
            minimum=int(ligne["min"]),
            maximum=None if ligne["max"] == "*" else int(ligne["max"]),
            contenu=ligne["content"],
            valeur=Valeur(ligne["base"], _facettes(ligne["facets"])),
            attributs=tuple(_attributs(ligne["attributes"])),
            branche=ligne["choice"].rpartition(":")[2],
            choix_facultatif="optional" in ligne["choice"],
        )
        noeuds[ligne["path"]] = noeud
        if parent:
            noeuds[parent].enfants.append(noeud)
    return noeuds[lignes[0]["path"]]


def lire_messages() -> dict[str, tuple[str, Noeud]]:
    """By local name of the element: the service that has it, and its tree, from the table of operations."""
    messages: dict[str, tuple[str, Noeud]] = {}
    champs: dict[str, list[str]] = {}
    for ligne in _lignes("operations"):
        element, nom = ligne["element"], ligne["field"]
        racine = Noeud(f"{{{WS}}}{element}", element, 1, 1, "sequence", Valeur(""), ())
        _, racine = messages.setdefault(element, (ligne["service"], racine))
        if nom not in champs.setdefault(element, []):
            champs[element].append(nom)
            racine.enfants.append(_champ(f"{element}/{nom}", nom, ligne["type"], int(ligne["min"])))
    return messages


def lire_operations() -> list[dict[str, str]]:
    """Rows of the table of operations."""
    return list(_lignes("operations"))


def _champ(chemin: str, nom: str, type_: str, minimum: int) -> Noeud:
    content_type = Attribut(f"{{{WS}}}contentType", False, Valeur("string", (("minLength", "3"),)))
    code = Attribut("code", False, Valeur("string", (("pattern", "[a-zA-Z0-9]{1,6}"),)))
    if type_ == "tns:base64Binary":
        return Noeud(nom, chemin, minimum, 1, "simple", Valeur("base64Binary"), (content_type,))
    if type_ == "tns:codeElement":
        return Noeud(nom, chemin, minimum, 1, "empty", Valeur(""), (code,))
    return Noeud(nom, chemin, minimum, 1, "simple", Valeur(type_.removeprefix("xs:")), ())


def _lignes(nom: str) -> Iterator[dict[str, str]]:
    with (TABLES / f"{nom}.csv").open(encoding="utf-8", newline="") as fichier:
        yield from csv.DictReader(fichier)


def _facettes(texte: str) -> tuple[tuple[str, str], ...]:
    return tuple(tuple(mot.split("=", 1)) for mot in texte.split())  # type: ignore[misc]


def _attributs(texte: str) -> Iterator[Attribut]:
    for description in filter(None, map(str.strip, texte.split(";"))):
        nom, base, *facettes = description.removeprefix("@").split(" ")
        yield Attribut(
            nom.rstrip("!").replace("{ns}", f"{{{NUU}}}"),
            nom.endswith("!"),
            Valeur(base, _facettes(" ".join(facettes))),
        )


# --- the judge --------------------------------------------------------------------------------------


def admet(element: etree._Element, noeud: Noeud) -> bool:
    """Whether an element, with all below it, is what the table says."""
    return (
        element.tag == noeud.tag
        and _attributs_conviennent(element, noeud)
        and {"simple": _simple, "empty": _vide, "sequence": _sequence}[noeud.contenu](element, noeud)
    )


def _attributs_conviennent(element: etree._Element, noeud: Noeud) -> bool:
    connus = {attribut.nom: attribut for attribut in noeud.attributs}
    return all(
        nom in connus and connus[nom].valeur.admet(texte) for nom, texte in element.attrib.items()
    ) and all(attribut.nom in element.attrib for attribut in noeud.attributs if attribut.requis)


def _simple(element: etree._Element, noeud: Noeud) -> bool:
    return len(element) == 0 and noeud.valeur.admet(element.text or "")


def _vide(element: etree._Element, _noeud: Noeud) -> bool:
    return len(element) == 0 and not element.text


def _sequence(element: etree._Element, noeud: Noeud) -> bool:
    textes = [element.text, *(enfant.tail for enfant in element)]
    if any(texte and texte.strip() for texte in textes):
        return False
    reste = list(element)
    for particule in noeud.particules:
        if isinstance(particule, Noeud):
            if not _consommer(reste, [particule]):
                return False
            continue
        suivant = reste[0].tag if reste else None
        prise = next((b for b in particule.branches.values() if suivant in {noeud.tag for noeud in b}), None)
        if prise is not None:
            if not _consommer(reste, prise):
                return False
        elif not particule.facultatif and not any(
            all(noeud.minimum == 0 for noeud in branche) for branche in particule.branches.values()
        ):
            return False
    return not reste


def _consommer(reste: list[etree._Element], noeuds: Iterable[Noeud]) -> bool:
    """Takes off the head of `reste` what `noeuds` allow, in order; False when one is missing or wrong."""
    for noeud in noeuds:
        pris = 0
        while reste and reste[0].tag == noeud.tag and (noeud.maximum is None or pris < noeud.maximum):
            if not admet(reste.pop(0), noeud):
                return False
            pris += 1
        if pris < noeud.minimum:
            return False
    return True


@cache
def _admet(valeur: Valeur, texte: str) -> bool:
    if valeur.base not in ("string", "anySimpleType"):
        texte = " ".join(re.split("[ \t\r\n]+", texte)).strip(" ")
    return _LEXIQUES[valeur.base](texte) and all(
        _FACETTES[nom](texte, borne) for nom, borne in valeur.facettes
    )


def _date(texte: str) -> bool:
    lu = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?", texte)
    if lu is None:
        return False
    try:
        date(int(lu[1]), int(lu[2]), int(lu[3]))
    except ValueError:
        return False
    return True


def _date_heure(texte: str) -> bool:
    jour, separateur, heure = texte.partition("T")
    lu = re.fullmatch(r"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?)(Z|[+-]\d\d:\d\d)?", heure)
    return bool(separateur) and lu is not None and _date(jour + (lu[5] or ""))


def _entier(borne: int | None) -> Callable[[str], bool]:
    def lexique(texte: str) -> bool:
        entier = re.fullmatch(r"[+-]?[0-9]+", texte) is not None
        return entier and (borne is None or -borne <= int(texte) < borne)

    return lexique


def _base64(texte: str) -> bool:
    serre = texte.replace(" ", "")
    quart = "[A-Za-z0-9+/]"
    return re.fullmatch(f"({quart}{{4}})*({quart}{{2}}==|{quart}{{3}}=)?", serre) is not None


_LEXIQUES: dict[str, Callable[[str], bool]] = {
    "string": lambda texte: True,
    "anySimpleType": lambda texte: True,
    "boolean": lambda texte: texte in {"true", "false", "1", "0"},
    "date": _date,
    "dateTime": _date_heure,
    "int": _entier(_INT),
    "long": _entier(_LONG),
    "integer": _entier(None),
    "decimal": lambda texte: re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", texte) is not None,
    "base64Binary": _base64,
}
_FACETTES: dict[str, Callable[[str, str], bool]] = {
    "minLength": lambda texte, borne: len(texte) >= int(borne),
    "maxLength": lambda texte, borne: len(texte) <= int(borne),
    "pattern": lambda texte, borne: re.fullmatch(borne, texte) is not None,
    "minInclusive": lambda texte, borne: int(texte) >= int(borne),
    "maxInclusive": lambda texte, borne: int(texte) <= int(borne),
    "fractionDigits": lambda texte, borne: len(texte.partition(".")[2].rstrip("0")) <= int(borne),
    "fixed": lambda texte, borne: texte == borne,
}
