"""The XML of an exchange that a report cites, as a developer sends it again: taken out of its packing,
indented, the line in fault marked.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Faux
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from sne_conformite.rapports.rapport import EchangeCite

#: Lines shown around the one in fault.
AUTOUR: Final = 5
#: Elements that one line of the request may put in fault: a document written on one line says nothing.
_EN_CAUSE_MAX: Final = 5
_DECLARATION: Final = re.compile(r"^<\?xml[^>]*\?>")
#: What comes after the header lines of a request, or of a part.
_DEBUT: Final = re.compile(r"(?:\A|\n\n)\s*(?=<)")
_COUPE: Final = "\n[… "


@dataclass(frozen=True, slots=True)
class DocumentMontre:
    """A document: its `lignes`, indented, the ranks from 0 of those `marquees`; `manque` names what the first
    of them should hold and does not, "" when it is itself in fault."""

    lignes: tuple[str, ...]
    marquees: tuple[int, ...] = ()
    manque: str = ""

    @property
    def texte(self) -> str:
        """All of it."""
        return "\n".join(self.lignes)

    @property
    def extrait(self) -> list[tuple[str, bool]]:
        """The lines around the first marked one, each with whether it is marked; none without a mark."""
        if not self.marquees:
            return []
        debut = max(0, self.marquees[0] - AUTOUR)
        fin = self.marquees[0] + AUTOUR + 1
        return [
            (ligne, rang in self.marquees) for rang, ligne in enumerate(self.lignes[:fin]) if rang >= debut
        ]


def montrer(cite: EchangeCite, chemin: str = "") -> DocumentMontre | None:
    """The document that the request of an exchange carries (the SOAP message itself when it carries none),
    marked where `chemin`, the path of a finding, leads, else where the SNE complained. None when there is
    none, or it was cut."""
    trouve = next(iter(sorted(_documents(cite.requete), key=_est_envelope)), None)
    if trouve is None:
        return None
    racine, decalage = trouve
    accuses = [e for e in racine.iter(etree.Element) if (e.sourceline or 0) + decalage in cite.lignes]
    vises, manque = _suivre(racine, chemin)
    if not vises and len(accuses) <= _EN_CAUSE_MAX:
        vises = accuses
    rangs = [rang for rang, e in enumerate(racine.iter(etree.Element)) if e in vises]
    etree.indent(racine, space="  ")
    lignes = etree.tostring(racine, encoding="unicode").split("\n")
    # Read again: an element is then on the line where it begins.
    relus = list(etree.fromstring("\n".join(lignes), _parseur()).iter(etree.Element))
    return DocumentMontre(tuple(lignes), tuple(sorted({relus[r].sourceline - 1 for r in rangs})), manque)


def _parseur() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)


def _documents(requete: str) -> Iterator[tuple[Any, int]]:
    """Each XML document of a request, and the line of the request (from 0) on which it begins."""
    if "<!DOCTYPE" in requete or _COUPE in requete:
        return
    fin = 0
    for debut in _DEBUT.finditer(requete):
        if debut.end() < fin:
            continue  # a blank line of the document before
        ecrit = requete[debut.end() :].split("\n--", 1)[0]
        racine = _lire(ecrit)
        if racine is None:
            continue
        fin = debut.end() + len(ecrit)
        yield racine, requete.count("\n", 0, debut.end())
        for element in racine.iter(etree.Element):  # outside of MTOM the document is text of the message
            if not len(element) and len(element.text or "") > 40 and "<" not in (element.text or ""):
                dedans = _lire(_decode(element.text))
                if dedans is not None:
                    yield dedans, -(10**9)  # no line of the request is one of its lines


def _lire(ecrit: str) -> Any:
    try:
        return etree.fromstring(_DECLARATION.sub("", ecrit, count=1).rstrip(), _parseur()) if ecrit else None
    except (etree.XMLSyntaxError, ValueError):
        return None


def _decode(texte: str) -> str:
    try:
        return b64decode("".join(texte.split()), validate=True).decode("utf-8")
    except (Base64Faux, ValueError):
        return ""


def _est_envelope(trouve: tuple[Any, int]) -> bool:
    return bool(etree.QName(trouve[0]).localname == "Envelope")


def _suivre(racine: Any, chemin: str) -> tuple[list[Any], str]:
    """The element at the end of a path (names, and ranks from 1), or the last one on the way there and the
    name of what it lacks; none when the path leads nowhere near."""
    pas = [_pas(morceau) for morceau in chemin.split("/") if morceau]
    if not pas:
        return [], ""
    ici = next((e for e in racine.iter(etree.Element) if etree.QName(e).localname == pas[0][0]), None)
    if ici is None:
        return [], ""
    faits = 1
    for nom, rang in pas[1:]:
        homonymes = [e for e in ici.iterchildren(etree.Element) if etree.QName(e).localname == nom]
        if len(homonymes) < rang:
            break
        ici = homonymes[rang - 1]
        faits += 1
    restes = pas[faits:]
    if len(restes) > min(2, faits):
        return [], ""  # what was reached is too far away to be pointed at
    return [ici], "/".join(f"{nom}[{rang}]" if rang > 1 else nom for nom, rang in restes)


def _pas(morceau: str) -> tuple[str, int]:
    nom, _, rang = morceau.rstrip("]").partition("[")
    return nom, int(rang) if rang.isdecimal() and int(rang) else 1
