"""The clock of a base."""

from datetime import UTC, date, datetime, timedelta

from sne_sandbox.domain.base import Base, Guichet, Horloge, NatureGuichet
from sne_sandbox.domain.dates import PARIS

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
