"""What makes an application conforming, said once, and the word by which each thing that was judged is told.

A MUST that broke, a check that the suite could not carry out, and required evidence that is missing make it
not conforming; a SHOULD never does. What a caller alone knows (its command failed, nothing arrived) it adds.

A verdict says what was seen; an *issue*, what a reader is told, which depends on what it costs too: a
SHOULD that broke is « non suivie », a failure that the baseline excuses is « connue », and neither makes
anybody fail.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sne_sandbox.domain.texte import accorde
from sne_sandbox.reports.model import Bilan, EtatExigence, Rapport, ResultatScenario, Verdict, Verification

OBLIGATOIRE = "MUST"


def decider(rapport: Rapport, autres: Iterable[str] = (), *, exigees: Collection[str] = ()) -> Rapport:
    """`rapport` with `conforme` and `motifs` set: what its checks and balances say, then `autres`, French
    sentences of reasons that are not in it. `exigees` are ids whose evidence may not lack. A trial that did
    not go to its end conforms to nothing."""
    inacheve = (rapport.entete.inacheve,) if rapport.entete.inacheve else ()
    motifs = (*inacheve, *motifs_des_manquements(rapport), *motifs_des_preuves(rapport, exigees), *autres)
    return replace(rapport, motifs=motifs, conforme=not motifs)


def motifs_des_manquements(rapport: Rapport) -> tuple[str, ...]:
    """A French sentence for the mandatory requirements that broke, one for the checks in error; known
    failures count for nothing."""
    niveaux = niveaux_de(rapport)
    enfreintes = dict.fromkeys(
        v.exigence
        for v in rapport.verifications
        if v.verdict is Verdict.ECHOUE and not v.connue and niveaux.get(v.exigence) == OBLIGATOIRE
    )
    enfreintes |= dict.fromkeys(b.exigence for b in rapport.bilans if _compte(b))
    erreurs = dict.fromkeys(v.scenario for v in rapport.verifications if en_erreur(v))
    erreurs |= dict.fromkeys(
        s.id for s in rapport.scenarios if s.verdict is Verdict.ERREUR and _sans_excuse(s.verifications)
    )
    motifs = []
    if enfreintes:
        motifs.append(
            accorde(len(enfreintes), "exigence obligatoire enfreinte", "exigences obligatoires enfreintes")
            + f" : {_liste(enfreintes)}."
        )
    if erreurs:
        motifs.append(
            accorde(len(erreurs), "scénario en erreur", "scénarios en erreur") + f" : {_liste(erreurs)}."
        )
    return tuple(motifs)


def motifs_des_preuves(rapport: Rapport, exigees: Collection[str]) -> tuple[str, ...]:
    """A French sentence for the ids of `exigees` that no evidence proves, unknown ids included."""
    prouvees = {
        b.exigence for b in rapport.bilans if b.etat in (EtatExigence.PROUVEE, EtatExigence.ENFREINTE)
    }
    manquent = [exigence for exigence in exigees if exigence not in prouvees]
    return (f"Preuve exigée, et absente : {_liste(manquent)}.",) if manquent else ()


def niveaux_de(rapport: Rapport) -> dict[str, str]:
    """MUST or SHOULD by requirement; one that has no balance counts as MUST."""
    niveaux = {v.exigence: OBLIGATOIRE for v in rapport.verifications}
    return niveaux | {b.exigence: b.niveau for b in rapport.bilans}


def en_erreur(verification: Verification) -> bool:
    """Whether a check could not be carried out, and nothing excuses it."""
    return verification.verdict is Verdict.ERREUR and not verification.connue


def _compte(bilan: Bilan) -> bool:
    return bilan.etat is EtatExigence.ENFREINTE and bilan.niveau == OBLIGATOIRE and not bilan.connue


def _sans_excuse(verifications: tuple[Verification, ...]) -> bool:
    return not any(v.connue for v in verifications if v.verdict is Verdict.ERREUR)


def _liste(noms: Iterable[str]) -> str:
    return ", ".join(noms)


# --- issues ------------------------------------------------------------------------------------------


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


def issue_de_verification(verification: Verification, niveaux: Mapping[str, str]) -> Issue:
    """How a check ended; `niveaux` are MUST or SHOULD by requirement, MUST for one that is not there."""
    if verification.verdict in (Verdict.ECHOUE, Verdict.ERREUR) and verification.connue:
        return CONNUE
    if (
        verification.verdict is Verdict.ECHOUE
        and niveaux.get(verification.exigence, OBLIGATOIRE) != OBLIGATOIRE
    ):
        return NON_SUIVIE
    return _VERDICTS[verification.verdict]


def issue_de_scenario(scenario: ResultatScenario, niveaux: Mapping[str, str]) -> Issue:
    """How a scenario ended: as the worst of its checks that failed, else as its verdict says."""
    if scenario.verdict in (Verdict.ECHOUE, Verdict.ERREUR):
        vues = {issue_de_verification(v, niveaux) for v in scenario.verifications}
        for pire in (ECHOUEE, EN_ERREUR, NON_SUIVIE, CONNUE):
            if pire in vues:
                return pire
    return _VERDICTS[scenario.verdict]


def issue_de_bilan(bilan: Bilan) -> Issue:
    """What is known of a requirement."""
    if bilan.etat is EtatExigence.ENFREINTE and bilan.connue:
        return CONNUE
    if bilan.etat is EtatExigence.ENFREINTE and bilan.niveau != OBLIGATOIRE:
        return NON_SUIVIE
    return _ETATS[bilan.etat]


def compter_issues(issues: Iterable[Issue]) -> list[tuple[Issue, int]]:
    """How many of each, in the order of a summary; those that are not met are left out."""
    vues = list(issues)
    return [(issue, nombre) for issue in TOUTES if (nombre := vues.count(issue))]


def legende(issues: Iterable[Issue]) -> list[tuple[str, str]]:
    """(word, what it means) of those that need to be explained, in the order of a summary, each once."""
    vues = set(issues)
    return [(issue.plusieurs, issue.legende) for issue in TOUTES if issue in vues and issue.legende]
