"""The processes that serve one PostgreSQL: each tells the others which bases it has changed, and that it
lives.

A thread of each process holds a connection for it. It tells commits a moment later, all bases at once
(`NOTIFY`): a message in the transaction itself would make the commits of all bases wait for one another
(PostgreSQL holds one lock for that), and each exchange would pay for it. Nothing depends on these messages: a
process that waits for news also looks by itself, less often. When the database goes away, the thread connects
again.

Each process has a row, refreshed every few seconds by the database's own clock: a process whose row is late
is dead.
"""

import contextlib
import json
import logging
import os
import secrets
import selectors
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sne_interface.errors import StoreError
from sne_sandbox.store.base_de_donnees import BaseDeDonnees
from sne_sandbox.store.connexion_en_transaction import RequeteSql

logger = logging.getLogger(__name__)

_CANAL: Final = "sne_sandbox"
#: Seconds for which what is to be told is gathered.
RASSEMBLER: Final = 0.02
#: Seconds between two signs of life, and after which who gives none is dead.
SIGNE: Final = 3.0
MORT: Final = 15.0
#: Seconds between two looks of who waits for news that are told, and of who is told nothing.
REGARD: Final = 5.0
REGARD_SEUL: Final = 0.5
#: Seconds before a database that went away is called again.
_REPRISE: Final = 1.0
#: Bytes that PostgreSQL takes in one notification.
_ANNONCE_MAX: Final = 7_000
_MAINTENANT: Final = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
_SIGNE_PG: Final = (
    f"INSERT INTO serveur (cle, hote, version, contrats, vu_le) VALUES (%s, %s, %s, %s, {_MAINTENANT}) "
    "ON CONFLICT (cle) DO UPDATE SET contrats = excluded.contrats, vu_le = excluded.vu_le"
)
_OUBLIER_MORTS: Final = f"DELETE FROM serveur WHERE vu_le < {_MAINTENANT} - 86400000000"
_VIVANTS: Final = RequeteSql(
    f"SELECT cle, hote, version, contrats FROM serveur WHERE vu_le >= {_MAINTENANT} - :mort "
    "ORDER BY hote, cle"
)


@dataclass(frozen=True)
class Voisin:
    """A process that serves: `hote` is its machine, `version` that of the product, `contrats` what its
    contracts are (`bases.serveurs_accordes`)."""

    cle: str
    hote: str
    version: str
    contrats: str


