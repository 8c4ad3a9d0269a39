"""What a failure of the database is called, and what it closes."""

import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from sne_interface.domain.base import Base
from sne_interface.errors import MagasinIndisponible, ServiceIndisponible
from sne_sandbox.store import moteurs
from sne_sandbox.store.defaillances import base_en_panne, coupee, defaillance_de
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.reserve_de_connexions import Connexions

COUPEE = "la connexion à PostgreSQL a été coupée"


def _sqlite(code: int) -> sqlite3.Error:
    erreur = sqlite3.OperationalError("in English")
    erreur.sqlite_errorcode = code
    return erreur


@pytest.mark.parametrize(
    ("erreur", "connexion", "cause", "portee"),
    [
        (_sqlite(sqlite3.SQLITE_FULL), False, "le disque de la base est plein", "ecriture"),
        (_sqlite(sqlite3.SQLITE_IOERR_WRITE), False, "le disque de la base a failli", "ecriture"),
        (_sqlite(sqlite3.SQLITE_READONLY), False, "la base est en lecture seule", "ecriture"),
        (_sqlite(sqlite3.SQLITE_CORRUPT), False, "le fichier de la base est abîmé", "ecriture"),
        (_sqlite(sqlite3.SQLITE_BUSY), False, "un autre outil tient le fichier de la base", "ecriture"),
        (_sqlite(sqlite3.SQLITE_CANTOPEN), True, "le fichier de la base ne s'ouvre pas", ""),
        (psycopg.errors.AdminShutdown(), False, "PostgreSQL s'arrête ou démarre", ""),
        (psycopg.errors.DatabaseDropped(), False, "PostgreSQL n'a pas de base de ce nom", "tout"),
        (psycopg.errors.QueryCanceled(), False, "PostgreSQL a interrompu une requête", ""),
        (psycopg.errors.LockNotAvailable(), False, "PostgreSQL a interrompu une requête", ""),
        (psycopg.errors.UndefinedTable(), False, "des tables ne sont plus dans la base", ""),
        (psycopg.errors.DiskFull(), False, "le disque de la base est plein", "ecriture"),
        (psycopg.errors.ReadOnlySqlTransaction(), False, "la base est en lecture seule", "ecriture"),
        (psycopg.OperationalError("consuming input failed"), False, COUPEE, ""),
        (psycopg.OperationalError("the connection is closed"), False, COUPEE, ""),
        (psycopg.OperationalError("cannot exit pipeline mode while busy"), False, COUPEE, ""),
        (psycopg.OperationalError("FATAL:  terminating connection due to"), True, COUPEE, ""),
        (psycopg.OperationalError("Connection refused"), True, "PostgreSQL ne répond pas", "tout"),
        (psycopg.OperationalError("connection timeout expired"), True, "PostgreSQL ne répond pas", "tout"),
        (psycopg.OperationalError('FATAL:  password authentication failed for user "sne"'), True,
         "PostgreSQL refuse l'utilisateur ou son mot de passe", "tout"),
        (psycopg.OperationalError('FATAL:  database "sne" does not exist'), True,
         "PostgreSQL n'a pas de base de ce nom", "tout"),
        (psycopg.OperationalError("FATAL:  sorry, too many clients already"), True,
         "PostgreSQL n'a plus de connexion libre", ""),
    ],
)  # fmt: skip
def test_it_is_told_in_french_by_its_code(
    erreur: Exception, connexion: bool, cause: str, portee: str
) -> None:
    lue = defaillance_de(erreur, connexion=connexion)
    assert (lue.cause, lue.portee) == (cause, portee)
    dite = base_en_panne(erreur, connexion=connexion)
    assert dite.diagnostics() == f"La base de données ne répond pas comme prévu : {cause}\n→ {lue.remede}"


def test_a_real_error_of_sqlite_has_its_code(tmp_path: Path) -> None:
    lien = sqlite3.connect(tmp_path / "a")
    lien.execute("CREATE TABLE t (a)")
    lien.execute("PRAGMA query_only = 1")
    with pytest.raises(sqlite3.OperationalError) as erreur:
        lien.execute("INSERT INTO t VALUES (1)")
    lien.close()
    assert defaillance_de(erreur.value).cause == "la base est en lecture seule"


def test_one_that_nobody_knows_is_told_as_it_is_but_for_secrets() -> None:
    erreur = psycopg.OperationalError("échec de postgresql://sne:tres-secret@base/sne.\nsuite")
    assert "tres-secret" not in base_en_panne(erreur).diagnostics()
    assert "échec de postgresql://sne:***@base/sne\n→ " in base_en_panne(erreur).diagnostics()


