"""What whoever decides reads of a report: its head in a line, what it covers, its families of requirements,
what a household risks, how the requirements fared in each group of scenarios.

Page one of the HTML, the badge and the page to hand over say it in the same words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sne_sandbox.reports.decision import (
    ECHOUEE,
    EN_ERREUR,
    TOUTES,
    Issue,
    issue_de_verification,
    niveaux_de,
)
from sne_sandbox.reports.groupes import GroupeConstats
from sne_sandbox.reports.model import (
    FAMILLES,
    GROUPES,
    Bilan,
    EtatExigence,
    Rapport,
    Verdict,
    VerdictMention,
)

#: Mentions that a product may say it has.
ACQUISES: Final = (VerdictMention.ACQUISE, VerdictMention.RESERVES)
_OPERATIONS: Final = "operations"
_VUES: Final = (EtatExigence.PROUVEE, EtatExigence.ENFREINTE)
#: Of a cell of the matrix: the first of these that one of its checks ended as.
_PIRES: Final = (ECHOUEE, EN_ERREUR)


@dataclass(frozen=True, slots=True)
class TeteDeRapport:
    """The head of a report: what is concluded (`titre`), of how much (`couvre`), why (`motifs`, French
    sentences); `classe` is bien, conseil, mal or neutre."""

    titre: str
    couvre: str
    motifs: tuple[str, ...]
    classe: str


@dataclass(frozen=True, slots=True)
class FamilleJugee:
    """A family of requirements, their balances in order."""

    sigle: str
    titre: str
    bilans: tuple[Bilan, ...]

    @property
    def prouvees(self) -> int:
        """How many are proved."""
        return sum(bilan.etat is EtatExigence.PROUVEE for bilan in self.bilans)

    @property
    def enfreintes(self) -> int:
        """How many are broken, recommendations and known ones included."""
        return sum(bilan.etat is EtatExigence.ENFREINTE for bilan in self.bilans)


@dataclass(frozen=True, slots=True)
class CaseDeMatrice:
    """How a requirement fared in a group of scenarios: the worst of its checks, how many ended so."""

    issue: Issue
    nombre: int


def tete(rapport: Rapport) -> TeteDeRapport:
    """The head of a report. Without mention, what conforms is told with how much it covers: an application
    that does two operations of thirteen has proved no more than that."""
    acquises = [m for m in rapport.mentions if m.verdict in ACQUISES]
    couvre = couverture_en_mots(rapport)
    if rapport.entete.inacheve:
        return TeteDeRapport("Épreuve inachevée", couvre, rapport.motifs, "mal")
    if acquises:
        titres = ", ".join(mention.titre for mention in acquises)
        reserve = any(mention.verdict is VerdictMention.RESERVES for mention in acquises)
        classe = "conseil" if reserve or not rapport.conforme else "bien"
        titre = f"{titres} : acquise{'s' if len(acquises) > 1 else ''}{' avec réserves' if reserve else ''}"
        return TeteDeRapport(titre, couvre, rapport.motifs, classe)
    if not rapport.conforme:
        return TeteDeRapport("Non conforme", couvre, rapport.motifs, "mal")
    if rapport.mentions:
        return TeteDeRapport("Aucune mention acquise", couvre, (), "neutre")
    return TeteDeRapport("Aucun manquement sur ce qui a été vu", couvre, (), "bien")


def couverture_en_mots(rapport: Rapport) -> str:
    """« 2 opérations sur 13, 34 exigences prouvées sur 81 »."""
    dits = []
    operations = next((r for r in rapport.couverture if r.nom == _OPERATIONS and r.total), None)
    if operations is not None:
        vues = len(operations.vus)
        dits.append(f"{vues} opération{'s' if vues > 1 else ''} sur {operations.total}")
    if rapport.bilans:
        prouvees = sum(bilan.etat is EtatExigence.PROUVEE for bilan in rapport.bilans)
        s = "s" if prouvees > 1 else ""
        dits.append(f"{prouvees} exigence{s} prouvée{s} sur {len(rapport.bilans)}")
    return ", ".join(dits)


def familles(rapport: Rapport) -> list[FamilleJugee]:
    """The families of the requirements of a report, in their order."""
    par_sigle: dict[str, list[Bilan]] = {}
    for bilan in rapport.bilans:
        par_sigle.setdefault(bilan.exigence.partition("-")[0], []).append(bilan)
    return [FamilleJugee(nom, FAMILLES.get(nom, nom), tuple(lot)) for nom, lot in par_sigle.items()]


def risques(rapport: Rapport) -> dict[str, list[str]]:
    """What a household risks of what broke and nothing excuses, the requirements of each sentence."""
    dits: dict[str, list[str]] = {}
    for bilan in rapport.bilans:
        if bilan.etat is EtatExigence.ENFREINTE and bilan.risque and not bilan.connue:
            dits.setdefault(bilan.risque, []).append(bilan.exigence)
    return dits


def consequences(rapport: Rapport, groupe: GroupeConstats) -> dict[str, int]:
    """Requirements that could not be seen because of a group's, and in how many checks."""
    suites: dict[str, int] = {}
    for verification in rapport.verifications:
        if verification.cause and verification.cause == groupe.exigence:
            suites[verification.exigence] = suites.get(verification.exigence, 0) + 1
    return suites


def moins_verifiees(avant: Rapport, apres: Rapport) -> list[str]:
    """Requirements of which the run before had seen something, and this one nothing."""
    vues = {bilan.exigence for bilan in apres.bilans if bilan.etat in _VUES}
    return [b.exigence for b in avant.bilans if b.etat in _VUES and b.exigence not in vues]


def matrice(rapport: Rapport) -> tuple[list[str], dict[str, dict[str, CaseDeMatrice]]]:
    """The groups of scenarios that were played, by their titles, and for each requirement its cell in each
    group that has one."""
    niveaux = niveaux_de(rapport)
    issues: dict[str, dict[str, list[Issue]]] = {}
    colonnes: dict[str, None] = {}
    for scenario in rapport.scenarios:
        groupe = GROUPES.get(scenario.groupe, scenario.groupe)
        for verification in scenario.verifications:
            if verification.verdict is not Verdict.SANS_OBJET:
                colonnes[groupe] = None
                cases = issues.setdefault(verification.exigence, {})
                cases.setdefault(groupe, []).append(issue_de_verification(verification, niveaux))
    lignes = {
        exigence: {groupe: _case(lot) for groupe, lot in cases.items()} for exigence, cases in issues.items()
    }
    return list(colonnes), lignes


def _case(issues: list[Issue]) -> CaseDeMatrice:
    graves = [*_PIRES, *(i for i in reversed(TOUTES) if i.classe == "conseil"), *TOUTES]
    issue = next(issue for issue in graves if issue in issues)
    return CaseDeMatrice(issue, issues.count(issue))


def par_exigence(rapport: Rapport) -> Mapping[str, Bilan]:
    """The balances of a report, by requirement."""
    return {bilan.exigence: bilan for bilan in rapport.bilans}
