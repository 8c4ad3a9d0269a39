"""Communes, former communes and EPCI (INSEE, DGCL, La Poste), read at first use."""

import csv
import re
import threading
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sne_sandbox.domain.numero_unique import territoire_de
from sne_sandbox.domain.texte import LIGATURES, plier
from sne_sandbox.errors import ContractError

#: What folding drops, in a text of many lines.
_SIGNES: Final = re.compile(r"[^\w\n]|_")


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune (or municipal arrondissement) in force. `code` is INSEE's, `epci` the SIREN of its EPCI."""

    code: str
    nom: str
    departement: str
    region: str
    codes_postaux: tuple[str, ...]
    epci: str | None


@dataclass(frozen=True, slots=True)
class CommuneAncienne:
    """A commune no longer in force. `fin` is its last day's date, `successeur` the code in force that took
    it over; None when unknown."""

    code: str
    nom: str
    fin: date | None
    successeur: str | None


@dataclass(frozen=True, slots=True)
class Epci:
    """An intercommunal body. `type` is CA, CC, CU, METRO, …"""

    siren: str
    nom: str
    type: str


class Territoires:
    """The geography of a contract.

    `lire` gives the bytes of a file of the contract; the others name its files.
    Each file is read once, by the first call that needs it, whatever the number of threads; that call raises
    ContractError when the file is missing or has not its columns.
    """

    def __init__(
        self,
        lire: Callable[[str], bytes],
        *,
        communes: str = "communes.csv",
        anciennes: str = "communes-anciennes.csv",
        epci: str = "epci.csv",
    ) -> None:
        colonnes = ("code", "nom", "departement", "region", "codes_postaux", "epci")
        self._communes = _Table(lire, communes, colonnes)
        self._anciennes = _Table(lire, anciennes, ("code", "nom", "fin", "successeur"))
        self._epci = _Table(lire, epci, ("siren", "nom", "type"))
        self._noms: list[tuple[str, str]] | None = None
        self._numerotes: frozenset[str] | None = None

    def prechauffer(self) -> None:
        """Read communes and former communes now, rather than in the first request."""
        self.existe("")

    def commune(self, code: str) -> Commune | None:
        """The commune or arrondissement of that INSEE code, in force."""
        ligne = self._communes.get(code)
        if ligne is None:
            return None
        nom, departement, region, postaux, epci = ligne
        return Commune(code, nom, departement, region, tuple(postaux.split()), epci or None)

    def ancienne(self, code: str) -> CommuneAncienne | None:
        """The former commune of that INSEE code."""
        ligne = self._anciennes.get(code)
        if ligne is None:
            return None
        nom, fin, successeur = ligne
        return CommuneAncienne(code, nom, date.fromisoformat(fin) if fin else None, successeur or None)

    def nom_de_commune(self, code: str) -> str:
        """Name of a commune in force or not, "" when nobody knows the code."""
        connue = self.commune(code) or self.ancienne(code)
        return connue.nom if connue is not None else ""

    def existe(self, code: str) -> bool:
        """Whether a commune has, or had, that code."""
        return code in self._communes.lignes or code in self._anciennes.lignes

    def epci(self, siren: str) -> Epci | None:
        """The EPCI of that SIREN."""
        ligne = self._epci.get(siren)
        return None if ligne is None else Epci(siren, *ligne)

    def codes(self) -> tuple[str, ...]:
        """Codes of all communes in force, in the order of the file."""
        return tuple(self._communes.lignes)

    def numerotes(self) -> frozenset[str]:
        """The territories by which a numéro unique may begin: those of a commune, in force or not."""
        if self._numerotes is None:
            communes = (*self._communes.lignes, *self._anciennes.lignes)
            self._numerotes = frozenset(map(territoire_de, communes))
        return self._numerotes

    def nommees(self, nom: str) -> tuple[Commune, ...]:
        """The communes in force that have that name, folded; without any, those whose name begins with it.
        In the order of the file; the first call folds all names."""
        if self._noms is None:
            self._noms = list(zip(self._communes.lignes, _plier_tout(self._communes.noms()), strict=True))
        cherche = plier(nom)
        codes = [code for code, plie in self._noms if plie == cherche]
        if not codes and cherche:
            codes = [code for code, plie in self._noms if plie.startswith(cherche)]
        return tuple(commune for code in codes if (commune := self.commune(code)) is not None)


def _plier_tout(noms: list[str]) -> list[str]:
    """Names folded, as one text: one by one, 35,000 take half a second."""
    texte = unicodedata.normalize("NFKD", "\n".join(noms).translate(LIGATURES)).casefold()
    return _SIGNES.sub("", texte).split("\n")


class _Table:
    """Rows of a CSV by their first column, kept as text: a row is split when it is asked for."""

    def __init__(self, lire: Callable[[str], bytes], fichier: str, colonnes: tuple[str, ...]) -> None:
        self._lire = lire
        self._fichier = fichier
        self._colonnes = colonnes
        self._verrou = threading.Lock()
        self._rangs: tuple[int, ...] = ()
        self._lignes: Mapping[str, str] | None = None

    @property
    def lignes(self) -> Mapping[str, str]:
        """Line of text by code."""
        if self._lignes is None:
            with self._verrou:
                if self._lignes is None:
                    self._lignes = self._charger()
        return self._lignes

    def get(self, code: str) -> tuple[str, ...] | None:
        """The wanted columns, but for the first, of the row of that code."""
        ligne = self.lignes.get(code)
        if ligne is None:
            return None
        valeurs = next(csv.reader((ligne,)))
        if len(valeurs) <= max(self._rangs):
            raise ContractError(
                f"{self._fichier}, ligne [{ligne}] : il manque des colonnes.",
                remede=f"colonnes attendues : {', '.join(self._colonnes)}",
            )
        return tuple([valeurs[rang] for rang in self._rangs])

    def noms(self) -> list[str]:
        """The second wanted column of every row, in order; "" where it is missing."""
        lignes, rang = self.lignes, self._rangs[0]
        return [valeurs[rang] if len(valeurs) > rang else "" for valeurs in csv.reader(lignes.values())]

    def _charger(self) -> Mapping[str, str]:
        try:
            lignes = self._lire(self._fichier).decode("utf-8-sig").splitlines()
        except UnicodeDecodeError:
            raise ContractError(
                f"{self._fichier} n'est pas en UTF-8.", remede="enregistrez-le en UTF-8"
            ) from None
        entete = next(csv.reader(lignes[:1]), [])
        if entete[:1] != [self._colonnes[0]] or not set(self._colonnes) <= set(entete):
            raise ContractError(
                f"{self._fichier} n'a pas les colonnes attendues.",
                remede=f"première ligne attendue : {','.join(self._colonnes)}",
            )
        self._rangs = tuple(entete.index(colonne) for colonne in self._colonnes[1:])
        return {ligne.partition(",")[0].strip('"'): ligne for ligne in lignes[1:] if ligne}
