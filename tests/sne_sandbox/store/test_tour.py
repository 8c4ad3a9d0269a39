"""Exchanges that wait for one another share a transaction, and fail alone."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from exemples_store import stockee

from sne_interface.domain.echange import Echange
from sne_interface.errors import StoreError
from sne_sandbox.store import donnees as module_des_donnees
from sne_sandbox.store import requetes_sql
from sne_sandbox.store import tour as module_du_tour
from sne_sandbox.store.connexion import Connexion
from sne_sandbox.store.donnees import BaseDeDonnees, base_en_panne
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.moteurs import preparer_fichier
from sne_sandbox.store.recherche_de_demandes import parcourir
from sne_sandbox.store.tour import Groupe, Tour


class _Refus(Exception):
    """What a member fails on."""


def _inscrire(magasin: Magasin, *, echoue: bool = False) -> str:
    """What an exchange does: a number, a demande, its line in the journal."""
    with magasin.ecrire("ecole") as registre:
        numero = registre.prochain_numero("111", date(2018, 3, 15), "G1104")
        registre.ajouter(replace(stockee(numero), numero_unique=numero))
        echange = Echange("ecole", datetime.now(UTC), numero_unique=numero)
        magasin.journal.consigner(registre.connexion, echange)
        if echoue:
            raise _Refus
    return numero


@contextmanager
def _retenu(magasin: Magasin, attendus: int) -> Iterator[None]:
    """A writer holds the base until `attendus` others wait behind it, at the end of the block."""
    tour = magasin._tour("ecole" if magasin.dialecte == "postgresql" else None)
    with magasin.transaction(ecriture=True, verrou="ecole"):
        yield
        limite = time.monotonic() + 240
        while len(tour._ecrivains) < attendus:
            assert time.monotonic() < limite
            time.sleep(0.001)


@pytest.fixture
def validations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many members each COMMIT was for."""
    faites: list[int] = []
    valider = BaseDeDonnees._valider

    def compter(self: BaseDeDonnees, groupe: Groupe, *, ecriture: bool) -> None:
        if ecriture:
            faites.append(groupe.membres)
        valider(self, groupe, ecriture=ecriture)

    monkeypatch.setattr(BaseDeDonnees, "_valider", compter)
    monkeypatch.setattr(module_du_tour, "OUVERT_MAX_S", 240.0)
    return faites


def _ensemble(magasin: Magasin, *gestes: Callable[[], Any]) -> list[Any]:
    """Runs these while they all wait for a writer, who is one of the group; what each gave, or raised."""
    with ThreadPoolExecutor(len(gestes)) as fils:
        with _retenu(magasin, len(gestes)):
            futurs = [fils.submit(geste) for geste in gestes]
        return [futur.exception(timeout=240) or futur.result() for futur in futurs]


def _etat(magasin: Magasin) -> tuple[list[str], list[int | None]]:
    with magasin.lire("ecole") as registre:
        numeros = [s.numero_unique for s in parcourir(registre)]
    lignes = magasin.journal.chercher("ecole")
    assert sorted(ligne.numero_unique or "" for ligne in lignes) == numeros
    return numeros, sorted(ligne.identifiant or 0 for ligne in lignes)


def test_those_who_wait_at_the_same_moment_share_one_commit(magasin: Magasin, validations: list[int]) -> None:
    donnes = _ensemble(magasin, *[lambda: _inscrire(magasin)] * 5)
    assert validations == [6]
    numeros, lignes = _etat(magasin)
    assert sorted(donnes) == numeros == [f"1110318{rang:06d}G1104" for rang in range(1, 6)]
    assert lignes == [1, 2, 3, 4, 5]


def test_one_that_fails_is_rolled_back_alone(magasin: Magasin, validations: list[int]) -> None:
    gestes = [lambda: _inscrire(magasin), lambda: _inscrire(magasin, echoue=True)] * 3
    donnes = _ensemble(magasin, *gestes)
    assert validations[0] == 4  # the writer who held the others, and those that did not fail
    assert [type(donne) for donne in donnes] == [str, _Refus] * 3
    numeros, lignes = _etat(magasin)
    # A number of a failed one was never given: the next takes it, and the journal counts on.
    assert sorted(donnes[::2]) == numeros == [f"1110318{rang:06d}G1104" for rang in range(1, 4)]
    assert lignes == [1, 2, 3]


