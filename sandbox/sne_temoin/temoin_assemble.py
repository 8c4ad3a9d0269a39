"""The application: its parts put together, and who it works for."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sne_temoin.appel_d_operation import Liaison, Session
from sne_temoin.demande_suivie import Demandes
from sne_temoin.documents_lus import Lecture
from sne_temoin.documents_rediges import Redaction
from sne_temoin.envoi import Envoi, Retrouvailles
from sne_temoin.inscription import Inscription
from sne_temoin.memoire import Memoire
from sne_temoin.partage import Partage
from sne_temoin.releves import Releves

NOM = "témoin"
VERSION = "1.0"


class Temoin:
    """The interfaced application of one guichet, or of several. `fichier`: where it remembers."""

    def __init__(self, fichier: Path | str = ":memory:") -> None:
        self.memoire = Memoire(fichier)
        self.liaison = Liaison(self.memoire)
        self.redaction = Redaction()
        self.lecture = Lecture()
        self.envoi = Envoi(self.liaison, self.redaction, self.lecture)
        self.retrouvailles = Retrouvailles(self.liaison, self.redaction, self.lecture, self.memoire)
        self.inscription = Inscription(self.envoi, self.retrouvailles, self.memoire)
        self.demandes = Demandes(self.envoi, self.retrouvailles, self.memoire)
        self.partage = Partage(self.demandes)
        self.releves = Releves(self.demandes)

    def installer(
        self,
        guichets: Mapping[str, Mapping[str, str]],
        adresses: Mapping[str, str],
        boites: Mapping[str, str],
        delai: float,
        acceleration: float,
        instance: int,
    ) -> None:
        """Where the SNE is and who we are: the certificates of each guichet; `delai` in seconds: how long to
        wait for an answer; how many times as fast as the machine's goes the clock to wait on; which of those
        that work at once we are, from 1."""
        premier = next(iter(guichets))
        self.liaison.session = Session(premier, adresses, boites, acceleration)
        self.liaison.noms.instance = instance
        self.liaison.transport.configurer({"": guichets[premier], **guichets}, delai)

    def adresser(self, adresses: Mapping[str, str]) -> None:
        """Other addresses from now on."""
        self.liaison.session.adresses = adresses

    def dater(self, maintenant: datetime) -> None:
        """The instant by which the next messages are dated."""
        self.liaison.maintenant = maintenant
