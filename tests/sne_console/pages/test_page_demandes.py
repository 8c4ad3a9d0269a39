"""The search of demandes, as an agent does it."""

from collections.abc import Callable
from typing import Any

import pytest
from banc import FORMULAIRE, Banc, message, poser, radiation, specimen
from donnees import a_cote
from navigateur import ENTETES

from sne_console.cadre import outillage_des_sections as communes
from sne_console.pages import page_demandes as section
from sne_sandbox.store import demandes_recentes

HOSTILE = "<script>alert('x')</script>"
NIR = "2061275111005 64"
DEMANDEUR = f"{FORMULAIRE}/personnePhysique/demandeur"

Page = Callable[..., Any]


def trouves(arbre: Any) -> list[str]:
    return [str(numero) for numero in arbre.xpath("//tbody/tr/th//a/text()")]


def dit(arbre: Any) -> str:
    return " ".join(arbre.find(".//main").text_content().split())


@pytest.fixture
def garni(banc: Banc) -> dict[str, str]:
    """Numéros by specimen; the last is radiated."""
    noms = ("personne_seule", "couple_garde_alternee_handicap", "association", "colocataires")
    numeros = {nom: banc.creer_demande(nom)[0] for nom in noms}
    racine = specimen("colocataires")
    banc.demander(radiation(racine, numeros["colocataires"], "RADABA"))
    return numeros


def test_without_a_criterion_the_latest_come_first(page: Page, garni: dict[str, str]) -> None:
    arbre = page("/demandes")
    assert sorted(trouves(arbre)) == sorted(garni.values())
    assert "4 demandes dans la base" in dit(arbre)


def test_an_empty_base_says_so(page: Page, banc: Banc) -> None:
    assert "La base ne contient aucune demande." in dit(page("/demandes"))


@pytest.mark.parametrize(("question", "attendues"), a_cote(__file__)["criteria_are_read_as_they_are_said"])
def test_criteria_are_read_as_they_are_said(
    page: Page, garni: dict[str, str], question: str, attendues: list[str]
) -> None:
    assert trouves(page(f"/demandes?{question}")) == [garni[nom] for nom in attendues]


def test_a_number_is_found_however_it_is_spaced(page: Page, garni: dict[str, str]) -> None:
    numero = garni["personne_seule"]
    assert trouves(page(f"/demandes?numero={numero[:3]}+{numero[3:].lower()}")) == [numero]


def test_the_beginning_of_a_number_is_enough(page: Page, garni: dict[str, str]) -> None:
    numeros = sorted(garni.values())
    de_mars = [numero for numero in numeros if numero.startswith("1110318")]
    assert len(de_mars) == 2
    assert sorted(trouves(page("/demandes?numero=111+0318"))) == de_mars
    assert trouves(page(f"/demandes?numero={numeros[0][:13]}")) == numeros[:1]
    assert trouves(page(f"/demandes?numero={numeros[0][:13]}&entiers=1")) == []


def test_a_whole_name_that_nobody_has_may_be_a_beginning(page: Page, garni: dict[str, str]) -> None:
    (lien,) = page("/demandes?nom=March&entiers=1").xpath("//*[contains(@class, 'vide')]//a/@href")
    assert trouves(page(lien[lien.index("/demandes") :])) == [garni["personne_seule"]]


@pytest.mark.parametrize(
    "question",
    [
        "nom=d%C3%A9lattre&prenom=antoine&naissance=03/02/1982&commune=Lens&etat=A",
        "nom=d%C3%A9lat&commune=Lens",
        "nom=d%C3%A9lattre&entiers=1",
    ],
)
def test_the_same_search_is_given_for_the_api(
    banc: Banc, page: Page, garni: dict[str, str], question: str
) -> None:
    arbre = page(f"/demandes?{question}")
    appel = arbre.xpath("string(//details[@class='equivalents']//code)")
    chemin = appel.removeprefix("curl 'http://127.0.0.1:8080").rstrip("'")
    lue = banc.http.get(chemin, headers=ENTETES)
    assert [d["numero_unique"] for d in lue.json["demandes"]] == trouves(arbre)
    assert trouves(arbre) == [garni["couple_garde_alternee_handicap"]]


