"""The folders of a guichet's boxes, under the home: `bases/<base>/guichets/<code>/{inbox,outbox}/`.

They are a view: the table of files is what counts. A file found in an inbox is taken into the table, then
removed; a file of an outbox is written by rename, once; what the table does not know is cleared away.
"""

import math
import os
import re
import shutil
import stat
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sne_interface import systeme
from sne_interface.domain.nir import masquer_nirs
from sne_interface.errors import StoreError, raison_systeme
from sne_sandbox.store.moteurs import VerrouEcriture

#: Name of a file that may be left in a box.
NOM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
#: The same, as users read it.
NOM_ADMIS: Final = (
    "100 caractères au plus : lettres sans accent, chiffres, point, - et _, une lettre ou un chiffre d'abord"
)
#: Name of a file of ours, in an outbox.
_NOTRE: Final = re.compile(r"(?:RET|DIS|ATT)[A-Za-z0-9._-]{0,120}\.(?:xml|pdf|err)")
_CODE: Final = re.compile(r"[A-Z0-9]{5}")
#: Endings that transfer tools give to a file they have not finished.
_EN_COURS: Final = (".tmp", ".part", ".filepart", ".en-cours")


@dataclass(frozen=True)
class DossiersGuichet:
    """The folders of one guichet. Failures of the disk are StoreError, with their remedy."""

    racine: Path

    @classmethod
    def de(cls, home: Path, base: str, guichet: str) -> "DossiersGuichet":
        """The folders of a guichet whose base and code are known to be good."""
        return cls(home / "bases" / base / "guichets" / guichet)

    @property
    def entree(self) -> Path:
        """Where the guichet leaves files."""
        return self.racine / "inbox"

    @property
    def sortie(self) -> Path:
        """Where it finds answers and dispatched documents."""
        return self.racine / "outbox"

    def ouvrir(self) -> None:
        """Makes the inbox and the outbox on the disk. Raises StoreError."""
        try:
            self.entree.mkdir(parents=True, exist_ok=True)
            self.sortie.mkdir(exist_ok=True)
        except OSError as erreur:
            raise _panne(self.racine, erreur) from erreur

    def deposes(self, *, age_min: float = 0.0) -> list[str]:
        """Names of the files left in the inbox, unchanged for `age_min` seconds, in order: no folder, no
        link, no hidden or unfinished file, no name that a box does not take."""
        return [nom for nom in self._finis(time.time() - age_min) if NOM.fullmatch(nom)]

    def ignores(self) -> list[str]:
        """Names, fit to be shown, of the files of the inbox that are never taken because of their name.
        Hidden and unfinished files are not among them."""
        refuses = [nom for nom in self._finis() if not NOM.fullmatch(nom)]
        # A name is bytes: those that are no UTF-8 can be written on no page.
        return [masquer_nirs(os.fsencode(nom).decode("utf-8", "replace")) for nom in refuses]

    def _finis(self, limite: float = math.inf) -> list[str]:
        """The files of the inbox that neither hide nor are being written, unchanged since `limite` (seconds
        since 1970), in order."""
        try:
            with os.scandir(self.entree) as entrees:
                return sorted(
                    e.name
                    for e in entrees
                    if not e.name.startswith(".")
                    and not e.name.endswith(_EN_COURS)
                    and e.is_file(follow_symlinks=False)
                    and e.stat(follow_symlinks=False).st_mtime <= limite
                )
        except FileNotFoundError:
            return []
        except OSError as erreur:
            raise _panne(self.entree, erreur) from erreur

    def lire(self, nom: str, maximum: int) -> bytes | None:
        """Bytes of a file of the inbox, one more than `maximum` at most; None when it is gone, or no file."""
        chemin = self.entree / nom
        try:
            # Not blocking: what was a file when it was listed may have become a pipe.
            descripteur = os.open(chemin, os.O_RDONLY | systeme.OCTETS | systeme.SANS_PIEGE)
            with os.fdopen(descripteur, "rb") as fichier:
                if not stat.S_ISREG(os.fstat(fichier.fileno()).st_mode):
                    return None
                return fichier.read(maximum + 1)
        except FileNotFoundError:
            return None
        except OSError as erreur:
            raise _panne(chemin, erreur) from erreur

    @contextmanager
    def seul(self) -> Iterator[None]:
        """Keeps the others, threads and processes, from taking files while the block runs."""
        verrou = VerrouEcriture(self.racine / ".verrou")
        try:
            with verrou:
                yield
        finally:
            verrou.fermer()

    def retirer(self, nom: str) -> None:
        """Removes a file of the inbox: it is in the table."""
        _oter(self.entree / nom)

    def jeter(self) -> None:
        """Removes the files of the inbox that nobody has taken yet."""
        for nom in self.deposes():
            _oter(self.entree / nom)

    def publier(self, nom: str, contenu: bytes) -> None:
        """Writes a file of the outbox: it is there whole, or not at all."""
        provisoire = self.sortie / f".{nom}.{os.getpid()}"
        try:
            provisoire.write_bytes(contenu)
            provisoire.replace(self.sortie / nom)
        except OSError as erreur:
            raise _panne(self.sortie / nom, erreur) from erreur

    def depublier(self, nom: str) -> None:
        """Removes a file of the outbox."""
        _oter(self.sortie / nom)

    def nettoyer(self, connus: Collection[str]) -> None:
        """Removes from the outbox the files of ours that the table does not know (any more)."""
        try:
            chemins = list(self.sortie.iterdir())
        except FileNotFoundError:
            return
        for chemin in chemins:
            if chemin.name not in connus and _NOTRE.fullmatch(chemin.name):
                _oter(chemin)


def ouverts(home: Path, base: str) -> Iterator[str]:
    """Codes of the guichets of a base that have a folder, in order."""
    try:
        noms = sorted(chemin.name for chemin in (home / "bases" / base / "guichets").iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    yield from (nom for nom in noms if _CODE.fullmatch(nom))


def effacer(home: Path, base: str) -> None:
    """Deletes the folders of all boxes of a base. Raises StoreError."""
    dossier = home / "bases" / base
    try:
        shutil.rmtree(dossier)
    except FileNotFoundError:
        return
    except OSError as erreur:
        raise _panne(dossier, erreur) from erreur


def _oter(chemin: Path) -> None:
    try:
        chemin.unlink(missing_ok=True)
    except OSError as erreur:
        raise _panne(chemin, erreur) from erreur


def _panne(chemin: Path, erreur: OSError) -> StoreError:
    return StoreError(
        f"[{chemin}] ne peut être ni lu ni écrit : {raison_systeme(erreur)}.",
        remede="vérifiez le dossier, les droits et la place du disque",
    )
