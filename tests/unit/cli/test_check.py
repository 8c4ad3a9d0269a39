"""`sne-sandbox check`: how a fault is told."""

from pathlib import Path

from click.testing import CliRunner

from sne_sandbox.cli.main import cli


def test_what_is_no_xml_has_no_place(tmp_path: Path) -> None:
    """« ligne 0, » would send a reader nowhere: the remedy tells the line."""
    (tmp_path / "a.xml").write_text("pas du xml", "utf-8")
    vu = CliRunner().invoke(cli, ["check", str(tmp_path)], standalone_mode=False)
    assert vu.return_value == 1
    assert "ligne 0" not in vu.stdout
    assert "remède : Ligne 1, colonne 1" in vu.stdout
