"""Findings as a developer mends them: alike ones told together, by (exigence, genre), the worst first; how
many of each there are, counted once for every form of a report; and the smallest example as a person reads
it, one line a value.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sne_conformite.rapports.rapport import (
    TRAFIC,
    Bilan,
    Constat,
    EchangeCite,
    EtatExigence,
    Rapport,
    Verdict,
    Verification,
)
from sne_conformite.rapports.verdict_de_conformite import (
    DES_EXIGENCES,
    DES_VERIFICATIONS,
    OBLIGATOIRE,
    Issue,
    compter_issues,
    issue_de_bilan,
    issue_de_verification,
    niveaux_de,
)
from sne_interface.domain.texte import accorde, premiers

#: Verdicts that something must be done about.
MANQUEMENTS: Final = (Verdict.ECHOUE, Verdict.ERREUR)
#: What a finding shows for a value that is not there.
RIEN: Final = "(rien)"
#: A finding, and the check where it was met.
Trouvaille = tuple[Constat, Verification]
#: Exchanges of a group that are named.
ECHANGES_MAX: Final = 12
#: Groups of one cause: what an application says may change from one household to the next.
FORMES_MAX: Final = 3


@dataclass(frozen=True)
class GroupeConstats:
    """Every finding of one `genre` about one requirement; the last one of a cause has `formes` others too.

    `constat` is the example shown (empty: its check has none, `phrase` says why), `scenarios` where it
    was met in the plan's order (none when traffic is judged), `nombre` how many findings, `echanges` where
    they were seen, `commande` plays it again, `connue` is the reason of the baseline, "" unless it excuses
    all of them, `remede` what a developer does about it.
    """

    exigence: str
    sorte: str
    texte: str
    niveau: str
    source: str
    phrase: str
    nombre: int
    constat: Constat
    scenarios: tuple[str, ...] = ()
    commande: str = ""
    connue: str = ""
    erreur: bool = False
    echanges: tuple[int, ...] = ()
    #: Requirements that it explains, and that are not counted: told with the first group of its own.
    consequences: tuple[str, ...] = ()
    #: What a developer does, in French, "" when nothing is said.
    remede: str = ""
    #: The condition under which it shows, in French, "" when none is known.
    condition: str = ""
    formes: int = 0

    @property
    def titre(self) -> str:
        """Its requirement; « VIE-01 et 10 autres » of a breakdown that hid them."""
        premiere, *autres = self.exigence.split(", ")
        return f"{premiere} et {accorde(len(autres), 'autre', 'autres')}" if autres[1:] else self.exigence

    @property
    def ou(self) -> str:
        """« échange : 3 », « échanges : 3, 4, 5 et 12 autres »; "" when none is known."""
        if not self.echanges:
            return ""
        mot = "échange" if len(self.echanges) == 1 else "échanges"
        return f"{mot} : {premiers(self.echanges, ECHANGES_MAX)}"

    @property
    def suites(self) -> str:
        """« et 12 autres formes, et ses conséquences : FID-01 (non comptées) »; "" without any."""
        formes = f"et {accorde(self.formes, 'autre forme', 'autres formes')}" if self.formes else ""
        if not self.consequences:
            return formes
        seule = len(self.consequences) == 1
        debut, fin = ("sa conséquence", "non comptée") if seule else ("ses conséquences", "non comptées")
        dites = f"et {debut} : {', '.join(self.consequences)} ({fin})"
        return f"{formes}, {dites}" if formes else dites

    def dits(self, rendre: Callable[[str], str]) -> Iterator[tuple[str, str]]:
        """All that is told of it after its sentence, each after its word ("" for none), as `valeurs_de`."""
        yield from valeurs_de(self.constat, rendre)
        autres = ("", self.suites), ("", self.ou), ("quand", self.condition), ("remède", self.remede)
        yield from ((mot, dit) for mot, dit in autres if dit)

    @property
    def obligatoire(self) -> bool:
        """Tell whether it makes the application not conforming, unless it is known."""
        return self.erreur or self.niveau == OBLIGATOIRE

    @property
    def genre(self) -> str:
        """The kind of its findings, "" of an error."""
        return "" if self.erreur else self.constat.genre

    @property
    def cle(self) -> tuple[str, str, bool]:
        """The key that tells a group from another."""
        return self.exigence, self.genre, self.erreur


def grouper(rapport: Rapport, formes_max: float = FORMES_MAX) -> tuple[GroupeConstats, ...]:
    """The groups of a report: to mend first, then recommendations, then known failures; within each, errors
    of the suite last, those met in more scenarios (or more often) first."""
    trouvailles = defaultdict(list)
    causes: dict[tuple[str, str, str], dict[str, str]] = {}
    for constat, verification in _trouvailles(rapport):
        # By genre, the one under which it is told.
        formes = causes.setdefault((constat.exigence, constat.sorte, constat.remede), {})
        sien = constat.genre if len(formes) < formes_max else [*formes.values()][-1]
        cle = (constat.exigence, formes.setdefault(constat.genre, sien), False)
        if verification.verdict is Verdict.ERREUR:  # one line, whatever it kept from being seen
            cle = ("", verification.raison, True)
        trouvailles[cle].append((constat, verification))
    bilans = {bilan.exigence: bilan for bilan in rapport.bilans}
    # What stands for scenarios there are families of requirements: nobody ran them.
    libre = rapport.entete.mode == TRAFIC
    groupes = []
    sortes = Counter((lot[0][0].exigence, lot[0][0].sorte) for lot in trouvailles.values())
    for (exigence, genre, erreur), lot in trouvailles.items():
        constat, montree = min((t for t in lot if erreur or t[0].genre == genre), key=_lisibilite)
        sorte = constat.sorte
        if erreur:
            exigence, genre, sorte = ", ".join(dict.fromkeys(v.exigence for _, v in lot)), "", ""
        bilan = bilans.get(exigence) or Bilan(exigence, "", OBLIGATOIRE, "", EtatExigence.SANS_PREUVE)
        combien = bilan.nombres.get(sorte, 0) if sortes[exigence, sorte] == 1 else 0
        groupes.append(
            GroupeConstats(
                exigence=exigence,
                sorte=sorte,
                texte=bilan.texte,
                niveau=bilan.niveau,
                source=bilan.source_dite,
                phrase=constat.phrase or montree.raison or "La vérification n'a pas abouti.",
                nombre=max(len(lot), combien),
                scenarios=() if libre else tuple(dict.fromkeys(v.scenario for _, v in lot if v.scenario)),
                constat=constat,
                commande=montree.commande or rapport.entete.commande,
                connue=lot[0][1].connue if all(v.connue for _, v in lot) else "",
                erreur=erreur,
                echanges=tuple(sorted({c.echange for c, _ in lot if c.echange is not None})),
                remede=bilan.remedes([constat]) if exigence in bilans and not erreur else "",
                condition=str(bilan.conditions.get(genre, "")),
                formes=0 if erreur else len({c.genre for c, _ in lot}) - 1,
            )
        )
    return _avec_leurs_consequences(sorted(groupes, key=_urgence), rapport)


def _avec_leurs_consequences(groupes: list[GroupeConstats], rapport: Rapport) -> tuple[GroupeConstats, ...]:
    """The groups, the first of each requirement with those that it explains."""
    suites: dict[str, dict[str, None]] = {}
    comptees = {v.exigence for v in rapport.verifications if v.verdict in MANQUEMENTS}
    for v in rapport.verifications:
        if v.cause and v.exigence not in comptees:
            suites.setdefault(v.cause, {})[v.exigence] = None
    return tuple(
        replace(g, consequences=tuple(sorted(suites.pop(g.exigence, {})))) if g.exigence in suites else g
        for g in groupes
    )


def valeurs_de(constat: Constat, rendre: Callable[[str], str] = str) -> Iterator[tuple[str, str]]:
    """The details of a finding beside its sentence: where, what was expected, what was seen, each after its
    word; `rendre` gives both values their form."""
    if constat.chemin:
        yield "chemin", constat.chemin
    if constat.attendu or constat.observe:
        for mot, valeur in (("attendu", constat.attendu), ("observé", constat.observe)):
            yield mot, rendre(valeur) or RIEN


def echange_de(groupe: GroupeConstats, rapport: Rapport) -> EchangeCite | None:
    """The exchange that the example of a group points at, when the report cites it."""
    return next((e for e in rapport.echanges if e.identifiant == groupe.constat.echange), None)


def _trouvailles(rapport: Rapport) -> Iterator[Trouvaille]:
    """The findings, an empty one of a check that has none; those of the balances only where no check shows
    them, as those of a check of no scenario."""
    vues = set()
    for verification in rapport.verifications:
        if verification.verdict not in MANQUEMENTS:
            continue
        enfreints = [c for c in verification.constats if c.rompue]
        vues |= {(c.exigence, c.genre) for c in enfreints}
        vues.add((verification.exigence, ""))
        for constat in enfreints or (Constat(verification.exigence, False, ""),):
            yield constat, verification
    for bilan in rapport.bilans:
        if bilan.etat is not EtatExigence.ENFREINTE:
            continue
        for constat in bilan.constats:
            if not constat.tenue and (constat.exigence, constat.genre) not in vues:
                yield constat, Verification("", bilan.exigence, Verdict.ECHOUE, connue=bilan.connue)


def _lisibilite(trouvaille: Trouvaille) -> tuple[int, bool, int]:
    """The example to show: the smallest household, then one with an exchange, then the shortest."""
    constat, _ = trouvaille
    taille = len(str(constat.exemple)) if constat.exemple else 10**9
    return taille, constat.echange is None, len(constat.phrase) + len(constat.observe)


def _urgence(groupe: GroupeConstats) -> tuple[Any, ...]:
    fois = -len(groupe.scenarios), -groupe.nombre
    return bool(groupe.connue), not groupe.obligatoire, groupe.erreur, *fois, groupe.exigence, groupe.sorte


# --- an example --------------------------------------------------------------------------------------

_RETRAIT: Final = "  "


def lignes_exemple(exemple: Any) -> list[str]:
    """The values of an example (JSON of the protocol), indented; a code stands for its element."""
    return list(_lignes(exemple, ""))


def branche_exemple(exemple: Mapping[str, Any], chemin: str) -> tuple[str, Any] | None:
    """Where the path of a finding leads in an example: the path walked, and what is there. An element that is
    missing is shown by the one that should hold it; None when hardly anything of the path is in the
    example."""
    pas = [_pas(segment) for segment in chemin.split("/") if segment]
    for reference, valeur in exemple.items():
        for debut in range(len(pas)):
            trouve = _suivre(valeur, pas[debut:])
            if trouve is not None:
                return f"{reference}/{trouve[0]}", trouve[1]
    return None


def _pas(segment: str) -> tuple[str, int]:
    """`cotitulaire[2]` is the second; without a number, the first."""
    nom, _, rang = segment.rstrip("]").partition("[")
    return nom, int(rang) if rang.isdecimal() and int(rang) > 0 else 1


def _suivre(valeur: Any, pas: list[tuple[str, int]]) -> tuple[str, Any] | None:
    marche = []
    for nom, rang in pas:
        if not isinstance(valeur, Mapping) or nom not in valeur:
            break
        suivant = valeur[nom]
        if isinstance(suivant, list):
            if len(suivant) < rang:
                break
            suivant = suivant[rang - 1]
            nom = f"{nom}[{rang}]"
        marche.append(nom)
        valeur = suivant
    # One step alone leads back to nearly the whole household.
    return ("/".join(marche), valeur) if marche and (len(marche) > 1 or len(pas) == 1) else None


def _lignes(valeur: Any, retrait: str) -> Iterator[str]:
    if isinstance(valeur, Mapping):
        for nom, contenu in valeur.items():
            yield from _nommee(nom, contenu, retrait)
    elif isinstance(valeur, list | tuple):
        for rang, contenu in enumerate(valeur, 1):
            yield from _nommee(f"[{rang}]", contenu, retrait)
    else:
        yield f"{retrait}{_simple(valeur)}"


def _nommee(nom: str, contenu: Any, retrait: str) -> Iterator[str]:
    if isinstance(contenu, list | tuple):
        seul = len(contenu) == 1
        for rang, element in enumerate(contenu, 1):
            yield from _nommee(nom if seul else f"{nom}[{rang}]", element, retrait)
        if not contenu:
            yield f"{retrait}{nom} : {RIEN}"
    elif isinstance(contenu, Mapping) and set(contenu) != {"code"}:
        yield f"{retrait}{nom}{'' if contenu else f' : {RIEN}'}"
        yield from _lignes(contenu, retrait + _RETRAIT)
    else:
        yield f"{retrait}{nom} : {_simple(contenu)}"


def _simple(valeur: Any) -> str:
    if isinstance(valeur, Mapping):
        valeur = valeur["code"]
    if isinstance(valeur, bool):
        return "true" if valeur else "false"
    return RIEN if valeur is None or valeur == "" else str(valeur).replace("\n", " ")


@dataclass(frozen=True)
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

    def dits(self) -> Iterator[str]:
        """« Vérifications : ✓ 4 réussies · ✗ 1 échouée », then the same of the requirements."""
        for titre, lot in (("Vérifications", self.verifications), ("Exigences", self.exigences)):
            if lot:
                yield f"{titre} : {' · '.join(f'{issue.signe} {issue.compte(n)}' for issue, n in lot)}"

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
