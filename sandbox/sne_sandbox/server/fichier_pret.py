"""The ready file: there while its server answers, and only then."""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sne_interface.errors import OperatorError, raison_systeme


def ecrire(fichier: Path, contenu: Mapping[str, Any]) -> None:
    """Writes it, whole at once; one that holds a token is for its owner alone. Raises OperatorError."""
    provisoire = fichier.with_name(f".{fichier.name}.{os.getpid()}")
    try:
        fichier.parent.mkdir(parents=True, exist_ok=True)
        provisoire.touch(mode=0o666 if contenu["admin_token"] is None else 0o600)
        provisoire.write_text(json.dumps(dict(contenu), ensure_ascii=False, indent=2) + "\n", "utf-8")
        provisoire.replace(fichier)
    except OSError as erreur:
        raise _refus(fichier, erreur) from erreur


def certificat_de(dossier: Path, guichet: str) -> dict[str, str]:
    """The keys of a ready file that give the certificate of `guichet`, which lies in `dossier`."""
    dossier = dossier.resolve()
    return {
        "cert_file": str(dossier / f"{guichet}.pem"),
        "key_file": str(dossier / f"{guichet}.key"),
        "pkcs12_file": str(dossier / f"{guichet}.p12"),
        "guichet": guichet,
    }


@contextlib.contextmanager
def le_temps_de_servir(fichier: Path | None) -> Iterator[None]:
    """Takes away what an earlier server left, and at the end what this one wrote: who waits for the file is
    not sent to a server that is gone. Raises OperatorError when an old one cannot be taken away."""
    if fichier is None:
        yield
        return
    try:
        fichier.unlink(missing_ok=True)
    except OSError as erreur:
        raise _refus(fichier, erreur) from erreur
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            fichier.unlink(missing_ok=True)


def _refus(fichier: Path, erreur: OSError) -> OperatorError:
    return OperatorError(
        f"Le fichier [{fichier}] ne peut pas être écrit : {raison_systeme(erreur)}.",
        remede="donnez à --ready-file un fichier d'un dossier où vous pouvez écrire",
    )
