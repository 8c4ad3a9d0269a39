"""The summary of a report for the person who decides: its head in a line, what it covers, its families of
requirements, the risks of a household, how the requirements fared in each group of scenarios.

Page one of the HTML, the badge and the page to hand over say it in the same words.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from sne_conformite.rapports.rapport import (
    FAMILLES,
    GROUPES,
    Bilan,
    EtatExigence,
    Rapport,
    Verdict,
    VerdictMention,
)
from sne_conformite.rapports.verdict_de_conformite import (
    CONNUE,
    ECHOUEE,
    EN_ERREUR,
    ENFREINTE,
    NON_SUIVIE,
    TOUTES,
    Issue,
    compter_issues,
    conclure,
    couvert,
    exigences_enfreintes,
    issue_de_bilan,
    issue_de_verification,
    manquements_connus,
    niveaux_de,
    non_juge,
)
from sne_interface.domain.anomalie import Fidelite
from sne_interface.domain.texte import accorde

#: Of a cell of the matrix: the first of these that one of its checks ended as.
_PIRES: Final = (ECHOUEE, EN_ERREUR, NON_SUIVIE, *TOUTES)
_MANQUEMENTS: Final = (ENFREINTE, NON_SUIVIE, CONNUE)


@dataclass(frozen=True, slots=True)
class TeteDeRapport:
    """The head of a report: what is concluded (`titre`), of how much (`couvre`), why (`motifs`, French
    sentences); `classe` is bien, conseil, mal or neutre; `non_conforme`: a trial that went to its end, and
    that something refuses."""

    titre: str
    couvre: str
    motifs: tuple[str, ...]
    classe: str
    non_conforme: bool


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
    def manquements(self) -> list[tuple[Issue, int]]:
        """How many are broken, not followed, or excused by the baseline: each of these that is met."""
        issues = map(issue_de_bilan, self.bilans)
        return compter_issues(issue for issue in issues if issue in _MANQUEMENTS)


@dataclass(frozen=True, slots=True)
class CaseDeMatrice:
    """How a requirement fared in a group of scenarios: the worst of its checks, how many ended so."""

    issue: Issue
    nombre: int


def tete(rapport: Rapport) -> TeteDeRapport:
    """The head of a report, as `verdict_de_conformite.conclure` says it. Without mention, it is how much was
    covered: an application that does two operations of thirteen has proved no more than that."""
    titre = conclure(rapport)
    acquises = [mention for mention in rapport.mentions if mention.acquise]
    couvre = couvert(rapport) if acquises or rapport.entete.inacheve else ""
    hors_jugement = non_juge(rapport)
    if not rapport.conforme and not hors_jugement:
        classe = "mal"
    elif hors_jugement or (rapport.mentions and not acquises):
        classe = "neutre"
    else:
        reserve = any(mention.verdict is VerdictMention.RESERVES for mention in acquises)
        classe = "conseil" if reserve or manquements_connus(rapport) else "bien"
    refuse = not (rapport.conforme or rapport.entete.inacheve or hors_jugement)
    return TeteDeRapport(titre[:1].upper() + titre[1:], couvre, rapport.motifs, classe, refuse)


def bref(rapport: Rapport) -> str:
    """The head in a few words, none of which may be cut: what refuses it first, what is excused, then how
    many mentions."""
    acquises = [mention for mention in rapport.mentions if mention.acquise]
    if rapport.entete.inacheve:
        return "épreuve inachevée"
    dits = []
    if not rapport.conforme:
        enfreintes = len(exigences_enfreintes(rapport))
        perdues = accorde(enfreintes, "exigence enfreinte", "exigences enfreintes")
        dits.append(perdues if enfreintes else "non retenue")
    if connus := len(manquements_connus(rapport)):
        dits.append(accorde(connus, "manquement connu", "manquements connus"))
    if len(acquises) == 1:
        dits.append(acquises[0].titre)
    elif acquises:
        dits.append(f"{len(acquises)} mentions sur {len(rapport.mentions)}")
    if any(mention.verdict is VerdictMention.RESERVES for mention in acquises):
        dits[-1] += " (avec réserves)"
    if rapport.conforme and not acquises:
        dits.append(couvert(rapport).rpartition(", ")[2])
    return ", ".join(dits)


def familles(rapport: Rapport) -> list[FamilleJugee]:
    """The families of the requirements of a report, in their order."""
    par_sigle = defaultdict(list)
    for bilan in rapport.bilans:
        par_sigle[bilan.exigence.partition("-")[0]].append(bilan)
    return [FamilleJugee(nom, FAMILLES.get(nom, nom), tuple(lot)) for nom, lot in par_sigle.items()]


def fidelites(rapport: Rapport) -> str:
    """How far the sources of what is proved go, in a French sentence; "" when nothing is proved, or when a
    report of before does not tell."""
    dites = [b.fidelite for b in rapport.bilans if b.etat is EtatExigence.PROUVEE and b.fidelite]
    if not dites:
        return ""
    attestees, deduites, conventions = map(dites.count, Fidelite)
    prouvees = accorde(len(dites), "exigence prouvée", "exigences prouvées")
    return (
        f"{prouvees} : {attestees} sur un texte public (attestée), {deduites} déduite d'un tel texte,"
        f" {conventions} par convention du bac à sable."
    )


def risques(rapport: Rapport) -> dict[str, list[str]]:
    """Returns the risks of a household from the requirements that broke, with the requirements of each
    sentence; the risks that the baseline excuses come last, told as such: the risk is there all the same."""
    dits: dict[str, list[str]] = {}
    for bilan in sorted(rapport.bilans, key=lambda bilan: bool(bilan.connue)):
        if bilan.etat is EtatExigence.ENFREINTE and bilan.risque:
            connu = " (manquement connu)" if bilan.connue else ""
            dits.setdefault(bilan.risque + connu, []).append(bilan.exigence)
    return dits


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
        exigence: {
            groupe: CaseDeMatrice(pire := next(i for i in _PIRES if i in lot), lot.count(pire))
            for groupe, lot in cases.items()
        }
        for exigence, cases in issues.items()
    }
    return list(colonnes), lignes
