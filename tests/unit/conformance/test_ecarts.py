"""When two values are the same, and what became of one that is not."""

import pytest

from sne_sandbox.conformance import ecarts


@pytest.mark.parametrize(
    ("attendu", "observe"),
    [
        ("Dupont", "DUPONT"),
        ("Léa", "LÉA"),
        ("true", "1"),
        ("0", "false"),
        ("100", "100.00"),
        ("rue  du\n Bac", "rue du Bac"),
        ("2018-03-15", "2018-03-15+01:00"),
        ("2018-03-15T10:00:00+01:00", "2018-03-15T09:00:00Z"),
    ],
)
def test_the_same(attendu: str, observe: str) -> None:
    assert ecarts.equivalents(attendu, observe)


@pytest.mark.parametrize(
    ("attendu", "observe"),
    [
        ("Léa", "LEA"),
        ("01000", "1000"),
        ("0612345678", "612345678"),
        ("1", "2"),
        ("DUPONT", "Dupont"),
        ("2018-03-15", "2018-03-16"),
        ("", "x"),
    ],
)
def test_not_the_same(attendu: str, observe: str) -> None:
    assert not ecarts.equivalents(attendu, observe)


@pytest.mark.parametrize(
    ("attendu", "observe", "sorte"),
    [
        ("Bérénice-Alexandra", "Bérénice-Al", "texte_coupe"),
        ("Bérénice", "BÉRÉN", "texte_coupe"),
        ("Léa", "LEA", "caractere_abime"),
        ("Léa", "LÃ©a", "caractere_abime"),
        ("Lœtitia", "Loetitia", "caractere_abime"),
        ("L'Haÿ", "LHaÿ", "caractere_abime"),
        ("Léa", "L?a", "caractere_abime"),
        ("Léa", "La", "caractere_abime"),
        ("L'Abbé", "L&apos;Abbé", "caractere_abime"),
        ("Léa", "Zoé", "valeur_changee"),
        ("1200", "120", "valeur_changee"),
        ("2018-03-15", "2018-03-01", "valeur_changee"),
        ("Léa", "", "valeur_changee"),
        ("Léa", "léa", "valeur_changee"),
    ],
)
def test_what_became_of_it(attendu: str, observe: str, sorte: str) -> None:
    assert ecarts.sorte(attendu, observe) == sorte


def test_what_says_nothing() -> None:
    assert [t for t in ("false", "0", "0.00", "true", "1", "x", "") if ecarts.est_neutre(t)] == [
        "false",
        "0",
        "0.00",
    ]


@pytest.mark.parametrize(
    ("observe", "memes"), [("0100", True), ("+100", True), ("100.00", True), ("010", False), ("", False)]
)
def test_a_whole_number(observe: str, memes: bool) -> None:
    assert ecarts.equivalents("100", observe, entier=True) is memes
    assert not ecarts.equivalents("100", "0100"), "elsewhere it is rather an identifier"
