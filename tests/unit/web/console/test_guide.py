"""The guide: every page reads, every link leads somewhere."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from banc import Banc
from navigateur import ENTETES

from sne_sandbox.mime.tolerances import TABLE
from sne_sandbox.reports import baseline
from sne_sandbox.web.console import guide


def test_every_file_is_a_page_and_every_page_a_file() -> None:
    assert {fichier.stem for fichier in guide.DOSSIER.glob("*.md")} == set(guide.PAGES)


def test_the_guide_opens_on_its_first_page(page: Callable[..., Any]) -> None:
    assert page("//guide").xpath("//h1/text()") == page("//guide/commencer").xpath("//h1/text()")
    page("//guide/nimporte", statut=404)


@pytest.mark.parametrize("nom", guide.PAGES)
def test_every_page_reads_and_says_all_of_its_file(nom: str, page: Callable[..., Any]) -> None:
    arbre = page(f"//guide/{nom}")
    montre = " ".join(arbre.text_content().split())
    for ligne in (guide.DOSSIER / f"{nom}.md").read_text("utf-8").splitlines():
        brut = re.sub(r"(?<!!)\[([^\]]*)\]\([^)]*\)", r"\1", ligne.removeprefix("$ ").strip())
        if image := re.fullmatch(r"!\[(.*)\]\((.*)\)", brut):
            assert arbre.xpath("//article//img[@alt=$dit and @src=$ou]", dit=image[1], ou=image[2]), brut
            continue
        if brut.startswith(("```", "| ---")):
            continue
        for morceau in re.split(r"\*\*|\*|`|\|", re.sub(r"^(#+|-|\d+\.) ", "", brut)):
            mots = " ".join(morceau.removeprefix("$ ").split())
            assert mots in montre, mots


@pytest.mark.parametrize("nom", guide.PAGES)
def test_every_link_leads_somewhere(nom: str, banc: Banc, page: Callable[..., Any]) -> None:
    arbre = page(f"//guide/{nom}")
    liens = {str(a) for a in arbre.xpath("//article//a/@href | //article//img/@src")}
    for adresse in liens:
        assert adresse.startswith("/"), adresse
        chemin = adresse.partition("#")[0]
        reponse = banc.http.get(chemin, headers=ENTETES)
        assert reponse.status_code == 200, adresse


def test_known_failures_of_the_guide_are_read(tmp_path: Path) -> None:
    texte = (guide.DOSSIER / "certifier.md").read_text("utf-8")
    fichier = tmp_path / "sne-connus.toml"
    fichier.write_text(texte.split("```toml\n")[1].split("```")[0], "utf-8")
    assert [connue.exigence for connue in baseline.lire(fichier)] == ["EMB-06"]


@pytest.mark.parametrize("nom", guide.PAGES)
def test_a_caption_reads_as_its_page(nom: str, page: Callable[..., Any]) -> None:
    """Who listens to the page would hear the marks of Markdown."""
    for legende in page(f"//guide/{nom}").xpath("//caption"):
        dite = legende.text_content()
        assert dite.strip()
        assert not {"`", "*", "["} & set(dite), dite


def test_every_tolerance_is_listed(page: Callable[..., Any]) -> None:
    lus = page("//guide/tolerances").xpath("//table//tr[@id]")
    assert [(t.get("id"), t.xpath("./td")[0].text) for t in lus] == [(t.code, t.phrase) for t in TABLE]


def test_addresses_are_those_of_this_server(banc: Banc) -> None:
    reponse = banc.http.get("/guide/brancher", headers=ENTETES)
    texte = unescape(reponse.text)
    assert "http://127.0.0.1:8080/services/DemandeLogementImplService/" in texte
    assert f"{banc.services.configuration.home.absolute()}/pki/guichets/" in texte


def test_html_in_a_page_would_be_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, banc: Banc) -> None:
    (tmp_path / "faq.md").write_text("# Titre\n\n<script>alert(1)</script> et **gras**\n", "utf-8")
    monkeypatch.setattr(guide, "DOSSIER", tmp_path)
    guide.lire.cache_clear()
    try:
        texte = banc.http.get("/guide/faq", headers=ENTETES).text
    finally:
        guide.lire.cache_clear()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in texte
    assert "<script>alert" not in texte
    assert "<strong>gras</strong>" in texte
