"""How much is read of an archive, or of a file, that we did not write: decided by what it declares, before
anything of it is unpacked.

A reader of archives never gives more than the archive declares: `zipfile` stops there, and finds the checksum
wrong."""

import errno
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import tomli

from sne_interface.errors import raison_systeme


@dataclass(frozen=True, slots=True)
class Limite:
    """Of an archive: how many members, bytes of one read whole, bytes of all, bytes of a line of one that is
    read line by line. `rapport` is how many times its size in the archive a member may unfold to; below
    RAPPORT_LIBRE bytes, whatever it likes."""

    membres: int
    entier: int
    total: int
    ligne: int
    rapport: int


RAPPORT_LIBRE: Final = 16_000_000
#: A base saved: its journal may hold the same message a thousand times, which deflate makes a hundred times
#: smaller. A line is an exchange: two messages of 20 MB that do not compress, in base 64.
SAUVEGARDE: Final = Limite(membres=64, entier=1_000_000, total=200_000_000_000, ligne=64_000_000, rapport=250)
#: An evidence package, whose report is read whole.
PREUVES: Final = Limite(membres=16, entier=500_000_000, total=50_000_000_000, ligne=100_000_000, rapport=250)
#: What an exchange carries: an archive of documents.
MESSAGE: Final = Limite(membres=20_000, entier=20_000_000, total=20_000_000, ligne=20_000_000, rapport=1_100)

#: Bytes of files that are read whole: a report, a HAR, what one writes by hand (known failings, a candidate).
RAPPORT_MAX: Final = 500_000_000
DOCUMENT_MAX: Final = 100_000_000
ECRIT_A_LA_MAIN_MAX: Final = 10_000_000


#: The end of a directory (APPNOTE 4.3.16), its longest comment; the locator of its larger form (4.3.15), and
#: the record that Python looks for just before it (4.3.14), wherever the locator points.
_FIN, _FIN_TAILLE, _COMMENTAIRE_MAX = b"PK\5\6", 22, 65_535
_RENVOI, _RENVOI_TAILLE, _GRANDE_TAILLE = b"PK\6\7", 20, 56
#: Bytes of the directory for a member, name and all.
_PAR_MEMBRE: Final = 1_000


def annuaire_trop_gros(fichier: Path, limite: Limite) -> str:
    """As `trop`, of an archive that is not open yet: opening it reads its whole directory, however large. ""
    for what is no archive too. Raises OSError."""
    with fichier.open("rb") as flux:
        taille = flux.seek(0, io.SEEK_END)
        avant = _RENVOI_TAILLE + _GRANDE_TAILLE
        flux.seek(max(0, taille - _FIN_TAILLE - _COMMENTAIRE_MAX - avant))
        bout = bytes(avant) + flux.read()
        fin = len(bout) - _FIN_TAILLE
        # As Python looks for it: at the very end, or before a comment.
        if not (bout.startswith(_FIN, fin) and bout.endswith(b"\0\0")):
            fin = bout.rfind(_FIN)
        if fin < 0:
            return ""
        occupe = int.from_bytes(bout[fin + 12 : fin + 16], "little")
        if bout.startswith(_RENVOI, fin - _RENVOI_TAILLE):
            occupe = max(occupe, int.from_bytes(bout[fin - avant + 40 : fin - avant + 48], "little"))
    if occupe > limite.membres * _PAR_MEMBRE:
        return f"son annuaire occupe {occupe} octets, {limite.membres * _PAR_MEMBRE} sont admis"
    return ""


def trop(archive: zipfile.ZipFile, limite: Limite) -> str:
    """Why an archive is more than is read of one, in French, after a colon; "" for one that is not."""
    membres = archive.infolist()
    if len(membres) > limite.membres:
        return f"il a {len(membres)} fichiers, {limite.membres} sont admis"
    if (total := sum(membre.file_size for membre in membres)) > limite.total:
        return f"il annonce {total} octets, {limite.total} sont admis"
    for membre in membres:
        if membre.file_size > max(RAPPORT_LIBRE, limite.rapport * membre.compress_size):
            return (
                f"[{membre.filename[:60]}] annonce {membre.file_size} octets, plus de {limite.rapport} fois "
                "ce qu'il occupe"
            )
    return ""


def lignes(flux: IO[bytes], limite: Limite) -> Iterator[bytes]:
    """The lines of a member. Raises ValueError for one that is too long: no more than that is in memory."""
    while ligne := flux.readline(limite.ligne + 1):
        if len(ligne) > limite.ligne:
            raise ValueError(f"une de ses lignes dépasse {limite.ligne} octets")
        yield ligne


def octets(fichier: Path, maximum: int) -> bytes:
    """A file, whole. Raises OSError, EFBIG for one that is larger."""
    with fichier.open("rb") as flux:
        lus = flux.read(maximum + 1)
    if len(lus) > maximum:
        raise OSError(errno.EFBIG, "too large", str(fichier))
    return lus


def texte(fichier: Path, maximum: int) -> str:
    """The text of a file in UTF-8, its line ends as `\\n`. Raises as `octets`, UnicodeDecodeError."""
    return octets(fichier, maximum).decode("utf-8").replace("\r\n", "\n")


def toml(fichier: Path) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file that one writes by hand, and what it says. Raises ValueError, which says in
    French, after the name of the file, why it cannot be read."""
    try:
        lu = texte(fichier, ECRIT_A_LA_MAIN_MAX)
        return lu, tomli.loads(lu)
    except OSError as erreur:
        raise ValueError(f"ne se lit pas : {raison_systeme(erreur)}") from None
    except UnicodeDecodeError:
        raise ValueError("n'est pas en UTF-8 : enregistrez-le ainsi") from None
    except tomli.TOMLDecodeError as erreur:
        lieu = re.search(r"line (\d+), column (\d+)", str(erreur))
        ou = f"ligne {lieu[1]}, colonne {lieu[2]}" if lieu else "il s'arrête avant la fin"
        raise ValueError(f"n'est pas du TOML : {ou}") from None
