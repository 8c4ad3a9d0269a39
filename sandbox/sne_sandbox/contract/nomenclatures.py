"""The closed lists of the contract, and which element each of them rules."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sne_sandbox.errors import ContractError


@dataclass(frozen=True, slots=True)
class Chemin:
    """One element of the `interfaceNuu` document of a demande.

    `chemin` is its path from the root, without index; `depuis` the first message version that has it;
    `liste` the closed list that rules it, None for none; `obligatoire` whether its parent must hold it.
    """

    chemin: str
    obligatoire: bool
    depuis: str
    liste: str | None


#: Containers of the search and event documents, which the table of paths does not describe.
_CONTENEURS_D_AILLEURS: Final = frozenset(
    {
        "operation",
        "demandeMulticritere",
        "personneRecherchee",
        "piecesJustificatives",
        "listeEvenements",
        "evenement",
        "listeCaracteristiquesSpecifiques",
        "caracteristiqueSpecifique",
    }
)


class Nomenclatures:
    """Closed lists by name, and the paths they rule."""

    def __init__(self, listes: Mapping[str, Mapping[str, str]], chemins: Iterable[Chemin] = ()) -> None:
        self._listes = {nom: MappingProxyType(dict(codes)) for nom, codes in listes.items()}
        self._chemins = {ligne.chemin: (rang, ligne) for rang, ligne in enumerate(chemins)}
        self.par_chemin: Mapping[str, tuple[str, bool]] = MappingProxyType(
            {
                chemin: (ligne.liste, ligne.obligatoire)
                for chemin, (_, ligne) in self._chemins.items()
                if ligne.liste is not None
            }
        )
        """Path without index -> (list, whether the schema requires the element)."""
        parents = {chemin.rpartition("/")[0] for chemin in self._chemins}
        self.conteneurs = (frozenset(_nom(c) for c in parents) | _CONTENEURS_D_AILLEURS) - {
            _nom(c) for c in self._chemins.keys() - parents
        }
        """Names of the elements that only ever hold elements."""
        inconnues = sorted({nom for nom, _ in self.par_chemin.values()} - self._listes.keys())
        if inconnues:
            raise ContractError(
                f"Nomenclature citée mais non définie : {', '.join(inconnues)}.",
                remede="ajoutez ses codes à nomenclatures.csv",
            )

    @property
    def noms(self) -> tuple[str, ...]:
        """Names of the lists."""
        return tuple(self._listes)

    def liste(self, nom: str) -> Mapping[str, str]:
        """Labels by code, in the order of the file. Raises KeyError for an unknown list."""
        return self._listes[nom]

    def contient(self, nom: str, code: str) -> bool:
        """Whether list `nom` holds `code`. Raises KeyError for an unknown list."""
        return code in self._listes[nom]

    def libelle(self, nom: str, code: str) -> str | None:
        """Label of `code` in list `nom` (`""`: an absent code); None when it has none."""
        return self._listes[nom].get(code)

    def ordre(self, chemin: str) -> int:
        """Rank of a path (without index) in document order. Raises KeyError for an unknown path."""
        return self._chemins[chemin][0]

    def depuis(self, chemin: str) -> str:
        """First message version that has a path. Raises KeyError for an unknown path."""
        return self._chemins[chemin][1].depuis

    def obligatoire(self, chemin: str) -> bool:
        """Whether the parent of a path must hold it. Raises KeyError for an unknown path."""
        return self._chemins[chemin][1].obligatoire

    @property
    def chemins(self) -> tuple[str, ...]:
        """Every path of the document, in document order."""
        return tuple(self._chemins)


def _nom(chemin: str) -> str:
    return chemin.rpartition("/")[2]


def lire_listes(octets: bytes, fichier: str) -> dict[str, dict[str, str]]:
    """Lists from a CSV with columns list, code, label."""
    listes: dict[str, dict[str, str]] = {}
    for ligne in lignes_csv(octets, fichier, ("list", "code", "label")):
        listes.setdefault(ligne["list"], {})[ligne["code"]] = ligne["label"]
    return listes


def lire_chemins(octets: bytes, fichier: str) -> tuple[Chemin, ...]:
    """Paths from a CSV with columns path, min, since, nomenclature, in document order."""
    return tuple(
        Chemin(ligne["path"], ligne["min"] != "0", ligne["since"], ligne["nomenclature"] or None)
        for ligne in lignes_csv(octets, fichier, ("path", "min", "since", "nomenclature"))
    )


def lignes_csv(octets: bytes, fichier: str, colonnes: tuple[str, ...]) -> Iterable[dict[str, str]]:
    """Rows of a CSV. Raises ContractError when it is not UTF-8 or lacks one of `colonnes`."""
    try:
        lecteur = csv.DictReader(octets.decode("utf-8-sig").splitlines(), restval="")
    except UnicodeDecodeError as erreur:
        raise ContractError(
            f"{fichier} n'est pas en UTF-8 (octet {erreur.start}).", remede="enregistrez-le en UTF-8"
        ) from None
    manquantes = [colonne for colonne in colonnes if colonne not in (lecteur.fieldnames or ())]
    if manquantes:
        raise ContractError(
            f"{fichier} : colonne absente : {', '.join(manquantes)}.",
            remede=f"colonnes attendues : {', '.join(colonnes)}, séparées par des virgules",
        )
    return lecteur