def test_rows_that_wait_survive_the_failure_of_one_who_had_them_written(
    magasin: Magasin, validations: list[int]
) -> None:
    def relire_et_echouer() -> None:
        with magasin.ecrire("ecole") as registre:
            # Not « libre »: what the others have deferred is written first, inside this savepoint.
            assert registre.connexion.sa.exec_driver_sql("SELECT count(*) FROM echange").scalar_one() >= 0
            raise _Refus

    gestes = [lambda: _inscrire(magasin), relire_et_echouer] * 3
    donnes = _ensemble(magasin, *gestes)
    assert len(validations) == 1
    assert [type(donne) for donne in donnes] == [str, _Refus] * 3
    numeros, lignes = _etat(magasin)
    assert sorted(donnes[::2]) == numeros
    assert lignes == [1, 2, 3]
    with magasin.transaction(ecriture=False) as connexion:
        for table in ("demande_stat", "mouvement"):
            compte = connexion.sa.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            assert compte == 3, table


def test_nobody_is_answered_when_the_commit_fails(magasin: Magasin, validations: list[int]) -> None:
    def differer_une_faute() -> None:
        with magasin.ecrire("ecole") as registre:
            registre.connexion.differer(
                requetes_sql.AJOUTER_MOTIF, [{"base": "ecole", "numero_unique": "de personne", "motif": "1"}]
            )

    # The writer who held the others is one of them.
    with pytest.raises(StoreError), ThreadPoolExecutor(3) as fils:  # noqa: PT012 - it ends
        gestes = (lambda: _inscrire(magasin), differer_une_faute, lambda: _inscrire(magasin))
        with _retenu(magasin, 3):
            futurs = [fils.submit(geste) for geste in gestes]
    donnes = [futur.exception(timeout=240) for futur in futurs]
    # Who committed is told the mistake as it is; the others, that the database did not do as it was asked.
    assert sum(isinstance(donne, StoreError) for donne in donnes) == 2
    assert sum(isinstance(donne, magasin._pilote.IntegrityError) for donne in donnes) == 1
    assert _etat(magasin) == ([], [])
    assert _inscrire(magasin) == "1110318000001G1104"


@pytest.mark.postgres
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_commit_that_the_engine_made_a_rollback_of_is_a_failure(magasin: Magasin) -> None:
    with pytest.raises(StoreError), magasin.ecrire("ecole") as registre:  # noqa: PT012 - it ends
        registre.ajouter(stockee("1110318000001G1104"))
        with suppress(magasin._pilote.Error):
            registre.connexion.brut("SELECT 1 / 0")
    assert _etat(magasin) == ([], [])


def test_a_group_takes_in_so_many_and_no_more(
    magasin: Magasin, validations: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module_du_tour, "MEMBRES_MAX", 3)
    _ensemble(magasin, *[lambda: _inscrire(magasin)] * 6)
    assert validations == [3, 3, 1]
    assert len(_etat(magasin)[0]) == 6


