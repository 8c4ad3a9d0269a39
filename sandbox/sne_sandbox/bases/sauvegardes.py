"""Snapshots of a base under a name: state, clock, settings and pannes, kept in its home; in the database of
several servers, when it is PostgreSQL (`store/plusieurs_serveurs/fichiers_partages.py`).

The journal is neither saved nor put back: what was sent since stays to be read. The file is that of
`store/fichier_de_sauvegarde.py`: a backup, NIR in clear.
"""

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

from sne_interface.contract.contrats import Contrats
from sne_interface.domain.base import Base
from sne_interface.domain.echange import REMISE
from sne_interface.domain.valeurs_en_json import TU
from sne_interface.errors import ConflitEtat, StoreError, UsageError, raison_ecriture, raison_systeme
from sne_sandbox.store import fichier_de_sauvegarde
from sne_sandbox.store.journal import ligne_de_base
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.plusieurs_serveurs.fichiers_partages import classeur_de

DOSSIER: Final = "snapshots"
#: What a comparison calls the base as it is.
MAINTENANT: Final = "maintenant"
_NOM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_SUFFIXE: Final = ".zip"


@dataclass(frozen=True)
class SauvegardeLue:
    """A snapshot that is kept. `octets` is the size of its file, `faite_le` the machine's instant (aware).

    `illisible` says why this version cannot restore it, "" when it can; `demandes` is None then.
    """

    nom: str
    base: str
    fichier: Annotated[Path, TU]
    faite_le: Annotated[datetime, "à l'heure de la machine"]
    octets: Annotated[int, "taille du fichier"]
    demandes: Annotated[int | None, "demandes qu'elle contient ; null : elle ne se lit pas"]
    illisible: Annotated[str, "pourquoi cette version ne peut pas la restaurer ; vide : elle le peut"] = ""


class Sauvegardes:
    """The snapshots of the bases of a store, in `home`, or those that its servers share."""

    def __init__(self, magasin: Magasin, home: Path) -> None:
        self._magasin = magasin
        self._home = home
        self._classeur = classeur_de(magasin, home)

    def _dossier(self, base: str) -> Path:
        """Where the files of a base are, as they are now. Raises StoreError."""
        if self._classeur is None:
            return self._home / DOSSIER / base
        partage = f"{DOSSIER}/{base}"
        self._classeur.verser(partage, self._home / DOSSIER / base)
        return self._classeur.a_jour(partage)

    def lister(self, base: str) -> list[SauvegardeLue]:
        """Lists the snapshots of a base, latest first. Snapshots that cannot be restored are listed too: they
        hold their name. Raises BaseInconnue."""
        self._magasin.bases.lire(base)
        fichiers = [f for f in self._dossier(base).glob(f"*{_SUFFIXE}") if _NOM.fullmatch(f.stem)]
        trouvees = []
        for fichier in fichiers:
            try:
                trouvees.append(_lire(base, fichier))
            except StoreError:
                continue  # deleted meanwhile
        return sorted(trouvees, key=lambda s: (s.faite_le, s.nom), reverse=True)

    def lire(self, base: str, nom: str) -> SauvegardeLue:
        """One. Raises BaseInconnue, and UsageError when there is none of that name."""
        return _lire(base, self._trouver(base, nom))

    def existe(self, base: str, nom: str) -> bool:
        """True when a snapshot has that name."""
        return _NOM.fullmatch(nom) is not None and self._fichier(base, nom).is_file()

    def faire(self, base: str, nom: str, *, remplacer: bool = False) -> SauvegardeLue:
        """Saves the base as it is now. Raises BaseInconnue, StoreError, and UsageError for a name that does
        not fit, or is taken unless `remplacer`."""
        self._magasin.bases.lire(base)
        fichier = self._fichier(base, nom)
        if nom == MAINTENANT:
            raise UsageError(
                f"Le nom de sauvegarde [{nom}] ne convient pas : une comparaison désigne par lui la base "
                "telle qu'elle est.",
                remede="choisissez un autre nom",
            )
        pris = ConflitEtat(
            f"La base [{base}] a déjà une sauvegarde [{nom}].",
            remede="choisissez un autre nom, ou supprimez-la d'abord",
        )
        if fichier.exists() and not remplacer:
            raise pris
        with self.present(base) as provisoire:
            if self._classeur is not None:
                partage = f"{DOSSIER}/{base}"
                if not self._classeur.deposer(partage, fichier.name, provisoire, remplacer=remplacer):
                    raise pris
                self._classeur.a_jour(partage)
            elif remplacer:
                provisoire.replace(fichier)
            elif not _nommer(provisoire, fichier):
                raise pris
        return _lire(base, fichier)

    def restaurer(self, base: str, nom: str, contrats: Contrats) -> SauvegardeLue:
        """Puts the base back as it was saved, its contract included; its journal goes on, with a line of it.
        Raises as `lire`, StoreError, and as `restaurer_fichier`."""
        sauvegarde = self.lire(base, nom)
        restaurer_fichier(self._magasin, contrats, base, sauvegarde.fichier)
        phrase = f"Base remise à sa sauvegarde « {nom} »."
        consigner_remise(self._magasin, self._magasin.bases.lire(base), phrase)
        return sauvegarde

    def supprimer(self, base: str, nom: str) -> None:
        """Deletes one, whatever its file holds. Raises as `lire`, StoreError when it cannot be deleted."""
        fichier = self._trouver(base, nom)
        if self._classeur is not None:
            self._classeur.oter(f"{DOSSIER}/{base}", fichier.name)
        try:
            fichier.unlink(missing_ok=True)
        except OSError as erreur:
            raise StoreError(
                f"La sauvegarde [{nom}] ne peut pas être supprimée : {raison_systeme(erreur)}.",
                remede="vérifiez les droits du dossier",
            ) from erreur

    def oublier(self, base: str) -> None:
        """Deletes all those of a base that is no more."""
        if not _NOM.fullmatch(base):
            return
        shutil.rmtree(self._home / DOSSIER / base, ignore_errors=True)
        if self._classeur is not None:
            self._classeur.oter(f"{DOSSIER}/{base}")
            shutil.rmtree(self._classeur.copie(f"{DOSSIER}/{base}"), ignore_errors=True)

    @contextmanager
    def present(self, base: str) -> Iterator[Path]:
        """A snapshot of the base as it is now, for as long as it is looked at."""
        with self._provisoire(base) as provisoire:
            fichier_de_sauvegarde.sauvegarder(self._magasin, base, provisoire, journal=False)
            yield provisoire

    def _trouver(self, base: str, nom: str) -> Path:
        self._magasin.bases.lire(base)
        fichier = self._fichier(base, nom)
        if not fichier.is_file():
            raise UsageError(
                f"La base [{base}] n'a pas de sauvegarde [{nom}].",
                remede=f"« sne-sandbox snapshots list --base {base} » les donne toutes",
            )
        return fichier

    def _fichier(self, base: str, nom: str) -> Path:
        if not _NOM.fullmatch(nom):
            raise UsageError(
                f"Le nom de sauvegarde [{nom[:60]}] ne convient pas.",
                remede="1 à 40 lettres non accentuées, chiffres, - ou _, le premier une lettre ou un chiffre",
            )
        return self._dossier(base) / f"{nom}{_SUFFIXE}"

    @contextmanager
    def _provisoire(self, base: str) -> Iterator[Path]:
        dossier = self._dossier(base)
        try:
            dossier.mkdir(parents=True, exist_ok=True)
        except OSError as erreur:
            raise StoreError(
                f"Le dossier [{dossier}] ne peut pas être créé : {raison_ecriture(erreur)}.",
                remede="choisissez un autre dossier par --home",
            ) from erreur
        provisoire = dossier / f".{os.getpid()}-{secrets.token_hex(4)}"
        try:
            yield provisoire
        finally:
            provisoire.unlink(missing_ok=True)


