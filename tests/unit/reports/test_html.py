import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from lxml import etree
from lxml import html as lxml_html
from specimen import HOSTILE, NIR, NIR_ESPACE, NIR_TREIZE, conforme, grand, rapport, trafic

from sne_sandbox.reports import html
from sne_sandbox.reports.groupes import grouper
from sne_sandbox.reports.model import Rapport, ResultatScenario, Verdict

_COULEUR = re.compile(r"color: (#[0-9a-f]{3,6}); background: (#[0-9a-f]{3,6})")


def arbre(juge: Rapport) -> Any:
    return lxml_html.document_fromstring(html.en_html(juge))


@pytest.mark.parametrize("faire", [rapport, trafic, conforme, grand])
def test_the_page_is_whole_alone_and_obeys_nobody(faire: Any) -> None:
    page = arbre(faire())
    assert page.get("lang") == "fr"
    for balise in ("script", "link", "img", "iframe", "object", "form"):
        assert page.findall(f".//{balise}") == [], balise
    for element in page.iter(etree.Element):
        assert not [
            nom for nom in element.attrib if nom.startswith("on") or nom in ("src", "srcset", "style")
        ]
        assert element.get("href", "#").startswith("#")
    assert "url(" not in page.findtext(".//style")
    assert "@import" not in page.findtext(".//style")


def test_its_policy_names_its_style_sheet_and_no_other() -> None:
    page = arbre(rapport())
    (politique,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (feuille,) = page.xpath("//style/text()")
    empreinte = base64.b64encode(hashlib.sha256(feuille.encode()).digest()).decode()
    assert politique == f"default-src 'none'; style-src 'sha256-{empreinte}'"


@pytest.mark.parametrize("faire", [rapport, trafic, conforme, grand])
def test_it_is_accessible(faire: Any) -> None:
    page = arbre(faire())
    assert len(page.findall(".//main")) == len(page.findall(".//h1")) == 1
    assert page.find(".//header") is not None
    assert page.find(".//nav").get("aria-label")
    assert all(table.find("caption").text_content() for table in page.iter("table"))
    assert all(th.get("scope") in ("col", "row") for th in page.iter("th"))
    assert all(svg.get("role") == "img" and svg.get("aria-label") for svg in page.iter("svg"))
    niveaux = [int(e.tag[1]) for e in page.iter("h1", "h2", "h3", "h4")]
    assert all(suivant - niveau <= 1 for niveau, suivant in pairwise(niveaux))
    idents = [e.get("id") for e in page.iter(etree.Element) if e.get("id")]
    assert len(idents) == len(set(idents))
    assert {a.get("href")[1:] for a in page.iter("a")} <= set(idents)
    assert {s.get("aria-labelledby") for s in page.iter("section")} <= set(idents)


def _luminance(couleur: str) -> float:
    hexa = couleur[1:] if len(couleur) == 7 else "".join(c * 2 for c in couleur[1:])
    canaux = [int(hexa[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    lineaires = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux]
    return sum(poids * c for poids, c in zip((0.2126, 0.7152, 0.0722), lineaires, strict=True))


def test_its_colours_contrast_enough() -> None:
    """WCAG 2.1, 1.4.3: 4.5 to 1."""
    style = arbre(conforme()).findtext(".//style")
    couples = [*_COULEUR.findall(style), ("#4a4a4a", "#ffffff"), ("#00449e", "#ffffff")]
    assert len(couples) >= 5
    for texte, fond in couples:
        clair, sombre = sorted((_luminance(texte), _luminance(fond)), reverse=True)
        assert (clair + 0.05) / (sombre + 0.05) >= 4.5, (texte, fond)


def test_hostile_names_are_text() -> None:
    page = arbre(rapport())
    assert page.find(".//script") is None
    assert "<script>alert('œ')</script>" in page.text_content()
    assert "\\x1b[31m\\x00\\u202e" in page.text_content()
    assert not [c for c in ("\x1b", "\x00", "\u202e") if c in html.en_html(rapport())]


def test_a_hostile_header_is_text_too() -> None:
    juge = rapport()
    champs = dict.fromkeys(("outil", "contrat", "profil", "application", "base", "commande"), HOSTILE)
    assert arbre(replace(juge, entete=replace(juge.entete, **champs))).find(".//script") is None  # type: ignore[arg-type]


def test_its_instants_are_those_of_paris() -> None:
    assert "02/03/2026 à 19:00:00" in html.en_html(rapport()), "18 h UTC"


def test_what_is_wrong_comes_first() -> None:
    page = arbre(rapport())
    assert page.xpath("//main/section[1]/h2/@id") == ["corriger"]
    assert page.xpath("//nav//a/@href")[0] == "#corriger"
    assert arbre(conforme()).xpath("//main/section[1]/h2/@id") == ["resume"]


def test_a_family_of_traffic_is_told_in_words_and_how_to_play_it_again() -> None:
    """Its id is of no scenario that a reader could run."""
    juge = replace(rapport(), entete=trafic().entete)
    famille = ResultatScenario("trafic-emb", "trafic", "Emballage", Verdict.ECHOUE, juge.verifications)
    page = arbre(replace(juge, scenarios=(famille,)))
    texte = page.find("body").text_content()
    assert "trafic-" not in texte
    assert "Emballage" in texte
    for carte in page.xpath("//section[h2/@id='corriger']/article"):
        assert "Pour rejouer" in carte.text_content()


def test_no_nir_is_written() -> None:
    texte = html.octets(rapport()).decode()
    for nir in (NIR, NIR_ESPACE, NIR_TREIZE):
        assert nir not in texte


def test_each_group_has_its_card_with_all_that_is_known() -> None:
    page = arbre(rapport())
    cartes = {c.get("id"): c.text_content() for c in page.iter("article")}
    assert len([nom for nom in cartes if not nom.startswith("echange-")]) == len(grouper(rapport()))
    carte = cartes["FID-02-cotitulaire-absent"]
    for dit in ("Chaque co-titulaire", "absent", "CRE-03", "CRE-04", "échange 12", "Pour rejouer", "Œ"):
        assert dit in carte
    assert "POST /services/" in cartes["echange-12"]
    assert "caractères de plus" in cartes["echange-13"]


def test_the_balance_and_the_coverage_are_complete() -> None:
    page = arbre(rapport())
    contenu = page.text_content()
    assert all(bilan.exigence in contenu for bilan in rapport().bilans)
    assert "se constate chez l'éditeur" in contenu
    assert [svg.get("aria-label") for svg in page.iter("svg")] == ["66 % : 2 sur 3", "0 % : 0 sur 200"]
    assert "<getDoublons>" in contenu


def test_traffic_has_no_scenario_and_shows_what_broke() -> None:
    page = arbre(trafic())
    assert page.find(".//*[@id='scenarios']") is None
    assert page.find(".//*[@id='CTR-05-telephone-indicatif']") is not None


def test_a_group_of_scenarios_has_its_title() -> None:
    """Not the name of its folder, which has no accent."""
    juge = rapport()
    page = arbre(replace(juge, scenarios=(replace(juge.scenarios[0], groupe="evenements"),)))
    assert page.xpath("//section[h2/@id='scenarios']//caption/text()") == ["Événements"]


def test_what_conforms_says_of_how_much() -> None:
    """Who reads the first line alone must not take it for the whole plan."""
    assert "des autres, ce rapport ne prouve rien" in arbre(conforme()).find("body/header").text_content()
    assert "des autres, ce rapport ne prouve rien" not in arbre(rapport()).find("body/header").text_content()
