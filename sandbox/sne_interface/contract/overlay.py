"""The folders of a contract laid over one another: file by file, and key by key for TOML.

A contract folder may extend another (`extends` in its `contract.toml`). A folder given by `--contracts` lies
over both, in the same layout: `DIR/xsd/…` or `DIR/v5.2/xsd/…`.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import tomli

from sne_interface.errors import ContractError, UsageError, raison_systeme
from sne_interface.resources import TableToml

#: Layers above each other: v5.2 over v5.0 is two; more than this is a loop.
_COUCHES_MAX: Final = 8
_CONTRAT: Final = "contract.toml"
#: The contract that is served unless told otherwise; a user's own extends it, when it does not say what.
PAR_DEFAUT: Final = "v5.2"


class DossiersContrat:
    """The folders of one contract, the one that wins first.

    `racine` holds the versions (`v5.0/`, `v5.2/`), `nom` names one, `overlay` is the user's folder. Raises
    UsageError when there is no such version or overlay, ContractError when another folder is missing, or
    when the overlay cannot be read, or holds nothing that belongs to a contract.
    """

    def __init__(self, racine: Path, nom: str, overlay: Path | None = None) -> None:
        if overlay is not None and not overlay.is_dir():
            raise UsageError(
                f"[{overlay}] est un fichier, et non un dossier de contrats."
                if overlay.is_file()
                else f"Le dossier de contrats [{overlay}] n'existe pas.",
                remede="donnez à --contracts un dossier disposé comme contracts/v5.2/",
            )
        if overlay is not None and not os.access(overlay, os.R_OK | os.X_OK):
            raise ContractError(
                f"Le dossier de contrats [{overlay}] ne se lit pas : les droits manquent.",
                remede="donnez-vous le droit de le lire et de le parcourir",
            )
        self.racine = racine
        self.overlay = overlay
        self.noms: list[str] = []
        self.couches: list[Path] = []
        self._etend = racine / nom
        suivant: str | None = nom
        while suivant is not None:
            suivant = self._empiler(suivant)
        if overlay is not None and not any(self._connus(overlay)):
            raise ContractError(
                f"Le dossier de contrats [{overlay}] ne contient aucun fichier de contrat.",
                remede="il doit contenir contract.toml, rules.toml, evenements.toml, un .csv, xsd/ ou wsdl/, "
                f"ou un dossier {nom}/ qui en contient",
            )

    def _empiler(self, nom: str) -> str | None:
        if nom in self.noms or len(self.noms) >= _COUCHES_MAX:
            raise ContractError(f"Le contrat [{nom}] s'étend lui-même.", remede=self._sans_boucle())
        candidats = [self.racine / nom]
        if self.overlay is not None:
            premier = [] if self.noms else [self.overlay]
            candidats = [self.overlay / nom, *premier, *candidats]
        couches = [dossier for dossier in candidats if dossier.is_dir()]
        contenus = [dossier for dossier in couches if dossier != self.overlay]
        if not contenus:
            connus = sorted(dossier.name for dossier in self.racine.iterdir() if dossier.is_dir())
            famille = ContractError if self.noms else UsageError  # extended by a folder, or asked for
            raise famille(
                f"Le contrat [{nom}] n'existe pas.", remede=f"contrats connus : {', '.join(connus)}"
            )
        if not (self.racine / nom).is_dir() and not any((d / _CONTRAT).is_file() for d in contenus):
            # Whatever it holds would be taken for the default, unchanged where a file is not in its place.
            raise ContractError(
                f"Le dossier [{contenus[0]}] n'est pas un contrat : il n'a pas de {_CONTRAT}.",
                remede=f'écrivez-y {_CONTRAT} (extends = "{PAR_DEFAUT}", par exemple), ou retirez ce dossier',
            )
        self.noms.append(nom)
        self.couches += couches
        for dossier in couches:
            if (dossier / _CONTRAT).is_file() and "extends" in (contenu := lire_toml(dossier / _CONTRAT)):
                self._etend = dossier
                return str(contenu["extends"]) or None
        return None if (self.racine / nom).is_dir() else PAR_DEFAUT

    def _sans_boucle(self) -> str:
        """The remedy for the file that says `extends` last."""
        fichier = self._etend / _CONTRAT
        if self._etend != self.overlay:
            return f"corrigez « extends » dans {fichier}"
        seul = fichier.resolve().parent
        return (
            f"retirez « extends » de {fichier} : ce dossier se pose sur le contrat de --contract ; pour en "
            f"faire un contrat à lui seul, --contract {seul.name} --contracts {seul.parent}"
        )

    @staticmethod
    def _connus(dossier: Path) -> list[Path]:
        suffixes = (".toml", ".csv", ".xsd", ".wsdl")
        return [chemin for chemin in dossier.rglob("*") if chemin.suffix in suffixes]

    @property
    def surcharge(self) -> tuple[str, ...]:
        """The files of the user's folder that are of this contract, by their paths in it; none without a
        folder. It may hold other contracts beside."""
        if self.overlay is None:
            return ()
        autres = [d.parent for d in self.overlay.glob(f"*/{_CONTRAT}") if d.parent not in self.couches]
        siens = (f for f in self._connus(self.overlay) if not any(f.is_relative_to(d) for d in autres))
        return tuple(sorted(f.relative_to(self.overlay).as_posix() for f in siens))

    def trouver(self, chemin: str) -> Path:
        """The file at the relative `chemin`, from the first folder that has it. Raises ContractError when
        none has it, or when the path leaves the folders."""
        morceaux = chemin.split("/")
        if ".." not in morceaux and "" not in morceaux:
            for dossier in self.couches:
                if (dossier / chemin).is_file():
                    return dossier / chemin
        raise ContractError(
            f"Le fichier [{chemin}] manque au contrat {self.noms[0]}.",
            remede=f"cherché dans : {', '.join(str(dossier) for dossier in self.couches)}",
        )

    def contient(self, chemin: str) -> bool:
        """Tell whether one of the folders has a file at the relative `chemin`."""
        return any((dossier / chemin).is_file() for dossier in self.couches)

    def fichiers(self) -> tuple[str, ...]:
        """The relative paths of all the files of a contract, in whichever folder; not those of other
        versions that a user's folder may hold."""
        trouves = set()
        for dossier in self.couches:
            versions = {f.parent for f in dossier.glob(f"*/{_CONTRAT}")} if dossier == self.overlay else set()
            versions |= {dossier / nom for nom in self.noms} if dossier == self.overlay else set()
            trouves |= {
                f.relative_to(dossier).as_posix()
                for f in self._connus(dossier)
                if not versions.intersection(f.parents)
            }
        return tuple(sorted(trouves))

    def lire(self, chemin: str) -> bytes:
        """Bytes of the file at `chemin`. Raises ContractError as `trouver`, or when it cannot be read."""
        return lire_le_fichier(self.trouver(chemin))

    def toml(self, chemin: str) -> dict[str, Any]:
        """The TOML files at `chemin` of all folders, merged key by key. Empty when none has one."""
        fusion: dict[str, Any] = {}
        for _, contenu in self.tomls(chemin):
            fusion = fusionner(fusion, contenu)
        return fusion

    def tomls(self, chemin: str) -> list[tuple[Path, dict[str, Any]]]:
        """The TOML files at `chemin`, the one that wins last. Raises ContractError for a broken one."""
        fichiers = [dossier / chemin for dossier in reversed(self.couches)]
        return [(fichier, lire_toml(fichier)) for fichier in fichiers if fichier.is_file()]

    def du_contrat(self, fichier: Path) -> bool:
        """Tell whether `fichier` is the contract's own, not the user's."""
        return fichier.is_relative_to(self.racine)


