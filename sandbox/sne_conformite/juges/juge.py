"""The judges of traffic, of one exchange or of a sequence, and the way they say what they saw; and what the
findings of one exchange say together: one fault is told once, a refused message proves little.

One command of a scenario as it went: what was asked, what really passed, what the application says; and how a
judge writes down what it shows.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from inspect import signature
from pathlib import Path
from typing import Any, ClassVar, Final

import tomli

from sne_conformite.observation.observation import Observation
from sne_conformite.observation.reponses_lues import releves, resultats
from sne_conformite.protocole.protocole import COMMANDES, Commande, FauxServeur, Statut
from sne_conformite.rapports.rapport import Accident, Constat
from sne_interface.contract.schemas import Document
from sne_interface.domain.echange import VerdictEchange
from sne_interface.domain.element_recu import Element
from sne_interface.domain.nir import extrait, masquer_secrets
from sne_interface.domain.texte import plier
from sne_sandbox.operations.table_des_operations import OPERATIONS

#: The findings of a judge, as it goes.
Constats = Iterator[Constat]
#: Characters of a value that a finding of traffic shows.
VALEUR_MAX: Final = 200
#: `sorte` of a text whose UTF-8 was read as Latin-1: wherever it is wrong, that is why.
MOJIBAKE: Final = "utf8_lu_en_latin1"
#: The words of findings, their remedies by diagnosis, and the lists that go with them.
CONSTATS: Final = tomli.loads(Path(__file__).with_name("constats.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Dire:
    """The pen of a judge: constats of one requirement, about one exchange (its id in the journal). It shows
    up to `au_plus` characters of the value seen, the whole value for None."""

    exigence: str
    echange: int | None = None
    au_plus: int | None = VALEUR_MAX

    def tenue(self) -> Constat:
        """The requirement was seen held."""
        return Constat(self.exigence, True, "", echange=self.echange)

    def rompue(
        self,
        sorte: str,
        attendu: Any = ...,
        observe: Any = "",
        *,
        chemin: str = "",
        phrase: str = "",
        **mots: Any,
    ) -> Constat:
        """The requirement broke, in the way that the slug `sorte` names: its sentence is that of
        `constats.toml`, which `mots` fill in beside what follows, or `phrase`. The value expected and the
        path (those of the tables, unless they are given), and the value seen there, are of any kind (see
        `montrer`). No secret comes out of it."""
        chemin = chemin or CONSTATS["chemins"].get(sorte, "")
        mots |= {"attendu": attendu, "observe": observe, "chemin": chemin}
        phrase = masquer_secrets(phrase or CONSTATS["phrases"][sorte].format_map(mots).strip())
        prevu = montrer(CONSTATS["attendus"].get(sorte, "") if attendu is ... else attendu)
        vu = extrait(montrer(observe), self.au_plus)
        return Constat(self.exigence, False, phrase, sorte, chemin, prevu, vu, self.echange)

    def si(self, tenue: bool, sorte: str, *vus: Any, **mots: Any) -> Constat:
        """The requirement held, or broke in the way that `sorte` names (see `rompue`)."""
        return self.tenue() if tenue else self.rompue(sorte, *vus, **mots)

    def sous(self, exigence: str) -> "Dire":
        """The same pen, for another requirement."""
        return replace(self, exigence=exigence)


def montrer(valeur: Any) -> str:
    """A value as a finding shows it: « rien » for None or nothing, a list with commas."""
    if valeur is None:
        return "rien"
    if isinstance(valeur, str):
        return valeur
    if isinstance(valeur, Iterable):
        return ", ".join(montrer(v) for v in valeur) or "rien"
    return str(valeur)


@dataclass(frozen=True, slots=True)
class Messages:
    """The messages that a judge has anything to say of: those of these operations, and those of getNumUnique
    of these kinds (`typeFichier`); all of them, when it names none. `inconnus`: also what is of no operation
    that could be told."""

    operations: frozenset[str] = frozenset()
    genres: frozenset[str] = frozenset()
    inconnus: bool = False

    def contient(self, operation: str | None, genre: str = "") -> bool:
        """True when a message is one of these."""
        if (operation is None and self.inconnus) or not (self.operations or self.genres):
            return True
        return operation in self.operations or (operation == "getNumUnique" and genre in self.genres)


def operations(*noms: str) -> Messages:
    """Every message of these operations, whatever its kind."""
    return Messages(frozenset(noms))


def genres(*noms: str) -> Messages:
    """Messages to getNumUnique of these kinds."""
    return Messages(genres=frozenset(noms))


TOUS: Final = Messages()
#: Those that carry a document, of a demande or of anything; and those of a demande.
DOCUMENTS: Final = Messages(frozenset(o.nom for o in OPERATIONS.values() if o.champ), inconnus=True)
DEMANDES: Final = Messages(
    frozenset(o.nom for o in OPERATIONS.values() if o.champ and o.genre is Document.DEMANDE), inconnus=True
)

#: Given an exchange or a step, a pen, and the parts that it asks for (see `appeler`).
Jugement = Callable[..., Constats]


def appeler(juger: Jugement, vu: Any, dire: Dire) -> Constats:
    """Returns the findings of a judge on an exchange or a step `vu`. Its parameters after the pen name the
    parts of `vu` that it needs: it has nothing to say where one is None."""
    parties = [getattr(vu, nom) for nom in _parties(juger)]
    if not any(partie is None for partie in parties):
        yield from juger(vu, dire, *parties)


@cache
def _parties(juger: Jugement) -> tuple[str, ...]:
    return tuple(signature(juger).parameters)[2:]


@dataclass(frozen=True, slots=True)
class Juge:
    """A line of a family's table: a requirement, the function that looks for it in an exchange, and the
    messages that it looks at."""

    exigence: str
    juger: Jugement
    sur: Messages = TOUS

    def constats(self, vue: Observation) -> Constats:
        """Returns the findings of this judge on an exchange."""
        if self.sur.contient(vue.operation, vue.type_fichier):
            yield from appeler(self.juger, vue, Dire(self.exigence, vue.identifiant))


# --- remedies ----------------------------------------------------------------------------------------------


def avec_remede(constat: Constat, vue: Observation | None, **dits: str) -> Constat:
    """A breach, with the remedy of the first diagnosis of `constats.toml` that holds of what it says, of the
    exchange that shows it, and of `dits`, what only a driven application shows; unless it has one."""
    if constat.tenue or constat.remede:
        return constat

    def tient(nom: str, motif: str) -> bool:
        lire = _FAITS.get(nom)
        lu = dits.get(nom, getattr(constat, nom, "")) if lire is None else lire(vue) if vue else ""
        return re.search(motif, lu) is not None

    dits["ecart"] = f"{constat.attendu} → {constat.observe}"
    dits["ailleurs"] = f"{constat.chemin}': {constat.observe!r}\n{dits.get('saisi')}"
    for diagnostic in (*CONSTATS["remedes"].get(constat.exigence, ()), *CONSTATS["remedes"]["partout"]):
        if all(tient(nom, motif) for nom, motif in diagnostic.items() if nom != "remede"):
            return replace(constat, remede=diagnostic["remede"])
    return constat


def _pile(vue: Observation) -> str:
    """The stack that wrote a request, "" for one that is not known."""
    dit = f"{vue.en_tete('User-Agent')} {vue.en_tete('Content-Type')}"
    return next((nom for nom, motif in CONSTATS["piles"].items() if re.search(motif, dit)), "")


#: What a diagnosis may ask of an exchange.
_FAITS: Final[Mapping[str, Callable[[Observation], str]]] = {
    "pile": _pile,
    "reponse": lambda vue: vue.reponse.content_type,
    "operation": lambda vue: vue.operation or "",
    "numeros": lambda vue: " ".join(
        filter(None, (vue.numero_rendu, vue.numero, *releves(vue), *resultats(vue)))
    ),
}


# --- sequences ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ordre:
    """A command that a driven application was told: `depuis` is the id of the last exchange before it, `rang`
    its place among those of the example, `dit` all that it said. When two commands of the same words make an
    application send a thing twice, the plan is the cause."""

    depuis: int
    rang: int = 0
    dit: str = ""

    def redemande(self, autre: "Ordre") -> bool:
        """True when it is another command than `autre`, and asks exactly the same thing."""
        return self.rang != autre.rang and self.dit == autre.dit


@dataclass
class JugeDeSuite:
    """A judge of sequences: it receives the exchanges of a base one by one, oldest first, and remembers no
    more than digests and numbers. `exigences` are the requirements that it speaks of, `sur` the messages that
    show them.

    `pilote`: the application was driven, and did nothing that it was not told once. The content of a document
    is then enough to tell that it was sent again. In free traffic a test may say the same thing twice on
    purpose: only the very same file, or the same reference, is the same sending.
    """

    exigences: ClassVar[tuple[str, ...]] = ()
    sur: ClassVar[Messages] = TOUS
    #: Those of its requirements that only a panne lets be seen.
    apres_une_panne: ClassVar[tuple[str, ...]] = ()
    #: Whether what it remembers is of the base's state, and ends with it.
    de_l_etat: ClassVar[bool] = True

    pilote: bool = False
    #: How many times as fast as ours a driven application's clock goes, while it waits to try again.
    acceleration: float = 1.0

    def dire(self, vue: Observation, exigence: str = "") -> Dire:
        """A pen about an exchange, for the first of its requirements unless another is named."""
        return Dire(exigence or self.exigences[0], vue.identifiant)

    def voir(self, vue: Observation) -> Constats:
        """Returns the findings that one more exchange adds to those before it."""
        raise NotImplementedError

    def commander(self, ordre: Ordre) -> None:
        """A driven application is told its next command: what it repeats from now on, it was told to."""

    def finir(self) -> Constats:
        """Returns the findings that can be told only now that all was seen."""
        yield from ()


def est_creation(vue: Observation) -> bool:
    """True when the message asks for a new numéro unique."""
    return vue.operation == "getNumUnique" and vue.type_fichier in ("CRE", "CRS")


def personnes(vue: Observation) -> frozenset[str]:
    """Returns the people whom the demande is for, folded: « guichet nom prénom » of each holder, or the
    association's name."""
    if vue.demande is None:
        return frozenset()
    noms = {f"{plier(p.nom)} {plier(p.prenom)}" for p in vue.demande.titulaires}
    if vue.demande.association is not None:
        noms = {plier(vue.demande.association.texte_de("nom") or "")}
    return frozenset(f"{vue.guichet} {nom}" for nom in noms if nom.strip())


