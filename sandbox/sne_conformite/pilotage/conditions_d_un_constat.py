"""Under which condition a fault shows: « toujours quand il y a 2 co-titulaires ou plus, jamais avec moins ».

The households that were played are told apart by what they hold: how often an element is given, how long its
longest text is, which characters and which codes it has. A condition is stated when one of these separates
every household that showed the fault from every one in which its requirement held; and when that is no mere
chance: of that many things looked at, less than one time in twenty would some other do as well.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from sne_conformite.juges.juge import CONSTATS
from sne_conformite.pilotage.exemple_joue import ExempleJoue
from sne_conformite.plan.plan import Scenario
from sne_conformite.rapports.rapport import Bilan, Constat
from sne_interface.domain.texte import accorde

#: Households remembered of a run: beyond, what is stated is stated of the first ones.
MENAGES_MAX: Final = 3000
#: How many times less likely than one a mere coincidence has to be.
RARETE: Final = 20
#: Of a fault that no household escapes, how many have to show it before that is said.
TOUS_MIN: Final = 3

#: What is looked at of an element, in the order in which it explains best.
NOMBRE, CARACTERE, LONGUEUR, CODE = "nombre", "caractère", "longueur", "code"
_GENRES: Final = (NOMBRE, CARACTERE, LONGUEUR, CODE)

#: (kind, path of the element, what of it): for kinds that have no third, "".
Trait = tuple[str, str, str]
#: A household: its traits, and whether it was drawn (`MenageVu.tire`).
Lu = tuple[Mapping[Trait, int], bool]


@dataclass(frozen=True)
class MenageVu:
    """A household that was played, in the canonical JSON of its example; the requirements that held, and what
    broke (requirement, genre). `tire` says that it was drawn: a shrink tries a hundred that are nearly alike,
    which may refute a condition and prove none."""

    cle: str
    tenues: frozenset[str]
    cassees: frozenset[tuple[str, str]]
    tire: bool


@dataclass
class Conditions:
    """The households of a run, from which the condition of each fault is looked for."""

    menages: list[MenageVu] = field(default_factory=list)

    def voir(self, scenario: Scenario, cle: str, joue: ExempleJoue, *, tire: bool = True) -> None:
        """One more household, and what it showed. In a scenario that changes what was drawn, it is not what
        was entered: it tells nothing."""
        change = any("changements" in etape.options for etape in scenario.etapes)
        if not change and len(self.menages) < MENAGES_MAX:
            tenues = frozenset(c.exigence for c in joue.constats if c.tenue)
            self.menages.append(MenageVu(cle, tenues, frozenset(c[:2] for c in joue.fautes), tire))

    def dire(self, bilans: Iterable[Bilan]) -> tuple[Bilan, ...]:
        """`bilans`, each fault with its condition where one was found."""
        lire = cache(lambda cle: traits(json.loads(cle)))

        def lus(menages: Iterable[MenageVu]) -> list[Lu]:
            """Each household once, and whether it was drawn: the simplest one is, in every scenario."""
            tires: dict[str, bool] = {}
            for menage in menages:
                tires[menage.cle] = menage.tire or tires.get(menage.cle, False)
            return [(lire(cle), tire) for cle, tire in tires.items()]

        def condition(exigence: str, constat: Constat) -> str:
            montrent, autres = [], []
            for menage in self.menages:
                if (exigence, constat.genre) in menage.cassees:
                    montrent.append(menage)
                elif exigence in menage.tenues:
                    autres.append(menage)
            return enoncer(lus(montrent), lus(autres), constat.chemin)

        dites = []
        for bilan in bilans:
            phrases = {constat.genre: condition(bilan.exigence, constat) for constat in bilan.constats}
            dites.append(replace(bilan, conditions={g: dit for g, dit in phrases.items() if dit}))
        return tuple(dites)


# --- what a household has ------------------------------------------------------------------------------


def traits(exemple: Any) -> dict[Trait, int]:
    """Returns the traits of an example (`ExempleTire.cle`: versions of the messages, then what is entered, by
    reference): a number for each trait, the largest where there are several."""
    versions, saisies = exemple
    lus: dict[Trait, int] = {(CODE, "versionInterface", v): 1 for v in versions.values()}
    for saisie in saisies.values():
        for trait, valeur in _parcourir(saisie, ""):
            lus[trait] = max(valeur, lus.get(trait, 0))
    return lus


def _parcourir(valeur: Any, chemin: str) -> Iterator[tuple[Trait, int]]:
    if isinstance(valeur, list):
        pleins = [element for element in valeur if element not in ("", {}, [], None)]
        if pleins:
            yield (NOMBRE, chemin, ""), len(pleins)
        for element in pleins:
            yield from (t for t in _parcourir(element, chemin) if t[0] != (NOMBRE, chemin, ""))
        return
    if valeur and chemin:
        yield (NOMBRE, chemin, ""), 1
    if isinstance(valeur, Mapping) and valeur.keys() == {"code"} and isinstance(valeur["code"], str):
        yield (CODE, chemin, valeur["code"]), 1
    elif isinstance(valeur, Mapping):
        for nom, contenu in valeur.items():
            yield from _parcourir(contenu, f"{chemin}/{nom}" if chemin else nom)
    elif isinstance(valeur, str):
        if valeur in ("true", "false"):
            yield (CODE, chemin, valeur), 1
        elif any(c.isalpha() for c in valeur):
            yield (LONGUEUR, chemin, ""), len(valeur)
            dits = {dit for c, dit in CONSTATS["caracteres"].items() if c in valeur}
            if any(c.isalpha() and not c.isascii() for c in valeur):
                dits.add("une lettre accentuée")
            for dit in dits:
                yield (CARACTERE, chemin, dit), 1
                yield (CARACTERE, "", dit), 1  # wherever it is


# --- what tells them apart -----------------------------------------------------------------------------


def enoncer(montrent: Sequence[Lu], tiennent: Sequence[Lu], chemin: str = "") -> str:
    """The condition under which a fault shows, in French with its counts; "" when there is none to state.
    `montrent` are the households that showed it, `tiennent` those in which the requirement held; `chemin` is
    the path of a finding."""
    tires = sum(tire for _, tire in montrent), sum(tire for _, tire in tiennent)
    vus = accorde(len(montrent) + len(tiennent), "ménage", "ménages")
    if not montrent:  # it was met in scenarios that tell nothing (`Conditions.voir`)
        return ""
    if not tiennent:
        if tires[0] < TOUS_MIN:
            return ""
        return f"À chaque fois : aucun des {vus} où cela se vérifie n'y échappe."
    tous: set[Trait] = set().union(*(lus for lus, _ in (*montrent, *tiennent)))
    proches = {trait for trait in tous if _proche(trait, chemin)}
    for candidats, seul in ((proches, False), (tous, True)):
        if math.comb(sum(tires), tires[0]) < RARETE * len(candidats):
            continue  # by chance, one of so many would do
        separations = _separations(candidats, montrent, tiennent)
        trouves = _sans_redites(separations)
        if trouves and not (seul and len(trouves) > 1):
            combien = accorde(len(montrent), "le montre", "le montrent")
            autres = accorde(len(tiennent), "non", "non")
            return f"{_phrase(*_avec_les_siens(trouves[0], separations))} (sur {vus} : {combien}, {autres})."
    return ""


#: As `_separations` gives them.
_Separation = tuple[Trait, int, int, bool]


def _separations(
    candidats: Iterable[Trait], montrent: Sequence[Lu], tiennent: Sequence[Lu]
) -> list[_Separation]:
    """(trait, value of those that show nearest to the others, that of the others, whether those that show
    have more), the one that explains best first."""
    trouvees = []
    (un, _), (autre, _) = montrent[0], tiennent[0]
    for trait in candidats:
        if un.get(trait, 0) == autre.get(trait, 0):
            continue  # most of them, and it costs little
        ceux_ci = [lus.get(trait, 0) for lus, _ in montrent]
        ceux_la = [lus.get(trait, 0) for lus, _ in tiennent]
        if min(ceux_ci) > max(ceux_la):
            trouvees.append((trait, min(ceux_ci), max(ceux_la), True))
        elif max(ceux_ci) < min(ceux_la):
            trouvees.append((trait, max(ceux_ci), min(ceux_la), False))
    return sorted(trouvees, key=lambda s: (_GENRES.index(s[0][0]), not s[3], s[0][1].count("/"), s[0]))


def _sans_redites(separations: Iterable[_Separation]) -> list[_Separation]:
    """Without those that only say again, of what an element holds, what another says of the element."""
    gardees: list[_Separation] = []
    for separation in separations:
        chemin = separation[0][1]
        if not any(_sous(chemin, gardee[0][1]) or _sous(gardee[0][1], chemin) for gardee in gardees):
            gardees.append(separation)
    return gardees


def _avec_les_siens(premiere: _Separation, separations: Iterable[_Separation]) -> _Separation:
    """The separation, its characters all told: nothing says which of them it is."""
    (genre, chemin, _), ceux_ci, ceux_la, plus = premiere
    if genre != CARACTERE:
        return premiere
    tous = [s[0][2] for s in separations if s[0][:2] == (genre, chemin) and s[3] == plus]
    return (genre, chemin, " et ".join(tous)), ceux_ci, ceux_la, plus


def _sous(chemin: str, ancetre: str) -> bool:
    return not ancetre or chemin == ancetre or chemin.startswith(f"{ancetre}/")


def _proche(trait: Trait, chemin: str) -> bool:
    """True when a trait is of the element that a finding points at, of what holds it, or of its content."""
    noms = [pas.partition("[")[0] for pas in chemin.split("/")][-2:]
    siens = trait[1].split("/")
    return bool(chemin) and bool(trait[1]) and (siens[-1] in noms or noms[-1] in siens)


def _phrase(trait: Trait, ceux_ci: int, ceux_la: int, plus: bool) -> str:
    genre, chemin, quoi = trait
    nom = chemin.rpartition("/")[2]
    if genre == CARACTERE:
        dans = f"« {nom} »" if nom else "un texte"
        tel = f"quand {dans} contient {quoi}"
    elif genre == CODE:
        tel = f"quand « {nom} » vaut {quoi}"
    elif genre == LONGUEUR:
        sens, limite = ("plus", f"jusqu'à {ceux_la}") if plus else ("moins", f"à partir de {ceux_la}")
        combien = accorde(ceux_ci, "caractère")
        limite = limite if ceux_la else "autrement"
        return f"Toujours quand « {nom} » a {combien} ou {sens}, jamais {limite}"
    elif max(ceux_ci, ceux_la) > 1:
        de = CONSTATS["pluriels"].get(nom, f"« {nom} »")
        if plus:
            moins = " ou moins" if ceux_la > 1 else ""
            sinon = f"avec {ceux_la}{moins}" if ceux_la else "sans"
            return f"Toujours quand il y a {ceux_ci} {de} ou plus, jamais {sinon}"
        peu = f"{ceux_ci} {de} ou moins" if ceux_ci else f"0 {de}"
        return f"Toujours avec {peu}, jamais quand il y en a {ceux_la} ou plus"
    else:
        tel = f"quand « {nom} » est donné"
    return f"Toujours {tel}, jamais autrement" if plus else f"Jamais {tel}, toujours autrement"
