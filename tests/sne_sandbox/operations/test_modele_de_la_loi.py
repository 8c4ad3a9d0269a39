"""Drawn lives of three households: our rules and our counts say what a naive model of the law says of them
(`tests/modele_de_la_loi.py`)."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

import pytest
from banc import Banc
from hypothesis import given, settings
from hypothesis import strategies as st
from joueur import Joueur, debut
from modele_de_la_loi import Modele

JUGEES: Final = {f"DEC0{n:02d}" for n in (8, 10, 11, 12, 19, 23, 24, 25, 26)}
#: Who says it, and by which SIREN the body is known; a système particulier says it for a landlord.
_BAILLEUR: Final = "993681931"
GUICHETS: Final = (("G1226", _BAILLEUR), ("G0690", "990364267"), ("G0440", _BAILLEUR))
#: What is known of the priority of a lease, and where it is counted.
PRIORITES: Final = {True: "prioritaires", False: "non_prioritaires", None: "priorite_inconnue"}
A, B = "62BAC00042", "62BAC00057"
DEBUT: Final = date(2018, 3, 1)
ATTRIBUTIONS: Final = ("attribution", "attribution_par_classement", "attribution_sous_condition")
#: What goes with a decision, by its kind.
COMPLEMENTS: Final[dict[str, dict[str, Any]]] = {
    "attribution": {},
    "attribution_sous_condition": {"condition": "pièce"},
    "non_attribution": {"motif": "ressources"},
    "irrecevabilite": {"motif": "ressources"},
    "refus": {"refuse": "loyer"},
}


@st.composite
def vies(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Steps of three households, in order; the first is named "". One life in two has one body alone, who
    ranks candidates for one dwelling."""
    jour, tirees, connues = DEBUT, [], [""]
    serree = draw(st.booleans())
    for rang in range(draw(st.integers(1, 10))):
        geste = draw(st.sampled_from(("decide",) * 4 + ("corrige", "supprime", "radie", "radie", "radie")))
        # A correction is told a day after what it corrects.
        jour += timedelta(days=draw(st.sampled_from((1, 4, 15) if geste == "corrige" else (0, 0, 1, 4, 15))))
        guichet, organisme = draw(st.sampled_from(GUICHETS[:: 2 if serree else 1]))
        pas = {"le": jour, "nom": f"d{rang}", "guichet": guichet, "organisme": organisme}
        pas["menage"] = draw(st.sampled_from(("", "", "b", "c")))
        if guichet == "G0440":
            pas["siren"] = organisme
        if geste == "radie":
            # A système particulier does not say for whom it radiates otherwise.
            motifs = ("RADATT",) * 3 + ("RADABA", "RADIRR")
            pas["radie"] = draw(st.sampled_from(motifs[:4] if guichet == "G0440" else motifs))
        if pas.get("radie") == "RADATT":
            pas |= {"bail": jour - timedelta(days=draw(st.sampled_from((0, 0, 1, 4))))}
            pas |= {"rpls": draw(st.sampled_from((A,) if serree else (A, A, B)))}
        if geste in ("corrige", "supprime"):
            pas[geste] = draw(st.sampled_from(connues))
        if geste in ("decide", "corrige"):
            pas |= draw(decisions(jour, serree=serree))
            connues.append(pas["nom"])
        tirees.append(pas)
    return tirees


@st.composite
def decisions(draw: st.DrawFn, jour: date, *, serree: bool) -> dict[str, Any]:
    """The decision of a session, one of two a month apart or of that day, and what followed it; once in a
    while, what cannot."""
    seances = [le for le in (DEBUT, DEBUT - timedelta(days=28), jour) if le <= jour]
    pas: dict[str, Any] = {"commission": draw(st.sampled_from(seances[:1] if serree else seances))}
    pas["rpls"] = draw(st.sampled_from((A, A, None) if serree else (A, A, B, None)))
    genre = draw(st.sampled_from((*COMPLEMENTS, *(["attribution_par_classement"] * (6 if serree else 1)))))
    pas |= COMPLEMENTS.get(genre, {"rang": draw(st.sampled_from((1, 2)))})
    if genre == "refus":
        return pas
    pas["decide"] = genre
    pas |= draw(st.sampled_from(({}, {"categorie": "SANLOG"}, {"dalo": False})))
    impossible = draw(st.integers(0, 9)) == 0
    if impossible and draw(st.booleans()):
        pas["refuse"] = "loyer"
    if genre in ATTRIBUTIONS and draw(st.booleans()):
        pas["bail"] = pas["commission"] + timedelta(
            days=draw(st.integers(0, (jour - pas["commission"]).days))
        )
    elif impossible:
        pas["bail"] = pas["commission"] + timedelta(days=draw(st.sampled_from((-1, 0, 60))))
    return pas


def confronter(nouvelle_base: Callable[..., Banc], tirees: list[dict[str, Any]]) -> None:
    histoire: dict[str, Any] = {"pas": []}
    banc = nouvelle_base(profile="strict", horloge=debut(histoire))
    joueur, modele = Joueur(banc, histoire), Modele()
    joueur.jouer()
    for pas in (_selon(modele, tire) for tire in tirees):
        if not possible(modele, pas):
            continue
        attendus = modele.juger(pas)
        constat = joueur.faire({cle: dit for cle, dit in pas.items() if dit is not None})
        assert constat.codes & JUGEES == set(attendus), (pas, constat, attendus)
        assert constat.refuse or True not in attendus.values(), pas
        if not constat.refuse:
            modele = modele.avec(pas)
    comparer(banc, modele)
    banc.supprimer()


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
        comptes = quotas.compter(registre, banc.services.contrat, 2018).ensemble.comptes
        lues = territoires.compter(registre, banc.services.contrat, "commune", date(2018, 12, 31)).lignes
    decisions: Counter[str] = Counter()
    for lu in lues:
        if lu.indicateur == "decisions":
            decisions[lu.code] += lu.valeur
    baux = Counter({dit: comptes[cle] for dit, cle in PRIORITES.items()})
    assert (decisions, baux) == modele.comptes(), (decisions, baux, modele.comptes())


@pytest.mark.parametrize("nombre", [100, pytest.param(10_000, marks=pytest.mark.campagne)])
def test_the_law_and_the_product_agree(nouvelle_base: Callable[..., Banc], nombre: int) -> None:
    @settings(max_examples=nombre, derandomize=True, database=None)
    @given(vies())
    def essai(tirees: list[dict[str, Any]]) -> None:
        confronter(nouvelle_base, tirees)

    essai()
