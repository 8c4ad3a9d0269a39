"""Drives the reference application in process, and damages the answers that it gets."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from banc import MIDI, Banc, specimen

from sne_conformite.protocole.protocole import COMMANDES, verifier_reponse
from sne_temoin.adaptateur import Adaptateur
from sne_temoin.documents_lus import Lecture
from sne_temoin.temoin_assemble import Temoin
from sne_temoin.transport import ReponseBrute

Dommage = Callable[[ReponseBrute], ReponseBrute]
_SERVICES: Final = {
    "demande_logement": "DemandeLogementImplService",
    "gestion_partagee_evt": "GestionPartageeEVTImplService",
    "recherche_demande": "RechercheDemandeImplService",
}


def saisie(nom: str, **champs: Any) -> dict[str, Any]:
    """What a user enters of a specimen, some fields otherwise; None leaves one out."""
    lue = Lecture().demande(specimen(nom)) | champs
    return {n: v for n, v in lue.items() if n not in ("numGuichet", "numUnique") and v is not None}


class Pilote:
    """`dommages` are done to the next answers of getNumUnique, one each; `attentes` the waits that were
    taken, by rank of the try."""

    def __init__(self, banc: Banc, dossier: Path) -> None:
        self.banc = banc
        self.temoin = Temoin()
        self.dommages: list[Dommage] = []
        self.attentes: list[int] = []
        self.temoin.liaison.attendre = self.attentes.append  # type: ignore[method-assign]
        self.temoin.liaison.transport.poster = self._poster  # type: ignore[method-assign]
        self.adaptateur = Adaptateur(self.temoin)
        self._certificat = dossier / "certificat.pem"
        self._certificat.write_bytes(b"-----BEGIN CERTIFICATE-----\n")
        self.role("G1226")

    def role(self, guichet: str) -> None:
        """Works for that guichet from now on."""
        racine = f"https://sne.test/bases/{self.banc.nom}/services"
        self.dire(
            "demarrer",
            protocole="sne-sandbox/1",
            contrat="v5.2",
            guichet=guichet,
            adresses={cle: f"{racine}/{nom}/" for cle, nom in _SERVICES.items()},
            certificats=(siens := {"ca": "", "certificat": str(self._certificat), "cle": ""}),
            autre_guichet={"guichet": "G0621", "certificats": siens},
        )

    def dire(self, commande: str, **champs: Any) -> Mapping[str, Any]:
        """The answer to a command, which fits the protocol."""
        message = {"id": 1, "commande": commande, "maintenant": MIDI.isoformat(), **champs}
        reponse = self.adaptateur.envoyer(message)
        if commande in COMMANDES:
            assert verifier_reponse(commande, reponse) == ""
        return reponse

    def faire(self, commande: str, **champs: Any) -> Mapping[str, Any]:
        """The answer to a command that is done."""
        reponse = self.dire(commande, **champs)
        assert reponse["statut"] == "fait", reponse
        return reponse

    def operations(self) -> list[str]:
        """What was called, oldest first: operation, or the type of the file for getNumUnique."""
        return [e.type_fichier or e.operation or "" for e in reversed(self.banc.journal())]

    def _poster(self, adresse: str, content_type: str, corps: bytes) -> ReponseBrute:
        resultat = self.banc.poster(corps, content_type, chemin=urlsplit(adresse).path)
        reponse = ReponseBrute(resultat.statut, "", resultat.en_tetes.get("Content-Type", ""), resultat.corps)
        if self.dommages and b"numUniqueParametres" in corps:
            return self.dommages.pop(0)(reponse)
        return reponse
