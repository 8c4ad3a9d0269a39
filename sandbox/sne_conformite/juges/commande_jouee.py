"""One command of a scenario as it went: what was asked, what really passed, what the application says; and
how a judge writes down what it shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from sne_conformite.juges.juge import Constats, Dire, Jugement, appeler
from sne_conformite.observation.observation import Observation
from sne_conformite.protocole.protocole import COMMANDES, Commande, FauxServeur, Statut
from sne_conformite.rapports.rapport import Accident
from sne_interface.domain.echange import VerdictEchange
from sne_interface.domain.element_recu import Element

#: The requirement on demandes that are led at once.
MELEES: Final = "VIE-33"
#: `sorte` of the finding of a request that was begun and not ended.
REQUETE_INACHEVEE: Final = "requete_inachevee"
_TEXTE_FAULT: Final = ".//{http://www.w3.org/2003/05/soap-envelope}Text"


@dataclass
class Connu:
    """The knowledge that the suite has of the demandes of an example, by reference; and what was told
    already."""

    #: The numéro unique that the SNE delivered.
    numeros: dict[str, str] = field(default_factory=dict)
    #: The number of the demande that one was separated from, by reference.
    origines: dict[str, str] = field(default_factory=dict)
    #: Whom each message about a demande was for, by reference (`juges_saisies.titulaires_de`).
    titulaires: dict[str, list[frozenset[str]]] = field(default_factory=dict)
    #: Demandes that the application has told registered: nobody registers them again.
    enregistrees: set[str] = field(default_factory=set)
    #: Demandes that another guichet registered: the application has no name for them.
    autrui: set[str] = field(default_factory=set)
    #: The id of the last event that was added to a demande.
    evenements: dict[str, str] = field(default_factory=dict)
    #: Numbers already told, by command.
    releves: dict[str, set[str]] = field(default_factory=dict)
    #: Numbers that the feeds answered, by operation, in order: it may ask more often than it was told.
    recus: dict[str, dict[str, None]] = field(default_factory=dict)
    #: Numbers that others made to be told, by command.
    a_relever: dict[str, set[str]] = field(default_factory=dict)
    #: The last exchange that did what was asked of a demande, of those that were led at once.
    menees: dict[str, Observation] = field(default_factory=dict)
    #: Whether an earlier step of the example met a panne.
    panne_jouee: bool = False


@dataclass(frozen=True)
class PasJoue:
    """`message` was told, `reponse` answered; `observations` are the exchanges in between, oldest first.

    `attendu` is what the application had to send of what was entered (a `demandeLogement`, a `radiation`, an
    event …), None when nothing was entered. `attendus` are the ways it may end. `fichiers` (name, bytes) are
    those given to `integrer_dispatching`. `faux` is the server that the application was sent to, None for the
    true one. `poignees` are the handshakes that failed meanwhile, `inacheves` the requests that were begun
    and not ended; `accidents` what the suite failed to judge. `laisses` lists the files of its inbox, once
    that channel is closed.
    """

    commande: str
    message: Mapping[str, Any]
    reponse: Mapping[str, Any]
    observations: Sequence[Observation]
    connu: Connu
    attendus: tuple[Statut, ...]
    attendu: Element | None = None
    fichiers: Sequence[tuple[str, bytes]] = ()
    faux: FauxServeur | None = None
    poignees: Sequence[Observation] = ()
    inacheves: Sequence[Observation] = ()
    accidents: list[Accident] = field(default_factory=list)
    laisses: Callable[[], Sequence[str]] = tuple

    @property
    def prevue(self) -> Commande:
        """The command, as the protocol describes it."""
        return COMMANDES[self.commande]

    @property
    def statut(self) -> Statut:
        """How the application says it ended; what it sent, it did not decline."""
        dit = Statut(self.reponse["statut"])
        return Statut.REFUSE if dit is Statut.DECLINE and self.envoi is not None else dit

    @property
    def fait(self) -> bool:
        """True when the application says that it was done."""
        return self.statut is Statut.FAIT

    @property
    def parole(self) -> str:
        """The words of its answer, "" without any."""
        return str(self.reponse.get("message") or "")

    @property
    def dit(self) -> str:
        """« : » and these words, to end a sentence; "" without any."""
        mots = " ".join(self.parole.split())
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

    @property
    def voisines(self) -> list[Observation]:
        """The exchanges of the demandes that were led at the same time as this one."""
        menees = self.connu.menees
        return (
            [vue for nom, vue in menees.items() if nom != self.reference] if self.reference in menees else []
        )

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
        trouves = self.de(*self.prevue.operations)
        return trouves[-1] if trouves else None

    @property
    def formulaire(self) -> Element | None:
        """The form that did what was asked, None without any."""
        return None if self.envoi is None else self.envoi.formulaire

    @cached_property
    def lu(self) -> Observation | None:
        """The last exchange that did what was asked and whose answer could be read."""
        trouves = [o for o in self.de(*self.prevue.operations) if o.lisible]
        return trouves[-1] if trouves else None

    @property
    def rendu(self) -> Observation | None:
        """The same, of an accepted message that the application says done: it tells what is in the answer."""
        return self.lu if self.lu is not None and self.lu.acceptee and self.fait else None

    @property
    def retrouve(self) -> bool:
        """True when the application tells the number of a demande whose answer was lost, which it found
        another way."""
        dit = self.reponse.get("numero_unique")
        return self.prevue.enregistre and bool(dit) and dit == self.connu.numeros.get(self.reference)

    @cached_property
    def deposes(self) -> Sequence[str]:
        """The files of its inbox that stand for what it tells done, and did not send."""
        a_envoyer = self.fait and self.prevue.operations
        return self.laisses() if a_envoyer and self.envoi is None and not self.retrouve else ()

    @property
    def pannes(self) -> list[str]:
        """The pannes that were played in this step."""
        return [o.panne for o in self.observations if o.panne is not None]

    @property
    def decline(self) -> bool:
        """True when the application itself refused what the SNE may refuse: whatever word it has for it, it
        sent nothing that does what was asked, and nothing kept it from sending."""
        empechee = self.pannes or self.poignees or self.inacheves or self.envoi
        # Where it may succeed as well, an error is no refusal.
        tus = {Statut.FAIT} | ({Statut.ERREUR} if Statut.FAIT in self.attendus else set())
        return Statut.REFUSE in self.attendus and self.statut not in tus and not empechee

    @property
    def empeche(self) -> bool:
        """True when the application gave up before it sent anything: it says « erreur » where a message was
        due, and no panne explains it."""
        return (
            self.statut is Statut.ERREUR
            and bool(self.prevue.operations)
            and Statut.ERREUR not in self.attendus
            and not (self.observations or self.faux or self.connu.panne_jouee or self.decline)
        )


def fault_de(observation: Observation) -> str | None:
    """The sentence of the fault answered, None when there was none to read."""
    if observation.echange.non_remise:
        return None
    if observation.panne is None and observation.echange.verdict is not VerdictEchange.FAULT:
        return None
    if observation.panne is not None and observation.panne not in ("fault_serveur", "fault_client"):
        return None  # its answer does not say what it means
    enveloppe = observation.reponse.enveloppe
    texte = None if enveloppe is None else enveloppe.findtext(_TEXTE_FAULT)
    return str(texte).strip() if texte else None


# --- its judges ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JugeDePas:
    """A line of the table of the judges of steps: a function, the commands that it has anything to say of,
    and the requirements (ids, a blank between) that it may find held or broken, the first being its pen's.
    None at all stands for that of the command."""

    juger: Jugement
    quand: Callable[[Commande], bool]
    exigences: str = ""

    def constats(self, pas: PasJoue) -> Constats:
        """Returns the findings of this judge on a step."""
        if self.quand(pas.prevue):
            yield from appeler(self.juger, pas, Dire(self.montre(pas.prevue)[0], echange_de(pas), None))

    def montre(self, commande: Commande) -> tuple[str, ...]:
        """The requirements that it can find held or broken in this command."""
        return tuple((self.exigences or commande.exigence).split()) if self.quand(commande) else ()


def de(*noms: str) -> Callable[[Commande], bool]:
    """The condition of a judge: the commands of these names."""
    return lambda commande: commande.nom in noms


def echange_de(pas: PasJoue) -> int | None:
    """The exchange that a step is judged on (id in the journal), None when it made none."""
    cite = pas.envoi or pas.dernier
    return None if cite is None else cite.identifiant
