import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from ecritures import vider
from exemples_store import GUICHETS

from sne_interface.domain.base import Base
from sne_interface.domain.echange import Echange
from sne_sandbox.store import fichier_de_sauvegarde, schema_sql, tables
from sne_sandbox.store.base_de_donnees import BaseDeDonnees
from sne_sandbox.store.connexion_en_transaction import RequeteSql
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.plusieurs_serveurs.partitions_du_journal import TAILLE

pytestmark = pytest.mark.postgres
_SAUTER = RequeteSql("UPDATE journal_compteur SET dernier = :dernier WHERE base = :base")
#: Who waits for the table of the journal.
_ATTENDENT = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'echange'::regclass"
_TRANCHES = RequeteSql(
    "SELECT relname FROM pg_class JOIN pg_inherits ON inhrelid = oid "
    "WHERE inhparent = 'echange_suite'::regclass ORDER BY 1"
)


@pytest.fixture
def url(patrons: Any, tmp_path: Path) -> str:
    """A database of its own: slices stay when rows are deleted."""
    adresse: str = patrons.copier("postgres", tmp_path)
    return adresse


def _consigner(magasin: Magasin, base: str = "ecole") -> int:
    return magasin.journal.consigner(None, Echange(base, datetime.now(UTC), requete=b"<a/>"))


def _aller_a(magasin: Magasin, dernier: int, base: str = "ecole") -> None:
    """As if so many exchanges had been."""
    with magasin.transaction(ecriture=True, verrou=base) as connexion:
        connexion.faire(_SAUTER, {"base": base, "dernier": dernier})


def _tranches(magasin: Magasin) -> list[int]:
    """Ranks of the slices of all bases."""
    with magasin.transaction(ecriture=False) as connexion:
        return [int(nom.rpartition("_")[2]) for (nom,) in connexion.lignes(_TRANCHES, {})]


def _aux_bornes(magasin: Magasin, combien: int, base: str = "ecole") -> None:
    """An exchange on each side of the first boundaries between slices."""
    _consigner(magasin, base)
    for rang in range(1, combien + 1):
        _aller_a(magasin, rang * TAILLE - 2, base)
        assert _consigner(magasin, base) == rang * TAILLE - 1
        assert _consigner(magasin, base) == rang * TAILLE


def _ids(magasin: Magasin, base: str = "ecole") -> list[int | None]:
    return [echange.identifiant for echange in magasin.journal.chercher(base)]


def test_a_journal_is_one_over_its_slices(magasin: Magasin) -> None:
    _aux_bornes(magasin, 2)
    assert _tranches(magasin) == [1, 2]
    assert _ids(magasin) == [2 * TAILLE, 2 * TAILLE - 1, TAILLE, TAILLE - 1, 1]
    lu = magasin.journal.lire("ecole", TAILLE)
    assert lu is not None
    assert lu.requete == b"<a/>"
    assert [e.identifiant for e in magasin.journal.chercher("ecole", avant_id=TAILLE, limite=1)] == [
        TAILLE - 1
    ]
    assert magasin.journal.denombrer("ecole") == 5


def test_a_base_of_few_exchanges_makes_no_table(magasin: Magasin) -> None:
    for rang in range(5):
        magasin.bases.creer(Base(f"ci-{rang}"), GUICHETS)
        _consigner(magasin, f"ci-{rang}")
    assert _tranches(magasin) == []


def test_what_is_asked_of_one_base_opens_no_slice_of_another(magasin: Magasin) -> None:
    magasin.bases.creer(Base("voisine"), GUICHETS)
    _aux_bornes(magasin, 2)
    _aux_bornes(magasin, 3, "voisine")
    for question, ouvertes in (
        ("base = 'ecole' ORDER BY identifiant DESC LIMIT 50", 3),
        ("base = 'voisine'", 4),
        (f"base = 'ecole' AND identifiant = {TAILLE + 3}", 1),
        (f"base = 'ecole' AND identifiant <= {TAILLE - 1}", 1),
    ):
        with magasin.transaction(ecriture=False) as connexion:
            plan = connexion.lignes(RequeteSql(f"EXPLAIN SELECT * FROM echange WHERE {question}"), {})
        assert sum(" on echange_" in etape for (etape,) in plan) == ouvertes, plan


def test_a_name_that_no_table_could_have(magasin: Magasin) -> None:
    _aux_bornes(magasin, 1, "é'l\"à;%s")
    assert _ids(magasin, "é'l\"à;%s") == [TAILLE, TAILLE - 1, 1]


def test_a_slice_goes_with_the_exchange_that_fails(magasin: Magasin) -> None:
    _consigner(magasin)
    _aller_a(magasin, TAILLE - 1)
    with pytest.raises(ZeroDivisionError), magasin.ecrire("ecole") as registre:  # noqa: PT012
        magasin.journal.consigner(registre.connexion, Echange("ecole", datetime.now(UTC)))
        raise ZeroDivisionError
    assert _tranches(magasin) == []
    assert _consigner(magasin) == TAILLE


