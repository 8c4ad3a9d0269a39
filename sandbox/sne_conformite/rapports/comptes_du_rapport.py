"""How many of each, counted once: every form of a report writes these numbers, and none counts by itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sne_conformite.rapports.constats_groupes import GroupeConstats, grouper
from sne_conformite.rapports.rapport import Rapport
from sne_conformite.rapports.verdict_de_conformite import (
    DES_EXIGENCES,
    DES_VERIFICATIONS,
    Issue,
    compter_issues,
    issue_de_bilan,
    issue_de_verification,
    niveaux_de,
)


@dataclass(frozen=True, slots=True)
class ComptesDuRapport:
    """The numbers of a report. `verifications` and `exigences` are by issue, in the order of a summary, those
    that are not met left out. Of the groups of findings, `a_corriger` make it not conforming, `conseils` are
    recommendations, `connus` are excused by the baseline."""

    verifications: tuple[tuple[Issue, int], ...]
    exigences: tuple[tuple[Issue, int], ...]
    a_corriger: tuple[GroupeConstats, ...]
    conseils: tuple[GroupeConstats, ...]
    connus: tuple[GroupeConstats, ...]

    @property
    def issues(self) -> list[Issue]:
        """All that were met."""
        return [issue for issue, _ in (*self.verifications, *self.exigences)]

    def en_json(self) -> dict[str, Any]:
        """`synthese` of a report: every issue has its number, by its word in the singular."""
        return {
            "verifications": _toutes(DES_VERIFICATIONS, self.verifications),
            "exigences": _toutes(DES_EXIGENCES, self.exigences),
            "manquements": len(self.a_corriger),
            "recommandations_non_suivies": len(self.conseils),
            "manquements_connus": len(self.connus),
        }


def compter(rapport: Rapport) -> ComptesDuRapport:
    """The numbers of `rapport`."""
    niveaux = niveaux_de(rapport)
    groupes = grouper(rapport)
    return ComptesDuRapport(
        tuple(compter_issues(issue_de_verification(v, niveaux) for v in rapport.verifications)),
        tuple(compter_issues(map(issue_de_bilan, rapport.bilans))),
        tuple(g for g in groupes if g.obligatoire and not g.connue),
        tuple(g for g in groupes if not g.obligatoire and not g.connue),
        tuple(g for g in groupes if g.connue),
    )


def _toutes(issues: Iterable[Issue], nombres: Iterable[tuple[Issue, int]]) -> dict[str, int]:
    vues = {issue.un: nombre for issue, nombre in nombres}
    return {issue.un: vues.get(issue.un, 0) for issue in issues}
