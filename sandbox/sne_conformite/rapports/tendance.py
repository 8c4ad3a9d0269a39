"""The history of the judgements of one application: for each mention, family and requirement, whether it is
attained, one judgement after the other, and since when it is not.

A judgement that says nothing of a thing (not played, no evidence) neither begins nor ends anything.
"""

from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

from sne_conformite.rapports import synthese
from sne_conformite.rapports.rapport import TRAFIC, Bilan, EtatExigence, Rapport, VerdictMention
from sne_conformite.rapports.verdict_de_conformite import issue_de_bilan
from sne_interface.domain.dates import PARIS
from sne_interface.domain.texte import accorde

_SIGNES: Final = {"bien": "✓", "mal": "✗", "conseil": "!", "neutre": "·"}
_MENTIONS: Final = {
    VerdictMention.ACQUISE: "bien",
    VerdictMention.RESERVES: "bien",
    VerdictMention.INCOMPLETE: "neutre",
    VerdictMention.REFUSEE: "mal",
    VerdictMention.INACHEVEE: "neutre",
}


@dataclass(frozen=True, slots=True)
class CaseDeTendance:
    """The word of a judgement on a thing: a word or a count, its class (bien, mal, conseil, neutre)."""

    mot: str
    classe: str = "neutre"

    @property
    def signe(self) -> str:
        """Returns the sign that says the class without colour."""
        return _SIGNES[self.classe]


_RIEN: Final = CaseDeTendance("non jugé")


@dataclass(frozen=True, slots=True)
class JalonDeTendance:
    """A judgement in its history: `sujet` is whom it judges, whatever its version; what it says of each
    thing, by name."""

    sujet: str
    fin: datetime
    conforme: bool
    prouvees: int
    exigences_en_tout: int
    mentions: Mapping[str, CaseDeTendance]
    familles: Mapping[str, CaseDeTendance]
    exigences: Mapping[str, CaseDeTendance]
    textes: Mapping[str, str]

    @property
    def enfreintes(self) -> frozenset[str]:
        """The requirements that are broken, and that nothing excuses."""
        return frozenset(nom for nom, case in self.exigences.items() if case.classe == "mal")


@dataclass(frozen=True, slots=True)
class LigneDeTendance:
    """A thing through the judgements: what each says of it, the oldest first; `depuis` sums it up."""

    nom: str
    titre: str
    cases: tuple[CaseDeTendance, ...]
    depuis: str


@dataclass(frozen=True, slots=True)
class Tendance:
    """The history of one application, the oldest judgement first; `bilan` compares the last two."""

    mentions: tuple[LigneDeTendance, ...]
    familles: tuple[LigneDeTendance, ...]
    exigences: tuple[LigneDeTendance, ...]
    tenues: int
    """How many requirements were judged, and never broken: they have no line."""
    bilan: str


def jalon(rapport: Rapport) -> JalonDeTendance:
    """Returns the part of a report that the history keeps."""
    entete = rapport.entete
    if entete.mode == TRAFIC:
        sujet = f"base {entete.base}"
    elif entete.candidat is not None:
        sujet = entete.candidat.produit
    else:
        sujet = entete.application.rpartition(" ")[0] or entete.application
    familles = {}
    for famille in synthese.familles(rapport):
        issues = [issue_de_bilan(bilan) for bilan in famille.bilans]
        total = len(famille.bilans)
        classe = "mal" if any(i.classe == "mal" for i in issues) else "neutre"
        classe = "bien" if famille.prouvees == total else classe
        familles[famille.titre] = CaseDeTendance(f"{famille.prouvees} / {total}", classe)
    return JalonDeTendance(
        sujet,
        entete.fin,
        rapport.conforme,
        sum(bilan.etat is EtatExigence.PROUVEE for bilan in rapport.bilans),
        len(rapport.bilans),
        {m.titre: CaseDeTendance(m.verdict.value, _MENTIONS[m.verdict]) for m in rapport.mentions},
        familles,
        {b.exigence: _case(b) for b in rapport.bilans},
        {b.exigence: b.texte for b in rapport.bilans},
    )


