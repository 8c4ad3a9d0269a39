"""The adapter: the suite's protocol « sne-sandbox/1 » on one side, the application on the other.

This is the file that a vendor writes for its own application: one method for each command of the protocol,
which calls what the application's screens call, and nothing more. The value that the method returns is the
answer « fait »; an exception becomes a refusal or an error (`envoyer`). A command that the application does
not do is left out of COMMANDES.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from sne_temoin.demande_suivie import Cible
from sne_temoin.documents_rediges import PARIS
from sne_temoin.incidents import Echec, Incident, Refus
from sne_temoin.interface import FILTRES, VERSIONS
from sne_temoin.memoire import Dossier
from sne_temoin.temoin_assemble import NOM, VERSION, Temoin

#: A message of the protocol, or its answer.
Message = Mapping[str, Any]
Reponse = dict[str, Any]
Commande = Callable[[Message], Reponse | None]
#: What it says of itself; four of it may work at once, and each leads four commands at once, for as many
#: guichets as it is told.
NOUS: Reponse = {"nom": NOM, "version": VERSION, "versions": [*VERSIONS], "filtres": [*FILTRES]}
NOUS |= {"instances": 4, "a_la_fois": 4, "guichets": 2}


class Adaptateur:
    """Answers messages, each in the thread that gives it."""

    def __init__(self, temoin: Temoin) -> None:
        self.temoin = temoin
        self.commandes: dict[str, Commande] = {nom: getattr(self, nom) for nom in COMMANDES}

    def envoyer(self, message: Message) -> Reponse:
        """The answer to a message: it always has one."""
        commande = self.commandes.get(message.get("commande", ""))
        entete = {"id": message.get("id")}
        if commande is None:
            return {**entete, "statut": "non_gere", "message": "Commande inconnue de cette application."}
        try:
            self.temoin.dater(_instant(message))
            self.temoin.liaison.servir(message.get("guichet") or "")
            return {**entete, "statut": "fait", **(commande(message) or {})}
        except Refus as refus:
            dit = {"anomalies": refus.anomalies, "doublons": refus.doublons, "message": str(refus)}
            return {**entete, "statut": "refuse" if refus.anomalies else "decline", **dit}
        except (Echec, Incident) as erreur:
            return {**entete, "statut": "erreur", "message": str(erreur)}
        except (KeyError, TypeError, ValueError, AttributeError) as erreur:
            # A message that is not of the protocol, or a defect of ours: the suite must hear of it.
            return {**entete, "statut": "erreur", "message": f"{type(erreur).__name__} : {erreur}"}

    def fermer(self) -> None:
        """Ends the application: its memory is closed."""
        self.temoin.memoire.fermer()

    # --- the session -----------------------------------------------------------------------------------

    def demarrer(self, m: Message) -> Reponse:
        """Where the SNE is; what this application knows. Its answers are waited for 30 s, unless told."""
        servis = {un["guichet"]: un["certificats"] for un in (m, m.get("autre_guichet")) if un}
        delai, acceleration = float(m.get("delai_max_s") or 30), float(m.get("acceleration") or 1)
        ou = m["adresses"], m.get("boites") or {}
        self.temoin.installer(servis, *ou, delai, acceleration, int(m.get("instance") or 1))
        return NOUS | {"commandes": list(self.commandes), "acceleration": acceleration}

    def reinitialiser(self, m: Message) -> None:
        """Forget everything: the suite does it before each example."""
        self.temoin.memoire.oublier()

    def adresser(self, m: Message) -> None:
        """Call other addresses from now on: those of a server to refuse, or the true ones again."""
        self.temoin.adresser(m["adresses"])

    def fin(self, m: Message) -> None:
        """The suite has nothing more to ask; the process may end."""

    # --- the life of a demande -------------------------------------------------------------------------

    def enregistrer(self, m: Message) -> Reponse:
        """The user registers a demande (CRE)."""
        dits = m["reference"], m["demande"], _version(m), bool(m.get("forcer_doublon"))
        return self.rendre(self.temoin.inscription.enregistrer(*dits))

    #: The user corrects, or confirms: the same as the first time, with what is now on the screen.
    corriger = enregistrer

    def separer(self, m: Message) -> Reponse:
        """A couple separates: the demande of who leaves (CRS)."""
        dits = m["demande"], _version(m), bool(m.get("forcer_doublon"))
        return self.rendre(self.temoin.inscription.separer(m["reference"], m["reference_origine"], *dits))

    def modifier(self, m: Message) -> Reponse:
        """The user changes the demande: here is the whole form (MOD)."""
        return _numero(self.temoin.demandes.modifier(_cible(m), m["demande"], _version(m)))

    def renouveler(self, m: Message) -> Reponse:
        """The user renews it, with up-to-date data (REN)."""
        saisie = m.get("demande") or {}
        return self.rendre(
            self.temoin.demandes.renouveler(_cible(m), saisie, m["date_renouvellement"], _version(m))
        )

    def radier(self, m: Message) -> Reponse:
        """The user radiates it, an attribution included (RAD)."""
        return _numero(self.temoin.demandes.radier(_cible(m), m["radiation"], _version(m)))

    def reactiver(self, m: Message) -> Reponse:
        """A radiated demande lives again (RAD without a motive)."""
        return _numero(self.temoin.demandes.reactiver(_cible(m), _version(m)))

    def supprimer(self, m: Message) -> None:
        """The user deletes it (SUP)."""
        self.temoin.demandes.supprimer(_cible(m))

    def piece(self, m: Message) -> None:
        """A piece of the demande was scanned (COP)."""
        self.temoin.demandes.piece(_cible(m))

    def consulter(self, m: Message) -> Reponse:
        """The demande as the SNE holds it."""
        return {"demande": self.temoin.demandes.consulter(_cible(m), bool(m.get("complet")))}

    def chercher_doublons(self, m: Message) -> Reponse:
        """The doublons of a demande, registered or refused."""
        return {"doublons": self.temoin.demandes.chercher_doublons(m["reference"])}

    def rendre(self, dossier: Dossier) -> Reponse:
        """The user gets the number, and the attestation to print."""
        pdf = dossier.attestation
        return _numero(dossier) | {
            "attestation_sha256": "" if pdf is None else hashlib.sha256(pdf).hexdigest()
        }

    # --- shared management -----------------------------------------------------------------------------

    def rechercher(self, m: Message) -> Reponse:
        """The numbers of the demandes that meet the criteria."""
        return {"resultats": self.temoin.partage.rechercher(m["criteres"])}

    def declarer_dalo(self, m: Message) -> None:
        """The user declares a DALO."""
        self.temoin.partage.declarer_dalo(_cible(m), m["information_dalo"])

    def lister_types_evenements(self, m: Message) -> Reponse:
        """The codes of the event types, national or of the territory."""
        return {"types": self.temoin.partage.types(m["portee"])}

    def lister_evenements(self, m: Message) -> Reponse:
        """The events of a demande."""
        lus = self.temoin.partage.evenements(_cible(m))
        return {"evenements": [{"id": e["idEvenement"], "code": e["codeTypeEvenement"]} for e in lus]}

    def ajouter_evenement(self, m: Message) -> Reponse:
        """The user adds an event: the id that the SNE gave it."""
        return {"id_evenement": self.temoin.partage.ajouter(_cible(m), m["evenement"])}

    def modifier_evenement(self, m: Message) -> None:
        """The user changes an event, which its id names."""
        self.temoin.partage.modifier(_cible(m), m["id_evenement"], m["evenement"])

    def supprimer_evenement(self, m: Message) -> None:
        """The user deletes an event, which its id names."""
        self.temoin.partage.supprimer(_cible(m), m["id_evenement"])

    def decider(self, m: Message) -> Reponse:
        """The commission decided; when the lease is signed, the radiation follows."""
        identifiant = self.temoin.partage.decider(_cible(m), m["decision"], m.get("radiation"), _version(m))
        return {"id_evenement": identifiant}

    # --- feeds -----------------------------------------------------------------------------------------

    def relever_radiations(self, m: Message) -> Reponse:
        """The demandes radiated since the last time, of the filters that the user chose."""
        return {"numeros": self.temoin.releves.radiations({n: m[n] for n in FILTRES if m.get(n)})}

    def relever_dalos(self, m: Message) -> Reponse:
        """The demandes declared DALO since the last time."""
        return {"numeros": self.temoin.releves.dalos()}

    def integrer_dispatching(self, m: Message) -> Reponse:
        """The files that the SNE dispatched to us are taken in."""
        return {"integres": self.temoin.releves.integrer(m["fichiers"])}


#: The commands of the protocol that this application knows: every one.
COMMANDES: Final = (
    "demarrer", "reinitialiser", "adresser", "enregistrer", "corriger", "separer", "modifier", "renouveler",
    "radier", "reactiver", "supprimer", "piece", "consulter", "chercher_doublons", "rechercher",
    "declarer_dalo", "relever_radiations", "relever_dalos", "lister_types_evenements", "lister_evenements",
    "ajouter_evenement", "modifier_evenement", "supprimer_evenement", "decider", "integrer_dispatching",
    "fin",
)  # fmt: skip


def _instant(message: Message) -> datetime:
    texte = message.get("maintenant")
    instant = datetime.now(PARIS) if not texte else datetime.fromisoformat(texte)
    return instant.replace(tzinfo=PARIS) if instant.tzinfo is None else instant


def _cible(message: Message) -> Cible:
    return Cible(message.get("reference") or "", message.get("numero_unique") or "")


def _numero(dossier: Dossier) -> Reponse:
    return {"numero_unique": dossier.numero}


def _version(message: Message) -> str:
    return message.get("version") or ""
