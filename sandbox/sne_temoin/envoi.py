"""getNumUnique: one message about a demande, whatever its kind, and what its answer is worth."""

from collections.abc import Mapping
from typing import Any

from sne_temoin.incidents import Refus, ReponseAbimee
from sne_temoin.lecture import Lecture
from sne_temoin.liaison import Liaison
from sne_temoin.message import Contenu, Redaction
from sne_temoin.reponse import ReponseLue


class Envoi:
    """Sends the messages of the guichet."""

    def __init__(self, liaison: Liaison, redaction: Redaction, lecture: Lecture) -> None:
        self.liaison = liaison
        self.redaction = redaction
        self.lecture = lecture

    def formulaire(self, contenu: Contenu, ajouts: Mapping[str, Any]) -> dict[str, Any]:
        """The content of demandeLogement for a message of this guichet."""
        return self.redaction.formulaire(contenu, {"numGuichet": self.liaison.session.guichet, **ajouts})

    def envoyer(self, genre: str, version: str, contenu: Contenu) -> ReponseLue:
        """One message, under a new file name; `genre` is its typeFichier.

        Raises Refus when the SNE found anomalies, ReponseAbimee when it tells no number.
        """
        document = self.redaction.demande(genre, self.liaison.maintenant, version, contenu)
        reponse = self.liaison.appeler(
            "getNumUnique",
            {"nomFichierDemande": self.liaison.fichier("DEM"), "fichierDemande": document},
        )
        racine = self.racine(reponse)
        anomalies = self.lecture.anomalies(racine)
        if anomalies:
            raise Refus("Le SNE a refusé la demande.", anomalies, self.lecture.doublons(racine))
        self.lecture.numero(racine)
        return reponse

    def racine(self, reponse: ReponseLue) -> Any:
        """The document answered."""
        document = reponse.pieces.get("fichierDemande")
        if document is None:
            raise ReponseAbimee("La réponse du SNE ne contient pas de document.")
        return self.liaison.ouverture.xml(document)

    def attestation(self, reponse: ReponseLue) -> bytes:
        """The attestation to hand to the household, byte for byte. Raises ReponseAbimee without one."""
        attestation = reponse.pieces.get("attestation")
        if not attestation:
            raise ReponseAbimee("La réponse du SNE ne contient pas l'attestation.")
        return attestation
