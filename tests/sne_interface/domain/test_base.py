"""The clock of a base."""

from datetime import UTC, date, datetime, timedelta

import pytest

from sne_interface.domain.base import Base, Guichet, Horloge, NatureGuichet, lire_instant
from sne_interface.domain.dates import PARIS
from sne_interface.errors import UsageError

MACHINE = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_a_clock_of_the_machine() -> None:
    lue = Horloge().maintenant(MACHINE)
    assert (lue, lue.tzinfo) == (MACHINE, PARIS)
    assert Horloge().reelle


def test_a_clock_that_is_shifted() -> None:
    horloge = Horloge(decalage=timedelta(days=-1))
    assert horloge.maintenant(MACHINE) == MACHINE - timedelta(days=1)
    assert not horloge.reelle


def test_a_frozen_clock() -> None:
    horloge = Horloge(fige_a=datetime(2018, 3, 15, 11, tzinfo=UTC), decalage=timedelta(days=9))
    assert horloge.maintenant(MACHINE).isoformat() == "2018-03-15T12:00:00+01:00"
    assert not horloge.reelle


def test_a_base_starts_with_the_defaults() -> None:
    base = Base("x")
    assert (base.semence, base.seed, base.reglages.profile) == ("ecole", 0, "ecole")


def test_a_guichet_is_open_from_its_first_day_to_the_eve_of_its_last() -> None:
    guichet = Guichet("G1104", NatureGuichet.BAILLEUR, "111", "n", "a", date(2018, 1, 1), date(2018, 3, 1))
    jours = (date(2017, 12, 31), date(2018, 1, 1), date(2018, 2, 28), date(2018, 3, 1))
    assert [guichet.est_ouvert(j) for j in jours] == [False, True, True, False]
    sans_fin = Guichet("G1104", NatureGuichet.BAILLEUR, "111", "n", "a", date(2018, 1, 1))
    assert sans_fin.est_ouvert(date(2999, 1, 1))


def test_an_instant_that_names_no_zone_is_of_paris() -> None:
    assert lire_instant("2018-03-15T12:00:00") == datetime(2018, 3, 15, 11, tzinfo=UTC)
    assert lire_instant("2018-03-15T12:00:00+00:00") == datetime(2018, 3, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize("texte", ["1900-01-01T00:00:00", "2999-12-31T23:59:59"])
def test_a_clock_may_show_any_instant_of_eleven_centuries(texte: str) -> None:
    assert lire_instant(texte).replace(tzinfo=None).isoformat() == texte


@pytest.mark.parametrize("texte", ["1899-12-31T23:59:59", "3000-01-01T00:00:00"])
def test_a_clock_that_is_too_far_is_refused_with_a_remedy(texte: str) -> None:
    with pytest.raises(UsageError) as erreur:
        lire_instant(texte)
    assert erreur.value.remede == "années 1900 à 2999"
