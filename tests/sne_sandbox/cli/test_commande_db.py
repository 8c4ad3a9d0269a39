"""`sne-sandbox db`: what a base that exists keeps is told."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from exemples_store import ecrire_au_coffre, lire_au_coffre

from sne_sandbox.cli.main import cli
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.plusieurs_serveurs.coffre import Coffre


def _semer(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["db", "seed", "--home", str(home), "--seed-base", "vide", *arguments])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dossier = tmp_path_factory.mktemp("home")
    faite = _semer(dossier, "--clock", "2018-03-15T12:00:00", "--seed", "7")
    assert (faite.stderr, faite.stdout) == ("", "Base [ecole] prête : 0 demandes.\n")
    return dossier


@pytest.mark.parametrize(
    ("option", "valeur", "remede"),
    [
        ("--clock", "2019-01-01T00:00:00", "« sne-sandbox clock freeze 2019-01-01T00:00:00 --base ecole »"),
        ("--clock", "real", "« sne-sandbox clock real --base ecole »"),
        ("--profile", "strict", "« sne-sandbox bases set ecole profile=strict »"),
        ("--seed", "8", "un autre --home"),
        ("--seed-base", "dalo", "un autre --home"),
        ("--seed-size", "12", "un autre --home"),
    ],
)
def test_what_a_base_that_exists_leaves_aside_is_told(
    home: Path, option: str, valeur: str, remede: str
) -> None:
    encore = _semer(home, option, valeur)
    assert encore.exit_code == 0
    assert encore.stdout == "Base [ecole] inchangée : 0 demandes.\n"
    (ligne,) = encore.stderr.splitlines()
    assert ligne.startswith(f"{option} ignoré : la base [ecole] existe déjà → ")
    assert remede in ligne


def test_the_same_again_has_nothing_to_say(home: Path) -> None:
    encore = _semer(home, "--clock", "2018-03-15T12:00:00", "--seed", "7", "--profile", "ecole")
    assert (encore.exit_code, encore.stderr) == (0, "")


def test_the_secret_of_the_keys_is_changed(serveur_postgres: Any, tmp_path: Path) -> None:
    actuel, nouveau = tmp_path / "actuel", tmp_path / "nouveau"
    actuel.write_text("a" * 40, "utf-8")
    nouveau.write_text("b" * 40, "utf-8")
    url = serveur_postgres.nouvelle()

    def changer(*options: str) -> Result:
        return CliRunner().invoke(
            cli, ["db", "secret", str(nouveau), "--home", str(tmp_path), "--database", url, *options]
        )

    assert "Aucun serveur" in str(changer("--secret-file", str(actuel)).exception)
    with Magasin.ouvrir(url, tmp_path) as magasin:
        ecrire_au_coffre(Coffre(magasin, b"a" * 40), "cle", b"valeur")
        assert "le secret actuel" in str(changer().exception)
        assert "n'est pas celui" in str(changer("--secret-file", str(nouveau)).exception)
        fait = changer("--secret-file", str(actuel))
        assert (fait.exit_code, fait.stdout) == (0, "Clés chiffrées par le nouveau secret : 1.\n")
        assert lire_au_coffre(Coffre(magasin, b"b" * 40), "cle") == b"valeur"
