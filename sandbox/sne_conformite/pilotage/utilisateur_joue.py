"""The user whom an example plays: what he enters at each step, told as the protocol wants it; and the acts of
another guichet in the base of an example: the same pipeline, no line in the journal."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from sne_conformite.juges.juge import Connu
from sne_conformite.observation.reponses_lues import formulaire, tous
from sne_conformite.pilotage.base_pilotee import BaseJugee
from sne_conformite.plan.exemples_tires import (
    Acte,
    ExempleTire,
    criteres,
    element_json,
    formulaire_de,
    saisie,
    valeurs,
)
from sne_conformite.plan.plan import TABLES, Etape
from sne_conformite.protocole.formulaire_saisi import appliquer, poser
from sne_conformite.protocole.protocole import COMMANDES
from sne_interface.contract import codec
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.echange import Reponse, document_parmi
from sne_interface.domain.element_recu import Element, avec_enfants, bloc, construits
from sne_interface.generators.contraintes_de_menages import atelier
from sne_interface.generators.demandes import document
from sne_interface.generators.messages_apres_creation import copie, document_d_evenement

#: How long ago the applicant renewed, when it is entered: the day of the message is another one.
_RENOUVELE_DEPUIS: Final = timedelta(days=3)


@dataclass
class Utilisateur:
    """He knows the demandes by their references: `formulaires` are their forms as they were last accepted. He
    asks for no version of a message but `ecrites`, for any when there is none."""

    exemple: ExempleTire
    contrat: Contrat
    connu: Connu
    ecrites: frozenset[str] = frozenset()
    formulaires: dict[str, Element] = field(default_factory=dict)

    def dire(self, etape: Etape, rang: int, jour: date) -> tuple[dict[str, Any], Element | None]:
        """The fields of the command of a step (of that rank, from 1, on that day), and what the application
        has to send of them, None when nothing is entered. Raises KeyError when the contract has nothing of
        what has to be entered."""
        options, commande = etape.options, COMMANDES[etape.quoi]
        champs = self._cible(etape)
        attendu: Element | None = None
        if commande.avec_demande:
            attendu = self._formulaire(etape, jour)
            champs["demande"] = saisie(attendu, self.contrat)
            champs |= self._version(options.get("menage") or options["reference"])
        champs |= {
            champ: options[option] for option, champ in TABLES["telles_quelles"].items() if option in options
        }
        champs |= options.get("filtres", {})
        if options.get("forcer"):
            champs["forcer_doublon"] = True
        if etape.quoi == "renouveler":
            champs["date_renouvellement"] = (jour - _RENOUVELE_DEPUIS).isoformat()
        if commande.sur_evenement:
            champs["id_evenement"] = self.connu.evenements.get(options.get("reference", ""), "0")
        for option, champ in TABLES["saisies"].items():  # the last of a step has to be sent
            entree = self._entree(option, etape, rang, jour)
            if entree is not None:
                attendu = entree
                dite = valeurs(entree) if option == "decision" else element_json(entree, self.contrat)
                champs[champ] = dite
        return champs, attendu

    def _entree(self, option: str, etape: Etape, rang: int, jour: date) -> Element | None:
        """Returns the entry for an option: as it was tiree, or as the step says it in full."""
        tiree = self.exemple.actes.get(rang, {}).get(option)
        if tiree is not None or option not in etape.options:
            return tiree
        if option != "criteres":
            raise KeyError(f"{option} {etape.options[option]}")
        reference = etape.options.get("reference", "d1")
        saisi, message = self.formulaires.get(reference), self.exemple.demandes.get(reference)
        if saisi is None and message is not None:
            saisi = formulaire_de(message)
        return criteres(etape.options[option], saisi, jour)

    def _cible(self, etape: Etape) -> dict[str, Any]:
        """The demande that a command is about: by its reference, or by its number when the application has
        no name for it."""
        reference = etape.options.get("reference")
        if reference is None or etape.quoi == "rechercher":
            return {}
        if reference in self.connu.autrui:
            return {"numero_unique": self.connu.numeros[reference]}
        return {"reference": reference}

    def _formulaire(self, etape: Etape, jour: date) -> Element:
        """The form that a step is about, changed as it says; remembered, when it is to be accepted."""
        reference = etape.options["reference"]
        menage = etape.options.get("menage")
        avant = None if menage else self.formulaires.get(reference)
        if avant is None:
            avant = formulaire_de(self.exemple.demandes[menage or reference])
        apres = appliquer(avant, etape.options.get("changements", []), self.contrat, jour)
        if etape.options.get("attendu", ["fait"]) == ["fait"]:
            self.formulaires[reference] = apres
        return apres

    def _version(self, nom: str) -> dict[str, str]:
        """The version of the message that a household asks for, where the application writes it; of any, for
        a demande that was not tiree."""
        message = self.exemple.demandes.get(nom) or next(iter(self.exemple.demandes.values()))
        version = message.attributs.get("versionInterface", "")
        return {"version": version} if version in (self.ecrites or version) else {}


class AutruiRefuse(Exception):
    """The SNE refused what another guichet did: its anomalies."""


@dataclass
class AutreGuichet:
    """Another guichet, at one step of an example: `acte` is what was drawn for it to enter, `formulaires` the
    forms that are known, by reference. It has a method for each thing of `plan.AUTRUI`."""

    etape: Etape
    acte: Acte
    base: BaseJugee
    exemple: ExempleTire
    connu: Connu
    formulaires: dict[str, Element]
    contrat: Contrat = field(init=False)
    maintenant: datetime = field(init=False)
    reference: str = field(init=False)
    guichet: str = field(init=False)

    def __post_init__(self) -> None:
        self.contrat = self.base.contrat
        self.maintenant = self.base.maintenant
        self.reference = self.etape.options["reference"]
        defaut = "G0622" if self.etape.quoi == "declarer_dalo" else "G0621"
        self.guichet = self.etape.options.get("guichet", defaut)

    def agir(self) -> None:
        """Does the step. Raises AutruiRefuse, KeyError when the contract has nothing of that kind to enter,
        and ExchangeError for a fault."""
        getattr(self, self.etape.quoi)()

    def enregistrer(self) -> None:
        """A demande of its own, or the twin of one of the example."""
        modele = self.etape.options.get("jumeau_de") or self.etape.options.get("menage") or self.reference
        message = self.exemple.demandes[modele]
        ecrit = self._changer(formulaire_de(message))
        if self.etape.options.get("jumeau_de"):
            ecrit = poser(ecrit, "forcerDoublon", "true", self.contrat)
        reponse = self._envoyer("CRE", ecrit, message.attributs.get("versionInterface", ""))
        rendu = formulaire(_document(reponse))
        numero = None if rendu is None else rendu.texte_de("numUnique")
        if numero is None:
            raise AutruiRefuse(_anomalies(reponse))
        self.connu.numeros[self.reference] = numero
        self.connu.autrui.add(self.reference)
        self.formulaires[self.reference] = ecrit

    def modifier(self) -> None:
        """Changes a demande of the example (MOD)."""
        ecrit = self._changer(self._actuel())
        self._accepter(self._envoyer("MOD", ecrit))
        self.formulaires[self.reference] = ecrit

    def renouveler(self) -> None:
        """Renews one, as of the day (REN)."""
        jour = bloc("renouvellement", *construits(dateRenouvellement=self.maintenant.date()))
        ecrit = poser(self._actuel(), "renouvellement", jour, self.contrat)
        self._accepter(self._envoyer("REN", ecrit))

    def radier(self) -> None:
        """Radiates one (RAD), which the application has to hear of by its feed."""
        ecrit = poser(self._actuel(), "radiation", copie(self.acte["radiation"]), self.contrat)
        self._accepter(self._envoyer("RAD", ecrit))
        self.connu.a_relever.setdefault("relever_radiations", set()).add(self._numero())

    def declarer_dalo(self) -> None:
        """Declares a DALO, as a service of the State, which the application has to hear of by its feed."""
        ecrit = self._numerote(self._actuel())
        message = self._message("CRE", ecrit, "")
        demande = bloc("demande", copie(self.acte["dalo"]), ecrit)
        entier = avec_enfants(message, tuple(demande if e.nom == "demande" else e for e in message.enfants))
        self._accepter(self.base.autrui("getDeclarationNouveauDalo", self.guichet, entier))
        self.connu.a_relever.setdefault("relever_dalos", set()).add(self._numero())

    def ajouter_evenement(self) -> None:
        """Adds an event of its own."""
        jour = self.maintenant.date()
        ici = atelier(self.contrat, jour=jour, guichet=self.guichet, instant=self.maintenant)
        ecrit = document_d_evenement(ici, copie(self.acte["evenement"]), self._numero())
        self._accepter(self.base.autrui("ajouterEvenementDemande", self.guichet, ecrit))
        dernier = max(e.identifiant for e in self.base.evenements(self._numero()))
        self.connu.evenements[self.reference] = str(dernier)

    # --- how -------------------------------------------------------------------------------------------

    def _numero(self) -> str:
        numero = self.connu.numeros.get(self.reference)
        if numero is None:
            raise AutruiRefuse(f"la demande {self.reference} n'a pas de numéro")
        return numero

    def _actuel(self) -> Element:
        """The form as it is stored."""
        stockee = self.base.demande(self._numero())
        lu = None if stockee is None else formulaire(codec.lire(stockee.document))
        if lu is None:
            raise AutruiRefuse(f"la demande {self.reference} n'existe plus")
        return lu

    def _changer(self, ecrit: Element) -> Element:
        demandes = self.etape.options.get("changements", [])
        return appliquer(ecrit, demandes, self.contrat, self.maintenant.date())

    def _numerote(self, ecrit: Element) -> Element:
        ecrit = poser(ecrit, "numGuichet", self.guichet, self.contrat)
        return poser(ecrit, "numUnique", self._numero(), self.contrat)

    def _envoyer(self, type_fichier: str, ecrit: Element, version: str = "") -> Reponse:
        if type_fichier == "CRE":
            ecrit = bloc(ecrit.nom, *(e for e in ecrit.enfants if e.nom not in ("refInterne", "numUnique")))
            ecrit = poser(ecrit, "numGuichet", self.guichet, self.contrat)
        else:
            ecrit = self._numerote(ecrit)
        return self.base.autrui("getNumUnique", self.guichet, self._message(type_fichier, ecrit, version))

    def _message(self, type_fichier: str, ecrit: Element, version: str) -> Element:
        if not version:
            stockee = self.base.demande(self._numero())
            version = self.contrat.version_haute if stockee is None else stockee.version
        return document(version, type_fichier, self.maintenant, ecrit)

    def _accepter(self, reponse: Reponse) -> None:
        dites = _anomalies(reponse)
        if dites:
            raise AutruiRefuse(dites)


def _document(reponse: Reponse) -> Element | None:
    octets = document_parmi(reponse.champs)
    return codec.lire(octets) if octets else None


def _anomalies(reponse: Reponse) -> str:
    trouvees = tous(_document(reponse), "anomalie")
    return " ; ".join(f"{a.code} {a.texte_de('message') or ''}" for a in trouvees)
