"""What was written, in the terms of the rules."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from sne_interface.domain.element_recu import Element, Vue, avec_enfants, construire, lire_date, lire_instant

PLUS_UNE = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("texte", "attendue"),
    [
        ("2018-03-15", date(2018, 3, 15)),
        (" 2018-03-15\n", date(2018, 3, 15)),
        ("2018-03-15Z", date(2018, 3, 15)),
        ("2018-03-15+14:00", date(2018, 3, 15)),
        ("2018-03-15T23:59:59-12:00", date(2018, 3, 15)),
        ("-0044-03-15", date.min),
        ("0000-00-00", None),
        ("12018-02-30", None),
        ("12018-03-15", date.max),
        ("12000-02-29", date.max),
        ("2018-02-29", None),
        ("2018-W01-1", None),
        ("0000-03-15", date.min),
        ("2018-13-01", None),
        ("15/03/2018", None),
        ("", None),
        ("18-03-15", None),
    ],
)
def test_a_day(texte: str, attendue: date | None) -> None:
    assert lire_date(texte) == attendue


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("2018-03-15T12:00:00", datetime(2018, 3, 15, 12)),
        ("2018-03-15T12:00:00Z", datetime(2018, 3, 15, 12, tzinfo=UTC)),
        ("2018-03-15T12:00:00.339+01:00", datetime(2018, 3, 15, 12, 0, 0, 339_000, tzinfo=PLUS_UNE)),
        ("2018-03-15T12:00:00.1234567+01:00", datetime(2018, 3, 15, 12, 0, 0, 123_456, tzinfo=PLUS_UNE)),
        ("2018-03-15T12:00:00-01:00", datetime(2018, 3, 15, 13, tzinfo=UTC)),
        ("2018-03-15T24:00:00", datetime(2018, 3, 16)),
        ("2018-12-31T24:00:00", datetime(2019, 1, 1)),
        ("2018-03-15T25:00:00", None),
        ("2018-03-15", None),
        ("", None),
    ],
)
def test_an_instant(texte: str, attendu: datetime | None) -> None:
    assert lire_instant(texte) == attendu


@pytest.mark.parametrize("texte", ["9999-12-31T24:00:00", "12018-03-15T24:00:00", "0000-01-01T00:00:00"])
def test_an_instant_beyond_the_calendar_is_at_its_end(texte: str) -> None:
    lu = lire_instant(texte)
    assert lu is not None
    assert lu.year in (1, 9999)


def test_an_empty_element_counts_as_absent() -> None:
    racine = construire(
        "r",
        (
            construire("nom"),
            construire("civilite", code=""),
            construire("liste", (construire("vide"),)),
            construire("plein", "x"),
        ),
    )
    assert [e.nom for e in racine.enfants if e.vide] == ["nom", "civilite", "liste"]
    for chemin in ("nom", "civilite", "liste", "liste/vide", "absent"):
        assert racine.enfant(chemin) is None
        assert racine.texte_de(chemin) is None
    assert not racine.vide
    assert racine.enfant("plein") is racine.enfants[3]


def test_modifie_alone_does_not_fill_an_element() -> None:
    assert construire("nom", modifie="true").vide
    assert not construire("civilite", code="1").vide


def test_the_first_namesake_that_is_not_empty() -> None:
    racine = construire("r", (construire("a"), construire("a", "2"), construire("a", "3")))
    assert racine.texte_de("a") == "2"
    assert [e.texte for e in racine.tous("a")] == ["2", "3"]
    assert racine.tous("b/c") == ()


def test_paths_have_an_index_among_namesakes_only() -> None:
    racine = construire("r", (construire("a", "1"), construire("b", "x"), construire("a", "2")))
    assert [e.chemin for e in racine.parcourir()] == ["r", "r/a[1]", "r/b", "r/a[2]"]
    assert repr(racine.enfants[2]) == "<Element r/a[2]>"


def test_typed_readings() -> None:
    racine = construire(
        "r",
        (
            construire("oui", " true "),
            construire("un", "1"),
            construire("non", "false"),
            construire("entier", " +12 "),
            construire("jour", "2018-03-15"),
            construire("instant", "2018-03-15T12:00:00"),
            construire("code", code="A"),
            construire("blanc", " "),
        ),
    )
    assert [racine.booleen_de(n) for n in ("oui", "un", "non", "rien")] == [True, True, False, None]
    assert [racine.entier_de(n) for n in ("entier", "blanc", "rien")] == [12, None, None]
    assert (racine.date_de("jour"), racine.date_de("rien")) == (date(2018, 3, 15), None)
    assert (racine.instant_de("instant"), racine.instant_de("rien")) == (datetime(2018, 3, 15, 12), None)
    assert (racine.code_de("code"), racine.code_de("jour"), racine.code_de("rien")) == ("A", None, None)
    assert racine.texte_de("blanc") == " "


def test_other_children() -> None:
    racine = Element("r", "", {"code": "1"}, (construire("a", "1"),), 7)
    autre = avec_enfants(racine, (construire("b", "2"),))
    assert (autre.nom, autre.attributs, autre.ligne) == ("r", {"code": "1"}, 7)
    assert [e.chemin for e in autre.enfants] == ["r/b"]


def test_a_view() -> None:
    assert Vue(construire("a", "1")).element.chemin == "a"


def test_paths_of_a_long_list_are_found_at_once() -> None:
    racine = construire("r", tuple(construire("a", str(i)) for i in range(20_000)))
    chemins = [e.chemin for e in racine.enfants]
    assert (chemins[0], chemins[-1], len(set(chemins))) == ("r/a[1]", "r/a[20000]", 20_000)
