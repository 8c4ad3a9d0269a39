"""A demande is created: CRE, or CRS when a couple separates. It is sent once, and found again if need be."""

import hashlib
import json
from dataclasses import dataclass
from functools import partial

from sne_temoin.documents_rediges import Contenu
from sne_temoin.envoi import Envoi, Retrouvailles
from sne_temoin.incidents import Refus
from sne_temoin.interface import VERSIONS
from sne_temoin.memoire import Dossier, Memoire
from sne_temoin.reponse import ReponseLue


@dataclass
class Inscription:
    """Registers demandes. Every method raises Refus, Echec or Incident when it is not done."""

    envoi: Envoi
    retrouvailles: Retrouvailles
    memoire: Memoire

    def enregistrer(
        self, reference: str, saisie: Contenu, version: str = "", forcer: bool = False
    ) -> Dossier:
        """CRE. A demande that has its number already is not sent again."""
        return self.creer("CRE", self.ouvrir(reference, saisie, version), forcer)

    def separer(
        self, reference: str, origine: str, saisie: Contenu, version: str = "", forcer: bool = False
    ) -> Dossier:
        """CRS: the new demande of a co-titulaire of `origine`, which it names."""
        associee = self.memoire.dossier(origine)
        if associee is None or associee.numero is None:
            raise Refus("La demande d'origine n'est pas enregistrée au SNE.")
        contenu = {**saisie, "numUniqueAssocie": associee.numero}
        return self.creer("CRS", self.ouvrir(reference, contenu, version), forcer)

    def ouvrir(self, reference: str, saisie: Contenu, version: str) -> Dossier:
        """The demande of that name, with what was just typed."""
        dossier = self.memoire.dossier(reference) or Dossier(reference, {}, VERSIONS[-1])
        if dossier.numero is None:
            dossier.contenu, dossier.version = dict(saisie), version or dossier.version
        return dossier

    def creer(self, genre: str, dossier: Dossier, forcer: bool) -> Dossier:
        """Sends a creation, unless the SNE has it, or has refused the very same."""
        if dossier.numero is not None:
            return dossier
        contenu = self.envoi.formulaire(dossier.contenu, {"forcerDoublon": "true" if forcer else None})
        self.refuser_identique(dossier, contenu)
        retrouver = partial(self.retrouvailles.creation, dossier)
        if dossier.suspens and retrouver() is not None:
            return dossier
        dossier.suspens = True
        self.memoire.garder(dossier)
        essais = 0

        def faire() -> Dossier:
            nonlocal essais
            essais += 1
            return self.accepter(self.envoi.envoyer(genre, dossier.version, contenu), dossier)

        try:
            return self.envoi.liaison.essayer(faire, retrouver)
        except Refus as refus:
            if essais > 1 and retrouver() is not None:
                return dossier  # the doublon is our own first try, which had got there after all
            self.noter_refus(dossier, contenu, refus)
            raise

    def accepter(self, reponse: ReponseLue, dossier: Dossier) -> Dossier:
        """The number and the attestation of an accepted creation are kept as they came."""
        dossier.numero = self.envoi.lecture.numero(self.envoi.racine(reponse))
        dossier.attestation = self.envoi.attestation(reponse)
        dossier.suspens = False
        self.memoire.garder(dossier)
        return dossier

    def refuser_identique(self, dossier: Dossier, contenu: Contenu) -> None:
        """A refused document is sent again once it is corrected, not before."""
        if dossier.refusee == empreinte(contenu):
            raise Refus(
                "Le SNE a déjà refusé cette demande : corrigez-la avant de la renvoyer.",
                dossier.refus.get("anomalies", ()),
                dossier.refus.get("doublons", ()),
            )

    def noter_refus(self, dossier: Dossier, contenu: Contenu, refus: Refus) -> None:
        """Remembers what was refused, and why."""
        dossier.suspens, dossier.refusee = False, empreinte(contenu)
        dossier.refus = {"anomalies": refus.anomalies, "doublons": refus.doublons}
        self.memoire.garder(dossier)


def empreinte(contenu: Contenu) -> str:
    """The SHA-256 of a form, in hexadecimal: two forms that have the same are the very same."""
    return hashlib.sha256(json.dumps(contenu, sort_keys=True).encode()).hexdigest()
