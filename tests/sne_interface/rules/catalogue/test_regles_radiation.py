"""Where the rules RAD, ATT point; the verdicts are those of `fixtures/exemples`."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from sne_interface.rules.catalogue import REGLES, regles_radiation
from sne_interface.rules.rule import Contexte, Regle

# --- RAD ----------------------------------------------------------------------------------------------


REGLES_RAD = [regle for regle in REGLES if regle.code.startswith("RAD")]
Message = Callable[..., Contexte]
RADIATION = "interfaceNuu/demande/demandeLogement/radiation"
ATTRIBUTION = ["supprimer", "~/radiation/attributionLogement"]


def motif(code: str) -> list[list[str]]:
    return [["code", "~/radiation/motifRadiation", code], ATTRIBUTION]


@pytest.mark.parametrize(
    ("regle", "code", "lieu"),
    [
        (regles_radiation.sous_motif_obligatoire, "RADIRR", "sousMotifIrrecevabilite"),
        (regles_radiation.attribution_decrite, "RADATT", "attributionLogement"),
        (regles_radiation.courrier_sans_reponse, "RADCON", "absenceReponse/dateCourrier"),
        (regles_radiation.non_renouvellement_reserve, "RADREN", "motifRadiation"),
    ],
    ids=lambda valeur: valeur.code if isinstance(valeur, Regle) else str(valeur),
)
def test_what_is_missing_is_shown_where_it_should_be(
    message: Message, regle: Regle, code: str, lieu: str
) -> None:
    contexte = message(type="RAD", specimen="radiation", edits=motif(code))
    (trouve,) = regle.controler(contexte)
    assert trouve.chemin == f"{RADIATION}/{lieu}"


def test_without_a_radiation_only_its_absence_is_said(message: Message) -> None:
    contexte = message(type="RAD", specimen="radiation", edits=[["supprimer", "~/radiation"]])
    assert [(r.code, c.chemin) for r in REGLES_RAD for c in r.controler(contexte)] == [("RAD001", RADIATION)]


def test_an_unknown_sender_is_the_business_of_another_rule(message: Message) -> None:
    contexte = replace(message(type="RAD", specimen="radiation"), guichet_emetteur="G8888")
    assert not list(regles_radiation.radiation_pour_attribution_reservee.controler(contexte))


def test_a_deradiation_of_an_active_demande_is_shown_with_its_number(message: Message) -> None:
    contexte = message(type="RAD", specimen="radiation", edits=motif(""))
    (trouve,) = regles_radiation.deradiation_impossible.controler(contexte)
    assert trouve.chemin == f"{RADIATION}/motifRadiation"
    assert trouve.valeurs["numero"] == "0620417000001G1226"


# --- ATT ----------------------------------------------------------------------------------------------


REGLES_ATT = [regle for regle in REGLES if regle.code.startswith("ATT")]
ATT = "~/radiation/attributionLogement"


def test_a_deradiation_ignores_the_dwelling(message: Message) -> None:
    contexte = message(
        type="RAD",
        specimen="radiation",
        edits=[
            ["code", "~/radiation/motifRadiation", ""],
            ["texte", f"{ATT}/dateSignatureBail", "2030-01-01"],
            ["texte", f"{ATT}/codeSirenBailleur", "1"],
            ["code", f"{ATT}/adresse/commune", "99999"],
        ],
    )
    assert [c for regle in REGLES_ATT for c in regle.controler(contexte)] == []


def test_a_dwelling_that_is_not_named_misses_its_number(message: Message) -> None:
    contexte = message(
        type="RAD",
        specimen="radiation",
        edits=[["supprimer", f"{ATT}/numeroRpls"], ["supprimer", f"{ATT}/montantLoyer"]],
    )
    (trouve,) = regles_radiation.logement_designe.controler(contexte)
    assert trouve.chemin.endswith("/attributionLogement/numeroRpls")


def test_a_wish_with_no_known_commune_says_nothing_of_the_dwelling(message: Message) -> None:
    place = "~/logementRecherche/listeLocalisationSouhaite/localisationSouhaite"
    contexte = message(
        type="RAD",
        specimen="radiation",
        stockee={"edits": [["code", f"{place}[{n}]/commune", "99999"] for n in (1, 2)]},
    )
    assert not list(regles_radiation.logement_hors_des_souhaits.controler(contexte))
