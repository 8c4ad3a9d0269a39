import hashlib
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from exemples_store import GUICHETS, radiation, stockee
from histoires_tirees import GESTES, JOURS, Recit, verifier, vivre

from sne_interface.contract import codec
from sne_interface.domain.base import Base
from sne_interface.domain.element_recu import Element, bloc
from sne_interface.domain.evenement import Evenement
from sne_interface.domain.livre_des_attributions import DecisionNotee, baux
from sne_interface.errors import StoreError
from sne_sandbox.store import lignes, requetes_sql, schema_sql, tables
from sne_sandbox.store.base_de_donnees import BaseDeDonnees
from sne_sandbox.store.connexion_en_transaction import Connexion, Ligne, RequeteSql
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.tables import REVISION


def _decrire(connexion: Connexion) -> object:
    """Everything the database says of its tables."""
    if connexion.dialecte == "sqlite":
        lues = connexion.sa.exec_driver_sql("SELECT type, name, tbl_name, sql FROM sqlite_master").all()
        # The two ways to write a table differ in their blanks.
        return sorted((*ligne[:3], " ".join((ligne[3] or "").split())) for ligne in lues)
    colonnes = connexion.sa.exec_driver_sql(
        "SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default,"
        " collation_name, character_maximum_length FROM information_schema.columns"
        " WHERE table_schema = 'public' ORDER BY 1, 3"
    ).all()
    index = connexion.sa.exec_driver_sql(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    ).all()
    contraintes = connexion.sa.exec_driver_sql(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace ORDER BY 1"
    ).all()
    declencheurs = connexion.sa.exec_driver_sql(
        "SELECT tgname, pg_get_triggerdef(t.oid), prosrc FROM pg_trigger AS t"
        " JOIN pg_proc AS p ON p.oid = tgfoid WHERE NOT tgisinternal ORDER BY 1"
    ).all()
    return [tuple(ligne) for ligne in (*colonnes, *index, *contraintes, *declencheurs)]


@pytest.fixture
def url(url_vide: str) -> str:
    """Empty: the tables are what is made here."""
    return url_vide


def _migrer(url: str, tmp_path: Path) -> None:
    """Builds the tables of an empty database by the migrations."""
    with BaseDeDonnees(url, tmp_path) as donnees, donnees.transaction(ecriture=True) as connexion:
        schema_sql.monter(connexion, None)


