"""Lays the pages of `fixtures/attestation/` out again, by ReportLab, in ASCII: standard fonts, and the four
bytes of the PDF's second line (ISO 32000, 7.5.2) replaced in place.

python tests/gabarits.py
"""

import io
from collections.abc import Sequence
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from sne_conformite.rapports.attestation_de_conformite import GABARIT, TETE
from sne_interface.resources import fixtures_dir
from sne_sandbox.operations.attestation import ANNEXES, LIGNES, LIGNES_RESUME, marque, textes_fixes

GENRES: Final = {"regional": "RÉGIONAL", "departemental": "DÉPARTEMENTAL"}
_TITRE: Final = "ATTESTATION D'ENREGISTREMENT {} D'UNE DEMANDE DE LOGEMENT LOCATIF SOCIAL"
_SPECIMEN: Final = "Spécimen – bac à sable non officiel, sans valeur"
_GAUCHE: Final = 57
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
    _page(page, (ANNEXES[1],), fixes["pieces"])
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


def _marquer(pdf: bytes, quatre: bytes) -> bytes:
    """The same PDF, with these four bytes in its second line."""
    debut = pdf.index(b"\n%") + 2
    return pdf[:debut] + quatre + pdf[debut + 4 :]


if __name__ == "__main__":
    for nom in GENRES:
        (fixtures_dir() / "attestation" / f"{nom}.pdf").write_bytes(gabarit(nom))
    (fixtures_dir() / "attestation" / f"{GABARIT}.pdf").write_bytes(verdict())
