"""The exchanges that a report cites: the file that holds them all; the place in the XML of one that a finding
leads to; and the document as a developer sends it again, taken out of its packing, indented, the line in
fault marked."""

import re
from base64 import b64decode
from binascii import Error as Base64Faux
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from lxml import etree

from sne_conformite.rapports.rapport import EchangeCite, Rapport
from sne_conformite.rapports.rapport_masque import masquer
from sne_interface.contract.places_dans_le_texte import parcourir, places, trouver
from sne_interface.domain.texte import visible

#: The file that holds them, beside the report: a forge shows nothing of what is nowhere.
FICHIER: Final = "echanges.txt"
#: Lines shown around the one in fault.
AUTOUR: Final = 5
#: Elements that one line of the request may put in fault: a document written on one line says nothing.
_EN_CAUSE_MAX: Final = 5
_DECLARATION: Final = re.compile(r"^<\?xml[^>]*\?>")
#: What comes after the header lines of a request, or of a part.
_DEBUT: Final = re.compile(r"(?:\A|\n\n)[\s\ufeff]*(?=<)")
#: Blank lines of a request after which a document is looked for.
_DEBUTS_MAX: Final = 1_000
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
        debut, fin = max(0, self.marquees[0] - AUTOUR), self.marquees[0] + AUTOUR + 1
        return [(ligne, rang in self.marquees) for rang, ligne in [*enumerate(self.lignes)][debut:fin]]


def octets(rapport: Rapport) -> bytes:
    """The file in UTF-8, NIRs masked."""
    return en_clair(masquer(rapport)).encode("utf-8", "replace")


def en_clair(rapport: Rapport) -> str:
    """The text of the file, of a report that is masked."""
    return "".join(map(_en_entier, rapport.echanges)) or "Aucun échange n'est cité.\n"


def premieres_lignes(rapport: Rapport) -> dict[int, int]:
    """The line of the file, from 1, on which the request of each exchange (by its id) begins."""
    lignes, faites = {}, 0
    for cite in rapport.echanges:
        lignes[cite.identifiant] = faites + 2
        faites += _en_entier(cite).count("\n")
    return lignes


def _en_entier(cite: EchangeCite) -> str:
    titre = f"=== échange {cite.identifiant} : {cite.resume}"
    return visible(f"{titre}\n{cite.requete}\n=== réponse\n{cite.reponse}\n\n")


def situer(requete: str, chemin: str) -> tuple[int, int]:
    """(line, column) in a request of the tag that `chemin` leads to, wherever the path begins; of what should
    hold it when it is not there; (0, 0) when nothing of the path is."""
    meilleur, ou, fin = chemin + "/", -1, 0
    for debut in islice(_DEBUT.finditer(requete), _DEBUTS_MAX):
        if debut.end() < fin:
            continue  # a blank line of the document before
        lues, rompu = parcourir(requete[debut.end() :])
        fin = debut.end() + rompu.place if rompu is not None and rompu.place else len(requete)
        place, reste = trouver(lues, chemin)
        if place is not None and len(reste) < len(meilleur):
            meilleur, ou = reste, debut.end() + place.debut
    if ou < 0:
        return 0, 0
    return requete.count("\n", 0, ou) + 1, ou - requete.rfind("\n", 0, ou)


def montrer(cite: EchangeCite, chemin: str = "") -> DocumentMontre | None:
    """The document that the request of an exchange carries (the SOAP message itself when it carries none),
    marked where `chemin`, the path of a finding, leads, else where the SNE complained. None when there is
    none, or it was cut."""
    trouves = list(_documents(cite.requete))
    if not trouves:
        return None
    racine, decalage = min(trouves, key=lambda trouve: etree.QName(trouve[0]).localname == "Envelope")
    accuses = [
        rang
        for rang, e in enumerate(racine.iter(etree.Element))
        if (e.sourceline or 0) + decalage in cite.lignes
    ]
    etree.indent(racine, space="  ")
    texte = etree.tostring(racine, encoding="unicode")
    lues = places(texte)
    lignes = [place.ligne - 1 for place in lues.values()]
    marquees = [lignes[rang] for rang in accuses] if len(accuses) <= _EN_CAUSE_MAX else []
    place, manque = trouver(lues, chemin)
    if place is not None:
        manquent = len(manque.split("/")) if manque else 0
        faits = chemin.partition("/@")[0].count("/") + 1 - manquent
        if manquent <= min(2, faits):  # else what was reached is too far away to be pointed at
            return DocumentMontre(tuple(texte.split("\n")), (place.ligne - 1,), manque)
    return DocumentMontre(tuple(texte.split("\n")), tuple(sorted(set(marquees))))


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
    parseur = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_blank_text=True)
    try:
        return etree.fromstring(_DECLARATION.sub("", ecrit, count=1).rstrip(), parseur) if ecrit else None
    except (etree.XMLSyntaxError, ValueError):
        return None


def _decode(texte: str) -> str:
    try:
        return b64decode("".join(texte.split()), validate=True).decode("utf-8")
    except (Base64Faux, ValueError):
        return ""
