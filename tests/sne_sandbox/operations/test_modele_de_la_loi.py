"""Drawn lives of three households, told by three bodies: our rules and our counts say what a naive model of the law
says of them (`tests/modele_de_la_loi.py`)."""

import os
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import pytest
from banc import Banc
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joueur import Joueur, debut
from modele_de_la_loi import Modele

JUGEES: Final = {f"DEC0{n:02d}" for n in (8, 10, 11, 12, 19, 23, 24, 25, 26)}
#: Who says it, and by which SIREN the body is known; a système particulier says it for a landlord.
_BAILLEUR: Final = "993681931"
GUICHETS: Final = (("G1226", _BAILLEUR), ("G0690", "990364267"), ("G0440", _BAILLEUR))
LOGEMENTS: Final = ("62BAC00042", "62BAC00057", None)
DEBUT: Final = date(2018, 3, 1)
GENRES: Final = (
    *("attribution", "attribution_par_classement", "attribution_sous_condition"),
    *("non_attribution", "irrecevabilite", None),
)


@st.composite
def histoires(draw: st.DrawFn) -> list[dict[str, Any]]:
    jour, tirees, connues = DEBUT, [], []
    for rang in range(draw(st.integers(1, 9))):
        geste = draw(st.sampled_from(("decide", "decide", "decide", "corrige", "supprime", "radie", "radie")))
        # A correction is told a day after what it corrects.
        jour += timedelta(days=draw(st.sampled_from((1, 4, 15) if geste == "corrige" else (0, 0, 1, 4, 15))))
        menage = draw(st.sampled_from(("", "", "b", "c")))
        guichet, organisme = draw(st.sampled_from(GUICHETS))
        pas = {"le": jour, "menage": menage, "nom": f"d{rang}", "guichet": guichet, "organisme": organisme}
        if guichet == "G0440":
            pas["siren"] = organisme
        if geste == "radie":
            pas |= {"radie": draw(st.sampled_from(("RADATT", "RADATT", "RADABA", "RADIRR")))}
            if pas["radie"] == "RADATT":
                pas |= {"bail": jour - timedelta(days=draw(st.sampled_from((0, 0, 1, 4))))}
                pas |= {"rpls": draw(st.sampled_from(LOGEMENTS[:2]))}
        elif geste == "supprime":
            pas |= {"supprime": draw(st.sampled_from(connues or [""]))}
        else:
            if geste == "corrige":
                pas |= {"corrige": draw(st.sampled_from(connues or [""]))}
            pas |= draw(decisions(jour))
            connues.append(pas["nom"])
        tirees.append(pas)
    return tirees


@st.composite
def decisions(draw: st.DrawFn, jour: date) -> dict[str, Any]:
    """What a commission has decided, what followed."""
    pas: dict[str, Any] = {"commission": jour - timedelta(days=draw(st.sampled_from((0, 0, 1, 4, 5, 15))))}
    pas["rpls"] = draw(st.sampled_from(LOGEMENTS))
    genre = draw(st.sampled_from(GENRES))
    if genre is not None:
        pas["decide"] = genre
    if genre == "attribution_par_classement":
        pas["rang"] = draw(st.sampled_from((1, 2)))
    if genre == "attribution_sous_condition":
        pas["condition"] = "pièce"
    if genre is None or draw(st.integers(0, 9)) == 0:
        pas["refuse"] = "loyer"
    elif genre not in GENRES[:3]:
        pas["motif"] = "ressources"
    ecart = draw(st.sampled_from((None, None, -1, 0, 0, 1, 4, 40)))
    if ecart is not None and genre is not None:
        pas["bail"] = pas["commission"] + timedelta(days=ecart)
    return pas


def confronter(nouvelle_base: Callable[..., Banc], tirees: list[dict[str, Any]]) -> None:
    histoire = {"pas": tirees}
    banc = nouvelle_base(profile="strict", horloge=debut(histoire))
    joueur = Joueur(banc, {"pas": []})
    joueur.jouer()
    for menage in {pas["menage"] for pas in tirees} - {""}:
        joueur._voisin(menage)
    modele = Modele()
    for pas in tirees:
        if not possible(modele, pas):
            continue
        pas = _selon(modele, pas)
        attendus = modele.juger(pas)
        constat = joueur._jouer({cle: dit for cle, dit in pas.items() if dit is not None})
        assert constat.codes & JUGEES == set(attendus), (pas, constat, attendus)
        assert constat.refuse or True not in attendus.values(), pas
        if not constat.refuse:
            modele = modele.avec(pas)
    comparer(banc, modele)


def possible(modele: Modele, pas: dict[str, Any]) -> bool:
    """What other rules refuse is left out: an event that is not, another household's."""
    vise = pas.get("corrige", pas.get("supprime"))
    return vise is None or vise in [d["nom"] for d in modele.vie(pas["menage"]) if "commission" in d]


def _selon(modele: Modele, pas: dict[str, Any]) -> dict[str, Any]:
    """A radiation of a demande that is radiated is a reactivation."""
    if "radie" not in pas or modele.active(pas["menage"]):
        return pas
    return {cle: pas[cle] for cle in ("le", "menage", "nom", "guichet", "organisme")} | {"reactive": True}


def comparer(banc: Banc, modele: Modele) -> None:
    quotas = pytest.importorskip("sne_statistiques.comptes.quotas", reason="a package that one may take away")
    territoires = pytest.importorskip("sne_statistiques.comptes.comptes_par_territoire")
    with banc.services.magasin.lire(banc.nom) as registre:
        baux = quotas.compter(registre, banc.services.contrat, 2018).ensemble.baux
        lues = territoires.compter(registre, banc.services.contrat, "commune", date(2018, 12, 31)).lignes
    decisions: Counter[str] = Counter()
    for lu in lues:
        if lu.indicateur == "decisions":
            decisions[lu.code] += lu.valeur
    assert (baux, decisions) == modele.comptes(), (baux, decisions, modele.comptes())


@settings(
    max_examples=int(os.environ.get("VIES_TIREES", "60")),
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(histoires())
def test_the_law_and_the_product_agree(
    nouvelle_base: Callable[..., Banc], tirees: list[dict[str, Any]]
) -> None:
    confronter(nouvelle_base, tirees)
