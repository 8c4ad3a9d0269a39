"""A second honest application, on zeep and the served WSDL, with the habits that vendors have.

It owes nothing to `temoin` nor to the suite: it is run as a vendor's adapter is, by its command line, and
speaks « sne-sandbox/1 » on its standard input and output.

    python adaptateur_zeep.py --habitude majuscules --habitude mtom

Every habit of HABITUDES is one that the contract allows: whatever the suite says against it is a false alarm.
"""

import argparse
import contextlib
import hashlib
import io
import json
import logging
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import zeep
from habitudes import HABITUDES, NUU, en_nombres
from liaison_zeep import Dossier, Liaison, Refus, SansReponse, chemin, contenu
from lxml import etree

HORS_FORMULAIRE = ("numGuichet", "numUnique", "forcerDoublon", "informationTraitement", "renouvellement",
                   "radiation", "listeAnomalie", "listeDoublons")  # fmt: skip
#: The regulatory events that it writes.
REGLEMENTAIRES = {"RECTIF", "DECATT"}
NON_GEREES = ("modifier", "radier", "supprimer", "piece", "rechercher", "lister_evenements", "decider",
              "relever_dalos", "integrer_dispatching", "chercher_doublons")  # fmt: skip
FILTRES = {"motif_radiation": "motifRadiation", "statut_dalo": "statutDalo",
           "type_reservataire": "typeReservataire"}  # fmt: skip
ATTENTE = 1.3


