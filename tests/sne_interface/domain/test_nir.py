import sys
from base64 import b64encode
from datetime import date
from types import FrameType
from typing import Any

import pytest
from donnees import a_cote

from sne_interface.domain import nir
from sne_interface.domain.nir import (
    chercher_nirs,
    cle,
    cle_valide,
    convient_a_la_civilite,
    convient_a_la_naissance,
    debut_cite,
    extrait,
    forme_valide,
    masquer_nir,
    masquer_nirs,
)

DONNEES = a_cote(__file__)

D_UNE_FEMME = "206127511100564"
MASQUE = "206************"


@pytest.mark.parametrize(("nir", "attendu"), DONNEES["form"])
def test_form(nir: str, attendu: bool) -> None:
    assert forme_valide(nir) is attendu


@pytest.mark.parametrize(("corse", "chiffres"), [("2A", "19"), ("2B", "18")])
def test_corsica_counts_as_its_digits(corse: str, chiffres: str) -> None:
    assert cle(f"20612{corse}111005") == cle(f"20612{chiffres}111005")


def test_key_formula_and_the_published_value() -> None:
    assert cle("2061275111005") == "64"
    corps = "1700175113001"
    assert cle(corps) == f"{97 - int(corps) % 97:02d}"


def test_a_changed_digit_breaks_the_key() -> None:
    assert cle_valide("206127511100564")
    assert not cle_valide("206127511100464")
    assert not cle_valide("206127511100565")


@pytest.mark.parametrize(
    ("premier", "monsieur"), [("1", True), ("3", True), ("7", True), ("2", False), ("4", False), ("8", False)]
)
def test_first_digit_and_civilite(premier: str, monsieur: bool) -> None:
    nir = premier + "06127511100564"
    assert convient_a_la_civilite(nir, "1") is monsieur
    assert convient_a_la_civilite(nir, "2") is not monsieur
    assert convient_a_la_civilite(nir, "3") is not monsieur
    assert convient_a_la_civilite("506127511100564", "9")  # an unknown one fits any digit


@pytest.mark.parametrize(
    ("nir", "naissance", "attendu"),
    [
        ("206127511100564", date(2006, 12, 5), True),
        ("206127511100564", date(1906, 12, 5), True),
        ("206127511100564", date(2006, 11, 5), False),
        ("206127511100564", date(2007, 12, 5), False),
        ("206137511100564", date(2006, 5, 5), True),
        ("206207511100564", date(2006, 5, 5), True),
        ("206997511100564", date(2006, 5, 5), True),
        ("206007511100564", date(2006, 5, 5), False),
    ],
)
def test_year_and_month_of_birth(nir: str, naissance: date, attendu: bool) -> None:
    assert convient_a_la_naissance(nir, naissance) is attendu


# --- in a free text -----------------------------------------------------------------------------------------

NIR = "285066299900176"


@pytest.mark.parametrize(
    "ecrit",
    [
        NIR,
        "2 85 06 62 999 001 76",
        "2 85 06 62 999 001",
        "2\t85\n06  62, 999 \u2013 001_76",
        "2\u200b85\u00a006\u202f62.999/001-76",
        "2850662999001 76",
        "2850 6629 9900 176",
        "２８５０６６２９９９００１",
        "²⁸⁵⁰⁶⁶²⁹⁹⁹⁰⁰¹",
        "28506 62999 001",
        "1 02 01 2A 111 295",
        "1 02 01 2b 111 295",
        "885209999900168",
        "2851262999001",
        "2852062999001",
        "2 85 25 62 999 001",
        "285426299900111",
    ],
)
def test_what_is_looked_for_in_a_text(ecrit: str) -> None:
    for avant, apres in (
        ("", ""),
        ("NIR", "x"),
        ("né le 12/06/1985 : ", "."),
        ("06.12.03.45.67 et ", " (elle)"),
    ):
        if avant.startswith("né") and ecrit == "28506 62999 001":
            continue  # the date is cut from it as it is cut itself: a key is wanted
        texte = avant + ecrit + apres
        assert [texte[debut:fin] for debut, fin in chercher_nirs(texte)] == [ecrit]


