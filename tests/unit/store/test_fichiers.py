from datetime import UTC, datetime, timedelta

from sandbox.store.fichiers import Boite, Boites, Depot
from sandbox.store.session import Magasin

DEBUT = datetime(2026, 1, 1, 8, tzinfo=UTC)
PLUS_TARD = DEBUT + timedelta(minutes=1)


def test_files_are_listed_oldest_first_box_by_box(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        boites = Boites(registre.connexion, "ecole", "G1104")
        boites.deposer(Boite.ENTREE, "b.xml", b"tard", PLUS_TARD)
        boites.deposer(Boite.ENTREE, "c.xml", b"tot", DEBUT)
        boites.deposer(Boite.SORTIE, "b.xml", b"autre", DEBUT)
        Boites(registre.connexion, "ecole", "G7501").deposer(Boite.ENTREE, "d.xml", b"", DEBUT)
    with magasin.lire("ecole") as registre:
        boites = Boites(registre.connexion, "ecole", "G1104")
        assert boites.lister(Boite.ENTREE) == [Depot("c.xml", DEBUT, None), Depot("b.xml", PLUS_TARD, None)]
        assert boites.lire(Boite.ENTREE, "b.xml") == b"tard"
        assert boites.lire(Boite.SORTIE, "b.xml") == b"autre"
        assert boites.lire(Boite.SORTIE, "c.xml") is None


def test_a_file_is_processed_once_and_a_new_one_of_its_name_again(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        boites = Boites(registre.connexion, "ecole", "G1104")
        boites.deposer(Boite.ENTREE, "a.xml", b"un", DEBUT)
        (depot,) = boites.lister(Boite.ENTREE)
        assert boites.marquer(Boite.ENTREE, depot, PLUS_TARD)
        assert not boites.marquer(Boite.ENTREE, depot, PLUS_TARD)
        assert boites.lister(Boite.ENTREE) == [Depot("a.xml", DEBUT, PLUS_TARD)]
        boites.deposer(Boite.ENTREE, "a.xml", b"deux", PLUS_TARD)
        assert not boites.marquer(Boite.ENTREE, depot, PLUS_TARD)
        assert boites.lister(Boite.ENTREE) == [Depot("a.xml", PLUS_TARD, None)]


def test_a_file_is_taken_away_once(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        boites = Boites(registre.connexion, "ecole", "G1104")
        boites.deposer(Boite.SORTIE, "a.xml", b"un", DEBUT)
        assert boites.oter(Boite.SORTIE, "a.xml")
        assert not boites.oter(Boite.SORTIE, "a.xml")
