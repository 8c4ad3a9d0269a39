"""Names that are hard to carry, and the drawing that favours what is rare."""

from sne_sandbox.contract.versions import charger
from sne_sandbox.generators.bornes import bornes
from sne_sandbox.generators.noms import noms
from sne_sandbox.generators.tirage import Repartition
from sne_sandbox.generators.varietes import TirageVarie, pools

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


def test_the_same_seed_draws_the_same() -> None:
    assert [TirageVarie(9).choix(noms().familles)] * 2 == [TirageVarie(9).choix(noms().familles)] * 2
