"""What a judgement says: verdicts, findings, coverage. Values only; every report is drawn from one `Rapport`.

The vocabulary is closed. A *constat* is one thing seen (a requirement held, or broken, at one place); a
*verification* (a check) is a requirement in a scenario, « SCENARIO/EXIGENCE », with its verdict; the *bilan*
of a requirement gathers all that was seen of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

#: Mode of a report on whatever traffic came: its « scenarios » are families of requirements.
TRAFIC: Final = "trafic"
#: Groups of scenarios, in the order of the plan: folder -> title.
GROUPES: Final[Mapping[str, str]] = {
    "transport": "Transport et emballage",
    "creation": "Création",
    "anomalies": "Anomalies traitées",
    "cycle": "Cycle de vie",
    "radiation": "Radiation, attribution et décisions",
    "doublons": "Doublons",
    "releves": "DALO et relevés",
    "evenements": "Événements",
    "recherche": "Recherche et consultation",
    "dispatching": "Dispatching et fin des échanges asynchrones",
    "robustesse": "Robustesse",
}
#: Version of the JSON shape of a report (`fixtures/schemas/rapport.schema.json`).
FORMAT_RAPPORT = 1
#: Of a field that reports of the same format may lack: they were written before it existed.
FACULTATIF: Final = {"facultatif": True}


class Verdict(StrEnum):
    """How a check, or a scenario, ended."""

    REUSSI = "réussi"
    ECHOUE = "échoué"
    IGNORE = "ignoré"
    """A precondition was missing: nothing could be seen."""
    SANS_OBJET = "sans objet"
    """The application says that it does not do this."""
    ERREUR = "erreur"
    """The suite, or the link to the application, failed."""
    EN_ATTENTE = "en attente"
    """Not run yet, or run without any evidence."""


class EtatExigence(StrEnum):
    """What is known of a requirement at the end."""

    PROUVEE = "prouvée"
    ENFREINTE = "enfreinte"
    SANS_PREUVE = "sans preuve"
    NON_TESTEE = "non testée"
    """requirements.csv says why."""


@dataclass(frozen=True, slots=True)
class Constat:
    """One thing seen about one requirement. `sorte` is a stable slug (« cotitulaire_absent ») by which alike
    findings are grouped; `phrase` is French; `chemin` a path in the document; `echange` an id of the journal;
    `exemple` the smallest household (JSON of the protocol) found to show it, when one was looked for.
    """

    exigence: str
    tenue: bool
    phrase: str
    sorte: str = ""
    chemin: str = ""
    attendu: str = ""
    observe: str = ""
    echange: int | None = None
    exemple: Mapping[str, Any] | None = field(default=None, compare=False, metadata=FACULTATIF)


@dataclass(frozen=True, slots=True)
class Verification:
    """A requirement in a scenario. `exemple` is that of the first of `constats` that has one, `commande`
    reproduces it, `raison` says why there is no verdict when there is none."""

    scenario: str
    exigence: str
    verdict: Verdict
    constats: tuple[Constat, ...] = ()
    exemple: Mapping[str, Any] | None = None
    commande: str = ""
    raison: str = ""
    connue: str = ""
    """Reason of the baseline that excuses this failure; "" when nothing does."""

    @property
    def id(self) -> str:
        """« SCENARIO/EXIGENCE »."""
        return f"{self.scenario}/{self.exigence}"


@dataclass(frozen=True, slots=True)
class ResultatScenario:
    """A scenario of the plan, run. `duree` in seconds; `exemples` those that were run."""

    id: str
    groupe: str
    titre: str
    verdict: Verdict
    verifications: tuple[Verification, ...] = ()
    exemples: int = 0
    duree: float = 0.0
    raison: str = ""


@dataclass(frozen=True, slots=True)
class Bilan:
    """A requirement at the end: `preuves` times seen held, `constats` where it broke."""

    exigence: str
    texte: str
    niveau: str
    source: str
    etat: EtatExigence
    preuves: int = 0
    constats: tuple[Constat, ...] = ()
    raison: str = ""
    connue: str = ""
    """Reason of the baseline that excuses all of `constats`; "" when one of them is not excused."""
    nombres: Mapping[str, Any] = field(default_factory=dict, compare=False, metadata=FACULTATIF)
    """How many times it broke, by `sorte`: more than `constats` keeps."""


@dataclass(frozen=True, slots=True)
class Rubrique:
    """One heading of the coverage: what was seen of what there is, in the contract's order."""

    nom: str
    titre: str
    vus: tuple[str, ...]
    manquants: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.vus) + len(self.manquants)


