"""What the README says of commands and settings is what the code does."""

import re
from pathlib import Path

import click
from click.testing import CliRunner

from sne_sandbox.cli.main import COMMANDES, cli
from sne_sandbox.reports import baseline
from sne_sandbox.settings import SETTINGS

RACINE = Path(__file__).resolve().parents[2]
README = (RACINE / "README.md").read_text("utf-8")


def lignes_attendues() -> list[str]:
    lignes = ["| setting | default | of | what |", "| --- | --- | --- | --- |"]
    for setting in SETTINGS:
        defaut = "" if setting.defaut is None else str(setting.defaut)
        choix = f" ({', '.join(setting.choix)})" if setting.choix else ""
        lignes.append(f"| `{setting.option}` | {defaut} | {setting.portee} | {setting.aide}{choix} |")
    return lignes


def test_the_settings_table_is_that_of_the_code() -> None:
    bloc = README.split("<!-- settings:")[1].split("<!-- /settings -->")[0]
    assert bloc.strip().splitlines()[1:] == lignes_attendues()


def test_every_command_is_in_the_readme_and_every_one_named_there_exists() -> None:
    nommees = {nom.split()[0] for nom in re.findall(r"`sne-sandbox ([a-z]+)", README)}
    assert nommees == set(COMMANDES)


def test_each_command_helps_in_french_with_an_example() -> None:
    contexte = click.Context(cli)
    for nom in COMMANDES:
        commande = cli.get_command(contexte, nom)
        assert commande is not None
        aide = CliRunner().invoke(commande, ["--help"])
        assert aide.exit_code == 0
        assert "Exemple" in aide.output or nom == "demo", nom


def test_every_path_the_readme_names_exists() -> None:
    chemins = re.findall(r"`((?:sandbox|contracts|fixtures|tests)/[A-Za-z0-9_./-]+)`", README)
    absents = [c for c in chemins if not (RACINE / c).exists() and "<" not in c]
    assert chemins
    assert absents == []


def test_the_known_failures_of_the_readme_are_read(tmp_path: Path) -> None:
    bloc = README.split("<!-- connus:")[1].split("<!-- /connus -->")[0]
    fichier = tmp_path / "sne-connus.toml"
    fichier.write_text(bloc.split("```toml\n")[1].split("```")[0], "utf-8")
    assert [connue.exigence or connue.verification for connue in baseline.lire(fichier)] == [
        "EMB-06",
        "CRE-COLOCATION/FID-02",
    ]