def lire_le_fichier(fichier: Path) -> bytes:
    """Bytes of a file. Raises ContractError when it cannot be read."""
    try:
        return fichier.read_bytes()
    except OSError as erreur:
        raise ContractError(
            f"Le fichier [{fichier}] ne se lit pas : {raison_systeme(erreur)}.", remede="vérifiez ses droits"
        ) from None


def fusionner(dessous: TableToml, dessus: TableToml) -> dict[str, Any]:
    """`dessous` with the keys of `dessus` laid over it; tables merge, everything else is replaced."""
    fusion = dict(dessous)
    for cle, valeur in dessus.items():
        ancienne = fusion.get(cle)
        if isinstance(ancienne, Mapping) and isinstance(valeur, Mapping):
            fusion[cle] = fusionner(ancienne, valeur)
        else:
            fusion[cle] = valeur
    return fusion


def lire_toml(fichier: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises ContractError with the line of what cannot be read."""
    try:
        return tomli.loads(lire_le_fichier(fichier).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ContractError(f"{fichier} n'est pas en UTF-8.", remede="enregistrez-le en UTF-8") from None
    except tomli.TOMLDecodeError as erreur:
        raise ContractError(f"{fichier} : TOML illisible : {erreur}.", remede="corrigez ce fichier") from None
