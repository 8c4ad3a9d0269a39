"""What the examples of a scenario showed together, from which its checks are made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sne_sandbox.conformance.deroulement import Deroule
from sne_sandbox.domain.texte import accorde
from sne_sandbox.reports.model import Constat, ResultatScenario, Verdict, Verification

#: Findings kept of one check.
CONSTATS_MAX: Final = 5
#: Verdict of a scenario: the first of these that one of its checks has.
_ORDRE: Final = (
    Verdict.ECHOUE,
    Verdict.ERREUR,
    Verdict.REUSSI,
    Verdict.IGNORE,
    Verdict.SANS_OBJET,
    Verdict.EN_ATTENTE,
)


@dataclass(slots=True)
class Recolte:
    """By requirement: held, broken, given up by the application itself, explained by another. `arret` and
    `erreur` are those of the first example that has one."""

    tenues: set[str] = field(default_factory=set)
    cassees: dict[str, list[Constat]] = field(default_factory=dict)
    arret: str = ""
    erreur: str = ""
    empechees: dict[str, str] = field(default_factory=dict)
    consequences: dict[str, str] = field(default_factory=dict)
    bloquee: bool = True
    """Whether each example was cut short before the application did any command."""

    def prendre(self, deroule: Deroule) -> None:
        """One more example."""
        self.bloquee = self.bloquee and deroule.bloque
        self.arret = self.arret or deroule.arret
        self.erreur = self.erreur or deroule.erreur
        self.empechees = {**deroule.empechees, **self.empechees}
        self.consequences = {**deroule.consequences, **self.consequences}
        for constat in deroule.constats:
            if constat.tenue:
                self.tenues.add(constat.exigence)
            else:
                trouves = self.cassees.setdefault(constat.exigence, [])
                if len(trouves) < CONSTATS_MAX and all(c.sorte != constat.sorte for c in trouves):
                    trouves.append(constat)


def ensemble(verifications: Iterable[Verification]) -> Verdict:
    """The verdict of a scenario that has these checks."""
    verdicts = {v.verdict for v in verifications}
    return next((v for v in _ORDRE if v in verdicts), Verdict.EN_ATTENTE)


def inacheve(interruption: str, resultats: Sequence[ResultatScenario]) -> str:
    """What is said of a run that `interruption` cut short, the `raison` of each scenario that it left; "" for
    "" (nothing did)."""
    if not interruption:
        return ""
    restes = accorde(
        sum(resultat.raison == interruption for resultat in resultats),
        "scénario n'a pas été joué jusqu'au bout",
        "scénarios n'ont pas été joués jusqu'au bout",
    )
    return f"{interruption[0].upper()}{interruption[1:]} : {restes} ; ce rapport est partiel."
