"""Ateliers, as the database keeps them: a text each, beside the files that servers share; and what the
journal of a trainee's base comes down to, in a few rows."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sne_interface.domain.echange import NUIT, REMISE, SCENE, VerdictEchange
from sne_interface.errors import ConflitEtat
from sne_sandbox.store import tables
from sne_sandbox.store.base_de_donnees import BaseDeDonnees
from sne_sandbox.store.connexion_en_transaction import Connexion, lire_requetes
from sne_sandbox.store.lignes import micros
from sne_sandbox.store.requetes_sql import inserer

#: Where they are among the shared files; and what their writers hold alone, which is told when one changes.
DOSSIER: Final = "ateliers"
VERROU: Final = "sne-sandbox:ateliers"
#: Lines of a journal, the last ones, that are looked at.
LIGNES: Final = 5_000
_SQL: Final = lire_requetes(__file__, nuit=NUIT, remise=REMISE, scene=SCENE)
_AJOUTER: Final = inserer(tables.piece)


@dataclass(frozen=True)
class TraceDeBase:
    """The trace of the life of a base, in the last LIGNES lines of its journal: the id of its last call, the
    number of calls and of calls that were not accepted, the line of the last step of a scene, "" before
    any."""

    dernier: int | None
    appels: int
    refus: int
    scene: str


class Ateliers:
    """The ateliers of a database: each a text, of which it knows the name alone."""

    def __init__(self, donnees: BaseDeDonnees) -> None:
        self._donnees = donnees

    def lister(self) -> list[tuple[str, bytes]]:
        """All of them, by name."""
        lues = self._donnees.lignes(_SQL["tous"], {"dossier": DOSSIER})
        return [(str(nom), bytes(contenu)) for nom, contenu in lues]

    def lire(self, nom: str) -> bytes | None:
        """That of this name; None for none."""
        ligne = self._donnees.ligne(_SQL["lire"], {"dossier": DOSSIER, "nom": nom})
        return None if ligne is None else bytes(ligne[0])

    def ajouter(self, nom: str, contenu: bytes) -> None:
        """Keeps a new one. Raises ConflitEtat for a name that is taken."""
        with self._seul() as connexion:
            if connexion.ligne(_SQL["lire"], {"dossier": DOSSIER, "nom": nom}) is not None:
                raise ConflitEtat(
                    f"L'atelier [{nom}] existe déjà.",
                    remede=f"un autre nom, ou « sne-sandbox atelier clore {nom} » d'abord",
                )
            _ecrire(connexion, nom, contenu)

    @contextmanager
    def changer(self, nom: str) -> Iterator[list[bytes]]:
        """One to be changed, alone: a list that holds it, and whose first item is kept at the end; an empty
        list when there is none."""
        with self._seul() as connexion:
            ligne = connexion.ligne(_SQL["lire"], {"dossier": DOSSIER, "nom": nom})
            tenu = [] if ligne is None else [bytes(ligne[0])]
            yield tenu
            if tenu and ligne is not None:
                connexion.faire(_SQL["oter"], {"dossier": DOSSIER, "nom": nom})
                _ecrire(connexion, nom, tenu[0])

    def oter(self, nom: str) -> None:
        """Forgets one."""
        with self._seul() as connexion:
            connexion.faire(_SQL["oter"], {"dossier": DOSSIER, "nom": nom})

    def trace(self, base: str, dernier: int) -> TraceDeBase:
        """Returns the trace of a base whose journal ends with the line `dernier`."""
        cle = {"base": base, "depuis": max(0, dernier - LIGNES)}
        with self._donnees.transaction(ecriture=False) as connexion:
            appel, scene = connexion.ligne(_SQL["dernier"], cle), connexion.ligne(_SQL["scene"], cle)
            lus = connexion.lignes(_SQL["verdicts"], cle)
        comptes = {str(verdict): int(nombre) for verdict, nombre in lus}
        appels = sum(comptes.values())
        return TraceDeBase(
            None if appel is None else int(appel[0]),
            appels,
            appels - comptes.get(VerdictEchange.ACCEPTE, 0),
            "" if scene is None else str(scene[0]),
        )

    def _seul(self) -> AbstractContextManager[Connexion]:
        return self._donnees.transaction(ecriture=True, verrou=VERROU)


def _ecrire(connexion: Connexion, nom: str, contenu: bytes) -> None:
    ligne = {"dossier": DOSSIER, "nom": nom, "rang": 0, "contenu": contenu}
    connexion.faire(_AJOUTER, {**ligne, "ecrit_le": micros(datetime.now(UTC))})
