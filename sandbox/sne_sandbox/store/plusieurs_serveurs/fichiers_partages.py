"""Files that the servers of one PostgreSQL share: the snapshots of its bases, its judgements.

A folder of the database holds files, cut into pieces; each server has a copy of it in its home, brought up to
date before it is looked at. With SQLite the folder of the home is all there is.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sne_interface.errors import StoreError, raison_ecriture
from sne_sandbox.store import tables
from sne_sandbox.store.connexion_en_transaction import Connexion, lire_requetes
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.requetes_sql import inserer

#: Bytes of a piece, and of a file at most.
PIECE: Final = 1_000_000
FICHIER_MAX: Final = 500_000_000
#: Where the copies are, in a home.
COPIES: Final = "partages"
#: What is taken to be a file that somebody is writing.
_CACHE: Final = "."
_SQL: Final = lire_requetes(__file__)
_AJOUTER: Final = inserer(tables.piece)


@dataclass(frozen=True)
class Classeur:
    """The folders that the servers of a database share; `home` is where this one has its copies."""

    magasin: Magasin
    home: Path

    def copie(self, dossier: str) -> Path:
        """Where the copy of a folder is, whether it is up to date or not."""
        return self.home / COPIES / dossier

    def dossiers(self, racine: str) -> list[str]:
        """The folders below another, by name, each with the path of that one before it."""
        bornes = {"debut": f"{racine}/", "fin": f"{racine}0"}  # « 0 » comes after « / »
        return [dossier for (dossier,) in self.magasin.lignes(_SQL["dossiers"], bornes)]

    def contient(self, dossier: str, nom: str) -> bool:
        """True when a file is there. Raises StoreError."""
        return self.magasin.ligne(_SQL["existe"], {"dossier": dossier, "nom": nom}) is not None

    def a_jour(self, dossier: str) -> Path:
        """The copy of a folder, as the database has it at this moment. Raises StoreError."""
        copie = self.copie(dossier)
        with self.magasin.transaction(ecriture=False) as connexion:
            presents = {
                nom: (int(ecrit_le), int(octets))
                for nom, ecrit_le, octets in connexion.lignes(_SQL["fichiers"], {"dossier": dossier})
            }
            try:
                self._copier(connexion, dossier, presents)
            except OSError as erreur:
                raise StoreError(
                    f"La copie [{copie}] ne peut pas être écrite : {raison_ecriture(erreur)}.",
                    remede="vérifiez les droits et la place de ce dossier",
                ) from erreur
        return copie

    def _copier(self, connexion: Connexion, dossier: str, presents: dict[str, tuple[int, int]]) -> None:
        copie = self.copie(dossier)
        if not presents:
            shutil.rmtree(copie, ignore_errors=True)
            return
        copie.mkdir(parents=True, exist_ok=True, mode=0o700)
        for fichier in copie.iterdir():
            if fichier.name not in presents and not fichier.name.startswith(_CACHE):
                fichier.unlink(missing_ok=True)
        for nom, (ecrit_le, octets) in presents.items():
            fichier = copie / nom
            if fichier.is_file() and _signe(fichier) == (ecrit_le, octets):
                continue
            provisoire = copie / f"{_CACHE}{secrets.token_hex(8)}"
            try:
                provisoire.touch(mode=0o600)
                with provisoire.open("wb") as sortie:
                    for morceau in _lire(connexion, dossier, nom, ecrit_le):
                        sortie.write(morceau)
                os.utime(provisoire, ns=(ecrit_le * 1000, ecrit_le * 1000))
                provisoire.replace(fichier)
            finally:
                provisoire.unlink(missing_ok=True)

    def deposer(self, dossier: str, nom: str, fichier: Path, *, remplacer: bool = True) -> bool:
        """Puts a file there, dated as it is; False when there was one of that name, unless `remplacer`.
        Raises StoreError when it cannot be read, or is too big."""
        try:
            etat = fichier.stat()
            if etat.st_size > FICHIER_MAX:
                raise StoreError(
                    f"Le fichier [{fichier.name}] est trop gros pour être partagé : {etat.st_size} octets, "
                    f"{FICHIER_MAX} au plus.",
                    remede="gardez-le sur votre poste : « sne-sandbox db snapshot FICHIER »",
                )
            with (
                fichier.open("rb") as entree,
                self._seul(dossier) as connexion,
            ):
                cle = {"dossier": dossier, "nom": nom}
                if not remplacer and connexion.ligne(_SQL["existe"], cle) is not None:
                    return False
                connexion.faire(_SQL["oter"], cle)
                ecrit_le, rang = etat.st_mtime_ns // 1000, 0
                while (morceau := entree.read(PIECE)) or not rang:
                    connexion.faire(_AJOUTER, {**cle, "rang": rang, "ecrit_le": ecrit_le, "contenu": morceau})
                    rang += 1
        except OSError as erreur:
            raise StoreError(
                f"Le fichier [{fichier}] ne peut pas être lu : {raison_ecriture(erreur)}.",
                remede="vérifiez les droits du dossier",
            ) from erreur
        return True

    def _seul(self, dossier: str) -> AbstractContextManager[Connexion]:
        return self.magasin.transaction(ecriture=True, verrou=f"{_VERROU} {dossier}")

    def oter(self, dossier: str, nom: str | None = None) -> None:
        """Takes a file away, or a whole folder, here and for the others."""
        with self._seul(dossier) as connexion:
            if nom is None:
                connexion.faire(_SQL["oter_tout"], {"dossier": dossier})
            else:
                connexion.faire(_SQL["oter"], {"dossier": dossier, "nom": nom})

    def verser(self, dossier: str, locaux: Path) -> None:
        """Moves there what a folder of the home held before servers shared it; what has its name there
        already stays where it is."""
        if not locaux.is_dir():
            return
        for fichier in sorted(locaux.iterdir()):
            visible = fichier.is_file() and not fichier.name.startswith(_CACHE)
            if visible and self.deposer(dossier, fichier.name, fichier, remplacer=False):
                fichier.unlink()


_VERROU: Final = "sne-sandbox:classeur"


def classeur_de(magasin: Magasin, home: Path) -> Classeur | None:
    """Returns the files that the servers of a database share, None with SQLite."""
    return Classeur(magasin, home) if magasin.dialecte == "postgresql" else None


def _signe(fichier: Path) -> tuple[int, int]:
    etat = fichier.stat()
    return etat.st_mtime_ns // 1000, etat.st_size


def _lire(connexion: Connexion, dossier: str, nom: str, ecrit_le: int) -> Iterator[bytes]:
    cle, rang = {"dossier": dossier, "nom": nom, "ecrit_le": ecrit_le}, 0
    while (ligne := connexion.ligne(_SQL["pieces"], {**cle, "rang": rang})) is not None:
        yield bytes(ligne[0])
        rang += 1
