"""The files of a guichet's boxes: its inbox (« entree ») and its outbox (« sortie »)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sne_sandbox.store import tables
from sne_sandbox.store.connexion_en_transaction import Connexion, lire_requetes
from sne_sandbox.store.lignes import detasser, instant_de, instant_ou_rien, micros, tasser
from sne_sandbox.store.requetes_sql import inserer


class Boite(StrEnum):
    """One of the two boxes of a guichet, as the SNE names it: what comes in, what goes out."""

    ENTREE = "entree"
    SORTIE = "sortie"


@dataclass(frozen=True, slots=True)
class Depot:
    """A file, without its bytes. Instants are the machine's (aware): `depose_le` when it was left,
    `traite_le` when it was processed (inbox), or written to the guichet's folder (outbox)."""

    nom: str
    depose_le: datetime
    traite_le: datetime | None


_SQL: Final = lire_requetes(__file__)
_AJOUTER: Final = inserer(tables.fichier)


@dataclass(frozen=True)
class Compte:
    """How many files a box holds, and how many of them were not processed yet."""

    total: int = 0
    en_attente: int = 0


def compter(connexion: Connexion, base: str) -> dict[tuple[str, Boite], Compte]:
    """The files of all boxes of a base, by guichet and box; a box that holds none is not there."""
    return {
        (guichet, Boite(boite)): Compte(total, total - traites)
        for guichet, boite, total, traites in connexion.lignes(_SQL["compter"], {"base": base})
    }


@dataclass(frozen=True)
class Boites:
    """The boxes of one guichet, in a transaction."""

    connexion: Connexion
    base: str
    guichet: str

    def lister(self, boite: Boite) -> list[Depot]:
        """The files of a box, oldest first, processed ones included."""
        return [_depot(*ligne) for ligne in self.connexion.lignes(_SQL["lister"], self._cle(boite))]

    def derniers(self, boite: Boite, limite: int) -> list[Depot]:
        """The last `limite` files of a box, newest first."""
        cle = {**self._cle(boite), "limite": limite}
        return [_depot(*ligne) for ligne in self.connexion.lignes(_SQL["derniers"], cle)]

    def lire(self, boite: Boite, nom: str) -> bytes | None:
        """Bytes of a file, None when there is none of that name."""
        ligne = self.connexion.ligne(_SQL["lire"], self._cle(boite, nom))
        return None if ligne is None else detasser(ligne[0])

    def deposer(self, boite: Boite, nom: str, contenu: bytes, instant: datetime) -> None:
        """Leaves a file, in place of the one that has its name."""
        cle = self._cle(boite, nom)
        self.connexion.faire(_SQL["oter"], cle)
        colonnes = {"depose_le": micros(instant), "traite_le": None, "contenu": tasser(contenu)}
        self.connexion.faire(_AJOUTER, {**cle, **colonnes})

    def oter(self, boite: Boite, nom: str) -> bool:
        """Takes a file away; whether there was one."""
        return self.connexion.faire(_SQL["oter"], self._cle(boite, nom)) == 1

    def marquer(self, boite: Boite, depot: Depot, instant: datetime) -> bool:
        """Notes that a file was processed at `instant`; False when it was already, or is another one now."""
        instants = {"depot": micros(depot.depose_le), "instant": micros(instant)}
        return self.connexion.faire(_SQL["marquer"], {**self._cle(boite, depot.nom), **instants}) == 1

    def _cle(self, boite: Boite, nom: str | None = None) -> dict[str, str]:
        cle = {"base": self.base, "guichet": self.guichet, "boite": boite.value}
        return cle if nom is None else {**cle, "nom": nom}


def _depot(nom: str, depose_le: int, traite_le: int | None) -> Depot:
    return Depot(nom, instant_de(depose_le), instant_ou_rien(traite_le))