#: What people write beside, and must be read.
AUTRES = DONNEES["autres"]


@pytest.mark.parametrize("autre", AUTRES)
def test_what_is_no_nir_is_read(autre: str) -> None:
    for texte in (autre, f"[{autre}]", f"vu : {autre}, oui", f"{autre}\nfin"):
        assert list(chercher_nirs(texte)) == []


def test_a_run_without_end_is_taken_whole() -> None:
    assert list(chercher_nirs("x" + "1 " * 20_000)) == [(1, 40_000)]


def pas(texte: str) -> int:
    """How many lines of Python are run to mask a text."""
    comptes = 0

    def suivre(cadre: FrameType, evenement: str, quoi: Any) -> Any:
        nonlocal comptes
        comptes += evenement == "line"
        return suivre

    avant = sys.gettrace()
    sys.settrace(suivre)
    try:
        masquer_nirs(texte)
    finally:
        sys.settrace(avant)
    return comptes


@pytest.mark.parametrize("motif", DONNEES["no_text_costs_its_square"])
def test_no_text_costs_its_square(motif: str) -> None:
    """What is listed for each group of digits is what stands beside it, not all that its run has."""
    un, deux = (pas(motif * (taille // len(motif))) for taille in (1_500, 3_000))
    assert deux <= 2.5 * max(un, 100)


def test_a_nir_keeps_sex_and_year() -> None:
    assert masquer_nir(D_UNE_FEMME) == MASQUE
    assert masquer_nir("20") == "20"


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        (f"le NIR [{D_UNE_FEMME}] est faux", f"le NIR [{MASQUE}] est faux"),
        (f"<nir>{D_UNE_FEMME}</nir><nir>{D_UNE_FEMME}</nir>", f"<nir>{MASQUE}</nir><nir>{MASQUE}</nir>"),
        ("2 06 12 75 111 005 64", "2 0******************"),
        ("102012A11100564", "102************"),
        ("1110318016982G1104", "1110318016982G1104"),
        ("DEMG1226-201803151654-000000.xml", "DEMG1226-201803151654-000000.xml"),
        ("306127511100564", "306************"),
        ("506127511100564", "506127511100564"),
        ("&#50;06127511100564", MASQUE),
    ],
)
def test_what_reads_like_a_nir_is_masked(texte: str, attendu: str) -> None:
    assert masquer_nirs(texte) == attendu


@pytest.mark.parametrize("avant", range(1, 20))
def test_a_text_is_masked_before_it_is_cut(avant: int) -> None:
    """Wherever the cut falls in a D_UNE_FEMME, no more of it is told."""
    montre = extrait(f"{'a' * (20 - avant)} {D_UNE_FEMME} fin", 20)
    assert montre == f"{'a' * (20 - avant)} {MASQUE} fin"[:20]
    assert extrait(D_UNE_FEMME, None) == MASQUE
    # What is read ends in the middle of one, which is brought near by what unfolds to nothing.
    debut = f"&#50;{D_UNE_FEMME[1:]}" + "<!---->" * 288
    long = debut + "a" * (2060 - avant - 1 - len(debut)) + f" {D_UNE_FEMME} fin"
    assert D_UNE_FEMME[:4] not in extrait(long, 60)


def test_what_is_not_shown_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lus: list[str] = []
    monkeypatch.setattr(nir, "masquer_secrets", lambda texte: lus.append(texte) or texte)
    assert len(extrait("1 " * 9_900_000, 512)) == 512
    assert sum(map(len, lus)) < 3000


def test_what_an_error_cites_of_base64_holds_no_nir() -> None:
    un = b64encode(b"<nir>206127511100564</nir>").decode()
    assert debut_cite(f"vu {un}", 80) == f"vu {un[:12]}…"
    assert debut_cite("Content-Transfer-Encoding 206127511100564", 33) == "Content-Transfer-Encoding 206****"
