"""`sne-sandbox bases` and the other groups: what lists without a word, examples, where options stand."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from ecritures import poser

from sne_interface.errors import ConflitEtat, UsageError
from sne_sandbox.cli.main import cli, trouver
from sne_sandbox.offres_des_paquets import commandes


@pytest.mark.parametrize("groupe", ["bases", "pannes", "snapshots"])
def test_without_a_word_it_lists(tmp_path: Path, groupe: str) -> None:
    home = ("--home", str(tmp_path))
    assert CliRunner().invoke(cli, ["bases", "create", "ecole", *home]).exit_code == 0
    liste = CliRunner().invoke(cli, [groupe, "list", *home])
    assert (liste.exit_code, "ecole" in liste.stdout) == (0, True)
    assert CliRunner().invoke(cli, [groupe, *home]).stdout == liste.stdout
    assert CliRunner(env={"SNE_SANDBOX_HOME": str(tmp_path)}).invoke(cli, [groupe]).stdout == liste.stdout
    aide = CliRunner().invoke(cli, [groupe, "--help"])
    assert "Exemples" in aide.stdout


def test_no_base_is_said_beside_the_list(tmp_path: Path) -> None:
    vu = CliRunner().invoke(cli, ["bases", "list", "--home", str(tmp_path)])
    assert (vu.exit_code, vu.stdout) == (0, "")
    assert "bases create" in vu.stderr
    vu = CliRunner().invoke(cli, ["bases", "list", "--format", "json", "--home", str(tmp_path)])
    assert (vu.exit_code, json.loads(vu.stdout), vu.stderr) == (0, [], "")


def test_a_frozen_clock_is_told_in_paris_as_the_api_tells_it(tmp_path: Path) -> None:
    home = ("--home", str(tmp_path))
    creee = CliRunner().invoke(cli, ["bases", "create", "ete", "--clock", "2018-07-15T12:00:00", *home])
    assert creee.exit_code == 0
    liste = CliRunner().invoke(cli, ["bases", "list", *home])
    assert liste.stdout == "ete\tvide\tecole\t2018-07-15T12:00:00+02:00\n"
    (base,) = json.loads(CliRunner().invoke(cli, ["bases", "list", *home, "--format", "json"]).stdout)
    assert (base["nom"], base["horloge"]) == ("ete", "2018-07-15T12:00:00+02:00")
    assert base["adresses"]["DemandeLogementImplService"].startswith("/bases/ete/services/")


def test_options_may_come_before_the_command_of_a_group(tmp_path: Path) -> None:
    home = ("--home", str(tmp_path))
    # A value that is the name of a command is a value.
    for mots in (["create", *home, "list"], [*home, "create", "clear"]):
        assert CliRunner().invoke(cli, ["bases", *mots]).exit_code == 0
    vu = CliRunner().invoke(cli, ["pannes", "--base", "list", *home, "list"])
    assert (vu.exit_code, "Base [list] : aucune panne." in vu.stdout) == (0, True)
    vidage = CliRunner().invoke(cli, ["db", *home, "--base", "clear", "reset", "--portee", "journal"])
    assert (vidage.exit_code, "[clear]" in vidage.stdout) == (0, True)
    assert CliRunner().invoke(cli, ["db", *home, "resett"]).exit_code == 2


def _sous_commandes() -> Iterator[tuple[str, ...]]:
    for nom in commandes():
        yield (nom,)
        commande, _ = trouver([nom])
        if isinstance(commande, click.Group):
            yield from ((nom, sous) for sous in commande.commands)


@pytest.mark.parametrize("mots", [*_sous_commandes()], ids=" ".join)
def test_each_command_gives_examples_of_itself(mots: tuple[str, ...]) -> None:
    aide = CliRunner().invoke(cli, [*mots, "--help"]).stdout
    _, _, exemples = aide.partition("Exemple")
    assert f"  sne-sandbox {' '.join(mots)}" in exemples


def test_a_base_keeps_the_contract_that_it_is_made_with(tmp_path: Path) -> None:
    def lancer(*mots: str) -> Result:
        return CliRunner().invoke(cli, [*mots, "--home", str(tmp_path)])

    inconnu = lancer("bases", "create", "a", "--contrat", "v9").exception
    assert isinstance(inconnu, UsageError)
    assert "contrats connus : v5.0, v5.2" in inconnu.remede
    assert not (tmp_path / "sne.sqlite3").exists()
    assert lancer("bases", "create", "a", "--contrat", "v5.0", "--contrat-suivant", "v5.2").exit_code == 0
    assert lancer("bases", "list").stdout == "a\tvide\tecole\treal\tv5.0\n"
    (base,) = json.loads(lancer("bases", "list", "--format", "json", "--contract", "v5.2").stdout)
    assert (base["contrat"], base["reglages"]["contrat_suivant"]) == ("v5.0", "v5.2")
    refus = lancer("bases", "set", "a", "contrat=v5.2")
    assert isinstance(refus.exception, ConflitEtat)
    assert "garde le réglage contrat" in str(refus.exception)
    assert lancer("bases", "set", "a", "contrat-suivant=").exit_code == 0
    assert lancer("db", "reset", "--base", "a").exit_code == 0
    assert lancer("bases", "list").stdout == "a\tvide\tecole\treal\tv5.0\n"


def test_a_base_whose_contract_does_not_read_is_flagged_with_the_reason(tmp_path: Path) -> None:
    def lancer(*mots: str) -> Result:
        return CliRunner().invoke(cli, ["bases", *mots, "--home", str(tmp_path)])

    dossier = poser(tmp_path / "contrats" / "officiel", "v5.0")
    assert lancer("create", "a", "--contrat", "officiel").exit_code == 0
    assert lancer("create", "b", "--contrat", "v5.0").exit_code == 0
    assert lancer("list").stdout == "a\tvide\tecole\treal\tofficiel\nb\tvide\tecole\treal\tv5.0\n"
    (dossier / "rules.toml").write_text("[ENT003", "utf-8")
    casse = lancer("list")
    dossier.rename(tmp_path / "ailleurs")
    parti = lancer("list")
    for vu, raison in ((casse, "rules.toml"), (parti, "Le contrat [officiel] n'existe pas")):
        assert vu.exit_code == 0, vu.exception
        a, b = (ligne.split("\t") for ligne in vu.stdout.splitlines())
        assert a[:5] == ["a", "vide", "ecole", "real", "officiel"]
        assert a[5].startswith("illisible : ")
        assert raison in a[5]
        assert b == ["b", "vide", "ecole", "real", "v5.0"]


def test_a_base_is_judged_by_its_contract(tmp_path: Path) -> None:
    poser(tmp_path / "contrats" / "essai", "v5.0")
    for nom, contrat in (("a", "v5.0"), ("b", "essai"), ("c", "")):
        home = ("--home", str(tmp_path))
        assert CliRunner().invoke(cli, ["bases", "create", nom, "--contrat", contrat, *home]).exit_code == 0
        rapport = tmp_path / f"rapport-{nom}"
        CliRunner().invoke(cli, ["report", "--base", nom, "--report-dir", str(rapport), *home])
        lu = json.loads((rapport / "rapport.json").read_text("utf-8"))
        assert lu["entete"]["contrat"] == (contrat or "v5.2")
        options = [] if not contrat else ["--contract", contrat]
        options += ["--contracts", str(tmp_path / "contrats")] if contrat == "essai" else []
        refait = CliRunner().invoke(cli, ["report", "--verify", str(rapport / "preuves.zip"), *options])
        assert refait.exception is None, refait.output
