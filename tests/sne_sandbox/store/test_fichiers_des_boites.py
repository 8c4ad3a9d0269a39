from datetime import UTC, datetime, timedelta

from sne_interface.domain.base import Base
from sne_sandbox.store.fichiers_des_boites import Boite, Boites, Compte, Depot, compter
from sne_sandbox.store.magasin import Magasin

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


def test_boxes_are_counted_at_once_and_their_last_files_read(magasin: Magasin) -> None:
    magasin.bases.creer(Base("autre"))
    for base in ("ecole", "autre"):
        with magasin.ecrire(base) as registre:
            boites = Boites(registre.connexion, base, "G1104")
            for rang in range(5):
                boites.deposer(Boite.ENTREE, f"{rang}.xml", b"", DEBUT + timedelta(seconds=rang))
            boites.marquer(Boite.ENTREE, boites.lister(Boite.ENTREE)[0], PLUS_TARD)
            Boites(registre.connexion, base, "G7501").deposer(Boite.SORTIE, "a.xml", b"", DEBUT)
    with magasin.lire("ecole") as registre:
        assert compter(registre.connexion, "ecole") == {
            ("G1104", Boite.ENTREE): Compte(5, 4),
            ("G7501", Boite.SORTIE): Compte(1, 1),
        }
        derniers = Boites(registre.connexion, "ecole", "G1104").derniers(Boite.ENTREE, 2)
        assert [depot.nom for depot in derniers] == ["4.xml", "3.xml"]
