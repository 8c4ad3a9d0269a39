"""The table of pannes, and what may be armed."""

import json
from typing import Any

import pytest

from sne_interface.domain.panne import GENRES, PanneDefinition
from sne_interface.errors import UsageError


@pytest.mark.parametrize("nom", GENRES)
def test_every_kind_describes_itself_and_takes_its_own_defaults(nom: str) -> None:
    genre = GENRES[nom]
    assert genre.nom == nom
    assert genre.description.endswith(".")
    defauts = {parametre.nom: parametre.defaut for parametre in genre.parametres}
    definition = PanneDefinition(nom, parametres=defauts)
    assert all(definition.texte(cle) == valeur for cle, valeur in defauts.items())
    assert all(PanneDefinition(nom).texte(cle) == valeur for cle, valeur in defauts.items())


@pytest.mark.parametrize(
    ("definition", "avant"),
    [
        (PanneDefinition("html_502"), True),
        (PanneDefinition("html_503"), True),
        (PanneDefinition("fault_serveur"), True),
        (PanneDefinition("fault_client"), True),
        (PanneDefinition("silence"), False),
        (PanneDefinition("silence", parametres={"avant": "oui"}), True),
        (PanneDefinition("coupure", parametres={"avant": "non"}), False),
        (PanneDefinition("coupure", parametres={"avant": "oui"}), True),
        (PanneDefinition("reponse_perdue"), False),
        (PanneDefinition("bom"), False),
    ],
    ids=str,
)
def test_what_takes_the_place_of_the_work(definition: PanneDefinition, avant: bool) -> None:
    assert definition.avant is avant
    assert ("ne change pas" in GENRES[definition.genre].effet) == (
        avant or definition.genre in ("silence", "coupure")
    )


@pytest.mark.parametrize(
    "champs",
    [
        {"genre": "explosion"},
        {"genre": "bom", "fois": 0},
        {"genre": "bom", "fois": -1},
        {"genre": "bom", "taux": 0.0},
        {"genre": "bom", "taux": 1.5},
        {"genre": "bom", "taux": float("nan")},
        {"genre": "bom", "graine": 2**63},
        {"genre": "bom", "graine": -(2**63) - 1},
        {"genre": "bom", "parametres": {"secondes": "1"}},
        {"genre": "bom", "parametres": {"partie": "pied"}},
        {"genre": "cid_faux", "parametres": {"octets": "1"}},
        {"genre": "delai", "parametres": {"secondes": "-1"}},
        {"genre": "delai", "parametres": {"secondes": "3601"}},
        {"genre": "delai", "parametres": {"secondes": "nan"}},
        {"genre": "delai", "parametres": {"secondes": "inf"}},
        {"genre": "delai", "parametres": {"secondes": "vite"}},
        {"genre": "goutte", "parametres": {"octets": "1.5"}},
        {"genre": "goutte", "parametres": {"octets": "0"}},
        {"genre": "goutte", "parametres": {"secondes": "0"}},
        {"genre": "coupure", "parametres": {"avant": "peut-être"}},
        {"genre": "mime_tronque", "parametres": {"part": "100"}},
        {"genre": "numero_faux", "parametres": {"longueur": "18"}},
        {"genre": "fault_client", "parametres": {"message": ""}},
        {"genre": "fault_client", "parametres": {"message": "deux\nlignes"}},
        {"genre": "fault_client", "parametres": {"message": "x" * 501}},
    ],
    ids=str,
)
def test_what_the_table_does_not_know_is_refused_with_a_remedy(champs: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as refus:
        PanneDefinition(**champs)
    assert refus.value.remede


@pytest.mark.parametrize(
    "definition",
    [
        PanneDefinition("bom"),
        PanneDefinition("delai", "getNumUnique", "G1226", None, 0.25, -3, {"secondes": "0.5"}),
        PanneDefinition("bom", taux=1.0, graine=2**63 - 1),
        PanneDefinition("bom", taux=1.0, graine=-(2**63)),
    ],
    ids=str,
)
def test_a_definition_goes_to_json_and_back(definition: PanneDefinition) -> None:
    assert PanneDefinition.de_json(json.loads(json.dumps(definition.en_json()))) == definition


@pytest.mark.parametrize("valeur", [{}, {"fois": 1}, {"genre": "bom", "durée": 1}])
def test_json_that_is_no_panne_is_refused(valeur: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        PanneDefinition.de_json(valeur)


@pytest.mark.parametrize(
    ("operation", "guichet", "vise"),
    [
        ("getNumUnique", "G1226", True),
        ("getDoublons", "G1226", False),
        ("getNumUnique", "G1104", False),
        ("getNumUnique", None, False),
        (None, "G1226", False),
    ],
)
def test_a_panne_is_meant_for_its_operation_and_guichet(
    operation: str | None, guichet: str | None, vise: bool
) -> None:
    assert PanneDefinition("bom", "getNumUnique", "G1226").vise(operation, guichet) is vise
    assert PanneDefinition("bom").vise(operation, guichet)


def test_values_are_read_in_their_unit() -> None:
    assert PanneDefinition("delai", parametres={"secondes": "1.5"}).nombre("secondes") == 1.5
    assert PanneDefinition("longueur_fausse", parametres={"ecart": "-7"}).entier("ecart") == -7
    with pytest.raises(UsageError):
        PanneDefinition("bom").texte("secondes")
