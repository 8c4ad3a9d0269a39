"""Messages about a demande, and what became of one whose answer was lost.

A lost answer does not mean that nothing was done: before anything is sent again, `Retrouvailles` asks the SNE
what it holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sne_temoin.appel_d_operation import Liaison
from sne_temoin.documents_lus import Lecture
from sne_temoin.documents_rediges import Contenu, Redaction
from sne_temoin.incidents import Echec, Refus, ReponseAbimee
from sne_temoin.memoire import Dossier, Memoire
from sne_temoin.mtom import Champs
from sne_temoin.reponse import ReponseLue


@dataclass
class Envoi:
    """Sends the messages of the guichet about a demande, all by getNumUnique, whatever their kind."""

    liaison: Liaison
    redaction: Redaction
    lecture: Lecture

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
        """The root of the document answered. Raises ReponseAbimee when there is none."""
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


@dataclass
class Retrouvailles:
    """Looks up at the SNE what this application may have done there without knowing."""

    liaison: Liaison
    redaction: Redaction
    lecture: Lecture
    memoire: Memoire

    def creation(self, dossier: Dossier) -> Dossier | None:
        """The demande, with its number, when the creation that had no answer was in fact accepted."""
        for numero in self.rechercher(criteres(dossier.contenu)):
            if numero.endswith(self.liaison.session.guichet) and self.memoire.par_numero(numero) is None:
                lue = self.lecture.demande(self.lire(numero, False))
                if self.identique(dossier.contenu, lue):
                    dossier.numero, dossier.suspens = numero, False
                    self.memoire.garder(dossier)
                    return dossier
        return None

    def identique(self, envoyee: Contenu, lue: Contenu) -> bool:
        """True when a demande that was found is the one that was sent."""
        reperes = ("refInterne", "dateCreationDemande", "numUniqueAssocie")
        return all(envoyee.get(repere) == lue.get(repere) for repere in reperes)

    def radiation(self, numero: str, radiee: bool) -> ReponseLue | None:
        """An answer in place of the lost one, when the demande is radiated, or active, as it was asked."""
        champs = {"numUnique": numero, "complet": "true"}
        reponse = self.liaison.insister("getDemandeLogement", champs)
        racine = self.liaison.ouverture.xml(reponse.pieces["fichierDemande"])
        return reponse if ("radiation" in self.lecture.demande(racine)) is radiee else None

    def lire(self, numero: str, complet: bool) -> Any:
        """The document of a demande, as the SNE holds it."""
        champs: Champs = {"numUnique": numero} | ({"complet": "true"} if complet else {})
        reponse = self.liaison.insister("getDemandeLogement", champs)
        return self.liaison.ouverture.xml(reponse.pieces.get("fichierDemande", b""))

    def rechercher(self, contenu: Contenu) -> list[str]:
        """The numbers of the demandes that hold all criteria. Raises Echec when they cannot be had."""
        document = self.redaction.fichier(
            "RCH",
            self.liaison.maintenant,
            self.liaison.session.guichet,
            {"operation": {"demandeMulticritere": contenu}},
        )
        champs: Champs = {"nomFichier": self.liaison.fichier("RCH"), "fichierXml": document}
        reponse = self.liaison.insister("rechercheDemandeMulticritere", champs)
        racine = self.liaison.ouverture.xml(reponse.pieces.get("fichierXmlRetour", b""))
        anomalies = self.lecture.anomalies(racine)
        if anomalies:
            raise Echec("Le SNE refuse la recherche.")
        return self.lecture.numeros(racine)


def criteres(contenu: Contenu) -> dict[str, Any]:
    """The criteria that find a demande: its association or its demandeur, active or not."""
    association = contenu.get("association")
    if association:
        return {"association": {"nom": association["nom"]}}
    demandeur = contenu["personnePhysique"]["demandeur"]
    noms = ("nom", "prenom", "dateNaissance")
    return {"personneRecherchee": {nom: demandeur[nom] for nom in noms if demandeur.get(nom)}}
