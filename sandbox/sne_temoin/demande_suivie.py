"""The life of a demande that has its number: read, changed, renewed, radiated, as an agent leads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sne_temoin.documents_rediges import Contenu, jour
from sne_temoin.envoi import Envoi, Retrouvailles
from sne_temoin.incidents import Refus
from sne_temoin.interface import HORS_FORMULAIRE
from sne_temoin.memoire import Dossier, Memoire
from sne_temoin.mtom import Champs
from sne_temoin.reponse import ReponseLue


@dataclass(frozen=True, slots=True)
class Cible:
    """Which demande: by our name for it, or by its number when another guichet registered it."""

    reference: str = ""
    numero: str = ""


@dataclass
class Demandes:
    """The demandes of the guichet. Every method raises Refus, Echec or Incident when it is not done."""

    envoi: Envoi
    retrouvailles: Retrouvailles
    memoire: Memoire

    def __post_init__(self) -> None:
        self.liaison = self.envoi.liaison
        self.lecture = self.envoi.lecture

    def modifier(self, cible: Cible, saisie: Contenu, version: str = "") -> Dossier:
        """MOD: the whole form, the number and the deposit date that the SNE knows."""
        dossier = self.dossier(cible)
        contenu = {**saisie, **self.invariants(dossier)}
        self.changer("MOD", dossier, contenu, {}, version)
        return self.remplacer(dossier, contenu, version)

    def renouveler(self, cible: Cible, saisie: Contenu, date: str, version: str = "") -> Dossier:
        """REN: another year from `date`, with up-to-date data; the new attestation is kept."""
        dossier = self.dossier(cible)
        contenu = {**(saisie or dossier.contenu), **self.invariants(dossier)}
        ajouts = {"renouvellement": {"dateRenouvellement": date}}
        dossier.attestation = self.envoi.attestation(self.changer("REN", dossier, contenu, ajouts, version))
        return self.remplacer(dossier, contenu, version)

    def radier(self, cible: Cible, radiation: Contenu, version: str = "") -> Dossier:
        """RAD: with its date, its motive and, for an attribution, the dwelling."""
        dossier = self.dossier(cible)
        retrouver = partial(self.retrouvailles.radiation, dossier.numero or "", radiee=True)
        self.changer("RAD", dossier, dossier.contenu, {"radiation": radiation}, version, retrouver)
        return dossier

    def reactiver(self, cible: Cible, version: str = "") -> Dossier:
        """RAD without a motive: the demande lives again."""
        dossier = self.dossier(cible)
        radiation = {"dateRadiation": jour(self.liaison.maintenant), "motifRadiation": ""}
        retrouver = partial(self.retrouvailles.radiation, dossier.numero or "", radiee=False)
        self.changer("RAD", dossier, dossier.contenu, {"radiation": radiation}, version, retrouver)
        return dossier

    def supprimer(self, cible: Cible) -> Dossier:
        """SUP: the demande is forgotten, here too."""
        dossier = self.dossier(cible)
        self.changer("SUP", dossier, dossier.contenu, {})
        self.memoire.retirer(dossier.reference)
        return dossier

    def piece(self, cible: Cible) -> Dossier:
        """COP: one more scanned piece."""
        dossier = self.dossier(cible)
        ajouts = {
            "dateDerniereModificationPiece": jour(self.liaison.maintenant),
            "incrementFichier": f"{self.memoire.piece_suivante(dossier.numero or ''):06d}",
        }
        self.changer("COP", dossier, dossier.contenu, ajouts)
        return dossier

    # --- reading ---------------------------------------------------------------------------------------

    def consulter(self, cible: Cible, complet: bool = False) -> dict[str, Any]:
        """The demande as the SNE holds it."""
        return self.lecture.demande(self.retrouvailles.lire(self.numero(cible), complet))

    def chercher_doublons(self, reference: str) -> list[str]:
        """The doublons of a demande, registered or not."""
        dossier = self.memoire.dossier(reference)
        if dossier is None:
            raise Refus("Cette demande n'est pas connue de l'application.")
        contenu = self.envoi.formulaire(dossier.contenu, {"numUnique": dossier.numero})
        genre = "CRE" if dossier.numero is None else "MOD"
        document = self.envoi.redaction.demande(genre, self.liaison.maintenant, dossier.version, contenu)
        champs: Champs = {"nomFichierDemande": self.liaison.fichier("DEM"), "fichierDemande": document}
        liste = self.liaison.insister("getDoublons", champs).pieces.get("listeDoublons")
        return [] if liste is None else self.lecture.doublons(self.liaison.ouverture.xml(liste))

    # --- inside ----------------------------------------------------------------------------------------

    def changer(
        self,
        genre: str,
        dossier: Dossier,
        contenu: Contenu,
        ajouts: Mapping[str, Any],
        version: str = "",
        retrouver: Callable[[], ReponseLue | None] = lambda: None,
    ) -> ReponseLue:
        """Sends a message about a demande that has its number."""
        formulaire = self.envoi.formulaire(contenu, {"numUnique": dossier.numero, **ajouts})
        return self.liaison.essayer(
            lambda: self.envoi.envoyer(genre, version or dossier.version, formulaire), retrouver
        )

    def invariants(self, dossier: Dossier) -> dict[str, Any]:
        """The fields that never change in the life of a demande."""
        noms = ("dateCreationDemande", "numUniqueAssocie")
        return {nom: dossier.contenu[nom] for nom in noms if nom in dossier.contenu}

    def remplacer(self, dossier: Dossier, contenu: Contenu, version: str) -> Dossier:
        """Keeps the form that the SNE has just accepted."""
        dossier.contenu, dossier.version = dict(contenu), version or dossier.version
        if dossier.reference:
            self.memoire.garder(dossier)
        return dossier

    def numero(self, cible: Cible) -> str:
        """The number of a demande. Raises Refus when it has none."""
        if cible.numero:
            return cible.numero
        dossier = self.memoire.dossier(cible.reference)
        if dossier is None or dossier.numero is None:
            raise Refus("Cette demande n'est pas enregistrée au SNE.")
        return dossier.numero

    def dossier(self, cible: Cible) -> Dossier:
        """The demande, with its number; that of another guichet is read at the SNE first."""
        numero = self.numero(cible)
        connu = self.memoire.par_numero(numero)
        if connu is not None:
            return connu
        racine = self.retrouvailles.lire(numero, False)
        lu = self.lecture.demande(racine)
        contenu = {nom: valeur for nom, valeur in lu.items() if nom not in HORS_FORMULAIRE}
        return Dossier("", contenu, racine.get("versionInterface"), numero)
