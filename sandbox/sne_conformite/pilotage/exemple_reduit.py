"""Drawing examples, and shrinking one that shows a fault to the smallest that still shows it.

Hypothesis draws and shrinks; what an example showed is remembered by its canonical JSON, so that only new
examples are run, and no more of them than a budget: then the smallest found so far is kept.
"""

import contextlib
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import HypothesisException
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.strategies import SearchStrategy

from sne_conformite.bilan.consequences import Cle, cle_de, commun
from sne_conformite.pilotage.exemple_joue import ExempleJoue
from sne_conformite.plan.exemples_tires import ExempleTire
from sne_conformite.plan.plan import Scenario
from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.nir import masquer_nirs

#: Examples that a shrink may run: beyond, the smallest found so far is good enough.
BUDGET: Final = 120
_ESSAIS_MAX: Final = 8
#: Draws for each of them, those that were seen before included: they cost little, but not nothing.
_TIRAGES: Final = 3
#: Requirements whose findings do not depend on the household: how a message is packed and named, pannes,
#: feeds, what else is asked of the SNE. Nothing is to be learnt of a smaller one. EMB-09 and EMB-10 are the
#: document's bytes, and what is read of an answer: a household may have the letter that breaks them.
_SANS_MENAGE: Final = re.compile(r"EMB-(?!09|10)|NOM-|ROB-|VIE-(?:02|10|12|13|14|15|19|25|26|29|30|31)$")


def depend_du_menage(exigence: str) -> bool:
    """True when a smaller household may tell more of the cause that broke a requirement."""
    return _SANS_MENAGE.match(exigence) is None


_BASE: Final = settings(
    database=None, deadline=None, suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet
)
#: Hypothesis draws for one at a time: how it draws is changed for the whole process.
_UN_A_LA_FOIS: Final = threading.Lock()


@contextlib.contextmanager
def _sans_constantes() -> Iterator[None]:
    """Hypothesis draws, and nothing but draws. By itself it takes one value in twenty from the constants that
    it reads in whatever local modules are loaded: a run would depend on our source, and on the user's own."""
    with _UN_A_LA_FOIS:
        ordinaire = HypothesisProvider._maybe_draw_constant
        HypothesisProvider._maybe_draw_constant = lambda *_, **__: None  # type: ignore[method-assign]
        try:
            yield
        finally:
            HypothesisProvider._maybe_draw_constant = ordinaire  # type: ignore[method-assign]


#: Tries examples, as many as that, one after another; in these phases.
Essayer = Callable[[int, Callable[[ExempleTire], None], tuple[Phase, ...]], None]


def au_sort(strategie: SearchStrategy[ExempleTire], graine: int) -> Essayer:
    """Tries the examples that Hypothesis draws from a seed."""

    def essayer(combien: int, un: Callable[[ExempleTire], None], phases: tuple[Phase, ...]) -> None:
        reglages = settings(_BASE, max_examples=combien, phases=phases, report_multiple_bugs=False)
        with _sans_constantes():
            seed(graine)(reglages(given(strategie)(un)))()

    return essayer


def essayes(essayer: Essayer, combien: int) -> list[ExempleTire]:
    """Lists the examples that are drawn, one after another, alike ones included."""
    essais = []
    essayer(combien, lambda exemple: essais.append(exemple), (Phase.generate,))
    return essais


