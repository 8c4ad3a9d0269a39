"""Sentences with places, read off sentences without."""

import pytest
from donnees import a_cote

from sne_calibrage.calibration.modeles_de_phrases import entiers, modele_commun, places, remplir, valeurs_de


def test_what_fills_a_sentence_is_read_back() -> None:
    modele = "Le code [{valeur}] n'appartient pas à la nomenclature {liste}."
    phrase = "Le code [ZZ] n'appartient pas à la nomenclature ListeCivilite."
    assert valeurs_de(modele, phrase) == {"valeur": "ZZ", "liste": "ListeCivilite"}
    assert valeurs_de(modele, "Autre chose.") is None
    assert valeurs_de("{a} et {a}", "x et x") == {"a": "x"}
    assert valeurs_de("{a} et {a}", "x et y") is None
    assert places(modele) == ["valeur", "liste"]


@pytest.mark.parametrize(("exemples", "modele"), a_cote(__file__)["the_sentence_that_gives_them_all"])
def test_the_sentence_that_gives_them_all(exemples: list[tuple[dict[str, str], str]], modele: str) -> None:
    assert modele_commun(exemples) == (modele, [True] * len(exemples))
    assert [remplir(modele, valeurs) for valeurs, _ in exemples] == [phrase for _, phrase in exemples]


def test_an_example_that_another_sentence_gave_is_told() -> None:
    exemples = [({"valeur": c}, f"Code {c} !") for c in ("AAA", "BBB")] + [({"valeur": "CCC"}, "Rien à voir")]
    assert modele_commun(exemples) == ("Code {valeur} !", [True, True, False])


def test_a_nir_never_stays_in_a_sentence() -> None:
    modele, _ = modele_commun([({"valeur": "1 89 *"}, "Le NIR 189046210100188 est faux.")])
    assert "189046210100188" not in modele


def test_whole_numbers() -> None:
    assert entiers("de 8 à 10, A12, 3x") == [8, 10]
