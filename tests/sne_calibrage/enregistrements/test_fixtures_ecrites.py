"""A recording made into files."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sne_calibrage.cli.commande_proxy import _resume
from sne_calibrage.enregistrements.fixtures_ecrites import Echantillon, ecrire
from sne_interface.errors import OperatorError, UsageError
from sne_sandbox.cli.main import cli

NIR = "185057800608436"
DOCUMENT = f"<a><nom>DUPONT</nom><nir>{NIR}</nir></a>".encode()


def echantillon(rang: int, demande: bytes = DOCUMENT, reponse: bytes = b"<b/>") -> Echantillon:
    return Echantillon(rang, "getNumUnique", "../CRE", demande, reponse)


def test_each_distinct_document_is_a_masked_file_and_its_answer(tmp_path: Path) -> None:
    autres = [echantillon(3, b"<a/>", b""), echantillon(4, b"<c/>", b"PK\x03\x04")]
    lot = [echantillon(1), echantillon(2), *autres]
    recueil = ecrire(tmp_path / "e", lot, anonymiser=False)
    assert [fichier.name for fichier in recueil.fichiers] == [
        "000001-getNumUnique-CRE.xml",
        "000001-getNumUnique-CRE.reponse.xml",
        "000003-getNumUnique-CRE.xml",
        "000004-getNumUnique-CRE.xml",
        "000004-getNumUnique-CRE.reponse.zip",
    ]
    ecrit = recueil.fichiers[0].read_bytes()
    assert NIR.encode() not in ecrit
    assert b"DUPONT" in ecrit
    assert (recueil.doubles, recueil.nirs, recueil.laisses) == (1, 1, 0)
    assert (tmp_path / "e" / ".gitignore").read_text() == "*\n"


def test_anonymous_files_may_be_kept_and_what_cannot_be_is_left_out(tmp_path: Path) -> None:
    lot = [echantillon(1, reponse=b"PK\x03\x04"), echantillon(2, b"illisible DUPONT", b"<b/>")]
    recueil = ecrire(tmp_path, lot, anonymiser=True)
    assert [fichier.name for fichier in sorted(tmp_path.iterdir())] == ["000001-getNumUnique-CRE.xml"]
    assert b"DUPONT" not in recueil.fichiers[0].read_bytes()
    assert recueil.laisses == 2


def test_what_was_replaced_unknown_is_told(tmp_path: Path) -> None:
    demande = b'<a><nomUsage code="0">DUPONT</nomUsage><nomUsage code="9">DUPONT</nomUsage></a>'
    lot = [echantillon(1, demande)]
    recueil = ecrire(tmp_path, lot, anonymiser=True, est_un_code=lambda valeur: valeur == "9")
    assert recueil.inconnus == {"nomUsage": 2, "nomUsage/@code": 1}
    assert b"DUPONT" not in recueil.fichiers[0].read_bytes()
    assert b'code="9"' in recueil.fichiers[0].read_bytes()
    dit = _resume(recueil).splitlines()[1]
    assert "remplacés" in dit
    assert "nomUsage (2), nomUsage/@code (1)" in dit


def test_a_folder_that_holds_something_is_left_alone_and_one_that_cannot_be_made_is_told(
    tmp_path: Path,
) -> None:
    (tmp_path / "fichier").write_text("")
    with pytest.raises(UsageError):
        ecrire(tmp_path, [], anonymiser=True)
    with pytest.raises(OperatorError, match="n'est pas un dossier") as refus:
        ecrire(tmp_path / "fichier" / "e", [echantillon(1)], anonymiser=False)
    assert "--export" in refus.value.remede


def test_an_empty_recording_is_told(tmp_path: Path) -> None:
    home = ("--home", str(tmp_path / "home"))
    assert CliRunner().invoke(cli, ["bases", "create", "proxy", *home]).exit_code == 0
    vu = CliRunner().invoke(cli, ["proxy", *home, "--export", str(tmp_path / "e")])
    assert (vu.exit_code, vu.stdout) == (0, "")
    assert "rien à exporter" in vu.stderr
    assert "données personnelles" not in vu.stderr
