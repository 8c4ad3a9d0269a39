"""Bounds are those that the schemas write; ornaments are put at their place, when they may be, with what
goes with them.
"""

from datetime import date

from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.element_recu import Element
from sne_interface.generators.demandes_ornees import Borne, Decor, Ornement, bornes, orner
from sne_interface.generators.table_des_ornements import booleen, texte
from sne_interface.generators.tirage import TirageVarie

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


CHEMIN = "interfaceNuu/demande/demandeLogement/personnePhysique/demandeur"


def _scene(
    richesse: float, version: str = "02.02", limites: bool = False, connus: bool = False, longueur: int = 36
) -> Decor:
    bornes = {f"{CHEMIN}/nom": Borne(longueur=longueur), f"{CHEMIN}/mel": Borne(longueur=longueur)}
    nomenclatures = charger("v5.2").nomenclatures
    return Decor(
        TirageVarie(1), nomenclatures, bornes, version, date(2018, 3, 15), ("62300", "62498"), richesse,
        limites=limites, connus=connus,
    )  # fmt: skip


def _demandeur() -> Element:
    return Element("demandeur", "", None, (Element("nom", "Ba"), Element("mel", "a@example.org")))


def _noms(element: Element) -> list[str]:
    return [enfant.nom for enfant in element.enfants]


def test_what_is_added_stands_at_its_place_in_the_schema() -> None:
    table = {
        "demandeur": (
            Ornement("notifEvt", booleen("notifEvt")),
            Ornement("nomPatronymique", texte("nomPatronymique", "Oz")),
        )
    }
    orne = orner(_demandeur(), _scene(1.0), CHEMIN, table)
    assert _noms(orne) == ["nom", "nomPatronymique", "mel", "notifEvt"]
    assert all(enfant.parent is orne for enfant in orne.enfants)
    assert _noms(orner(_demandeur(), _scene(0.0), CHEMIN, table)) == ["nom", "mel"]


def test_a_version_has_no_element_of_a_later_one() -> None:
    table = {"demandeur": (Ornement("notifEvt", booleen("notifEvt")),)}
    assert _noms(orner(_demandeur(), _scene(1.0, "02.00"), CHEMIN, table)) == ["nom", "mel"]


def test_what_is_there_stays_unless_it_is_done_again_and_conditions_hold() -> None:
    garde = {"demandeur": (Ornement("nom", texte("nom", "Oz")),)}
    refait = {"demandeur": (Ornement("nom", texte("nom", "Oz"), refait=True),)}
    jamais = {"demandeur": (Ornement("prenom", texte("prenom", "Bo"), si=lambda scene, parent: False),)}
    parti = {"demandeur": (Ornement("prenom", texte("prenom", "Bo"), retire=("mel",)),)}
    toujours = {"demandeur": (Ornement("prenom", texte("prenom", "Bo"), toujours=True),)}
    assert orner(_demandeur(), _scene(1.0), CHEMIN, garde).texte_de("nom") == "Ba"
    assert orner(_demandeur(), _scene(1.0), CHEMIN, refait).texte_de("nom") == "Oz"
    assert orner(_demandeur(), _scene(1.0), CHEMIN, jamais).texte_de("prenom") is None
    assert _noms(orner(_demandeur(), _scene(1.0), CHEMIN, parti)) == ["nom", "prenom"]
    assert orner(_demandeur(), _scene(0.0), CHEMIN, toujours).texte_de("prenom") == "Bo"


def test_texts_are_stretched_to_their_bound_and_keep_their_form() -> None:
    scene = _scene(1.0, limites=True)
    tires = [orner(_demandeur(), scene, CHEMIN, {}) for _ in range(20)]
    longs = [e.texte_de("nom") or "" for e in tires if e.texte_de("nom") != "Ba"]
    assert longs
    assert all(len(nom) == 36 and nom.startswith("Ba-") and nom == nom.strip() for nom in longs)
    mels = {e.texte_de("mel") or "" for e in tires}
    assert {len(mel) for mel in mels} == {13, 36}
    assert all(mel.endswith("@example.org") for mel in mels)


def test_who_is_known_keeps_their_name() -> None:
    scene = _scene(1.0, limites=True, connus=True)
    assert {orner(_demandeur(), scene, CHEMIN, {}).texte_de("nom") for _ in range(20)} == {"Ba"}
