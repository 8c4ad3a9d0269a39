"""The children of an element against its content model: the cheapest repair, rather than the first fault.

A schema processor stops at the first child that does not fit. Here a content model is an automaton, and the
children are aligned on it at the least cost, as words are by an edit distance: a child fits, stands for a
near name, is too much, or is missing. Nothing to repair means that the schema accepts the children.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum, auto
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from sne_interface.contract.phrases_d_explication import espace, local

#: A model that repeats a particle more often than this is unrolled no further: what is above is unbounded.
_DEROULE_MAX: Final = 64
#: More children than this are not compared by cost, which is proportional to their number times the model's
#: size: the first fault is told, as a schema processor does.
ENFANTS_MAX: Final = 2_000
#: Unknown names of one element that are compared with those of the model: nobody misspells so many.
INCONNUS_MAX: Final = 40
_MANQUE: Final = 4
_TROP: Final = 4
_PROCHE: Final = 3
_AUTRE_ESPACE: Final = 1
_INFINI: Final = 10**9
_RESSEMBLANCE: Final = 0.65


class Sort(Enum):
    """The fate of a child, or of a place of the model."""

    CONVIENT = auto()
    AUTRE_ESPACE = auto()
    PROCHE = auto()
    TROP = auto()
    MANQUE = auto()


@dataclass(frozen=True, slots=True)
class PasAlignement:
    """One step of an alignment. `enfant` is the rank of the child (of the next one, when something is
    missing before it), `particule` the place of the model (None for a child that is too much)."""

    sort: Sort
    enfant: int
    particule: Any = None


@dataclass(slots=True)
class _EtatAutomate:
    """A state: it consumes a particle, or (particule None) leads on for free."""

    particule: Any
    suites: list[int]


class Automate:
    """A content model (an xmlschema group) as an automaton."""

    def __init__(self, groupe: Any) -> None:
        self._noeuds: list[_EtatAutomate] = [_EtatAutomate(None, [])]  # the end
        #: The elements and wildcards of the model, in its order.
        self.particules: list[Any] = []
        #: By id of a particle: its branch in each choice it stands in, by id of the choice, outermost first.
        self.choix: dict[int, dict[int, int]] = {}
        self._visiter(groupe, {})
        self._depart = self._batir(groupe, 0)
        self._noms = {local(p.name) for p in self.particules if p.name}

    def _visiter(self, particule: Any, choix: dict[int, int]) -> None:
        if not _est_groupe(particule):
            self.particules.append(particule)
            self.choix[id(particule)] = choix
            return
        for rang, membre in enumerate(particule):
            self._visiter(membre, choix | ({id(particule): rang} if particule.model == "choice" else {}))

    # --- building ---------------------------------------------------------------------------------

    def _ajouter(self, particule: Any, suites: list[int]) -> int:
        self._noeuds.append(_EtatAutomate(particule, suites))
        return len(self._noeuds) - 1

    def _batir(self, particule: Any, suite: int) -> int:
        minimum, maximum = particule.min_occurs, particule.max_occurs
        if maximum is None or maximum > _DEROULE_MAX:
            boucle = self._ajouter(None, [])
            self._noeuds[boucle].suites = [self._une_fois(particule, boucle), suite]
            entree = boucle
        else:
            entree = suite
            for _ in range(maximum - minimum):
                entree = self._ajouter(None, [self._une_fois(particule, entree), suite])
        for _ in range(min(minimum, _DEROULE_MAX)):
            entree = self._une_fois(particule, entree)
        return entree

    def _une_fois(self, particule: Any, suite: int) -> int:
        if not _est_groupe(particule):
            return self._ajouter(particule, [suite])
        membres = list(particule)
        if particule.model == "choice":
            return self._ajouter(None, [self._batir(membre, suite) for membre in membres])
        if particule.model == "all":
            # Any order: a loop over the members. How often each stands there is counted apart.
            boucle = self._ajouter(None, [])
            entrees = [self._une_fois(membre, boucle) for membre in membres]
            self._noeuds[boucle].suites = [*entrees, suite]
            return boucle
        for membre in reversed(membres):
            suite = self._batir(membre, suite)
        return suite

    @property
    def taille(self) -> int:
        """How many states it has: an alignment takes as many steps for each child."""
        return len(self._noeuds)

    # --- aligning ---------------------------------------------------------------------------------

    def aligner(self, noms: Sequence[str], espaces: frozenset[str] = frozenset()) -> list[PasAlignement]:
        """The cheapest alignment of children with these names (Clark notation). Children in one of
        `espaces` count as being in the namespace of the model."""
        inconnus = dict.fromkeys(nom for nom in noms if local(nom) not in self._noms)
        proches = set(islice(inconnus, INCONNUS_MAX))
        par_nom = {nom: self._couts_de(nom, espaces, nom in proches) for nom in dict.fromkeys(noms)}
        couts = [par_nom[nom] for nom in noms]
        restes = self._restes(couts)
        pas: list[PasAlignement] = []
        noeud, rang = self._depart, 0
        vus: set[int] = set()
        while noeud != 0 or rang < len(noms):
            etat = self._noeuds[noeud]
            cout = restes[rang][noeud]
            if noeud != 0:
                if etat.particule is None:
                    vus.add(noeud)
                    libres = [suite for suite in etat.suites if suite not in vus] or etat.suites
                    noeud = min(libres, key=lambda suite: restes[rang][suite])
                    continue
                suite = etat.suites[0]
                prix = couts[rang].get(id(etat.particule), _INFINI) if rang < len(noms) else _INFINI
                if prix < _INFINI and prix + restes[rang + 1][suite] == cout:
                    pas.append(PasAlignement(_SORTS[prix], rang, etat.particule))
                    noeud, rang, vus = suite, rang + 1, set()
                    continue
                if _MANQUE + restes[rang][suite] == cout:
                    pas.append(PasAlignement(Sort.MANQUE, rang, etat.particule))
                    noeud = suite
                    continue
            pas.append(PasAlignement(Sort.TROP, rang))
            rang, vus = rang + 1, set()
        return pas

    def _restes(self, couts: Sequence[dict[int, int]]) -> list[list[int]]:
        """Cost of the rest, by rank of the next child and state."""
        restes = [[_INFINI] * len(self._noeuds) for _ in range(len(couts) + 1)]
        for rang in range(len(couts), -1, -1):
            ici = restes[rang]
            apres = restes[rang + 1] if rang < len(couts) else None
            prix = couts[rang] if apres is not None else {}
            change = True
            while change:  # a loop of the model looks back at states that come later
                change = False
                for numero, noeud in enumerate(self._noeuds):
                    if numero == 0:
                        cout = 0 if apres is None else _TROP + apres[0]
                    elif noeud.particule is None:
                        cout = min([ici[suite] for suite in noeud.suites], default=_INFINI)
                    else:
                        suite = noeud.suites[0]
                        cout = _MANQUE + ici[suite]
                        if apres is not None:
                            trouve = prix.get(id(noeud.particule), _INFINI)
                            cout = min(cout, _TROP + apres[numero], trouve + apres[suite])
                    if cout < ici[numero]:
                        ici[numero] = cout
                        change = True
        return restes

    def _couts_de(self, nom: str, espaces: frozenset[str], proche: bool) -> dict[int, int]:
        """Returns the cost of a child of that name in each place, by id of the particle; `proche` looks for
        near names too."""
        couts: dict[int, int] = {}
        nu = local(nom)
        for particule in self.particules:
            if particule.is_matching(nom):
                couts[id(particule)] = 0
            elif particule.name is None:
                continue
            elif local(particule.name) == nu:
                couts[id(particule)] = 0 if espace(nom) in espaces else _AUTRE_ESPACE
            elif proche and ressemble(nu, local(particule.name)):
                couts[id(particule)] = _PROCHE
        return couts


_SORTS: Final = {0: Sort.CONVIENT, _AUTRE_ESPACE: Sort.AUTRE_ESPACE, _PROCHE: Sort.PROCHE}


@lru_cache(maxsize=4096)
def ressemble(nom: str, autre: str) -> bool:
    """True when a name may be another one, misspelt (case ignored)."""
    court, long_ = sorted((len(nom), len(autre)))
    if 2 * court < _RESSEMBLANCE * (court + long_):  # too unlike in length, whatever the letters
        return False
    comparaison = SequenceMatcher(None, nom.lower(), autre.lower())
    return comparaison.quick_ratio() >= _RESSEMBLANCE and comparaison.ratio() >= _RESSEMBLANCE


def _est_groupe(particule: Any) -> bool:
    return hasattr(particule, "model") and particule.model in ("sequence", "choice", "all")