@pytest.fixture
def borne(url: str, tmp_path: Path) -> Any:
    """A store whose journal is dropped by slices."""
    with Magasin.ouvrir(url, tmp_path, journal_max=4 * TAILLE) as ouvert:
        yield ouvert


def _gardees(magasin: Magasin, identifiant: int) -> tuple[int, int, int | None, list[int]]:
    """Once that exchange was written: how many are kept and dropped, the first one there, the slices."""
    _aller_a(magasin, identifiant - 1)
    assert _consigner(magasin) == identifiant
    return (*magasin.journal.compter("ecole"), _ids(magasin)[-1], _tranches(magasin))


def test_the_journal_is_dropped_by_whole_slices(borne: Magasin) -> None:
    """Never fewer than `--journal-max`, and at most a slice more."""
    _aux_bornes(borne, 4)
    assert borne.journal.compter("ecole") == (4 * TAILLE, 0)
    _aux_bornes_a_partir_de(borne, 5)
    # The first exchanges lie beside those of the others: they are deleted.
    assert borne.journal.compter("ecole") == (4 * TAILLE + 1, TAILLE - 1)
    assert _ids(borne)[-1] == TAILLE
    assert _gardees(borne, 6 * TAILLE - 64)[:2] == (5 * TAILLE - 63, TAILLE - 1)
    assert _tranches(borne) == [1, 2, 3, 4, 5]
    assert _gardees(borne, 6 * TAILLE) == (
        4 * TAILLE + 1,
        2 * TAILLE - 1,
        2 * TAILLE - 1 + 1,
        [2, 3, 4, 5, 6],
    )


def _aux_bornes_a_partir_de(magasin: Magasin, rang: int) -> None:
    _aller_a(magasin, rang * TAILLE - 1)
    assert _consigner(magasin) == rang * TAILLE


def test_who_reads_is_not_disturbed_and_nobody_waits_for_him(borne: Magasin) -> None:
    _aux_bornes(borne, 5)
    with borne.lire("ecole") as registre:
        lire = RequeteSql("SELECT count(*) FROM echange WHERE base = 'ecole'")
        avant = registre.connexion.ligne(lire, {})
        assert _gardees(borne, 6 * TAILLE)[3] == [1, 2, 3, 4, 5, 6]  # written, and nothing dropped
        assert registre.connexion.ligne(lire, {}) == avant
        assert _gardees(borne, 6 * TAILLE + 1)[3] == [1, 2, 3, 4, 5, 6]  # not tried at each exchange
    assert _gardees(borne, 6 * TAILLE + 64)[3] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize("portee", ["journal", "tout"])
def test_a_journal_that_was_emptied_goes_on(magasin: Magasin, portee: Any) -> None:
    _aux_bornes(magasin, 2)
    vider(magasin, "ecole", portee)
    assert _ids(magasin) == []
    assert magasin.journal.compter("ecole") == (0, 0)
    assert _consigner(magasin) == 2 * TAILLE + 1
    _aux_bornes_a_partir_de(magasin, 3)
    assert _ids(magasin) == [3 * TAILLE, 2 * TAILLE + 1]


def test_a_journal_is_emptied_under_a_reader(magasin: Magasin) -> None:
    _aux_bornes(magasin, 1)
    with magasin.lire("ecole") as registre:
        lire = RequeteSql("SELECT count(*) FROM echange WHERE base = 'ecole'")
        assert registre.connexion.ligne(lire, {}) == (3,)
        vider(magasin, "ecole", "journal")
        assert registre.connexion.ligne(lire, {}) == (3,)
    assert _ids(magasin) == []


def test_a_base_that_is_deleted_takes_its_slices_along(magasin: Magasin) -> None:
    magasin.bases.creer(Base("voisine"), GUICHETS)
    _aux_bornes(magasin, 2)
    _aux_bornes(magasin, 1, "voisine")
    magasin.bases.supprimer("ecole")
    assert _tranches(magasin) == [1]
    assert _ids(magasin, "voisine") == [TAILLE, TAILLE - 1, 1]
    magasin.bases.creer(Base("ecole"), GUICHETS)
    _aux_bornes(magasin, 1)
    assert _tranches(magasin) == [1, 1]


def test_a_base_is_deleted_while_the_journal_of_another_is_read(magasin: Magasin) -> None:
    """Its slices stay, empty, until the next start; a base of the same name finds them."""
    magasin.bases.creer(Base("voisine"), GUICHETS)
    _aux_bornes(magasin, 2)
    _aux_bornes(magasin, 1, "voisine")
    with magasin.lire("voisine") as registre:
        lire = RequeteSql("SELECT count(*) FROM echange WHERE base = 'voisine'")
        assert registre.connexion.ligne(lire, {}) == (3,)
        magasin.bases.supprimer("ecole")
        assert len(_tranches(magasin)) == 3
        magasin.bases.creer(Base("ecole"), GUICHETS)
        assert _ids(magasin) == []
        _aux_bornes(magasin, 1)
    magasin.bases.supprimer("ecole")
    assert _tranches(magasin) == [1]


