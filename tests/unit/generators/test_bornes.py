"""Bounds are those that the schemas write."""

from sne_sandbox.contract.versions import charger
from sne_sandbox.generators.bornes import Borne, bornes

FORMULAIRE = "interfaceNuu/demande/demandeLogement"


def test_bounds_of_texts_numbers_and_nested_types() -> None:
    lues = bornes(charger("v5.2"), "02.02")
    assert lues[f"{FORMULAIRE}/precision"] == Borne(longueur=255)
    assert lues[f"{FORMULAIRE}/personnePhysique/demandeur/nom"] == Borne(longueur=36)
    assert lues[f"{FORMULAIRE}/personnePhysique/listePersonneACharge/personneACharge/nom"].longueur == 24
    assert lues[f"{FORMULAIRE}/personnePhysique/demandeur/nir"].longueur == 15
    montant = lues[f"{FORMULAIRE}/personnePhysique/demandeur/revenuFiscal/montantMoins1"]
    assert (montant.bas, montant.haut) == (-999_999, 999_999)
    assert lues[f"{FORMULAIRE}/personnePhysique/personneANaitre/nombre"] == Borne(None, 0, 9)


def test_what_has_no_bound_is_not_listed() -> None:
    lues = bornes(charger("v5.2"), "02.00")
    assert f"{FORMULAIRE}/dateCreationDemande" not in lues
    assert f"{FORMULAIRE}/personnePhysique/demandeur/nir" not in lues  # 02.02 only
    assert all(chemin.startswith("interfaceNuu/") for chemin in lues)
