"""A load run over HTTP: clients that keep their connection and register one household after another.

The clients are threads of one process with sockets and nothing else, so that they take little of the
machine; they take some all the same: a figure is that of a machine that holds clients and server.
"""

import itertools
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from menages import CHEMIN

_TETE: Final = (
    "POST {chemin} HTTP/1.1\r\nHost: sne.logement.gouv.fr\r\nContent-Type: {type}\r\n"
    "Accept-Encoding: deflate\r\nContent-Length: {taille}\r\n\r\n"
)


@dataclass(slots=True)
class Mesure:
    """What a run gave: seconds it lasted, seconds of each exchange."""

    duree: float
    latences: list[float] = field(default_factory=list)

    @property
    def debit(self) -> float:
        """Requests a second."""
        return len(self.latences) / self.duree

    def centile(self, rang: float) -> float:
        """Milliseconds under which that share of the exchanges stays."""
        return sorted(self.latences)[min(int(len(self.latences) * rang), len(self.latences) - 1)] * 1000


def charger(port: int, requetes: Sequence[tuple[str, bytes]], clients: int, duree: float) -> Mesure:
    """`clients` connections send `requetes`, each once, for `duree` seconds or until there are no more.
    Raises RuntimeError for an answer that gives no numéro."""
    messages = iter([_message(*requete) for requete in requetes])
    verrou, erreurs = threading.Lock(), []
    mesure = Mesure(0.0)
    fin = time.perf_counter() + duree

    def suivant() -> bytes | None:
        with verrou:
            return next(messages, None) if time.perf_counter() < fin else None

    def tourner() -> None:
        latences = []
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as prise:
                prise.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while (message := suivant()) is not None:
                    depart = time.perf_counter()
                    _echanger(prise, message)
                    latences.append(time.perf_counter() - depart)
        except Exception as erreur:  # noqa: BLE001 - raised again by the main thread
            erreurs.append(erreur)
        with verrou:
            mesure.latences += latences

    fils = [threading.Thread(target=tourner) for _ in range(clients)]
    debut = time.perf_counter()
    for un in fils:
        un.start()
    for un in fils:
        un.join()
    mesure.duree = time.perf_counter() - debut
    if erreurs:
        raise erreurs[0]
    return mesure


def _message(type_: str, corps: bytes) -> bytes:
    return _TETE.format(chemin=CHEMIN, type=type_, taille=len(corps)).encode() + corps


def _echanger(prise: socket.socket, message: bytes) -> None:
    prise.sendall(message)
    recu = bytearray()
    fin = None
    while fin is None or len(recu) < fin:
        morceau = prise.recv(65536)
        if not morceau:
            raise RuntimeError("the server hung up")
        recu += morceau
        if fin is None and (tete := recu.find(b"\r\n\r\n")) >= 0:
            fin = tete + 4 + _longueur(recu[:tete])
    if not recu.startswith(b"HTTP/1.1 200") or b":numUnique>" not in recu or b":listeAnomalie" in recu:
        raise RuntimeError(f"no numéro: {bytes(itertools.islice(recu, 3000))!r}")


def _longueur(tete: bytearray) -> int:
    for ligne in tete.split(b"\r\n"):
        nom, _, valeur = ligne.partition(b":")
        if nom.lower() == b"content-length":
            return int(valeur)
    raise RuntimeError("an answer without Content-Length")
