"""Exchanges that wait for one another share a transaction, and fail alone."""

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
from sne_sandbox.store import commit_groupe as module_du_groupe
from sne_sandbox.store import requetes_sql
from sne_sandbox.store.base_de_donnees import BaseDeDonnees, base_en_panne
from sne_sandbox.store.commit_groupe import MEMBRES_MAX, File, Groupe, Travail
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.moteurs import preparer_fichier
from sne_sandbox.store.recherche_de_demandes import parcourir
from sne_sandbox.store.registre import RegistreBase


class _Refus(Exception):
    """What a member fails on."""


def _inscrire(magasin: Magasin, *, echoue: bool = False) -> str:
    """What an exchange does: a number, a demande, its line in the journal."""

    def inscrire(registre: RegistreBase) -> str:
        numero = registre.prochain_numero("111", date(2018, 3, 15), "G1104")
        registre.ajouter(replace(stockee(numero), numero_unique=numero))
        echange = Echange("ecole", datetime.now(UTC), numero_unique=numero)
        magasin.journal.consigner(registre.connexion, echange)
        if echoue:
            raise _Refus
        return numero

    return magasin.ecrire_ensemble("ecole", inscrire)


def _file(magasin: Magasin) -> File:
    return magasin._files.setdefault("ecole" if magasin.dialecte == "postgresql" else None, File())


@contextmanager
def _retenu(magasin: Magasin, attendus: int) -> Iterator[None]:
    """A writer holds the base until `attendus` others wait behind it, at the end of the block: one leads,
    the rest is in its queue."""
    with magasin.ecrire("ecole"):
        yield
        _attendre(lambda: _file(magasin)._menee and len(_file(magasin).attendent) == attendus - 1)


