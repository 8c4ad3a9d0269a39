"""TLS handshakes that failed while the application did what it was told: why nothing of it arrived."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sne_sandbox.conformance.jugement.releves import CERTIFICAT_DONNE, refus_du_certificat
from sne_sandbox.conformance.observation import Observation
from sne_sandbox.conformance.pas import PasJoue

#: Seconds that the line of a failed handshake is waited for, and in how many commands for nothing.
_ATTENTE: Final = 1.0
_VAINES_MAX: Final = 3
_PAUSE: Final = 0.02


@dataclass(slots=True)
class Poignees:
    """A handshake is journaled once its connection is gone: the application may have given up before. One
    that gives up without any is not waited for all along the run."""

    vaines: int = 0
    """Commands in a row after which no line came."""

    def attendre(self, relever: Callable[[], list[Observation]]) -> list[Observation]:
        """What `relever` brings, as soon as it brings anything."""
        limite = time.monotonic() + (_ATTENTE if self.vaines < _VAINES_MAX else 0.0)
        while not (vues := relever()) and time.monotonic() < limite:
            time.sleep(_PAUSE)
        self.vaines = 0 if vues else self.vaines + 1
        return vues


def renoncement(pas: PasJoue) -> str:
    """Why a command was given up (`Pas.empeche`), in French, and the remedy: a failed handshake, else the
    application's own words."""
    if not pas.poignees:
        debut = f"l'application renonce à « {pas.commande} » sans rien envoyer au SNE{pas.dit}"
        return f"{debut} → vérifiez qu'elle appelle les adresses que « demarrer » donne"
    refus = pas.poignees[-1].echange.fault or {}
    raison, remede = str(refus.get("message", "")), str(refus.get("explication", ""))
    if refus_du_certificat(raison):
        remede = f"présentez {CERTIFICAT_DONNE}"
    return f"« {pas.commande} » : la négociation TLS échoue, {raison} → {remede}"
