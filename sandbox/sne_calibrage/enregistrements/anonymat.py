"""Documents of real people made into those of invented ones: names, telephones, mails, streets, free texts.

The same name gets the same stand-in throughout a recording, so that comparisons of names still hold. The
values that the controls weigh stay: dates of birth, communes, resources, and the numéro unique.
`anonymat.toml` says which is which: each element of text of the schemas is in `_INVENTES`, `_PHRASES` or
`GARDES`, a test holds them to that. An element that our schemas do not have, or do not allow to hold a text,
may hold any text: a text of the same shape replaces it, and its attributes.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from string import ascii_lowercase, digits
from typing import Any, Final

import tomli
from lxml import etree

from sne_interface.contract import codec
from sne_interface.domain.nir import est_nom_de_nir, forme_valide
from sne_interface.domain.texte import plier
from sne_interface.errors import ExchangeError
from sne_interface.resources import contracts_dir

_LU: Final[Mapping[str, Mapping[str, list[str]]]] = tomli.loads(
    Path(__file__).with_name("anonymat.toml").read_text("utf-8")
)
_TELEPHONE: Final = re.compile(r"0\d{9}")
_MOT: Final = re.compile(r"\w+")
#: Shorter originals are not looked for in sentences, nor numbers that may be any other.
_CHERCHE_MIN: Final = 3
_NOMBRE: Final = re.compile(r"\d{1,5}")
#: Elements whose sentence may cite what was sent.
_PHRASES: Final = frozenset({"message", "complement", "Text", "faultstring", "explication"})

Inventer = Callable[[int, str], str]


def _tire(table: Sequence[str]) -> Inventer:
    def inventer(rang: int, original: str) -> str:
        tour, reste = divmod(rang, len(table))
        suite = "" if not tour else "-" + "".join(chr(ord("A") + int(c)) for c in str(tour))
        return table[reste] + suite

    return inventer


def _telephone(rang: int, original: str) -> str:
    """One of the numbers that the numbering plan keeps for fiction; what is no number keeps its form."""
    if _TELEPHONE.fullmatch(original) is None:
        return re.sub(r"\d", "0", original)
    tete = "063998" if original[1] in "67" else "019900"
    return f"{tete}{rang % 10_000:04d}"


def _dit(mot: str) -> Inventer:
    return lambda rang, _: f"{mot} {rang}"


#: How each kind of text is invented.
_FACONS: Final = {
    "nom": _tire(_LU["tires"]["noms"]),
    "prenom": _tire(_LU["tires"]["prenoms"]),
    "telephone": _telephone,
    "mel": lambda rang, original: f"personne{rang}" + "@example.org" * ("@" in original),
    "voie": _dit("RUE DES EXEMPLES"),
    "texte": _dit("Texte"),
    "organisme": _dit("ORGANISME"),
    "quartier": _dit("QUARTIER"),
    "metier": _dit("METIER"),
    "numero": lambda rang, _: str(rang % 9_999 + 1),
    "rpls": lambda rang, _: f"{rang:010d}",
}
#: Local name of an element → how its text is invented.
_INVENTES: Final = {nom: _FACONS[facon] for facon, noms in _LU["inventes"].items() for nom in noms}
#: Elements of text that stay as they were written.
GARDES: Final = frozenset(_LU["gardes"]["elements"])
#: Texts and attributes of SOAP and of the schemas, which say nothing of anybody.
_PROTOCOLE: Final = frozenset(_LU["gardes"]["protocole"])
_ATTRIBUTS: Final = frozenset(_LU["gardes"]["attributs"])
_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_BOOLEENS: Final = ("true", "false")
#: What is a date, and an hour, and those that stand in for it.
_INSTANT: Final = re.compile(r"(\d{4}-[01]\d-[0-3]\d(?:T\d\d:\d\d:\d\d)?)(Z?)(?!\d)")
_PREMIER, _SECONDES = datetime(1940, 1, 1), 80 * 365 * 86_400
_NORMES: Final = ("http://www.w3.org/", "http://schemas.xmlsoap.org/")


@cache
def connus() -> tuple[frozenset[str], frozenset[str]]:
    """The names of the elements of the schemas that we deliver, and those among them that have a text of
    their own."""
    racines = [etree.parse(fichier).getroot() for fichier in sorted(contracts_dir().glob("*/xsd/*.xsd"))]
    elements = [e for racine in racines for e in racine.iter(f"{_XS}element") if e.get("name")]
    genres = [genre for racine in racines for genre in racine.iter(f"{_XS}complexType")]
    blocs = {genre.get("name") for genre in genres if genre.find(f".//{_XS}element") is not None}
    textuels = {
        e.get("name")
        for e in elements
        if e.get("type", "").rpartition(":")[2] not in blocs and e.find(f".//{_XS}element") is None
    }
    tous = frozenset(e.get("name") for e in elements)
    return tous, frozenset(textuels | GARDES | _PROTOCOLE | _INVENTES.keys() | _PHRASES)


def connu(nom: str, attribut: str = "") -> bool:
    """True when the value of an element of that local name, or of an attribute of it, is either kept, or
    invented as its kind asks: a schema of ours has it, or it is that of a NIR."""
    if attribut:
        return nom in connus()[0] and attribut in _ATTRIBUTS
    return nom in connus()[0] or est_nom_de_nir(nom)


class Anonymat:
    """The stand-ins of one recording. `est_un_code` says whether a value is a code of a nomenclature, or of a
    territory, which stays; `inconnus` counts the elements that nothing is known of, by what was replaced:
    `nomUsage`, `nomUsage/@autre`."""

    def __init__(self, est_un_code: Callable[[str], bool] = lambda _: False) -> None:
        self.inconnus: Counter[str] = Counter()
        self._est_un_code = est_un_code
        self._donnes: dict[tuple[Inventer, str], str] = {}
        self._rangs: dict[Inventer, count[int]] = {}
        #: What sentences may cite: by first word, the words of each original and its stand-in.
        self._cites: dict[str, dict[tuple[str, ...], str]] = {}
        #: A draw looks at nothing of what it replaces but its shape: knowing the draws gives nothing away.
        self._tirage = Random(0)
        self._formes: dict[tuple[str, int], str] = {}

    def document(self, octets: bytes) -> bytes | None:
        """The document without its people, written again in UTF-8; None when it is no XML."""
        try:
            racine = codec.parse(octets, limit=max(len(octets), 1))
        except ExchangeError:
            return None
        etree.strip_tags(racine, etree.Comment, etree.ProcessingInstruction)
        phrases = []
        for element in racine.iter(etree.Element):
            nom = etree.QName(element).localname
            texte = (element.text or "").strip()
            if nom in _PHRASES:
                phrases.append(element)
            elif nom in _INVENTES and not len(element) and texte:
                element.text = self._remplacant(_INVENTES[nom], texte)
            elif texte and not _garde(nom, texte, seul=not len(element)):
                element.text = self._de_meme_forme(nom, element.text)
            if (element.tail or "").strip():
                element.tail = self._de_meme_forme(etree.QName(element.getparent()).localname, element.tail)
            self._attributs(element, nom)
        for element in phrases:
            element.text = self._sans_citation(element.text or "")
        ecrit: bytes = etree.tostring(racine, encoding="UTF-8", xml_declaration=True)
        return ecrit

    def _attributs(self, element: Any, nom: str) -> None:
        for cle, valeur in element.attrib.items():
            lu = etree.QName(cle)
            if connu(nom, lu.localname) or (lu.namespace or "").startswith(_NORMES):
                continue
            code = lu.localname == "code" and self._est_un_code(valeur)
            if valeur.strip() and not code and not (lu.localname == "modifie" and valeur in _BOOLEENS):
                element.set(cle, self._de_meme_forme(f"{nom}/@{lu.localname}", valeur))

    def _de_meme_forme(self, ou: str, original: str) -> str:
        """A text of the same length and shape; of what reads as a date, a date; of a boolean, another draw
        each time, as one that is always the same would tell which it was."""
        self.inconnus[ou] += 1
        if original.strip() in _BOOLEENS:
            return self._tirage.choice(_BOOLEENS)
        cle = plier(original), len(original)
        tires = self._formes.get(cle)
        if tires is None:
            tires = self._formes[cle] = "".join(self._tirage.choice(ascii_lowercase) for _ in original)
        remplacant = "".join(_signe(c, tire) for c, tire in zip(original, tires, strict=True))
        for vue in _INSTANT.finditer(original):
            jour = _PREMIER + timedelta(seconds=Random(tires).randrange(_SECONDES))
            ecrit = jour.isoformat()[: len(vue[1])]
            remplacant = remplacant[: vue.start()] + ecrit + vue[2] + remplacant[vue.end() :]
        self._citer(original, remplacant, inconnu=True)
        return remplacant

    def _remplacant(self, inventer: Inventer, original: str) -> str:
        cle = inventer, plier(original)
        remplacant = self._donnes.get(cle)
        if remplacant is None:
            rang = next(self._rangs.setdefault(inventer, count()))
            remplacant = self._donnes[cle] = inventer(rang, original)
        self._citer(original, remplacant)
        return remplacant

    def _citer(self, original: str, remplacant: str, *, inconnu: bool = False) -> None:
        """Sentences that cite `original` will say `remplacant`: the stand-in of a known element, if one has
        the same text, as its sentences are ours too."""
        mots = tuple(plier(mot) for mot in _MOT.findall(original))
        if mots and len(original) >= _CHERCHE_MIN and _NOMBRE.fullmatch(original) is None:
            connus_ = self._cites.setdefault(mots[0], {})
            if not (inconnu and mots in connus_):
                connus_[mots] = remplacant

    def _sans_citation(self, phrase: str) -> str:
        """The sentence without what it cites: whole words, the longest original first, however they are
        accented or cased."""
        vus = list(_MOT.finditer(phrase))
        mots = [plier(vu[0]) for vu in vus]
        morceaux, fini, rang = [], 0, 0
        while rang < len(mots):
            connus = self._cites.get(mots[rang], {})
            cites = [c for c in connus if tuple(mots[rang : rang + len(c)]) == c]
            if not cites:
                rang += 1
                continue
            cite = max(cites, key=len)
            morceaux += [phrase[fini : vus[rang].start()], connus[cite]]
            rang += len(cite)
            fini = vus[rang - 1].end()
        return "".join((*morceaux, phrase[fini:]))


def _garde(nom: str, texte: str, *, seul: bool) -> bool:
    """True when a text stays as it was written. The text of a NIR is already another's, when it has its
    form."""
    return seul and (nom in connus()[1] or (est_nom_de_nir(nom) and forme_valide(texte)))


def _signe(original: str, tire: str) -> str:
    if original.isalpha():
        return tire.upper() if original.isupper() else tire
    return digits[ascii_lowercase.index(tire) % 10] if original.isalnum() else original