def test_what_nobody_knows_to_be_kept_is_not_said_to_be_lost() -> None:
    assert "rien n'a été enregistré" in str(ServiceIndisponible(coupee(incertain=False)))
    assert "on ne sait pas" in str(ServiceIndisponible(coupee(incertain=True)))
    assert "rien n'a été" not in str(ServiceIndisponible(coupee(incertain=True)))
    # Its copy, for another thread, says the same.
    copie = base_en_panne(coupee(incertain=True))
    assert isinstance(copie, MagasinIndisponible)
    assert (copie.incertain, copie.connue) == (True, False)
    assert copie.pareille(connue=True).connue


@pytest.mark.postgres
def test_tables_that_are_gone_are_no_error_of_ours(serveur_postgres: Any, tmp_path: Path) -> None:
    with Magasin.ouvrir(serveur_postgres.nouvelle(), tmp_path) as magasin:
        magasin.bases.creer(Base("ecole"))
        with magasin.transaction(ecriture=True) as connexion:
            connexion.brut("ALTER TABLE base RENAME TO partie")
        with pytest.raises(MagasinIndisponible, match="des tables ne sont plus dans la base"):
            magasin.bases.lister()


def test_a_file_that_another_tool_holds_is_waited_for_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty seconds each, one behind the other, would be a server that hangs."""
    monkeypatch.setattr(moteurs, "_PRAGMAS", ("PRAGMA busy_timeout = 200",))
    with (
        Magasin.ouvrir(None, tmp_path) as magasin,
        closing(sqlite3.connect(tmp_path / "sne.sqlite3", isolation_level=None)) as autre,
    ):
        magasin.servir()
        autre.execute("BEGIN EXCLUSIVE")
        for connue in (False, True):
            with pytest.raises(MagasinIndisponible, match="un autre outil tient le fichier") as refus:
                magasin.bases.creer(Base("ecole"))
            assert refus.value.connue is connue
        assert magasin.bases.lister() == []  # who reads is not held up
        autre.execute("COMMIT")
        limite = time.monotonic() + 60
        while magasin.disjoncteur.coupure is not None:
            assert time.monotonic() < limite
            time.sleep(0.01)
        magasin.bases.creer(Base("ecole"))


@contextmanager
def un_portier(url: str, fermees: int) -> Iterator[tuple[str, list[bool]]]:
    """An address that closes the first `fermees` connections that reach it, then lets the others through to
    the PostgreSQL of `url`, on its Unix socket; whether each was let through."""
    reglages = conninfo_to_dict(url)
    derriere = f"{reglages['host']}/.s.PGSQL.{reglages.get('port', 5432)}"
    recues: list[bool] = []

    def copier(de: socket.socket, vers: socket.socket) -> None:
        with suppress(OSError):
            while lu := de.recv(65536):
                vers.sendall(lu)
            vers.shutdown(socket.SHUT_WR)

    def accueillir(porte: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = porte.accept()
                recues.append(len(recues) >= fermees)
                if not recues[-1]:
                    client.recv(65536)  # closed with what was read: the client finds an end, not a reset
                    client.close()
                    continue
                base = socket.socket(socket.AF_UNIX)
                base.connect(derriere)
                for de, vers in ((client, base), (base, client)):
                    threading.Thread(target=copier, args=(de, vers), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as porte:
        threading.Thread(target=accueillir, args=(porte,), daemon=True).start()
        ou = f"127.0.0.1:{porte.getsockname()[1]}/{reglages['dbname']}"
        yield f"postgresql://{reglages['user']}@{ou}?sslmode=disable&gssencmode=disable", recues
        porte.shutdown(socket.SHUT_RDWR)


@pytest.mark.postgres
def test_a_connection_closed_while_it_was_opened_is_had_again(serveur_postgres: Any, tmp_path: Path) -> None:
    """An operator who ends all connections ends those too: nothing was begun, PostgreSQL answers."""
    url = serveur_postgres.nouvelle()
    with un_portier(url, fermees=2) as (adresse, recues):
        connexions = Connexions(adresse, tmp_path, "NORMAL")
        connexions._ouvrir().close()
        connexions.fermer()
    assert recues == [False, False, True]


@pytest.mark.postgres
def test_one_that_is_always_closed_cuts_the_database_out(serveur_postgres: Any, tmp_path: Path) -> None:
    """A proxy with nobody behind it."""
    with un_portier(serveur_postgres.nouvelle(), fermees=1000) as (adresse, recues):
        connexions = Connexions(adresse, tmp_path, "NORMAL")
        with pytest.raises(MagasinIndisponible, match="PostgreSQL ne répond pas"):
            connexions._ouvrir()
        connexions.fermer()
    assert recues == [False] * 3
