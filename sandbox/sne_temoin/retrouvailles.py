"""After a lost answer: what does the SNE hold? Asked before anything is sent again."""

from typing import Any

from sne_temoin.envelope import Champs
from sne_temoin.incidents import Echec
from sne_temoin.lecture import Lecture
from sne_temoin.liaison import Liaison
from sne_temoin.memoire import Dossier, Memoire
from sne_temoin.message import Contenu, Redaction
from sne_temoin.reponse import ReponseLue


class Retrouvailles:
    """Looks up at the SNE what this application may have done there without knowing."""

    def __init__(self, liaison: Liaison, redaction: Redaction, lecture: Lecture, memoire: Memoire) -> None:
        self.liaison = liaison
        self.redaction = redaction
        self.lecture = lecture
        self.memoire = memoire

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
        """Whether a demande that was found is the one that was sent."""
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
    """What finds a demande: its association or its demandeur, active or not."""
    association = contenu.get("association")
    if association:
        return {"association": {"nom": association["nom"]}}
    demandeur = contenu["personnePhysique"]["demandeur"]
    noms = ("nom", "prenom", "dateNaissance")
    return {"personneRecherchee": {nom: demandeur[nom] for nom in noms if demandeur.get(nom)}}
