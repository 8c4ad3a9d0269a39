"""The check that the PKI of a home is as it was when last found good: a look at files, and no cryptography.

Reading certificates costs a start a tenth of a second, so the result is noted beside them.
"""

import json
import os
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sne_interface.errors import PkiError

_FICHIERS: Final = ("ca.pem", "ca.key", "serveur.pem", "serveur-expire.pem", "serveur-autre-nom.pem")
_MONTRES: Final = _FICHIERS[2:]
_NOTE: Final = ".controle.json"


def preparer(home: Path, noms: Sequence[str]) -> None:
    """As `Autorite.ouvrir`, which is called unless nothing has changed since. Raises as it does, and for a
    file that no server could show: those of another name, or of a day gone by, are shown on purpose."""
    dossier = home / "pki"
    note = {"noms": sorted({*noms, socket.gethostname()}), "fichiers": _etat(dossier)}
    if _bonne(dossier, note):
        return
    from sne_sandbox.pki.authority import Autorite

    limite = Autorite.ouvrir(home, noms).a_renouveler_le.timestamp()
    for nom in _MONTRES:
        _verifier_lisible(dossier / nom)
    with suppress(OSError):  # it will be read again
        provisoire = dossier / f"{_NOTE}.{os.getpid()}"
        provisoire.write_text(json.dumps({**note, "fichiers": _etat(dossier), "jusqua": limite}), "utf-8")
        provisoire.replace(dossier / _NOTE)


def _verifier_lisible(fichier: Path) -> None:
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(fichier)
    except OSError as erreur:  # SSLError is one
        raise PkiError(
            f"Le certificat [{fichier}] ne se lit pas.",
            remede="effacez-le : il est refait au prochain démarrage",
        ) from erreur


def _bonne(dossier: Path, note: dict[str, Any]) -> bool:
    try:
        lue = json.loads((dossier / _NOTE).read_text("utf-8"))
        return bool(time.time() < lue.pop("jusqua") and lue == note)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _etat(dossier: Path) -> dict[str, list[int] | None]:
    """Returns the values that tell each file from another of its name."""
    return {nom: _signe(dossier / nom) for nom in _FICHIERS}


def _signe(fichier: Path) -> list[int] | None:
    try:
        lu = fichier.stat()
    except OSError:
        return None
    return [lu.st_size, lu.st_mtime_ns, lu.st_ino, lu.st_mode]
