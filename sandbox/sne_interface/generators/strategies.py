"""Hypothesis strategies: households and every document that a guichet may send, valid by construction.

Valid means: it fits its schema, and no rule refuses it, under the profile « strict », in a base that holds
what its arguments say. Simplest first: Hypothesis shrinks to a single person, with a short name and nothing
optional. Only tests and `conform` need Hypothesis: nothing that `serve` or a seed imports may import this
module.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.strategies import SearchStrategy

from sne_interface.domain.demande import Demande
from sne_interface.domain.element_recu import Element
from sne_interface.generators import messages_apres_creation
from sne_interface.generators.contraintes_de_menages import LIBRE, Atelier, Contraintes
from sne_interface.generators.tirage import FREQUENT, RARE, TirageVarie, pools

T = TypeVar("T")


class TirageHypothese(TirageVarie):
    """Draws from Hypothesis, straight from its `ConjectureData`, below its strategies: a demande takes a
    hundred draws, and through its `integers()` each costs two and a half times as much (24 µs against 10).
    Every draw shrinks to the value that `Tirage` calls the simplest, or, where what is hard is
    wanted (`difficile`), a choice or an integer to its last; shares are left aside, all values being worth
    a try. With a `tour`, a choice shrinks to the value of that rank, and made again, to the next one."""

    __slots__ = ("_data", "_difficile", "_montants", "_tirees", "_tour")

    def __init__(self, data: ConjectureData, voulu: Contraintes = LIBRE) -> None:
        self._data = data
        self._difficile = voulu.difficile
        self._tour = voulu.tour or (voulu.longues and not voulu.difficile)
        self._montants = 37 * self._tour
        self._tirees: Counter[str] = Counter()

    def entier(self, bas: int, haut: int) -> int:
        """An integer from `bas` to `haut`, both included; 0, or what is nearest to `bas`, first."""
        vers = haut if self._difficile else max(bas, 0)
        if self._tour:
            vers = self._part(bas, haut)
        return self._data.draw_integer(bas, haut, shrink_towards=vers)

    def montant(self, bas: int, haut: int) -> int:
        """An amount; first one that no rounding leaves as it is, and that the draw before did not give."""
        vers = self._part(bas, haut)
        vers += vers % 5 == 0
        return self._data.draw_integer(bas, haut, shrink_towards=min(vers, haut))

    def _part(self, bas: int, haut: int) -> int:
        """One between them, far from the one before."""
        self._montants += 37
        return bas + (haut - bas) * (self._montants % 97) // 97

    def choix(self, valeurs: Sequence[T]) -> T:
        """One of `valeurs`, the first being the simplest; of a pool of names, the shortest. Of a pool the
        last has all that applications damage: quotes, ligatures, what XML escapes. A pool that is asked again
        gives the one before: two names that are alike do not show that they were exchanged."""
        if len(valeurs) == 1:
            return valeurs[0]
        pool = pools().get(id(valeurs))
        rangees: Sequence[T] = valeurs if pool is None else pool  # type: ignore[assignment]
        dernier = len(rangees) - 1
        vers = dernier if self._difficile else 0
        if self._tour or (self._difficile and pool is not None):
            cle = f"{dernier} {rangees[0]}"
            fois = self._tirees[cle]
            vers = max(0, vers - fois) if pool and self._difficile else (self._tour + fois) % len(rangees)
            self._tirees[cle] += 1
        return rangees[self._data.draw_integer(0, dernier, shrink_towards=vers)]

    def booleen(self, chance: float) -> bool:
        """True with about that chance; never certain unless it is said to be."""
        if chance <= 0 or chance >= 1:
            return chance > 0
        return self._data.draw_boolean(min(max(chance, RARE), FREQUENT))


class Tirees(SearchStrategy[T]):
    """The strategy of what `construire` builds with a `Tirage`."""

    def __init__(self, construire: Callable[[TirageHypothese], T], *, voulu: Contraintes = LIBRE) -> None:
        super().__init__()
        self._construire = construire
        self._voulu = voulu

    def do_draw(self, data: ConjectureData) -> T:
        """One value (Hypothesis's own hook)."""
        return self._construire(TirageHypothese(data, self._voulu))

    def __repr__(self) -> str:
        return f"Tirees({getattr(self._construire, '__qualname__', self._construire)!r})"


def _tirees(dessiner: Callable[..., T], ici: Atelier, **precise: object) -> Tirees[T]:
    """Gives the strategy of what `dessiner` draws there, as the constraints of the place ask."""
    return Tirees(lambda tirage: dessiner(tirage, ici, **precise), voulu=ici.contraintes)


def demandes(ici: Atelier) -> SearchStrategy[Element]:
    """Whole CRE messages (`interfaceNuu`)."""
    return Tirees(ici.message, voulu=ici.contraintes)


def radiations(
    ici: Atelier, *, motif: str | None = None, demande: Element | None = None, dalo: bool = True
) -> SearchStrategy[Element]:
    """`radiation` elements dated at most 20 days before. `motif` is a code, "" for a déradiation, None for
    any that a landlord may give; `demande`, an `interfaceNuu` document, gives the day of deposit that comes
    before and the communes where the dwelling of an attribution may lie; `dalo` says whether the household
    may be housed by that title."""
    depot = ici.jour if demande is None else Demande(demande).date_creation
    if demande is not None and not ici.contraintes.communes:
        souhaitees = (commune.code for commune in Demande(demande).communes_souhaitees)
        codes = tuple(code for code in souhaitees if code and ici.contrat.territoires.commune(code))
        ici = ici.avec(replace(ici.contraintes, communes=codes))
    return _tirees(messages_apres_creation.radiation, ici, motif=motif, depot=depot, dalo=dalo)


def dalos(ici: Atelier, *, statut: str | None = None) -> SearchStrategy[Element]:
    """`informationDalo` elements; `statut` is a code of ListeStatutDalo, any by default."""
    return _tirees(messages_apres_creation.dalo, ici, statut=statut)


def evenements(ici: Atelier, *, code: str | None = None) -> SearchStrategy[Element]:
    """`evenement` elements of the type `code`, of any type usable on that day in the guichet's territory by
    default."""
    return _tirees(messages_apres_creation.evenement, ici, code=code)


def decisions(
    ici: Atelier,
    *,
    bail: bool | None = None,
    issue: str | None = None,
    demande: Element | None = None,
    dalo: bool = False,
) -> SearchStrategy[Element]:
    """`evenement` elements of a decision, each characteristic once: `bail` whether a lease was signed,
    `issue` which of DECISIONS; `demande`, an `interfaceNuu` document, gives the day of deposit that comes
    before, `dalo` says whether the household is recognised."""
    depot = None if demande is None else Demande(demande).date_creation
    dites = {"bail": bail, "issue": issue, "depot": depot, "dalo": dalo}
    return _tirees(messages_apres_creation.decision, ici, **dites)


def recherches(ici: Atelier) -> SearchStrategy[Element]:
    """`demandeMulticritere` elements."""
    return _tirees(messages_apres_creation.recherche, ici)
