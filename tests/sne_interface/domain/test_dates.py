"""Business time."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from sne_interface.domain.dates import PARIS, age, ajouter_mois, date_francaise, tampon, xs_date_time


@pytest.mark.parametrize(
    ("jour", "mois", "attendu"),
    [
        (date(2018, 3, 15), 12, date(2019, 3, 15)),
        (date(2018, 1, 31), 1, date(2018, 2, 28)),
        (date(2016, 1, 31), 1, date(2016, 2, 29)),
        (date(2016, 2, 29), 12, date(2017, 2, 28)),
        (date(2018, 12, 31), 2, date(2019, 2, 28)),
        (date(2018, 3, 15), -3, date(2017, 12, 15)),
        (date(2018, 3, 15), 0, date(2018, 3, 15)),
        (date.min, -1, date.min),
        (date(9999, 12, 1), 1, date.max),
    ],
)
def test_civil_months(jour: date, mois: int, attendu: date) -> None:
    assert ajouter_mois(jour, mois) == attendu


@pytest.mark.parametrize(
    ("naissance", "jour", "ans"),
    [
        (date(2000, 3, 15), date(2018, 3, 14), 17),
        (date(2000, 3, 15), date(2018, 3, 15), 18),
        (date(2000, 2, 29), date(2018, 2, 28), 17),
        (date(2000, 2, 29), date(2018, 3, 1), 18),
        (date(2018, 9, 1), date(2018, 3, 15), -1),
    ],
)
def test_completed_years(naissance: date, jour: date, ans: int) -> None:
    assert age(naissance, jour) == ans


def test_stamps_are_in_paris() -> None:
    hiver = datetime(2018, 3, 15, 15, 54, 6, 339_999, tzinfo=UTC)
    assert tampon(hiver) == "201803151654"
    assert xs_date_time(hiver) == "2018-03-15T16:54:06.339+01:00"
    ete = datetime(2018, 7, 1, tzinfo=timezone(timedelta(hours=-4)))
    assert xs_date_time(ete) == "2018-07-01T06:00:00.000+02:00"
    assert tampon(datetime(2018, 1, 1, tzinfo=PARIS)) == "201801010000"


def test_a_day_in_french() -> None:
    assert date_francaise(date(2018, 3, 5)) == "05/03/2018"
