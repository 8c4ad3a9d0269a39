"""What the nights of a base do, on which day, and that only the days count, not how they are reached."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from ecritures import vider
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from temps import MIDI, ajouter, etat, nuits, stockee

from sne_interface.contract import codec
from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.demande import EtatDemande
from sne_interface.domain.echange import VerdictEchange
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.livre_des_attributions import BAIL, IRRECEVABILITE
from sne_sandbox.bases import horloge, travail_des_nuits
from sne_sandbox.bases.faits_des_nuits import Fait
from sne_sandbox.bases.horloge import DeplacementVoulu
from sne_sandbox.bases.travail_des_nuits import BilanNuits
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.recherche_de_demandes import parcourir

Creer = Callable[..., str]
DEPOT = date(2018, 3, 15)


def _jours(magasin: Magasin, base: str) -> list[tuple[str, str]]:
    """(day of the night, codes of what it did)."""
    return [
        (f"{n.instant_base.astimezone(PARIS):%Y-%m-%d}", " ".join(a["code"] for a in n.anomalies))
        for n in nuits(magasin, base)
        if n.instant_base is not None
    ]


@pytest.mark.parametrize(
    ("depot", "preavis", "radiation", "fin", "effacement"),
    [
        (date(2018, 3, 15), "2019-02-15", "2019-04-15", "2019-09-15", "2020-04-15"),
        (date(2018, 1, 31), "2018-12-31", "2019-02-28", "2019-07-31", "2020-02-28"),
        (date(2016, 2, 29), "2017-01-28", "2017-03-29", "2017-08-29", "2018-03-29"),
        (date(2015, 1, 30), "2015-12-30", "2016-02-29", "2016-07-30", "2017-02-28"),
    ],
)
def test_a_demande_nobody_renews(
    magasin: Magasin, creer: Creer, depot: date, preavis: str, radiation: str, fin: str, effacement: str
) -> None:
    base = creer(Horloge(fige_a=datetime(depot.year, depot.month, depot.day, 9, tzinfo=PARIS)))
    ajouter(magasin, base, stockee(1, depot))
    faits = horloge.avancer(magasin, base, "P26M").faits
    assert _jours(magasin, base) == [
        (preavis, "PREAVIS"),
        (radiation, "RADREN"),
        (fin, "FINREA"),
        (effacement, "EFFACE"),
    ]
    siens = (Fait.PREAVIS, Fait.RADIATION, Fait.FIN_DE_REACTIVATION, Fait.EFFACEMENT)
    assert faits == dict.fromkeys(Fait, 0) | dict.fromkeys(siens, 1)
    with magasin.lire(base) as registre:
        assert registre.compter() == 0


def test_the_radiation_by_the_system_is_one_that_clients_are_told(magasin: Magasin, creer: Creer) -> None:
    base = creer()
    ajouter(magasin, base, stockee(1, DEPOT), stockee(2, DEPOT + timedelta(days=1)))
    horloge.avancer(magasin, base, "P13M")
    with magasin.lire(base) as registre:
        (radiee,) = registre.radiees_depuis(datetime(2019, 4, 15, tzinfo=PARIS), motif_radiation="RADREN")
        encore = registre.demande(stockee(2, DEPOT + timedelta(days=1)).numero_unique)
    assert radiee.numero_unique == stockee(1, DEPOT).numero_unique
    assert (radiee.etat, radiee.date_radiation) == (EtatDemande.RADIEE, date(2019, 4, 15))
    assert radiee.radiation_enregistree_le == datetime(2019, 4, 15, tzinfo=PARIS)
    assert radiee.revision == 2
    assert radiee.radiation is not None
    bloc = codec.lire(radiee.radiation)
    assert (bloc.nom, bloc.texte_de("dateRadiation"), bloc.code_de("motifRadiation")) == (
        "radiation", "2019-04-15", "RADREN",
    )  # fmt: skip
    assert encore is not None
    assert encore.active


@pytest.mark.parametrize(
    ("depot", "validite", "avance", "fait"),
    [
        # Renewed: a notice a year later. Deposited long ago: by the first night. Radiated: it waits no more.
        (DEPOT, [date(2019, 3, 1), date(2020, 3, 1)], "2020-03-31", ("2020-02-01", "PREAVIS")),
        (date(2016, 5, 2), [], "P1D", ("2018-03-16", "RADREN")),
        (date(2015, 4, 1), [date(2017, 3, 1)], "P1M", ("2018-04-01", "RADREN")),
    ],
)
def test_the_one_thing_that_nights_do(
    magasin: Magasin, creer: Creer, depot: date, validite: list[date], avance: str, fait: tuple[str, str]
) -> None:
    base = creer()
    dits = dict(zip(("debut_validite", "fin_validite"), validite, strict=False))
    ajouter(magasin, base, stockee(1, depot, **dits))
    horloge.avancer(magasin, base, avance)
    assert _jours(magasin, base) == [fait]


def test_whatever_its_motive_a_radiation_is_a_year_old_before_the_demande_goes(
    magasin: Magasin, creer: Creer
) -> None:
    base = creer()
    ajouter(
        magasin,
        base,
        stockee(1, DEPOT, radiee_le=date(2018, 3, 20), motif="RADATT"),
        stockee(2, date(2012, 1, 1), radiee_le=date(2012, 6, 1), motif="RADABA"),
    )
    with magasin.ecrire(base) as registre:
        registre.ajouter_evenement(
            Evenement(0, stockee(1, DEPOT).numero_unique, "DECATT", "G1104", MIDI, "CRE", None, None)
        )
    horloge.avancer(magasin, base, "2019-03-19")
    with magasin.lire(base) as registre:
        assert [d.numero_unique for d in parcourir(registre)] == [stockee(1, DEPOT).numero_unique]
        assert len(registre.evenements(stockee(1, DEPOT).numero_unique)) == 1
    horloge.avancer(magasin, base, "P1D")
    with magasin.lire(base) as registre:
        assert registre.compter() == 0
        assert registre.evenements(stockee(1, DEPOT).numero_unique) == []
    assert _jours(magasin, base) == [("2018-03-16", "EFFACE"), ("2019-03-20", "EFFACE")]


@pytest.mark.parametrize(
    ("communes", "logement", "jour"),
    [
        (("62041",), "T2", "2018-04-02"),
        (("94028", "75112"), "T1", "2018-04-02"),
        (("75112",), "T1", "2021-04-02"),
        (("75112", "94028"), "T2", "2024-04-02"),
        (("75112",), "T5", "2025-04-02"),
    ],
)
def test_the_night_says_whose_delay_becomes_abnormally_long(
    magasin: Magasin, creer: Creer, communes: tuple[str, ...], logement: str, jour: str
) -> None:
    base = creer()
    ajouter(
        magasin,
        base,
        stockee(1, date(2015, 4, 1), communes=communes, logement=logement,
                debut_validite=date(2030, 1, 1), fin_validite=date(2031, 1, 1)),
    )  # fmt: skip
    horloge.avancer(magasin, base, "P9Y")
    assert _jours(magasin, base) == [(jour, "DELAI")]


def test_the_line_of_a_night_reads_as_a_sentence(magasin: Magasin, creer: Creer) -> None:
    base = creer()
    ajouter(
        magasin,
        base,
        stockee(1, date(2017, 3, 20)),
        stockee(2, date(2017, 3, 20)),
        stockee(3, date(2017, 5, 20)),
    )
    deplacement = horloge.avancer(magasin, base, "2018-04-21")
    (ligne,) = nuits(magasin, base)
    assert ligne.chemin == (
        "Nuit du 20/04/2018 : 2 demandes radiées faute de renouvellement, 1 préavis d'échéance."
    )
    assert (ligne.verdict, ligne.operation, ligne.numero_unique) == (VerdictEchange.ACCEPTE, None, None)
    assert ligne.anomalies[0]["message"] == ("1110317000001G1104 : demande radiée faute de renouvellement.")
    assert deplacement.phrase.startswith(
        "37 nuits (du 16/03/2018 au 21/04/2018) : 2 demandes radiées faute de renouvellement, "
        "1 préavis d'échéance. La base telle qu'elle était avant : sauvegarde « avant-nuits-"
    )
    assert magasin.journal.chercher(base, texte="1110517000003G1104")[0].identifiant == ligne.identifiant


def test_a_night_that_touches_many_counts_them(
    magasin: Magasin, creer: Creer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(travail_des_nuits, "CITES_MAX", 2)
    base = creer()
    ajouter(magasin, base, *(stockee(rang, date(2017, 3, 20)) for rang in range(3)))
    horloge.avancer(magasin, base, "P2M")
    (ligne,) = nuits(magasin, base)
    assert ligne.anomalies == []
    assert "3 demandes radiées" in ligne.chemin


def test_nights_without_work_cost_nothing(magasin: Magasin, creer: Creer) -> None:
    base = creer()
    ajouter(magasin, base, stockee(1, DEPOT))
    pas: list[tuple[int, int]] = []
    horloge.deplacer(
        magasin, base, DeplacementVoulu(vers="P3Y"), progres=lambda fait, total: pas.append((fait, total))
    )
    total = (date(2021, 3, 15) - DEPOT).days
    # Notice, radiation, end of reactivation, erasure; then the end.
    assert [fait for fait, _ in pas] == [337, 396, 549, 762, total]
    assert {t for _, t in pas} == {total}


def test_a_night_is_run_once(magasin: Magasin, creer: Creer) -> None:
    base = creer()
    ajouter(magasin, base, stockee(1, date(2017, 2, 20)))
    horloge.avancer(magasin, base, "P10D")
    avant = etat(magasin, base)
    assert travail_des_nuits.rattraper(magasin, base, machine=MIDI).nuits == 0
    assert horloge.avancer(magasin, base, "P0D").phrase == "Aucune nuit n'est passée."
    assert etat(magasin, base) == avant


def test_with_a_real_clock_the_nights_that_are_due_are_made_up_for(magasin: Magasin, creer: Creer) -> None:
    base = creer(Horloge())
    ajouter(magasin, base, stockee(1, date(2017, 2, 20)))
    lue = magasin.bases.lire(base)
    assert not lue.nuit_due(datetime(2018, 3, 15, 22, 59, tzinfo=UTC))
    soir = datetime(2018, 3, 20, 22, 59, tzinfo=UTC)
    assert lue.nuit_due(soir)
    bilan = travail_des_nuits.rattraper(magasin, base, machine=soir)
    assert (bilan.depuis, bilan.jusqua, bilan.comptes[Fait.RADIATION]) == (DEPOT, date(2018, 3, 20), 1)
    assert _jours(magasin, base) == [("2018-03-20", "RADREN")]
    assert not magasin.bases.lire(base).nuit_due(soir)
    assert magasin.bases.lire(base).nuit_due(soir + timedelta(minutes=1))


def test_a_base_that_never_noted_a_night_counts_from_its_present_day(magasin: Magasin, creer: Creer) -> None:
    base = creer()
    vider(magasin, base, "etat")
    ajouter(magasin, base, stockee(1, date(2016, 1, 1)))
    assert magasin.bases.lire(base).nuit_due(MIDI)
    assert travail_des_nuits.rattraper(magasin, base).nuits == 0
    assert magasin.bases.lire(base).derniere_nuit == DEPOT
    assert nuits(magasin, base) == []


def test_every_base_is_seen_to(magasin: Magasin, creer: Creer) -> None:
    reelle, figee = creer(Horloge()), creer()
    aujourdhui = datetime.now(PARIS).date()
    with magasin.ecrire(reelle) as registre:
        registre.noter_nuit(aujourdhui - timedelta(days=20))
    travail_des_nuits.rattraper_toutes(magasin)
    assert magasin.bases.lire(reelle).derniere_nuit in (aujourdhui, aujourdhui - timedelta(days=1))
    assert magasin.bases.lire(figee).derniere_nuit == DEPOT


@pytest.mark.parametrize(
    ("bilan", "phrase"),
    [
        (BilanNuits(DEPOT, DEPOT), "Aucune nuit n'est passée."),
        (BilanNuits(DEPOT, date(2018, 3, 16)), "1 nuit (16/03/2018) : rien à faire."),
        (
            BilanNuits(DEPOT, date(2018, 3, 17), {Fait.EFFACEMENT: 1, Fait.PREAVIS: 0}),
            "2 nuits (du 16/03/2018 au 17/03/2018) : 1 demande effacée (un an après sa radiation).",
        ),
    ],
)
def test_what_a_period_did_in_a_sentence(bilan: BilanNuits, phrase: str) -> None:
    assert bilan.phrase() == phrase


_JOURS = st.dates(date(2011, 1, 1), DEPOT)


@st.composite
def _demandes(draw: st.DrawFn) -> list[tuple[date, date, date | None, str]]:
    """(deposit, start of validity, day of radiation, motive)."""
    faites = []
    for _ in range(draw(st.integers(1, 6))):
        depot = draw(_JOURS)
        debut = draw(st.dates(depot, DEPOT))
        radiee = draw(st.none() | st.dates(debut, DEPOT))
        faites.append((depot, debut, radiee, draw(st.sampled_from(["RADREN", "RADABA"]))))
    return faites


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    demandes=_demandes(),
    suites=st.lists(st.tuples(st.sampled_from([BAIL, IRRECEVABILITE]), st.integers(0, 400)), max_size=3),
    pas=st.lists(st.integers(0, 500), min_size=2, max_size=5),
    paris=st.booleans(),
)
def test_any_split_of_an_advance_leads_to_the_same_state(
    magasin: Magasin,
    creer: Creer,
    demandes: list[tuple[date, date, date | None, str]],
    suites: list[tuple[str, int]],
    pas: list[int],
    paris: bool,
) -> None:
    """`suites` are what the first demandes wait for, and since how many days."""
    une, plusieurs = creer(), creer()
    stockees = [
        stockee(rang, depot, debut_validite=debut, fin_validite=ajouter_mois(debut, 12), radiee_le=radiee,
                motif=motif, communes=("75112",) if paris else ("94028",))
        for rang, (depot, debut, radiee, motif) in enumerate(demandes)
    ]  # fmt: skip
    for base in (une, plusieurs):
        ajouter(magasin, base, *stockees)
        with magasin.ecrire(base) as registre:
            for dite, (suite, jours) in zip(stockees, suites, strict=False):
                depuis = MIDI.date() - timedelta(days=jours)
                registre.ajouter_evenement(
                    Evenement(
                        0, dite.numero_unique, "DECATT", "G1104", MIDI, "CRE", depuis, None,
                        suite=suite, suite_le=depuis,
                    )
                )  # fmt: skip
    horloge.avancer(magasin, une, f"P{sum(pas)}D")
    for jours in pas:
        horloge.avancer(magasin, plusieurs, f"P{jours}D")
    assert etat(magasin, plusieurs) == etat(magasin, une)
