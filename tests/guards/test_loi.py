"""The law as data, `fixtures/histoires/loi.toml`: each rule has its article, and lives that show it."""

from typing import Any, Final

import pytest
from joueur import histoires

from sne_interface.contract import contrats_charges

ARTICLES: Final = histoires("loi", "article")
TITRES: Final = {
    nom: {h["titre"]: h for h in histoires(nom)} for nom in ("licites", "fautives", "situations")
}


def _releve(histoire: dict[str, Any]) -> list[str]:
    return [code for pas in histoire.get("pas", []) for code in pas.get("attendu", [])]


def test_each_rule_on_decisions_radiations_and_leases_holds_an_article() -> None:
    regles = {code for code in contrats_charges.charger().regles if code.startswith(("ATT", "DEC", "RAD"))}
    cites = [code for dit in ARTICLES for code in dit["fautes"]]
    assert sorted(cites) == sorted({*cites, *regles})


@pytest.mark.parametrize("dit", ARTICLES, ids=lambda dit: dit["dit"][:40])
def test_an_article_has_the_words_of_its_rules_and_lives_that_are_played(dit: dict[str, Any]) -> None:
    """What is lawful raises nothing; what is not raises that rule."""
    assert dit["fidelite"] in ("attestée", "déduite", "convention")
    sources = {code: contrats_charges.charger().regles[code].source for code in dit["fautes"]}
    assert {code: s for code, s in sources.items() if dit["article"] not in s} == {}
    assert _releve(({**TITRES["situations"], **TITRES["licites"]})[dit["licite"]]) == []
    for code, titre in dit["fautes"].items():
        assert code in _releve({**TITRES["fautives"], **TITRES["situations"]}[titre]), titre
