"""Nothing of what 5.2 brought is known by its name: the code reads roles, which `contract.toml` binds."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.elements import elements
from sne_interface.contract.schemas import Document
from sne_interface.contract.table_des_roles import LIBELLES
from sne_interface.domain.roles import PERSONNES
from sne_interface.resources import contracts_dir
from sne_interface.rules.catalogue import REGLES

RACINE = Path(__file__).parents[2] / "sandbox"
#: Where « nir » is a word of ours, and no name of an element: what it is there.
DES_NOTRES = {
    "sne_calibrage/dossier_officiel/noms_devines.py": "a word by which it is guessed",
    "sne_interface/contract/table_des_roles.py": "the key of [roles.demande]",
    "sne_interface/domain/nir.py": "the word itself: an element of that name is always hidden",
    "sne_interface/domain/roles.py": "the name of the role",
    "sne_conformite/bilan/angles_morts.py": "the id of a blind spot",
    "sne_conformite/juges/juges_fidelite.py": "the key of its own table",
    "sne_interface/generators/population.py": "a key of a seed",
    "sne_conformite/preuves/paquet_de_preuves.py": "a key of the evidence",
    "sne_interface/rules/catalogue/__init__.py": "a subject of rules",
    "sne_sandbox/store/lignes.py": "a column",
    "sne_sandbox/store/registre.py": "a parameter",
    "sne_sandbox/store/tables.py": "a column",
    "sne_console/vues/formulaire_cerfa.py": "a way to show a value",
}


def _noms() -> frozenset[str]:
    """The names that the shipped contract binds, « nir » apart; codes that are words of ours too are left
    out."""
    demande, decision = charger("v5.2").roles.demande, charger("v5.2").roles.decision
    codes = {decision.type, *decision.caracteristiques.values(), *decision.valeurs.values()}
    calcules = {chemin.rpartition("/")[2] for chemin in demande.calcules.values()}
    return frozenset(codes | calcules | decision.categories.keys()) - {"DALO", "MOTIF", "RPLS", "SIREN"}


NOMS = _noms()


def _textes(fichier: Path) -> Iterator[str]:
    """The strings of a module, but for those that only tell: of a module, a class, an attribute."""
    arbre = ast.parse(fichier.read_text("utf-8"))
    dits = {id(noeud.value) for noeud in ast.walk(arbre) if isinstance(noeud, ast.Expr)}
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Constant) and isinstance(noeud.value, str) and id(noeud) not in dits:
            yield noeud.value


#: The reference application knows the names of its own contract: it is an outsider.
MODULES = sorted(m for m in RACINE.glob("sne_*/**/*.py") if "sne_temoin" not in m.parts)


@pytest.mark.parametrize("fichier", MODULES, ids=lambda f: f.relative_to(RACINE).as_posix())
def test_no_module_says_a_name_that_the_contract_binds(fichier: Path) -> None:
    textes = set(_textes(fichier))
    assert {
        mot for texte in textes if len(texte) < 200 for mot in texte.replace("/", " ").split()
    } & NOMS == set()
    if fichier.relative_to(RACINE).as_posix() not in DES_NOTRES:
        assert not [texte for texte in textes if texte == "nir" or texte.endswith("/nir")]


def test_the_exceptions_are_all_needed() -> None:
    assert {n for n in DES_NOTRES if "nir" not in set(_textes(RACINE / n))} == set()


def test_no_version_of_message_tells_what_is_in_it() -> None:
    """`>= "02.02"` would be a name in disguise."""
    fautifs = [
        f"{fichier.relative_to(RACINE)}:{noeud.lineno}"
        for fichier in MODULES
        for noeud in ast.walk(ast.parse(fichier.read_text("utf-8")))
        if isinstance(noeud, ast.Compare)
        and any(isinstance(c, ast.Constant) and c.value == "02.02" for c in noeud.comparators)
    ]
    assert fautifs == []


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
