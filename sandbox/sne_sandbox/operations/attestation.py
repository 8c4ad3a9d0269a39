"""The attestation d'enregistrement (R. 441-2-4): one page, PDF, pure ASCII.

A client in the field decodes the whole answer as UTF-8, so no byte may be above 127: text is escaped in
octal. ReportLab has laid the page out once (`tests/gabarits.py`): its import costs four megabytes and a
tenth of a second.
"""

import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

from sne_sandbox.domain.base import Guichet
from sne_sandbox.domain.dates import ajouter_mois, date_francaise
from sne_sandbox.domain.demande import TERRITOIRE_ILE_DE_FRANCE, DemandeStockee
from sne_sandbox.operations.document import delai_anormal_ans
from sne_sandbox.operations.question import Question
from sne_sandbox.resources import fixtures_dir

#: Lines of the page, bytes that each may take once escaped (an accent takes four), and characters.
LIGNES: Final = 42
OCTETS_LIGNE: Final = 240
LARGEUR: Final = 96
#: What a page can hold of the two lists of a demande.
_COTITULAIRES: Final = 8
_COMMUNES: Final = 12


def _echapper(octet: int) -> bytes:
    if octet in b"()\\":
        return b"\\" + bytes((octet,))
    return bytes((octet,)) if 32 <= octet < 127 else b"\\%03o" % octet


_ECHAPPES: Final = tuple(_echapper(octet) for octet in range(256))


def rediger(stockee: DemandeStockee, guichet: Guichet | None, question: Question) -> bytes:
    """The PDF of a demande just created or renewed, in ASCII bytes.

    The page has blank lines of a fixed length; they are filled in place, which keeps every offset of the file
    right and takes 40 µs instead of 900.
    """
    genre = "regional" if stockee.territoire == TERRITOIRE_ILE_DE_FRANCE else "departemental"
    return remplir(genre, lignes(stockee, guichet, question))


def remplir(gabarit: str, texte: Sequence[str]) -> bytes:
    """The page of that name in `fixtures/attestation/`, filled with the lines of `texte`: PDF, ASCII bytes.
    What a line or the page has no room for is left out."""
    morceaux = list(_morceaux(gabarit))
    for rang, ligne in enumerate(texte[:LIGNES]):
        morceaux[2 * rang + 1] = _remplir(ligne)
    return b"".join(morceaux)


@cache
def _morceaux(genre: str) -> tuple[bytes, ...]:
    """The page cut at its lines, which are blank: what comes before the first, the first, what comes between,
    …"""
    pdf = (fixtures_dir() / "attestation" / f"{genre}.pdf").read_bytes()
    coupes = [0]
    for rang in range(LIGNES):
        debut = pdf.index(marque(rang), coupes[-1])
        coupes += [debut, debut + OCTETS_LIGNE]
    blancs = b" " * OCTETS_LIGNE
    entre = (pdf[debut:fin] for debut, fin in zip(coupes[::2], [*coupes[1::2], len(pdf)], strict=True))
    return tuple(morceau for avant in entre for morceau in (avant, blancs))[:-1]


def marque(rang: int) -> bytes:
    """What holds the place of a line in the page."""
    return f"@{rang:03d}".encode("ascii").ljust(OCTETS_LIGNE, b"@")


@lru_cache(maxsize=512)
def _remplir(ligne: str) -> bytes:
    """A PDF string of exactly `OCTETS_LIGNE` bytes: WinAnsi, escaped, blanks after (ISO 32000, 7.3.4.2)."""
    octets = _winansi(ligne[:LARGEUR])
    ecrite = b"".join([_ECHAPPES[octet] for octet in octets])
    while len(ecrite) > OCTETS_LIGNE:
        octets = octets[:-1]
        ecrite = b"".join([_ECHAPPES[octet] for octet in octets])
    return ecrite.ljust(OCTETS_LIGNE)


def _winansi(ligne: str) -> bytes:
    try:
        return ligne.encode("cp1252")
    except UnicodeEncodeError:  # letters that the standard fonts lack lose their accent
        return unicodedata.normalize("NFKD", ligne).encode("cp1252", "ignore")


def lignes(stockee: DemandeStockee, guichet: Guichet | None, question: Question) -> list[str]:
    """The text of the attestation, a line each (convention: the real layout is not published)."""
    demande = stockee.demande
    demandeur = demande.demandeur
    if demandeur is not None:
        qui = f"{demandeur.nom} {demandeur.prenom}"
    else:
        qui = demande.formulaire.texte_de("association/nom") or ""
    texte = [
        f"Numéro unique d'enregistrement : {stockee.numero_unique}",
        f"Demandeur : {qui}",
        *(f"Co-titulaire : {c.nom} {c.prenom}" for c in demande.cotitulaires[:_COTITULAIRES]),
        "",
        f"Service enregistreur : {guichet.nom if guichet else stockee.guichet_createur}",
        *([guichet.adresse] if guichet else []),
        "",
        f"Date de dépôt de la demande : {date_francaise(stockee.date_creation)}",
    ]
    if stockee.date_renouvellement is not None:
        texte.append(f"Date du dernier renouvellement : {date_francaise(stockee.date_renouvellement)}")
    texte.append(f"Demande valable jusqu'au : {date_francaise(stockee.fin_validite)}")
    texte += ["", "Localisations souhaitées :"]
    for commune in demande.communes_souhaitees[:_COMMUNES]:
        code = commune.attributs["code"]
        territoires = question.contrat.territoires
        connue = territoires.commune(code) or territoires.ancienne(code)  # wished while it was in force
        texte.append(f"  – {connue.nom} ({code})" if connue is not None else f"  – {code}")
    saisine = ajouter_mois(stockee.date_creation, 12 * delai_anormal_ans(demande))
    texte += [
        "",
        "Cette demande doit être renouvelée chaque année avant la fin de sa validité, auprès de tout",
        "guichet enregistreur ou sur le portail grand public ; à défaut, elle est radiée.",
        "",
        f"À compter du {date_francaise(saisine)}, faute de proposition adaptée, la commission de médiation",
        "peut être saisie (art. L. 441-2-3 du code de la construction et de l'habitation).",
    ]
    return texte