def test_what_is_left_of_slices_is_swept_at_the_start(magasin: Magasin) -> None:
    _aux_bornes(magasin, 1)
    with magasin.lire("ecole") as registre:
        registre.connexion.ligne(RequeteSql("SELECT count(*) FROM echange WHERE base = 'ecole'"), {})
        magasin.bases.supprimer("ecole")
        assert _tranches(magasin) == [1]
    magasin.bases.balayer()
    assert _tranches(magasin) == []


def test_a_snapshot_of_a_long_journal_is_restored(magasin: Magasin, tmp_path: Path) -> None:
    _aux_bornes(magasin, 2)
    fichier = tmp_path / "ecole.zip"
    fichier_de_sauvegarde.sauvegarder(magasin, "ecole", fichier)
    attendus = _ids(magasin)
    assert fichier_de_sauvegarde.restaurer(magasin, "copie", fichier) == "copie"
    assert _ids(magasin, "copie") == attendus
    assert _consigner(magasin, "copie") == 2 * TAILLE + 1
    vider(magasin, "ecole", "journal")
    fichier_de_sauvegarde.sauvegarder(magasin, "ecole", fichier)  # a counter far ahead, and not one exchange
    assert fichier_de_sauvegarde.restaurer(magasin, "vide", fichier) == "vide"
    assert _consigner(magasin, "vide") == 2 * TAILLE + 1


def test_a_database_of_before_is_divided(serveur_postgres: Any, tmp_path: Path) -> None:
    """Every exchange is where it was, the next one has its place, and the table is as a new one."""
    url = serveur_postgres.nouvelle()
    with Magasin.ouvrir(serveur_postgres.nouvelle(), tmp_path) as neuf:
        neuf.bases.creer(Base("ecole"), GUICHETS)
        _aux_bornes(neuf, 3)
        with neuf.transaction(ecriture=False) as connexion:
            gardees = {
                table: connexion.lignes(RequeteSql(f"SELECT {', '.join(table.noms)} FROM {table.nom}"), {})
                for table in (tables.base, tables.echange, tables.journal_compteur)
            }
    with BaseDeDonnees(url, tmp_path) as donnees, donnees.transaction(ecriture=True) as connexion:
        schema_sql.monter(connexion, None, jusqua="v0004")
        for table, lignes in gardees.items():
            connexion.planter(table.nom, table.noms, lignes)
    with pytest.raises(Exception, match="db upgrade"):
        Magasin.ouvrir(url, tmp_path, migrer=False)
    with Magasin.ouvrir(url, tmp_path) as magasin:
        assert _ids(magasin) == [rang * TAILLE - en_moins for rang in (3, 2, 1) for en_moins in (0, 1)] + [1]
        assert _tranches(magasin) == [1, 2, 3]
        assert _consigner(magasin) == 3 * TAILLE + 1


def test_what_a_server_of_before_writes_meanwhile_is_kept(serveur_postgres: Any, tmp_path: Path) -> None:
    """A rolling upgrade lost the exchanges that the other server committed between the copy and the drop."""
    url = serveur_postgres.nouvelle()
    with BaseDeDonnees(url, tmp_path) as donnees, donnees.transaction(ecriture=True) as connexion:
        schema_sql.monter(connexion, None, jusqua="v0004")
    with Magasin.ouvrir(serveur_postgres.nouvelle(), tmp_path) as neuf:
        neuf.bases.creer(Base("ecole"), GUICHETS)
        _consigner(neuf)
        with neuf.transaction(ecriture=False) as connexion:
            gardees = [
                (table, connexion.lignes(RequeteSql(f"SELECT {', '.join(table.noms)} FROM {table.nom}"), {}))
                for table in (tables.base, tables.echange, tables.journal_compteur)
            ]

    def migrer() -> None:
        with Magasin.ouvrir(url, tmp_path):
            pass

    with ThreadPoolExecutor(1) as fil, psycopg.connect(url, autocommit=True) as regard:
        with BaseDeDonnees(url, tmp_path) as ancien, ancien.transaction(ecriture=True) as connexion:
            for table, lignes in gardees:
                connexion.planter(table.nom, table.noms, lignes)
            migration = fil.submit(migrer)
            limite = time.monotonic() + 30
            while not regard.execute(_ATTENDENT).fetchall():
                assert time.monotonic() < limite
                time.sleep(0.01)
        migration.result(60)
    with Magasin.ouvrir(url, tmp_path) as magasin:
        assert _ids(magasin) == [1]


def test_two_hosts_make_one_slice(magasin: Magasin, url: str, tmp_path: Path) -> None:
    _consigner(magasin)
    _aller_a(magasin, TAILLE - 1)
    with Magasin.ouvrir(url, tmp_path) as autre:
        assert [_consigner(magasin), _consigner(autre)] == [TAILLE, TAILLE + 1]
    assert _tranches(magasin) == [1]


def test_slices_are_those_of_postgresql_alone(tmp_path: Path) -> None:
    with Magasin.ouvrir(None, tmp_path) as magasin:
        magasin.bases.creer(Base("ecole"), GUICHETS)
        _aux_bornes(magasin, 1)
        assert _ids(magasin) == [TAILLE, TAILLE - 1, 1]
        magasin.bases.supprimer("ecole")
