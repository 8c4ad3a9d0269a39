"""Two contracts compared, as they are read: the interface first, and one line for what is alike."""

import json

from lxml import etree
from lxml import html as lxml_html

from sne_calibrage.versions import rendu_des_versions as rendu
from sne_calibrage.versions.differences_de_contrats import (
    ComparaisonDeContrats,
    DifferenceDeContrats,
    Sens,
    Severite,
)
from sne_interface.contract.changements import Nature


def difference(objet: str, texte: str, nature: Nature = Nature.CHEMINS) -> DifferenceDeContrats:
    return DifferenceDeContrats(nature, objet, "sorte", texte, {Sens.REPONSE: Severite.INFORMATION})


def test_the_interface_comes_before_what_no_exchange_shows(de_5_0_a_5_2: ComparaisonDeContrats) -> None:
    dites = list(rendu.parties(de_5_0_a_5_2))
    assert [(p.titre.partition(" : ")[0], p.severite) for p in dites] == [
        (titre, severite)
        for titre in ("L'interface", "Jugement, seuils et autres fichiers")
        for severite in (Severite.AVERTISSEMENT, Severite.INFORMATION)
    ]
    natures = [[ligne.premiere.nature for ligne in p.lignes] for p in dites]
    assert set(natures[0]) == {Nature.REGLES}  # no requirement among what a message may run into
    assert natures[1][0] is Nature.MESSAGES
    assert set(natures[2]) == {Nature.EXIGENCES}
    for suite in natures:
        assert suite == sorted(suite, key=tuple(Nature).index)
    texte = rendu.comparaison_en_texte(de_5_0_a_5_2)
    assert dites[0].titre == "L'interface : avertissements (9)"
    assert texte.index(dites[0].titre) < texte.index(dites[2].titre)


def test_what_breaks_is_never_beside_the_interface(de_5_2_a_5_0: ComparaisonDeContrats) -> None:
    erreurs = [p for p in rendu.parties(de_5_2_a_5_0) if p.severite is Severite.ERREUR]
    assert [p.titre for p in erreurs] == ["L'interface : erreurs (2)"]


def test_each_difference_is_on_one_line_and_json_and_junit_keep_them_all(
    de_5_0_a_5_2: ComparaisonDeContrats,
) -> None:
    lignes = [ligne for p in rendu.parties(de_5_0_a_5_2) for ligne in p.lignes]
    dites = [d.empreinte for ligne in lignes for d in ligne.differences]
    toutes = [d.empreinte for d in de_5_0_a_5_2.differences]
    assert sorted(dites) == sorted(toutes)
    for partie in rendu.parties(de_5_0_a_5_2):
        assert partie.titre.endswith(f" ({sum(len(ligne.differences) for ligne in partie.lignes)})")
    lu = json.loads(rendu.en_json(de_5_0_a_5_2))
    assert [d["empreinte"] for d in lu["differences"]] == toutes
    junit = etree.fromstring(rendu.comparaison_en_junit(de_5_0_a_5_2))
    assert len(junit.findall(".//testcase")) == len(toutes)
    # The three forms that are read have these lines, and no other.
    for texte in (rendu.comparaison_en_texte(de_5_0_a_5_2), rendu.comparaison_en_markdown(de_5_0_a_5_2)):
        assert [ligne.empreintes for ligne in lignes if ligne.empreintes not in texte] == []
    page = lxml_html.document_fromstring(rendu.comparaison_en_html(de_5_0_a_5_2))
    assert page.xpath("//td[@class='code']/text()") == [ligne.empreintes for ligne in lignes]


def test_the_thresholds_of_an_area_are_one_line_with_its_years(de_5_0_a_5_2: ComparaisonDeContrats) -> None:
    seuils = [d for d in de_5_0_a_5_2.differences if d.nature is Nature.SEUILS]
    lignes = rendu.plier(seuils)
    objets = [ligne.objets for ligne in lignes]
    assert sorted(objets) == sorted({(d.objet.rpartition("/")[0],) for d in seuils})
    arras = next(ligne for ligne in lignes if ligne.objets == ("EPCI/200033579",))
    assert arras.texte == "nouveau seuil : 8150 € par an et par UC (CU d'Arras), 2016 à 2026"
    assert arras.empreintes.endswith("+10")
    assert rendu.comparaison_en_texte(de_5_0_a_5_2).count("EPCI/200033579") == 1


def test_amounts_that_change_with_the_year_are_told_each() -> None:
    lot = [difference(f"EPCI/1/{2016 + n}", f"seuil : {n // 2} €", Nature.SEUILS) for n in range(9)]
    (ligne,) = rendu.plier([*lot, difference("EPCI/1/2030", "seuil : 0 €", Nature.SEUILS)])
    assert ligne.texte == (
        "seuil : 0 €, 2016, 2017, 2030 ; seuil : 1 €, 2018 à 2019 ; seuil : 2 €, 2020 à 2021 ; et 2 autres"
    )


def test_what_differs_by_its_object_only_is_one_line_that_counts_them() -> None:
    (ligne,) = rendu.plier([difference(f"o{n}", "nouveau") for n in range(6)])
    assert (ligne.objets, ligne.reste, ligne.texte) == (("o0", "o1", "o2"), "et 3 autres", "nouveau")
    assert ligne.empreintes == f"{difference('o0', 'nouveau').empreinte}+5"
    (quatre,) = rendu.plier([difference(f"o{n}", "nouveau") for n in range(4)])
    assert (len(quatre.objets), quatre.reste) == (4, "")
    assert len(rendu.plier([difference("o", "un"), difference("o", "autre")])) == 2
    assert len(rendu.plier([difference("o", "un"), difference("p", "un", Nature.REGLES)])) == 2