def test_the_migrations_build_the_tables_of_the_metadata(
    url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    _migrer(url, tmp_path)
    with BaseDeDonnees(url, tmp_path) as donnees, donnees.transaction(ecriture=False) as connexion:
        migree = _decrire(connexion)
    autre = f"sqlite:///{tmp_path}/neuve.sqlite3"
    if not url.startswith("sqlite"):
        autre = request.getfixturevalue("serveur_postgres").nouvelle()
    with Magasin.ouvrir(autre, tmp_path) as magasin, magasin.transaction(ecriture=False) as connexion:
        assert _decrire(connexion) == migree


def test_tables_that_change_are_of_another_revision() -> None:
    """A database at the present revision is not looked at: what changes here without a migration would be in
    new ones only. With one, write the print of the new tables."""
    ecrits = "\n".join(ordre for moteur in ("sqlite", "postgresql") for ordre in schema_sql.ordres(moteur))
    assert (REVISION, hashlib.sha256(ecrits.encode()).hexdigest()[:16]) == ("v0008", "fbe20d51927e7ee8")


def test_an_older_database_is_brought_up_to_date(
    url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Its tables are those of a new one, and what they hold, what is deduced too."""
    autre = f"sqlite:///{tmp_path}/neuve.sqlite3"
    if not url.startswith("sqlite"):
        autre = request.getfixturevalue("serveur_postgres").nouvelle()
    gardees = [
        table for table in (tables.base, *reversed(tables.CONTENU)) if not table.deduite and not table.depuis
    ]
    recit = Recit()
    with Magasin.ouvrir(autre, tmp_path) as magasin:
        magasin.bases.creer(Base("ecole"), GUICHETS)
        with magasin.ecrire("ecole") as registre:
            # Of one that changes or is erased, less was kept then.
            for rang, (geste, choix) in enumerate(product(GESTES[:-3], (False, True))):
                arrivee = ("arrive", 0, JOURS[2], False)
                vivre(registre, [arrivee, (geste, 0, JOURS[rang % 9], choix)], recit, rang)
        with magasin.transaction(ecriture=False) as connexion:
            neuve = _decrire(connexion), _tenir(connexion)
            contenu = {
                table.nom: connexion.lignes(
                    RequeteSql(f"SELECT {', '.join(premieres(table))} FROM {table.nom}"), {}
                )
                for table in gardees
            }
    with BaseDeDonnees(url, tmp_path) as donnees, donnees.transaction(ecriture=True) as connexion:
        schema_sql.monter(connexion, None, jusqua="v0001")
        for table in gardees:
            connexion.planter(table.nom, premieres(table), contenu[table.nom])
        assert _decrire(connexion) != neuve[0]
    with Magasin.ouvrir(url, tmp_path) as magasin, magasin.transaction(ecriture=False) as connexion:
        assert (_decrire(connexion), _tenir(connexion)) == neuve
    with Magasin.ouvrir(url, tmp_path) as magasin, magasin.lire("ecole") as registre:
        verifier(registre, recit)
        assert registre.guichets() == list(GUICHETS)  # nothing is said of what an older one did not hold


def test_the_past_of_before_is_whole_as_far_as_it_was_kept(
    url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """In a database of v0006, which kept no profile of an erased demande, nor that a person's became an
    association's."""
    stats = pytest.importorskip("sne_statistiques.comptes.requetes_statistiques")
    radiee, active = "1110318000001G1104", "1110318000002G1104"
    with BaseDeDonnees(url, tmp_path) as donnees, donnees.transaction(ecriture=True) as connexion:
        schema_sql.monter(connexion, None, jusqua="v0006")
        connexion.faire(requetes_sql.CREER_BASE, lignes.ligne_base(Base("ecole")) | {"jeton": 1})
        reste = replace(stockee(active, association="Toits"), revision=2)
        connexion.faire(requetes_sql.AJOUTER, lignes.ligne_demande("ecole", reste, 2))
        faits = [
            (radiee, 1, "CRE", "2018-01-10", 1, None),
            (radiee, 2, "RAD", "2018-02-20", -1, "RADATT"),
            (active, 1, "CRE", "2018-03-15", 1, None),
        ]
        noms = ("base", "numero_unique", "rang", "genre", "jour", "effet", "motif", "association")
        connexion.planter("mouvement", noms, [("ecole", *fait, False) for fait in faits])
        dite = DecisionNotee(radiee, 7, date(2018, 2, 1), "G1104", "non_attribution", souhaitee="75112")
        _planter(connexion, "v0006", tables.demande_stat, lignes.ligne_stat("ecole", reste))
        _planter(connexion, "v0006", tables.decision, lignes.ligne_decision("ecole", dite))
    with Magasin.ouvrir(url, tmp_path) as magasin, magasin.lire("ecole") as registre:
        connexion = registre.connexion
        for jour, personnes, associations in (
            ("2018-02-01", 1, 0),
            ("2018-02-20", 0, 0),
            ("2018-03-15", 0, 1),
        ):
            comptes = stats.Comptes(connexion, "ecole", date.fromisoformat(jour))
            assert comptes.stocks([jour]) == [stats.Stock(personnes, associations)]
            decrites, (sortes,) = comptes.croiser([stats.selon("composition")])
            assert (decrites, sortes["ASS"]) == (personnes + associations, associations)
        assert stats.entier_depuis(connexion, "ecole") == date(2018, 2, 20)
        assert stats.souhaitees(connexion, "ecole", date(2018, 2, 1)) == {"75112": 1}
        suites = RequeteSql("SELECT numero_unique, rang, issue, bail FROM decision ORDER BY rang")
        (autre, *dite), (nom, *signe) = connexion.lignes(suites, {})
        assert (nom[:4], nom) == ("111-", autre)
        assert (signe, dite) == ([0, "RADATT", "2018-02-20"], [-1, "non_attribution", None])
        for table in ("mouvement", "decision", "demande_stat", "demande_a_part"):
            assert connexion.entier(f"SELECT count(*) FROM {table} WHERE numero_unique = '{radiee}'") == 0


@pytest.mark.parametrize("revision", ["v0006", "v0007"])
def test_dalo_is_told_again_by_the_day_it_was_decided(url: str, tmp_path: Path, revision: str) -> None:
    """A line of before says DALO of whoever was so when it was told."""
    numeros, le = {}, date(2018, 6, 1)
    with BaseDeDonnees(url, tmp_path) as donnees, donnees.transaction(ecriture=True) as connexion:
        schema_sql.monter(connexion, None, jusqua=revision)
        connexion.faire(requetes_sql.CREER_BASE, lignes.ligne_base(Base("ecole")) | {"jeton": 1})
        for rang, (statut, decide_le) in enumerate(DALOS, 1):
            numeros[statut, decide_le] = numero = f"11103180000{rang:02d}G1104"
            dalo = codec.encoder(bloc("informationDalo", Element("dateDecisionDalo", decide_le)))
            radiee = {"motif_radiation": "RADATT", "date_radiation": le, "radiation": radiation("RADATT")}
            sienne = stockee(numero, statut_dalo=statut, information_dalo=dalo, **radiee)
            connexion.faire(requetes_sql.AJOUTER, lignes.ligne_demande("ecole", sienne, 2))
            dits = (("DATECAL", "2018-03-08"), ("DECISION", "ATTRIB"), ("RESERVAT", "COLACT"))
            dite = Evenement(rang, numero, "DECATT", "G1104", datetime.now(UTC), "CRE", None, None, dits)
            # The ledger of v0007 has the lease on the line of the decision.
            ligne = DecisionNotee(numero, rang, date(2018, 3, 8), "G1104", "attribution", le, dalo=True)
            seule = DecisionNotee(numero, 0, le, "G1104", "RADATT", le if revision == "v0006" else None)
            _planter(connexion, revision, tables.evenement, lignes.ligne_evenement("ecole", dite))
            for une in (ligne, seule):
                _planter(connexion, revision, tables.decision, lignes.ligne_decision("ecole", une))
    with Magasin.ouvrir(url, tmp_path) as magasin, magasin.lire("ecole") as registre:
        tenues = [baux(registre.livre(numero))[0] for numero in numeros.values()]
    assert [tenue.dalo for tenue in tenues] == list(DALOS.values())
    assert {(tenue.rang > 0, tenue.bail, tenue.contingent) for tenue in tenues} == {(True, le, "COLACT")}


#: Of a commission of 8 March 2018 whose decision says nothing of it. What lapsed since, its line alone tells.
DALOS = {("ACTIF", "2018-04-01"): None, ("ACTIF", "2018-03-01"): True, ("CADUC", "2018-04-01"): True}


def _planter(connexion: Connexion, revision: str, table: tables.Table, ligne: dict[str, Any]) -> None:
    """Writes a row as that revision did."""
    alors = [nom for nom in table.a_la_revision(revision).noms if nom in ligne]
    connexion.planter(table.nom, alors, [tuple(ligne[nom] for nom in alors)])


def premieres(table: tables.Table) -> list[str]:
    """The columns of the first revision."""
    return [colonne.nom for colonne in table.gardees if not colonne.depuis]


def _tenir(connexion: Connexion) -> list[list[Ligne]]:
    """What the tables that a migration fills hold."""
    noms = ("flux", "demande_a_part", "demande_stat", "demande_commune", "demande_motif")
    requetes = [RequeteSql(f"SELECT * FROM {nom}") for nom in noms]
    # Of what was erased before decisions were kept, nothing tells them.
    requetes.append(RequeteSql("SELECT c.* FROM decision AS c JOIN demande AS m USING (base, numero_unique)"))
    return [sorted(connexion.lignes(requete, {}), key=repr) for requete in requetes]


def test_the_revision_of_the_tables_is_the_last_one() -> None:
    assert ScriptDirectory.from_config(schema_sql.configuration()).get_heads() == [REVISION]


def test_a_migrated_database_serves(url: str, tmp_path: Path) -> None:
    _migrer(url, tmp_path)
    with Magasin.ouvrir(url, tmp_path) as magasin:
        magasin.bases.creer(Base("ecole"))
        assert magasin.bases.lire("ecole").nom == "ecole"


def test_opening_again_changes_nothing_and_does_not_import_alembic(tmp_path: Path) -> None:
    with Magasin.ouvrir(None, tmp_path) as magasin:
        magasin.bases.creer(Base("ecole"))
    programme = (
        "import sys; from pathlib import Path; from sne_sandbox.store.magasin import Magasin\n"
        "magasin = Magasin.ouvrir(None, Path(sys.argv[1]))\n"
        "print(magasin.bases.lire('ecole').nom, 'alembic' in sys.modules)"
    )
    fini = subprocess.run(
        [sys.executable, "-c", programme, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert fini.stdout.split() == ["ecole", "False"]


def _marquer(url: str, tmp_path: Path, revision: str) -> None:
    with Magasin.ouvrir(url, tmp_path) as magasin, magasin.transaction(ecriture=True) as connexion:
        connexion.sa.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


def test_a_database_of_a_later_version_is_refused(url: str, tmp_path: Path) -> None:
    _marquer(url, tmp_path, "9999")
    with pytest.raises(StoreError, match="9999") as refus:
        Magasin.ouvrir(url, tmp_path)
    assert "mettez sne-sandbox à jour" in refus.value.diagnostics()


def test_an_older_database_is_not_migrated_unasked(url: str, tmp_path: Path) -> None:
    _marquer(url, tmp_path, "0000")
    with pytest.raises(StoreError, match="0000") as refus:
        Magasin.ouvrir(url, tmp_path, migrer=False)
    assert "db upgrade" in refus.value.diagnostics()


@pytest.mark.parametrize("migrer", [True, False])
def test_a_database_of_before_the_first_release_is_refused_and_not_half_read(
    url: str, tmp_path: Path, migrer: bool
) -> None:
    _marquer(url, tmp_path, "0005")
    with pytest.raises(StoreError, match="0005, d'avant la première version publiée") as refus:
        Magasin.ouvrir(url, tmp_path, migrer=migrer)
    assert "db snapshot" in refus.value.diagnostics()
    assert "db restore" in refus.value.diagnostics()


def test_tables_of_somebody_else_are_left_alone(url: str, tmp_path: Path) -> None:
    with BaseDeDonnees(url, tmp_path) as donnees, donnees.transaction(ecriture=True) as connexion:
        connexion.brut("CREATE TABLE clients (id INTEGER)")
    with pytest.raises(StoreError, match="ne sont pas celles du bac à sable"):
        Magasin.ouvrir(url, tmp_path)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("oracle://serveur/sne", "n'est pas pris en charge"),
        ("pas une adresse", "est illisible"),
        ("postgresql://moi:secret@serveur:port/sne", "est illisible"),
        ("postgresql//moi:secret@serveur/sne", "est illisible"),
        ("sqlite://", "en mémoire"),
        ("sqlite:////proc/absent/sne.sqlite3", "ne peut pas être créé"),
        ("postgresql://127.0.0.1:1/sne", "ne répond pas comme prévu"),
    ],
)
def test_an_address_that_cannot_be_served(url: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=message) as refus:
        Magasin.ouvrir(url, tmp_path)
    assert refus.value.remede
    assert "secret" not in refus.value.diagnostics()


def test_postgresql_without_its_driver_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match="pilote") as refus:
        Magasin.ouvrir("postgresql://127.0.0.1:1/sne", tmp_path)
    assert "sne-sandbox[postgresql]" in refus.value.remede


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "sne.sqlite3").write_bytes(b"bonjour" * 1000)
    with pytest.raises(StoreError, match="ne répond pas comme prévu"):
        Magasin.ouvrir(None, tmp_path)
