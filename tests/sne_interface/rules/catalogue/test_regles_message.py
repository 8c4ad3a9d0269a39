"""Where the rules ENT, COP point; the verdicts are those of `fixtures/exemples`."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.catalogue import regles_message as sujet
from sne_interface.rules.catalogue.regles_message import date_de_la_piece
from sne_interface.rules.rule import Contexte, Infraction

# --- ENT ----------------------------------------------------------------------------------------------


REGLES_ENT = [regle for regle in REGLES if regle.code.startswith("ENT")]
Message = Callable[..., Contexte]
D = "~/personnePhysique/demandeur"
DEMANDEUR = "interfaceNuu/demande/demandeLogement/personnePhysique/demandeur"


def test_a_type_of_file_that_is_not_written_is_missed_in_the_header(message: Message) -> None:
    contexte = message(edits=[["supprimer", "entete/typeFichier"]])
    (trouve,) = sujet.type_de_fichier.controler(contexte)
    assert (trouve.chemin, trouve.valeurs["valeur"]) == ("interfaceNuu/entete/typeFichier", "")
    contexte = message(edits=[["supprimer", "entete"]])
    (trouve,) = sujet.type_de_fichier.controler(contexte)
    assert trouve.chemin == "interfaceNuu/entete"


def test_channels_read_any_code(message: Message) -> None:
    contexte = message(edits=[["texte", "entete/typeFichier", "ZZZ"]])
    assert list(sujet.type_de_fichier.controler(contexte))
    assert not list(sujet.type_de_fichier.controler(replace(contexte, type_fichier="EVT")))


def test_one_anomalie_for_each_faulty_code(message: Message) -> None:
    contexte = message(
        edits=[
            ["code", f"{D}/civilite", "9"],
            ["code", f"{D}/situationFamiliale", "Z"],
            ["code", "~/principauxMotifDemande/motifDemande[1]", "98"],
        ]
    )
    trouves = {
        c.chemin.rpartition("/")[2]: c.valeurs for c in sujet.code_hors_nomenclature.controler(contexte)
    }
    assert trouves == {
        "civilite": {"valeur": "9", "liste": "ListeCivilite"},
        "situationFamiliale": {"valeur": "Z", "liste": "ListeSituationFamiliale"},
        "motifDemande[1]": {"valeur": "98", "liste": "ListeMotifDemande"},
    }


def test_a_missing_code_is_named_by_its_element(message: Message) -> None:
    contexte = message(edits=[["code", f"{D}/nationalite", ""]])
    (trouve,) = sujet.code_obligatoire.controler(contexte)
    assert (trouve.chemin, trouve.valeurs["valeur"]) == (f"{DEMANDEUR}/nationalite", "nationalite")
    assert trouve.ligne > 0


def test_a_list_with_no_code_at_all_is_faulty_once(message: Message) -> None:
    liste = "~/logementRecherche/listeTypeLogement"
    contexte = message(edits=[["code", f"{liste}/typeLogement", ""], ["ajouter", liste, "<typeLogement/>"]])
    assert [c.chemin.rpartition("/")[2] for c in sujet.code_obligatoire.controler(contexte)] == [
        "typeLogement[1]"
    ]


def test_a_wished_place_is_written_only_when_it_says_where(message: Message) -> None:
    place = "~/logementRecherche/listeLocalisationSouhaite"
    vide = ["ajouter", place, "<localisationSouhaite><commune/></localisationSouhaite>"]
    assert not list(sujet.code_obligatoire.controler(message(edits=[vide])))
    seules = [["supprimer", place], ["ajouter", f"{place}/localisationSouhaite", "<commune/>"]]
    (trouve,) = sujet.code_obligatoire.controler(message(edits=seules))
    assert trouve.chemin.endswith("/localisationSouhaite/commune")


def test_a_check_without_transport_says_nothing_of_the_file_name(message: Message) -> None:
    contexte = replace(message(), nom_fichier=None, guichet_certificat=None)
    for regle in REGLES_ENT:
        if regle.transport and not regle.registre:
            assert not list(regle.controler(contexte))


def test_the_rules_of_transport_are_marked() -> None:
    assert {r.code for r in REGLES_ENT if r.transport} == {"ENT004", "ENT005", "ENT006", "ENT007"}
    assert {r.code for r in REGLES_ENT if r.registre} == {"ENT006", "ENT012"}


# --- COP ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("jour", "constats"), [("2018-03-01", 0), ("2018-03-16", 0), ("2018-03-17", 1), ("", 1)]
)
def test_date_of_the_piece(juger: Callable[..., list[Infraction]], jour: str, constats: int) -> None:
    formulaire = f"<dateDerniereModificationPiece>{jour}</dateDerniereModificationPiece>"
    trouves = juger(date_de_la_piece, formulaire, type_fichier="COP")
    assert [c.valeurs["valeur"] for c in trouves] == [jour] * constats


def test_absent(juger: Callable[..., list[Infraction]]) -> None:
    (trouve,) = juger(date_de_la_piece, "<numGuichet>G1104</numGuichet>", type_fichier="COP")
    assert trouve.chemin.endswith("demandeLogement/dateDerniereModificationPiece")
