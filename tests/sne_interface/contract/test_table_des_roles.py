"""The tables [roles] of contract.toml: overlaid key by key; a fault names its file and its key."""

from datetime import date
from pathlib import Path

import pytest

from sne_interface.contract.contrats_charges import charger
from sne_interface.errors import ContractError
from sne_interface.rules.catalogue import REGLES
from sne_interface.rules.engine import eteinte, regles_de, regles_eteintes

BLOC = "interfaceNuu/demande/demandeLogement"


def dossier(lieu: Path, toml: str) -> Path:
    (lieu / "contract.toml").write_text(toml, "utf-8")
    return lieu


@pytest.mark.parametrize(
    ("toml", "dits"),
    [
        ('[roles.demande]\nnombre = ""\n', ["[roles.demande]", "« nombre »"]),
        ("[roles.demande]\nnombre_uc = 3\n", ["demande.nombre_uc", "attend un texte"]),
        ('[roles.demande]\nnir = "nir"\n', ["[roles.demande.nir]", "table"]),
        (f'[roles.demande]\nnombre_uc = "{BLOC}/nb"\n', ["demande.nombre_uc", "n'ont pas cet élément"]),
        (
            f'[roles.demande]\nnombre_uc = "{BLOC}/personnePhysique/logementActuel/surface"\n',
            ["demande.nombre_uc", "bloc que le SNE écrit"],
        ),
        (
            f'[roles.demande.nir]\ncotitulaire = "{BLOC}/personnePhysique/demandeur/nir"\n',
            ["demande.nir.cotitulaire", "il n'est pas dans"],
        ),
        ('[roles.demande.nir]\nvoisin = ""\n', ["[roles.demande.nir]", "« voisin »"]),
        ('[roles.decision]\ntype = "RIEN"\n', ["decision.type", "aucun type d'événement"]),
        ('[roles.decision]\nbail = "RIEN"\n', ["decision.bail", "DECATT n'a pas cette caractéristique"]),
        (
            '[roles.decision.valeurs]\nattribution = "X"\n',
            ["decision.valeurs.attribution", "pas ce code"],
        ),
        ('[roles.decision.categories.x]\ncode = "X"\n', ["decision.categories.x", "n'a pas ce code"]),
        ('[roles.decision.categories.handicap]\ndepuis = "hier"\n', ["depuis", "date"]),
        ('[roles.decision.categories.handicap]\nlettres = ["a"]\n', ["lettres"]),
    ],
)
def test_a_fault_names_its_key(tmp_path: Path, toml: str, dits: list[str]) -> None:
    with pytest.raises(ContractError) as refus:
        charger(overlay=dossier(tmp_path, toml))
    assert all(dit in str(refus.value) for dit in dits), str(refus.value)
    assert refus.value.remede


def test_keys_are_laid_over_one_by_one(tmp_path: Path) -> None:
    toml = '[roles.decision]\nmotif = ""\n[roles.decision.categories.handicap]\njusque = 2019-01-01\n'
    roles = charger(overlay=dossier(tmp_path, toml)).roles.decision
    assert not roles.lie("motif")
    assert roles.lie("bail", "date_bail", "rang")
    assert not roles.categories["HANDIC"].en_vigueur(date(2019, 1, 2))
    assert roles.categories["HANDIC"].libelle == "Handicap"


def test_a_rule_whose_role_is_bound_to_nothing_is_off_and_says_so(tmp_path: Path) -> None:
    toml = (
        '[roles.demande.nir]\ndemandeur = ""\ncotitulaire = ""\na_charge = ""\n[roles.decision]\nbail = ""\n'
    )
    contrat = charger(overlay=dossier(tmp_path, toml))
    eteintes = {regle.code: eteinte(regle, contrat) for regle in REGLES if eteinte(regle, contrat)}
    nirs = {regle.code for regle in REGLES if regle.code.startswith("NIR")}
    assert {code for code in eteintes if code.startswith("NIR")} == nirs
    assert "bail signé" in eteintes["DEC003"]
    assert "NIR" in eteintes["NIR001"]
    assert nirs.isdisjoint(regle.code for regle in regles_de(contrat, "CRE"))
    assert any("NIR001, NIR002" in dite for dite in regles_eteintes(contrat))
    assert regles_eteintes(charger()) == ()
