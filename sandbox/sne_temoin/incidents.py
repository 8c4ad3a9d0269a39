"""The incidents between this application and the SNE. `str()` is what the user reads, in French."""

from collections.abc import Mapping, Sequence

#: An anomaly as the SNE tells it: code, propriete, message.
Anomalie = Mapping[str, str]


class Echec(Exception):
    """The command is not done. Nothing else is to be tried."""


class FauteSoap(Echec):
    """The SNE answered by a fault; `str()` is its sentence."""


class ServeurNonReconnu(Echec):
    """A server that answers and does not prove to be the SNE: nothing was sent."""


class Refus(Echec):
    """The SNE, or this application before it, refuses: nothing was stored."""

    def __init__(
        self, message: str, anomalies: Sequence[Anomalie] = (), doublons: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.anomalies = list(anomalies)
        self.doublons = list(doublons)


class Incident(Exception):
    """No answer that can be read: nobody knows whether the SNE did what was asked."""


class SansReponse(Incident):
    """Nothing came back: no connection, a connection lost, the time is up."""


class Indisponible(Incident):
    """Somebody else answered: the error page of a gateway."""


class ReponseAbimee(Incident):
    """The answer is damaged: truncated, a part missing, not what it says to be."""
