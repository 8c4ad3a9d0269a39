"""Two runs compared: what is new, mended, still there, and what was looked at less."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from typing import Annotated

from sne_conformite.rapports.constats_groupes import GroupeConstats, grouper
from sne_conformite.rapports.rapport import TRAFIC, EtatExigence, Rapport, ResultatScenario, Verdict
from sne_conformite.rapports.rapport_masque import masquer
from sne_conformite.rapports.verdict_de_conformite import conclure
from sne_interface.domain.dates import PARIS
from sne_interface.domain.texte import abrege, accorde, visible
from sne_interface.domain.valeurs_en_json import TU, tirer

_PHRASE_MAX = 100
_VUS = (Verdict.REUSSI, Verdict.ECHOUE)
#: Of the coverage, what a seed does not choose.
_RUBRIQUES = ("operations", "types_fichier", "versions", "evenements")
#: What became of a kind of finding: the field that holds it, its title, its sign.
_DEVENIRS = {
    "nouveaux": ("Nouveaux", "+"),
    "corriges": ("Corrigés", "-"),
    "persistants": ("Toujours là", "="),
    "non_revus": ("Non revus (rien, ensuite, ne dit s'ils sont corrigés)", "?"),
}
#: Names that a line shows of what was looked at no more.
_PERDUS_MAX = 12


@dataclass(frozen=True)
class ReculLu:
    """A part of the judgement that the second run looked at less: `quoi` says of what in French, `avant` and
    `apres` how many there were, `perdus` which are there no more. It says nothing of the application: the
    trial is weaker."""

    quoi: str
    avant: int
    apres: int
    perdus: Annotated[tuple[str, ...], "ceux qu'il ne regarde plus"] = ()

    def __str__(self) -> str:
        montres = ", ".join(self.perdus[:_PERDUS_MAX]) + (", …" if len(self.perdus) > _PERDUS_MAX else "")
        return f"{self.quoi} : {self.avant} → {self.apres}{f' ({montres})' if montres else ''}"


@dataclass(frozen=True)
class CompteLu:
    """How often a kind of finding was met."""

    constats: int
    scenarios: Collection[str]


@dataclass(frozen=True)
class EvolutionLue:
    """A kind of finding in either run; `groupe` is that of the newest of the two."""

    exigence: str
    sorte: str
    niveau: Annotated[str, "MUST ou SHOULD"]
    phrase: str
    connue: Annotated[str, "raison de la référence qui l'excuse ; vide sinon"]
    commande: Annotated[str, "celle qui le reproduit"]
    avant: CompteLu | None
    apres: CompteLu | None
    groupe: Annotated[GroupeConstats, TU]


@dataclass(frozen=True)
class CompareLu:
    """A report of the two."""

    application: str
    contrat: str
    mode: str
    debut: datetime
    conforme: bool


@dataclass(frozen=True)
class ComparaisonRapports:
    """The fate of each kind of finding. `corriges` are gone from scenarios that the second run played
    again; `non_revus` are gone too, but nothing says that they were mended: it did not play their scenarios,
    or not as far. A kind that was met in scenarios of both sorts is in both, each with its own. Of traffic,
    which has no scenario, the second run has seen the requirement, or not."""

    avant: CompareLu
    apres: CompareLu
    nouveaux: tuple[EvolutionLue, ...]
    corriges: tuple[EvolutionLue, ...]
    persistants: tuple[EvolutionLue, ...]
    non_revus: Annotated[
        tuple[EvolutionLue, ...],
        "disparus sans preuve d'une correction : scénarios pas rejoués jusque-là",
    ]
    moins_verifies: tuple[ReculLu, ...]
    rapports: Annotated[tuple[Rapport, Rapport], TU]


def comparer(avant: Rapport, apres: Rapport) -> ComparaisonRapports:
    """Two reports compared by kind of finding (exigence, sorte), NIRs masked. They may be of different
    plans, modes or seeds; known failures count as failures."""
    avant, apres = masquer(avant), masquer(apres)
    anciens = {g.cle: g for g in grouper(avant, inf)}
    actuels = {g.cle: g for g in grouper(apres, inf)}
    disparus = [_partager(g, avant, apres) for cle, g in anciens.items() if cle not in actuels]
    return ComparaisonRapports(
        avant=tirer(CompareLu, avant.entete, conforme=avant.conforme),
        apres=tirer(CompareLu, apres.entete, conforme=apres.conforme),
        nouveaux=tuple(_evolution(None, g) for cle, g in actuels.items() if cle not in anciens),
        corriges=tuple(_evolution(corrige, None) for corrige, _ in disparus if corrige),
        persistants=tuple(_evolution(anciens[cle], g) for cle, g in actuels.items() if cle in anciens),
        non_revus=tuple(_evolution(non_revu, None) for _, non_revu in disparus if non_revu),
        moins_verifies=tuple(_reculs(avant, apres)),
        rapports=(avant, apres),
    )


def _evolution(avant: GroupeConstats | None, apres: GroupeConstats | None) -> EvolutionLue:
    groupe = apres or avant
    comptes = [None if g is None else CompteLu(g.nombre, g.scenarios) for g in (avant, apres)]
    return tirer(EvolutionLue, groupe, groupe=groupe, avant=comptes[0], apres=comptes[1])


def en_texte(comparaison: ComparaisonRapports) -> str:
    """A comparison in French lines, the new ones first."""
    avant, apres = map(_dit, comparaison.rapports)
    lignes = [f"Avant : {avant}", f"Après : {apres}"]
    for nom, (titre, signe) in _DEVENIRS.items():
        evolutions = getattr(comparaison, nom)
        lignes.append(f"{titre} : {len(evolutions) or 'aucun'}")
        lignes += [f"  {signe} {_ligne(e)}" for e in evolutions]
    lignes.append(f"Moins vérifié : {len(comparaison.moins_verifies) or 'rien'}")
    lignes += [f"  ! {visible(str(recul))}" for recul in comparaison.moins_verifies]
    return "\n".join(lignes) + "\n"


def _reculs(avant: Rapport, apres: Rapport) -> Iterator[ReculLu]:
    """Where `apres` saw less: of a requirement that lost its evidence nothing is known any more."""
    yield from _recul("exigences dont quelque chose a été vu", sorted(_vues(avant)), _vues(apres))
    if TRAFIC not in (avant.entete.mode, apres.entete.mode):
        joues = [[s.id for s in r.scenarios if s.verdict in _VUS] for r in (avant, apres)]
        yield from _recul("scénarios joués", *joues)
    ensuite = {r.nom: r.vus for r in apres.couverture}
    for rubrique in avant.couverture:
        if rubrique.nom in _RUBRIQUES:
            yield from _recul(rubrique.titre.lower(), rubrique.vus, ensuite.get(rubrique.nom, ()))
    if apres.entete.exemples < avant.entete.exemples:
        yield ReculLu("ménages essayés", avant.entete.exemples, apres.entete.exemples)


def _recul(quoi: str, avant: Collection[str], apres: Iterable[str]) -> Iterator[ReculLu]:
    vus = set(apres)
    perdus = tuple(nom for nom in avant if nom not in vus)
    if perdus:
        yield ReculLu(quoi, len(avant), len(vus), perdus)


def _partager(
    groupe: GroupeConstats, avant: Rapport, apres: Rapport
) -> tuple[GroupeConstats | None, GroupeConstats | None]:
    """(what was looked for again, what was not) of a group of `avant` that is gone in `apres`."""
    if not groupe.scenarios:
        # Traffic; or a finding of a shrunk household, of which no check says the scenario.
        joues = {s.id for s in apres.scenarios}
        entier = avant.entete.mode == TRAFIC or {s.id for s in avant.scenarios} <= joues
        return (groupe, None) if entier and groupe.exigence in _vues(apres) else (None, groupe)
    rejoues = {s.id for s in apres.scenarios if _rejoue(s, groupe, apres)}
    revus = [ident for ident in groupe.scenarios if ident in rejoues]
    if len(revus) == len(groupe.scenarios):
        return groupe, None
    if not revus or groupe.erreur:  # a breakdown is one, wherever it was met
        return None, groupe
    autres = [ident for ident in groupe.scenarios if ident not in rejoues]
    return _partie(groupe, avant, revus), _partie(groupe, avant, autres)


def _rejoue(scenario: ResultatScenario, groupe: GroupeConstats, rapport: Rapport) -> bool:
    """Tell whether a scenario of `rapport` has looked for a group's requirement. One that the plan does not
    name there has a check where it breaks only: that it holds is seen in the balance, provided that the
    scenario went to its end."""
    verdicts = {v.exigence: v.verdict for v in scenario.verifications}
    if groupe.exigence in verdicts:
        return verdicts[groupe.exigence] in _VUS
    fini = not scenario.raison and set(verdicts.values()) <= {*_VUS, Verdict.EN_ATTENTE}
    return fini and (groupe.erreur or groupe.exigence in _vues(rapport)) and scenario.verdict in _VUS


def _partie(groupe: GroupeConstats, rapport: Rapport, scenarios: Collection[str]) -> GroupeConstats:
    """The group as those scenarios alone show it."""
    reduit = replace(
        rapport,
        scenarios=tuple(s for s in rapport.scenarios if s.id in scenarios),
        bilans=tuple(replace(b, nombres={}) for b in rapport.bilans),  # how many times in the whole run
    )
    return next(g for g in grouper(reduit, inf) if g.cle == groupe.cle)


def _vues(rapport: Rapport) -> set[str]:
    """Requirements of which the run has seen something."""
    vues = {b.exigence for b in rapport.bilans if b.etat in (EtatExigence.PROUVEE, EtatExigence.ENFREINTE)}
    return vues | {v.exigence for v in rapport.verifications if v.verdict in _VUS}


def _dit(rapport: Rapport) -> str:
    entete = rapport.entete
    debut = entete.debut.astimezone(PARIS)
    return visible(
        f"{entete.application}, {debut:%d/%m/%Y %H:%M}, contrat {entete.contrat}, {conclure(rapport)}"
    )


def _ligne(evolution: EvolutionLue) -> str:
    ou = " → ".join(
        dict.fromkeys(
            accorde(len(c.scenarios), "scénario") if c.scenarios else f"{c.constats} fois"
            for c in (evolution.avant, evolution.apres)
            if c
        )
    )
    nom = f"{evolution.exigence} {evolution.sorte}".rstrip()
    connue = f" [connu : {evolution.connue}]" if evolution.connue else ""
    return visible(f"{nom} · {ou} · {abrege(evolution.phrase, _PHRASE_MAX)}{connue}")
