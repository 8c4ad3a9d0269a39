"""Many writers, and sudden deaths."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from donnees import a_cote
from ecritures import mettre_a_l_heure, regler, vider
from exemples_store import GUICHETS, stockee

from sne_interface.domain.base import Base, Horloge
from sne_interface.domain.echange import Echange
from sne_interface.domain.evenement import Caracteristique, TypeEvenement
from sne_interface.errors import BaseInconnue, ConflitEtat, StoreError, UsageError
from sne_interface.settings import Reglages
from sne_sandbox.store import base_de_donnees, requetes_sql
from sne_sandbox.store import magasin as session
from sne_sandbox.store.connexion_en_transaction import RequeteSql
from sne_sandbox.store.lignes import ligne_base
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.recherche_de_demandes import parcourir

DONNEES = a_cote(__file__)

#: Where `exemples_store` is.
TESTS = Path(__file__).parents[2]

TIREUR = DONNEES["tireur"]


def _tireurs(url: str, dossier: Path, fils: int, combien: int, processus: int = 1) -> list[Any]:
    """They draw from now on, all at the same time."""
    mots = [sys.executable, "-c", TIREUR, url, str(dossier), str(TESTS), str(fils), str(combien)]
    flux: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    tireurs = [subprocess.Popen(mots, text=True, **flux) for _ in range(processus)]
    assert [tireur.stdout.readline() for tireur in tireurs] == ["prêt\n"] * processus
    for tireur in tireurs:
        print(file=tireur.stdin, flush=True)
    return tireurs


def test_two_processes_of_eight_threads_draw_distinct_numbers(
    magasin: Magasin, url: str, tmp_path: Path
) -> None:
    tireurs = _tireurs(url, tmp_path, 8, 150, processus=2)
    sorties = [tireur.communicate(timeout=900) for tireur in tireurs]
    assert [tireur.returncode for tireur in tireurs] == [0, 0]
    assert [erreurs for _, erreurs in sorties] == ["", ""]
    numeros = [numero for sortie, _ in sorties for numero in sortie.split()]
    assert sorted(numeros) == [f"1110318{rang:06d}G1104" for rang in range(1, 301)]
    with magasin.lire("ecole") as registre:
        assert [s.numero_unique for s in parcourir(registre)] == sorted(numeros)


def test_an_acknowledged_number_survives_kill_9(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/essai.sqlite3"
    with Magasin.ouvrir(url, tmp_path) as magasin:
        magasin.bases.creer(Base("ecole"))
    (tireur,) = _tireurs(url, tmp_path, 4, 100_000)
    recus = [tireur.stdout.readline().strip() for _ in range(200)]
    tireur.kill()
    # What was in the pipe was acknowledged too; a last line cut short was not.
    recus += [ligne.strip() for ligne in tireur.stdout if ligne.endswith("\n")]
    tireur.wait()
    with Magasin.ouvrir(url, tmp_path) as magasin, magasin.ecrire("ecole") as registre:
        stockees = list(parcourir(registre))
        assert set(recus) <= {s.numero_unique for s in stockees}
        for stockee_ in stockees:
            personnes = stockee_.demande.titulaires
            assert registre.doublons("111", personnes)
        suivant = registre.prochain_numero("111", date(2018, 3, 15), "G1104")
        assert suivant == f"1110318{len(stockees) + 1:06d}G1104"


def test_concurrent_changes_of_one_demande_are_all_kept(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee("1110318000001G1104"))

    def changer(_: int) -> None:
        with magasin.ecrire("ecole") as registre:
            lue = registre.demande("1110318000001G1104")
            assert lue is not None
            registre.remplacer(replace(lue, version=f"{int(lue.version[:2]):02d}.{lue.revision:02d}"))

    with ThreadPoolExecutor(8) as fils:
        list(fils.map(changer, range(40)))
    with magasin.lire("ecole") as registre:
        lue = registre.demande("1110318000001G1104")
    assert lue is not None
    assert lue.revision == 41


def test_a_reader_sees_one_moment_and_waits_for_nobody(magasin: Magasin) -> None:
    with magasin.lire("ecole") as avant:
        assert avant.compter() == 0
        with ThreadPoolExecutor(1) as fil:
            fil.submit(_ajouter_une, magasin).result(timeout=240)
        assert avant.compter() == 0
    with magasin.lire("ecole") as apres:
        assert apres.compter() == 1


def _ajouter_une(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee("1110318000001G1104"))


def test_a_reader_during_a_write_sees_what_was_committed(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee("1110318000001G1104"))
        with magasin.lire("ecole") as lecteur:
            assert lecteur.compter() == 0


@pytest.mark.postgres
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_writers_of_different_bases_do_not_wait_for_each_other(magasin: Magasin) -> None:
    magasin.bases.creer(Base("voisine"), GUICHETS)
    fini = threading.Event()

    def ecrire_voisine() -> None:
        with magasin.ecrire("voisine") as registre:
            registre.ajouter(stockee("1110318000001G1104"))
        fini.set()

    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee("1110318000001G1104"))
        fil = threading.Thread(target=ecrire_voisine)
        fil.start()
        assert fini.wait(timeout=240)
    fil.join()


def test_a_writer_inside_a_writer_is_a_mistake_said_at_once(magasin: Magasin) -> None:
    with magasin.ecrire("ecole"), pytest.raises(RuntimeError, match="already open"):
        magasin.bases.supprimer("ecole")
    magasin.bases.supprimer("ecole")


def test_what_is_written_leaves_the_log_without_a_writer_waiting_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_de_donnees, "_REPORT", 1)
    with Magasin.ouvrir(None, tmp_path / "home") as magasin:
        magasin.bases.creer(Base("ecole"), GUICHETS)
        _attendre_le_report()
        _ajouter_une(magasin)
        _attendre_le_report()
        # The file alone, without its log.
        seul = shutil.copy(tmp_path / "home" / "sne.sqlite3", tmp_path / "seul.sqlite3")
        with closing(sqlite3.connect(seul)) as fichier:
            assert fichier.execute("SELECT count(*) FROM demande").fetchone() == (1,)


def test_a_log_that_is_long_is_begun_again_under_a_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a thread has moved is never all there is, when others write: a writer moves the rest."""
    monkeypatch.setattr(base_de_donnees, "_REPORT", 10**9)
    with Magasin.ouvrir(None, tmp_path / "home") as magasin:
        magasin.bases.creer(Base("ecole"), GUICHETS)
        _ajouter_une(magasin)
        magasin._reporter()
        assert not magasin._trop_long
        monkeypatch.setattr(base_de_donnees, "_LONG", 1)
        with magasin.transaction(ecriture=True) as connexion:
            connexion.brut("UPDATE base SET jeton = jeton + 1")
            magasin._reporter()  # cannot move this one
        debut = _debut_du_journal(tmp_path)
        assert magasin._trop_long is False  # the writer did it
        with magasin.transaction(ecriture=True) as connexion:
            connexion.brut("UPDATE base SET jeton = jeton + 1")
        assert _debut_du_journal(tmp_path) != debut


