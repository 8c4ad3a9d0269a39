"""The user whom an example plays: what he enters at each step, told as the protocol wants it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from sne_conformite.juges.commande_jouee import Connu
from sne_conformite.plan.exemples_tires import (
    ExempleTire,
    criteres,
    element_json,
    formulaire_de,
    saisie,
    valeurs,
)
from sne_conformite.plan.plan import TABLES, Etape
from sne_conformite.protocole.formulaire_saisi import appliquer
from sne_conformite.protocole.protocole import COMMANDES
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.element_recu import Element

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
