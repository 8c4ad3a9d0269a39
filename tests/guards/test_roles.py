"""Nothing of what 5.2 brought is known by its name: the code reads roles, which `contract.toml` binds."""

import tomllib
from pathlib import Path

import pytest
from donnees import a_cote
from sources import Lu, lus

from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.elements import elements
from sne_interface.contract.schemas import Document
from sne_interface.contract.table_des_roles import LIBELLES
from sne_interface.domain.roles import PERSONNES
from sne_interface.resources import contracts_dir
from sne_interface.rules.catalogue import REGLES

#: Where « nir » is a word of ours, and no name of an element: what it is there.
DES_NOTRES = a_cote(__file__)["des_notres"]


def _noms() -> frozenset[str]:
    """The names that the shipped contract binds, « nir » apart; codes that are words of ours too are left
    out."""
    demande, decision = charger("v5.2").roles.demande, charger("v5.2").roles.decision
    codes = {decision.type, *decision.caracteristiques.values(), *decision.valeurs.values()}
    calcules = {chemin.rpartition("/")[2] for chemin in demande.calcules.values()}
    return frozenset(codes | calcules | decision.categories.keys()) - {"DALO", "MOTIF", "RPLS", "SIREN"}


NOMS = _noms()


#: The reference application knows the names of its own contract: it is an outsider.
@pytest.fixture(scope="module")
def modules() -> dict[str, Lu]:
    return {nom: lu for nom, lu in lus().items() if not nom.startswith("sne_temoin/")}


def test_no_module_says_a_name_that_the_contract_binds(modules: dict[str, Lu]) -> None:
    dits = {
        nom: {mot for texte in lu.textes if len(texte) < 200 for mot in texte.replace("/", " ").split()}
        & NOMS
        for nom, lu in modules.items()
    }
    assert {nom: mots for nom, mots in dits.items() if mots} == {}
    nir = {
        nom for nom, lu in modules.items() for texte in lu.textes if texte == "nir" or texte.endswith("/nir")
    }
    assert nir - DES_NOTRES.keys() == set()


def test_the_exceptions_are_all_needed() -> None:
    assert {nom for nom in DES_NOTRES if "nir" not in lus()[nom].textes} == set()


def test_no_version_of_message_tells_what_is_in_it(modules: dict[str, Lu]) -> None:
    """`>= "02.02"` would be a name in disguise."""
    compares = [(nom, ligne, dit) for nom, lu in modules.items() for dit, ligne in lu.compares]
    assert [f"{nom}:{ligne}" for nom, ligne, dit in compares if dit == "02.02"] == []


def test_every_role_has_its_word_and_every_rule_reads_known_ones() -> None:
    roles = charger("v5.2").roles
    table = tomllib.loads((contracts_dir() / "v5.2/contract.toml").read_text("utf-8"))["roles"]
    ecrits = {f"demande.nir.{genre}" for genre in PERSONNES} | {
        f"demande.{cle}" for cle in table["demande"] if cle != "nir"
    }
    ecrits |= {f"decision.{cle}" for cle, valeur in table["decision"].items() if isinstance(valeur, str)}
    ecrits |= {f"decision.valeurs.{cle}" for cle in table["decision"]["valeurs"]}
    assert ecrits | {"demande.nir"} == LIBELLES.keys()
    assert {role for regle in REGLES for role in regle.roles} <= LIBELLES.keys()
    assert {role for regle in REGLES for role in regle.roles if not roles.nom(role)} == set()


def test_the_shipped_contracts_have_all_that_they_bind() -> None:
    for nom in ("v5.0", "v5.2"):
        assert charger(nom).roles.perdus == {}
    assert charger("v5.0").roles.demande.nir == {}
    assert charger("v5.0").roles.decision.type == ""


@pytest.mark.parametrize("version", ["02.00", "02.01", "02.02"])
def test_the_table_of_paths_is_what_the_schemas_say(version: str, tmp_path: Path) -> None:
    """The one that is written by hand, and the one that is read off the schemas under a user's folder."""
    (tmp_path / "xsd").mkdir()
    schema = contracts_dir() / "v5.2/xsd/demande-02.02.xsd"
    (tmp_path / "xsd/demande-02.02.xsd").write_bytes(schema.read_bytes())
    notre, lu = charger("v5.2").nomenclatures, charger("v5.2", tmp_path).nomenclatures
    assert notre.chemins == lu.chemins
    assert all(notre.depuis(c) == lu.depuis(c) for c in notre.chemins)
    assert all(notre.obligatoire(c) == lu.obligatoire(c) for c in notre.chemins)
    assert notre.par_chemin == lu.par_chemin
    siens = [e.chemin for e in elements(charger("v5.2"), Document.DEMANDE, version)]
    assert siens == [c for c in notre.chemins if notre.depuis(c) <= version]
