"""What one fault drags along: findings that say only that a command went wrong, when another says why.

A message that the SNE refused for what it breaks ends its command, a number that was altered when it was
received is wrong in every message after it, an application that reads no answer tells no anomaly. The first
fault is charged; what follows from it is not a second one: its requirement was not seen, and the reason
names what it follows from.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sne_sandbox.conformance.pas import PasJoue
from sne_sandbox.conformance.protocole import Statut
from sne_sandbox.reports.model import Constat

#: Findings that say that a command went wrong, and not why.
SANS_CAUSE: Final = frozenset({"issue_inattendue", "ne_repart_pas"})
#: A message that was refused is sent again as it was: told only where the message was what it should be.
RENVOI: Final = "refus_renvoye_a_l_identique"
#: What comes of a number that was not kept as it was received.
_DU_NUMERO: Final = SANS_CAUSE | {"numero_errone", "numero_absent", "origine_erronee", "origine_absente"}
_NUMERO: Final = "VIE-21"
#: What comes of answers that are not read, whatever they hold.
_DE_LA_LECTURE: Final = SANS_CAUSE | {
    "anomalies_perdues", "message_de_faute_perdu", "bom_non_lu", "reponse_lente_non_lue"
}  # fmt: skip
_NON_LUE: Final = "reponse_non_lue"


@dataclass(slots=True)
class Lectures:
    """Whether the application was seen to read an answer since the run began; `non_lue` is the finding of
    the first that it did not read."""

    lues: bool = False
    non_lue: Constat | None = None

    def voir(self, pas: PasJoue, constats: Iterable[Constat]) -> None:
        """One more step, and its findings."""
        if pas.lu is not None and (
            (pas.statut is Statut.FAIT and pas.lu.acceptee) or pas.reponse.get("anomalies")
        ):
            self.lues = True
        if self.non_lue is None:
            self.non_lue = next((c for c in constats if c.sorte == _NON_LUE), None)


@dataclass(slots=True)
class Consequences:
    """Follows the steps of an example. `obligatoires` are the ids of the MUST requirements: a recommendation
    that is not followed explains nothing."""

    obligatoires: frozenset[str]
    lectures: Lectures
    suspendus: list[tuple[Constat, frozenset[int | None]]] = field(default_factory=list)
    """Findings that the traffic may explain, each with the exchanges of its step that did not succeed."""
    expliquees: dict[str, str] = field(default_factory=dict)
    """Requirements that were not seen, and why."""
    renoncements: list[tuple[str, str, frozenset[int | None]]] = field(default_factory=list)
    """Requirements of commands that the application gave up, why, and the handshakes that failed then."""
    empechees: dict[str, str] = field(default_factory=dict)
    """Those of them that no finding explains, and why."""
    numero: Constat | None = None

    def trier(self, pas: PasJoue, constats: Iterable[Constat]) -> list[Constat]:
        """Of the findings of a step, those that stand by themselves; the others wait for `conclure`."""
        constats = list(constats)
        self.lectures.voir(pas, constats)
        echecs = frozenset(o.echange.identifiant for o in pas.observations if not o.acceptee) | _refus(pas)
        gardes = []
        for constat in constats:
            cause = None if constat.tenue else self._cause(constat, pas)
            if cause is not None and cause.exigence in self.obligatoires:
                self._expliquer(constat.exigence, cause)
            elif not constat.tenue and constat.sorte in SANS_CAUSE:
                self.suspendus.append((constat, echecs))
            else:
                gardes.append(constat)
        if self.numero is None:
            self.numero = next((c for c in gardes if c.exigence == _NUMERO and not c.tenue), None)
        return gardes

    def renoncer(self, pas: PasJoue, raison: str) -> None:
        """A command that the application gave up (`Pas.empeche`): `conclure` tells whether it could."""
        self.renoncements.append((pas.prevue.exigence, raison, _refus(pas)))

    def conclure(self, trafic: Iterable[Constat]) -> list[Constat]:
        """The findings of the traffic, and those that were waiting and that they do not explain."""
        trafic = list(trafic)
        causes: dict[int | None, Constat] = {}
        for constat in trafic:
            if not constat.tenue and constat.exigence in self.obligatoires and constat.sorte != RENVOI:
                causes.setdefault(constat.echange, constat)
        gardes = []
        for constat in trafic:
            if not constat.tenue and constat.sorte == RENVOI and constat.echange in causes:
                self._expliquer(constat.exigence, causes[constat.echange])
            else:
                gardes.append(constat)
        for constat, echecs in self.suspendus:
            cause = next((causes[e] for e in causes if e in echecs), None)
            if cause is None:
                gardes.append(constat)
            else:
                self._expliquer(constat.exigence, cause)
        for exigence, raison, refus in self.renoncements:
            cause = next((causes[e] for e in causes if e in refus), None)
            if cause is None:
                self.empechees[exigence] = raison
            else:
                self._expliquer(exigence, cause)
        return gardes

    def _cause(self, constat: Constat, pas: PasJoue) -> Constat | None:
        if self.numero is not None and constat.sorte in _DU_NUMERO:
            return self.numero
        if not self.lectures.lues and pas.statut is Statut.ERREUR and constat.sorte in _DE_LA_LECTURE:
            return self.lectures.non_lue
        return None

    def _expliquer(self, exigence: str, cause: Constat) -> None:
        if exigence != cause.exigence:
            ou = "" if cause.echange is None else f" (échange {cause.echange})"
            self.expliquees.setdefault(exigence, f"conséquence de {cause.exigence}{ou}")


def _refus(pas: PasJoue) -> frozenset[int | None]:
    return frozenset(o.echange.identifiant for o in pas.poignees)


def obligatoires(niveaux: Mapping[str, str]) -> frozenset[str]:
    """The MUST requirements, of their levels by id."""
    return frozenset(exigence for exigence, niveau in niveaux.items() if niveau == "MUST")
