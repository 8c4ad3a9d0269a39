"""The results that the examples of a scenario show together, from which its checks are made; and when a run
that is stopped at its first message is not worth going on with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sne_conformite.bilan.consequences import D_ABORD, SANS_CAUSE, a_sa_place, chef, chefs, commun, par_genre
from sne_conformite.bilan.constats_recueillis import ConstatsParExigence
from sne_conformite.juges.juge import CONSTATS, REQUETE_INACHEVEE
from sne_conformite.juges.juges_suites_d_envois import Reessais
from sne_conformite.observation.accidents_de_la_suite import dire_l_accident
from sne_conformite.pilotage.exemple_joue import ExempleJoue
from sne_conformite.pilotage.exemple_reduit import depend_du_menage
from sne_conformite.rapports.rapport import Constat, ResultatScenario, Verdict, Verification
from sne_interface.domain.texte import accorde

#: Findings kept of one check.
CONSTATS_MAX: Final = 5
#: Scenarios in a row, from the first of the run, after which the others are not played.
PAREILS_MAX: Final = 5
#: The same, of an application none of whose requests arrives whole: it waits all its time in each.
MUETS_MAX: Final = 2
#: Verdict of a scenario: the first of these that one of its checks has.
_ORDRE: Final = tuple(map(Verdict, CONSTATS["ordre"]))


@dataclass
class Recolte:
    """By requirement: held, broken, given up by the application itself, explained by another (`plies`: the
    findings). `arret` and `erreur` are those of the first example that has one, late ones apart."""

    tenues: set[str] = field(default_factory=set)
    cassees: dict[str, list[Constat]] = field(default_factory=dict)
    arret: str = ""
    erreur: str = ""
    empechees: dict[str, str] = field(default_factory=dict)
    plies: dict[str, list[Constat]] = field(default_factory=dict)
    #: Requirements that the suite failed to judge of an exchange, each with the error.
    accidents: dict[str, str] = field(default_factory=dict)
    #: How many commands the application did.
    faites: int = 0
    #: By command that the application declined, the hard forms of all the households that it declined.
    declins: dict[str, frozenset[str]] = field(default_factory=dict)
    #: Whether each example was cut short before the application did any command.
    bloquee: bool = True
    #: Why the first example that came too late was not judged to its end.
    retard: str = ""

    def prendre(self, joue: ExempleJoue) -> None:
        """Adds what one more example showed."""
        self.faites += joue.faites
        self.bloquee = self.bloquee and joue.bloque
        self.arret = self.arret or joue.arret
        self.retard = self.retard or (joue.arret if joue.tardif else "")
        self.erreur = self.erreur or ("" if joue.tardif else joue.erreur)
        self.empechees = {**joue.empechees, **self.empechees}
        for commande, formes in joue.declins.items():
            self.declins[commande] = self.declins.get(commande, formes) & formes
        for accident in joue.accidents:
            for exigence in accident.exigences:
                self.accidents.setdefault(exigence, dire_l_accident(accident))
        for constat in joue.constats:
            if constat.tenue:
                self.tenues.add(constat.exigence)
            else:
                ou = self.plies if constat.cause else self.cassees
                trouves = ou.setdefault(constat.exigence, [])
                if a_sa_place(constat, trouves, 1, CONSTATS_MAX):
                    trouves.append(constat)

    def sans_faute(self, exigence: str) -> tuple[Verdict, str]:
        """Gives the verdict on a requirement that nothing broke, and the reason of any verdict but
        « réussi ». A requirement that the suite failed to judge once, or that was seen broken, is not
        held, whatever else held it."""
        plies = self.plies.get(exigence)
        consequence = f"conséquence de {plies[0].cause}" if plies else None
        rompue = plies and not SANS_CAUSE.issuperset(constat.sorte for constat in plies)
        for verdict, raison in (
            (Verdict.ERREUR, self.empechees.get(exigence) or self.accidents.get(exigence)),
            (Verdict.IGNORE, consequence if rompue else None),
            (Verdict.REUSSI, "" if exigence in self.tenues and not self.erreur else None),
            (Verdict.ERREUR, self.erreur or None),
            (Verdict.IGNORE, consequence or self.arret or None),
        ):
            if raison is not None:
                return verdict, raison
        if exigence in Reessais.exigences:  # nothing asks that it tries again by itself
            return Verdict.SANS_OBJET, "l'application n'a rien renvoyé d'elle-même"
        return Verdict.EN_ATTENTE, "rien, dans ces échanges, ne l'a montrée"


def ensemble(verifications: Iterable[Verification]) -> Verdict:
    """The verdict of a scenario that has these checks."""
    verdicts = {v.verdict for v in verifications}
    return next((v for v in _ORDRE if v in verdicts), Verdict.EN_ATTENTE)


def generaliser(
    resultats: Iterable[ResultatScenario], constats: ConstatsParExigence
) -> list[ResultatScenario]:
    """Returns the scenarios of a run; changes `constats`, all its findings, in place. A fault that an
    application makes in several families is charged once (`chefs`)."""
    partout = chefs(constats.ruptures)
    causes = constats.plier(partout)
    generalises = []
    for resultat in resultats:
        vues = tuple(_generaliser(v, partout, causes) for v in resultat.verifications)
        change = vues != resultat.verifications
        generalises.append(
            replace(resultat, verifications=vues, verdict=ensemble(vues)) if change else resultat
        )
    return generalises


def en_suspens(resultat: ResultatScenario) -> bool:
    """True when another scenario may still explain a failure of this one (`generaliser`), or when it is to be
    played again."""
    if resultat.retard:
        return True
    rates = (c for v in resultat.verifications if v.verdict is Verdict.ECHOUE for c in v.constats)
    return any(c.rompue and commun(c) and c.exigence not in D_ABORD for c in rates)


def _generaliser(
    verification: Verification, partout: Mapping[str, str], causes: Mapping[str, str]
) -> Verification:
    vus = [replace(c, cause=chef(c, partout)) if c.rompue else c for c in verification.constats]
    constats = tuple(par_genre([c for c in vus if c.rompue] or vus, 1))
    cause = causes.get(verification.cause, verification.cause)  # what explained it is explained too
    if verification.verdict is Verdict.ECHOUE and not any(c.rompue for c in constats):
        cause = constats[0].cause
    elif cause == verification.cause:
        return replace(verification, constats=constats)
    qui = (verification.scenario, verification.exigence)
    return Verification(*qui, Verdict.IGNORE, constats, raison=f"conséquence de {cause}", cause=cause)


def inacheve(interruption: str, resultats: Sequence[ResultatScenario]) -> str:
    """Tells in French that `interruption`, the `raison` of each scenario that it left, cut a run short; ""
    for "" (nothing did)."""
    if not interruption:
        return ""
    restes = accorde(
        sum(resultat.raison == interruption for resultat in resultats),
        "scénario n'a pas été joué jusqu'au bout",
        "scénarios n'ont pas été joués jusqu'au bout",
    )
    return f"{interruption[0].upper()}{interruption[1:]} : {restes} ; ce rapport est partiel."


@dataclass
class Blocage:
    """An application that its packing of messages stops before it does anything, whatever it is told: the
    rest of the plan would say the same thing, and it waits and tries again each time. Follows a run until the
    application does a command, or breaks something that a household may explain: then all is played."""

    exigence: str = ""
    premier: str = ""
    pareils: int = 0
    muette: bool = False
    leve: bool = False

    @property
    def atteint(self) -> bool:
        """True when enough scenarios ended alike."""
        return self.pareils >= (MUETS_MAX if self.muette else PAREILS_MAX)

    @property
    def raison(self) -> str:
        """Why a scenario is not played, in French."""
        return f"même écart que {self.premier} : l'application n'a encore mené aucune commande à bien"

    def suffit(self, joue: ExempleJoue) -> bool:
        """True when another example of the scenario would say the same."""
        cassees = {exigence for exigence, *_ in joue.fautes}
        return joue.bloque and not self.leve and _sans_menage(cassees)

    def voir(self, scenario: str, recolte: Recolte) -> None:
        """Takes in a scenario that was played: does it end as those before it did?"""
        cassees = set(recolte.cassees)
        exigence = self.exigence or next(iter(recolte.cassees), "")
        if self.leve or not recolte.bloquee or exigence not in cassees or not _sans_menage(cassees):
            self.leve, self.pareils = True, 0
            return
        self.exigence = exigence
        self.premier = self.premier or f"{scenario}/{exigence}"
        self.pareils += 1
        self.muette = any(c.sorte == REQUETE_INACHEVEE for c in recolte.cassees[exigence])


def _sans_menage(cassees: set[str]) -> bool:
    return bool(cassees) and not any(map(depend_du_menage, cassees))
