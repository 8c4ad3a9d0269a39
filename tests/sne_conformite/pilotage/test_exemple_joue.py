"""Commands that were under way at once: which exchanges are of which."""

from types import SimpleNamespace
from typing import Any

import pytest

from sne_conformite.pilotage import exemple_joue

UN, AUTRE = frozenset({"lea durand 1990-01-02"}), frozenset({"marc petit 1985-05-06"})


@pytest.mark.parametrize(
    ("envoyes", "parts"),
    [
        ([UN, AUTRE], [[0], [1]]),
        ([AUTRE, UN], [[1], [0]]),
        ([frozenset({"marc petit 1985-05-05"}), frozenset({"lea durand 1990-01-01"})], [[1], [0]]),
        ([frozenset({"x y 1990-01-01"}), AUTRE], [[0], [1]]),
        ([frozenset(), AUTRE], [[0], [1]]),
    ],
    ids=["as told", "crossed", "a day less", "another name", "nobody"],
)
def test_a_form_is_of_the_command_that_was_told_of_it(
    monkeypatch: pytest.MonkeyPatch, envoyes: list[frozenset[str]], parts: list[list[int]]
) -> None:
    """A day of birth that is wrong is one finding: it does not give a form to another command."""
    dits = iter([UN, AUTRE, *envoyes])
    monkeypatch.setattr(exemple_joue.juges_saisies, "titulaires_de", lambda demande: next(dits))
    assert _partages(["", ""]) == parts


def _partages(guichets: list[str]) -> list[list[int]]:
    """Ranks of two exchanges, by the command that each is of; the second command is of the second guichet."""
    faits: Any = [
        SimpleNamespace(attendu=None, numero=None, message={"guichet": g} if g else {}) for g in guichets
    ]
    vues: Any = [
        SimpleNamespace(demande=None, numero=None, guichet=g, rang=rang)
        for rang, g in enumerate(guichets[::-1])
    ]
    partages: Any = exemple_joue._partager(vues, faits)
    return [[vue.rang for vue in part] for part in partages]


def test_what_tells_nobody_is_of_the_command_of_its_guichet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of types names no demande: the certificate tells for which guichet it is read."""
    monkeypatch.setattr(exemple_joue.juges_saisies, "titulaires_de", lambda demande: frozenset())
    assert _partages(["G1226", "G0621"]) == [[1], [0]]
