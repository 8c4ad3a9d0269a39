"""A long body, sent at the pace of its reader: of what he has not taken, 64 kilobytes are in memory."""

import io
import tempfile
from collections.abc import Iterable
from typing import IO, Any, Final

from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

#: A body no longer than this is handed to the transport in one go. Bytes.
MORCEAU: Final = 65_536
#: Longer bodies are in a temporary file, while they arrive and until they have left. Bytes.
EN_MEMOIRE: Final = 1_000_000


def recueillir(morceaux: Iterable[bytes]) -> IO[bytes]:
    """A body that comes in pieces, out of memory when it is long. Raises OSError when it cannot be."""
    corps: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=EN_MEMOIRE)  # noqa: SIM115 - closed by Ecoulement
    for morceau in morceaux:
        corps.write(morceau)
    return corps


@implementer(IPushProducer)
class Ecoulement:
    """Sends `corps` to the peer of a request whose head was written; all of it is in the reactor's thread.
    `finir` is called once, when nothing of it is held any more: with True when all was handed over."""

    def __init__(self, requete: Any, corps: IO[bytes], finir: Any) -> None:
        self._requete = requete
        self._corps = corps
        self._finir = finir
        self._en_pause = False
        self._fini = False
        self.longueur = corps.seek(0, io.SEEK_END)
        #: Bytes handed to the transport, which asks for more once it has sent them.
        self.envoyes = 0
        corps.seek(0)

    def commencer(self) -> None:
        """Begins; the rest follows as the peer reads."""
        self._requete.registerProducer(self, True)
        self.resumeProducing()

    def resumeProducing(self) -> None:  # noqa: N802
        """Twisted's: the peer has caught up."""
        self._en_pause = False
        while not self._en_pause and not self._fini:
            morceau = self._corps.read(MORCEAU)
            self.envoyes += len(morceau)
            if morceau:
                self._requete.channel.write(morceau)
            if self.envoyes >= self.longueur or not morceau:
                self._requete.unregisterProducer()
                self._terminer(complet=True)

    def pauseProducing(self) -> None:  # noqa: N802
        """Twisted's: the peer does not keep up."""
        self._en_pause = True

    def stopProducing(self) -> None:  # noqa: N802
        """Twisted's: the peer has gone."""
        self._terminer(complet=False)

    def _terminer(self, *, complet: bool) -> None:
        if not self._fini:
            self._fini = True
            self._corps.close()
            self._finir(complet)
