"""`sne-sandbox snapshots`, and `bases set`."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sne_interface.domain.dates import PARIS
from sne_interface.errors import BaseInconnue, UsageError
from sne_sandbox.cli.main import cli


@pytest.fixture
def lancer(tmp_path: Path) -> Any:
    """`lancer("snapshots", "list")`: its output, over a home where base `ecole` has three households."""

    def faire(*mots: str) -> str:
        resultat = CliRunner().invoke(cli, [*mots, "--home", str(tmp_path)])
        if resultat.exception is not None:
            raise resultat.exception
        return resultat.output

    faire("bases", "create", "ecole", "--seed-base", "ecole", "--seed-size", "3")
    return faire


def test_a_base_is_saved_compared_put_back(lancer: Any) -> None:
    assert "aucune sauvegarde" in lancer("snapshots", "list")
    assert "sauvegardée sous [avant]" in lancer("snapshots", "save", "avant")
    (lue,) = json.loads(lancer("snapshots", "list", "--format", "json"))
    assert lue["nom"] == "avant"
    nom, faite_le, *_ = lancer("snapshots", "list").split("\t")
    assert (nom, datetime.fromisoformat(faite_le).utcoffset()) == ("avant", datetime.now(PARIS).utcoffset())
    assert "Aucune demande n'a changé" in lancer("snapshots", "compare", "avant")
    lancer("clock", "advance", "P13M")
    lancer("snapshots", "save", "apres")
    texte = lancer("snapshots", "compare", "avant", "apres")
    assert "changée" in texte or "disparue" in texte
    compare = json.loads(lancer("snapshots", "compare", "avant", "apres", "--format", "json"))
    assert compare["changees"] + compare["disparues"] == len(compare["ecarts"]) > 0
    assert f": {lue['demandes']} demandes" in lancer("snapshots", "restore", "avant")
    lancer("bases", "create", "une", "--seed-base", "ecole", "--seed-size", "0")
    assert lancer("snapshots", "save", "rien", "--base", "une").endswith(": 0 demande.\n")
    assert "Aucune demande n'a changé" in lancer("snapshots", "compare", "avant")
    lancer("snapshots", "save", "avant", "--replace")
    lancer("snapshots", "delete", "avant")
    with pytest.raises(UsageError):
        lancer("snapshots", "restore", "avant")
    with pytest.raises(BaseInconnue):
        lancer("snapshots", "list", "--base", "ailleurs")


def test_settings_of_a_base_are_changed(lancer: Any) -> None:
    assert "profile=strict, recherche_max=7" in lancer(
        "bases", "set", "ecole", "profile=strict", "recherche_max=7"
    )
    assert "\tstrict\t" in lancer("bases", "list")
    assert "recherche_max=8" in lancer("bases", "set", "ecole", "recherche-max=8")
    for faute in ("profile", "profile=mou", "rien=1"):
        with pytest.raises(UsageError):
            lancer("bases", "set", "ecole", faute)
