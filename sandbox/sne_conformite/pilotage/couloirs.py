"""Lanes: scenarios played beside one another, each lane with its instance of the application and its base.

Which lane plays what is settled before anything is played, and what they bring is taken in the order of the
plan: a run says the same whatever ends first. The exchanges of a lane become those of the base of the run, as
if its scenarios had been played there one after another.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sne_conformite.pilotage.exemple_joue import BancDEssai, ExempleJoue, LienApplication
from sne_conformite.pilotage.lien_application import Application, LienRompu
from sne_conformite.plan.exemples_tires import ExempleTire
from sne_conformite.plan.plan import Scenario
from sne_conformite.protocole.protocole import DELAI_MAX_S, PROTOCOLE, TABLES, Adresses
from sne_conformite.rapports.rapport import Accident
from sne_sandbox.bases import bases

#: Instances of an application that run at once, at most: more do not make two cores faster.
INSTANCES_MAX: Final = 4
#: An exchange, where a sentence names it.
_CITE: Final = re.compile(r"(?<=\béchange )\d+")


@dataclass(frozen=True)
class Renforts:
    """How a run has more instances of its application. `ouvrir` makes one, which is told nothing yet;
    `adresses` are those that it is to call to reach a base, with the certificates of that base; what waits
    for them waits in `permis`, which a signal may cut short."""

    ouvrir: Callable[[], Application]
    adresses: Callable[[str], Adresses]
    permis: Callable[[], AbstractContextManager[None]] = nullcontext


def presenter(
    banc: BancDEssai, instant: datetime, acceleration: float, defi: str, instance: int = 1
) -> dict[str, Any]:
    """Puts the base of a bench back at `instant` (aware), tells the application where it is and
    the challenge that it answers ("" without any), and notes the versions that it writes and how fast its
    clock goes, which is the slower the longer it is to wait: what it computes between two tries is no wait.
    Its answer, « fait ». Raises LienRompu, also for another name or version than the run's."""
    base, adresses, lien = banc.base, banc.adresses, banc.lien
    acceleration = min(acceleration, max(1.0, acceleration * DELAI_MAX_S / adresses.delai_max_s))
    base.remettre(instant, adresses.boite_entree)
    lien.vu = base.dernier()
    champs = {"protocole": PROTOCOLE, "contrat": base.contrat.nom, **adresses.en_json()}
    champs |= {"instance": instance, "acceleration": acceleration} | ({"defi": defi} if defi else {})
    reponse = lien.dire("demarrer", instant, champs)
    if reponse["statut"] != "fait":
        dit = reponse.get("message") or ""
        raise LienRompu(f"« demarrer » a répondu « {reponse['statut']} » : {dit}")
    dite, connue = f"{reponse['nom']} {reponse['version']}", lien.lectures.identite
    if connue not in ("", dite):
        raise LienRompu(
            f"« demarrer » a répondu « {dite} », après « {connue} »", remede=TABLES["remedes"]["un"]
        )
    lien.lectures.identite = dite
    lien.acceleration = min(max(1.0, float(reponse.get("acceleration") or 1)), acceleration)
    lien.ecrites = frozenset(reponse.get("versions") or ())
    return reponse


@dataclass(frozen=True)
class ScenarioJoue:
    """The examples of a scenario as they were played, by their canonical JSON; `duree` in seconds."""

    exemples: Mapping[str, ExempleJoue]
    duree: float


#: How a lane has the examples of a scenario, and plays one of them on its bench.
Tirer = Callable[[Scenario], Mapping[str, ExempleTire]]
Jouer = Callable[[Scenario, ExempleTire, BancDEssai], ExempleJoue]


@dataclass
class Couloir:
    """A lane, and its only thread."""

    banc: BancDEssai
    rang: int
    fil: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "couloir"))
    #: Why its application does not begin, "" when it did.
    panne: str = ""
    ferme: bool = False

    def presenter(self, *a_dire: Any) -> None:
        try:
            presenter(self.banc, *a_dire)
        except LienRompu as rompu:
            self.panne = rompu.diagnostics()

    def passer(self, scenario: Scenario, tirer: Tirer, jouer: Jouer) -> ScenarioJoue:
        """Plays what is drawn, up to an example that the link did not let go to its end."""
        debut = time.perf_counter()
        joues = {}
        for cle, exemple in tirer(scenario).items():
            joue = ExempleJoue(erreur=self.panne) if self.panne else jouer(scenario, exemple, self.banc)
            if joue.erreur:
                joue = replace(joue, erreur=joue.erreur + TABLES["remedes"]["instances"].format(self.rang))
            joues[cle] = joue
            if joue.erreur or self.ferme:
                break
        return ScenarioJoue(joues, time.perf_counter() - debut)

    def finir(self, instant: datetime) -> None:
        with suppress(LienRompu):  # it is over all the same
            self.banc.lien.dire("fin", instant, {})

    def fermer(self) -> None:
        """Ends it, whatever it is doing, and its base."""
        self.ferme = True
        self.fil.shutdown(wait=False, cancel_futures=True)
        self.banc.lien.application.fermer()  # who waits for its answer waits no more
        self.fil.shutdown()
        self.banc.lien.application.fermer()  # it may have been started again by then
        bases.supprimer(self.banc.base.magasin, self.banc.base.nom)


