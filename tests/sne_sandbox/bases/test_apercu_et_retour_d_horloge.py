"""What a move of the clock would do is what it does; and it can be taken back while nothing else came."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from exemples_store import MOTEURS
from temps import MIDI, ajouter, etat, stockee

from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.domain.demande import DemandeStockee
from sne_interface.domain.echange import HORLOGE, NUIT, REMISE, Echange
from sne_interface.errors import ConflitEtat, UsageError
from sne_sandbox.bases import apercu_et_retour_d_horloge, horloge, travail_des_nuits
from sne_sandbox.bases.apercu_et_retour_d_horloge import Prevu, prevoir
from sne_sandbox.bases.faits_des_nuits import Fait, code
from sne_sandbox.bases.horloge import DeplacementVoulu
from sne_sandbox.bases.nuits_du_journal import resume_des_nuits
from sne_sandbox.bases.sauvegardes import Sauvegardes
from sne_sandbox.store import echeances, fichier_de_sauvegarde, lignes, tables
from sne_sandbox.store.magasin import Magasin

Creer = Callable[..., str]
TREIZE = DeplacementVoulu(vers="P13M")
pytestmark = pytest.mark.parametrize("magasin", MOTEURS, indirect=True, scope="module")


def _tirees(hasard: Random, combien: int) -> list[DemandeStockee]:
    """Demandes of the last thirty months, some radiated, some of Paris, some of another day of deposit."""
    tirees = []
    for rang in range(1, combien + 1):
        debut = MIDI.date() - timedelta(days=hasard.randrange(900))
        radiee = debut + timedelta(days=hasard.randrange(1, 700)) if hasard.random() < 0.3 else None
        if radiee is not None and radiee > MIDI.date():
            radiee = MIDI.date()
        une = stockee(
            rang,
            debut,
            radiee_le=radiee,
            motif=hasard.choice(["RADREN", "RADATT"]),
            communes=hasard.choice([("94028",), ("75056",), ("75112", "94028")]),
        )
        tirees.append(replace(une, date_creation=debut - timedelta(days=hasard.randrange(4_000))))
    return tirees


def _faits(magasin: Magasin, base: str, deplacement: horloge.Deplacement) -> list[Prevu]:
    """What the nights of a move did, read off their lines."""
    codes = {code(fait): fait for fait in Fait}
    lignes = magasin.journal.chercher(base, operation=NUIT, limite=10_000)
    apres = deplacement.avant.date()
    return sorted(
        (
            Prevu(_jour(ligne.instant_base), codes[a["code"]], a["valeur"])
            for ligne in lignes
            if ligne.instant_base is not None and _jour(ligne.instant_base) > apres
            for a in ligne.anomalies
        ),
        key=_ordre,
    )


def _jour(instant: datetime) -> date:
    return instant.astimezone(PARIS).date()


def _ordre(prevu: Prevu) -> tuple[date, str, str]:
    return prevu.jour, prevu.fait, prevu.numero


def _tout(magasin: Magasin, base: str) -> Any:
    """All rows of the state of a base, its clock and its last night."""
    with Sauvegardes(magasin).present(base) as fichier:
        rangees = {
            t.nom: list(fichier_de_sauvegarde.rangees(fichier, t)) for t in tables.ETAT if not t.deduite
        }
    lue = magasin.bases.lire(base)
    return rangees, lue.horloge, lue.derniere_nuit, lue.reglages


@pytest.mark.parametrize("graine", range(4))
def test_what_is_foreseen_happens_and_is_taken_back(
    magasin: Magasin, creer: Creer, graine: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(travail_des_nuits, "CITES_MAX", 10_000)  # each night names its demandes
    monkeypatch.setattr(lignes, "anonyme", lambda numero, _: f"111-{numero}")  # is not drawn
    hasard = Random(graine)
    base = creer()
    ajouter(magasin, base, *_tirees(hasard, 60))
    for vers in hasard.choices(["P1D", "P1M", "P5M", "P13M", "2018-12-31", "P6W"], k=3):
        mouvement = DeplacementVoulu(vers=vers)
        try:
            prevu = prevoir(magasin, base, mouvement, limite=10_000)
        except ConflitEtat:  # a date that is past
            continue
        if not prevu.nuits:  # nothing passes, nothing is to be taken back
            continue
        avant = _tout(magasin, base)
        fait = horloge.avancer(magasin, base, vers)
        assert (prevu.faits, prevu.nuits, prevu.avant) == (fait.faits, fait.nuits, fait.avant)
        assert prevu.apres == fait.horloge.maintenant
        assert sorted(prevu.previsions, key=_ordre) == _faits(magasin, base, fait)
        assert prevu.total == sum(fait.faits.values())
        assert not prevu.au_moins
        assert prevu.sauvegarde is prevu.perte
        apres = _tout(magasin, base)
        apercu_et_retour_d_horloge.annuler(magasin, base)
        assert _tout(magasin, base) == avant
        # The same again: it leads to the same.
        assert prevoir(magasin, base, mouvement, limite=10_000).previsions == prevu.previsions
        assert horloge.avancer(magasin, base, vers).faits == fait.faits
        assert _tout(magasin, base) == apres


def _peuplee(magasin: Magasin, creer: Creer, combien: int = 12, clock: Horloge | None = None) -> str:
    base = creer(clock)
    ajouter(magasin, base, *(stockee(rang, date(2018, 1, 15)) for rang in range(1, combien + 1)))
    with magasin.ecrire(base) as registre:
        registre.noter_nuit(MIDI.date())
    return base


def test_a_foresight_by_pages_and_by_fact(magasin: Magasin, creer: Creer) -> None:
    base = _peuplee(magasin, creer)
    tout = prevoir(magasin, base, TREIZE)
    assert tout.phrase == ("396 nuits, du 16/03/2018 au 15/04/2019 : 12 radiations, 12 avis d'échéance.")
    assert (tout.mouvement, tout.total, tout.sauvegarde) == ("l'avance (13 mois)", 24, True)
    assert [p.fait for p in tout.previsions] == [Fait.PREAVIS] * 12 + [Fait.RADIATION] * 12
    page = prevoir(magasin, base, TREIZE, fait=Fait.RADIATION, apres=10, limite=5)
    assert [p.numero for p in page.previsions] == [p.numero for p in tout.previsions[-2:]]
    assert page.total == 12
    assert prevoir(magasin, base, TREIZE, apres=2**63 - 1).previsions == ()
    assert magasin.journal.compter(base) == (0, 0), "nothing is written"
    assert prevoir(magasin, base, DeplacementVoulu(vers="PT1M")).phrase == "Aucune nuit ne passerait."
    assert (
        prevoir(magasin, base, DeplacementVoulu(vers="P1D")).phrase == "1 nuit (16/03/2018) : rien à faire."
    )
    for impossible in (
        DeplacementVoulu(vers="2017-01-01"),
        DeplacementVoulu("gel", instant=MIDI - timedelta(days=1)),
    ):
        with pytest.raises(ConflitEtat, match="ne recule pas"):
            prevoir(magasin, base, impossible)
    with pytest.raises(UsageError):
        prevoir(magasin, base, DeplacementVoulu(vers="demain"))


def test_a_large_base_is_told_at_least(
    magasin: Magasin, creer: Creer, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = _peuplee(magasin, creer)
    monkeypatch.setattr(apercu_et_retour_d_horloge, "PREVUES_MAX", 5)
    prevu = prevoir(magasin, base, TREIZE)
    assert prevu.au_moins
    assert prevu.faits[Fait.RADIATION] == prevu.faits[Fait.PREAVIS] == 5
    assert "au moins 5 radiations" in prevu.phrase
    # What is not told then is not looked for.
    with monkeypatch.context() as cachees:
        for question in ("depots", "suites_attendues"):
            cachees.delattr(echeances, question)
        assert prevoir(magasin, base, TREIZE) == prevu
    # A large one is not saved before each move: what loses a demande then stays.
    monkeypatch.setattr(travail_des_nuits, "SAUVEES_MAX", 11)
    with magasin.ecrire(base) as registre:
        registre.changer_reglages(replace(registre.base.reglages, sauvegarde_avant_nuits=100))
    assert not prevoir(magasin, base, TREIZE).sauvegarde
    fait = horloge.avancer(magasin, base, "P13M")
    assert not fait.annulable
    avance = apercu_et_retour_d_horloge.derniere(magasin, base)
    assert avance is not None
    assert "aucune sauvegarde" in avance.refus
    with pytest.raises(ConflitEtat, match="aucune sauvegarde"):
        apercu_et_retour_d_horloge.annuler(magasin, base)


def test_a_move_that_was_taken_back_is_read_and_no_more_found(magasin: Magasin, creer: Creer) -> None:
    base = _peuplee(magasin, creer)
    fait = horloge.avancer(magasin, base, "P13M")
    avance = apercu_et_retour_d_horloge.derniere(magasin, base)
    assert avance is not None
    assert (avance.echange, avance.refus, fait.annulable) == (fait.echange, "", True)
    assert avance.titre.startswith("l'avance du ")
    assert avance.titre.endswith(" (13 mois)")
    faite = apercu_et_retour_d_horloge.annuler(magasin, base, attendue=avance.echange)
    assert faite.horloge.maintenant == MIDI
    assert faite.phrase.startswith(
        f"Annulé : {avance.titre}. Il est de nouveau 15/03/2018 12:00 dans la base."
    )
    assert "Défait : 12 radiations, 12 avis d'échéance." in faite.phrase
    lignes = magasin.journal.chercher(base, sans_nuits=True)
    assert [ligne.methode for ligne in lignes] == [REMISE, HORLOGE]
    assert magasin.journal.compter(base)[0] == faite.echange, "no line is lost"
    pliees = resume_des_nuits(magasin.journal, base, 1, faite.echange)
    assert pliees is not None
    assert pliees.annulees
    numero = "1110118000001G1104"
    assert magasin.journal.chercher(base, numero=numero) == []
    for attendue in (None, avance.echange):
        with pytest.raises(ConflitEtat, match="autre chose est venu depuis"):
            apercu_et_retour_d_horloge.annuler(magasin, base, attendue=attendue)


@pytest.mark.parametrize("venu", ["echange", "deplacement", "autre", "sauvegarde", "contenu", "remise"])
def test_what_came_since_forbids_it(magasin: Magasin, creer: Creer, venu: str) -> None:
    base = _peuplee(magasin, creer)
    fait = horloge.avancer(magasin, base, "P13M")
    sauvegardes = Sauvegardes(magasin)
    (sauvegarde,) = sauvegardes.lister(base)
    attendue = fait.echange
    if venu == "echange":
        magasin.journal.consigner(None, Echange(base, MIDI, methode="POST"))
    elif venu == "deplacement":
        horloge.deplacer(magasin, base, DeplacementVoulu("retour")) if datetime.now(
            UTC
        ) < MIDI else horloge.avancer(magasin, base, "PT1H")
    elif venu == "autre":
        attendue = 1
    elif venu == "sauvegarde":
        sauvegardes.supprimer(base, sauvegarde.nom)
    elif venu == "contenu":
        sauvegardes.faire(base, sauvegarde.nom, remplacer=True)
    else:
        with magasin.ecrire(base) as registre:
            registre.vider("journal")
    avant = etat(magasin, base)
    with pytest.raises(ConflitEtat, match="ne revient pas en arrière"):
        apercu_et_retour_d_horloge.annuler(magasin, base, attendue=attendue)
    assert etat(magasin, base) == avant


def test_what_is_set_meanwhile_stays(magasin: Magasin, creer: Creer) -> None:
    base = _peuplee(magasin, creer)
    horloge.avancer(magasin, base, "P13M")
    with magasin.ecrire(base) as registre:
        registre.changer_reglages(replace(registre.base.reglages, profile="strict"))
    apercu_et_retour_d_horloge.annuler(magasin, base)
    assert magasin.bases.lire(base).reglages.profile == "strict"
    assert magasin.bases.lire(base).horloge == Horloge(fige_a=MIDI)


def test_a_clock_that_goes_on_comes_back_to_its_pace(magasin: Magasin, creer: Creer) -> None:
    decalage = Horloge(decalage=MIDI - datetime.now(UTC))
    base = _peuplee(magasin, creer, clock=decalage)
    horloge.avancer(magasin, base, "P13M")
    apercu_et_retour_d_horloge.annuler(magasin, base)
    assert magasin.bases.lire(base).horloge == Horloge(
        decalage=timedelta(microseconds=decalage.decalage // timedelta(microseconds=1))
    )


def test_it_is_done_whole_or_not_at_all(
    magasin: Magasin, creer: Creer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails on the way: the state is put back already, and is rolled back with the rest."""
    base = _peuplee(magasin, creer)
    horloge.avancer(magasin, base, "P13M")
    avant = _tout(magasin, base)

    class Coupure(Exception):
        pass

    def couper(*_: object, **__: object) -> None:
        raise Coupure

    with monkeypatch.context() as patch:
        patch.setattr(magasin.journal, "annuler_nuits", couper)
        with pytest.raises(Coupure):
            apercu_et_retour_d_horloge.annuler(magasin, base)
    assert _tout(magasin, base) == avant
    assert apercu_et_retour_d_horloge.annuler(magasin, base).horloge.maintenant == MIDI
