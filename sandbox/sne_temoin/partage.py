"""The shared management of a demande: events, decisions of attribution, DALO, and the search."""

from typing import Any

from sne_temoin.demande_suivie import Cible, Demandes
from sne_temoin.documents_rediges import Contenu, jour
from sne_temoin.incidents import Refus
from sne_temoin.mtom import Champs

DECISION = "DECATT"


class Partage:
    """Events and search, beside the demandes."""

    def __init__(self, demandes: Demandes) -> None:
        self.demandes = demandes
        self.liaison = demandes.liaison
        self.redaction = demandes.envoi.redaction
        self.lecture = demandes.lecture
        self.memoire = demandes.memoire

    # --- search and DALO -------------------------------------------------------------------------------

    def rechercher(self, criteres: Contenu) -> list[str]:
        """The numbers of all demandes that hold all criteria."""
        contenu = {"operation": {"demandeMulticritere": criteres}}
        return self.lecture.numeros(self.demander("rechercheDemandeMulticritere", "RCH", contenu))

    def declarer_dalo(self, cible: Cible, information: Contenu) -> None:
        """The decision of a commission de médiation about a demande."""
        dossier = self.demandes.dossier(cible)
        contenu = self.demandes.envoi.formulaire(dossier.contenu, {"numUnique": dossier.numero})
        document = self.redaction.demande(
            "DAL", self.liaison.maintenant, dossier.version, contenu, information
        )
        champs: Champs = {"nomFichierDalo": self.liaison.fichier("DEM"), "fichierDalo": document}
        reponse = self.liaison.insister("getDeclarationNouveauDalo", champs)
        self.verifier(self.liaison.ouverture.xml(reponse.pieces.get("fichierDalo", b"")))

    # --- events ----------------------------------------------------------------------------------------

    def types(self, portee: str) -> list[str]:
        """The codes of the event types, national or of our territory."""
        nom = "Nationaux" if portee == "nationaux" else "Territoriaux"
        return self.lecture.types(self.demander(f"listerTypesEvenements{nom}", "TYP", {}))

    def evenements(self, cible: Cible) -> list[dict[str, str]]:
        """The events of a demande."""
        contenu = self.evenement_de(self.demandes.numero(cible), None)
        return self.lecture.evenements(self.demander("listerEvenementsDemande", "EVT", contenu))

    def ajouter(self, cible: Cible, evenement: Contenu) -> str:
        """Adds an event; its identifier."""
        numero = self.demandes.numero(cible)
        contenu = self.evenement_de(numero, evenement, "CRE")
        recus = self.liaison.essayer(
            lambda: self.lecture.evenements(self.envoyer("ajouterEvenementDemande", contenu)),
            lambda: self.retrouver(cible, evenement),
        )
        identifiant = recus[0]["idEvenement"]
        self.memoire.noter_evenement(identifiant, numero, evenement.get("codeTypeEvenement", ""))
        return identifiant

    def retrouver(self, cible: Cible, evenement: Contenu) -> list[dict[str, str]] | None:
        """The event that an addition without an answer left at the SNE, None when it left none."""
        return [lu for lu in self.evenements(cible) if self.est_le_notre(lu, evenement)] or None

    def est_le_notre(self, lu: Contenu, ecrit: Contenu) -> bool:
        """True when an event found after a lost answer is the one just written: ours, and not known yet."""
        memes = all(lu.get(nom) == ecrit.get(nom) for nom in ("codeTypeEvenement", "dateSurvenance"))
        notre = lu.get("auteurCreation") == self.liaison.session.guichet
        return memes and notre and not self.memoire.connait_evenement(lu["idEvenement"])

    def modifier(self, cible: Cible, identifiant: str, evenement: Contenu) -> None:
        """Changes an event that this guichet wrote."""
        self.exiger_auteur(cible, identifiant)
        contenu = {"idEvenement": identifiant, **evenement}
        self.liaison.essayer(
            lambda: self.envoyer(
                "modifierEvenementDemande", self.evenement_de(self.demandes.numero(cible), contenu, "MOD")
            )
        )

    def supprimer(self, cible: Cible, identifiant: str) -> None:
        """Deletes an event that this guichet wrote; never a regulatory one."""
        evenement = self.exiger_auteur(cible, identifiant)
        if evenement.get("reglementaire") in ("true", "1"):
            raise Refus("Un événement réglementaire ne se supprime pas.")
        contenu = self.evenement_de(self.demandes.numero(cible), {"idEvenement": identifiant}, "SUP")
        self.liaison.essayer(lambda: self.envoyer("supprimerEvenementDemande", contenu))

    def exiger_auteur(self, cible: Cible, identifiant: str) -> dict[str, str]:
        """The event, as the SNE holds it. Raises Refus when another guichet wrote it."""
        for evenement in self.evenements(cible):
            if evenement["idEvenement"] == identifiant:
                if evenement.get("auteurCreation") != self.liaison.session.guichet:
                    raise Refus("Cet événement a été écrit par un autre guichet.")
                return evenement
        raise Refus("Cet événement n'existe pas.")

    def decider(self, cible: Cible, decision: Contenu, radiation: Contenu | None, version: str = "") -> str:
        """Tells a decision of the commission; a signed lease also brings the radiation RADATT."""
        identifiant = self.ajouter(cible, self.decision(decision))
        if decision.get("BAIL") == "oui":
            if not radiation:
                raise Refus("Le bail est signé : décrivez l'attribution pour radier la demande.")
            self.demandes.radier(cible, radiation, version)
        return identifiant

    def decision(self, decision: Contenu) -> dict[str, Any]:
        """The event of a decision: a characteristic for each value."""
        caracteristiques = [
            {"code": code, "valeurCaracteristiqueSpecifique": valeur}
            for code, valeurs in decision.items()
            for valeur in (valeurs if isinstance(valeurs, list) else [valeurs])
        ]
        return {
            "codeTypeEvenement": DECISION,
            "dateSurvenance": decision.get("DATECAL") or jour(self.liaison.maintenant),
            "listeCaracteristiquesSpecifiques": {"caracteristiqueSpecifique": caracteristiques},
        }

    # --- inside ----------------------------------------------------------------------------------------

    def evenement_de(self, numero: str, evenement: Contenu | None, nature: str = "") -> dict[str, Any]:
        """The content of an event document about a demande; `nature` is what becomes of the event."""
        contenu = {"operation": {"numUnique": numero}}
        if evenement is None:
            return contenu
        ecrit = {nom: evenement[nom] for nom in ("idEvenement", "codeTypeEvenement") if nom in evenement}
        ecrit |= {"natureModification": nature, **evenement}
        return contenu | {"listeEvenements": {"evenement": ecrit}}

    def demander(self, operation: str, genre: str, contenu: Contenu) -> Any:
        """The document answered to a question that changes nothing."""
        return self.liaison.essayer(lambda: self.envoyer(operation, contenu, genre))

    def envoyer(self, operation: str, contenu: Contenu, genre: str = "EVT") -> Any:
        """The document answered to a document. Raises Refus when the SNE found anomalies."""
        guichet = self.liaison.session.guichet
        document = self.redaction.fichier(genre, self.liaison.maintenant, guichet, contenu)
        champs: Champs = {"nomFichier": self.liaison.fichier(genre), "fichierXml": document}
        reponse = self.liaison.appeler(operation, champs)
        return self.verifier(self.liaison.ouverture.xml(reponse.pieces.get("fichierXmlRetour", b"")))

    def verifier(self, racine: Any) -> Any:
        """The document, when it holds no anomaly. Raises Refus."""
        anomalies = self.lecture.anomalies(racine)
        if anomalies:
            raise Refus("Le SNE a refusé.", anomalies)
        return racine
