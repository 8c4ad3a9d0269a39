"""`sne-sandbox check`: how a fault is told."""

from pathlib import Path

from click.testing import CliRunner

from sne_sandbox.cli.main import cli
from sne_sandbox.resources import fixtures_dir


def test_what_is_no_xml_has_no_place(tmp_path: Path) -> None:
    """« ligne 0, » would send a reader nowhere: the remedy tells the line."""
    (tmp_path / "a.xml").write_text("pas du xml", "utf-8")
    vu = CliRunner().invoke(cli, ["check", str(tmp_path)], standalone_mode=False)
    assert vu.return_value == 1
    assert "ligne 0" not in vu.stdout
    assert "remède : Ligne 1, colonne 1" in vu.stdout


def test_a_long_file_is_read_whole_and_one_too_long_refused(tmp_path: Path) -> None:
    specimen = (fixtures_dir() / "demandes" / "personne_seule.xml").read_text("utf-8")
    fichier = tmp_path / "a.xml"
    fichier.write_text(specimen + " " * 200_000, "utf-8")
    vu = CliRunner().invoke(cli, ["check", str(fichier)], standalone_mode=False)
    assert (vu.return_value, vu.stdout.splitlines()[0]) == (0, f"{fichier} : conforme")
    borne = ["--xml-max", "150000"]
    vu = CliRunner().invoke(cli, ["check", *borne, str(fichier)], standalone_mode=False)
    assert vu.return_value == 1
    assert "plus de 150000 octets" in vu.stdout


def test_many_files_are_judged_by_several_processes(tmp_path: Path) -> None:
    """In the order of their names, and a fault of one is told of that one."""
    specimen = (fixtures_dir() / "demandes" / "personne_seule.xml").read_text("utf-8")
    for rang in range(410):
        contenu = specimen.replace("</ns1:entete>", "<faute/></ns1:entete>") if rang == 7 else specimen
        (tmp_path / f"DEMG1226-201803151654-{rang:06d}.xml").write_text(contenu, "utf-8")
    vu = CliRunner().invoke(cli, ["check", str(tmp_path)], standalone_mode=False)
    etats = [ligne for ligne in vu.stdout.splitlines() if not ligne.startswith(" ")]
    assert vu.return_value == 1
    assert [ligne.rpartition("-")[2][:6] for ligne in etats] == [f"{rang:06d}" for rang in range(410)]
    assert [rang for rang, ligne in enumerate(etats) if "faute bloquante" in ligne] == [7]