@dataclass
class Application(Liaison):
    """The vendor's application: one method a command."""

    dossiers: dict[str, Dossier] = field(default_factory=dict)
    curseurs: dict[str, datetime] = field(default_factory=dict)
    vus: dict[str, list[str]] = field(default_factory=dict)
    rendus: dict[str, set[str]] = field(default_factory=dict)
    auteurs: dict[str, str] = field(default_factory=dict)

    # --- the protocol --------------------------------------------------------------------------------

    def demarrer(self, m: dict[str, Any]) -> dict[str, Any]:
        if self.a("lent"):
            time.sleep(3)
        self.ouvrir(m)
        self.viser(m["adresses"])
        commandes = [c for c in COMMANDES if not (self.a("moitie") and c in NON_GEREES)]
        return {"nom": "Éditeur zeep", "version": "1", "commandes": commandes, "filtres": list(FILTRES)}

    def reinitialiser(self, m: dict[str, Any]) -> dict[str, Any]:
        for memoire in (self.dossiers, self.curseurs, self.vus, self.rendus, self.auteurs):
            memoire.clear()
        return {}

    def adresser(self, m: dict[str, Any]) -> dict[str, Any]:
        self.viser(m["adresses"])
        return {}

    def fin(self, m: dict[str, Any]) -> dict[str, Any]:
        return {}

    def enregistrer(self, m: dict[str, Any]) -> dict[str, Any]:
        return self.creer(m, "CRE", {})

    def separer(self, m: dict[str, Any]) -> dict[str, Any]:
        origine = self.dossiers[m["reference_origine"]]
        return self.creer(m, "CRS", {"numUniqueAssocie": origine.numero})

    def creer(self, m: dict[str, Any], genre: str, ajouts: dict[str, Any]) -> dict[str, Any]:
        dossier = self.dossiers.setdefault(m["reference"], Dossier({}, ""))
        if dossier.numero:
            return self.rendre(dossier)
        dossier.contenu, dossier.version = {**m["demande"], **ajouts}, m.get("version") or "02.02"
        if m.get("forcer_doublon"):
            ajouts = {**ajouts, "forcerDoublon": "true"}
        if dossier.refuse == {**dossier.contenu, **ajouts}:
            raise Refus("Cette demande a déjà été refusée : corrigez-la.", [], [])
        if self.a("doublons_d_abord") or dossier.en_suspens:
            with contextlib.suppress(zeep.exceptions.Fault):  # of an association, as the real server
                if self.retrouver(dossier):
                    return self.rendre(dossier)
        dossier.en_suspens = True
        for essai in range(2 if self.a("reessai") else 1):
            if essai:
                time.sleep(ATTENTE)
                with contextlib.suppress(SansReponse, Refus, zeep.exceptions.Fault):
                    if self.retrouver(dossier):
                        return self.rendre(dossier)
            try:
                lu, pdf = self.envoyer(genre, dossier, ajouts)
            except SansReponse:
                if essai or not self.a("reessai"):
                    raise
                continue
            except Refus:
                dossier.en_suspens, dossier.refuse = False, {**dossier.contenu, **ajouts}
                raise
            dossier.numero, dossier.pdf, dossier.en_suspens = self.numero_de(lu), pdf, False
            break
        if self.a("relecture"):
            with contextlib.suppress(SansReponse, zeep.exceptions.Fault):
                self.lire(dossier.numero or "")
        return self.rendre(dossier)

    def retrouver(self, dossier: Dossier) -> bool:
        """Looks among the duplicates for the demande that may have been registered. One's own doublon is
        the demande that has the same date and the same persons, and that no dossier holds."""
        connus = {d.numero for d in self.dossiers.values()}
        for numero in self.doublons(dossier):
            if numero.endswith(self.guichet) and numero not in connus and dossier.en_suspens:
                dossier.numero, dossier.en_suspens = numero, False
                return True
        return False

    def rendre(self, dossier: Dossier) -> dict[str, Any]:
        rendu: dict[str, Any] = {"numero_unique": dossier.numero}
        if dossier.pdf:
            rendu["attestation_sha256"] = hashlib.sha256(dossier.pdf).hexdigest()
        return rendu

    def modifier(self, m: dict[str, Any]) -> dict[str, Any]:
        return self.remplacer(m, "MOD", {})

    def renouveler(self, m: dict[str, Any]) -> dict[str, Any]:
        ajouts = {"renouvellement": {"dateRenouvellement": m["date_renouvellement"]}}
        return self.remplacer(m, "REN", ajouts)

    def remplacer(self, m: dict[str, Any], genre: str, ajouts: dict[str, Any]) -> dict[str, Any]:
        dossier = self.dossier(m)
        garde = {"dateCreationDemande": dossier.contenu["dateCreationDemande"]}
        nouveau = Dossier({**m["demande"], **garde}, m.get("version") or dossier.version, dossier.numero)
        _, pdf = self.envoyer(genre, nouveau, ajouts)
        dossier.contenu, dossier.pdf = nouveau.contenu, pdf if genre == "REN" else dossier.pdf
        return self.rendre(dossier)

    def radier(self, m: dict[str, Any]) -> dict[str, Any]:
        dossier = self.dossier(m)
        self.envoyer("RAD", dossier, {"radiation": m["radiation"]})
        return {"numero_unique": dossier.numero}

    def reactiver(self, m: dict[str, Any]) -> dict[str, Any]:
        jour = self.maintenant.date().isoformat()
        return self.radier({**m, "radiation": {"dateRadiation": jour, "motifRadiation": ""}})

    def supprimer(self, m: dict[str, Any]) -> dict[str, Any]:
        self.envoyer("SUP", self.dossier(m), {})
        return {}

    def piece(self, m: dict[str, Any]) -> dict[str, Any]:
        jour = self.maintenant.date().isoformat()
        ajouts = {"dateDerniereModificationPiece": jour, "incrementFichier": "000001"}
        self.envoyer("COP", self.dossier(m), ajouts)
        return {}

    def consulter(self, m: dict[str, Any]) -> dict[str, Any]:
        lu = self.lire(self.numero(m), bool(m.get("complet")))
        demande = self.en_json(lu.find(f".//{{{NUU}}}demandeLogement"))
        return {"demande": en_nombres(demande) if self.a("nombres") else demande}

    def chercher_doublons(self, m: dict[str, Any]) -> dict[str, Any]:
        return {"doublons": self.melanger(self.doublons(self.dossiers[m["reference"]]))}

    def rechercher(self, m: dict[str, Any]) -> dict[str, Any]:
        operation = {"operation": {"demandeMulticritere": m["criteres"]}}
        lu = self.fichier("recherche_demande", "rechercheDemandeMulticritere", "RCH", operation)
        trouves = [e.text for e in lu.iterfind(f"{{{NUU}}}listeDemandes/{{{NUU}}}numUnique")]
        return {"resultats": self.melanger(trouves)}

    def declarer_dalo(self, m: dict[str, Any]) -> dict[str, Any]:
        dossier = self.dossier(m)
        formulaire = self.formulaire(dossier, {"numUnique": dossier.numero})
        corps = {"informationDalo": m["information_dalo"], "demandeLogement": formulaire}
        document = self.document("DAL", dossier.version, {"demande": corps})
        champs = {"nomFichierDalo": self.nom("DAL"), "fichierDalo": document}
        self.lu(self.appeler("demande_logement", "getDeclarationNouveauDalo", **champs).fichierDalo)
        return {}

    def relever_radiations(self, m: dict[str, Any]) -> dict[str, Any]:
        return {"numeros": self.relever("getDemandesRadieesDepuisLe", m)}

    def relever_dalos(self, m: dict[str, Any]) -> dict[str, Any]:
        return {"numeros": self.relever("getNouveauxDaloDepuisLe", m)}

    def relever(self, operation: str, m: dict[str, Any]) -> list[str]:
        filtres = {element: m[nom] for nom, element in FILTRES.items() if m.get(nom)}
        flux = f"{operation} {filtres}"
        self.interroger(operation, flux, filtres)
        rendus = self.rendus.setdefault(flux, set())
        nouveaux = [n for n in self.vus[flux] if n not in rendus]
        rendus.update(nouveaux)
        return self.melanger(nouveaux)

    def interroger(self, operation: str, flux: str, filtres: dict[str, str]) -> None:
        """One feed, from a minute before the last of the same filters."""
        champ, archive = {
            "getDemandesRadieesDepuisLe": ("dateRadiationDepuisLe", "fichierDemandesRadiees"),
            "getNouveauxDaloDepuisLe": ("dateNouveauDaloDepuisLe", "fichierNouveauxDalo"),
        }[operation]
        depuis = self.curseurs.get(flux, self.maintenant - timedelta(days=366)) - timedelta(minutes=1)
        codes = {element: {"code": code} for element, code in filtres.items()}
        recu = self.appeler("demande_logement", operation, **{champ: depuis.isoformat(), **codes}, plein=True)
        vus = self.vus.setdefault(flux, [])
        octets = contenu(recu[archive])
        if octets:
            with zipfile.ZipFile(io.BytesIO(octets)) as zip_:
                lus = [self.numero_de(etree.fromstring(zip_.read(nom))) for nom in zip_.namelist()]
            vus.extend(n for n in lus if n not in vus)
        self.curseurs[flux] = self.maintenant

    def lister_types_evenements(self, m: dict[str, Any]) -> dict[str, Any]:
        listes = {}
        for portee in ("nationaux", "territoriaux") if self.a("types_tous") else (m["portee"],):
            nom = f"listerTypesEvenements{portee.capitalize()}"
            lu = self.fichier("gestion_partagee_evt", nom, "TYP", {})
            listes[portee] = [e.text for e in lu.iter(f"{{{NUU}}}codeTypeEvenement")]
        return {"types": self.melanger(listes[m["portee"]])}

    def lister_evenements(self, m: dict[str, Any]) -> dict[str, Any]:
        operation = {"operation": {"numUnique": self.numero(m)}}
        lu = self.fichier("gestion_partagee_evt", "listerEvenementsDemande", "EVT", operation)
        champs = {"id": f"{{{NUU}}}idEvenement", "code": f"{{{NUU}}}codeTypeEvenement"}
        evenements = [
            {nom: e.findtext(element) or "" for nom, element in champs.items()}
            for e in lu.iterfind(f"{{{NUU}}}listeEvenements/{{{NUU}}}evenement")
        ]
        return {"evenements": self.melanger(evenements)}

    def ajouter_evenement(self, m: dict[str, Any]) -> dict[str, Any]:
        lu = self.evenement("ajouterEvenementDemande", m, m["evenement"])
        identifiant = lu.findtext(f".//{{{NUU}}}idEvenement")
        self.auteurs[identifiant] = m["evenement"]["codeTypeEvenement"]
        return {"id_evenement": identifiant}

    def modifier_evenement(self, m: dict[str, Any]) -> dict[str, Any]:
        self.verifier_auteur(m)
        self.evenement("modifierEvenementDemande", m, {"idEvenement": m["id_evenement"], **m["evenement"]})
        return {}

    def supprimer_evenement(self, m: dict[str, Any]) -> dict[str, Any]:
        self.verifier_auteur(m)
        if self.auteurs[m["id_evenement"]] in REGLEMENTAIRES:
            raise Refus("Un événement réglementaire ne se supprime pas.", [], [])
        self.evenement("supprimerEvenementDemande", m, {"idEvenement": m["id_evenement"]})
        return {}

    def verifier_auteur(self, m: dict[str, Any]) -> None:
        if m["id_evenement"] not in self.auteurs:
            raise Refus("Cet événement n'a pas été écrit ici.", [], [])

    def evenement(self, operation: str, m: dict[str, Any], evenement: dict[str, Any]) -> Any:
        corps = {"operation": {"numUnique": self.numero(m)}, "listeEvenements": {"evenement": evenement}}
        return self.fichier("gestion_partagee_evt", operation, "EVT", corps)

    def decider(self, m: dict[str, Any]) -> dict[str, Any]:
        dits = m["decision"].items()
        caracteristiques = [{"code": c, "valeurCaracteristiqueSpecifique": valeur} for c, valeur in dits]
        evenement = {
            "codeTypeEvenement": "DECATT",
            "dateSurvenance": m["decision"]["DATECAL"],
            "listeCaracteristiquesSpecifiques": {"caracteristiqueSpecifique": caracteristiques},
        }
        rendu = self.ajouter_evenement({**m, "evenement": evenement})
        if m.get("radiation"):
            self.radier(m)
        return rendu

    def integrer_dispatching(self, m: dict[str, Any]) -> dict[str, Any]:
        integres = []
        for fichier in m["fichiers"]:
            lu = etree.fromstring(fichier["contenu"].encode())
            marques = [e for e in lu.iter() if e.get(f"{{{NUU}}}modifie") in ("true", "1")]
            integres.append({"numero_unique": self.numero_de(lu), "modifies": [chemin(e) for e in marques]})
        return {"integres": self.melanger(integres)}

    # --- what is sent --------------------------------------------------------------------------------

    def dossier(self, m: dict[str, Any]) -> Dossier:
        if m.get("reference"):
            return self.dossiers[m["reference"]]
        lu = self.lire(m["numero_unique"])
        corps = self.en_json(lu.find(f".//{{{NUU}}}demandeLogement"))
        garde = {nom: valeur for nom, valeur in corps.items() if nom not in HORS_FORMULAIRE}
        return Dossier(garde, lu.get("versionInterface"), m["numero_unique"])

    def numero(self, m: dict[str, Any]) -> str:
        return str(m.get("numero_unique") or self.dossiers[m["reference"]].numero)