def tracer(jalons: Sequence[JalonDeTendance]) -> Tendance:
    """The history that judgements make, the oldest first."""
    rates = {nom for jalon in jalons for nom in jalon.enfreintes}
    jugees = {nom for jalon in jalons for nom, case in jalon.exigences.items() if case.classe != "neutre"}
    textes = ChainMap(*(dict(jalon.textes) for jalon in reversed(jalons)))

    def lignes(
        dits: Sequence[Mapping[str, CaseDeTendance]], noms: Iterable[str]
    ) -> Iterator[LigneDeTendance]:
        for nom in dict.fromkeys(noms):
            cases = tuple(dit.get(nom, _RIEN) for dit in dits)
            yield LigneDeTendance(nom, textes.get(nom, nom), cases, _depuis(cases, jalons))

    mentions, familles = [j.mentions for j in jalons], [j.familles for j in jalons]
    return Tendance(
        tuple(lignes(mentions, chain(*mentions))),
        tuple(lignes(familles, chain(*familles))),
        tuple(lignes([j.exigences for j in jalons], sorted(rates))),
        len(jugees - rates),
        _bilan(jalons),
    )


def _case(bilan: Bilan) -> CaseDeTendance:
    issue = issue_de_bilan(bilan)
    return CaseDeTendance(issue.mot, issue.classe)


def _depuis(cases: Sequence[CaseDeTendance], jalons: Sequence[JalonDeTendance]) -> str:
    """« échoue depuis le 12/11/2026 (3 jugements) »."""
    jugees = [(c, j) for c, j in zip(cases, jalons, strict=True) if c.classe in ("bien", "mal")]
    if not jugees:
        return "pas encore de verdict"
    classe = jugees[-1][0].classe
    suite = [j for c, j in jugees if c.classe == classe]
    autres = [rang for rang, (c, _) in enumerate(jugees) if c.classe != classe]
    if autres:
        suite = [j for _, j in jugees[autres[-1] + 1 :]]
    jour = f"{suite[0].fin.astimezone(PARIS):%d/%m/%Y}"
    combien = accorde(len(suite), "jugement", "jugements")
    dit = "échoue" if classe == "mal" else "tenu" if autres else "toujours tenu,"
    return f"{dit} depuis le {jour} ({combien})"


def _bilan(jalons: Sequence[JalonDeTendance]) -> str:
    """Tell whether the last judgement is better than the one before it."""
    if len(jalons) < 2:
        return "Un seul jugement est gardé : rien ne se compare encore."
    avant, apres = jalons[-2:]
    # What the last one did not look at is not mended.
    revues = {nom for nom, case in apres.exigences.items() if case.classe != "neutre"}
    corrigees = sorted((avant.enfreintes - apres.enfreintes) & revues)
    nouvelles = sorted(apres.enfreintes - avant.enfreintes)
    perdues = sorted(avant.enfreintes - apres.enfreintes - revues)
    dits = [
        f"{accorde(len(noms), un, plusieurs)} ({', '.join(noms)})"
        for noms, un, plusieurs in (
            (corrigees, "corrigée", "corrigées"),
            (nouvelles, "nouvelle", "nouvelles"),
            (perdues, "non revue", "non revues"),
        )
        if noms
    ]
    if not dits:
        reste = accorde(len(apres.enfreintes), "exigence enfreinte", "exigences enfreintes")
        return f"Ni mieux ni moins bien que le jugement d'avant : {reste}."
    ecart = len(corrigees) - len(nouvelles)
    if ecart:
        tete = "Mieux que le jugement d'avant" if ecart > 0 else "Moins bien que le jugement d'avant"
    elif corrigees:
        tete = "Autant de manquements que dans le jugement d'avant, mais pas les mêmes"
    else:
        tete = "Rien ne dit si c'est mieux que le jugement d'avant"
    return f"{tete} : exigences enfreintes, {' ; '.join(dits)}."
