"""The interface told in French, by data of the contract."""

from pathlib import Path

import pytest

from sne_console.vues.interface_montree import presentation
from sne_interface.contract import contrats_charges
from sne_interface.contract.schemas import Document
from sne_interface.errors import ContractError
from sne_sandbox.operations.table_des_operations import OPERATIONS


@pytest.mark.parametrize("nom", ["v5.0", "v5.2"])
def test_each_document_and_each_operation_is_told(nom: str) -> None:
    contrat = contrats_charges.charger(nom)
    dite = presentation(contrat)
    assert list(dite.documents) == list(Document)
    assert set(contrat.operations) <= set(dite.operations)
    demandes = {o.genre for o in OPERATIONS.values() if o.champ}
    assert {d for d in demandes if dite.champs(d)} == demandes
    assert dite.operation("inconnue").titre == "inconnue"
    assert dite.parametre("inconnu").libelle == "inconnu"


def test_a_folder_of_ones_own_changes_it_key_by_key(tmp_path: Path) -> None:
    (tmp_path / "presentation.toml").write_text(
        '[operations.getDoublons]\ntitre = "Doublons ?"\n[saisies.demande.nom]\nlibelle = "Nom d\'usage"\n',
        "utf-8",
    )
    dite = presentation(contrats_charges.charger(overlay=tmp_path))
    assert dite.operation("getDoublons").titre == "Doublons ?"
    assert dite.operation("getDoublons").phrase
    assert {c.nom: c.libelle for c in dite.champs(Document.DEMANDE)}["nom"] == "Nom d'usage"


@pytest.mark.parametrize(
    "ecrit", ["[documents]\ntruc = 'x'", "[operations.getDoublons]\nresume = 'x'", "saisies = 3"]
)
def test_what_does_not_fit_says_where(tmp_path: Path, ecrit: str) -> None:
    (tmp_path / "presentation.toml").write_text(ecrit, "utf-8")
    contrat = contrats_charges.charger(overlay=tmp_path)
    with pytest.raises(ContractError, match=r"presentation\.toml"):
        presentation(contrat)