COMMANDES = (
    "demarrer", "reinitialiser", "adresser", "enregistrer", "corriger", "separer", "modifier", "renouveler",
    "radier", "reactiver", "supprimer", "piece", "consulter", "chercher_doublons", "rechercher",
    "declarer_dalo", "relever_radiations", "relever_dalos", "lister_types_evenements", "lister_evenements",
    "ajouter_evenement", "modifier_evenement", "supprimer_evenement", "decider", "integrer_dispatching",
    "fin",
)  # fmt: skip


def repondre(application: Application, m: dict[str, Any]) -> dict[str, Any]:
    """The answer to a message."""
    nom = m["commande"]
    if nom not in COMMANDES or (nom in NON_GEREES and application.habitudes & {"partiel", "moitie"}):
        return {"statut": "non_gere"}
    application.maintenant = datetime.fromisoformat(m["maintenant"])
    methode: Callable[[dict[str, Any]], dict[str, Any]] = getattr(
        application, "enregistrer" if nom == "corriger" else nom
    )
    try:
        reponse = {"statut": "fait", **methode(m)}
    except Refus as refus:
        dits = {"anomalies": refus.anomalies, "doublons": refus.doublons, "message": str(refus)}
        return {"statut": "refuse", **dits}
    except (SansReponse, zeep.exceptions.Fault) as erreur:
        return {"statut": "erreur", "message": str(erreur)}
    except (KeyError, TypeError, AttributeError) as erreur:
        logging.exception("%s", nom)
        return {"statut": "erreur", "message": f"{type(erreur).__name__} : {erreur}"}
    if application.a("releves_frequents") and nom in ("enregistrer", "radier", "declarer_dalo", "consulter"):
        with contextlib.suppress(SansReponse, zeep.exceptions.Fault):
            for operation in ("getDemandesRadieesDepuisLe", "getNouveauxDaloDepuisLe"):
                application.interroger(operation, f"{operation} {{}}", {})
    return reponse


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--habitude", action="append", default=[], choices=HABITUDES)
    application = Application(frozenset(options.parse_args().habitude))
    logging.basicConfig(level=logging.DEBUG if application.a("bavard") else logging.ERROR)
    for m in map(json.loads, filter(str.strip, sys.stdin)):
        reponse = {"id": m["id"], **repondre(application, m)}
        if application.a("cles"):
            reponse |= {"duree_ms": 12, "trace": {"fil": "main"}, "avertissements": []}
        if application.a("sans_message"):
            reponse = {"message": None, "anomalies": None, "attestation_sha256": None, **reponse}
        print(json.dumps(reponse), flush=True)


if __name__ == "__main__":
    main()