@pytest.fixture
def validations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many members each COMMIT of a group was for."""
    faites: list[int] = []
    valider = BaseDeDonnees._valider

    def compter(self: BaseDeDonnees, groupe: Groupe, *, ecriture: bool) -> None:
        if groupe.membres:
            faites.append(groupe.membres)
        valider(self, groupe, ecriture=ecriture)

    monkeypatch.setattr(BaseDeDonnees, "_valider", compter)
    monkeypatch.setattr(module_du_groupe, "OUVERT_MAX_S", 240.0)
    return faites


def _ensemble(magasin: Magasin, *gestes: Callable[[], Any]) -> list[Any]:
    """Runs these while they all wait for a writer; what each gave, or raised."""
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
    assert validations == [5]
    assert sorted(donnes) == [f"1110318{rang:06d}G1104" for rang in range(1, 6)]
    assert _etat(magasin) == (sorted(donnes), [1, 2, 3, 4, 5])


def test_one_that_fails_is_rolled_back_alone(magasin: Magasin, validations: list[int]) -> None:
    gestes = [lambda: _inscrire(magasin), lambda: _inscrire(magasin, echoue=True)] * 3
    donnes = _ensemble(magasin, *gestes)
    assert validations == [3]
    assert [type(donne) for donne in donnes] == [str, _Refus] * 3
    numeros, lignes = _etat(magasin)
    # A number of a failed one was never given: the next takes it, and the journal counts on.
    assert sorted(donnes[::2]) == numeros == [f"1110318{rang:06d}G1104" for rang in range(1, 4)]
    assert lignes == [1, 2, 3]


def test_rows_that_wait_survive_the_failure_of_one_who_had_them_written(
    magasin: Magasin, validations: list[int]
) -> None:
    def relire(registre: RegistreBase) -> None:
        # Not « libre »: what the others have deferred is written first, inside this savepoint.
        assert registre.connexion.sa.exec_driver_sql("SELECT count(*) FROM echange").scalar_one() >= 0
        raise _Refus

    gestes = [lambda: _inscrire(magasin), lambda: magasin.ecrire_ensemble("ecole", relire)] * 3
    donnes = _ensemble(magasin, *gestes)
    assert validations == [3]
    assert [type(donne) for donne in donnes] == [str, _Refus] * 3
    assert _etat(magasin) == (sorted(donnes[::2]), [1, 2, 3])
    with magasin.transaction(ecriture=False) as connexion:
        for table in ("demande_stat", "mouvement"):
            compte = connexion.sa.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            assert compte == 3, table


def test_nobody_is_answered_when_the_commit_fails(magasin: Magasin, validations: list[int]) -> None:
    def fauter(registre: RegistreBase) -> None:
        registre.connexion.differer(
            requetes_sql.AJOUTER_MOTIF, [{"base": "ecole", "numero_unique": "de personne", "motif": "1"}]
        )

    gestes = (lambda: _inscrire(magasin), lambda: magasin.ecrire_ensemble("ecole", fauter)) * 2
    with ThreadPoolExecutor(4) as fils, _retenu(magasin, 4):
        futurs = [fils.submit(geste) for geste in gestes]
    donnes = [futur.exception(timeout=240) for futur in futurs]
    # Who led is told the mistake as it is; the others, that the database did not do as it was asked.
    assert sum(isinstance(donne, StoreError) for donne in donnes) == 3
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
    monkeypatch.setattr(module_du_groupe, "MEMBRES_MAX", 3)
    _ensemble(magasin, *[lambda: _inscrire(magasin)] * 6)
    assert validations == [3, 3]
    assert len(_etat(magasin)[0]) == 6


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_who_comes_while_the_file_is_waited_for_is_of_the_group(
    magasin: Magasin, validations: list[int]
) -> None:
    """Another process writes: the first here waits for the file, the second joins it meanwhile."""
    assert isinstance(magasin._ou, Path)
    ailleurs = preparer_fichier(magasin._ou)
    with ThreadPoolExecutor(2) as fils:
        with ailleurs:
            futurs = [fils.submit(_inscrire, magasin)]
            _attendre(lambda: _file(magasin)._menee and not _file(magasin).attendent)
            futurs.append(fils.submit(_inscrire, magasin))
            _attendre(lambda: _file(magasin).attendent)
        assert sorted(futur.result(timeout=240) for futur in futurs) == _etat(magasin)[0]
    ailleurs.fermer()
    assert validations == [2]


@pytest.mark.parametrize("arrive", [True, False], ids=["they come", "they do not"])
def test_who_leads_waits_a_little_for_those_that_were_answered_last(
    monkeypatch: pytest.MonkeyPatch, arrive: bool
) -> None:
    monkeypatch.setattr(module_du_groupe, "RASSEMBLER_S", 240.0 if arrive else 0.01)
    file = File()
    file.passer(4 * MEMBRES_MAX)
    assert file.entrer(Travail(lambda _: None))
    file.attendent.popleft()
    with ThreadPoolExecutor(1) as fil:
        futur = fil.submit(file.rassembler)
        if arrive:
            menes = [file.entrer(Travail(lambda _: None)) for _ in range(MEMBRES_MAX - 2)]
            assert not futur.done()
            assert not any((*menes, file.entrer(Travail(lambda _: None))))
        futur.result(timeout=240)


def test_the_lead_goes_to_the_next_that_waits() -> None:
    file, un, deux = File(), Travail(lambda _: None), Travail(lambda _: None)
    assert file.entrer(un)
    assert not file.entrer(deux)
    assert file.attendent.popleft() is un
    file.passer(1)
    deux.attente.acquire()
    assert not deux.fait
    assert file.attendent.popleft() is deux
    file.passer(1)
    assert file.entrer(un)


def test_a_writer_inside_a_work_is_a_mistake_that_undoes_it_alone(magasin: Magasin) -> None:
    with pytest.raises(RuntimeError, match="already open"):
        magasin.ecrire_ensemble("ecole", lambda _: _inscrire(magasin))
    assert _inscrire(magasin) == "1110318000001G1104"


def _attendre(condition: Callable[[], bool]) -> None:
    limite = time.monotonic() + 240
    while not condition():
        assert time.monotonic() < limite
        time.sleep(0.001)


def test_what_is_remembered_goes_with_a_statement_that_may_change_it(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        memoire = registre.connexion.memoire
        assert "ecole" in memoire
        registre.prochain_numero("111", date(2018, 3, 15), "G1104")
        assert "ecole" in memoire
        registre.noter_nuit(date(2018, 3, 15))
        assert "ecole" not in memoire


def test_a_failure_that_says_nothing_is_told_by_its_name() -> None:
    assert "KeyboardInterrupt" in base_en_panne(KeyboardInterrupt()).diagnostics()
