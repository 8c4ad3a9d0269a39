"""A clock that jumps: its nights wait to be asked for. A base is saved before it loses much."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from exemples_store import MOTEURS
from temps import MIDI, ajouter, etat, nuits, stockee

from sne_interface.domain.base import Horloge
from sne_interface.errors import ConflitEtat
from sne_sandbox.bases import horloge, travail_des_nuits
from sne_sandbox.bases.faits_des_nuits import Fait
from sne_sandbox.bases.horloge import DeplacementVoulu
from sne_sandbox.bases.sauvegardes import Sauvegardes, restaurer_fichier
from sne_sandbox.bases.travail_des_nuits import NUITS_MAX, PERTES_MIN
from sne_sandbox.store.magasin import Magasin

Creer = Callable[..., str]
DEPOT = date(2018, 1, 15)
SAUT = timedelta(days=800)
pytestmark = pytest.mark.parametrize("magasin", MOTEURS, indirect=True, scope="module")


def _base(
    magasin: Magasin, creer: Creer, combien: int, clock: Horloge | None = None, *, part: int = 10
) -> str:
    """A base of so many demandes, its last night on the day of MIDI."""
    base = creer(clock or Horloge())
    ajouter(magasin, base, *(stockee(rang, DEPOT) for rang in range(1, combien + 1)))
    with magasin.ecrire(base) as registre:
        registre.changer_reglages(replace(registre.base.reglages, sauvegarde_avant_nuits=part))
        registre.noter_nuit(MIDI.date())
    return base


def _sauvegardes(magasin: Magasin, base: str) -> list[str]:
    return [s.nom for s in Sauvegardes(magasin).lister(base)]


def _a(magasin: Magasin, monkeypatch: pytest.MonkeyPatch, machine: datetime) -> None:
    """The machine's clock, as the operations read it."""

    class Machine(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return machine

    monkeypatch.setattr(travail_des_nuits, "datetime", Machine)


def test_a_jump_and_its_return_lose_nothing(magasin: Magasin, creer: Creer) -> None:
    """200 households, 800 days forward and back: 1 demande was left before."""
    base = _base(magasin, creer, 200)
    avant = etat(magasin, base)
    for heure in range(3):
        bilan = travail_des_nuits.rattraper(magasin, base, machine=MIDI + SAUT + timedelta(hours=heure))
        assert bilan.nuits == 0
    (ligne,) = nuits(magasin, base)
    assert ligne.chemin.startswith("Nuits en attente depuis le 15/03/2018 : 800 sont dues d'un coup")
    assert f"sne-sandbox clock nuits --base {base}" in ligne.chemin
    (attente,) = [a for a in travail_des_nuits.nuits_en_attente(magasin, MIDI + SAUT) if a.base == base]
    assert attente.nuits == 800
    # The clock is put right: nothing is asked any more, and the nights go on as if nothing had been.
    assert base not in [a.base for a in travail_des_nuits.nuits_en_attente(magasin, MIDI)]
    assert travail_des_nuits.rattraper(magasin, base, machine=MIDI).nuits == 0
    demandes, _, *reste = etat(magasin, base)
    assert (demandes, reste) == (avant[0], list(avant[2:]))
    assert travail_des_nuits.rattraper(magasin, base, machine=MIDI + timedelta(days=3)).nuits == 3
    assert _sauvegardes(magasin, base) == []


@pytest.mark.parametrize(("jours", "passees"), [(NUITS_MAX, NUITS_MAX), (NUITS_MAX + 1, 0)])
@pytest.mark.parametrize("decalage", [timedelta(), timedelta(days=300)])
def test_so_many_nights_run_by_themselves_and_no_more(
    magasin: Magasin, creer: Creer, jours: int, passees: int, decalage: timedelta
) -> None:
    base = _base(magasin, creer, 1, Horloge(decalage=decalage))
    machine = MIDI - decalage + timedelta(days=jours)
    assert travail_des_nuits.rattraper(magasin, base, machine=machine).nuits == passees


def test_somebody_says_that_they_are_to_be_run(magasin: Magasin, creer: Creer) -> None:
    base = _base(magasin, creer, 200)
    machine = MIDI + SAUT
    assert horloge.lire(magasin, base, machine=machine).nuits_en_attente == 800
    for bouger in (
        lambda: horloge.avancer(magasin, base, "P1D", machine=machine),
        lambda: horloge.deplacer(magasin, base, DeplacementVoulu("gel"), machine=machine),
        lambda: horloge.deplacer(magasin, base, DeplacementVoulu("retour"), machine=machine),
    ):
        with pytest.raises(ConflitEtat, match="800 nuits y sont en attente"):
            bouger()
    fait = horloge.deplacer(magasin, base, DeplacementVoulu("nuits"), machine=machine)
    assert (fait.nuits, fait.faits[Fait.RADIATION], fait.faits[Fait.EFFACEMENT]) == (800, 200, 200)
    assert (fait.horloge.mode, fait.horloge.nuits_en_attente) == ("real", 0)
    (nom,) = _sauvegardes(magasin, base)
    assert nom == "avant-nuits-20180315-20200523"
    assert nom in fait.phrase
    (dite,) = magasin.journal.chercher(base, limite=1)
    assert (dite.methode, nom in dite.chemin) == ("HORLOGE", True)


def test_what_was_saved_is_the_base_as_it_was(magasin: Magasin, creer: Creer) -> None:
    base = _base(magasin, creer, 200)
    avant = etat(magasin, base)[0]
    horloge.deplacer(magasin, base, DeplacementVoulu("nuits"), machine=MIDI + SAUT)
    assert etat(magasin, base)[0] == []
    (sauvegarde,) = Sauvegardes(magasin).lister(base)
    assert sauvegarde.demandes == 200

    class Contrats:
        dossier = None

        def lieu(self, nom: str) -> None: ...

    restaurer_fichier(magasin, Contrats(), base, sauvegarde.fichier)  # type: ignore[arg-type]
    assert etat(magasin, base)[0] == avant


@pytest.mark.parametrize(
    ("combien", "part", "sauvee"),
    [
        (PERTES_MIN, 10, True),
        (PERTES_MIN - 1, 10, False),  # what a test or a scene advances costs nothing more
        (PERTES_MIN, 0, False),
        (PERTES_MIN, 99, True),
        (PERTES_MIN, 100, False),
    ],
)
def test_a_base_is_saved_before_it_loses_too_much(
    magasin: Magasin, creer: Creer, combien: int, part: int, sauvee: bool
) -> None:
    """Of a frozen clock that somebody advances too."""
    base = _base(magasin, creer, combien, Horloge(fige_a=MIDI), part=part)
    fait = horloge.avancer(magasin, base, "P13M", reprenable=False)
    assert fait.faits[Fait.RADIATION] == combien
    assert bool(_sauvegardes(magasin, base)) is sauvee
    assert ("sauvegarde «" in fait.phrase) is sauvee


def test_a_share_is_one_of_all_demandes(magasin: Magasin, creer: Creer) -> None:
    base = _base(magasin, creer, PERTES_MIN, Horloge(fige_a=MIDI))
    ajouter(magasin, base, *(stockee(rang, date(2018, 3, 10)) for rang in range(1000, 1000 + 9 * PERTES_MIN)))
    horloge.avancer(magasin, base, "2019-02-20", reprenable=False)  # ten of a hundred are radiated
    assert _sauvegardes(magasin, base) == []
    horloge.avancer(magasin, base, "2019-04-20")  # and the ninety others
    assert len(_sauvegardes(magasin, base)) == 1


def test_the_last_ones_are_kept_and_nobody_else_s(magasin: Magasin, creer: Creer) -> None:
    base = _base(magasin, creer, 1, Horloge(fige_a=MIDI))
    siennes = Sauvegardes(magasin)
    siennes.faire(base, "a-moi")
    for jour in range(1, travail_des_nuits.AVANT_NUITS_GARDEES + 4):
        travail_des_nuits._sauver(siennes, base, date(2018, 3, jour), date(2018, 3, jour + 1))
    noms = _sauvegardes(magasin, base)
    assert "a-moi" in noms
    assert len(noms) == travail_des_nuits.AVANT_NUITS_GARDEES + 1
    assert "avant-nuits-20180308-20180309" in noms
    assert "avant-nuits-20180301-20180302" not in noms


def test_asked_once_whoever_meets_them(
    magasin: Magasin, creer: Creer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exchanges, the minute of the server, and another process."""
    base = _base(magasin, creer, 1)
    _a(magasin, monkeypatch, MIDI + SAUT)
    for _ in range(3):
        lue, maintenant = travail_des_nuits.a_jour(magasin, magasin.bases.lire(base))
        assert (lue.derniere_nuit, maintenant) == (MIDI.date(), MIDI + SAUT)
        travail_des_nuits.rattraper_toutes(magasin)
    magasin.nuits_demandees.clear()  # as another process, which has asked nothing yet
    travail_des_nuits.a_jour(magasin, magasin.bases.lire(base))
    assert len(nuits(magasin, base)) == 1