@dataclass(frozen=True, slots=True)
class EchangeCite:
    """An exchange that a finding points at, as shown: every NIR masked. Texts of request and answer."""

    identifiant: int
    resume: str
    requete: str
    reponse: str
    lignes: tuple[int, ...] = field(default=(), metadata=FACULTATIF)
    """Lines of `requete`, from 1, that the SNE complained of."""


@dataclass(frozen=True, slots=True)
class ReponseDuSne:
    """What the SNE answered beside its acceptance, of one `code`: informative, it decides of nothing.
    `nature` is « refus », « avertissement » or « tolérance » (what was written amiss, and read all the same);
    `message` that of the first time; `echanges` the first ones.
    """

    nature: str
    code: str
    message: str
    nombre: int
    echanges: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Entete:
    """Who judged what, and how."""

    outil: str
    contrat: str
    profil: str
    mode: str
    """TRAFIC (driverless) or « plan » (driven)."""
    application: str
    base: str
    graine: int
    commande: str
    debut: datetime
    fin: datetime
    echanges: int = 0
    exemples: int = 0
    non_juges: str = field(default="", metadata=FACULTATIF)
    """French sentence: how many exchanges the journal had lost when it was judged, why, and the remedy."""
    refuses: int = field(default=0, metadata=FACULTATIF)
    """Of `echanges`, in mode TRAFIC, those that the SNE refused: anomalies, or a fault or an HTTP status by
    the fault of the sender."""
    inacheve: str = field(default="", metadata=FACULTATIF)
    """French sentence: why the trial did not go to its end (a signal, the tool, the application that never
    answered); "" when it did. The report is then partial, and concludes nothing."""


@dataclass(frozen=True, slots=True)
class Rapport:
    """A whole judgement. `conforme` decides the exit code; `motifs` says in French why it is not."""

    entete: Entete
    conforme: bool
    motifs: tuple[str, ...] = ()
    scenarios: tuple[ResultatScenario, ...] = ()
    bilans: tuple[Bilan, ...] = ()
    couverture: tuple[Rubrique, ...] = ()
    echanges: tuple[EchangeCite, ...] = ()
    reponses: tuple[ReponseDuSne, ...] = field(default=(), metadata=FACULTATIF)

    @property
    def conclusion(self) -> str:
        """« conforme », « non conforme », or « épreuve inachevée »: nothing is concluded then."""
        if self.entete.inacheve:
            return "épreuve inachevée"
        return "conforme" if self.conforme else "non conforme"

    @property
    def verifications(self) -> tuple[Verification, ...]:
        """Every check, in the plan's order."""
        return tuple(v for s in self.scenarios for v in s.verifications)


# --- the event stream, from which every report is written --------------------------------------------


@dataclass(frozen=True, slots=True)
class DebutJugement:
    """A judgement begins; `total` scenarios are to come (0 when none is told apart), which are families of
    requirements in mode TRAFIC. `niveaux` are MUST or SHOULD by requirement."""

    application: str
    total: int
    niveaux: Mapping[str, str] = field(default_factory=dict)
    mode: str = "plan"


@dataclass(frozen=True, slots=True)
class ScenarioCommence:
    """A scenario begins; `rang` from 1."""

    id: str
    groupe: str
    titre: str
    rang: int


@dataclass(frozen=True, slots=True)
class ScenarioFini:
    """A scenario has ended."""

    resultat: ResultatScenario


@dataclass(frozen=True, slots=True)
class Fin:
    """The end: all that was judged."""

    rapport: Rapport


Evenement = DebutJugement | ScenarioCommence | ScenarioFini | Fin
