import base64
import hashlib
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from lxml import html as lxml_html
from specimen import HOSTILE, MENTIONS, avec, conforme, entete, grand, rapport, trafic

import sne_console
from sne_conformite.rapports import rapport_html
from sne_conformite.rapports.constats_groupes import grouper
from sne_conformite.rapports.rapport import (
    SEUL,
    Alentours,
    Candidat,
    EchangeCite,
    EtatExigence,
    Rapport,
    ResultatScenario,
    Verdict,
    Verification,
)

_COULEUR = re.compile(r"color: var\(--([a-z-]+)\); background: var\(--([a-z-]+)\)")
_DES_DEUX = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{3,6}), (#[0-9a-f]{3,6})\);")
_VARIABLE = re.compile(r"--([a-z-]+): (#[0-9a-f]{3,6});")
#: Text, on what it may stand: of the variables of the page.
_COUPLES = (("encre", "papier"), ("encre-douce", "carte"), ("encre-douce", "papier"), ("sapin-vif", "papier"))


def arbre(juge: Rapport, alentours: Alentours = SEUL) -> Any:
    return lxml_html.document_fromstring(rapport_html.en_html(juge, alentours))


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
    clair, sombre = style.split("prefers-color-scheme: dark", 1)
    sombre = sombre.partition("* {")[0]
    nommes = dict(_VARIABLE.findall(clair))
    for variables in (nommes, nommes | dict(_VARIABLE.findall(sombre))):
        couples = [(variables[un], variables[autre]) for un, autre in (*_COULEUR.findall(style), *_COUPLES)]
        assert len(couples) >= 9
        for texte, fond in couples:
            fort, faible = sorted((_luminance(texte), _luminance(fond)), reverse=True)
            assert (fort + 0.05) / (faible + 0.05) >= 4.5, (texte, fond)


def test_hostile_names_are_text() -> None:
    champs = dict.fromkeys(("outil", "contrat", "profil", "application", "base", "commande"), HOSTILE)
    ecrite = rapport_html.en_html(replace(rapport(), entete=entete(**champs)))
    page = lxml_html.document_fromstring(ecrite)
    assert page.find(".//script") is None
    assert "<script>alert('œ')</script>" in page.text_content()
    assert "\\x1b[31m\\x00\\u202e" in page.text_content()
    assert not [c for c in ("\x1b", "\x00", "\u202e") if c in ecrite]
    assert "02/03/2026 à 19:00:00" in ecrite, "18 h UTC: its instants are those of Paris"


def _titres(page: Any) -> list[str]:
    return [str(ident) for ident in page.xpath("//main//h2/@id")]


def test_who_decides_reads_first_and_what_is_wrong_comes_next() -> None:
    page = arbre(rapport())
    assert _titres(page)[:3] == ["familles", "couvre", "corriger"]
    assert page.xpath("//nav//a/@href")[0] == "#corriger"
    assert "corriger" not in _titres(arbre(conforme()))


def test_its_styles_are_those_of_the_console() -> None:
    """Who goes from one to the other is in the same place."""
    console = (Path(sne_console.__file__).parent / "static" / "console.css").read_text("utf-8")
    style = arbre(conforme()).findtext(".//style")
    clair, sombre = (dict(_VARIABLE.findall(lot)) for lot in style.split("prefers-color-scheme: dark", 1))
    de_la_console = {nom: (un, autre) for nom, un, autre in _DES_DEUX.findall(console)}
    communes = de_la_console.keys() & clair.keys()
    assert len(communes) > 15
    for nom in communes:
        assert (clair[nom], sombre[nom]) == de_la_console[nom], nom


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


def test_each_group_has_its_card_with_all_that_is_known() -> None:
    page = arbre(rapport())
    cartes = {c.get("id"): c.text_content() for c in page.iter("article")}
    assert len([nom for nom in cartes if not nom.startswith("echange-")]) == len(grouper(rapport()))
    carte = cartes["FID-02-cotitulaire-absent"]
    for dit in ("Chaque co-titulaire", "absent", "CRE-03", "CRE-04", "échange 12", "Pour rejouer", "Œ"):
        assert dit in carte
    # Of the exchanges in which it was seen, one is not embedded: it is counted, and not named.
    assert "échange 99" not in carte
    assert "(1 autre dans preuves.zip)" in carte
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
    assert page.xpath("//th[@class='groupe']/text()") == ["Événements"]


def test_what_conforms_says_of_how_much() -> None:
    """Who reads the first line alone must not take it for the whole plan."""
    (tete,) = arbre(conforme()).find_class("conclusion")
    dite = "2 opérations sur 3, 1 exigence prouvée sur 1, aucun manquement"
    assert " ".join(tete.text_content().split()) == dite
    (tete,) = arbre(rapport()).find_class("conclusion")
    verdict, quoi = tete.text_content().strip().splitlines()[:2]
    assert verdict == "Non conforme"
    assert quoi.startswith("2 opérations sur 3, 1 exigence prouvée sur 9, manquements : ")
    assert "CTR-05 : Le téléphone porte un indicatif." in tete.text_content()
    cartes = {e.get("id") for e in arbre(rapport()).iter("article")}
    assert {a.get("href")[1:] for a in tete.iter("a")} <= {*cartes, "corriger"}
    assert "3 exigences obligatoires enfreintes : FID-02, FID-12, CTR-05." in tete.text_content()


# --- page one --------------------------------------------------------------------------------------------


def texte(page: Any, ident: str) -> str:
    """What the section of that heading says."""
    (section,) = page.xpath(f"//section[@aria-labelledby='{ident}']")
    return " ".join(section.text_content().split())


def test_each_requirement_is_a_square_of_its_family_that_leads_to_its_row() -> None:
    page = arbre(rapport())
    rangs = page.xpath("//section[@aria-labelledby='familles']//tbody/tr")
    assert [r.find("th").text for r in rangs][:2] == ["Emballage des messages", "Respect du contrat"]
    cases = page.xpath("//ul[@class='cases']//a")
    assert [a.get("href") for a in cases if a.get("class") == "mal"] == [
        "#exigence-CTR-05", "#exigence-FID-02", "#exigence-FID-12"
    ]  # fmt: skip
    assert len(cases) == len(rapport().bilans)
    assert cases[0].text_content() == "EMB-06! non suivie", "no colour says anything alone"


def test_it_says_what_a_household_risks() -> None:
    assert "risques" not in _titres(arbre(rapport())), "nothing is said where the contract says nothing"
    risque = "Ses revenus ne comptent pas."
    assert f"{risque} (FID-02)" in texte(arbre(avec(rapport(), risque=risque)), "risques")
    excusee = texte(arbre(avec(rapport(), risque=risque, connue="ticket 12")), "risques")
    assert f"{risque} (manquement connu) (FID-02)" in excusee, "it is there all the same"


def test_the_product_the_mentions_and_what_they_lack_are_told() -> None:
    candidat = Candidat("Loge SA", "LogeNuu", "8.1", pile="CXF", empreinte="3f1c")
    juge = replace(conforme(), mentions=MENTIONS, entete=entete(candidat=candidat))
    page = arbre(juge)
    assert page.findtext(".//h1") == "LogeNuu 8.1, de Loge SA"
    dits = {dt.text: dt.getnext().text_content() for dt in page.iterfind(".//dt")}
    assert (dits["Application essayée"], dits["Identité"]) == (juge.entete.application, juge.entete.identite)
    assert dits["Produit déclaré"] == "LogeNuu 8.1 (CXF), 3f1c"
    dit = texte(page, "produit")
    assert "SNE 5.2 – socle : 2 opérations sur 3 (les mentions acquises n'en demandent pas d'autre)," in dit
    assert page.xpath("//th[starts-with(., 'SNE 5.2 – socle')]/p/text()") == ["Le minimum."]
    (cellules,) = page.xpath("//tr[th='SNE 5.2 – complet']")
    dites = [td.text_content() for td in cellules.iter("td")]
    assert dites[:2] == ["incomplète", "1 exigence prouvée et 2 attestées sur 2"]
    assert dites[2].startswith("VIE-22 : Aucun DALO n'a été déclaré.Comment la combler")
    assert "sne-sandbox conform --scenario DALO" in dites[2]


def test_nothing_is_said_of_signatures_unless_they_are_known() -> None:
    assert "Signé" not in rapport_html.en_html(rapport())
    signe = rapport_html.en_html(rapport(), Alentours(signatures=("Loge SA (ab12…)",), preuves="ab" * 32))
    assert "Loge SA (ab12…)" in signe
    assert "<dt>Classe</dt>" not in signe
    assert "ab" * 32 in signe
    non_signe = rapport_html.en_html(rapport(), Alentours(signatures=(), classe="non signée"))
    assert "personne : ce rapport n&#39;est pas signé" in non_signe
    assert "<dt>Classe</dt><dd>non signée</dd>" in non_signe


def test_it_says_what_changed_since_the_run_before() -> None:
    assert "depuis" not in _titres(arbre(rapport()))
    avant = replace(conforme(), bilans=rapport().bilans[:1])
    dit = texte(arbre(rapport(), Alentours(avant)), "depuis")
    assert "02/03/2026" in dit
    assert "Nouveaux : 4 FID-02 " in dit
    dit = texte(arbre(conforme(), Alentours(rapport())), "depuis")
    assert "Non revus : 5" in dit
    assert "exigences dont quelque chose a été vu : 5 → 1 (CTR-05, EMB-06, FID-02, FID-12)" in dit


# --- a card ----------------------------------------------------------------------------------------------


def carte(page: Any) -> str:
    """The card of the co-holder that was not sent."""
    return " ".join(page.get_element_by_id("FID-02-cotitulaire-absent").text_content().split())


def test_a_card_says_what_to_do_and_when_it_happens() -> None:
    juge = avec(rapport(), remede="Transmettez-les tous.", conditions={"cotitulaire_absent": "Toujours."})
    assert "Remède : Transmettez-les tous. Quand : Toujours." in carte(arbre(juge))
    assert "Remède" not in carte(arbre(rapport()))
    assert "Quand" not in carte(arbre(rapport()))


def test_a_card_shows_the_document_with_its_line_marked() -> None:
    document = "<demandeLogement><demandeur><nom>Œ</nom></demandeur><cotitulaire/></demandeLogement>"
    juge = replace(rapport(), echanges=(EchangeCite(12, "POST", f"POST /services\n\n{document}", ""),))
    page = arbre(juge)
    assert "il y manque cotitulaire[2]" in carte(page)
    (marque,) = page.get_element_by_id("FID-02-cotitulaire-absent").iter("mark")
    assert marque.text == "<demandeLogement>"
    assert "Le plus petit message, entier, à renvoyer (6 lignes)" in carte(page)


def test_what_follows_from_a_cause_is_told_under_it() -> None:
    juge = rapport()
    suite = Verification("CRE-04", "VIE-01", Verdict.IGNORE, raison="non vue", cause="FID-02")
    scenario = replace(juge.scenarios[2], verifications=(*juge.scenarios[2].verifications[:1], suite))
    page = arbre(replace(juge, scenarios=(*juge.scenarios[:2], scenario, *juge.scenarios[3:])))
    dite = "Et ses conséquences (1), qui ne sont pas comptées VIE-01 Une création est sans numéro."
    assert dite in carte(page)


def test_a_sentence_that_names_an_embedded_exchange_leads_to_it() -> None:
    juge = rapport()
    bilans = tuple(replace(b, raison="Vu à l'échange 12, puis à l'échange 4.") for b in juge.bilans)
    rang = arbre(replace(juge, bilans=bilans)).get_element_by_id("exigence-VIE-01")
    assert [(a.get("href"), a.text) for a in rang.iter("a")] == [("#echange-12", "échange 12")]
    assert "puis à l'échange 4." in rang.text_content()


# --- the rest --------------------------------------------------------------------------------------------


def test_the_requirements_are_a_matrix_that_a_box_filters() -> None:
    juge = rapport()
    page = arbre(juge)
    (matrice,) = page.find_class("matrice")
    assert [th.text for th in matrice.find("thead/tr").iter("th")][2:-2] == ["CRE", "ROB", "EVT"]
    rang = page.get_element_by_id("exigence-FID-02")
    assert [td.text_content() for td in rang.find_class("case")] == ["✗échouée 2", "", ""]
    assert [r.get("id") for r in matrice.iter("tr") if r.get("class") == "tenue"] == [
        f"exigence-{b.exigence}" for b in juge.bilans if b.etat is not EtatExigence.ENFREINTE
    ]
    assert "section:has(.filtre input:checked) .tenue { display: none; }" in page.findtext(".//style")


def test_the_scenarios_that_failed_come_before_those_that_are_folded() -> None:
    page = arbre(rapport())
    ouverts = page.xpath("//section[@aria-labelledby='scenarios']/div//tbody/tr/@id")
    plies = page.xpath("//section[@aria-labelledby='scenarios']/details//tbody/tr/@id")
    assert ouverts == ["scenario-CRE-03", "scenario-CRE-04", "scenario-ROB-01"]
    assert sorted(plies) == ["scenario-CRE-01", "scenario-DAL-01", "scenario-EVT-01"]
