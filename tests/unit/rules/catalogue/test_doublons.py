"""Whom the rules of duplicates name; the verdicts are in fixtures/exemples/doublons.toml."""

from collections.abc import Callable

from sne_sandbox.rules.catalogue import doublons
from sne_sandbox.rules.context import Contexte

Message = Callable[..., Contexte]
FORMULAIRE = "interfaceNuu/demande/demandeLogement"


def autre(numero: str, specimen: str = "colocataires", **champs: object) -> dict[str, object]:
    return {"specimen": specimen, "numero": numero, **champs}


def test_each_duplicate_is_named_at_the_person_it_holds(message: Message) -> None:
    sans_ines = [["texte", "~/personnePhysique/demandeur/nom", "Autre"]]
    contexte = message(
        specimen="colocataires",
        registre=[autre("0620218000002G1226", edits=sans_ines), autre("0620218000001G1226")],
    )
    assert [(c.chemin, c.valeurs["numero"]) for c in doublons.demande_en_double.controler(contexte)] == [
        (f"{FORMULAIRE}/personnePhysique/demandeur", "0620218000001G1226"),
        (f"{FORMULAIRE}/personnePhysique/listeCotitulaire/cotitulaire", "0620218000002G1226"),
    ]
    assert [d.numero_unique for d in doublons.doublons(contexte)] == [
        "0620218000001G1226",
        "0620218000002G1226",
    ]


def test_without_a_wished_commune_there_is_no_territory_to_search(message: Message) -> None:
    contexte = message(edits=[["supprimer", "~/logementRecherche"]], registre=[autre("X", "personne_seule")])
    assert not list(doublons.demande_en_double.controler(contexte))
    assert not list(doublons.demande_proche.controler(contexte))


def test_the_person_added_is_shown(message: Message) -> None:
    contexte = message(
        type="MOD",
        specimen="colocataires",
        stockee={"edits": [["supprimer", "~/personnePhysique/listeCotitulaire"]]},
        registre=[autre("0620218000001G1226")],
    )
    assert [c.chemin for c in doublons.personne_ajoutee_en_double.controler(contexte)] == [
        f"{FORMULAIRE}/personnePhysique/listeCotitulaire/cotitulaire"
    ]
