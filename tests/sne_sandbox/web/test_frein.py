"""Wrong tokens are slowed down, and nobody waits in a thread."""

import pytest

from sne_sandbox.web import frein
from sne_sandbox.web.frein import EN_TOUT, PAR_PAIR, Frein


class Montre:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.instant = 1000.0

    def monotonic(self) -> float:
        return self.instant


@pytest.fixture
def montre(monkeypatch: pytest.MonkeyPatch) -> Montre:
    faite = Montre()
    monkeypatch.setattr(frein, "time", faite)
    return faite


def test_a_few_wrong_ones_then_one_now_and_then(montre: Montre) -> None:
    un = Frein()
    for _ in range(PAR_PAIR[0]):
        assert un.attente("192.0.2.1") == 0
        un.noter("192.0.2.1")
    assert un.attente("192.0.2.1") == PAR_PAIR[1]
    assert un.attente("192.0.2.2") == 0
    montre.instant += PAR_PAIR[1]
    assert un.attente("192.0.2.1") == 0
    un.noter("192.0.2.1")
    assert un.attente("192.0.2.1") > 0


def test_many_peers_are_slowed_in_all(montre: Montre) -> None:
    un = Frein()
    for rang in range(EN_TOUT[0]):
        assert un.attente(f"2001:db8::{rang:x}") == 0
        un.noter(f"2001:db8::{rang:x}")
    assert un.attente("2001:db8::ffff") == EN_TOUT[1]
    montre.instant += EN_TOUT[0] * EN_TOUT[1]
    assert un.attente("2001:db8::ffff") == 0


def test_what_is_remembered_is_bounded(montre: Montre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frein, "_RETENUS", 10)
    un = Frein()
    for rang in range(100):
        un.noter(f"pair {rang}")
    assert len(un._pairs) == 10
