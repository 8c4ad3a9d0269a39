"""While a database is known to fail, everybody is refused at once, and one thread tries it."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from sne_interface.errors import MagasinIndisponible
from sne_sandbox.store import disjoncteur as module
from sne_sandbox.store.disjoncteur import Disjoncteur

PATIENCE = 60.0


class _Journal:
    def __init__(self) -> None:
        self.lignes: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, niveau: str) -> Callable[..., None]:
        return lambda quoi, **suite: self.lignes.append((quoi, suite))


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> _Journal:
    un = _Journal()
    monkeypatch.setattr(module, "journal_technique", lambda nom: un)
    monkeypatch.setattr(module, "PREMIER", 0.01)
    return un


class _Base:
    """What is tried: fails as long as it is told to."""

    def __init__(self) -> None:
        self.echoue = True
        self.essais: list[bool] = []

    def sonder(self, ecriture: bool) -> None:
        self.essais.append(ecriture)
        if self.echoue:
            raise OSError


def _attendre(quoi: Callable[[], bool]) -> None:
    limite = time.monotonic() + PATIENCE
    while not quoi():
        assert time.monotonic() < limite
        time.sleep(0.002)


def _panne() -> MagasinIndisponible:
    return MagasinIndisponible("PostgreSQL ne répond pas", remede="démarrez PostgreSQL")


def test_it_refuses_at_once_and_recovers_by_itself(journal: _Journal) -> None:
    base, d_ailleurs = _Base(), {*threading.enumerate()}
    un = Disjoncteur(base.sonder)
    un.armer()
    un.verifier(ecriture=True)
    un.couper(_panne(), ecriture_seule=False)
    un.couper(_panne(), ecriture_seule=False)  # another thread found it too
    for _ in range(5):
        with pytest.raises(MagasinIndisponible, match="PostgreSQL ne répond pas") as refus:
            un.verifier(ecriture=False)
        assert refus.value.connue
    _attendre(lambda: len(base.essais) >= 3)
    assert [f.name for f in {*threading.enumerate()} - d_ailleurs].count("sne-reprise") == 1
    base.echoue = False
    _attendre(lambda: un.coupure is None)
    un.verifier(ecriture=True)
    _attendre(lambda: len(journal.lignes) == 2)
    assert [quoi for quoi, _ in journal.lignes] == ["database lost", "database back"]
    assert journal.lignes[0][1]["cause"] == "PostgreSQL ne répond pas"
    assert journal.lignes[1][1]["refused"] == 5


def test_where_only_writing_fails_reading_goes_on(journal: _Journal) -> None:
    base = _Base()
    un = Disjoncteur(base.sonder)
    un.armer()
    un.couper(_panne(), ecriture_seule=True)
    un.verifier(ecriture=False)
    with pytest.raises(MagasinIndisponible):
        un.verifier(ecriture=True)
    _attendre(lambda: base.essais != [])
    assert base.essais[0] is True
    un.fermer()


def test_a_relapse_is_tried_as_far_apart_as_before(journal: _Journal) -> None:
    base = _Base()
    un = Disjoncteur(base.sonder)
    un.armer()
    un.couper(_panne(), ecriture_seule=False)
    _attendre(lambda: len(base.essais) >= 2)
    base.echoue = False
    _attendre(lambda: un.coupure is None)
    delai = un._delai
    assert delai > module.PREMIER
    un.couper(_panne(), ecriture_seule=False)
    assert un._delai >= delai
    un.fermer()


def test_what_is_not_served_is_not_cut_out(journal: _Journal) -> None:
    un = Disjoncteur(_Base().sonder)
    un.couper(_panne(), ecriture_seule=False)
    un.verifier(ecriture=True)
    assert journal.lignes == []
