"""The server's pulse, and the handshakes waited for: time passes when the test says so."""

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import SimpleNamespace

import pytest
from banc import Banc

from sne_conformite.observation.observation import Observation
from sne_conformite.pilotage import retards_excuses
from sne_conformite.pilotage.base_pilotee import BaseJugee
from sne_conformite.pilotage.retards_excuses import Pouls
from sne_conformite.protocole.protocole import Adresses, AdressesServices

#: Seconds that nothing takes, however busy the machine.
PATIENCE = 60.0
#: Seconds, of the clock of the test, that a deaf server stays so; and after which it is waited for.
SOURD = 100.0
SEUIL = 2.0


class Montre:
    """A clock that stands still, but for what the test adds to it. `dormir` is what sleeping does."""

    def __init__(self) -> None:
        self.secondes = 1000.0
        self.dormir: Callable[[float], object] = threading.Event().wait

    def monotonic(self) -> float:
        return self.secondes

    def sleep(self, secondes: float) -> None:
        self.dormir(secondes)

    def passer(self, secondes: float) -> None:
        self.secondes += secondes


@pytest.fixture(autouse=True)
def montre(monkeypatch: pytest.MonkeyPatch) -> Montre:
    faite = Montre()
    monkeypatch.setattr(retards_excuses, "PERIODE_S", 0.02)
    monkeypatch.setattr(retards_excuses, "CALME_S", 0.1)
    monkeypatch.setattr(
        retards_excuses,
        "time",
        SimpleNamespace(monotonic=faite.monotonic, thread_time=faite.monotonic, sleep=faite.sleep),
    )
    return faite


class Serveur:
    """Answers while it hears."""

    def __init__(self) -> None:
        self.entend = threading.Event()
        self.entend.set()
        self.attendu = threading.Event()
        self.demandes = threading.Semaphore(0)

    def demander(self) -> None:
        self.demandes.release()
        if not self.entend.is_set():
            self.attendu.set()
        assert self.entend.wait(PATIENCE)

    def devenir_sourd(self) -> None:
        """Returns once a question waits for its answer."""
        self.entend.clear()
        assert self.attendu.wait(PATIENCE)


@pytest.fixture
def serveur() -> Iterator[Serveur]:
    """It hears again in the end: nothing is left waiting."""
    fait = Serveur()
    yield fait
    fait.entend.set()


def test_a_server_that_answers_nobody_is_late_until_it_does(serveur: Serveur, montre: Montre) -> None:
    def dormir(secondes: float) -> bool:
        serveur.entend.set()
        montre.secondes += secondes
        return threading.Event().wait(secondes)

    with Pouls(serveur.demander) as suivi:
        serveur.devenir_sourd()
        debut = montre.secondes
        montre.secondes += SOURD
        assert suivi.retard(debut) >= SOURD - SEUIL, "the answer is still awaited"
        montre.dormir = dormir
        suivi.attendre(SEUIL, debut)
        assert serveur.entend.is_set(), "waited for"
        assert suivi.retard(debut) >= SOURD - SEUIL
        montre.secondes += SEUIL
        assert suivi.retard(montre.secondes) <= SEUIL, "what came before does not count"


def test_what_was_given_up_while_it_was_late_is_waited_for_once(serveur: Serveur, montre: Montre) -> None:
    """It answers again, and may still have before it what nobody waits for any more."""
    montre.dormir = montre.passer
    with Pouls(serveur.demander) as suivi:
        serveur.devenir_sourd()
        debut = montre.secondes
        montre.secondes += SOURD
        while serveur.demandes.acquire(blocking=False):
            pass
        serveur.entend.set()
        assert serveur.demandes.acquire(timeout=PATIENCE), "asked again: the answer had come"
        montre.secondes += 0.01
        avant = montre.secondes
        suivi.attendre(SEUIL, debut)
        apres = montre.secondes
        assert apres - avant >= retards_excuses.CALME_S
        suivi.attendre(SEUIL, apres)
        assert montre.secondes == apres


def test_a_server_that_answers_is_not_waited_for(serveur: Serveur, montre: Montre) -> None:
    montre.dormir = montre.passer
    debut = montre.secondes
    with Pouls(serveur.demander) as suivi:
        for _ in range(3):
            assert serveur.demandes.acquire(timeout=PATIENCE)
        suivi.attendre(SEUIL, debut)
        assert montre.secondes == debut, "nothing was waited for"
        assert suivi.retard(montre.secondes) == 0
    assert "pouls" not in {fil.name for fil in threading.enumerate()}, "it asks no more"


@pytest.fixture
def base(banc: Banc) -> BaseJugee:
    """A base that no server serves."""
    return BaseJugee(banc.services.magasin, banc.services.contrat, banc.nom)


def suivre(base: BaseJugee, origine: str) -> tuple[Pouls, threading.Semaphore]:
    """The pulse of a server of that address, and what counts its answers."""
    suivi = Pouls.de(Adresses(AdressesServices.sous(origine, "x"), {}, "absent.pem", "", "", ""), base)
    reponses, demander = threading.Semaphore(0), suivi._demander

    def compter() -> None:
        demander()
        reponses.release()

    suivi._demander = compter
    return suivi, reponses


@pytest.mark.parametrize("origine", ["http://127.0.0.1:1", "https://127.0.0.1:1"])
def test_a_server_that_is_not_there_is_not_late(origine: str, base: BaseJugee, montre: Montre) -> None:
    suivi, reponses = suivre(base, origine)
    with suivi:
        assert reponses.acquire(timeout=PATIENCE)
        assert suivi.retard(montre.secondes) == 0


def test_a_disk_that_keeps_a_commit_is_late(base: BaseJugee, montre: Montre) -> None:
    suivi, reponses = suivre(base, "http://127.0.0.1:1")
    with suivi:
        with base.magasin.ecrire(base.nom):
            while reponses.acquire(timeout=1):
                pass  # those that came before
            montre.secondes += SOURD
            assert suivi.retard(montre.secondes) >= SOURD - SEUIL
        assert reponses.acquire(timeout=PATIENCE)


def test_who_never_tries_to_connect_is_not_waited_for_all_along(montre: Montre) -> None:
    montre.dormir = montre.passer
    poignees, vides, debuts = retards_excuses.Poignees(), list[Observation], [montre.secondes]
    for _ in range(4):
        assert poignees.attendre(vides) == []
        debuts.append(montre.secondes)
    assert [apres - avant >= 1 for avant, apres in pairwise(debuts)] == [True, True, True, False]
    assert debuts[-1] == debuts[-2]
