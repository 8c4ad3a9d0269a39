"""Where the rules CYC, DOU point; the verdicts are those of `fixtures/exemples`."""

from collections.abc import Callable
from dataclasses import replace

from sne_interface.rules.catalogue import REGLES, regles_vie
from sne_interface.rules.registre_vu_des_regles import RegistreMemoire
from sne_interface.rules.rule import Contexte

# --- CYC ----------------------------------------------------------------------------------------------


REGLES_CYC = [regle for regle in REGLES if regle.code.startswith("CYC")]
Message = Callable[..., Contexte]
FORMULAIRE = "interfaceNuu/demande/demandeLogement"


def test_an_unknown_number_is_shown(message: Message) -> None:
    contexte = message(type="MOD", stockee=False, edits=[["texte", "~/numUnique", "1110318999999G1104"]])
    (trouve,) = regles_vie.numero_inconnu.controler(contexte)
    assert (trouve.chemin, trouve.valeurs["valeur"]) == (f"{FORMULAIRE}/numUnique", "1110318999999G1104")


def test_a_missing_renewal_is_shown_where_it_should_be(message: Message) -> None:
    (trouve,) = regles_vie.date_de_renouvellement.controler(message(type="REN"))
    assert trouve.chemin == f"{FORMULAIRE}/renouvellement"


def test_a_commune_out_of_the_territory_is_shown_with_the_number(message: Message) -> None:
    place = "~/logementRecherche/listeLocalisationSouhaite/localisationSouhaite"
    contexte = message(type="MOD", edits=[["code", f"{place}[3]/commune", "62498"]])
    (trouve,) = regles_vie.commune_hors_du_territoire.controler(contexte)
    assert contexte.stockee is not None
    assert trouve.chemin.endswith("/localisationSouhaite[3]/commune")
    assert trouve.valeurs == {"valeur": "62498", "numero": contexte.stockee.numero_unique}


def test_the_caller_is_who_the_certificate_says(message: Message) -> None:
    contexte = message(type="SUP")
    assert not list(regles_vie.suppression_interdite.controler(contexte))
    assert list(regles_vie.suppression_interdite.controler(replace(contexte, guichet_emetteur="G1205")))


def test_each_block_that_is_ignored_is_named(message: Message) -> None:
    contexte = message(
        type="MOD",
        specimen="radiation",
        edits=[["texte", "~/renouvellement/dateRenouvellement", "2018-03-15"]],
    )
    assert [c.valeurs["valeur"] for c in regles_vie.bloc_ignore.controler(contexte)] == [
        "renouvellement",
        "radiation",
    ]


def test_without_a_stored_demande_the_base_has_nothing_to_say(message: Message) -> None:
    contexte = replace(message(type="REN"), stockee=None, registre=RegistreMemoire())
    levees = {r.code for r in REGLES_CYC if r.registre and list(r.controler(contexte))}
    assert levees == {"CYC001", "CYC007"}  # unknown number; CYC007 is for CRS, where it asks for one


# --- DOU ----------------------------------------------------------------------------------------------


def autre(numero: str, specimen: str = "colocataires", **champs: object) -> dict[str, object]:
    return {"specimen": specimen, "numero": numero, **champs}


def test_each_duplicate_is_named_at_the_person_it_holds(message: Message) -> None:
    sans_ines = [["texte", "~/personnePhysique/demandeur/nom", "Autre"]]
    contexte = message(
        specimen="colocataires",
        registre=[autre("0620218000002G1226", edits=sans_ines), autre("0620218000001G1226")],
    )
    assert [(c.chemin, c.valeurs["numero"]) for c in regles_vie.demande_en_double.controler(contexte)] == [
        (f"{FORMULAIRE}/personnePhysique/demandeur", "0620218000001G1226"),
        (f"{FORMULAIRE}/personnePhysique/listeCotitulaire/cotitulaire", "0620218000002G1226"),
    ]
    assert [d.numero_unique for d in regles_vie.doublons(contexte)] == [
        "0620218000001G1226",
        "0620218000002G1226",
    ]


def test_without_a_wished_commune_there_is_no_territory_to_search(message: Message) -> None:
    contexte = message(edits=[["supprimer", "~/logementRecherche"]], registre=[autre("X", "personne_seule")])
    assert not list(regles_vie.demande_en_double.controler(contexte))
    assert not list(regles_vie.demande_proche.controler(contexte))


def test_the_person_added_is_shown(message: Message) -> None:
    contexte = message(
        type="MOD",
        specimen="colocataires",
        stockee={"edits": [["supprimer", "~/personnePhysique/listeCotitulaire"]]},
        registre=[autre("0620218000001G1226")],
    )
    assert [c.chemin for c in regles_vie.personne_ajoutee_en_double.controler(contexte)] == [
        f"{FORMULAIRE}/personnePhysique/listeCotitulaire/cotitulaire"
    ]
