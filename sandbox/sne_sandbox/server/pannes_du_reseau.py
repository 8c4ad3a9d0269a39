"""Pannes on the wire: an answer (bytes, head included) sent late, slowly, in part, wrongly, or not at all.

All run in the reactor's thread and hold no other: a connection that waits costs a timer. Pannes that change
the bytes of the answer come before (`soap.pannes_de_reponse`): their answers are sent as any other.
"""

# Twisted annotates a part of itself only.
# mypy: allow-untyped-calls

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from twisted.python.failure import Failure
from twisted.web.http import Request

from sne_interface.domain.panne import PanneDefinition

if TYPE_CHECKING:
    from twisted.internet.base import DelayedCall

#: What is written before a reset is given so long to leave, in seconds: a reset drops what waits.
DEPART: Final = 0.2


class ConnexionTenue:
    """The hold of a panne on a connection, in the reactor's thread. The panne must call one of the
    endings."""

    def __init__(self, requete: Request) -> None:
        self._requete = requete
        self._canal: Any = requete.channel
        self._attente: DelayedCall | None = None
        #: Whether the peer has gone.
        self.perdue = False
        requete.notifyFinish().addErrback(self._abandonner)

    def _abandonner(self, raison: Failure) -> None:
        self.perdue = True
        # What was to come later holds the whole answer: an hour, for nobody.
        if self._attente is not None and self._attente.active():
            self._attente.cancel()

    def ecrire(self, octets: bytes) -> None:
        """Sends bytes as they are."""
        if not self.perdue:
            self._canal.write(octets)

    def plus_tard(self, secondes: float, suite: Callable[[], None]) -> None:
        """Goes on later, without holding a thread; never, when the peer has gone."""
        if not self.perdue:
            self._attente = self._canal.callLater(secondes, suite)

    def terminer(self) -> None:
        """Ends the exchange as usual (keep-alive included)."""
        if not self.perdue:
            self._requete.finish()

    def fermer(self) -> None:
        """Closes the connection, properly."""
        if not self.perdue:
            self._canal.non_remise = None  # it is the panne that loses the answer, and its line says so
            self._canal.couper()

    def couper(self) -> None:
        """Resets the connection."""
        if not self.perdue:
            self._canal.non_remise = None
            self._canal.reinitialiser()


#: Writes an answer (bytes, head included) its own way.
Panne = Callable[[ConnexionTenue, bytes], None]

_Jeu = Callable[[ConnexionTenue, bytes, PanneDefinition], None]


def jeu(definition: PanneDefinition | None) -> Panne | None:
    """How this panne sends an answer; None when it is sent as usual."""
    if definition is None or (jouer := _JEUX.get(definition.genre)) is None:
        return None
    return lambda ligne, octets: jouer(ligne, octets, definition)


def _delai(ligne: ConnexionTenue, octets: bytes, definition: PanneDefinition) -> None:
    def repondre() -> None:
        ligne.ecrire(octets)
        ligne.terminer()

    ligne.plus_tard(definition.nombre("secondes"), repondre)


def _silence(ligne: ConnexionTenue, octets: bytes, definition: PanneDefinition) -> None:
    ligne.plus_tard(definition.nombre("secondes"), ligne.fermer)


def _coupure(ligne: ConnexionTenue, octets: bytes, definition: PanneDefinition) -> None:
    envoyes = 0 if definition.avant else min(definition.entier("octets"), len(octets) - 1)
    ligne.ecrire(octets[:envoyes])
    ligne.plus_tard(DEPART if envoyes else 0, ligne.couper)


def _goutte(ligne: ConnexionTenue, octets: bytes, definition: PanneDefinition) -> None:
    taille, attente = definition.entier("octets"), definition.nombre("secondes")

    def goutte(debut: int) -> None:
        if ligne.perdue:
            return
        ligne.ecrire(octets[debut : debut + taille])
        if debut + taille < len(octets):
            ligne.plus_tard(attente, lambda: goutte(debut + taille))
        else:
            ligne.terminer()

    goutte(0)


def _longueur_fausse(ligne: ConnexionTenue, octets: bytes, definition: PanneDefinition) -> None:
    tete, _, corps = octets.partition(b"\r\n\r\n")
    longueur = max(0, len(corps) + definition.entier("ecart"))
    lignes = [
        b"Content-Length: %d" % longueur if entete.lower().startswith(b"content-length:") else entete
        for entete in tete.split(b"\r\n")
    ]
    ligne.ecrire(b"\r\n".join(lignes) + b"\r\n\r\n" + corps)
    # Kept open, it would have the peer wait for what was promised, or read the rest as another answer.
    ligne.fermer()


def _reponse_perdue(ligne: ConnexionTenue, octets: bytes, definition: PanneDefinition) -> None:
    ligne.fermer()


_JEUX: Final[Mapping[str, _Jeu]] = {
    "delai": _delai,
    "silence": _silence,
    "coupure": _coupure,
    "goutte": _goutte,
    "longueur_fausse": _longueur_fausse,
    "reponse_perdue": _reponse_perdue,
}
