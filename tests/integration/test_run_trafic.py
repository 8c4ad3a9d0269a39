"""`sne-sandbox run` over a vendor's own tests: what free traffic shows, without knowing what was entered."""

import sys
from pathlib import Path

import pytest
from commande import MARS, rapport_de, sne

SUITE = Path(__file__).with_name("suite_editeur.py")
#: What is the matter with the application, and what breaks then, by its sort.
FAUTES = {
    "date": ("VIE-04", "jamais_accepte"),
    "creation": ("VIE-02", "modification_en_creation"),
    "lien": ("VIE-20", "jamais_accepte"),
    "latin": ("FID-10", "texte_mal_decode"),
    "echappe": ("FID-10", "texte_echappe_deux_fois"),
    "oe": ("FID-10", "lettre_en_point_d_interrogation"),
}


def _juger(ou: Path, faute: str) -> tuple[int, str, dict]:
    vu = sne(ou, "run", "--clock", MARS, "--report-dir", "rapport", "--", sys.executable, SUITE, faute)
    return vu.returncode, vu.stderr, rapport_de(ou / "rapport")


def _enfreintes(rapport: dict) -> set[tuple[str, str]]:
    return {(b["exigence"], c["sorte"]) for b in rapport["bilans"] for c in b["constats"] if not c["tenue"]}


@pytest.mark.parametrize(("faute", "attendu"), FAUTES.items())
def test_a_fault_that_every_answer_hides(tmp_path: Path, faute: str, attendu: tuple[str, str]) -> None:
    code, dit, rapport = _juger(tmp_path, faute)

    assert _enfreintes(rapport) == {attendu}, dit
    assert code == 1
    assert attendu[0] in dit
    # Judged again from its evidence: the same.
    rejuge = sne(tmp_path, "report", "--verify", "rapport/preuves.zip")
    assert "octet pour octet" in rejuge.stderr, rejuge.stderr


def test_an_honest_application_whose_tests_try_refusals(tmp_path: Path) -> None:
    code, dit, rapport = _juger(tmp_path, "honnete")

    assert (code, _enfreintes(rapport)) == (0, set()), dit
    assert rapport["entete"]["refuses"] == 2
    quoi = {angle["quoi"] for angle in rapport["angles_morts"]}
    assert {"types", "operations", "pannes"} <= quoi
    assert not {"refus", "textes", "cotitulaire", "un_menage", "non_mene_a_bien"} & quoi
    assert "Les tests n'exercent jamais : le renouvellement (REN), la radiation (RAD)." in dit
    corrigees = next(r for r in rapport["couverture"] if r["nom"] == "anomalies_traitees")
    assert corrigees["vus"] == [], "nothing that was refused came back mended"
