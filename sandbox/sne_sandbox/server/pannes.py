"""Pannes on the wire: an answer (bytes, head included) sent late, slowly, in part, wrongly, or not at all.

All run in the reactor's thread and hold no other: a connection that waits costs a timer. Those that are done
to the bytes of the answer came before (`sne_sandbox.web.degats`), and are sent as any other.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from sne_sandbox.domain.panne import PanneDefinition

if TYPE_CHECKING:
    from sne_sandbox.server.wsgi import ConnexionTenue, Panne

#: What is written before a reset is given so long to leave, in seconds: a reset drops what waits.
DEPART: Final = 0.2

_Jeu = Callable[["ConnexionTenue", bytes, PanneDefinition], None]


def jeu(definition: PanneDefinition | None) -> "Panne | None":
    """How this panne sends an answer; None when it is sent as usual."""
    if definition is None or (jouer := _JEUX.get(definition.genre)) is None:
        return None
    return lambda ligne, octets: jouer(ligne, octets, definition)


def _delai(ligne: "ConnexionTenue", octets: bytes, definition: PanneDefinition) -> None:
    def repondre() -> None:
        ligne.ecrire(octets)
        ligne.terminer()

    ligne.plus_tard(definition.nombre("secondes"), repondre)


def _silence(ligne: "ConnexionTenue", octets: bytes, definition: PanneDefinition) -> None:
    ligne.plus_tard(definition.nombre("secondes"), ligne.fermer)


def _coupure(ligne: "ConnexionTenue", octets: bytes, definition: PanneDefinition) -> None:
    envoyes = 0 if definition.avant else min(definition.entier("octets"), len(octets) - 1)
    ligne.ecrire(octets[:envoyes])
    ligne.plus_tard(DEPART if envoyes else 0, ligne.couper)


def _goutte(ligne: "ConnexionTenue", octets: bytes, definition: PanneDefinition) -> None:
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


def _longueur_fausse(ligne: "ConnexionTenue", octets: bytes, definition: PanneDefinition) -> None:
    tete, _, corps = octets.partition(b"\r\n\r\n")
    longueur = max(0, len(corps) + definition.entier("ecart"))
    lignes = [
        b"Content-Length: %d" % longueur if entete.lower().startswith(b"content-length:") else entete
        for entete in tete.split(b"\r\n")
    ]
    ligne.ecrire(b"\r\n".join(lignes) + b"\r\n\r\n" + corps)
    # Kept open, it would have the peer wait for what was promised, or read the rest as another answer.
    ligne.fermer()


def _reponse_perdue(ligne: "ConnexionTenue", octets: bytes, definition: PanneDefinition) -> None:
    ligne.fermer()


_JEUX: Final[Mapping[str, _Jeu]] = {
    "delai": _delai,
    "silence": _silence,
    "coupure": _coupure,
    "goutte": _goutte,
    "longueur_fausse": _longueur_fausse,
    "reponse_perdue": _reponse_perdue,
}
