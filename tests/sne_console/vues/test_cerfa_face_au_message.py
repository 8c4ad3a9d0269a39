"""The form against the message: nothing of either is left unsaid."""

from pathlib import Path

import pytest

from sne_console.vues.cerfa_face_au_message import FormulaireDecrit, decrire, feuilles
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.anomalie import Fidelite
from sne_interface.domain.demande import FORMULAIRE
from sne_interface.errors import ContractError


@pytest.fixture(scope="module")
def decrit(contrat: Contrat) -> FormulaireDecrit:
    return decrire(contrat)


@pytest.mark.parametrize("nom", ["v5.0", "v5.2"])
def test_every_element_is_in_one_line_or_said_to_be_outside(nom: str) -> None:
    contrat = charger(nom)
    decrit = decrire(contrat)
    assert decrit.inconnus == ()
    portes = [
        f"{FORMULAIRE}/{e.chemin}" for rubrique in decrit.rubriques for ligne in rubrique.lignes
        for e in ligne.elements
    ]  # fmt: skip
    portes += [f"interfaceNuu/{h.chemin}" for h in decrit.hors_formulaire]
    for feuille in feuilles(contrat.nomenclatures.chemins, contrat):
        assert sum(feuille == porte or feuille.startswith(f"{porte}/") for porte in portes) == 1, feuille


def test_every_element_that_is_named_exists(contrat: Contrat, decrit: FormulaireDecrit) -> None:
    tables = contrat.dossiers.toml("cerfa.toml")
    nommes = [
        chemin for rubrique in tables["rubriques"].values() for ligne in rubrique["lignes"].values()
        for chemin in ligne.get("elements", ())
    ]  # fmt: skip
    assert {f"{FORMULAIRE}/{chemin}" for chemin in nommes} <= set(contrat.nomenclatures.chemins)
    assert len(decrit.hors_formulaire) == len(tables["hors_formulaire"])


def test_the_rubrics_are_those_of_the_article_in_its_order(decrit: FormulaireDecrit) -> None:
    assert "".join(rubrique.lettre for rubrique in decrit.rubriques) == "abcdefghi"


def test_what_has_no_element_has_no_known_place_and_a_source(decrit: FormulaireDecrit) -> None:
    sans = [ligne for rubrique in decrit.rubriques for ligne in rubrique.lignes if not ligne.elements]
    assert list(decrit.sans_place) == sans
    assert sans
    assert all("interface 5.0" not in ligne.source for ligne in sans), "its elements cannot attest it"


def test_the_nir_is_asked_by_a_text_and_placed_by_a_convention(decrit: FormulaireDecrit) -> None:
    nirs = [ligne for ligne in decrit.rubriques[0].lignes if "NIR" in ligne.libelle]
    assert [ligne.fidelite for ligne in nirs] == [Fidelite.ATTESTEE] * 2
    assert {(e.depuis, e.fidelite) for ligne in nirs for e in ligne.elements} == {
        ("02.02", Fidelite.CONVENTION)
    }


def test_interface_5_0_has_no_place_for_a_nir() -> None:
    assert sum("NIR" in ligne.libelle for ligne in decrire(charger("v5.0")).sans_place) == 2


def test_an_official_schema_is_believed(tmp_path: Path) -> None:
    (tmp_path / "contract.toml").write_text("conventions = []\n")
    nirs = [x for x in decrire(charger(overlay=tmp_path)).rubriques[0].lignes if "NIR" in x.libelle]
    assert {e.fidelite for ligne in nirs for e in ligne.elements} == {Fidelite.ATTESTEE}


def test_an_element_that_the_table_does_not_know_is_told(tmp_path: Path, contrat: Contrat) -> None:
    schema = contrat.fichier("xsd/demande-02.02.xsd").decode()
    fin = '<xs:element name="incrementFichier" type="xs:string" minOccurs="0"/>'
    assert schema.count(fin) == 1
    (tmp_path / "xsd").mkdir()
    ajout = f'{fin}<xs:element name="nouveau" type="xs:string" minOccurs="0"/>'
    (tmp_path / "xsd" / "demande-02.02.xsd").write_text(schema.replace(fin, ajout))
    assert decrire(charger(overlay=tmp_path)).inconnus == (f"{FORMULAIRE}/nouveau",)


def test_a_table_that_is_wrong_is_named(tmp_path: Path) -> None:
    (tmp_path / "cerfa.toml").write_text('[rubriques.identite.lignes.nir]\nfidelite = "sûre"\n')
    with pytest.raises(ContractError, match=r"cerfa\.toml"):
        decrire(charger(overlay=tmp_path))
