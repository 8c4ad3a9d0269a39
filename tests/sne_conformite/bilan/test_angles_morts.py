"""What a suite leaves unseen: told, bounded, and each with what would show it."""

import re
from typing import Any

import pytest
from banc import FORMULAIRE, Banc, message, poser, specimen

from sne_conformite.rapports.rapport import AngleMort
from sne_interface.resources import docs_dir


def angles(banc: Banc) -> dict[str, AngleMort]:
    trouves = banc.rapport().angles_morts
    assert len({angle.quoi for angle in trouves}) == len(trouves)
    for angle in trouves:
        page = re.search(r"/guide/([\w/]+) ", angle.commande)
        assert angle.commande.startswith("sne-sandbox generate ") != (page is not None)
        assert page is None or (docs_dir() / f"{page[1]}.md").is_file()
    return {angle.quoi: angle for angle in trouves}


def test_of_nothing_nothing_is_said(banc: Banc) -> None:
    assert angles(banc) == {}


def test_one_creation_leaves_nearly_all(banc: Banc) -> None:
    banc.demander(specimen("personne_seule"))
    dits = angles(banc)

    assert set(dits) == {
        "types", "operations", "refus", "un_menage", "cotitulaire", "a_charge", "nir", "pannes"
    }  # fmt: skip
    assert dits["types"].phrase == (
        "Les tests n'exercent jamais : la modification (MOD), le renouvellement (REN), la radiation (RAD)."
    )
    assert dits["types"].commande == "sne-sandbox generate --kind MOD --out exemples"


def refuser(banc: Banc) -> None:
    banc.demander(message(specimen("personne_seule"), "CRE", dateCreationDemande="2019-01-01"))


def co_titulaire(banc: Banc) -> None:
    banc.demander(specimen("colocataires"))


def nir(banc: Banc) -> None:
    racine = specimen("personne_seule_nir")
    poser(racine, f"{FORMULAIRE}/personnePhysique/demandeur/nir", "2061275111005")
    banc.demander(racine)


def panne(banc: Banc) -> None:
    assert banc.api("POST", f"/bases/{banc.nom}/pannes", {"genre": "fault_serveur"}).status_code < 300
    banc.demander(specimen("colocataires"))


@pytest.mark.parametrize(
    ("faire", "quoi"),
    [(refuser, "refus"), (co_titulaire, "cotitulaire"), (co_titulaire, "un_menage"), (nir, "nir"),
     (panne, "pannes")],
)  # fmt: skip
def test_what_is_exercised_is_said_no_more(banc: Banc, faire: Any, quoi: str) -> None:
    banc.demander(specimen("personne_seule"))
    assert quoi in angles(banc)
    faire(banc)
    assert quoi not in angles(banc)


def test_a_type_that_was_sent_is_named_no_more(banc: Banc) -> None:
    numero, racine = banc.creer_demande("hebergee_secret")
    banc.demander(message(racine, "MOD", numero))
    dits = angles(banc)

    assert "(MOD)" not in dits["types"].phrase
    assert dits["types"].commande == "sne-sandbox generate --kind REN --out exemples"


def test_documents_that_never_travel_by_mtom(banc: Banc) -> None:
    """They are read here; whether the SNE reads them is not known."""
    banc.demander(specimen("personne_seule"), forme=None)
    assert "convention" in angles(banc)["mtom"].phrase
    banc.demander(specimen("colocataires"))
    assert "mtom" not in angles(banc)


def test_texts_without_an_accent(banc: Banc) -> None:
    """A wrong encoding would not show."""
    racine = specimen("personne_seule")
    for element in racine.iter():
        if element.text and not element.text.isascii():
            element.text = "SIMPLE"
        elif element.text and "'" in element.text:
            element.text = element.text.replace("'", " ")
    banc.demander(racine)

    assert "textes" in angles(banc)
    co_titulaire(banc)
    assert "textes" not in angles(banc)
