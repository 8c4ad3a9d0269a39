"""SECURITY.md is held to the code: the tests that it names are there, and it argues all that bandit finds."""

import re
from pathlib import Path

import pytest
import securite

RACINE = Path(__file__).resolve().parents[2]
TITRE = "OWASP ASVS 4.0.3, level 1"


@pytest.mark.cher
def test_every_finding_of_bandit_is_argued() -> None:
    assert securite.reproches() == []


def test_an_argument_that_is_missing_or_useless_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    trouvee = [("B602", "sne_conformite/cli/commande_run.py", 12, "A shell.")]
    monkeypatch.setattr(securite, "trouvailles", lambda: trouvee)
    dits = securite.reproches()
    assert dits[0] == "sne_conformite/cli/commande_run.py:12: B602 A shell."
    assert "SECURITY.md: ('B301', 'sne_sandbox/server/worker.py') argues nothing" in dits


@pytest.mark.parametrize("rangee", list(securite.lignes(TITRE)), ids=lambda rangee: rangee[0])
def test_what_the_asvs_asks_is_tested_where_it_is_said(rangee: list[str]) -> None:
    _, reponse, pourquoi, ou = rangee
    nommes = re.findall(r"`(tests/[^`]+)`", ou)
    assert reponse in ("yes", "no", "n/a")
    assert pourquoi
    assert bool(nommes) is (reponse == "yes"), "what is met is tested, what is not has its reason"
    for nomme in nommes:
        fichier, _, test = nomme.partition("::")
        assert re.search(rf"^(async )?def {test}\(", (RACINE / fichier).read_text("utf-8"), re.MULTILINE), (
            nomme
        )


def test_all_chapters_of_level_1_are_answered() -> None:
    """Chapter 1 asks nothing of level 1; nobody hides one of the others."""
    chapitres = {int(rangee[0].split(".")[0]) for rangee in securite.lignes(TITRE)}
    assert chapitres == set(range(2, 15))
