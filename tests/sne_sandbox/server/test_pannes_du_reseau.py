"""Pannes on the wire, over a line that only notes what it is told."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionLost
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from sne_interface.domain.panne import GENRES, PanneDefinition
from sne_sandbox.server.pannes_du_reseau import DEPART, jeu
from sne_sandbox.server.pannes_du_reseau import ConnexionTenue as VraieLigne

OCTETS = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\ncontent-length: 10\r\nDate: x\r\n\r\n0123456789"
TIERS = (OCTETS[:40], OCTETS[40:80], OCTETS[80:])


class Ligne:
    """Notes what is done; time passes at once."""

    def __init__(self, perdue_apres: int = 1000) -> None:
        self.faits: list[Any] = []
        self._reste = perdue_apres

    @property
    def perdue(self) -> bool:
        self._reste -= 1
        return self._reste < 0

    def ecrire(self, octets: bytes) -> None:
        self.faits.append(octets)

    def plus_tard(self, secondes: float, suite: Callable[[], None]) -> None:
        self.faits.append(secondes)
        suite()

    def terminer(self) -> None:
        self.faits.append("fin")

    def fermer(self) -> None:
        self.faits.append("fermée")

    def couper(self) -> None:
        self.faits.append("coupée")


def _jouer(genre: str, ligne: Ligne | None = None, **parametres: str) -> list[Any]:
    ligne = ligne or Ligne()
    ecriture = jeu(PanneDefinition(genre, parametres=parametres))
    assert ecriture is not None
    ecriture(ligne, OCTETS)  # type: ignore[arg-type]
    return ligne.faits


def _de(longueur: bytes) -> bytes:
    return OCTETS.replace(b"content-length: 10", b"Content-Length: " + longueur)


@pytest.mark.parametrize(
    ("genre", "parametres", "faits"),
    [
        ("delai", {"secondes": "1.5"}, [1.5, OCTETS, "fin"]),
        ("silence", {"secondes": "9"}, [9.0, "fermée"]),
        ("silence", {"secondes": "9", "avant": "oui"}, [9.0, "fermée"]),
        ("coupure", {"octets": "7"}, [OCTETS[:7], DEPART, "coupée"]),
        ("coupure", {"octets": "9999"}, [OCTETS[:-1], DEPART, "coupée"]),
        ("coupure", {"octets": "7", "avant": "oui"}, [b"", 0, "coupée"]),
        ("goutte", {"octets": "40", "secondes": "2"}, [TIERS[0], 2.0, TIERS[1], 2.0, TIERS[2], "fin"]),
        ("goutte", {"octets": "9999"}, [OCTETS, "fin"]),
        ("longueur_fausse", {"ecart": "5"}, [_de(b"15"), "fermée"]),
        ("longueur_fausse", {"ecart": "-99"}, [_de(b"0"), "fermée"]),
        ("reponse_perdue", {}, ["fermée"]),
    ],
    ids=str,
)  # fmt: skip
def test_each_writes_what_it_says(genre: str, parametres: dict[str, str], faits: list[Any]) -> None:
    assert _jouer(genre, **parametres) == faits


def test_drops_stop_when_the_peer_has_gone() -> None:
    faits = _jouer("goutte", Ligne(perdue_apres=2), octets="1", secondes="1")
    assert faits == [OCTETS[:1], 1.0, OCTETS[1:2], 1.0]


def test_the_others_are_sent_as_usual() -> None:
    au_fil = {"delai", "silence", "coupure", "goutte", "longueur_fausse", "reponse_perdue"}
    assert {genre for genre in GENRES if jeu(PanneDefinition(genre)) is not None} == au_fil
    assert jeu(None) is None


def test_an_answer_kept_for_later_goes_with_the_peer() -> None:
    """It may be large, and later an hour away."""
    horloge, fin = Clock(), Deferred[None]()
    canal = SimpleNamespace(callLater=horloge.callLater)
    requete = SimpleNamespace(channel=canal, notifyFinish=lambda: fin)
    ecriture = jeu(PanneDefinition("delai", parametres={"secondes": "3600"}))
    assert ecriture is not None
    ecriture(VraieLigne(requete), OCTETS)  # type: ignore[arg-type]
    assert len(horloge.getDelayedCalls()) == 1
    fin.errback(Failure(ConnectionLost()))
    assert horloge.getDelayedCalls() == []