# --- what the findings of one exchange say together ------------------------------------------------------

_SCHEMA: Final = "CTR-01"
#: Recommendations: they do not stand in for a schema that refuses.
_CONSEILS: Final = frozenset({"CTR-06", "CTR-07", "CTR-08", "NOM-05"})
_REDITES: Final = ("CTR-03", "NOM-05")
#: Rules that refuse what breaks a requirement.
REFUS: Final[Mapping[str, frozenset[str]]] = {e: frozenset(r) for e, r in CONSTATS["refus"].items()}


def demi_preuve(constat: Constat) -> bool:
    """True when a message, in free traffic, holds only half of VIE-01, and proves nothing alone: that
    the number is kept is seen in sequence, or in what a driven application answers."""
    return constat.tenue and constat.exigence == "VIE-01"


def refus_essaye(constat: Constat, vue: Observation) -> bool:
    """True when a requirement broke in a message that the SNE refused for that very reason. In free traffic a
    vendor's test may send such a message to see it refused; the report tells it among the answers received.
    """
    return not constat.tenue and not REFUS.get(constat.exigence, frozenset()).isdisjoint(vue.bloquantes)


def recouper(constats: Iterable[Constat], vue: Observation) -> list[Constat]:
    """`constats` of one exchange, without those held that its answer does not let prove, and without the
    schema's (CTR-01) where another requirement says more of the same place; of a code that is written in a
    namespace, it is the schema that says all. A requirement of `_REDITES` is folded where another one says
    that the place is wrong."""
    constats = [
        replace(c, cause=_SCHEMA)
        if not c.tenue and c.exigence != _SCHEMA and c.chemin in vue.codes_qualifies
        else c
        for c in constats
        if not c.tenue or _prouve(c, vue)
    ]
    casses = sorted((lieu_de(c), c.exigence) for c in constats if c.rompue and c.chemin)
    chefs = {lieu: exigence for lieu, exigence in casses if exigence not in (_SCHEMA, *_CONSEILS)}
    gardes = []
    for c in constats:
        lieu = lieu_de(c)
        chef = chefs.get(lieu) if c.rompue else None
        if chef == c.exigence and (lieu, _SCHEMA) in casses:
            c = replace(c, phrase=f"{c.phrase} Le schéma le refuse aussi ({_SCHEMA}).")
        elif chef and chef != c.exigence in _REDITES:
            c = replace(c, cause=chef)
        if not (chef and c.exigence == _SCHEMA):
            gardes.append(c)
    return gardes


def lieu_de(constat: Constat) -> str:
    """Where it is, by element: a code is its attribute for the schema, its element for a nomenclature."""
    return constat.chemin.removesuffix("/@code")


def _prouve(constat: Constat, vue: Observation) -> bool:
    """True when a message that holds a requirement also proves it. Only a message that the SNE accepted
    proves anything of the life of a demande; a document that the SNE could not read proves nothing."""
    if constat.exigence.startswith("VIE"):
        return vue.acceptee
    return not constat.exigence.startswith("CTR") or vue.echange.verdict not in (
        VerdictEchange.FAULT,
        VerdictEchange.ERREUR,
    )


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
