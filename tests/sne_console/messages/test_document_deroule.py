"""A document as steps: lines, masks, labels, bounds, remarks."""

from typing import Any

import pytest
from lxml import etree

from sne_console.messages.document_deroule import (
    ATTRIBUTS_MAX,
    REMARQUES_MAX,
    TEXTE_MAX,
    PasArbre,
    construire,
)
from sne_interface.contract.contrats_charges import charger


def pas_de(source: str, **choix: Any) -> list[PasArbre]:
    """The steps of a document, ends left out."""
    return [pas for pas in construire(etree.fromstring(source), **choix).pas if not pas.ferme]


def test_steps_open_and_close_in_order() -> None:
    pas = construire(etree.fromstring("<a><b>x</b><c><d/></c></a>")).pas
    assert [(p.nom, p.ouvre, p.ferme, p.court) for p in pas] == [
        ("a", True, False, False),
        ("b", False, False, False),
        ("c", True, False, False),
        ("d", False, False, True),
        ("", False, True, False),
        ("", False, True, False),
    ]


def test_a_nir_is_masked_in_names_too() -> None:
    (racine, pas) = pas_de('<a><n2850662999017 b2850662999017="x"/></a>')
    assert (pas.nom, pas.attributs) == ("n285**********", (("b285**********", "x"),))
    assert racine.nom == "a"


def test_lines_are_those_received_or_ranks_when_there_is_but_one() -> None:
    assert [p.ligne for p in pas_de("<a>\n<b/>\n\n<c/></a>")] == [1, 2, 4]
    assert [p.ligne for p in pas_de("<a><b/><c/></a>")] == [1, 2, 3]


def test_remarks_give_the_line_that_the_tree_gives() -> None:
    def ligne(source: str) -> Any:
        remarque = {"propriete": "a/c", "ligne": 2}
        construire(etree.fromstring(source), remarques=[remarque])
        return remarque["ligne"]

    assert ligne("<?xml version='1.0'?>\n<a><b/><c/></a>") == 3
    assert ligne("<a><b/>\n<c/></a>") == 2


def test_attributes_are_bounded_and_counted() -> None:
    attributs = " ".join(f"x{rang}='1'" for rang in range(1000))
    (pas,) = pas_de(f"<a {attributs}/>")
    assert len(pas.attributs) == ATTRIBUTS_MAX
    assert pas.autres == 1000 - ATTRIBUTS_MAX


def test_prefixes_are_shown_where_they_matter() -> None:
    source = '<s:E xmlns:s="u" xmlns:x="v"><x:i x:h="1" k="2"/></s:E>'
    assert [p.nom for p in pas_de(source)] == ["E", "i"]
    assert [p.nom for p in pas_de(source, prefixes=True)] == ["s:E", "x:i"]
    assert pas_de(source, prefixes=True)[1].attributs == (("x:h", "1"), ("k", "2"))


def test_codes_are_told_in_words_and_communes_by_their_name() -> None:
    source = (
        "<interfaceNuu><demande><demandeLogement><personnePhysique><demandeur><civilite code='2'/>"
        "<adressePostale><commune code='62498'/><commune code='00000'/></adressePostale>"
        "</demandeur></personnePhysique></demandeLogement></demande></interfaceNuu>"
    )
    notes = [pas.note for pas in pas_de(source, contrat=charger("v5.2")) if pas.attributs]
    assert notes == ["Madame", "Lens", ""]
    assert {pas.note for pas in pas_de(source)} == {""}


def test_a_nir_is_masked_wherever_it_stands() -> None:
    _, nir, mal_ecrit, autre = pas_de(
        '<a><nir>206129912345678</nir><nir>2061299</nir><b c="2 06 12 99 123 456 78">206129912345678</b></a>'
    )
    assert (nir.texte, mal_ecrit.texte) == ("206************", "206****")
    assert "99 123" not in autre.attributs[0][1]
    assert autre.texte == "206************"


def test_long_texts_are_cut_and_counted() -> None:
    (pas,) = pas_de(f"<a>{'x' * 5000}</a>")
    assert pas.texte == "x" * TEXTE_MAX + "… (5000 caractères)"


def test_a_bound_says_what_is_left_and_still_closes() -> None:
    arbre = construire(etree.fromstring(f"<a>{'<b><c/></b>' * 10}</a>"), maximum=4)
    assert [p.nom for p in arbre.pas if not p.ferme] == ["a", "b", "c", "b"]
    assert arbre.reste == 1 + 2 * 8
    assert sum(p.ouvre for p in arbre.pas) == sum(p.ferme for p in arbre.pas)


@pytest.mark.parametrize(
    ("propriete", "nom"),
    [
        ("a/b[2]", "b"),
        ("a/b[2]/c", "c"),
        ("a/b[2]/absent/encore", "b"),
        ("a/seul[1]", "a"),
        ("a/b", "b"),
        ("a/b[9]", "a"),
    ],
)
def test_a_remark_goes_to_its_element_or_the_nearest_above(propriete: str, nom: str) -> None:
    remarque: dict[str, Any] = {"propriete": propriete, "message": "m"}
    arbre = construire(etree.fromstring("<a><b/><b><c/></b><seul/></a>"), remarques=[remarque])
    (porteur,) = [p for p in arbre.pas if p.anomalies]
    assert porteur.nom == nom
    assert remarque["repere"] == porteur.repere
    assert arbre.perdues == ()


def test_a_remark_about_nothing_here_is_lost_and_said() -> None:
    arbre = construire(etree.fromstring("<a/>"), remarques=[{"propriete": "z/y"}, {}])
    assert len(arbre.perdues) == 2


def test_one_element_shows_so_many_remarks_and_counts_the_rest() -> None:
    """Those of elements that the page leaves out all come to the nearest above."""
    remarques: list[dict[str, Any]] = [{"propriete": f"a/b[{n}]"} for n in range(1, REMARQUES_MAX + 4)]
    (pas,) = construire(etree.fromstring("<a>texte</a>"), remarques=remarques, maximum=1).pas
    assert (len(pas.anomalies), pas.tues) == (REMARQUES_MAX, 3)
    assert {r["repere"] for r in remarques} == {"e1"}


def test_two_remarks_on_one_element_share_its_mark() -> None:
    remarques: list[dict[str, Any]] = [{"propriete": "a/b"}, {"propriete": "a/b"}, {"propriete": "a"}]
    construire(etree.fromstring("<a><b/></a>"), remarques=remarques)
    assert [r["repere"] for r in remarques] == ["e1", "e1", "e2"]
