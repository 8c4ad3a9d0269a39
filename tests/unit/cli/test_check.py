"""`sne-sandbox check`: how a fault is told."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sne_sandbox.cli import check
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


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--juger-tout",), 3)])
def test_a_document_that_breaks_us_is_not_judged_and_the_others_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], code: int
) -> None:
    specimen = (fixtures_dir() / "demandes" / "personne_seule.xml").read_text("utf-8")
    for nom in ("a.xml", "b.xml"):
        (tmp_path / nom).write_text(specimen, "utf-8")
    controler = check.controler
    rates = iter([True, False])

    def rater(*choix: object, **nommes: object) -> object:
        if next(rates):
            raise OverflowError("NIR 2 06 12 75 111 005 64")
        return controler(*choix, **nommes)  # type: ignore[arg-type]

    monkeypatch.setattr(check, "controler", rater)
    vu = CliRunner().invoke(cli, ["check", *options, str(tmp_path)], standalone_mode=False)

    assert vu.return_value == code
    premier, detail, *_, dernier = vu.stdout.splitlines()
    assert premier == f"{tmp_path / 'a.xml'} : non jugé, 1 avertissement"
    assert "NON-JUGÉ (avertissement) : Erreur du bac à sable, et non de ce document : Overflow" in detail
    assert "111 005" not in vu.stdout
    assert dernier == f"{tmp_path / 'b.xml'} : conforme"
