"""Tokens as the database keeps them, on both engines."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from sne_interface.errors import ConflitEtat
from sne_sandbox.store.jetons_en_base import JetonGarde
from sne_sandbox.store.magasin import Magasin

HIER: Final = datetime(2026, 11, 27, 12, tzinfo=UTC)
DEMAIN: Final = HIER + timedelta(days=2)


def test_a_token_is_kept_found_by_its_hash_seen_and_forgotten(magasin: Magasin) -> None:
    garde = JetonGarde("ci", "abc", "base", "ecole", HIER, None, DEMAIN)
    magasin.jetons.ajouter(garde)
    assert magasin.jetons.lister() == [garde]
    assert magasin.jetons.trouver("abc") == garde
    assert magasin.jetons.trouver("autre") is None
    magasin.jetons.voir("abc", DEMAIN)
    vu = magasin.jetons.lire("ci")
    assert vu is not None
    assert vu.vu_le == DEMAIN
    assert magasin.jetons.revoquer("ci")
    assert not magasin.jetons.revoquer("ci")
    assert magasin.jetons.trouver("abc") is None


def test_a_name_is_taken_once(magasin: Magasin) -> None:
    magasin.jetons.ajouter(JetonGarde("ci", "abc", "tout", None, HIER))
    with pytest.raises(ConflitEtat, match="existe déjà"):
        magasin.jetons.ajouter(JetonGarde("ci", "autre", "tout", None, HIER))
    magasin.jetons.ajouter(JetonGarde("ci", "autre", "tout", None, HIER), remplacer=True)
    assert [jeton.empreinte for jeton in magasin.jetons.lister()] == ["autre"]


def test_the_tokens_of_a_base_go_with_it(magasin: Magasin) -> None:
    """Another one of its name is not theirs."""
    magasin.jetons.ajouter(JetonGarde("a", "abc", "base", "ecole", HIER))
    magasin.jetons.ajouter(JetonGarde("t", "def", "tout", None, HIER))
    magasin.bases.supprimer("ecole")
    assert [jeton.nom for jeton in magasin.jetons.lister()] == ["t"]


def test_a_code_is_used_once_by_one_of_many(magasin: Magasin) -> None:
    reussites: list[bool] = []

    def utiliser() -> None:
        reussites.append(magasin.jetons.utiliser("code", DEMAIN, HIER))

    fils = [threading.Thread(target=utiliser) for _ in range(8)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(reussites) == [False] * 7 + [True]
    # What is too old to be used is not remembered.
    assert magasin.jetons.utiliser("code", DEMAIN, DEMAIN + timedelta(days=1))


def test_wrong_tokens_are_counted(magasin: Magasin) -> None:
    assert magasin.jetons.refus() == (0, None)
    magasin.jetons.compter_refus(HIER)
    magasin.jetons.compter_refus(DEMAIN)
    assert magasin.jetons.refus() == (2, DEMAIN)
