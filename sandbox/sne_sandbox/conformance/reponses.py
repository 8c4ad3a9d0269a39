"""What the SNE answered beside « accepted »: refusals, warnings, tolerances, told for information."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.conformance.observation import Observation
from sne_sandbox.domain.echange import TLS, VerdictEchange
from sne_sandbox.reports.model import ReponseDuSne

REFUS: Final = "refus"
AVERTISSEMENT: Final = "avertissement"
TOLERANCE: Final = "tolérance"
_NATURES: Final = {"bloquante": REFUS, "avertissement": AVERTISSEMENT}
_RANGS: Final = (REFUS, TOLERANCE, AVERTISSEMENT)
#: Of the codes that a line notes beside tolerances, which are schema faults, these only are theirs.
_NUMERO: Final = "T-"
#: Codes kept, and exchanges named of each.
CODES_MAX: Final = 100
ECHANGES_MAX: Final = 10


class Reponses:
    """Answers of a stream of exchanges, by nature and code, in bounded memory."""

    def __init__(self) -> None:
        self._vues: dict[tuple[str, str], tuple[str, list[int]]] = {}
        self._combien: dict[tuple[str, str], int] = {}

    def voir(self, vue: Observation) -> None:
        """One more exchange. One that a panne spoiled says nothing of the application."""
        if vue.panne is not None:
            return
        for nature, code, message in _dites(vue):
            cle = (nature, code)
            if cle not in self._vues and len(self._vues) >= CODES_MAX:
                continue
            self._combien[cle] = self._combien.get(cle, 0) + 1
            _, echanges = self._vues.setdefault(cle, (message, []))
            if vue.echange.identifiant is not None and len(echanges) < ECHANGES_MAX:
                echanges.append(vue.echange.identifiant)

    def liste(self) -> tuple[ReponseDuSne, ...]:
        """Refusals first, then what is read here and perhaps not elsewhere; the most frequent first."""
        toutes = [
            ReponseDuSne(nature, code, message, self._combien[nature, code], tuple(dict.fromkeys(echanges)))
            for (nature, code), (message, echanges) in self._vues.items()
        ]
        return tuple(sorted(toutes, key=lambda r: (_RANGS.index(r.nature), -r.nombre, r.code)))


def _dites(vue: Observation) -> Iterator[tuple[str, str, str]]:
    """(nature, code, message) of each."""
    for anomalie in vue.anomalies:
        nature = _NATURES.get(str(anomalie.get("gravite")))
        if nature is not None:
            code = str(anomalie.get("regle") or anomalie.get("code") or "")
            yield nature, code, str(anomalie.get("message") or "")
    for tolerance in vue.echange.tolerances:
        if tolerance["code"].startswith(_NUMERO):
            yield TOLERANCE, tolerance["code"], tolerance["phrase"]
    fault = vue.echange.fault or {}
    explication = fault.get("explication", "").partition("\n")[0]
    message = " → ".join(filter(None, (fault.get("message", ""), explication)))
    match vue.echange.verdict:
        case VerdictEchange.FAULT:
            yield REFUS, "faute SOAP", message
        case VerdictEchange.REFUS:
            # No status: a handshake, or a connection cut before there was a request to answer.
            sans = TLS if vue.echange.methode == TLS else "connexion coupée"
            yield REFUS, f"HTTP {vue.echange.statut}" if vue.echange.statut else sans, message
        case VerdictEchange.ERREUR:
            yield REFUS, "erreur du bac à sable", message
