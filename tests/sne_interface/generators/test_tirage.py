"""A seed draws the same again; `TirageVarie` favours what is rare, and names that are hard to carry."""

from collections import Counter
from datetime import date

import pytest

from sne_interface.contract.contrats_charges import charger
from sne_interface.errors import ContractError
from sne_interface.generators.demandes_ornees import bornes
from sne_interface.generators.tirage import Repartition, Tirage, TirageVarie, noms, pools


def test_the_same_seed_draws_the_same() -> None:
    def tirer(graine: int) -> list[object]:
        tirage = Tirage(graine)
        parts = Repartition({"a": 1, "b": 3})
        return [tirage.entier(1, 9), tirage.choix("xyz"), tirage.selon(parts), tirage.booleen(0.5)]

    assert tirer(7) == tirer(7)
    assert [tirer(i) for i in range(20)] != [tirer(i + 1) for i in range(20)]


def test_a_seed_means_the_same_for_ever() -> None:
    tirage = Tirage(42)
    assert [tirage.entier(1, 100) for _ in range(6)] == [64, 3, 28, 23, 74, 68]


def test_bounds_are_included_and_nothing_else_comes() -> None:
    tirage = Tirage(1)
    assert {tirage.entier(2, 4) for _ in range(200)} == {2, 3, 4}
    jours = {tirage.date(date(2018, 2, 28), date(2018, 3, 1)) for _ in range(50)}
    assert jours == {date(2018, 2, 28), date(2018, 3, 1)}
    assert not any(tirage.booleen(0.0) for _ in range(100))
    assert all(tirage.booleen(1.0) for _ in range(100))


def test_shares_are_kept() -> None:
    parts = Repartition({"souvent": 9.0, "rarement": 1.0, "jamais": 0.0})
    tirage = Tirage(3)
    comptes = Counter(tirage.selon(parts) for _ in range(4000))
    assert set(comptes) == {"souvent", "rarement"}
    assert comptes["rarement"] / 4000 == pytest.approx(0.1, abs=0.02)
    assert parts.part("souvent") == pytest.approx(0.9)
    assert parts.part("rarement") == pytest.approx(0.1)
    assert parts.part("jamais") == 0.0


def test_shares_that_are_none_are_refused() -> None:
    with pytest.raises(ContractError, match="répartition"):
        Repartition({"a": 0.0})


#: The tightest element that a name of each pool goes to.
DESTINATIONS = {
    "masculins": "personnePhysique/listePersonneACharge/personneACharge/prenom",
    "feminins": "personnePhysique/listePersonneACharge/personneACharge/prenom",
    "familles": "personnePhysique/listePersonneACharge/personneACharge/nom",
    "voies": "personnePhysique/demandeur/adressePostale/voie",
    "metiers": "personnePhysique/demandeur/situationProfessionnelle/profession",
    "employeurs": "personnePhysique/demandeur/situationProfessionnelle/nomEmployeurPrincipal",
}


def test_every_name_fits_where_it_goes() -> None:
    lues = bornes(charger("v5.2"), "02.02")
    for champ, destination in DESTINATIONS.items():
        longueur = lues[f"interfaceNuu/demande/demandeLogement/{destination}"].longueur
        assert longueur is not None
        trop_longs = [nom for nom in pools()[id(getattr(noms(), champ))] if len(nom) > longueur]
        assert not trop_longs


def test_the_simplest_name_comes_first_and_the_signs_that_break_applications_are_there() -> None:
    familles = pools()[id(noms().familles)]
    assert familles[:2] == ("Ba", "Oz")
    ensemble = "".join(nom for pool in pools().values() for nom in pool)
    assert set("'’-œŒéèçñü & <>") <= set(ensemble)
    assert "Léa" in pools()[id(noms().feminins)]


def test_shares_are_left_aside_but_certainty_is_kept() -> None:
    tirage = TirageVarie(4)
    tires = [tirage.selon(Repartition({"a": 1_000_000, "b": 1})) for _ in range(100)]
    assert set(tires) == {"a", "b"}
    assert not any(tirage.booleen(0) for _ in range(50))
    assert all(tirage.booleen(1) for _ in range(50))
    assert any(tirage.booleen(0.0001) for _ in range(200))


def test_the_same_seed_draws_the_same_variety() -> None:
    assert [TirageVarie(9).choix(noms().familles)] * 2 == [TirageVarie(9).choix(noms().familles)] * 2