def test_who_has_the_turn_lets_the_others_read_first() -> None:
    tour, ordre = Tour(), []
    assert tour.lire(0)
    tous = threading.Barrier(3)

    def lire_puis_ecrire(nom: str) -> None:
        tous.wait(timeout=240)
        assert tour.lire(240)
        ordre.append(f"{nom} lit")
        tour.ecrire(a_la_main=True)
        ordre.append(f"{nom} écrit")
        tour.rendre()

    with ThreadPoolExecutor(2) as fils:
        futurs = [fils.submit(lire_puis_ecrire, nom) for nom in "ab"]
        tous.wait(timeout=240)
        limite = time.monotonic() + 240
        while len(tour._liseurs) < 2:
            assert time.monotonic() < limite
            time.sleep(0.001)
        tour.ecrire(a_la_main=True)  # waits until both have read
        ordre.append("moi")
        tour.rendre()
        for futur in futurs:
            futur.result(timeout=240)
    assert {ligne[2:] for ligne in ordre[:2]} == {"lit"}
    assert len(ordre) == 5


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_who_comes_while_the_file_is_waited_for_is_of_the_group(
    magasin: Magasin, validations: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process writes: the first here waits for the file, the second reads its message meanwhile."""
    monkeypatch.setattr(module_des_donnees, "_TOUR_MAX", 240.0)
    tour = magasin._tour(None)
    assert isinstance(magasin._ou, Path)

    def echanger() -> str:
        with magasin.tour():
            return _inscrire(magasin)

    ailleurs = preparer_fichier(magasin._ou)
    with ThreadPoolExecutor(2) as fils:
        with ailleurs:
            futurs = [fils.submit(echanger)]
            _attendre(lambda: tour._ecrit)
            futurs.append(fils.submit(echanger))
            _attendre(lambda: len(tour._ecrivains) == 1)
        assert sorted(futur.result(timeout=240) for futur in futurs) == _etat(magasin)[0]
    ailleurs.fermer()
    assert validations == [2]


def test_who_comes_while_others_write_reads_at_once() -> None:
    tour = Tour()
    tour.ecrire(a_la_main=False)
    assert not tour.lire(240)  # beside them: nothing to give back
    tour.rendre()
    assert tour.lire(0)
    tour.rendre()
    tour.ecrire(a_la_main=False)
    tour.rendre()
    assert tour.lire(0)


def test_who_missed_the_group_waits_for_those_it_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are answered; one has come meanwhile, and does not write before those two are back."""
    monkeypatch.setattr(module_du_tour, "RASSEMBLER_S", 240.0)
    tour, ordre = Tour(), []
    tour.ecrire(a_la_main=False)
    groupe = Groupe(None)
    groupe.membres = 2

    def ecrire(nom: str) -> None:
        if nom != "tard":
            assert tour.lire(240)
        tour.ecrire(a_la_main=nom != "tard")
        ordre.append(nom)
        tour.rendre()

    with ThreadPoolExecutor(3) as fils:
        futurs = [fils.submit(ecrire, "tard")]
        _attendre(lambda: len(tour._ecrivains) == 1)
        tour.finir(groupe)
        tour.rendre()
        for attendus, nom in ((1, "a"), (2, "b")):
            _attendre(lambda attendus=attendus: len(tour._ecrivains) == attendus and not tour._pris)
            assert ordre == []
            futurs.append(fils.submit(ecrire, nom))
        for futur in futurs:
            futur.result(timeout=240)
    assert sorted(ordre) == ["a", "b", "tard"]


def test_on_postgresql_nobody_waits_for_those_that_may_come(
    magasin: Magasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module_du_tour, "RASSEMBLER_S", 240.0)
    assert magasin._tour("ecole")._rassemble is (magasin.dialecte == "sqlite")
    tour, groupe = Tour(rassemble=False), Groupe(None)
    groupe.membres = 5
    tour.finir(groupe)
    tour.ecrire(a_la_main=False)  # at once, though five were there
    tour.rendre()


def _attendre(condition: Callable[[], bool]) -> None:
    limite = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < limite
        time.sleep(0.001)


def test_a_turn_that_does_not_come_is_given_up() -> None:
    tour = Tour()
    assert tour.lire(0)
    assert not tour.lire(0.001)
    tour.rendre()
    assert tour.lire(0)


def test_what_is_remembered_goes_with_a_statement_that_may_change_it(magasin: Magasin) -> None:
    def memoire(connexion: Connexion) -> bool:
        return "ecole" in connexion.memoire

    with magasin.ecrire("ecole") as registre:
        assert memoire(registre.connexion)
        registre.prochain_numero("111", date(2018, 3, 15), "G1104")
        assert memoire(registre.connexion)
        registre.noter_nuit(date(2018, 3, 15))
        assert not memoire(registre.connexion)


def test_a_failure_that_says_nothing_is_told_by_its_name() -> None:
    assert "KeyboardInterrupt" in base_en_panne(KeyboardInterrupt()).diagnostics()
