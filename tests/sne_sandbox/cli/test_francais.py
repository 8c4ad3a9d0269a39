"""Click speaks French, whatever the machine's language."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from donnees import a_cote

from sne_sandbox.cli import francais
from sne_sandbox.cli.main import cli
from sne_sandbox.offres_des_paquets import commandes

#: What only a programmer reads, or what we never call.
AILLEURS = set(a_cote(__file__)["ailleurs"])


def marquees() -> Iterator[tuple[str, str]]:
    """(module, sentence) that click marks for translation."""
    for nom in francais._MODULES:
        arbre = ast.parse(Path(click.__file__).with_name(f"{nom}.py").read_text("utf-8"))
        for noeud in ast.walk(arbre):
            if (
                isinstance(noeud, ast.Call)
                and isinstance(noeud.func, ast.Name)
                and noeud.func.id in ("_", "ngettext")
            ):
                premier = noeud.args[0]
                if isinstance(premier, ast.Constant):
                    yield noeud.func.id, premier.value


def test_each_sentence_of_click_has_its_translation() -> None:
    connues = {"_": francais.PHRASES, "ngettext": francais.PLURIELS}
    manquent = {
        phrase
        for genre, phrase in marquees()
        if phrase not in connues[genre]
        and phrase not in AILLEURS
        and not phrase.startswith("No options defined")
    }
    assert manquent == set()


@pytest.mark.parametrize(("arguments", "dit"), a_cote(__file__)["wrong_usage_is_told_in_french"])
def test_wrong_usage_is_told_in_french(arguments: list[str], dit: str) -> None:
    vu = CliRunner().invoke(cli, arguments)
    assert vu.exit_code == 2
    assert dit in vu.output
    assert "sne-sandbox : " in vu.output
    assert not {"Error", "Usage: ", "Try", "Invalid", "Missing"} & set(vu.output.split())


@pytest.mark.parametrize("commande", ["", *commandes()])
def test_helps_are_in_french(commande: str) -> None:
    vu = CliRunner().invoke(cli, [*commande.split(), "--help"])
    assert vu.exit_code == 0
    assert vu.output.startswith("Usage : ")
    valeurs = ("INTEGER", "TEXT ", "PATH", "DIRECTORY", "COMMAND ")
    anglais = ("Show this message", "[default", "[required", "Commands", *valeurs)
    assert [mots for mots in anglais if mots in vu.output] == []


def test_a_command_that_is_loaded_alone_is_in_french() -> None:
    """Its options are declared, and their names made, as its module is read."""
    code = (
        "import click; from sne_sandbox.cli.commande_serve import commande as c; "
        "print(c.get_help(click.Context(c)))"
    )
    aide = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "TEXTE" in aide
    assert "TEXT " not in aide
