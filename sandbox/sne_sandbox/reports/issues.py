"""How a check, a scenario or a requirement is told: one sign and one word for each way to end.

The verdicts of `model` say what was seen. What a reader is told also depends on what it costs: a SHOULD that
broke is « non suivie », a failure that the baseline excuses is « connue », and neither makes anybody fail.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sne_sandbox.reports.decision import OBLIGATOIRE
from sne_sandbox.reports.model import Bilan, EtatExigence, ResultatScenario, Verdict, Verification


@dataclass(frozen=True, slots=True)
class Issue:
    """A way to end. `un` and `plusieurs` agree with « vérification » or « exigence », `scenario` with
    « scénario »; `classe` is bien, conseil, mal or neutre; `legende` explains the word when it needs it;
    `court` is for a cell of a table, when `un` is long."""

    signe: str
    un: str
    plusieurs: str
    scenario: str
    classe: str = "neutre"
    legende: str = ""
    court: str = ""

    @property
    def mot(self) -> str:
        """What a cell of a table says."""
        return self.court or self.un

    def compte(self, nombre: int) -> str:
        """« 4 échouées »: a number, and the word that agrees with it."""
        return f"{nombre} {self.un if nombre < 2 else self.plusieurs}"


REUSSIE: Final = Issue("✓", "réussie", "réussies", "réussi", "bien")
ECHOUEE: Final = Issue("✗", "échouée", "échouées", "échoué", "mal")
NON_SUIVIE: Final = Issue(
    "!", "recommandation non suivie", "recommandations non suivies", "recommandation non suivie", "conseil",
    "une exigence recommandée (SHOULD) n'est pas tenue ; cela ne rend pas non conforme",
    "non suivie",
)  # fmt: skip
CONNUE: Final = Issue(
    "~", "manquement connu", "manquements connus", "manquement connu", "neutre",
    "le fichier donné à --baseline l'excuse",
)  # fmt: skip
EN_ERREUR: Final = Issue(
    "E", "en erreur", "en erreur", "en erreur", "mal", "la suite, ou le lien avec l'application, a failli"
)
IGNOREE: Final = Issue(
    "-", "ignorée", "ignorées", "ignoré", "neutre", "un préalable a manqué : rien n'a pu être vu"
)
SANS_OBJET: Final = Issue(
    "-", "sans objet", "sans objet", "sans objet", "neutre", "l'application dit ne pas faire cela"
)
EN_ATTENTE: Final = Issue(
    "?", "en attente", "en attente", "en attente", "neutre",
    "cette vérification n'a rien vu de ce qu'elle cherche",
)  # fmt: skip
PROUVEE: Final = Issue("✓", "prouvée", "prouvées", "prouvé", "bien")
ENFREINTE: Final = Issue("✗", "enfreinte", "enfreintes", "enfreint", "mal")
SANS_PREUVE: Final = Issue(
    "?", "sans preuve", "sans preuve", "sans preuve", "neutre",
    "aucun échange ne montre si cette exigence est tenue",
)  # fmt: skip
NON_TESTEE: Final = Issue(
    "-", "non testée", "non testées", "non testé", "neutre",
    "ne se vérifie pas depuis le bac à sable, pour la raison dite",
)  # fmt: skip

_VERDICTS: Final[Mapping[Verdict, Issue]] = {
    Verdict.REUSSI: REUSSIE,
    Verdict.ECHOUE: ECHOUEE,
    Verdict.ERREUR: EN_ERREUR,
    Verdict.IGNORE: IGNOREE,
    Verdict.SANS_OBJET: SANS_OBJET,
    Verdict.EN_ATTENTE: EN_ATTENTE,
}
_ETATS: Final[Mapping[EtatExigence, Issue]] = {
    EtatExigence.PROUVEE: PROUVEE,
    EtatExigence.ENFREINTE: ENFREINTE,
    EtatExigence.SANS_PREUVE: SANS_PREUVE,
    EtatExigence.NON_TESTEE: NON_TESTEE,
}
#: Every way to end, in the order of a summary.
TOUTES: Final = (
    REUSSIE, PROUVEE, ECHOUEE, ENFREINTE, EN_ERREUR, NON_SUIVIE, CONNUE, IGNOREE, SANS_OBJET, EN_ATTENTE,
    SANS_PREUVE, NON_TESTEE,
)  # fmt: skip


def de_verification(verification: Verification, niveaux: Mapping[str, str]) -> Issue:
    """How a check ended; `niveaux` are MUST or SHOULD by requirement, MUST for one that is not there."""
    if verification.verdict in (Verdict.ECHOUE, Verdict.ERREUR) and verification.connue:
        return CONNUE
    if (
        verification.verdict is Verdict.ECHOUE
        and niveaux.get(verification.exigence, OBLIGATOIRE) != OBLIGATOIRE
    ):
        return NON_SUIVIE
    return _VERDICTS[verification.verdict]


def de_scenario(scenario: ResultatScenario, niveaux: Mapping[str, str]) -> Issue:
    """How a scenario ended: as the worst of its checks that failed, else as its verdict says."""
    if scenario.verdict in (Verdict.ECHOUE, Verdict.ERREUR):
        vues = {de_verification(v, niveaux) for v in scenario.verifications}
        for pire in (ECHOUEE, EN_ERREUR, NON_SUIVIE, CONNUE):
            if pire in vues:
                return pire
    return _VERDICTS[scenario.verdict]


def de_bilan(bilan: Bilan) -> Issue:
    """What is known of a requirement."""
    if bilan.etat is EtatExigence.ENFREINTE and bilan.connue:
        return CONNUE
    if bilan.etat is EtatExigence.ENFREINTE and bilan.niveau != OBLIGATOIRE:
        return NON_SUIVIE
    return _ETATS[bilan.etat]


def compter(issues: Iterable[Issue]) -> list[tuple[Issue, int]]:
    """How many of each, in the order of a summary; those that are not met are left out."""
    vues = list(issues)
    return [(issue, nombre) for issue in TOUTES if (nombre := vues.count(issue))]


def legende(issues: Iterable[Issue]) -> list[tuple[str, str]]:
    """(word, what it means) of those that need to be explained, in the order of a summary, each once."""
    vues = set(issues)
    return [(issue.plusieurs, issue.legende) for issue in TOUTES if issue in vues and issue.legende]
