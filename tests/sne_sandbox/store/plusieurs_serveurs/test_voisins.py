"""What the processes of one PostgreSQL tell one another."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from exemples_store import GUICHETS

from sne_interface.domain.base import Base
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.plusieurs_serveurs import voisins
from sne_sandbox.store.plusieurs_serveurs.voisins import Voisins

Ouvrir = Callable[[str], tuple[Magasin, Voisins]]


@pytest.fixture
def ouvrir(serveur_postgres: Any, tmp_path: Path) -> Iterator[Ouvrir]:
    """Opens one more store of the same database, with its neighbour."""
    url = serveur_postgres.nouvelle()
    ouverts: list[tuple[Magasin, Voisins]] = []

    def ouvrir(contrats: str) -> tuple[Magasin, Voisins]:
        magasin = Magasin.ouvrir(url, tmp_path)
        voisin = Voisins(magasin, "1", lambda: contrats)
        magasin.signaler = voisin.signaler
        ouverts.append((magasin, voisin))
        return magasin, voisin

    yield ouvrir
    for magasin, voisin in ouverts:
        voisin.fermer()
        magasin.fermer()


def _jusqua(vrai: Callable[[], bool]) -> None:
    limite = time.monotonic() + 30
    while not vrai():
        assert time.monotonic() < limite
        time.sleep(0.02)


def test_a_base_that_one_writes_is_told_to_the_other(ouvrir: Ouvrir) -> None:
    magasin, un = ouvrir("a")
    _, autre = ouvrir("a")
    _jusqua(lambda: len(voisins.vivants(autre._donnees)) == 2)
    avant = autre.nouvelles("essai")
    magasin.bases.creer(Base("essai"), GUICHETS)
    assert autre.attendre("essai", avant, 30) > avant
    assert autre.nouvelles("autre") == 0
    assert un.attendre("essai", 0, 30) > 0


def test_who_waits_for_what_does_not_come_looks_by_itself(
    ouvrir: Ouvrir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voisins, "REGARD", 0.05)
    monkeypatch.setattr(voisins, "REGARD_SEUL", 0.05)
    _, un = ouvrir("a")
    assert un.attendre("rien", 0, 30) == 0


def test_a_connection_that_is_cut_is_made_again(ouvrir: Ouvrir) -> None:
    magasin, un = ouvrir("a")
    _, autre = ouvrir("a")
    _jusqua(lambda: len(voisins.vivants(autre._donnees)) == 2)
    with magasin.transaction(ecriture=True, verrou="coupe") as connexion:
        connexion.brut(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'"
            " OR (datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%serveur%')"
        )

    def entend() -> bool:
        avant = autre.nouvelles("essai")
        un.signaler("essai")
        return autre.attendre("essai", avant, 0.2) > avant

    _jusqua(entend)


def test_who_takes_leave_is_no_more_there_and_who_is_late_is_dead(
    ouvrir: Ouvrir, monkeypatch: pytest.MonkeyPatch
) -> None:
    magasin, un = ouvrir("a")
    _, autre = ouvrir("b")
    _jusqua(lambda: {fiche.contrats for fiche in voisins.vivants(magasin)} == {"a", "b"})
    autre.fermer()
    assert [fiche.cle for fiche in voisins.vivants(magasin)] == [un.cle]
    monkeypatch.setattr(voisins, "MORT", -1.0)
    assert voisins.vivants(magasin) == []


def test_many_names_are_told_in_several_pieces(ouvrir: Ouvrir) -> None:
    _, un = ouvrir("a")
    _, autre = ouvrir("a")
    _jusqua(lambda: len(voisins.vivants(autre._donnees)) == 2)
    noms = [f"base-{rang:04}-{'x' * 40}" for rang in range(400)]
    for nom in noms:
        un.signaler(nom)
    _jusqua(lambda: all(autre.nouvelles(nom) for nom in noms))
