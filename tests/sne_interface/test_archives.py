"""Archives and files are measured by what they declare, before anything of them is read."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from sne_interface import archives
from sne_interface.archives import Limite

LIMITE = Limite(membres=3, entier=1_000, total=40_000_000, ligne=10, rapport=100)


def _zip(*tailles: int) -> zipfile.ZipFile:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        for rang, taille in enumerate(tailles):
            archive.writestr(f"m{rang}", bytes(taille))
    return zipfile.ZipFile(tampon)


@pytest.mark.parametrize(
    ("tailles", "raison"),
    [
        ((1,) * 3, ""),
        ((1,) * 4, "il a 4 fichiers, 3 sont admis"),
        ((15_000_000,) * 2, ""),
        ((15_000_000,) * 3, "il annonce 45000000 octets, 40000000 sont admis"),
        ((17_000_000,), "[m0] annonce 17000000 octets, plus de 100 fois ce qu'il occupe"),
    ],
)
def test_what_an_archive_declares_decides(tailles: tuple[int, ...], raison: str) -> None:
    assert archives.trop(_zip(*tailles), LIMITE) == raison


def test_a_line_too_long_is_not_read_to_its_end() -> None:
    flux = io.BytesIO(b"courte\n" + b"x" * 1_000)
    lues = archives.lignes(flux, LIMITE)
    assert next(lues) == b"courte\n"
    with pytest.raises(ValueError, match="dépasse 10 octets"):
        next(lues)
    assert flux.tell() < 20


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    fichier = tmp_path / "é.txt"
    fichier.write_bytes("é\r\nà\n".encode())
    assert archives.texte(fichier, 7) == "é\nà\n"
    with pytest.raises(OSError, match="too large"):
        archives.octets(fichier, 6)


@pytest.mark.parametrize("membres", [200, 66_000])
def test_a_directory_that_is_too_large_is_not_read(tmp_path: Path, membres: int) -> None:
    """66,000 members: the directory is of the larger form. Without a comment at the end, and with one."""
    fichier = tmp_path / "annuaire.zip"
    with zipfile.ZipFile(fichier, "w") as archive:
        for rang in range(membres):
            archive.writestr(f"{rang:0300}", b"")
    debut, limite = fichier.read_bytes()[:-2], replace(archives.PREUVES, membres=64)
    for commentaire in (b"", b"x" * 65_535):
        fichier.write_bytes(debut + len(commentaire).to_bytes(2, "little") + commentaire)
        assert "son annuaire occupe" in archives.annuaire_trop_gros(fichier, limite)
        assert archives.annuaire_trop_gros(fichier, replace(limite, membres=membres)) == ""
    fichier.write_bytes(b"pas un zip")
    assert archives.annuaire_trop_gros(fichier, limite) == ""
