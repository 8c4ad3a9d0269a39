"""An operation, from its fields to the answer read; and what to do when no answer can be read."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sne_temoin.documents_rediges import PARIS, Noms
from sne_temoin.incidents import Incident
from sne_temoin.interface import OPERATIONS
from sne_temoin.memoire import Memoire
from sne_temoin.mtom import Champs, EmballageMtom
from sne_temoin.reponse import Ouverture, ReponseLue
from sne_temoin.transport import SERVI, Transport

T = TypeVar("T")

#: How often a thing is tried in all, and how long to wait, in seconds, before the second try; the wait
#: doubles each time.
TENTATIVES = 3
ATTENTE_S = 1.05


@dataclass(slots=True)
class Session:
    """The identity of the first guichet and the addresses that are called, given by the person who installs
    the application. `acceleration` is the speed of the clock that we wait on, in multiples of the
    machine's."""

    premier: str = ""
    adresses: Mapping[str, str] = field(default_factory=dict)
    boites: Mapping[str, str] = field(default_factory=dict)
    acceleration: float = 1.0

    @property
    def guichet(self) -> str:
        """The guichet that is served."""
        return SERVI.get() or self.premier


class Liaison:
    """The link to the SNE. `maintenant` is the instant by which files are named and dated."""

    def __init__(self, memoire: Memoire) -> None:
        self.session = Session()
        self.maintenant = datetime.now(PARIS)
        self.noms = Noms(memoire)
        self.emballage = EmballageMtom()
        self.transport = Transport()
        self.ouverture = Ouverture()

    def servir(self, guichet: str) -> None:
        """This thread works for that guichet from now on, "" for the first."""
        SERVI.set(guichet)

    # --- one exchange --------------------------------------------------------------------------------

    def appeler(self, nom: str, champs: Champs) -> ReponseLue:
        """One question, one answer. Raises Echec, Incident."""
        operation = OPERATIONS[nom]
        question = self.emballage.question(operation, {**champs, **self.certificat(nom)})
        content_type, corps = self.emballage.emballer(operation, question)
        http = self.transport.poster(self.session.adresses[operation.service], content_type, corps)
        return self.ouverture.ouvrir(http, operation)

    def certificat(self, nom: str) -> dict[str, str | bytes]:
        """The name and the bytes of the guichet's certificate, where the operation has a field for them."""
        tout: Champs = {
            "nomCertificat": self.noms.certificat(self.session.guichet, self.maintenant),
            "certificat": Path(self.transport.certificats["certificat"]).read_bytes(),
        }
        return {champ: valeur for champ, valeur in tout.items() if champ in OPERATIONS[nom].champs}

    def fichier(self, genre: str) -> str:
        """A name for a file of that kind (« DEM », « EVT », « RCH »), never given before."""
        return self.noms.fichier(genre, self.session.guichet, self.maintenant)

    # --- several -------------------------------------------------------------------------------------

    def essayer(self, faire: Callable[[], T], retrouver: Callable[[], T | None] = lambda: None) -> T:
        """`faire`, again while no answer can be read, TENTATIVES times in all.

        Between two tries it waits, then asks `retrouver` whether the lost answer had been a yes: what was
        done is not asked for again. Raises Echec, or the last Incident.
        """
        for rang in range(1, TENTATIVES + 1):
            try:
                return faire()
            except Incident:
                if rang == TENTATIVES:
                    raise
            self.attendre(rang)
            deja = retrouver()
            if deja is not None:
                return deja
        raise AssertionError

    def insister(self, nom: str, champs: Champs) -> ReponseLue:
        """An operation that changes nothing: it is simply asked again."""
        return self.essayer(lambda: self.appeler(nom, champs))

    def attendre(self, rang: int) -> None:
        """Leaves the SNE alone for a while after the try number `rang`."""
        self.dormir(ATTENTE_S * 2 ** (rang - 1))

    def dormir(self, secondes: float) -> None:
        """Lets that much time go by, on our clock."""
        time.sleep(secondes / self.session.acceleration)
