"""Lays the pages of `fixtures/attestation/` and `fixtures/kit/` out again, by ReportLab, in ASCII: standard
fonts, and the four bytes of the PDF's second line (ISO 32000, 7.5.2) replaced in place. The kit is SVG too.

python tests/gabarits.py
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import tomli
from lxml import etree
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from sne_conformite.rapports.attestation_de_conformite import GABARIT, TETE
from sne_console.formation.kit import CORPS_ICI, PIECES, textes
from sne_console.vues.dessin import SVG
from sne_interface.resources import contracts_dir, fixtures_dir
from sne_sandbox.operations.attestation import ANNEXES, LIGNES, LIGNES_RESUME, marque, textes_fixes
from sne_sandbox.operations.attestation import PIECES as PIECES_JUSTIFICATIVES

GENRES: Final = {
    "regional": "RÉGIONAL",
    "departemental": "DÉPARTEMENTAL",
    "regional-association": "RÉGIONAL",
    "departemental-association": "DÉPARTEMENTAL",
}
_TITRE: Final = "ATTESTATION D'ENREGISTREMENT {} D'UNE DEMANDE DE LOGEMENT LOCATIF SOCIAL"
_SPECIMEN: Final = "Spécimen – bac à sable non officiel, sans valeur"
_GAUCHE: Final = 57
#: As wide as the dash of a point; SVG drops spaces that begin a text.
_RETRAIT: Final = 3 * "\N{NO-BREAK SPACE}"
_BANDEAU: Final = "#00224e"
#: The four bytes of an attestation: UTF-8, as which a client in the field decodes the whole answer; the
#: second of no character in windows-1252. A client that takes the PDF for a text of Latin-1 spoils them.
_BINAIRES: Final = b"\xc3\x81\xc3\xa9"


def gabarit(genre: str) -> bytes:
    """The pages of an attestation of `genre`, a name of GENRES, the lines that are filled marked."""
    sortie = io.BytesIO()
    page = Canvas(sortie, pagesize=A4, pageCompression=0, invariant=1)
    page.setTitle("Attestation d'enregistrement")
    page.setAuthor("sne-sandbox")
    titre = _TITRE.format(GENRES[genre])
    marques = [marque(rang).decode("ascii") for rang in range(LIGNES + LIGNES_RESUME)]
    fixes = textes_fixes()
    _page(page, (titre[: titre.index(" D'UNE")], titre[titre.index("D'UNE") :]), marques[:LIGNES])
    _page(page, ("VOS DROITS ET VOS DÉMARCHES",), fixes["droits"])
    _page(page, (ANNEXES[0],), [*marques[LIGNES:], "", *fixes["etapes"]])
    _page(page, (ANNEXES[1],), fixes[PIECES_JUSTIFICATIVES[genre.endswith("-association")]])
    page.save()
    return _marquer(sortie.getvalue(), _BINAIRES)


def _page(page: Canvas, titre: Sequence[str], lignes: Sequence[str]) -> None:
    page.setFont("Helvetica-Bold", 12)
    for rang, ligne in enumerate(titre):
        page.drawString(_GAUCHE, 780 - 16 * rang, ligne)
    page.setFont("Helvetica-Oblique", 9)
    page.drawString(_GAUCHE, 748, _SPECIMEN)
    bloc = page.beginText(_GAUCHE, 720)
    bloc.setFont("Helvetica", 10.5, 16)
    for ligne in lignes:
        bloc.textLine(ligne)
    page.drawText(bloc)
    page.showPage()


def verdict() -> bytes:
    """The page that says what a report concludes: its first lines are larger."""
    sortie = io.BytesIO()
    page = Canvas(sortie, pagesize=A4, pageCompression=0, invariant=1)
    page.setTitle("Verdict de conformité")
    page.setAuthor("sne-sandbox")
    page.setFont("Helvetica-Bold", 12)
    page.drawString(_GAUCHE, 785, "VERDICT DE CONFORMITÉ À L'INTERFACE DU SNE")
    page.setFont("Helvetica-Oblique", 9)
    page.drawString(_GAUCHE, 770, "Bac à sable non officiel : ce verdict n'engage que qui l'a rendu")
    page.line(_GAUCHE, 760, 538, 760)
    bloc = page.beginText(_GAUCHE, 735)
    for rang in range(LIGNES):
        bloc.setFont(*(("Helvetica-Bold", 13, 18) if rang < TETE else ("Helvetica", 9.5, 15)))
        bloc.textLine(marque(rang).decode("ascii"))
    page.drawText(bloc)
    page.showPage()
    page.save()
    return _marquer(sortie.getvalue(), b"ASCI")


@dataclass(frozen=True)
class Ligne:
    """A line of a piece of the kit; `y` from the top."""

    texte: str
    y: float
    corps: float
    encre: str
    gras: bool = False


def _lignes(piece: Mapping[str, Any]) -> Iterator[Ligne]:
    """The lines of a piece: title, points, the base that prints it, that it is not official."""
    large, haut, corps = piece["largeur"], piece["hauteur"], piece["corps"]
    y = 30.0
    for dit in piece["titre"]:
        y += 32
        yield Ligne(dit, y, 28, "#ffffff", gras=True)
    y += 60
    changements = _changements()
    changes = [changements[nom] for nom in piece.get("changements", ())]
    dits = [f"{dit['phrase']} ({dit['fidelite']} : {dit['source']})" for dit in changes]
    for point in (*dits, *piece["points"]):
        for espace in ("L. ", "R. ", "n° ", " :", " ;", " ?", "« ", " »"):  # at which no line breaks
            point = point.replace(espace, espace.replace(" ", "\N{NO-BREAK SPACE}"))
        for rang, dite in enumerate(_plier(point, corps, large - 2 * _GAUCHE - corps)):
            yield Ligne((_RETRAIT if rang else "– ") + dite, y, corps, "#1e2a2a")
            y += corps * 1.4
        y += corps * 0.7
    assert y < haut - 60, "the piece is too long for its page"
    yield Ligne(marque(0).decode("ascii"), haut - 50, CORPS_ICI, "#1e2a2a", gras=True)
    yield Ligne(textes()["pied"], haut - 24, 11, "#1e2a2a")


def _plier(texte: str, corps: float, large: float) -> list[str]:
    """A text in lines of that width, cut at spaces that may be."""
    lignes: list[str] = []
    for mot in texte.split(" "):
        longue = f"{lignes[-1]} {mot}" if lignes else mot
        if lignes and stringWidth(longue, "Helvetica", corps) <= large:
            lignes[-1] = longue
        else:
            lignes.append(mot)
    return lignes


@cache
def _changements() -> dict[str, Any]:
    return tomli.loads((contracts_dir() / "v5.2" / "changements.toml").read_text("utf-8"))


def kit(nom: str) -> dict[str, bytes]:
    """A piece of the kit, by extension."""
    piece = textes()[nom]
    large, haut, bandeau = piece["largeur"], piece["hauteur"], 46 + 32 * len(piece["titre"])
    sortie = io.BytesIO()
    page = Canvas(sortie, pagesize=(large, haut), pageCompression=0, invariant=1)
    page.setTitle(" ".join(piece["titre"]))
    page.setAuthor("sne-sandbox")
    page.setFillColor(HexColor(_BANDEAU))
    page.rect(0, haut - bandeau, large, bandeau, stroke=0, fill=1)
    racine = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG}, viewBox=f"0 0 {large} {haut}", role="img")
    etree.SubElement(racine, f"{{{SVG}}}title").text = " ".join(piece["titre"])
    for fond, hauteur in (("#ffffff", haut), (_BANDEAU, bandeau)):
        etree.SubElement(racine, f"{{{SVG}}}rect", width=f"{large}", height=f"{hauteur}", fill=fond)
    for ligne in _lignes(piece):
        page.setFillColor(HexColor(ligne.encre))
        police = "Helvetica-Bold" if ligne.gras else "Helvetica"
        page.setFont(police, ligne.corps)
        page.drawString(_GAUCHE, haut - ligne.y, ligne.texte)
        texte = etree.SubElement(racine, f"{{{SVG}}}text", x=f"{_GAUCHE}", y=f"{ligne.y:g}", fill=ligne.encre)
        texte.set("font-family", "Helvetica, Arial, 'Liberation Sans', sans-serif")
        texte.set("font-size", f"{ligne.corps:g}")
        texte.set("font-weight", "bold" if ligne.gras else "normal")
        # Of whoever has no Helvetica, another font would take more room than the page has.
        texte.set("textLength", f"{stringWidth(ligne.texte, police, ligne.corps):.1f}")
        texte.set("lengthAdjust", "spacingAndGlyphs")
        texte.text = ligne.texte
    page.showPage()
    page.save()
    svg = etree.tostring(racine, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return {"pdf": _marquer(sortie.getvalue(), b"ASCI"), "svg": svg}


def _marquer(pdf: bytes, quatre: bytes) -> bytes:
    """The same PDF, with these four bytes in its second line."""
    debut = pdf.index(b"\n%") + 2
    return pdf[:debut] + quatre + pdf[debut + 4 :]


if __name__ == "__main__":
    for nom in GENRES:
        (fixtures_dir() / "attestation" / f"{nom}.pdf").write_bytes(gabarit(nom))
    (fixtures_dir() / f"{GABARIT}.pdf").write_bytes(verdict())
    for nom in PIECES:
        for extension, octets in kit(nom).items():
            (fixtures_dir() / "kit" / f"{nom}.{extension}").write_bytes(octets)