def test_a_name_of_several_communes_is_a_question(page: Page, garni: dict[str, str]) -> None:
    arbre = page("/demandes?commune=Saint-Denis&nom=association+un+toit+en+partage")
    assert trouves(arbre) == []
    assert "Quelle commune ?" in dit(arbre)
    (lien,) = [a for a in arbre.xpath("//main//a/@href") if a.endswith("commune=93066")]
    assert trouves(page(lien[lien.index("/demandes") :])) == [garni["association"]]


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ("naissance=hier", "« hier » n'est pas une date"),
        ("etat=X", "« X » n'est pas un état"),
        ("commune=Nullepart-les-Bains", "Aucune commune ne s'appelle"),
        ("commune=99999", "Aucune commune n'a le code INSEE"),
    ],
)
def test_what_cannot_be_looked_for_is_said(page: Page, question: str, phrase: str) -> None:
    assert phrase in page(f"/demandes?{question}").xpath("string(//*[@role='alert'])")


@pytest.mark.parametrize("apres", ["x", "2018-03-15_", "2018-03-15_é", "_%00", "2018-13-45_A"])
def test_a_broken_cursor_is_the_first_page(page: Page, garni: dict[str, str], apres: str) -> None:
    assert len(trouves(page(f"/demandes?apres={apres}"))) == len(garni)


def test_pages_follow_each_other(page: Page, garni: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(section, "PAR_PAGE", 3)
    premiere = page("/demandes")
    (lien,) = [a for a in premiere.xpath("//nav[@aria-label='Pages']//a/@href") if "apres=" in a]
    seconde = page(lien[lien.index("/demandes") :])
    assert sorted(trouves(premiere) + trouves(seconde)) == sorted(garni.values())
    assert len(trouves(seconde)) == 1


def test_a_page_that_looked_at_enough_says_how_far_and_goes_on(
    page: Page, garni: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demandes_recentes, "PEU", 0)
    monkeypatch.setattr(demandes_recentes, "PARCOURUES", 1)
    trouvees: list[str] = []
    dites: list[str] = []
    suite = "/demandes?commune=Lens"
    while suite:
        arbre = page(suite)
        trouvees += trouves(arbre)
        dites += arbre.xpath("//p[@role='status']/text()[1]")
        assert "Aucune demande ne répond" not in dit(arbre) or not arbre.xpath("//p[@role='status']")
        lien = arbre.xpath("string(//p[@role='status']/a[.='Chercher plus loin']/@href)")
        suite = lien[lien.index("/demandes") :] if lien else ""
    assert trouvees == [garni["couple_garde_alternee_handicap"], garni["colocataires"]]
    assert len(dites) == 4
    assert dites[0].startswith("Cherché parmi 1 demandes, jusqu'à celles déposées le ")
    assert sum(": 1 répond." in dite for dite in dites) == 2


def test_the_demandes_of_a_large_base_are_not_all_counted(
    page: Page, garni: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for comptees, dits in (
        (4, "4 demandes dans la base, dont 3 actives."),
        (3, "Plus de 3 demandes dans la base, dont 3 actives."),
        (2, "Plus de 2 demandes dans la base, dont plus de 2 actives."),
    ):
        monkeypatch.setattr(communes, "COMPTEES", comptees)
        assert dits in dit(page("/demandes"))
    assert "plus de 2 demandes" in dit(page("/controle/remettre"))
    assert "plus de 2 demandes" in dit(page("/controle/remettre/etat"))


def test_hostile_names_are_text_and_a_nir_is_masked(page: Page, banc: Banc) -> None:
    racine = specimen("personne_seule")
    poser(racine, f"{DEMANDEUR}/nom", HOSTILE)
    poser(racine, f"{DEMANDEUR}/prenom", NIR)
    numero = banc.demander(message(racine, "CRE")).numero
    arbre = page("/demandes")
    assert trouves(arbre) == [numero]
    assert HOSTILE in dit(arbre)
    reponse = banc.http.get(f"/console/{banc.nom}/demandes?nom={NIR}&commune={HOSTILE}", headers=ENTETES)
    assert reponse.status_code == 200
    assert HOSTILE not in reponse.text
    assert "2061275111005" not in reponse.text.replace(" ", "")


@pytest.mark.parametrize(("nom", "code", "combien"), [("paris", "75112", 21), ("Lyon", "69383", 10)])
def test_a_town_offers_its_arrondissements(
    page: Callable[..., Any], nom: str, code: str, combien: int
) -> None:
    liens = page(f"/demandes?commune={nom}").xpath("//section[@aria-labelledby='t-choix']//a/@href")
    assert len(liens) == combien
    assert any(f"commune={code}" in lien for lien in liens)
