"""What the suite knows of a command of the protocol is in `protocole.toml`: nowhere else is there a list."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import sne_conformite as suite
from sne_conformite.pilotage.utilisateur_joue import AutreGuichet
from sne_conformite.plan.plan import AUTRUI
from sne_conformite.protocole.protocole import COMMANDES, TABLES, Statut
from sne_interface.resources import fixtures_dir
from sne_temoin import adaptateur

RACINE = Path(suite.__file__).parent
#: What another guichet may do, which no application is told.
LEURS_LISTES = {"plan.py"}


def noms(noeud: ast.AST) -> Iterator[str]:
    """Names of commands that a collection, or a call, writes side by side."""
    match noeud:
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            cotes = elements
        case ast.Dict(keys=cles):
            cotes = [cle for cle in cles if cle is not None]
        case ast.Call(args=arguments):
            cotes = arguments
        case _:
            return
    for cote in cotes:
        if isinstance(cote, ast.Constant) and cote.value in COMMANDES:
            yield str(cote.value)


def test_a_command_is_one_row() -> None:
    listes = {
        f"{module.relative_to(RACINE)}:{noeud.lineno}": trouves
        for module in RACINE.rglob("*.py")
        if module.name not in LEURS_LISTES
        for noeud in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(noeud, ast.expr) and len(trouves := list(noms(noeud))) > 1
    }
    assert listes == {}


def test_another_guichet_knows_how_to_do_what_it_may() -> None:
    assert [quoi for quoi in AUTRUI if not callable(getattr(AutreGuichet, quoi, None))] == []
    assert AUTRUI.keys() <= COMMANDES.keys(), "one word for one thing"
    assert TABLES["statuts"].keys() == set(Statut), "each is told"


def test_the_reference_application_does_every_command() -> None:
    """A scenario that gives one it does not know is « sans objet »: it would be tried by nobody."""
    assert COMMANDES.keys() - set(adaptateur.COMMANDES) == set(), (
        "Add a method to sandbox/sne_temoin/adaptateur.py, and its name to COMMANDES there."
    )


def test_a_row_holds_together() -> None:
    """What is told of a command by its fields agrees with what it is said to do; each field is of one."""
    table = tomllib.loads((fixtures_dir() / "schemas" / "protocole.toml").read_text("utf-8"))
    lignes = table["commandes"].values()
    employes = {cle for une in lignes for sens in ("champs", "reponse") for cle in une.get(sens, ())}
    a_part = {*table["communs"], table["toujours"], table["au_besoin"]}
    assert table["champs"].keys() - employes == a_part - employes
    assert {cle for une in lignes for cle in une} <= {
        "dit", "champs", "reponse", "operations", "exigence", "genres", "suites",
    }  # fmt: skip
    for commande in COMMANDES.values():
        assert bool(commande.genres) == ("getNumUnique" in commande.operations), commande.nom
        assert not (commande.enregistre and commande.sur_numero), commande.nom
        if commande.operations:
            assert commande.exigence, commande.nom
        if commande.enregistre or commande.atteste:
            assert commande.avec_demande, commande.nom
