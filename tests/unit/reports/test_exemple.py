from typing import Any

import pytest

from sne_sandbox.reports.exemple import branche, lignes

MENAGE = {
    "d1": {
        "precision": "deux\nlignes",
        "personnePhysique": {
            "demandeur": {"civilite": {"code": "2"}, "nom": "Œ", "vide": {}},
            "listeCotitulaire": {"cotitulaire": [{"nom": "A"}, {"nom": "B", "liste": []}]},
        },
        "force": True,
    }
}


def test_an_example_is_a_line_a_value() -> None:
    assert lignes(MENAGE) == [
        "d1",
        "  precision : deux lignes",
        "  personnePhysique",
        "    demandeur",
        "      civilite : 2",
        "      nom : Œ",
        "      vide : (rien)",
        "    listeCotitulaire",
        "      cotitulaire[1]",
        "        nom : A",
        "      cotitulaire[2]",
        "        nom : B",
        "        liste : (rien)",
        "  force : true",
    ]


@pytest.mark.parametrize(
    ("valeur", "dites"),
    [("x", ["x"]), (None, ["(rien)"]), (3, ["3"]), ([], []), (["a", "b"], ["[1] : a", "[2] : b"]), ({}, [])],
)
def test_any_json_value_is_shown(valeur: Any, dites: list[str]) -> None:
    assert lignes(valeur) == dites


COTITULAIRES = "personnePhysique/listeCotitulaire"


@pytest.mark.parametrize(
    ("chemin", "ou"),
    [
        (
            f"interfaceNuu/demande/d/{COTITULAIRES}/cotitulaire[2]/nom",
            f"d1/{COTITULAIRES}/cotitulaire[2]/nom",
        ),
        (f"demandeLogement/{COTITULAIRES}/cotitulaire[3]", f"d1/{COTITULAIRES}"),
        (f"demandeLogement/{COTITULAIRES}/cotitulaire", f"d1/{COTITULAIRES}/cotitulaire[1]"),
        ("demandeLogement/personnePhysique/demandeur/prenom", "d1/personnePhysique/demandeur"),
        ("demandeLogement/precision", "d1/precision"),
        ("demandeLogement/personnePhysique/inconnu", None),
        ("entete/typeFichier", None),
        ("", None),
        ("[", None),
    ],
)
def test_the_branch_at_fault_is_found(chemin: str, ou: str | None) -> None:
    trouvee = branche(MENAGE, chemin)
    assert (trouvee and trouvee[0]) == ou


def test_the_branch_comes_with_what_is_there() -> None:
    assert branche(MENAGE, "x/listeCotitulaire/cotitulaire[1]/nom") is None
    assert branche(MENAGE, "x/personnePhysique/demandeur/nom") == ("d1/personnePhysique/demandeur/nom", "Œ")
    assert branche({"d1": "texte"}, "a/b") is None
