"""The SNE tells by itself: radiated demandes, new DALO, and the dispatching of others' changes."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sne_temoin.demande_suivie import Demandes
from sne_temoin.documents_rediges import date_heure
from sne_temoin.incidents import ReponseAbimee
from sne_temoin.interface import FILTRES

#: The SNE erases what was radiated a year before: the first feed goes no further back.
PREMIER_RELEVE: Final = timedelta(days=400)
#: Each feed goes back a little before the last one: two clocks never agree.
RECOUVREMENT: Final = timedelta(minutes=10)


class Releves:
    """The feeds, each from its cursor."""

    def __init__(self, demandes: Demandes) -> None:
        self.liaison = demandes.liaison
        self.lecture = demandes.lecture
        self.memoire = demandes.memoire

    def radiations(self, filtres: Mapping[str, str]) -> list[str]:
        """The demandes radiated since the last feed of these filters (FILTRES), none told twice."""
        codes = {FILTRES[nom]: code for nom, code in filtres.items()}
        flux = "+".join(("radiations", *(f"{champ}={code}" for champ, code in codes.items())))
        return self.relever(
            flux, "getDemandesRadieesDepuisLe", "dateRadiationDepuisLe", "fichierDemandesRadiees", codes
        )

    def dalos(self) -> list[str]:
        """The demandes declared DALO since the last feed, those already told left out."""
        return self.relever(
            "dalos", "getNouveauxDaloDepuisLe", "dateNouveauDaloDepuisLe", "fichierNouveauxDalo", {}
        )

    def relever(
        self, flux: str, operation: str, champ: str, piece: str, filtres: Mapping[str, str]
    ) -> list[str]:
        """One feed; the cursor moves once everything was read."""
        maintenant = self.liaison.maintenant
        reponse = self.liaison.insister(operation, {champ: date_heure(self.depuis(flux)), **filtres})
        archive = reponse.pieces.get(piece)
        numeros = [] if archive is None else self.numeros(archive)
        nouveaux = self.memoire.nouveaux(flux, numeros)
        self.memoire.avancer(flux, maintenant)
        return nouveaux

    def depuis(self, flux: str) -> datetime:
        """The instant from which a feed is asked for."""
        curseur = self.memoire.curseur(flux)
        if curseur is None:
            return self.liaison.maintenant - PREMIER_RELEVE
        return curseur - RECOUVREMENT

    def numeros(self, archive: bytes) -> list[str]:
        """The number of each document of the ZIP."""
        try:
            with zipfile.ZipFile(io.BytesIO(archive)) as fichiers:
                documents = [fichiers.read(nom) for nom in fichiers.namelist()]
        except zipfile.BadZipFile as erreur:
            raise ReponseAbimee("Le fichier du relevé est abîmé.") from erreur
        return [self.lecture.numero(self.liaison.ouverture.xml(document)) for document in documents]

    # --- dispatching -----------------------------------------------------------------------------------

    def integrer(self, fichiers: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
        """Takes in the documents of the outbox, all, each with the elements that changed."""
        return [self.integrer_un(fichier["nom"], fichier["contenu"]) for fichier in fichiers]

    def integrer_un(self, nom: str, contenu: str) -> dict[str, Any]:
        """One document: the demande that it is about, and what changed there."""
        racine = self.liaison.ouverture.xml(contenu.encode("utf-8"))
        numero = self.lecture.numero(racine)
        self.memoire.integrer(nom, numero, self.lecture.demande(racine))
        return {"numero_unique": numero, "modifies": self.lecture.modifies(racine)}
