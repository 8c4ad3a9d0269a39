"""Nights of a journal, left out and folded."""

from datetime import datetime

import pytest
from temps import MIDI, ajouter, stockee

from sne_interface.domain.dates import PARIS
from sne_interface.domain.echange import Echange
from sne_sandbox.bases import nuits_du_journal, travail_des_nuits
from sne_sandbox.bases.faits_des_nuits import Fait, denombrer, enumerer
from sne_sandbox.bases.nuits_du_journal import resume_des_nuits
from sne_sandbox.store.magasin import Magasin


@pytest.mark.parametrize("combien", [1, 2, 11, 1200])
def test_what_a_sentence_of_a_night_counts_is_read_back(combien: int) -> None:
    comptes = {fait: combien + rang for rang, fait in enumerate(Fait)}
    assert denombrer(f"Nuit du 01/01/2020 : {enumerer(comptes)}.") == comptes
    for fait in Fait:
        assert denombrer(f"Nuit du 01/01/2020 : {enumerer({fait: combien})}. La base…") == {fait: combien}
    assert denombrer("Nuits en attente depuis le 15/03/2018 : 800 sont dues d'un coup") == {}


def _vecue(magasin: Magasin, base: str) -> list[int]:
    """A journal of an exchange, 3 nights that did something, an exchange: the ids of what is left."""
    jours = [datetime(2017, 3, jour, tzinfo=PARIS).date() for jour in (1, 1, 4, 9)]
    ajouter(magasin, base, *(stockee(rang, jour) for rang, jour in enumerate(jours, 1)))
    magasin.journal.consigner(None, Echange(base, MIDI, methode="POST"))
    with magasin.ecrire(base) as registre:
        depuis, jusqua = MIDI.date().replace(day=20), MIDI.date().replace(month=4, day=20)
        travail_des_nuits.passer(magasin, registre, depuis, jusqua)
    magasin.journal.consigner(None, Echange(base, MIDI, methode="POST"))
    return [e.identifiant or 0 for e in magasin.journal.chercher(base, sans_nuits=True)]


def test_a_journal_without_its_nights_and_what_is_missing(
    magasin: Magasin, creer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = creer()  # type: ignore[operator]
    assert _vecue(magasin, base) == [5, 1]
    assert [e.identifiant for e in magasin.journal.chercher(base)] == [5, 4, 3, 2, 1]
    pliees = resume_des_nuits(magasin.journal, base, 2, 4)
    assert pliees is not None
    assert (pliees.de_id, pliees.a_id, pliees.nombre, pliees.reste) == (2, 4, 3, False)
    assert pliees.phrase == "3 nuits du 01/04/2018 au 09/04/2018 : 4 radiations."
    seule = resume_des_nuits(magasin.journal, base, 4, 5)
    assert seule is not None
    assert seule.phrase == "1 nuit du 09/04/2018 : 1 radiation."
    assert resume_des_nuits(magasin.journal, base, 5, 2**70) is None
    monkeypatch.setattr(nuits_du_journal, "PLIEES_MAX", 2)
    abregees = resume_des_nuits(magasin.journal, base, 0, 99)
    assert abregees is not None
    assert abregees.phrase == "plus de 2 nuits du 01/04/2018 au 04/04/2018 : 3 radiations."


def test_nights_that_were_taken_back_are_read_and_no_more_found(magasin: Magasin, creer: object) -> None:
    base = creer()  # type: ignore[operator]
    _vecue(magasin, base)
    radiee = magasin.journal.lire(base, 4)
    assert radiee is not None
    numero = radiee.numero_unique
    assert [e.identifiant for e in magasin.journal.chercher(base, numero=numero)] == [4]
    with magasin.ecrire(base) as registre:
        magasin.journal.annuler_nuits(registre.connexion, base, 2, 4)
    assert [e.identifiant for e in magasin.journal.chercher(base, sans_nuits=True)] == [5, 1]
    assert magasin.journal.chercher(base, numero=numero) == []
    assert magasin.journal.chercher(base, operation="NUIT") == []
    pliees = resume_des_nuits(magasin.journal, base, 2, 4)
    assert pliees is not None
    assert pliees.phrase == "3 nuits du 01/04/2018 au 09/04/2018 (annulées depuis) : 4 radiations."
