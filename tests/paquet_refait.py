"""An evidence package taken apart, and closed again as a forger would: every hash is right."""

import hashlib
import json
import zipfile
from pathlib import Path

from sne_conformite.preuves import paquet_de_preuves


def contenus(source: Path) -> dict[str, bytes]:
    """Its members."""
    with zipfile.ZipFile(source) as archive:
        return {nom: archive.read(nom) for nom in archive.namelist()}


def sceller(cible: Path, membres: dict[str, bytes]) -> Path:
    """A package of these members, as they are."""
    with zipfile.ZipFile(cible, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom, contenu in membres.items():
            archive.writestr(nom, contenu)
        archive.comment = bytes(64)
    paquet_de_preuves.sceller(cible)
    return cible


def emballer(cible: Path, membres: dict[str, bytes]) -> Path:
    """A package of these members, which its manifest announces."""
    manifeste = json.loads(membres["manifeste.json"])
    manifeste["membres"] = {
        nom: {"sha256": hashlib.sha256(m).hexdigest(), "octets": len(m), "lignes": m.count(b"\n")}
        for nom, m in membres.items()
        if nom != "manifeste.json"
    }
    return sceller(cible, membres | {"manifeste.json": json.dumps(manifeste).encode()})
