"""The consequences of one fault: findings that another finding explains.

A message that the SNE refused for what it breaks ends its command, a number that was altered when it was
received is wrong in every message after it, an application that reads no answer tells no anomaly, one that
shifts its dates shifts them everywhere. The first fault is charged. A consequence is not a second fault: it
is folded, its `cause` names the fault that it follows from, and it counts for nothing.

A recommendation that is not followed explains nothing, except an action that is not announced: the suite then
guesses the operation called, and nobody is at fault for what comes of a guess alone.
"""

import html
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from sne_conformite.juges.juge import CONSTATS, MELEES, PasJoue, est_creation
from sne_conformite.juges.juges_emballage import SEULE_ACTION
from sne_conformite.juges.juges_fidelite import en_commun, nu
from sne_conformite.juges.juges_pannes import PANNES
from sne_conformite.juges.juges_releves import BAIL_SEUL
from sne_conformite.observation.observation import Observation
from sne_conformite.protocole.protocole import Statut
from sne_conformite.rapports.rapport import Constat

#: Findings that say that a command went wrong, and not why.
SANS_CAUSE: Final = frozenset({"issue_inattendue", "ne_repart_pas", "renoncement"})
#: What follows from a cause, by its name in `constats.toml`.
_SUITES: Final = {cause: frozenset(sortes) for cause, sortes in CONSTATS["consequences"].items()}
#: A command that creates its demande twice.
_DOUBLE: Final = "creation_renvoyee"
#: A message that was refused is sent again as it was: told only where the message was what it should be.
RENVOI: Final = "refus_renvoye_a_l_identique"
_NUMERO: Final = "VIE-21"
#: A success that was told for want of an answer.
_PRISES: Final = frozenset(sorte for _, sorte in PANNES.values())
_NUMERO_FAUX: Final = PANNES["numero_faux"][1]
#: The requirements that say best what is done to every value of a kind: of one cause, they are charged first.
D_ABORD: Final = frozenset(CONSTATS["d_abord"])
#: A text that was damaged may be longer than the schema lets it be: shortening it would mend nothing.
_TEXTES: Final = "FID-10"
#: How a long value ends where it is shown, with the escape that was cut there.
_COUPE: Final = re.compile(r"(?:&[^;&]*)?…(?: \(\d+ caractères\))?$")
#: What comes of an operation that no action named, and that was guessed to be another.
_ACTION: Final = "EMB-04"


#: The kind of a finding: its requirement, its genre, its cause.
Cle = tuple[str, str, str]
#: Causes kept of a requirement, until it is known what explains them.
COMMUNS_MAX: Final = 100


@dataclass
class Lectures:
    """The habits that a run has shown: `identite` is the name and the version of the application;
    `lues` is true when it was seen to read an answer; `non_lue` is the finding of the first answer that it
    did not read; `double` the requirement that it broke by creating a demande twice at one command, "" if it
    did not."""

    identite: str = ""
    lues: bool = False
    non_lue: Constat | None = None
    double: str = ""

    def voir(self, pas: PasJoue, constats: Iterable[Constat]) -> None:
        """One more step, and its findings."""
        if pas.lu is not None and ((pas.fait and pas.lu.acceptee) or pas.reponse.get("anomalies")):
            self.lues = True
        if self.non_lue is None:
            self.non_lue = next((c for c in constats if c.sorte == "reponse_non_lue"), None)


