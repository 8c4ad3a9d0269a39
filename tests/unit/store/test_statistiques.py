"""The counts, on both engines."""

from datetime import date

from exemples_store import stockee

from sne_sandbox.domain.demande import GenreMouvement
from sne_sandbox.store.session import Magasin
from sne_sandbox.store.statistiques import (
    COLONNES,
    SANS_SEUIL,
    SOUS,
    Comptes,
    Passage,
    Stock,
    quartile,
    selon,
    territoires,
    tires,
    tranches,
)

NUMERO = "1110318000001G1104"
JOUR = date(2018, 3, 15)


def test_every_count_is_the_same_on_both_engines(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
    with magasin.lire("ecole") as registre:
        lue = registre.demande(NUMERO)
        assert lue is not None
        comptes = Comptes(registre.connexion, "ecole", max(JOUR, lue.date_creation))
        assert comptes.stock() == Stock(1, 0)
        assert comptes.passages(lue.date_creation) == [
            Passage(f"{lue.date_creation:%Y-%m}", GenreMouvement.CREATION, None, 1)
        ]
        (commune,) = comptes.communes()
        axes = [
            *(selon(colonne) for colonne in COLONNES),
            tranches("date_creation", ["1900-01-01"], associations=True),
            tranches("personnes", [2, 3]),
            quartile({commune: 10**9}),
            quartile({}),
        ]
        decrites, classes = comptes.croiser(axes)
        assert decrites == 1
        assert all(sum(compte.values()) == 1 for compte in classes)
        assert classes[-4:] == [{1: 1}, {0: 1}, {SOUS: 1}, {SANS_SEUIL: 1}]


def test_a_territory_is_counted_apart(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
    with magasin.lire("ecole") as registre:
        for territoire, attendu in (("111", 1), ("062", 0), ("11", 1)):
            comptes = Comptes(registre.connexion, "ecole", date(2019, 1, 1), territoire)
            assert comptes.stock() == Stock(attendu, 0)
            assert comptes.croiser([selon("composition")])[0] == attendu
            assert len(comptes.passages(date(2018, 1, 1))) == attendu
            assert len(comptes.communes()) == attendu


def test_territories_and_numbers_drawn(magasin: Magasin) -> None:
    with magasin.lire("ecole") as registre:
        assert (territoires(registre.connexion, "ecole"), tires(registre.connexion, "ecole")) == ([], 0)
    with magasin.ecrire("ecole") as registre:
        registre.prochain_numero("111", JOUR, "G1104")
        registre.prochain_numero("062", JOUR, "G1226")
        registre.prochain_numero("111", JOUR.replace(month=4), "G1104")
    with magasin.lire("ecole") as registre:
        assert territoires(registre.connexion, "ecole") == ["062", "111"]
        assert tires(registre.connexion, "ecole") == 3
