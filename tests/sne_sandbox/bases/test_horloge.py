"""Clocks, read and moved."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from donnees import a_cote
from temps import MIDI, ajouter, etat, nuits, stockee

from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.errors import BaseInconnue, UsageError
from sne_sandbox.bases import horloge
from sne_sandbox.bases.horloge import DeplacementVoulu
from sne_sandbox.store.magasin import Magasin

Creer = Callable[..., str]
DEPOT = date(2018, 3, 15)


@pytest.mark.parametrize(("vers", "attendu"), a_cote(__file__)["where_a_duration_or_a_date_leads"])
def test_where_a_duration_or_a_date_leads(vers: str, attendu: str) -> None:
    assert horloge.atteindre(MIDI, vers) == datetime.fromisoformat(attendu)


def test_the_31st_falls_back_on_the_last_day_of_a_month() -> None:
    assert horloge.atteindre(datetime(2018, 1, 31, 9, tzinfo=PARIS), "P1M") == datetime(
        2018, 2, 28, 9, tzinfo=PARIS
    )


@pytest.mark.parametrize("vers", ["", "P", "PT", "P1", "1M", "P-1M", "P1.5D", "demain", "2018-02-30", "PT1D"])
def test_what_is_neither_duration_nor_date_is_refused(vers: str) -> None:
    with pytest.raises(UsageError) as refus:
        horloge.atteindre(MIDI, vers)
    assert "P1M" in refus.value.diagnostics()


@pytest.mark.parametrize("vers", ["P1000Y", "P99999Y", "P99999W99999D", "3000-01-01", "1899-12-31"])
def test_years_out_of_reach_are_refused(vers: str) -> None:
    with pytest.raises(UsageError):
        horloge.atteindre(MIDI, vers)


def test_a_frozen_clock_stays_frozen_where_it_is_moved(magasin: Magasin, creer: Creer) -> None:
    base = creer()
    deplacement = horloge.avancer(magasin, base, "P1M")
    assert deplacement.avant == MIDI
    lue = magasin.bases.lire(base)
    assert lue.horloge == Horloge(fige_a=datetime(2018, 4, 15, 10, tzinfo=UTC))
    assert lue.derniere_nuit == date(2018, 4, 15)
    heure = horloge.lire(magasin, base, machine=MIDI + timedelta(days=900))
    assert heure == deplacement.horloge
    assert (heure.mode, heure.maintenant.isoformat()) == ("figée", "2018-04-15T12:00:00+02:00")


def test_any_other_clock_goes_on_from_there(magasin: Magasin, creer: Creer) -> None:
    base = creer(Horloge())
    deplacement = horloge.avancer(magasin, base, "P1D", machine=MIDI)
    assert (deplacement.horloge.mode, deplacement.horloge.decalage_s) == ("décalée", 86_400)
    plus_tard = horloge.lire(magasin, base, machine=MIDI + timedelta(hours=1))
    assert plus_tard.maintenant == MIDI + timedelta(days=1, hours=1)
    retour = horloge.avancer(magasin, base, "P1D", machine=MIDI)
    assert retour.horloge.decalage_s == 2 * 86_400


def test_freezing_stops_the_clock_at_its_own_instant(magasin: Magasin, creer: Creer) -> None:
    base = creer(Horloge(decalage=timedelta(days=1)))
    deplacement = horloge.deplacer(magasin, base, DeplacementVoulu("gel"), machine=MIDI)
    assert deplacement.horloge.maintenant == MIDI + timedelta(days=1)
    assert deplacement.horloge.mode == "figée"


def test_freezing_in_the_future_runs_the_nights_in_between(magasin: Magasin, creer: Creer) -> None:
    base = creer()
    ajouter(magasin, base, stockee(1, DEPOT))
    deplacement = horloge.deplacer(
        magasin, base, DeplacementVoulu("gel", instant=datetime(2019, 4, 15, 8, tzinfo=PARIS))
    )
    assert deplacement.nuits == 396
    assert len(nuits(magasin, base)) == 2


def test_back_in_real_time_the_nights_that_are_due_run(magasin: Magasin, creer: Creer) -> None:
    base = creer()
    ajouter(magasin, base, stockee(1, DEPOT))
    deplacement = horloge.deplacer(
        magasin, base, DeplacementVoulu("retour"), machine=MIDI + timedelta(days=400)
    )
    assert deplacement.horloge.mode == "real"
    assert deplacement.nuits == 400
    assert magasin.bases.lire(base).horloge.reelle


@pytest.mark.parametrize(
    "geste",
    [
        lambda magasin, base: horloge.avancer(magasin, base, "2018-03-14"),
        lambda magasin, base: horloge.deplacer(
            magasin, base, DeplacementVoulu("gel", instant=MIDI - timedelta(seconds=1))
        ),
        lambda magasin, base: horloge.deplacer(
            magasin, base, DeplacementVoulu("retour"), machine=MIDI - timedelta(days=1)
        ),
    ],
    ids=["advance", "freeze", "real"],
)
def test_time_never_goes_back_over_demandes(
    magasin: Magasin, creer: Creer, geste: Callable[[Magasin, str], object]
) -> None:
    base = creer()
    ajouter(magasin, base, stockee(1, DEPOT))
    avant = etat(magasin, base)
    with pytest.raises(UsageError) as refus:
        geste(magasin, base)
    assert f"sne-sandbox db reset --base {base}" in refus.value.diagnostics()
    assert etat(magasin, base) == avant


def test_an_empty_base_goes_anywhere(magasin: Magasin, creer: Creer) -> None:
    base = creer()
    horloge.deplacer(magasin, base, DeplacementVoulu("gel", instant=datetime(2017, 1, 1, 8, tzinfo=PARIS)))
    assert magasin.bases.lire(base).derniere_nuit == date(2017, 1, 1)
    ajouter(magasin, base, stockee(1, date(2017, 1, 1)))
    horloge.avancer(magasin, base, "P11M")
    assert [n.chemin for n in nuits(magasin, base)] == ["Nuit du 01/12/2017 : 1 préavis d'échéance."]


def test_an_instant_out_of_reach_is_refused(magasin: Magasin, creer: Creer) -> None:
    with pytest.raises(UsageError, match="9999"):
        horloge.deplacer(
            magasin, creer(), DeplacementVoulu("gel", instant=datetime(9999, 1, 1, tzinfo=PARIS))
        )


def test_a_base_that_does_not_exist_has_no_clock(magasin: Magasin) -> None:
    with pytest.raises(BaseInconnue):
        horloge.lire(magasin, "absente")
    with pytest.raises(BaseInconnue):
        horloge.avancer(magasin, "absente", "P1D")


def test_a_move_that_fails_halfway_leaves_everything_as_it_was(magasin: Magasin, creer: Creer) -> None:
    base = creer()
    ajouter(magasin, base, stockee(1, DEPOT))
    avant = etat(magasin, base)

    def interrompre(fait: int, total: int) -> None:
        if fait > 340:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        horloge.deplacer(magasin, base, DeplacementVoulu(vers="P2Y"), progres=interrompre)
    assert etat(magasin, base) == avant


@pytest.mark.parametrize(
    ("mouvement", "dit"),
    [
        (DeplacementVoulu(vers="P1D"), "1 jour"),
        (DeplacementVoulu(vers="p2y1m"), "2 ans, 1 mois"),
        (DeplacementVoulu(vers="P0D"), "0 jour"),
        (DeplacementVoulu(vers="2019-04-15"), "jusqu'au 15/04/2019"),
        (DeplacementVoulu(vers="2019-04-15T08:30:00"), "jusqu'au 15/04/2019 08:30"),
        (DeplacementVoulu("gel", instant=MIDI), "au 15/03/2018 12:00"),
        (DeplacementVoulu("gel"), ""),
        (DeplacementVoulu("retour"), ""),
    ],
)
def test_a_move_in_words(mouvement: DeplacementVoulu, dit: str) -> None:
    assert mouvement.precision == dit