@dataclass
class Consequences:
    """Follows the steps of an example. `obligatoires` are the ids of the MUST requirements: a recommendation
    that is not followed explains nothing."""

    obligatoires: frozenset[str]
    lectures: Lectures
    #: Findings that the traffic may explain, each with the exchanges of its step that did not succeed.
    suspendus: list[tuple[Constat, frozenset[int | None]]] = field(default_factory=list)
    #: Requirements of commands that the application gave up, the requirement that explains it ("" for none
    #: yet), why, and the handshakes that failed then.
    renoncements: list[tuple[str, str, str, frozenset[int | None]]] = field(default_factory=list)
    #: Those of them that no finding explains, and why.
    empechees: dict[str, str] = field(default_factory=dict)
    #: Exchanges that were taken for another operation than the command's, for want of an action or by a
    #: wrong one, each with the requirement that says so.
    meprises: dict[int | None, str] = field(default_factory=dict)
    #: By creation (exchange), the requirement that says that the application sends each one twice, "" when
    #: this one was sent once, or nothing says so.
    doublees: dict[int | None, str] = field(default_factory=dict)
    #: By exchange, those of its step that did not succeed.
    rates: dict[int | None, frozenset[int | None]] = field(default_factory=dict)
    #: By exchange in which a text was damaged (FID-10), the texts that were entered.
    saisis: dict[int | None, frozenset[str]] = field(default_factory=dict)
    #: By number that the application told and that is not the demande's, "" for none, the requirement that
    #: says so.
    numeros: dict[str, str] = field(default_factory=dict)
    #: By reference of a demande told registered for want of an answer, the requirement that says so.
    prises: dict[str, str] = field(default_factory=dict)

    def trier(self, pas: PasJoue, constats: Iterable[Constat]) -> list[Constat]:
        """The findings of a step, those folded that another explains; some wait for `conclure`."""
        constats = list(constats)
        meprises = [vue for vue in pas.observations if _meprise(pas, vue)]
        self.meprises |= dict.fromkeys((vue.identifiant for vue in meprises), _ACTION)
        demandee = SEULE_ACTION in self.obligatoires  # by this contract
        fausses = [c.echange for c in constats if demandee and c.rompue and c.exigence == SEULE_ACTION]
        self.meprises |= dict.fromkeys(fausses, SEULE_ACTION)
        if fausses or (meprises and pas.envoi in (None, *meprises)):
            cause = SEULE_ACTION if fausses else _ACTION
            constats = [
                replace(c, cause=cause) if c.rompue and c.sorte in _SUITES["operation"] else c
                for c in constats
            ]
        self.lectures.voir(pas, [c for c in constats if not c.cause])
        prise = next((c for c in constats if c.rompue and c.sorte in _PRISES), None)
        if prise is not None:
            self.prises.setdefault(pas.reference, prise.exigence)
        doubles = (c.exigence for c in constats if c.rompue and c.sorte == _DOUBLE)
        self.lectures.double = self.lectures.double or next(doubles, "")
        creations = [vue for vue in pas.observations if est_creation(vue)]
        encore = self.lectures.double if len(creations) > 1 else ""
        self.doublees |= {vue.identifiant: encore for vue in creations}
        rendus = {vue.numero_rendu for vue in creations}
        if len(rendus) < 2 and len({str(vue.echange.anomalies) for vue in creations}) < 2:
            encore = ""  # both had the same answer
        echecs = frozenset(o.identifiant for o in pas.observations if not o.acceptee) | _refus(pas)
        self.rates |= {o.identifiant: echecs for o in pas.observations}
        # Of several, the first one is the cause.
        du_pas = {s: c.exigence for c in constats[::-1] if c.rompue for s in _SUITES.get(c.sorte, ())}
        gardes = []
        for constat in constats:
            # The number of none of the answers, or nothing where each had an attestation, comes of no double.
            rendu = {"numero_altere": constat.observe, "attestation_perdue": None}
            seul = constat.sorte in rendu and rendu[constat.sorte] not in rendus
            doublee = encore if constat.sorte in _SUITES["double"] and not seul else ""
            connue = doublee or du_pas.get(constat.sorte)
            cause = connue or self._cause(constat, pas) if constat.rompue else ""
            if cause in self.obligatoires:
                gardes += _plier(constat, cause)
            elif constat.rompue and constat.sorte in SANS_CAUSE:
                self.suspendus.append((constat, echecs))
            else:
                gardes.append(constat)
        if pas.attendu is not None and _TEXTES in self.obligatoires:
            textes = frozenset(e.texte for e in pas.attendu.parcourir())
            self.saisis |= {c.echange: textes for c in gardes if c.rompue and c.exigence == _TEXTES}
        for faux in gardes:
            double = faux.sorte == _DOUBLE and len(rendus - {None}) > 1
            if faux.rompue and (double or faux.exigence in (_NUMERO, MELEES) or faux.sorte == _NUMERO_FAUX):
                dits = {pas.reponse.get("numero_unique"), *(rendus if double else ())}
                self.numeros = {str(dit or ""): faux.exigence for dit in dits} | self.numeros
        return gardes

    def renoncer(self, pas: PasJoue, raison: str, constats: Iterable[Constat]) -> None:
        """A command that the application gave up (`PasJoue.empeche`), for what its step broke if it broke
        anything: `conclure` tells whether it could."""
        rompues = (constat.exigence for constat in constats if constat.rompue)
        cause = next((exigence for exigence in rompues if exigence in self.obligatoires), "")
        self.renoncements.append((pas.prevue.exigence, cause, raison, _refus(pas)))

    def conclure(self, trafic: Iterable[Constat]) -> list[Constat]:
        """The findings of the traffic, and those that waited, folded where the traffic explains them."""
        trafic = [replace(c, cause=self._cause_du_trafic(c)) if c.rompue else c for c in trafic]
        causes: dict[int | None, str] = {}
        for constat in trafic:
            if not constat.tenue and constat.sorte not in _SUITES["acceptees"]:
                cause = constat.cause or constat.exigence
                if cause in self.obligatoires:
                    causes.setdefault(constat.echange, cause)
        gardes = []
        for constat in trafic:
            rates = self._rates(constat) if constat.rompue else ()
            gardes += _plier(constat, next((causes[e] for e in causes if e in rates), ""))
        for constat, echecs in self.suspendus:
            gardes += _plier(constat, next((causes[e] for e in causes if e in echecs), ""))
        for exigence, cause, raison, refus in self.renoncements:
            cause = cause or next((causes[e] for e in causes if e in refus), "")
            if cause:
                gardes += _plier(Constat(exigence, False, raison, "renoncement"), cause)
            else:
                self.empechees[exigence] = raison
        return gardes

    def _rates(self, constat: Constat) -> Collection[int | None]:
        """The exchanges whose failure may explain a finding of the traffic."""
        if constat.sorte == BAIL_SEUL:  # its radiation was sent, and what it broke is told
            return self.rates.get(constat.echange, ())
        return (constat.echange,) if constat.sorte == RENVOI else ()

    def _cause_du_trafic(self, constat: Constat) -> str:
        """The same, of a finding of the traffic."""
        meprise = self.meprises.get(constat.echange, "")
        contraire = constat.sorte == "nature_contraire" and meprise == SEULE_ACTION
        if meprise and (contraire or constat.sorte in _SUITES["operation"]):
            return meprise
        if constat.sorte in _SUITES["renvoi"] and self.doublees.get(constat.echange):
            return self.doublees[constat.echange]  # whatever the answer, it sends it twice
        montre = _COUPE.sub("", constat.observe)
        lu = nu(html.unescape(montre))  # escaped, or its letters without their signs
        saisis = [" ".join(s.split()) for s in self.saisis.get(constat.echange, ())]
        abimes = (nu(s).startswith(lu) for s in saisis if not s.startswith(montre))
        abime = constat.exigence == "CTR-01" and any(abimes)
        return _TEXTES if abime else constat.cause

    def _cause(self, constat: Constat, pas: PasJoue) -> str:
        """The requirement that explains a finding, "" when none is known to."""
        if constat.sorte in _SUITES["numero"]:
            return self.numeros.get(constat.observe, "")
        if constat.sorte in SANS_CAUSE and self.numeros:
            return next(iter(self.numeros.values()))
        if constat.exigence == _NUMERO and constat.sorte in _SUITES["prise"]:
            return self.prises.get(pas.reference, "")
        non_lue = self.lectures.non_lue
        if not self.lectures.lues and pas.statut is Statut.ERREUR and constat.sorte in _SUITES["lecture"]:
            return non_lue.exigence if non_lue is not None else ""
        return ""


