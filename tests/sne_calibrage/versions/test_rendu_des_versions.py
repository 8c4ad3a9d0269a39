"""Comparisons and preparations as they are written: every form tells the same, and obeys nobody."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree
from lxml import html as lxml_html

from sne_calibrage.versions import rendu_des_versions as rendu
from sne_calibrage.versions.differences_de_contrats import (
    ComparaisonDeContrats,
    DifferenceDeContrats,
    Sens,
    Severite,
)
from sne_calibrage.versions.sorts_des_requetes import Cause, Devenir, Nouveaute, Preparation, SortDEchange
from sne_interface.contract.changements import Nature

MECHANT = "</td><script>alert(1)</script> | `x` \x1b[31m"
DIFFERENCE = DifferenceDeContrats(
    Nature.SCHEMAS, f"demande/02.01:a/{MECHANT}", "element-retire", MECHANT, {Sens.REQUETE: Severite.ERREUR}
)


@pytest.fixture(scope="module")
def comparaison(de_5_0_a_5_2: ComparaisonDeContrats) -> ComparaisonDeContrats:
    return replace(de_5_0_a_5_2, differences=(DIFFERENCE, *de_5_0_a_5_2.differences))


@pytest.fixture
def preparation(comparaison: ComparaisonDeContrats) -> Preparation:
    cause = Cause("NIR002", "a/nir[1]", MECHANT, "2 06", "NIR", "abc", "NIR002 : nouveau contrôle")
    numero = "0620318000001G1226"
    sorts = (
        *(SortDEchange(n, "getNumUnique", "CRE", "", Devenir.REFUSE, (cause,)) for n in (*range(3, 18), 40)),
        SortDEchange(50, "getDemandeLogement", "", numero, Devenir.INDECIDABLE, raison="inconnue"),
        SortDEchange(51, "getDemandeLogement", "", "", Devenir.INCHANGE),
    )
    nouveautes = (Nouveaute(DIFFERENCE, envoyer=True), Nouveaute(DIFFERENCE, envoyer=False))
    changements = {c.id: c for c in comparaison.changements}
    return Preparation("v5.0", "v5.2", "preuves.zip", sorts, nouveautes, changements)


def page(texte: str) -> Any:
    arbre = lxml_html.document_fromstring(texte)
    assert arbre.findall(".//script") == arbre.findall(".//link") == arbre.findall(".//img") == []
    feuille = arbre.findtext(".//style")
    empreinte = base64.b64encode(hashlib.sha256(feuille.encode()).digest()).decode()
    (politique,) = arbre.xpath("//meta[@http-equiv]/@content")
    assert politique == f"default-src 'none'; style-src 'sha256-{empreinte}'"
    cibles = {f"#{element.get('id')}" for element in arbre.xpath("//*[@id]")}
    assert set(arbre.xpath("//a/@href")) <= cibles
    return arbre


def test_the_pages_are_whole_alone_and_obey_nobody(
    comparaison: ComparaisonDeContrats, preparation: Preparation
) -> None:
    for texte in (rendu.comparaison_en_html(comparaison), rendu.preparation_en_html(preparation)):
        dit = page(texte).text_content()
        assert "<script>alert(1)</script>" in dit
        assert "\x1b" not in dit
        assert "Le NIR de chaque titulaire" in dit


def test_a_comparison_says_first_whether_it_breaks(comparaison: ComparaisonDeContrats) -> None:
    assert rendu.conclure(comparaison).startswith("De v5.0 à v5.2 : des différences cassent (1 erreur,")
    sans = replace(comparaison, differences=comparaison.differences[1:])
    assert "rien ne casse" in rendu.conclure(sans)
    for texte in (rendu.comparaison_en_texte(comparaison), rendu.comparaison_en_markdown(comparaison)):
        assert "\x1b" not in texte


def test_what_no_change_names_is_said_to_be_so(comparaison: ComparaisonDeContrats) -> None:
    seule = replace(comparaison, differences=(DIFFERENCE,), changements=())
    assert "aucun changement nommé" in rendu.comparaison_en_texte(seule)
    assert "<td>aucun</td>" in rendu.comparaison_en_html(seule)
    assert rendu.comparaison_en_markdown(seule).endswith(f"| - | {DIFFERENCE.empreinte} |")


def test_junit_fails_for_what_breaks_and_for_nothing_else(comparaison: ComparaisonDeContrats) -> None:
    lu = etree.fromstring(rendu.comparaison_en_junit(comparaison))
    (suite,) = lu.findall("testsuite")
    assert (suite.get("failures"), len(suite.findall("testcase/failure"))) == ("1", 1)
    assert int(suite.get("tests")) == len(suite.findall("testcase")) == len(comparaison.differences)
    rien = replace(comparaison, differences=())
    (suite,) = etree.fromstring(rendu.comparaison_en_junit(rien)).findall("testsuite")
    assert (suite.get("tests"), len(suite.findall("testcase"))) == ("1", 1)


def test_exchanges_of_one_cause_are_one_group_that_names_them(preparation: Preparation) -> None:
    refus, indecidable = rendu.grouper(preparation)
    assert refus.echanges == (*range(3, 18), 40)
    assert refus.cites == "échanges 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14 et 4 autres"
    assert (refus.cause.regle, refus.cause.changement) == ("NIR002", "NIR")
    assert refus.operations == ("getNumUnique CRE",)
    assert (indecidable.cites, indecidable.cause.message) == ("échange 50", "inconnue")


def test_a_preparation_in_text(preparation: Preparation) -> None:
    texte = rendu.preparation_en_texte(preparation)
    assert texte.startswith("preuves.zip, de v5.0 à v5.2 : 16 échanges acceptés seraient refusés.")
    assert "16 refusés, acceptés jusque-là · 1 indécidable · 1 inchangé" in texte
    assert "NIR002, changement NIR · échanges 3," in texte
    assert "Ce que vous pourriez envoyer (1)" in texte
    assert "Ce que vous pourriez lire (1)" in texte
    assert "\x1b" not in texte


def test_a_preparation_of_nothing_says_that_nothing_is_proved(preparation: Preparation) -> None:
    rien = replace(preparation, sorts=(), nouveautes=(), changements={})
    assert rien.vide
    assert "rien n'est prouvé" in rendu.resumer(rien)
    assert "aucun échange" in rendu.preparation_en_texte(rien)
    bien = replace(rien, sorts=(SortDEchange(1, "getNumUnique", "CRE", "", Devenir.INCHANGE),))
    assert "rien de ce qui était accepté ne serait refusé" in rendu.resumer(bien)


def test_json_holds_what_is_not_unaffected(preparation: Preparation) -> None:
    lu = json.loads(rendu.en_json(preparation))
    assert lu["prete"] is False
    assert lu["comptes"]["refusé"] == 16
    assert [e["echange"] for e in lu["echanges"]] == [*range(3, 18), 40, 50]
    (cause,) = lu["echanges"][0]["causes"]
    assert (cause["regle"], cause["changement"], cause["difference"]) == ("NIR002", "NIR", "abc")
    assert [n["sens"] for n in lu["nouveautes"]] == ["envoyer", "lire"]