@dataclass
class Exemples:
    """The examples of a scenario: `essayer` tries them, `jouer` runs one to shrink it. It keeps the findings
    that each showed broken."""

    scenario: Scenario
    essayer: Essayer
    jouer: Callable[[ExempleTire], ExempleJoue]
    vus: dict[str, dict[Cle, Constat]] = field(default_factory=dict)

    def tirer(self, combien: int) -> dict[str, ExempleTire]:
        """Up to `combien` examples, all different, the simplest first, by their canonical JSON."""
        tires: dict[str, ExempleTire] = {}
        for exemple in essayes(self.essayer, combien):
            tires.setdefault(exemple.cle(), exemple)
        return tires

    def reduire(self, cle: Cle, combien: int, budget: int) -> tuple[ExempleTire, Constat] | None:
        """The smallest example found to show `cle`, and its finding; None when none does again. Whole
        demandes are left out first, then what is left is made smaller."""
        meilleur: tuple[tuple[int, str], ExempleTire, Constat] | None = None
        joues = tires = 0
        otees: set[str] = set()

        def montre(exemple: ExempleTire) -> bool:
            nonlocal meilleur, joues
            texte = exemple.cle()
            if texte not in self.vus:
                if joues >= budget:
                    raise _Epuise
                joues += 1
                self.vus[texte] = self.jouer(exemple).fautes
            constat = self.vus[texte].get(cle)
            # Stand-ins for the NIRs choose the same.
            taille = (len(texte), masquer_nirs(texte))
            if constat is not None and (meilleur is None or taille < meilleur[0]):
                meilleur = (taille, exemple, constat)
            return constat is not None

        def un(exemple: ExempleTire) -> None:
            nonlocal tires
            tires += 1
            if tires > combien + _TIRAGES * budget:
                raise _Epuise
            premier = meilleur is None
            if not montre(exemple.sans(otees, self.scenario)):
                return
            for nom in exemple.demandes if premier and self.scenario.separables else ():
                if len(exemple.demandes) > len(otees) + 1 and montre(
                    exemple.sans({*otees, nom}, self.scenario)
                ):
                    otees.add(nom)
            raise Montre

        # The fault was shown; or it comes and goes, which Hypothesis minds and we do not.
        with contextlib.suppress(Montre, _Epuise, HypothesisException, BaseExceptionGroup):
            self.essayer(combien, un, (Phase.generate, Phase.shrink))
        return None if meilleur is None else (meilleur[1], meilleur[2])


@dataclass
class Reductions:
    """The smallest example of each kind of finding, looked for once in a run, within `budget` examples (0 for
    none at all)."""

    budget: int
    #: By kind: the check that it was shrunk for, the example, its finding.
    faites: dict[Cle, tuple[str, Mapping[str, Any], Constat]] = field(default_factory=dict)
    #: How many times it was looked for, by requirement and sorte.
    essais: Counter[tuple[str, str]] = field(default_factory=Counter)

    def reduire(self, ici: str, constat: Constat, tirages: Exemples, combien: int) -> Constat | None:
        """Shrinks what shows a finding of the check `ici`; the finding of the smallest example, None when
        there is none, or it was done before."""
        quoi = cle_de(constat)
        if quoi in self.faites or not self.budget or not depend_du_menage(constat.exigence):
            return None
        # An application that names the household in what it says has a genre for each.
        self.essais[constat.exigence, constat.sorte] += 1
        if self.essais[constat.exigence, constat.sorte] > _ESSAIS_MAX:
            return None
        reduit = tirages.reduire(quoi, combien, self.budget)
        if reduit is None:
            return None
        exemple, trouve = reduit
        self.faites[quoi] = (ici, trouve.exemple or exemple.en_json(), trouve)
        return trouve

    def montrer(self, ici: str, constat: Constat) -> tuple[Constat, str]:
        """A finding of the check `ici` with its smallest example, and the check that it was shrunk for when
        that is another one."""
        reduit = self.faites.get(cle_de(constat))
        if reduit is None:  # what was told is not the smallest that could be
            return replace(constat, exemple=None), ""
        premier, exemple, trouve = reduit
        if premier != ici:
            return replace(constat, exemple=exemple), premier
        # What explains the smallest one may not explain this one.
        return replace(trouve if commun(trouve) == commun(constat) else constat, exemple=exemple), ""


class Montre(Exception):
    """The example shows the fault that is looked for."""


class _Epuise(BaseException):
    """The budget is spent. No `Exception`: Hypothesis would take it for another fault to shrink."""
