"""The delivery of an answer once it is written: whether the machine of the peer has it.

Only this can be known: an answer is delivered when all of it was handed to our kernel and nothing came back
to say that it was lost. A peer that has ended its side (a FIN, a close_notify of TLS) may wait for its answer
(RFC 9112, 9.6), or be gone: both look alike until something is sent. We say goodbye to such a peer, and look
whether its machine acknowledges the goodbye, or resets the connection.
"""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

import socket
import struct
import sys
from collections.abc import Callable
from typing import Any, Final

#: Told why an answer was not delivered, in French.
NonRemise = Callable[[str], None]

AVANT: Final = "le client avait coupé la connexion avant que la réponse soit prête"
PENDANT: Final = "la connexion a été perdue avant que toute la réponse soit partie"
REFUSEE: Final = "le client avait fermé sa connexion : sa machine a refusé la réponse"
SANS_ACCUSE: Final = "la machine du client n'a pas accusé réception de la réponse"

#: How long the acknowledgement is waited for, and looked for at first: each look waits twice as long as the
#: one before. Seconds.
ACCUSE_MAX: Final = 10.0
_PREMIER_REGARD: Final = 0.002
#: State of a connection that both sides have ended, in what Linux says by TCP_INFO (tcp_states.h).
_TCP_CLOSE: Final = 7


def reste(transport: Any) -> bool:
    """True when a TCP transport of Twisted holds bytes that the kernel has not taken yet."""
    octets: int = len(transport.dataBuffer) - transport.offset + transport._tempDataLen
    return octets > 0


def accuse(prise: socket.socket) -> bool | None:
    """True when all that was sent, goodbye included, has reached the machine of the peer; None: not known
    yet. Only Linux tells that it did. Elsewhere, bytes that were not refused by the next look count as
    received."""
    if prise.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        return False
    if sys.platform != "linux":
        return True
    etat: int = struct.unpack("B", prise.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1))[0]
    return True if etat == _TCP_CLOSE else None


class Adieu:
    """The goodbye of a connection whose peer says no more, once the answer has left: watched until it is
    acknowledged or refused. Calls one of `fermer()` and `perdue(raison)`, in the reactor's thread."""

    def __init__(
        self,
        prise: socket.socket,
        plus_tard: Callable[..., Any],
        fermer: Callable[[], None],
        perdue: NonRemise,
    ) -> None:
        self._prise = prise
        self._plus_tard = plus_tard
        self._fermer = fermer
        self._perdue = perdue
        self._attendu = 0.0
        self._regard: Any = plus_tard(_PREMIER_REGARD, self._regarder, _PREMIER_REGARD)

    def _regarder(self, attente: float) -> None:
        self._regard = None
        self._attendu += attente
        recue = accuse(self._prise)
        if recue:
            self._fermer()
        elif recue is None and self._attendu < ACCUSE_MAX:
            self._regard = self._plus_tard(2 * attente, self._regarder, 2 * attente)
        else:
            self._perdue(SANS_ACCUSE if recue is None else REFUSEE)

    def annuler(self) -> None:
        """Looks no more."""
        if self._regard is not None:
            self._regard.cancel()
            self._regard = None