class Voisins:
    """This process among those of its database. `fermer` when it ends."""

    def __init__(self, donnees: BaseDeDonnees, version: str, contrats: Callable[[], str]) -> None:
        self._donnees = donnees
        self._contrats = contrats
        self.cle: Final = secrets.token_hex(8)
        self._hote = socket.gethostname()
        self._version = version
        self._a_dire: set[str] = set()
        self._verrou = threading.Lock()  # held for a few instructions
        self._nouvelles: dict[str, int] = {}
        self._attente = threading.Condition()
        self._a_l_ecoute = False
        self._lecture, self._ecriture = os.pipe()
        os.set_blocking(self._ecriture, False)
        self._fini = False
        self._fil = threading.Thread(target=self._tourner, name="sne-voisins", daemon=True)
        self._fil.start()

    def fermer(self) -> None:
        """Takes leave of the others."""
        self._fini = True
        self._reveiller()
        self._fil.join(2.0)

    def signaler(self, quoi: str) -> None:
        """Tells that a base, or what else has a name, was changed by a transaction that is committed."""
        with self._verrou:
            deja = bool(self._a_dire)
            self._a_dire.add(quoi)
        if not deja:
            self._reveiller()

    def attendre(self, quoi: str, connues: int, delai: float) -> int:
        """Waits for news of `quoi`, beyond the `connues` that were had (0 to begin with), `delai` seconds at
        most, or less when nothing can be told now. How many there were."""
        with self._attente:
            patience = min(delai, REGARD if self._a_l_ecoute else REGARD_SEUL)
            self._attente.wait_for(lambda: self._nouvelles.get(quoi, 0) > connues, patience)
            return self._nouvelles.get(quoi, 0)

    def nouvelles(self, quoi: str) -> int:
        """How many there were until now."""
        return self._nouvelles.get(quoi, 0)

    def ecart(self) -> str:
        """Tells, in French, that the contracts of another server of the same version differ from ours, ""
        when they do not. Raises StoreError."""
        return ecart(self._donnees, self._version, self._contrats())

    # --- the thread ----------------------------------------------------------------------------------

    def _reveiller(self) -> None:
        with contextlib.suppress(BlockingIOError):  # full: it is awake
            os.write(self._ecriture, b"\0")

    def _tourner(self) -> None:
        import psycopg

        while not self._fini:
            try:
                with self._donnees.ouvrir_connexion() as connexion:
                    self._tenir(connexion)
            except (psycopg.Error, OSError, StoreError) as erreur:
                if not self._fini and self._a_l_ecoute:  # once: it is tried again in silence
                    logger.warning("news of the other servers are cut off: %s", type(erreur).__name__)
            with self._attente:
                self._a_l_ecoute = False
            if not self._fini:
                time.sleep(_REPRISE)

    def _tenir(self, connexion: Any) -> None:
        connexion.execute(f"LISTEN {_CANAL}")
        connexion.execute(_OUBLIER_MORTS)
        self._apprendre(None)  # who waits looks at what was told while nobody listened
        with self._attente:
            self._a_l_ecoute = True
        signe = 0.0
        with selectors.DefaultSelector() as guet:  # `select` refuses the descriptors of a busy process
            guet.register(connexion.fileno(), selectors.EVENT_READ)
            guet.register(self._lecture, selectors.EVENT_READ)
            while not self._fini:
                if time.monotonic() >= signe:
                    signe = time.monotonic() + SIGNE
                    connexion.execute(_SIGNE_PG, (self.cle, self._hote, self._version, self._contrats()))
                if any(prise.fd == self._lecture for prise, _ in guet.select(SIGNE)):
                    os.read(self._lecture, 4096)
                    time.sleep(RASSEMBLER)
                    self._dire(connexion)
                for annonce in connexion.notifies(timeout=0):
                    self._apprendre(json.loads(annonce.payload))
        connexion.execute("DELETE FROM serveur WHERE cle = %s", (self.cle,))

    def _dire(self, connexion: Any) -> None:
        with self._verrou:
            a_dire, self._a_dire = self._a_dire, set()
        lot: list[str] = []
        for quoi in sorted(a_dire):
            if lot and len(json.dumps([*lot, quoi])) > _ANNONCE_MAX:
                connexion.execute("SELECT pg_notify(%s, %s)", (_CANAL, json.dumps(lot)))
                lot = []
            lot.append(quoi)
        if lot:
            connexion.execute("SELECT pg_notify(%s, %s)", (_CANAL, json.dumps(lot)))

    def _apprendre(self, quoi: list[str] | None) -> None:
        with self._attente:
            for nom in list(self._nouvelles) if quoi is None else quoi:
                self._nouvelles[nom] = self._nouvelles.get(nom, 0) + 1
            self._attente.notify_all()


def ecart(donnees: BaseDeDonnees, version: str, contrats: str) -> str:
    """As `Voisins.ecart`, of a server that is about to begin."""
    autres = sorted({f.hote for f in vivants(donnees) if f.version == version and f.contrats != contrats})
    if not autres:
        return ""
    return (
        "les contrats de ce serveur (--contract, --contracts, --quartiles, dossier contrats/) ne sont pas "
        f"ceux de {', '.join(autres)} : une base répondrait autrement selon qui la sert"
    )


def vivants(donnees: BaseDeDonnees) -> list[Voisin]:
    """The processes that serve a database. Raises StoreError."""
    return [Voisin(*ligne) for ligne in donnees.lignes(_VIVANTS, {"mort": int(MORT * 1_000_000)})]
