"""Judgement of what an application sent: one module per family of requirements, each a table of judges.

A judge looks at one exchange, or at their sequence, and yields `Constat`s: the requirement held, with the
place it was seen, or broken, with a French sentence. It yields nothing when nothing can be told. False alarms
are the worst fault: a document that the rules refuse is no broken requirement, a vendor tries refusals too.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from sne_sandbox.conformance.jugement import contrat as ctr
from sne_sandbox.conformance.jugement import emballage, envois, modifications, noms, refus, releves, vie
from sne_sandbox.conformance.jugement.juge import Juge
from sne_sandbox.conformance.jugement.recoupement import demi_preuve, recouper, refus_essaye
from sne_sandbox.conformance.jugement.suite import JugeDeSuite, est_creation
from sne_sandbox.conformance.observation import Observation
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.echange import REMISE, VerdictEchange
from sne_sandbox.reports.model import Constat

#: Judges of one exchange, in the order of the requirements.
JUGES: Final[tuple[Juge, ...]] = (*emballage.JUGES, *noms.JUGES, *ctr.JUGES, *vie.JUGES)
_DU_FICHIER: Final[tuple[Juge, ...]] = (*noms.JUGES, *ctr.JUGES, *vie.JUGES)
_DE_L_ADRESSE: Final = tuple(juge for juge in emballage.JUGES if juge.exigence == "EMB-13")
_DE_LA_METHODE: Final = tuple(juge for juge in emballage.JUGES if juge.exigence in ("EMB-01", "EMB-13"))

#: Judges of the sequence of exchanges.
SUITES: Final[tuple[type[JugeDeSuite], ...]] = (
    envois.NumerosConserves,
    envois.NomsUniques,
    envois.Creations,
    envois.Ajouts,
    envois.Reessais,
    modifications.FormulairesEntiers,
    refus.RefusRenvoyes,
    releves.Curseurs,
    releves.Decisions,
    releves.PoigneesDeMain,
)

_SAISIE: Final = "ce qui a été saisi ne se voit pas dans le trafic"
_RENDU: Final = "ce que l'application rend à l'utilisateur ne se voit pas dans le trafic"
_PANNE: Final = "il faut provoquer la panne, et demander à l'application ce qu'elle en dit"

#: Requirements that only the driven mode can judge, and why.
PILOTEES: Final[Mapping[str, str]] = MappingProxyType(
    {f"FID-{rang:02d}": _SAISIE for rang in range(1, 15)}
    | {f"ROB-{rang:02d}": _PANNE for rang in range(1, 7)}
    | {f"VIE-{rang}": _RENDU for rang in (10, 11, 15, 21, 23, 24, 25, 26)}
    | {"CTR-10": _RENDU, "CTR-11": _RENDU}
)

#: Clocks of two requests that crossed may differ by so much without any going back.
_RECUL: Final = timedelta(minutes=1)


def juger(observation: Observation, contrat: Contrat, *, pilote: bool = False) -> list[Constat]:
    """What one exchange says of the requirements. `contrat` is the one it was observed under; `pilote`: the
    application was driven, and what is refused is no test of its own (see `recoupement`)."""
    if observation.de_la_console:
        return []
    if observation.asynchrone:
        juges = _DU_FICHIER
    elif not observation.soap:
        return []
    elif observation.echange.verdict is not VerdictEchange.REFUS:
        juges = JUGES
    elif observation.echange.statut == 404:  # meant for another base
        juges = _DE_L_ADRESSE
    else:
        juges = _DE_LA_METHODE
    constats = (c for juge in juges for c in juge.constats(observation))
    if not pilote:
        constats = (c for c in constats if not demi_preuve(c) and not refus_essaye(c, observation))
    return recouper(constats, observation)


def juger_suite(
    observations: Iterable[Observation],
    contrat: Contrat,
    *,
    pilote: bool = False,
    commandes: Sequence[int] = (),
) -> list[Constat]:
    """What a sequence of exchanges of one base, oldest first, says of the requirements. Reads each once.
    `pilote`: see `JugeDeSuite`; `commandes`: the id of the last exchange before each command, in order."""
    suite = Suite(pilote=pilote, commandes=commandes)
    constats = [constat for observation in observations for constat in suite.voir(observation)]
    return [*constats, *suite.finir()]


class Suite:
    """The judges of sequences at work on a stream. A base whose state was put back begins another sequence:
    its journal says so; a journal that was restored from a file shows it by a number delivered twice, or by a
    clock that goes back."""

    def __init__(self, *, pilote: bool = False, commandes: Sequence[int] = ()) -> None:
        self._pilote = pilote
        self._commandes = deque(commandes)
        self._rangs: set[str] = set()
        self._dernier: datetime | None = None
        self._juges = [juge(pilote=pilote) for juge in SUITES]

    def voir(self, observation: Observation) -> Iterator[Constat]:
        """What one more exchange adds."""
        if observation.de_la_console:
            return
        if self._recommence(observation):
            finis = [juge for juge in self._juges if juge.de_l_etat]
            for juge in finis:
                yield from juge.finir()
            self._juges = [*self._neufs(), *(juge for juge in self._juges if not juge.de_l_etat)]
        while self._commandes and (observation.echange.identifiant or 0) > self._commandes[0]:
            self._commandes.popleft()
            for juge in self._juges:
                juge.commander()
        for juge in self._juges:
            yield from juge.voir(observation)

    def finir(self) -> Iterator[Constat]:
        """What can be told only at the end."""
        for juge in self._juges:
            yield from juge.finir()

    def _neufs(self) -> list[JugeDeSuite]:
        return [juge(pilote=self._pilote) for juge in SUITES if juge.de_l_etat]

    def _recommence(self, observation: Observation) -> bool:
        instant = observation.echange.instant_base
        recule = self._dernier is not None and instant is not None and instant < self._dernier - _RECUL
        self._dernier = instant or self._dernier
        numero = observation.numero_rendu if est_creation(observation) else None
        deja = numero is not None and numero[:-5] in self._rangs
        remise = observation.echange.methode == REMISE
        if deja or recule or remise:
            self._rangs.clear()
        if numero is not None:
            self._rangs.add(numero[:-5])
        return deja or recule or remise