def _debut_du_journal(dossier: Path) -> bytes:
    """The salts of the log, which change each time that it is begun again (SQLite, fileformat2, 4.1)."""
    return (dossier / "home" / "sne.sqlite3-wal").read_bytes()[16:24]


def _attendre_le_report() -> None:
    for fil in threading.enumerate():
        if fil.name == "sne-report":
            fil.join()


def test_two_processes_may_create_the_tables_at_once(tmp_path: Path) -> None:
    programme = (
        "# copie\nimport sys; from pathlib import Path; from sne_sandbox.store.magasin import Magasin\n"
        "Magasin.ouvrir(None, Path(sys.argv[1])).fermer()"
    )
    ouvreurs = [
        subprocess.Popen([sys.executable, "-c", programme, str(tmp_path)], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [ouvreur.communicate(timeout=240)[1] for ouvreur in ouvreurs] == ["", ""]


@pytest.mark.postgres
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_connection_that_the_server_closed_is_not_used_again(magasin: Magasin) -> None:
    with pytest.raises(StoreError), magasin.transaction(ecriture=True) as connexion:
        connexion.brut("SELECT pg_terminate_backend(pg_backend_pid())")
    assert magasin.bases.lire("ecole").nom == "ecole"
    with magasin.transaction(ecriture=False) as connexion:
        assert connexion.sa.exec_driver_sql("SHOW random_page_cost").scalar() == "1.1"


@pytest.mark.postgres
@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_server_that_was_started_again_fails_no_call(magasin: Magasin, url: str, tmp_path: Path) -> None:
    with ExitStack() as pile:
        ouvertes = [pile.enter_context(magasin.transaction(ecriture=False)) for _ in range(5)]
        siennes = {ici.sa.exec_driver_sql("SELECT pg_backend_pid()").scalar() for ici in ouvertes}
    with Magasin.ouvrir(url, tmp_path) as autre, autre.transaction(ecriture=False) as connexion:
        for numero in siennes:
            connexion.sa.exec_driver_sql(f"SELECT pg_terminate_backend({numero})")
    for _ in range(6):
        magasin.bases.lire("ecole")


def test_what_goes_over_many_pages_keeps_them_in_memory(tmp_path: Path) -> None:
    with Magasin.ouvrir(None, tmp_path) as magasin, magasin.transaction(ecriture=True) as connexion:

        def cache() -> Any:
            return connexion.ligne(RequeteSql("PRAGMA cache_size"), {})

        avant = cache()
        with connexion.au_large():
            assert cache() < avant < (0,)  # negative: kibibytes
        assert cache() == avant


# --- bases --------------------------------------------------------------------------------------------


TYPES = (
    TypeEvenement(
        "DECATT",
        "Décision d'attribution",
        "pgp",
        "sne",
        reglementaire=True,
        debut_validite=date(2018, 1, 1),
        caracteristiques=(
            Caracteristique("RANG", "Rang", "NUM", obligatoire=True, fin_validite=date(2020, 1, 1)),
            Caracteristique("DECISION", "Décision", "LST", valeurs=(("ATT", "Attribution"),)),
        ),
    ),
    TypeEvenement("VISITE", "Visite", "pgp", "sne", reglementaire=False, territoire="111"),
)


def test_a_base_comes_back_as_it_was_created(magasin: Magasin) -> None:
    voulue = Base(
        "ci-42",
        semence="vide",
        seed=7,
        horloge=Horloge(datetime(2018, 3, 15, 8, tzinfo=UTC), timedelta(hours=-2)),
        reglages=Reglages(profile="strict", recherche_max=3),
        derniere_nuit=date(2018, 3, 14),
        creee_le=datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC),
    )
    assert magasin.bases.creer(voulue) == voulue
    assert magasin.bases.lire("ci-42") == voulue
    assert [base.nom for base in magasin.bases.lister()] == ["ci-42", "ecole"]


def test_a_base_without_a_day_of_creation_gets_one(magasin: Magasin) -> None:
    assert magasin.bases.creer(Base("neuve")).creee_le is not None


def test_guichets_and_event_types_come_back(magasin: Magasin) -> None:
    magasin.bases.creer(Base("typee"), GUICHETS, TYPES)
    with magasin.lire("typee") as registre:
        assert registre.guichets() == list(GUICHETS)
        assert registre.guichet("G7501") == GUICHETS[1]
        assert registre.guichet("G9999") is None
        assert registre.types_evenements(None) == [TYPES[0]]
        assert registre.types_evenements("111") == [TYPES[1]]
        assert registre.type_evenement("VISITE") == TYPES[1]


def test_a_base_deleted_and_made_again_elsewhere_is_not_remembered(
    magasin: Magasin, url: str, tmp_path: Path
) -> None:
    with magasin.lire("ecole") as registre:
        assert len(registre.guichets()) == 2
    with Magasin.ouvrir(url, tmp_path) as autre:
        autre.bases.supprimer("ecole")
        autre.bases.creer(Base("ecole"), GUICHETS[:1])
    with magasin.lire("ecole") as registre:
        assert registre.guichets() == [GUICHETS[0]]


def test_settings_and_clock_are_seen_by_another_process(magasin: Magasin, url: str, tmp_path: Path) -> None:
    horloge = Horloge(fige_a=datetime(2018, 12, 31, 22, 59, 59, 999999, tzinfo=UTC))
    with Magasin.ouvrir(url, tmp_path) as autre:
        regler(autre, "ecole", Reglages(profile="souple"))
        mettre_a_l_heure(autre, "ecole", horloge)
    lue = magasin.bases.lire("ecole")
    assert (lue.reglages.profile, lue.horloge) == ("souple", horloge)


def test_unknown_base(magasin: Magasin) -> None:
    for essai in (
        lambda: magasin.bases.lire("absente"),
        lambda: magasin.bases.lire("\0"),
        lambda: magasin.bases.lire("\udcff"),
        lambda: magasin.bases.supprimer("absente"),
        lambda: regler(magasin, "absente", Reglages()),
        lambda: vider(magasin, "absente", "tout"),
        lambda: magasin.lire("absente").__enter__(),
        lambda: magasin.ecrire("absente").__enter__(),
        lambda: magasin.ecrire("\0").__enter__(),
    ):
        with pytest.raises(BaseInconnue):
            essai()


def test_a_name_taken_or_unfit_for_an_address_is_refused(magasin: Magasin) -> None:
    with pytest.raises(ConflitEtat, match="existe déjà"):
        magasin.bases.creer(Base("ecole"))
    for nom in ("", "a/b", "-a", "é", "a" * 41, "a b"):
        with pytest.raises(UsageError, match="ne convient pas"):
            magasin.bases.creer(Base(nom))


def _garnir(magasin: Magasin, base: str) -> str:
    with magasin.ecrire(base) as registre:
        numero = registre.prochain_numero("111", date(2018, 3, 15), "G1104")
        registre.ajouter(stockee(numero))
        registre.noter_nuit(date(2018, 3, 16))
        magasin.journal.consigner(registre.connexion, Echange(base, datetime.now(UTC)))
    return numero


def _compte(magasin: Magasin, base: str) -> tuple[int, int]:
    with magasin.lire(base) as registre:
        return registre.compter(), magasin.journal.compter(base)[0]


@pytest.mark.parametrize(
    ("portee", "reste"), [("journal", (1, 0)), ("etat", (0, 1)), ("pannes", (1, 1)), ("tout", (0, 0))]
)
def test_what_is_emptied(magasin: Magasin, portee: str, reste: tuple[int, int]) -> None:
    magasin.bases.creer(Base("voisine"))
    _garnir(magasin, "ecole")
    _garnir(magasin, "voisine")
    vider(magasin, "ecole", portee)  # type: ignore[arg-type]
    assert _compte(magasin, "ecole") == reste
    assert _compte(magasin, "voisine") == (1, 1)
    assert (magasin.bases.lire("ecole").derniere_nuit is None) == (reste[0] == 0)


def test_numbers_start_again_after_emptying_the_state(magasin: Magasin) -> None:
    premier = _garnir(magasin, "ecole")
    vider(magasin, "ecole", "etat")
    assert _garnir(magasin, "ecole") == premier


def test_bases_never_meet(magasin: Magasin) -> None:
    magasin.bases.creer(Base("voisine"), GUICHETS)
    numero = _garnir(magasin, "ecole")
    assert _garnir(magasin, "voisine") == numero
    with magasin.ecrire("voisine") as registre:
        personnes = registre.demande(numero).demande.titulaires  # type: ignore[union-attr]
        registre.supprimer(numero)
        assert registre.demande(numero) is None
        assert registre.doublons("111", personnes) == []
    magasin.bases.supprimer("voisine")
    assert _compte(magasin, "ecole") == (1, 1)
    assert [base.nom for base in magasin.bases.lister()] == ["ecole"]


def test_a_base_deleted_leaves_nothing(magasin: Magasin) -> None:
    _garnir(magasin, "ecole")
    magasin.bases.supprimer("ecole")
    magasin.bases.creer(Base("ecole"))
    assert _compte(magasin, "ecole") == (0, 0)
    assert magasin.journal.chercher("ecole") == []


def test_the_night_is_recorded_with_the_work(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.noter_nuit(date(2018, 4, 1))
        assert registre.base.derniere_nuit == date(2018, 4, 1)
    assert magasin.bases.lire("ecole") == replace(magasin.bases.lire("ecole"), derniere_nuit=date(2018, 4, 1))


def test_a_row_that_does_not_read_hides_no_other_base_and_can_be_deleted(magasin: Magasin) -> None:
    magasin.bases.creer(Base("abimee"))
    with magasin.transaction(ecriture=True, verrou="abimee") as connexion:
        connexion.brut("""UPDATE base SET reglages = '{"inconnu": "1"}' WHERE nom = 'abimee'""")
    assert "abimee" not in [base.nom for base in magasin.bases.lister()]
    assert "ecole" in [base.nom for base in magasin.bases.lister()]
    with pytest.raises(StoreError, match=r"abimee.*inconnu"):
        magasin.bases.lire("abimee")
    magasin.bases.supprimer("abimee")
    with pytest.raises(BaseInconnue):
        magasin.bases.lire("abimee")


MORT_EN_SEMANT = DONNEES["mort_en_semant"]


@pytest.fixture
def tuee(magasin: Magasin, url: str, tmp_path: Path) -> None:
    """A base whose filling was killed, a first batch committed."""
    mots = [sys.executable, "-c", MORT_EN_SEMANT, url, str(tmp_path), str(TESTS)]
    assert subprocess.run(mots, check=False).returncode == -9
    assert _numeros(magasin) == ["1110318000001G1104", "1110318000002G1104"]


def _numeros(magasin: Magasin) -> list[str]:
    with magasin.transaction(ecriture=False) as ici:
        return list(ici.sa.exec_driver_sql("SELECT numero_unique FROM demande ORDER BY 1").scalars())


@pytest.mark.usefixtures("tuee")
def test_a_base_whose_filling_was_killed_is_no_base(magasin: Magasin) -> None:
    assert [base.nom for base in magasin.bases.lister()] == ["ecole"]
    with pytest.raises(BaseInconnue):
        magasin.bases.lire("longue")
    magasin.bases.creer(Base("longue"), GUICHETS)
    with magasin.lire("longue") as registre:
        assert registre.compter() == 0


@pytest.mark.usefixtures("tuee")
def test_what_a_killed_filling_left_is_swept(magasin: Magasin) -> None:
    magasin.bases.balayer()
    assert _numeros(magasin) == []
    with magasin.transaction(ecriture=False) as ici:
        assert ici.sa.exec_driver_sql("SELECT nom FROM base").all() == [("ecole",)]


def test_a_base_is_seen_when_it_is_filled_and_others_write_meanwhile(
    magasin: Magasin, url: str, tmp_path: Path
) -> None:
    vues = []

    def remplir() -> Any:
        for rang in (1, 2):
            yield lambda registre, rang=rang: registre.ajouter(stockee(f"111031800000{rang}G1104"))
            with Magasin.ouvrir(url, tmp_path) as autre:
                autre.bases.balayer()  # of what is being filled, nothing goes
                with autre.ecrire("ecole") as registre:
                    registre.ajouter(stockee(f"111031800001{rang}G1104"))
                vues.append([base.nom for base in autre.bases.lister()])

    magasin.bases.creer(Base("longue"), GUICHETS, remplir=remplir())
    assert vues == [["ecole"]] * 2
    for base in ("longue", "ecole"):
        with magasin.lire(base) as registre:
            assert registre.compter() == 2


@pytest.mark.parametrize("vide", [True, False])
def test_who_makes_a_base_that_is_being_filled_waits_and_finds_it(
    magasin: Magasin, url: str, tmp_path: Path, vide: bool
) -> None:
    def faire_la_meme() -> None:
        with Magasin.ouvrir(url, tmp_path) as autre:
            autre.bases.creer(Base("longue"), GUICHETS, remplir=None if vide else iter(()))

    def remplir() -> Any:
        for rang in (1, 2):
            if rang == 2:
                taches.append(fil.submit(faire_la_meme))
                with pytest.raises(TimeoutError):
                    taches[0].result(0.3)
            yield lambda registre, rang=rang: registre.ajouter(stockee(f"111031800000{rang}G1104"))

    taches: list[Future[None]] = []
    with ThreadPoolExecutor(1) as fil:
        magasin.bases.creer(Base("longue"), GUICHETS, remplir=remplir())
        with pytest.raises(ConflitEtat):
            taches[0].result(60)
    assert len(_numeros(magasin)) == 2


def test_a_base_whose_filling_fails_leaves_nothing(magasin: Magasin) -> None:
    def remplir() -> Any:
        yield lambda registre: registre.ajouter(stockee("1110318000001G1104"))
        raise UsageError("rien")

    with pytest.raises(UsageError, match="rien"):
        magasin.bases.creer(Base("longue"), GUICHETS, remplir=remplir())
    assert _numeros(magasin) == []
    with magasin.transaction(ecriture=False) as ici:
        assert ici.sa.exec_driver_sql("SELECT nom FROM base").all() == [("ecole",)]
    magasin.bases.creer(Base("longue"), GUICHETS, remplir=())
    assert len(magasin.bases.lister()) == 2


def test_who_writes_when_a_filling_fails_has_a_connection_that_stays(
    magasin: Magasin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody waits to write while what is left is deleted: in a transaction and by a connection of their
    own."""
    ecrites: list[Future[None]] = []
    vrai = session.effacer

    def effacer(connexion: Any, nom: str) -> None:
        vrai(connexion, nom)
        ecrites.append(fil.submit(_ajouter_une, magasin))
        with suppress(TimeoutError):
            ecrites[0].result(0.3)

    def remplir() -> Any:
        yield lambda registre: registre.ajouter(stockee("1110318000001G1104"))
        raise UsageError("rien")

    monkeypatch.setattr(session, "effacer", effacer)
    with ThreadPoolExecutor(1) as fil:
        with pytest.raises(UsageError):
            magasin.bases.creer(Base("longue"), GUICHETS, remplir=remplir())
        ecrites[0].result(240)
    assert len(_numeros(magasin)) == 1
    for libre in magasin._libres:
        libre.execute("SELECT 1")


def test_a_base_that_was_restored_while_it_was_filled_is_left_as_it_is(
    magasin: Magasin, url: str, tmp_path: Path
) -> None:
    def remplir() -> Any:
        yield lambda registre: registre.ajouter(stockee("1110318000001G1104"))
        with (
            Magasin.ouvrir(url, tmp_path) as autre,
            autre.transaction(ecriture=True, verrou="longue") as connexion,
        ):
            session.effacer(connexion, "longue")
            datee = Base("longue", creee_le=datetime.now(UTC))
            connexion.faire(requetes_sql.CREER_BASE, {**ligne_base(datee), "jeton": 7})
        yield lambda registre: registre.ajouter(stockee("1110318000002G1104"))

    with pytest.raises(ConflitEtat, match="remplacée"):
        magasin.bases.creer(Base("longue"), GUICHETS, remplir=remplir())
    assert magasin.bases.lire("longue").nom == "longue"
    assert _numeros(magasin) == []


def test_rows_poured_are_rows_added(magasin: Magasin) -> None:
    """By COPY where the engine has it: bytes, nothing, text that it would read otherwise."""
    colonnes = {"fichier": ("guichet", "boite", "nom", "depose_le", "traite_le", "contenu")}
    rangee = ("ecole", "G1104", "entree", "a\tb\\N\n.xml", 7, None, b"\x00\\x\xff")
    with magasin.ecrire("ecole") as registre:
        registre.planter(colonnes, [{"fichier": [rangee]}, {}], {"1110318": 12})
    with magasin.lire("ecole") as registre:
        (lue,) = registre.connexion.sa.exec_driver_sql("SELECT * FROM fichier").all()
    assert tuple(lue) == rangee
    with magasin.ecrire("ecole") as registre:
        assert registre.prochain_numero("111", date(2018, 3, 1), "G1104") == "1110318000013G1104"
        with pytest.raises(StoreError, match="épuisée"):
            registre.planter({}, [], {"1110318": 1_000_000})
