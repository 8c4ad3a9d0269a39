"""The attestation d'enregistrement (R. 441-2-4): one page, PDF, pure ASCII.

A client in the field decodes the whole answer as UTF-8, so no byte may be above 127: standard
fonts, text escaped in octal, and the four bytes of the PDF's second line replaced in place.
"""

import io
import unicodedata
from functools import cache, lru_cache
from typing import Final

from sne_sandbox.domain.base import Guichet
from sne_sandbox.domain.dates import ajouter_mois, date_francaise
from sne_sandbox.domain.demande import TERRITOIRE_ILE_DE_FRANCE, DemandeStockee
from sne_sandbox.operations.document import delai_anormal_ans
from sne_sandbox.operations.question import Question

TITRE: Final = "ATTESTATION D'ENREGISTREMENT {} D'UNE DEMANDE DE LOGEMENT LOCATIF SOCIAL"
SPECIMEN: Final = "Spécimen – bac à sable non officiel, sans valeur"
_GAUCHE: Final = 57
#: Lines of the page, and bytes that each may take once escaped (an accent takes four).
_LIGNES: Final = 42
_OCTETS_LIGNE: Final = 240
_LARGEUR: Final = 96
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

    ReportLab lays the page out once, with blank lines of a fixed length; they are filled in place, which
    keeps every offset of the file right and takes 40 µs instead of 900.
    """
    texte = lignes(stockee, guichet, question)
    genre = "RÉGIONAL" if stockee.territoire == TERRITOIRE_ILE_DE_FRANCE else "DÉPARTEMENTAL"
    morceaux = list(_morceaux(genre))
    for rang, ligne in enumerate(texte[:_LIGNES]):
        morceaux[2 * rang + 1] = _remplir(ligne)
    return b"".join(morceaux)


@cache
def _morceaux(genre: str) -> tuple[bytes, ...]:
    """The page cut at its lines, which are blank: what comes before the first, the first, what comes between,
    …"""
    pdf = _gabarit(genre)
    coupes = [0]
    for rang in range(_LIGNES):
        debut = pdf.index(_marque(rang), coupes[-1])
        coupes += [debut, debut + _OCTETS_LIGNE]
    blancs = b" " * _OCTETS_LIGNE
    entre = (pdf[debut:fin] for debut, fin in zip(coupes[::2], [*coupes[1::2], len(pdf)], strict=True))
    return tuple(morceau for avant in entre for morceau in (avant, blancs))[:-1]


def _gabarit(genre: str) -> bytes:
    # Imported when the first attestation is made: a server that starts need not wait for it.
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    sortie = io.BytesIO()
    page = Canvas(sortie, pagesize=A4, pageCompression=0, invariant=1)
    page.setTitle("Attestation d'enregistrement")
    page.setAuthor("sne-sandbox")
    titre = TITRE.format(genre)
    page.setFont("Helvetica-Bold", 12)
    page.drawString(_GAUCHE, 780, titre[: titre.index(" D'UNE")])
    page.drawString(_GAUCHE, 764, titre[titre.index("D'UNE") :])
    page.setFont("Helvetica-Oblique", 9)
    page.drawString(_GAUCHE, 748, SPECIMEN)
    bloc = page.beginText(_GAUCHE, 720)
    bloc.setFont("Helvetica", 10, 15)
    for rang in range(_LIGNES):
        bloc.textLine(_marque(rang).decode("ascii"))
    page.drawText(bloc)
    page.showPage()
    page.save()
    return en_ascii(sortie.getvalue())


def _marque(rang: int) -> bytes:
    return f"@{rang:03d}".encode("ascii").ljust(_OCTETS_LIGNE, b"@")


@lru_cache(maxsize=4096)
def _remplir(ligne: str) -> bytes:
    """A PDF string of exactly `_OCTETS_LIGNE` bytes: WinAnsi, escaped, blanks after (ISO 32000, 7.3.4.2)."""
    octets = _winansi(ligne[:_LARGEUR])
    ecrite = b"".join([_ECHAPPES[octet] for octet in octets])
    while len(ecrite) > _OCTETS_LIGNE:
        octets = octets[:-1]
        ecrite = b"".join([_ECHAPPES[octet] for octet in octets])
    return ecrite.ljust(_OCTETS_LIGNE)


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


def en_ascii(pdf: bytes) -> bytes:
    """The same PDF, its second line's four binary marks (ISO 32000, 7.5.2) written as letters."""
    debut = pdf.index(b"\n%") + 2
    return pdf[:debut] + b"ASCI" + pdf[debut + 4 :]
