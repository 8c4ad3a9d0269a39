"""The contracts of the bases of a server: by name, read when they are wanted, kept."""

from pathlib import Path

import pytest
from ecritures import poser

from sne_interface.contract import contrats_charges
from sne_interface.contract.contrats import Contrats
from sne_interface.domain.base import Base
from sne_interface.errors import ContractError, UsageError
from sne_interface.settings import Reglages


def test_a_base_without_a_contract_has_the_servers(tmp_path: Path) -> None:
    contrats = Contrats(tmp_path, "v5.0")
    assert contrats.de(Base("a")) is contrats.defaut
    assert contrats.defaut.versions == ("02.00", "02.01")
    assert contrats.nom_de(Base("a")) == "v5.0"


def test_nothing_is_read_before_it_is_wanted_nor_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lus: list[str] = []
    charger = contrats_charges.charger

    def noter(nom: str, overlay: Path | None, quartiles: Path | None) -> contrats_charges.Contrat:
        lus.append(nom)
        return charger(nom, overlay, quartiles)

    monkeypatch.setattr(contrats_charges, "charger", noter)
    contrats = Contrats(tmp_path, "v5.2")
    assert lus == []
    assert contrats.nomme("v5.2") is contrats.defaut
    assert contrats.nomme("v5.0") is contrats.nomme("v5.0")
    assert sorted(lus) == ["v5.0", "v5.2"]


def test_a_folder_of_the_home_is_a_contract_of_its_own(tmp_path: Path) -> None:
    dossier = poser(tmp_path / "contrats" / "officiel", "v5.0", '[ENT003]\ntexte = "Version [{valeur}]."\n')
    contrats = Contrats(tmp_path, "v5.2")
    assert contrats.noms == ["officiel", "v5.0", "v5.2"]
    officiel = contrats.nomme("officiel")
    assert (officiel.nom, officiel.versions) == ("officiel", ("02.00", "02.01"))
    assert officiel.regles["ENT003"].texte == "Version [{valeur}]."
    assert contrats.nomme("v5.0").regles["ENT003"].texte != officiel.regles["ENT003"].texte
    # What `report --verify` is told, to judge by the same.
    options = contrats.options(Base("a", reglages=Reglages(contrat="officiel")))
    assert options == {"contract": "officiel", "contracts": dossier.parent}
    assert contrats_charges.charger(*options.values()).versions == officiel.versions


def test_the_files_of_a_contract_are_not_those_of_its_neighbours(tmp_path: Path) -> None:
    for nom in ("un", "deux"):
        poser(tmp_path / "contrats" / nom, "v5.0")
    assert Contrats(tmp_path, "v5.2").nomme("un").dossiers.surcharge == (
        "un/contract.toml",
        "un/rules.toml",
    )


def test_a_folder_that_does_not_say_what_it_extends_extends_the_default(tmp_path: Path) -> None:
    dossier = tmp_path / "contrats" / "court"
    dossier.mkdir(parents=True)
    (dossier / "contract.toml").write_text('titre = "Court"\n', "utf-8")
    assert Contrats(tmp_path, "v5.0").nomme("court").versions[-1] == "02.02"


@pytest.mark.parametrize("fichier", ["", "notes.txt", "rules.toml", "v5.2/contract.toml"])
def test_a_folder_without_its_contract_file_is_none(tmp_path: Path, fichier: str) -> None:
    """It would be v5.2 under another name."""
    dossier = tmp_path / "contrats" / "vide"
    (dossier / fichier).parent.mkdir(parents=True, exist_ok=True)
    dossier.mkdir(exist_ok=True)
    if fichier:
        (dossier / fichier).write_text("", "utf-8")
    contrats = Contrats(tmp_path, "v5.2")
    assert contrats.noms == ["v5.0", "v5.2"]
    with pytest.raises(ContractError, match=r"vide\] .* n'a pas de contract.toml") as refus:
        contrats.nomme("vide")
    assert "extends" in refus.value.remede
    (dossier / "contract.toml").write_text('extends = "v5.0"\n', "utf-8")
    assert contrats.nomme("vide").versions == ("02.00", "02.01")


@pytest.mark.parametrize("nom", ["v9", "../v5.0", "/etc", "..", ".", "contrats/a", "a\0b", "é" * 50, "a/"])
def test_no_name_leads_out_of_what_is_offered(tmp_path: Path, nom: str) -> None:
    poser(tmp_path / "a", "v5.0")
    poser(tmp_path / "contrats" / "b", "v5.0")
    with pytest.raises(UsageError) as refus:
        Contrats(tmp_path, "v5.2").nomme(nom)
    assert "contrats connus : b, v5.0, v5.2" in refus.value.remede


def test_a_folder_may_not_pass_for_a_version_of_ours(tmp_path: Path) -> None:
    poser(tmp_path / "contrats" / "v5.0", "v5.2")
    with pytest.raises(ContractError, match="porte le nom d'une version livrée"):
        Contrats(tmp_path, "v5.2").nomme("v5.0")


def test_one_that_does_not_read_keeps_nobody_from_another_and_is_tried_again(tmp_path: Path) -> None:
    dossier = poser(tmp_path / "contrats" / "casse", "v5.0", "[[[")
    contrats = Contrats(tmp_path, "v5.2")
    with pytest.raises(ContractError, match="TOML illisible"):
        contrats.nomme("casse")
    assert contrats.nomme("v5.0").nom == "v5.0"
    (dossier / "rules.toml").write_text("", "utf-8")
    assert contrats.nomme("casse").nom == "casse"


def test_settings_are_verified_with_the_contract_to_come(tmp_path: Path) -> None:
    contrats = Contrats(tmp_path, "v5.2")
    assert contrats.verifier(Reglages(contrat="v5.0", contrat_suivant="v5.2")).nom == "v5.0"
    with pytest.raises(UsageError, match="v9"):
        contrats.verifier(Reglages(contrat_suivant="v9"))


def test_the_digest_tells_what_the_operator_has_put_there(tmp_path: Path) -> None:
    un, deux = Contrats(tmp_path / "un", "v5.2"), Contrats(tmp_path / "deux", "v5.2")
    nue = un.empreinte()
    assert nue == deux.empreinte()
    assert nue != Contrats(tmp_path / "un", "v5.0").empreinte()
    poser(tmp_path / "un" / "contrats" / "officiel", "v5.2")
    assert un.empreinte() != nue
    poser(tmp_path / "deux" / "contrats" / "officiel", "v5.2")
    assert un.empreinte() == deux.empreinte()
    quartiles = tmp_path / "quartiles.csv"
    quartiles.write_text("a", "utf-8")
    assert Contrats(tmp_path / "un", "v5.2", None, quartiles).empreinte() != un.empreinte()
