"""The counts, on both engines."""

from datetime import date

from exemples_store import stockee

from sandbox.domain.mouvement import Genre
from sandbox.store.session import Magasin
from sandbox.store.statistiques import COLONNES, Comptes, Passage, Stock

NUMERO = "1110318000001G1104"
JOUR = date(2018, 3, 15)


def test_every_count_is_the_same_on_both_engines(magasin: Magasin) -> None:
    with magasin.ecrire("ecole") as registre:
        registre.ajouter(stockee(NUMERO))
    with magasin.lire("ecole") as registre:
        lue = registre.demande(NUMERO)
        assert lue is not None
        comptes = Comptes(registre.connexion, "ecole", max(JOUR, lue.date_creation))
        assert comptes.stock() == Stock(1, 0, 1)
        assert comptes.passages(lue.date_creation) == [
            Passage(f"{lue.date_creation:%Y-%m}", Genre.CREATION, None, 1)
        ]
        for colonne in COLONNES:
            assert sum(comptes.selon(colonne).values()) == 1
        assert comptes.par_tranches("date_creation", ["1900-01-01"], associations=True) == [0, 1]
        assert comptes.par_tranches("personnes", [2, 3])[:2] != [0, 0]
        (commune,) = comptes.communes()
        assert sum(comptes.par_quartile({commune: 10**9}).values()) == 1
        assert sum(comptes.par_quartile({}).values()) == 1
