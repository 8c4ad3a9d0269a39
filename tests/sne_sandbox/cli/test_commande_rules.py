"""`sne-sandbox rules`, and the user's folder that maps our controls onto the official list."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sne_interface.rules.catalogue import REGLES
from sne_sandbox.cli.main import cli, main

CODES = [regle.code for regle in REGLES]


def lancer(*arguments: str) -> Result:
    resultat = CliRunner().invoke(cli, ["rules", *arguments], catch_exceptions=False)
    assert resultat.exit_code == 0
    return resultat


def fiches(*arguments: str) -> dict[str, dict[str, Any]]:
    return {f["code"]: f for f in json.loads(lancer("--format", "json", *arguments).stdout)["regles"]}


def overlay(dossier: Path, toml: str) -> str:
    (dossier / "rules.toml").write_text(toml, encoding="utf-8")
    return str(dossier)


def test_json_shows_every_rule_with_what_it_accepts_and_refuses() -> None:
    lues = fiches()
    assert list(lues) == CODES
    assert all(f["exemples"]["accepte"] and f["exemples"]["refuse"] for f in lues.values())
    assert {c for c, f in lues.items() if f["plus_petite_demande"]} == {
        c for c, f in lues.items() if f["gravite"] == "bloquante"
    }


@pytest.mark.parametrize("forme", ["text", "markdown"])
def test_text_and_markdown_show_the_smallest_request_too(forme: str) -> None:
    dit = lancer("--format", forme, "RAD003", "RES007").stdout
    assert dit.count("<ns1:interfaceNuu") == 1
    assert '<ns1:motifRadiation code="RADIRR"/>' in dit
    assert "RES007" in dit
    assert "RAD004" not in dit


def test_a_profile_changes_the_effect() -> None:
    assert [fiches("--profile", p, "IDT003")["IDT003"]["effet"] for p in ("ecole", "strict", "souple")] == [
        "avertissement",
        "bloquante",
        "avertissement",
    ]


def test_an_overlay_sets_severity_official_code_and_wording(tmp_path: Path) -> None:
    toml = (
        '[IDT003]\ngravite = "bloquante"\ncode_officiel = "A0142"\ntexte = "Âge [{valeur}]."\n'
        '[REC001]\ngravite = "avertissement"\n[MOT001]\ngravite = "ignorée"\n[ENT009]\ncode_officiel = "A1"\n'
    )
    dossier = overlay(tmp_path, toml)
    lues = fiches("--contracts", dossier)
    assert [lues["IDT003"][cle] for cle in ("effet", "code_officiel", "texte")] == [
        "bloquante",
        "A0142",
        "Âge [{valeur}].",
    ]
    assert (lues["REC001"]["effet"], lues["MOT001"]["effet"]) == ("avertissement", "ignorée")
    assert (lues["ENT009"]["effet"], lues["ENT009"]["code_officiel"]) == ("bloquante", "A1")
    assert "IDT003 (code officiel A0142)" in lancer("--contracts", dossier, "IDT003").stdout
    assert "| IDT003 | A0142 |" in lancer("--contracts", dossier, "--format", "markdown", "IDT003").stdout


def echec(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setattr(sys, "argv", ["sne-sandbox", "rules", *arguments])
    with pytest.raises(SystemExit) as fin:
        main()
    return fin.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("toml", "dits"),
    [
        ('[IDT003]\nseverite = "bloquante"\n', ("rules.toml", "IDT003", "severite")),
        ('[IDT999]\ngravite = "bloquante"\n', ("rules.toml", "IDT999")),
        ('[ENT009]\ngravite = "ignorée"\n', ("rules.toml", "ENT009", "structurante")),
        ('[ENT009]\ngravite = "avertissement"\n', ("rules.toml", "ENT009", "structurante")),
        ("[ENT009]\nstructurante = false\n", ("rules.toml", "ENT009", "structurante")),
        ('[IDT003]\ncode_officiel = "ANOMALIE-06"\n', ("rules.toml", "IDT003", "ANOMALIE-06")),
    ],
)
def test_a_wrong_overlay_stops_with_file_and_key(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    toml: str,
    dits: tuple[str, ...],
) -> None:
    code, dit = echec(capsys, monkeypatch, "--contracts", overlay(tmp_path, toml))
    assert code == 3
    assert all(morceau in dit for morceau in dits), dit


def test_an_unknown_rule_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, dit = echec(capsys, monkeypatch, "IDT003", "ZZZ001")
    assert code == 2
    assert "ZZZ001" in dit
    code, dit = echec(capsys, monkeypatch, "ent009")
    assert code == 2
    assert "ENT009" in dit.partition("par exemple : ")[2], "the one that was meant is told"


def test_without_a_code_each_rule_is_one_line() -> None:
    lignes = lancer().stdout.splitlines()
    assert [ligne.split()[0] for ligne in lignes] == CODES
    (idt003,) = (ligne for ligne in lignes if ligne.startswith("IDT003"))
    assert idt003.split()[1:3] == ["avertissement", "convention"]


def test_the_blocking_ones_are_those_of_the_profile() -> None:
    bloquantes = {ligne.split()[0] for ligne in lancer("--bloquantes").stdout.splitlines()}
    strictes = {
        ligne.split()[0] for ligne in lancer("--bloquantes", "--profile", "strict").stdout.splitlines()
    }
    assert bloquantes < strictes
    assert "IDT003" in strictes - bloquantes


def test_detail_says_all_of_each() -> None:
    assert lancer("--detail").stdout.count("remède :") == len(CODES)
