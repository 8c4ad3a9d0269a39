from dataclasses import replace
from datetime import date, datetime

import pytest
from exemples_store import radiation, stockee

from sne_sandbox.domain.dates import PARIS
from sne_sandbox.store import changements
from sne_sandbox.store.changements import Trace
from sne_sandbox.store.session import Magasin

N = [f"1110318{rang:06d}G1104" for rang in range(1, 4)]
MIDI = datetime(2018, 3, 15, 12, tzinfo=PARIS)


def test_changes_are_told_in_order_with_the_state_before_them(magasin: Magasin) -> None:
    avant = replace(
        stockee(N[0]),
        radiation=radiation("RADATT"),
        date_renouvellement=date(2018, 3, 1),
        information_dalo=b"<a/>",
    )
    with magasin.ecrire("ecole") as registre:
        changements.noter(registre.connexion, "ecole", None, stockee(N[0]), "G1104", MIDI)
        changements.noter(
            registre.connexion, "ecole", None, replace(stockee(N[1]), territoire="062"), "G1226", MIDI
        )
        changements.noter(registre.connexion, "ecole", avant, stockee(N[0]), "G7501", MIDI)
    with magasin.lire("ecole") as registre:
        assert changements.depuis(registre.connexion, "ecole", "111", 0) == [
            Trace(1, N[0], "G1104"),
            Trace(3, N[0], "G7501"),
        ]
        assert changements.depuis(registre.connexion, "ecole", "111", 3) == []
        assert changements.lire(registre.connexion, "ecole", 1).document is None
        lue = changements.lire(registre.connexion, "ecole", 3)
    assert lue.instant == MIDI
    assert (lue.document, lue.radiation) == (avant.document, avant.radiation)
    assert (lue.information_dalo, lue.date_renouvellement) == (b"<a/>", date(2018, 3, 1))


def test_a_guichet_remembers_how_far_it_was_told(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        assert changements.curseur(registre.connexion, "ecole", "G1104") == 0
        for rang in (3, 7):
            changements.avancer(registre.connexion, "ecole", "G1104", rang)
        assert changements.curseur(registre.connexion, "ecole", "G1104") == 7
        assert changements.curseur(registre.connexion, "ecole", "G7501") == 0


def test_old_changes_are_forgotten_and_ranks_go_on(magasin: Magasin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changements, "PAS", 5)
    monkeypatch.setattr(changements, "MAXIMUM", 3)
    with magasin.ecrire("ecole") as registre:
        for _ in range(11):
            changements.noter(registre.connexion, "ecole", None, stockee(N[0]), "G1104", MIDI)
        rangs = [t.identifiant for t in changements.depuis(registre.connexion, "ecole", "111", 0)]
        assert rangs == [8, 9, 10, 11]
        with pytest.raises(LookupError):
            changements.lire(registre.connexion, "ecole", 1)


def test_emptying_the_state_forgets_changes_and_what_was_told(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        changements.noter(registre.connexion, "ecole", None, stockee(N[0]), "G1104", MIDI)
        changements.avancer(registre.connexion, "ecole", "G7501", 1)
    magasin.bases.vider("ecole", "etat")
    with magasin.ecrire("ecole") as registre:
        assert changements.curseur(registre.connexion, "ecole", "G7501") == 0
        changements.noter(registre.connexion, "ecole", None, stockee(N[0]), "G1104", MIDI)
        assert changements.depuis(registre.connexion, "ecole", "111", 0) == [Trace(1, N[0], "G1104")]