def restaurer_fichier(magasin: Magasin, contrats: Contrats, base: str, fichier: Path) -> None:
    """Puts a base back as it is in a file. Raises StoreError when the file is not sound, ConflitEtat when the
    base has a contract that this server has not: nothing is changed."""

    def admettre(lue: Base) -> None:
        try:
            for contrat in (lue.reglages.contrat, lue.reglages.contrat_suivant):
                contrats.lieu(contrat)
        except UsageError as erreur:
            raise ConflitEtat(
                f"La base sauvegardée ne peut pas être servie ici : {erreur}",
                remede=f"rien n'a été remplacé ; posez le dossier de ce contrat sous "
                f"{contrats.dossier}, ou restaurez-la sur le serveur qui l'a",
            ) from None

    fichier_de_sauvegarde.restaurer(magasin, base, fichier, admettre)


def _nommer(provisoire: Path, fichier: Path) -> bool:
    """Gives the file its name, unless another took it meanwhile: False then, and that one stays."""
    try:
        os.link(provisoire, fichier)
    except FileExistsError:
        return False
    except OSError:  # a disk without hard links
        provisoire.replace(fichier)
    return True


def _lire(base: str, fichier: Path) -> SauvegardeLue:
    try:
        etat = fichier.stat()
    except OSError as erreur:
        raise StoreError(f"La sauvegarde [{fichier.stem}] n'est plus là.", remede="rechargez") from erreur
    demandes, illisible = None, ""
    try:
        demandes = fichier_de_sauvegarde.nombre_de_demandes(fichier)
    except StoreError as erreur:
        illisible = str(erreur)
    return SauvegardeLue(
        nom=fichier.stem,
        base=base,
        fichier=fichier,
        faite_le=datetime.fromtimestamp(etat.st_mtime, UTC),
        octets=etat.st_size,
        demandes=demandes,
        illisible=illisible,
    )


def consigner_remise(magasin: Magasin, base: Base, phrase: str) -> None:
    """Writes in the journal of `base` that its state was put back."""
    magasin.journal.consigner(None, ligne_de_base(base.nom, REMISE, phrase, base.horloge.maintenant()))
