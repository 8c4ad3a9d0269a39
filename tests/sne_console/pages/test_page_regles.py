"""The rules, searched and shown one by one."""

import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from banc import Banc, specimen
from navigateur import ENTETES

from sne_console.vues import regles_montrees
from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.fiches_du_contrat import lire_fiches
from sne_interface.contract.overlay import DossiersContrat
from sne_interface.domain.anomalie import Gravite
from sne_interface.resources import contracts_dir
from sne_interface.rules.catalogue import REGLES


def codes(arbre: Any) -> list[str]:
    return [str(c) for c in arbre.xpath("//tbody//th//a[@class='code-regle']/text()")]


def test_every_rule_is_listed(page: Callable[..., Any]) -> None:
    assert codes(page("/regles")) == [r.code for r in REGLES]


@pytest.mark.parametrize(
    ("requete", "attendus"),
    [
        ("texte=ent009", {"ENT009"}),
        ("sujet=nir", {r.code for r in REGLES if r.code.startswith("NIR")}),
        ("texte=naissance&sujet=identite&effet=bloquante", None),
        ("profil=souple&effet=bloquante", None),
        ("fidelite=convention&profil=strict", None),
    ],
)
def test_filters_keep_what_they_say(
    page: Callable[..., Any], requete: str, attendus: set[str] | None
) -> None:
    trouves = set(codes(page(f"/regles?{requete}")))
    assert 0 < len(trouves) < len(REGLES)
    if attendus is not None:
        assert trouves == attendus
    if "souple" in requete:
        assert all(charger().regles[code].structurante for code in trouves)


def test_nothing_found_says_how_to_come_back(page: Callable[..., Any]) -> None:
    arbre = page("/regles?texte=introuvable+zzz")
    assert codes(arbre) == []
    assert arbre.xpath("//div[@class='vide']//a")


def test_a_nir_that_is_looked_for_is_masked(banc: Banc) -> None:
    nir = "285066299900176"
    assert nir not in banc.http.get(f"/console/{banc.nom}/regles?texte={nir}", headers=ENTETES).text


def test_every_rule_has_its_page(banc: Banc) -> None:
    """All are rendered, one is read closely below."""
    for r in REGLES:
        assert banc.http.get(f"/console/{banc.nom}/regles/{r.code}").status_code == 200, r.code


def test_a_rule_is_told_whole(page: Callable[..., Any]) -> None:
    arbre = page("/regles/IDT012")
    texte = " ".join(arbre.text_content().split())
    fiche = charger().regles["IDT012"]
    for attendu in (fiche.condition, fiche.texte, fiche.remede, fiche.source, "profil ecole", "Elle refuse"):
        assert attendu in texte
    assert arbre.xpath("//pre[@aria-label='Le plus petit message refusé']")
    assert page("/regles/idt012").xpath("//h1/text()") == ["Règle IDT012"]


def test_a_rule_shows_the_exchanges_that_raised_it(banc: Banc, page: Callable[..., Any]) -> None:
    racine = specimen("personne_seule")
    racine.set("versionInterface", "09.09")
    banc.demander(racine)
    arbre = page("/regles/ENT003")
    assert arbre.xpath("//section[@aria-labelledby='t-vus']//a[contains(@href, '/echanges/1')]")
    assert not page("/regles/NIR001").xpath("//section[@aria-labelledby='t-vus']//tbody")


@pytest.mark.parametrize("code", ["NIR001", "ENT001", "IDT012"])
def test_what_is_shown_to_change_a_rule_does(code: str, tmp_path: Any) -> None:
    fiche = charger().regles[code]
    (tmp_path / "rules.toml").write_text(regles_montrees.surcharge(fiche), "utf-8")
    changee = lire_fiches(DossiersContrat(contracts_dir(), "v5.2", tmp_path), "rules.toml")[code]
    voulue = tomllib.loads(regles_montrees.surcharge(fiche))[code]
    if fiche.structurante:
        assert changee.texte == voulue["texte"]
        assert changee.gravite is Gravite.BLOQUANTE
    else:
        assert changee.gravite_imposee == voulue["gravite"]
