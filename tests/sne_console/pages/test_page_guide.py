"""The guide: every page of docs/ reads, every link leads somewhere, and no file is given that none names."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from banc import Banc
from navigateur import ENTETES

from sne_console.pages import page_guide
from sne_sandbox.mime.tolerances import Tolerance

PAGES = [page_guide.SOMMAIRE, *page_guide.pages()]


@pytest.fixture(scope="module")
def suivis() -> set[str]:
    """The addresses that were followed: many pages have the same links."""
    return set()


def adresse_de(nom: str) -> str:
    return "//guide/" if nom == page_guide.SOMMAIRE else f"//guide/{nom}"


def test_the_guide_opens_on_the_list_of_its_pages(page: Callable[..., Any]) -> None:
    arbre = page("//guide")
    menes = {str(a) for a in arbre.xpath("//article//a/@href")}
    assert {f"/guide/{nom}" for nom in page_guide.pages()} <= menes
    page("//guide/nimporte", statut=404)


@pytest.mark.parametrize("nom", PAGES)
def test_the_menu_has_every_page_and_says_which_is_open(nom: str, page: Callable[..., Any]) -> None:
    menu = page(adresse_de(nom)).xpath("//nav[@aria-label='Pages du guide']")[0]
    assert [str(a) for a in menu.xpath(".//a/@href")] == [f"/guide/{p}" for p in page_guide.pages()]
    ouverte = [str(a) for a in menu.xpath(".//a[@aria-current]/@href")]
    assert ouverte == ([] if nom == page_guide.SOMMAIRE else [f"/guide/{nom}"])


@pytest.mark.parametrize("nom", PAGES)
def test_every_page_reads_and_says_all_of_its_file(nom: str, page: Callable[..., Any]) -> None:
    arbre = page(adresse_de(nom))
    montre = " ".join(arbre.text_content().split())
    texte = re.sub(r"<!--.*?-->", "", (page_guide.DOSSIER / f"{nom}.md").read_text("utf-8"), flags=re.DOTALL)
    assert "<!--" not in montre
    en_code = False
    for ligne in texte.splitlines():
        brut = ligne.strip()
        if brut.startswith("```"):
            en_code = not en_code
            continue
        if image := re.fullmatch(r"!\[(.*)\]\((.*)\)", brut):
            assert arbre.xpath(
                "//article//img[@alt=$dit and @src=$ou]", dit=image[1], ou=f"/guide/{image[2]}"
            )
            continue
        if brut.startswith("| ---"):
            continue
        if not en_code:
            brut = re.sub(r"(?<!!)\[([^\]]*)\]\([^)]*\)|<(http[^>]*)>", r"\1\2", brut)
            brut = re.sub(r"^(#+|-|\d+\.) ", "", brut)
        morceaux = [brut.removeprefix("$ ")] if en_code else re.split(r"\*\*|\\?\*|`|\\?\|", brut)
        for morceau in morceaux:
            mots = " ".join(morceau.split())
            assert mots in montre, mots


@pytest.mark.parametrize("nom", PAGES)
def test_every_link_leads_somewhere(nom: str, banc: Banc, page: Callable[..., Any], suivis: set[str]) -> None:
    arbre = page(adresse_de(nom))
    liens = {str(a) for a in arbre.xpath("//article//a/@href | //article//img/@src")}
    for adresse in liens:
        assert adresse.startswith(("/", "#")), adresse
        chemin, _, ancre = adresse.partition("#")
        if chemin and chemin not in suivis:
            suivis.add(chemin)
            reponse = banc.http.get(chemin, headers=ENTETES, follow_redirects=True)
            assert reponse.status_code == 200, adresse
        vise = page(f"/{chemin}") if ancre and chemin else arbre
        assert not ancre or vise.xpath("//*[@id=$ancre]", ancre=unquote(ancre)), adresse


def test_what_only_the_repository_has_is_no_link() -> None:
    assert page_guide.lien("../ARCHITECTURE.md") is None
    assert page_guide.lien("../sandbox/sne_temoin/") is None
    assert page_guide.lien("README.md") == "/guide/"
    assert page_guide.lien("http://127.0.0.1:8080/console/ecole/journal") == "/console/ecole/journal"
    assert page_guide.lien("certifier.md#ce-que-vaut-la-sortie") == "/guide/certifier#ce-que-vaut-la-sortie"


def test_a_page_of_a_package_that_is_not_there_is_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_guide, "offert", lambda module: not module.endswith("page_statistiques"))
    assert page_guide.lien("http://127.0.0.1:8080/console/ecole/statistiques") is None
    assert page_guide.lien("http://127.0.0.1:8080/console/ecole/demandes") == "/console/ecole/demandes"


def test_a_link_starts_from_the_folder_of_its_page() -> None:
    assert page_guide.lien("reference/api.md", "certifier") == "/guide/reference/api"
    assert page_guide.lien("api.md#les-gestes", "reference/protocole") == "/guide/reference/api#les-gestes"
    assert page_guide.lien("../certifier.md", "reference/protocole") == "/guide/certifier"
    assert page_guide.lien("../README.md", "reference/protocole") == "/guide/"
    assert page_guide.lien("../captures/journal.png", "reference/protocole") == "/guide/captures/journal.png"
    schema = "fixtures/schemas/protocole.schema.json"
    assert page_guide.lien(f"../../{schema}", "reference/protocole") == f"/guide/fichiers/{schema}"
    assert page_guide.lien("../ARCHITECTURE.md", "reference/protocole") is None


def test_a_file_that_a_page_names_is_given_as_text(banc: Banc) -> None:
    reponse = banc.http.get("/guide/fichiers/fixtures/ci/gitlab-ci.yml", headers=ENTETES)
    assert (reponse.status_code, reponse.mimetype) == (200, "text/plain")
    assert "sne-sandbox run" in reponse.text


@pytest.mark.parametrize(
    "chemin",
    [
        "fixtures/seeds/noms.toml",
        "fixtures/../pyproject.toml",
        "contracts/v5.2/rules.toml",
        "%2e%2e/README.md",
    ],
)
def test_no_other_file_is(chemin: str, banc: Banc) -> None:
    assert banc.http.get(f"/guide/fichiers/{chemin}", headers=ENTETES).status_code == 404
    for nom in ("absente.png", "..%2f..%2fREADME.png"):
        assert banc.http.get(f"/guide/captures/{nom}", headers=ENTETES).status_code == 404
    image = banc.http.get("/guide/captures/journal.png", headers=ENTETES).headers
    assert (image["Content-Type"], image["Cache-Control"]) == ("image/png", "public, max-age=3600")


@pytest.mark.parametrize("nom", PAGES)
def test_a_caption_reads_as_its_page(nom: str, page: Callable[..., Any]) -> None:
    """Who listens to the page would hear the marks of Markdown."""
    for legende in page(adresse_de(nom)).xpath("//caption"):
        dite = legende.text_content()
        assert dite.strip()
        assert not {"`", "*", "["} & set(dite), dite


def test_one_is_sent_to_a_tolerance_and_to_a_requirement(page: Callable[..., Any]) -> None:
    lus = page("//guide/reference/tolerances").xpath("//table//tr[@id]")
    dites = [(t.get("id"), " ".join(t.xpath("./td")[0].text.split())) for t in lus]
    assert dites == [(t.code, t.phrase) for t in Tolerance]
    assert page("//guide/reference/exigences").xpath("//tr[@id='EMB-09']")


def test_addresses_are_those_of_this_server(banc: Banc) -> None:
    reponse = banc.http.get("/guide/brancher", headers=ENTETES)
    texte = unescape(reponse.text)
    assert "http://127.0.0.1:8080/services/DemandeLogementImplService/" in texte
    assert f"{banc.services.configuration.home.absolute()}/pki/guichets/" in texte


def test_html_in_a_page_would_be_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, banc: Banc) -> None:
    (tmp_path / "ci.md").write_text("# Titre\n\n<script>alert(1)</script> et **gras**\n", "utf-8")
    monkeypatch.setattr(page_guide, "DOSSIER", tmp_path)
    page_guide.lire.cache_clear()
    try:
        texte = banc.http.get("/guide/ci", headers=ENTETES).text
    finally:
        page_guide.lire.cache_clear()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in texte
    assert "<script>alert" not in texte
    assert "<strong>gras</strong>" in texte