def commun(constat: Constat) -> str:
    """Tells what a finding has in common with any other of one cause (see `en_commun`), "" for nothing. A
    reading fault (VIE-24) is no consequence of a writing fault."""
    dits = (constat.sorte, constat.chemin, constat.attendu, constat.observe)
    return "" if constat.exigence == "VIE-24" else en_commun(*dits)


def cle_de(constat: Constat) -> Cle:
    """The kind of a finding; what it has in `commun` is told without its values."""
    return constat.exigence, constat.genre, commun(constat).partition(" : ")[0]


def a_sa_place(constat: Constat, connus: Collection[Constat], par_genre: int, genres: int) -> bool:
    """True when a finding is kept beside `connus`, so many of a genre, so many genres. Another cause takes no
    place: another requirement explains all that have a cause in common, or none."""
    commune = commun(constat)
    pareils = [connu.genre for connu in connus if commun(connu) == commune]
    causes = set() if pareils or not commune else {commun(connu) for connu in connus}
    place = pareils.count(constat.genre) < par_genre and len({*pareils, constat.genre}) <= genres
    return place and len(causes) < COMMUNS_MAX


def par_genre(constats: Iterable[Constat], combien: int) -> list[Constat]:
    """The first ones of each genre, so many of each."""
    gardes = defaultdict(list)
    for constat in constats:
        gardes[constat.genre].append(constat)
    return [constat for siens in gardes.values() for constat in siens[:combien]]


def chefs(ruptures: Mapping[str, Iterable[Constat]]) -> dict[str, str]:
    """By what they have in `commun`, the requirement to which breaches (by requirement) are charged."""
    premiers: dict[str, str] = {}
    for exigence in sorted(ruptures, key=_rang):
        for quoi in filter(None, map(commun, ruptures[exigence])):
            premiers.setdefault(quoi, exigence)
    return premiers


def chef(constat: Constat, partout: Mapping[str, str]) -> str:
    """Returns the requirement of `chefs` to which a breach is charged, "" when it stands by itself. No later
    requirement explains it: two would explain each other, where each has breaches that were not kept."""
    premiere = min(constat.exigence, partout.get(commun(constat), constat.exigence), key=_rang)
    return "" if premiere == constat.exigence else premiere


def _rang(exigence: str) -> tuple[bool, str]:
    return exigence not in D_ABORD, exigence


def _plier(constat: Constat, cause: str) -> list[Constat]:
    """The finding with its cause, as it is without any; nothing of the very requirement that is charged."""
    return [] if cause == constat.exigence else [replace(constat, cause=cause) if cause else constat]


def _meprise(pas: PasJoue, vue: Observation) -> bool:
    """True when no action names the operation of an exchange, and the suite took it for another than the
    command's."""
    if not vue.devinee:
        return False
    portee = str(pas.message.get("portee", "")).capitalize()  # of the two lists of types, one is asked for
    return vue.operation not in pas.prevue.operations or not str(vue.operation).endswith(portee)


def _refus(pas: PasJoue) -> frozenset[int | None]:
    return frozenset(o.identifiant for o in pas.poignees)
