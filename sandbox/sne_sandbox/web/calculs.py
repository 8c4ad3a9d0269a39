"""The tables of statistics, computed beside the pages that show them.

A table of 200,000 demandes takes seconds: a page waits for it a moment, then says that it is being computed.
What was computed is kept, and shown with its age while newer figures are on their way. Each process keeps its
own.
"""

import threading
import time
from collections import OrderedDict
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Attend
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from flask import Flask
from werkzeug.exceptions import ServiceUnavailable

from sne_sandbox.errors import SandboxError, StoreError
from sne_sandbox.operations import statistiques
from sne_sandbox.operations.statistiques import Tableau
from sne_sandbox.store.statistiques import tires
from sne_sandbox.web.partage import Services

#: Seconds that figures are waited for when older ones may be shown.
BREVE: Final = 0.1
#: Tables kept, tables that wait to be computed, seconds after which figures are old whatever is known.
GARDES: Final = 64
EN_ATTENTE_MAX: Final = 12
AGE_MAX: Final = 600.0
#: Requests that wait for a table without a page, seconds that they do, that others wait for their turn, and
#: after which to come again.
ATTENTES_MAX: Final = 2
PATIENCE: Final = 60.0
TOUR_MAX: Final = 1.0
RETENTER: Final = 5
_OCCUPE: Final = "D'autres demandent déjà des statistiques. Remède : réessayez dans un instant."
_LONG: Final = "Le calcul dure plus d'une minute. Remède : réessayez, il continue."
_EXTENSION: Final = "statistiques"


@dataclass(frozen=True, slots=True)
class TableDemandee:
    """A table of a base at the end of a day, of one territory or all."""

    base: str
    code: str
    jour: date
    territoire: str | None = None


@dataclass(frozen=True, slots=True)
class Resultat:
    """A table, when it was computed and in how many seconds. `etat` tells the state of the base then."""

    tableau: Tableau
    etat: tuple[Any, ...]
    calcule_le: datetime
    secondes: float

    def ancien(self, etat: tuple[Any, ...]) -> bool:
        """Whether the base has changed since, or may have without saying so."""
        return etat != self.etat or (datetime.now(UTC) - self.calcule_le).total_seconds() > AGE_MAX


class Calculs:
    """The tables of one process. One is computed at a time."""

    def __init__(self) -> None:
        self._faits: OrderedDict[TableDemandee, Resultat] = OrderedDict()
        self._en_cours: dict[TableDemandee, Future[Resultat]] = {}
        self._verrou = threading.Lock()
        self._tour = threading.Lock()
        self._attentes = threading.BoundedSemaphore(ATTENTES_MAX)

    def obtenir(self, services: Services, demande: TableDemandee, *, attente: float) -> Resultat | None:
        """The table as it is known; when it is not, or the base has changed, it is computed, and waited for
        `attente` seconds (`BREVE` when an old one is known). None when it takes longer and none is known.
        Raises what its computation raised."""
        etat = etat_de(services, demande.base)
        with self._verrou:
            connu = self._faits.get(demande)
        if connu is not None and not connu.ancien(etat):
            return connu
        en_cours = self.preparer(services, demande)
        if en_cours is None:
            return connu
        try:
            return en_cours.result(timeout=attente if connu is None else min(attente, BREVE))
        except Attend:
            return connu

    def attendre(self, services: Services, demande: TableDemandee) -> Resultat:
        """The table of the base as it is now, or became while it was waited for. Few wait at a time: each
        holds a thread of the server. Raises ServiceUnavailable, and what its computation raised."""
        if not self._attentes.acquire(timeout=TOUR_MAX):
            raise ServiceUnavailable(_OCCUPE, retry_after=RETENTER)
        try:
            etat = etat_de(services, demande.base)
            with self._verrou:
                resultat = self._faits.get(demande)
            fin = time.monotonic() + PATIENCE
            # What is being computed may have begun before the last change; the next has not.
            for _ in range(2):
                if resultat is not None and not resultat.ancien(etat):
                    break
                en_cours = self.preparer(services, demande)
                if en_cours is None:
                    raise ServiceUnavailable(_OCCUPE, retry_after=RETENTER)
                resultat = en_cours.result(timeout=max(0.0, fin - time.monotonic()))
            assert resultat is not None
            return resultat
        except Attend:
            raise ServiceUnavailable(_LONG, retry_after=RETENTER) from None
        finally:
            self._attentes.release()

    def preparer(self, services: Services, demande: TableDemandee) -> "Future[Resultat] | None":
        """Starts to compute a table, unless it is being computed; None when too many already wait."""
        with self._verrou:
            if demande in self._en_cours:
                return self._en_cours[demande]
            if len(self._en_cours) >= EN_ATTENTE_MAX:
                return None
            futur: Future[Resultat] = Future()
            self._en_cours[demande] = futur
        # A daemon: a server that stops does not wait for figures.
        threading.Thread(
            target=self._calculer, args=(services, demande, futur), name="statistiques", daemon=True
        ).start()
        return futur

    def connait(self, demande: TableDemandee) -> bool:
        """Whether a table is kept, of whatever age."""
        with self._verrou:
            return demande in self._faits

    def _calculer(self, services: Services, demande: TableDemandee, futur: "Future[Resultat]") -> None:
        try:
            with self._tour:
                resultat = calculer(services, demande)
        except SandboxError as erreur:
            with self._verrou:
                del self._en_cours[demande]
            futur.set_exception(erreur)
        except Exception as erreur:  # noqa: BLE001 - whoever waits is told, and the next may try again
            with self._verrou:
                del self._en_cours[demande]
            panne = StoreError(f"Les statistiques n'ont pas pu être calculées : {erreur}", remede="réessayez")
            panne.__cause__ = erreur
            futur.set_exception(panne)
        else:
            with self._verrou:
                del self._en_cours[demande]
                self._faits[demande] = resultat
                self._faits.move_to_end(demande)
                while len(self._faits) > GARDES:
                    self._faits.popitem(last=False)
            futur.set_result(resultat)


def calculer(services: Services, demande: TableDemandee) -> Resultat:
    """The table, computed now. Raises BaseInconnue, StoreError."""
    etat = etat_de(services, demande.base)
    debut = time.perf_counter()
    with services.magasin.lire(demande.base) as registre:
        tableau = statistiques.tableau(
            demande.code, registre, services.contrat, demande.jour, demande.territoire
        )
    return Resultat(tableau, etat, datetime.now(UTC), time.perf_counter() - debut)


def etat_de(services: Services, base: str) -> tuple[Any, ...]:
    """What changes whenever the figures of a base may: the last exchange, the last night, its birth, the
    numbers it has drawn. Cheap to look at. Raises BaseInconnue."""
    dernier = services.magasin.journal.dernier(base)
    with services.magasin.lire(base) as registre:
        lue = registre.base
        return (dernier, lue.derniere_nuit, lue.creee_le, tires(registre.connexion, base))


def calculs_de(principale: Flask) -> Calculs:
    """The tables that the console and the API of a server share."""
    calculs: Calculs = principale.extensions.setdefault(_EXTENSION, Calculs())
    return calculs
