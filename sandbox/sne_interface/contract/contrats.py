"""The contracts of the bases of a server, by name: each is read when a base first wants it, and kept.

A base names a version that we deliver (`v5.0`), or a folder that the operator has put in the home, below
`contrats/`: a version of the interface like ours, in the same layout, with only what differs from what it
`extends`. A name is all that a remote user may give: no path leads out of these two places.
"""

import hashlib
import re
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sne_interface.contract import contrats_charges
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.base import Base
from sne_interface.errors import ContractError, UsageError
from sne_interface.settings import Reglages

#: The folder of the home whose sub-folders are contracts.
DOSSIER: Final = "contrats"
_NOM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class Contrats:
    """The contracts that bases may have. `nom` and `overlay` (`--contract`, `--contracts`) are the server's:
    those of the bases that name none; `quartiles` is the user's own table of thresholds, for all of them.
    Any thread may call it; a contract that does not read is tried again
    the next time, and keeps nobody from another."""

    def __init__(
        self, home: Path, nom: str, overlay: Path | None = None, quartiles: Path | None = None
    ) -> None:
        #: Where the operator puts folders.
        self.dossier = home / DOSSIER
        self._du_serveur = nom, overlay
        self._quartiles = quartiles
        self._lus: dict[str, Contrat] = {}
        #: The same, by `lieu`: of two names for one, one is in memory.
        self._par_lieu: dict[tuple[str, Path | None], Contrat] = {}
        self._verrou = Lock()
        self._signe: list[tuple[str, int, int]] = []
        self._empreinte = ""

    @property
    def defaut(self) -> Contrat:
        """The server's own. Raises OperatorError."""
        return self.nomme("")

    def de(self, base: Base) -> Contrat:
        """That of a base. Raises as `nomme`."""
        return self.nomme(base.reglages.contrat)

    def nomme(self, nom: str) -> Contrat:
        """The contract of that name, the server's for "". Raises UsageError for a name that is none,
        ContractError for one that cannot be read."""
        lu = self._lus.get(nom)
        if lu is not None:
            return lu
        with self._verrou:
            lieu = self.lieu(nom)
            lu = self._par_lieu.get(lieu) or contrats_charges.charger(*lieu, self._quartiles)
            self._par_lieu[lieu] = self._lus[nom] = lu
            return lu

    def lieu(self, nom: str) -> tuple[str, Path | None]:
        """Returns what `--contract` and `--contracts` say of a contract, without reading the contract. Raises
        as `nomme`."""
        if not nom:
            return self._du_serveur
        livre = nom in contrats_charges.livres()
        if not livre and nom not in self._poses():
            raise UsageError(
                f"Le contrat [{nom[:40]}] n'existe pas sur ce serveur.",
                remede=f"contrats connus : {', '.join(self.noms)} ; l'exploitant en ajoute un par un dossier "
                f"{DOSSIER}/NOM de son --home",
            )
        if livre and nom in self._poses():
            raise ContractError(
                f"Le dossier {DOSSIER}/{nom} porte le nom d'une version livrée.",
                remede="donnez-lui un autre nom : officiel, par exemple",
            )
        return nom, None if livre else self.dossier

    @property
    def noms(self) -> list[str]:
        """The contracts that a base may name."""
        poses = [nom for nom in self._poses() if (self.dossier / nom / contrats_charges.CONTRAT).is_file()]
        return sorted({*contrats_charges.livres(), *poses})

    def nom_de(self, base: Base) -> str:
        """Returns the name of a base's contract."""
        return base.reglages.contrat or self._du_serveur[0]

    def options(self, base: Base) -> dict[str, Any]:
        """The settings `contract` and `contracts` that stand for the contract of a base."""
        return dict(zip(("contract", "contracts"), self.lieu(base.reglages.contrat), strict=True))

    def verifier(self, reglages: Reglages) -> Contrat:
        """The contract of a base with these settings; the next one of it, if it has any, is seen to read.
        Raises as `nomme`."""
        if reglages.contrat_suivant:
            self.nomme(reglages.contrat_suivant)
        return self.nomme(reglages.contrat)

    def empreinte(self) -> str:
        """Returns a digest of what the operator has put on this server beside what we deliver, "" for
        nothing: servers of one database must have the same digest. Reads the files again only when one has
        changed."""
        nom, overlay = self._du_serveur
        fichiers = [
            (f"{rang}/{fichier.relative_to(racine)}", fichier)
            for rang, racine in enumerate((overlay, self.dossier))
            if racine is not None and racine.is_dir()
            for fichier in sorted(racine.rglob("*"))
            if fichier.is_file()
        ]
        if self._quartiles is not None:
            fichiers.append(("quartiles", self._quartiles))
        signe = [(ou, (lu := f.stat()).st_size, lu.st_mtime_ns) for ou, f in fichiers]
        if signe != self._signe:
            somme = hashlib.sha256()
            for ou, fichier in fichiers:
                somme.update(f"{ou}\0".encode() + hashlib.sha256(fichier.read_bytes()).digest())
            self._signe, self._empreinte = signe, somme.hexdigest()[:16]
        return f"{nom} {self._empreinte}"

    def _poses(self) -> list[str]:
        """The folders that the operator has put there."""
        if not self.dossier.is_dir():
            return []
        return [d.name for d in self.dossier.iterdir() if d.is_dir() and _NOM.fullmatch(d.name)]
