"""`sne-sandbox exigences`: every requirement, how it is judged, by which scenarios."""

import json

from click.testing import CliRunner

from sne_interface.contract import contrats_charges
from sne_interface.contract.exigences_et_mentions import charger_exigences
from sne_sandbox.cli.main import cli
from sne_sandbox.cli.options import inconnu


def lancer(*arguments: str) -> str:
    vu = CliRunner().invoke(cli, ["exigences", *arguments])
    assert vu.exit_code == 0, vu.output
    return vu.stdout


def test_each_requirement_has_its_line() -> None:
    lignes = lancer().splitlines()
    connues = charger_exigences(contrats_charges.charger("v5.2").dossiers)
    assert {ligne.split()[0] for ligne in lignes} == set(connues)
    assert len(lignes) == len(connues)
    familles = [ligne[:3] for ligne in lignes]
    assert familles == sorted(familles, key=familles.index), "a family is told together"


def test_one_is_told_whole() -> None:
    dit = lancer("FID-02")
    assert "Chaque co-titulaire saisi est transmis" in dit
    assert "se juge : piloté (sne-sandbox conform) seulement" in dit
    assert "CRE-COLOCATION" in dit
    assert "se juge : par le trafic, ou piloté" in lancer("EMB-01")
    assert "se juge : non testée, " in lancer("CTR-09")
    assert "remède : " in dit
    assert lancer("fid-02") == dit


def test_json_and_markdown_say_all() -> None:
    lu = json.loads(lancer("--format", "json"))
    par_id = {e["id"]: e for e in lu["exigences"]}
    assert par_id["FID-02"]["par_le_trafic"] is False
    assert "CRE-COLOCATION" in par_id["FID-02"]["scenarios"]
    assert len(lancer("--format", "markdown").splitlines()) == len(par_id) + 2


def test_an_unknown_one_is_told_with_those_like_it() -> None:
    vu = CliRunner().invoke(cli, ["exigences", "FID-99"])
    assert vu.exit_code != 0
    assert "FID-" in str(vu.exception)


def test_the_closest_name_is_told_first() -> None:
    connus = ["CRE-COMPLETE", "CRE-LIMITES", "CRE-MINIMALE", "CRE-PLUSIEURS", "CRE-SIMPLE", "RAD-ABANDON"]
    assert inconnu("Le scénario", "cre-simpel", connus).remede.startswith("par exemple : CRE-SIMPLE, ")


def test_those_of_a_mention_are_told_alone() -> None:
    socle = {ligne.split()[0] for ligne in lancer("--mention", "socle").splitlines()}
    messages = {ligne.split()[0] for ligne in lancer("--mention", "messages").splitlines()}
    assert messages < socle
    assert {"VIE-19", "FID-12", "CTR-09", "VIE-23", "VIE-24"} <= socle
    assert "VIE-22" not in socle
    assert lancer("--mention", "messages", "VIE-22") == ""
    assert CliRunner().invoke(cli, ["exigences", "--mention", "lune"]).exit_code != 0