class Couloirs:
    """The lanes beside `banc`, whose base takes in what they bring: none until `ouvrir`."""

    def __init__(
        self, banc: BancDEssai, renforts: Renforts | None, suivre: Callable[[BancDEssai, int], BancDEssai]
    ) -> None:
        self._banc = banc
        self._suivre = suivre
        self._renforts = renforts
        self._permis = renforts.permis if renforts else nullcontext
        self._couloirs: list[Couloir] = []
        self._rendus: dict[str, Future[ScenarioJoue]] = {}
        #: The lane (its rank) of each scenario that one plays.
        self.places: dict[str, int] = {}
        #: Whether they are still to be opened, and can be.
        self.possibles = renforts is not None

    def ouvrir(
        self, scenarios: Sequence[Scenario], instances: int, a_dire: Sequence[Any], tirer: Tirer, jouer: Jouer
    ) -> None:
        """One for each of the `instances` of the application but the first, which `banc` has, when there are
        scenarios enough; `a_dire` is what `presenter` is given. They have in turn those that wait for a
        panne, and in turn the others, among which they come evenly: somebody works while they wait. A panne
        is played from the last of the plan: « silence » holds a connection, which the server would wait for
        at its end."""
        self.possibles = False
        assert self._renforts is not None
        # Three scenarios are worth the start of one more.
        for rang in range(2, min(instances, INSTANCES_MAX, 1 + len(scenarios) // 3) + 1):
            lien = self._banc.lien
            base = self._banc.base.jumelle(f"{self._banc.base.nom}-{rang}")
            sien = LienApplication(self._renforts.ouvrir(), lien.pouls, lectures=replace(lien.lectures))
            adresses = self._renforts.adresses(base.nom)
            banc = replace(self._banc, lien=sien, base=base, adresses=adresses)
            couloir = Couloir(self._suivre(banc, rang), rang)
            couloir.fil.submit(couloir.presenter, *a_dire, rang)
            self._couloirs.append(couloir)
        sans, avec = ([s for s in scenarios if s.avec_panne is panne] for panne in (False, True))
        places = [
            ((rang + 0.5) / len(lot), rang, s) for lot in (sans, avec[::-1]) for rang, s in enumerate(lot)
        ]
        for _, rang, scenario in sorted(places, key=lambda place: place[0]) if self._couloirs else ():
            couloir = self._couloirs[rang % len(self._couloirs)]
            self.places[scenario.id] = couloir.rang
            self._rendus[scenario.id] = couloir.fil.submit(couloir.passer, scenario, tirer, jouer)

    def rendre(self, scenario: str) -> ScenarioJoue | None:
        """Returns the scenario that a lane played, once it has, as if it had been played on the base of the
        run; None when none plays it."""
        if scenario not in self._rendus:
            return None
        with self._permis():
            rendu = self._rendus.pop(scenario).result()
        echanges = [echange for joue in rendu.exemples.values() for echange in joue.echanges]
        numeros = self._banc.base.accueillir(echanges)
        return replace(rendu, exemples={cle: _ici(j, numeros) for cle, j in rendu.exemples.items()})

    def relancer(self) -> None:
        """Ends the application of the bench where it is ours to start: the next message starts it again."""
        if self._renforts is not None:
            self._banc.lien.application.fermer()

    def finir(self, instant: datetime) -> None:
        """Tells each application that it is over."""
        fins = [couloir.fil.submit(couloir.finir, instant) for couloir in self._couloirs]
        with self._permis():
            wait(fins)

    def fermer(self) -> None:
        """Ends them, whatever they are doing."""
        for couloir in self._couloirs:
            couloir.fermer()


def _ici(joue: ExempleJoue, numeros: Mapping[int, int]) -> ExempleJoue:
    """An example whose exchanges have other ids, by those that they had."""

    def dire(texte: str) -> str:
        return _CITE.sub(lambda cite: str(numeros.get(int(cite[0]), cite[0])), texte)

    def situer(accidents: Iterable[Accident]) -> list[Accident]:
        return [replace(a, echange=numeros.get(a.echange or 0)) for a in accidents]

    for vue in joue.observations:
        vue.accidents[:] = situer(vue.accidents)
    return replace(
        joue,
        constats=tuple(
            replace(c, echange=numeros.get(c.echange or 0), phrase=dire(c.phrase)) for c in joue.constats
        ),
        arret=dire(joue.arret),
        erreur=dire(joue.erreur),
        empechees={exigence: dire(raison) for exigence, raison in joue.empechees.items()},
        accidents=tuple(situer(joue.accidents)),
    )
