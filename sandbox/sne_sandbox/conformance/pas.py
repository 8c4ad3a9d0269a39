"""One command of a scenario as it went: what was asked, what really passed, what the application says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from sne_sandbox.conformance.faux_serveurs import FauxServeur
from sne_sandbox.conformance.observation import Observation
from sne_sandbox.conformance.protocole import Statut
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.echange import VerdictEchange
from sne_sandbox.domain.element import Element

#: Pannes whose answer says what it means: a fault.
_PARLANTES: Final = frozenset({"fault_serveur", "fault_client"})
_TEXTE_FAULT: Final = ".//{http://www.w3.org/2003/05/soap-envelope}Text"


@dataclass(slots=True)
class Connu:
    """What the suite knows of the demandes of an example, by reference; and what was told already."""

    numeros: dict[str, str] = field(default_factory=dict)
    origines: dict[str, str] = field(default_factory=dict)
    """The number of the demande that one was separated from, by reference."""
    rendues: set[str] = field(default_factory=set)
    """Demandes whose number the application has told."""
    autrui: set[str] = field(default_factory=set)
    evenements: dict[str, str] = field(default_factory=dict)
    releves: dict[str, set[str]] = field(default_factory=dict)
    """Numbers already told, by command."""
    recus: dict[str, dict[str, None]] = field(default_factory=dict)
    """Numbers that the feeds answered, by operation, in order: it may ask more often than it was told."""
    a_relever: dict[str, set[str]] = field(default_factory=dict)
    """Numbers that others made to be told, by command."""
    panne_jouee: bool = False
    """Whether an earlier step of the example met a panne."""


@dataclass(frozen=True)
class PasJoue:
    """`message` was told, `reponse` answered; `observations` are the exchanges in between, oldest first.

    `attendu` is what the application had to send of what was entered (a `demandeLogement`, a `radiation`, an
    event …), None when nothing was entered. `attendus` are the ways it may end, `fautive` says that the SNE
    refuses what was entered. `fichiers` are those given to `integrer_dispatching`. `faux` is the server that
    the application was sent to, None for the true one. `poignees` are the handshakes that failed meanwhile.
    """

    commande: str
    message: Mapping[str, Any]
    reponse: Mapping[str, Any]
    observations: Sequence[Observation]
    contrat: Contrat
    connu: Connu
    attendus: tuple[Statut, ...]
    attendu: Element | None = None
    jour: date = date.min
    guichet: str = ""
    fichiers: Sequence[tuple[str, bytes]] = ()
    faux: FauxServeur | None = None
    poignees: Sequence[Observation] = ()

    @property
    def statut(self) -> Statut:
        """How the application says it ended."""
        return Statut(self.reponse["statut"])

    @property
    def dit(self) -> str:
        """« : » and the words of its answer, to end a sentence; "" without any."""
        mots = " ".join(str(self.reponse.get("message") or "").split())
        return f" : {mots}" if mots else ""

    @property
    def reference(self) -> str:
        """The demande that it is about, "" for none."""
        return str(self.message.get("reference", ""))

    @property
    def numero(self) -> str | None:
        """The numéro unique that the demande had before."""
        dit = self.message.get("numero_unique")
        return str(dit) if dit else self.connu.numeros.get(self.reference)

    def de(self, *operations: str) -> list[Observation]:
        """The exchanges of these operations."""
        return [o for o in self.observations if o.operation in operations]

    @cached_property
    def dernier(self) -> Observation | None:
        """The last SOAP exchange, None when nothing was sent."""
        return self.observations[-1] if self.observations else None

    @cached_property
    def envoi(self) -> Observation | None:
        """The exchange that did what was asked: the last one of an operation that the command stands for."""
        trouves = self.de(*OPERATIONS_DE.get(self.commande, ()))
        return trouves[-1] if trouves else None

    @cached_property
    def lu(self) -> Observation | None:
        """The last exchange that did what was asked and whose answer could be read."""
        trouves = [o for o in self.de(*OPERATIONS_DE.get(self.commande, ())) if o.lisible]
        return trouves[-1] if trouves else None

    @property
    def pannes(self) -> list[str]:
        """The pannes that were played in this step."""
        return [o.panne for o in self.observations if o.panne is not None]

    @property
    def empeche(self) -> bool:
        """Whether the application gave up by itself: it sent nothing, when it had to, and no panne explains
        it."""
        return (
            self.statut is Statut.ERREUR
            and self.commande in OPERATIONS_DE
            and Statut.ERREUR not in self.attendus
            and not (self.observations or self.faux or self.connu.panne_jouee)
        )


def fault_de(observation: Observation) -> str | None:
    """The sentence of the fault answered, None when there was none to read."""
    if observation.panne is None and observation.echange.verdict is not VerdictEchange.FAULT:
        return None
    if observation.panne is not None and observation.panne not in _PARLANTES:
        return None
    enveloppe = observation.reponse.enveloppe
    texte = None if enveloppe is None else enveloppe.findtext(_TEXTE_FAULT)
    return str(texte).strip() if texte else None


#: The operations by which an application does what a command asks.
OPERATIONS_DE: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        (
            "enregistrer",
            "corriger",
            "separer",
            "modifier",
            "renouveler",
            "radier",
            "reactiver",
            "supprimer",
            "piece",
        ),
        ("getNumUnique",),
    ),
    "consulter": ("getDemandeLogement",),
    "chercher_doublons": ("getDoublons",),
    "rechercher": ("rechercheDemandeMulticritere",),
    "declarer_dalo": ("getDeclarationNouveauDalo",),
    "relever_radiations": ("getDemandesRadieesDepuisLe",),
    "relever_dalos": ("getNouveauxDaloDepuisLe",),
    "lister_types_evenements": ("listerTypesEvenementsNationaux", "listerTypesEvenementsTerritoriaux"),
    "lister_evenements": ("listerEvenementsDemande",),
    "ajouter_evenement": ("ajouterEvenementDemande",),
    "modifier_evenement": ("modifierEvenementDemande",),
    "supprimer_evenement": ("supprimerEvenementDemande",),
    "decider": ("ajouterEvenementDemande",),
}

#: The requirement that a command is about: what it breaks when the application does not do it at all.
EXIGENCE_DE: Final[Mapping[str, str]] = {
    "enregistrer": "VIE-01",
    "corriger": "VIE-20",
    "separer": "VIE-09",
    "modifier": "VIE-03",
    "renouveler": "VIE-05",
    "radier": "VIE-06",
    "reactiver": "VIE-06",
    "supprimer": "VIE-27",
    "piece": "VIE-27",
    "consulter": "VIE-24",
    "chercher_doublons": "VIE-10",
    "rechercher": "VIE-23",
    "declarer_dalo": "VIE-22",
    "relever_radiations": "VIE-14",
    "relever_dalos": "VIE-14",
    "lister_types_evenements": "VIE-26",
    "lister_evenements": "VIE-26",
    "ajouter_evenement": "VIE-16",
    "modifier_evenement": "VIE-17",
    "supprimer_evenement": "VIE-17",
    "decider": "VIE-18",
    "integrer_dispatching": "VIE-25",
}
