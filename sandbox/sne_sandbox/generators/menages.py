"""Households: who lives together, and where they live now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from sne_sandbox.domain.dates import age
from sne_sandbox.generators.people import (
    MADAME,
    MONSIEUR,
    Enfant,
    Individu,
    naissance_d_adulte,
    tirer_civilite,
    tirer_enfant,
    tirer_individu,
)
from sne_sandbox.generators.tirage import Repartition, Tirage

#: Kinds of households, as `semence.toml` shares them out.
SEUL: Final = "personne_seule"
MONOPARENTAL: Final = "famille_monoparentale"
COUPLE: Final = "couple_sans_enfant"
FAMILLE: Final = "couple_avec_enfant"
COLOCATION: Final = "colocation"
ASSOCIATION: Final = "association"
SORTES: Final = (SEUL, MONOPARENTAL, COUPLE, FAMILLE, COLOCATION, ASSOCIATION)

Tranche = tuple[int, int]
#: Ages on the day of deposit, in years.
_AGES: Final[Mapping[str, Repartition[Tranche]]] = {
    SEUL: Repartition({(18, 24): 16, (25, 29): 17, (30, 39): 21, (40, 49): 16, (50, 64): 19, (65, 84): 11}),
    MONOPARENTAL: Repartition({(22, 29): 24, (30, 39): 43, (40, 49): 27, (50, 59): 6}),
    COUPLE: Repartition({(20, 29): 34, (30, 39): 19, (40, 49): 12, (50, 64): 20, (65, 82): 15}),
    FAMILLE: Repartition({(22, 29): 23, (30, 39): 46, (40, 49): 25, (50, 59): 6}),
    COLOCATION: Repartition({(18, 24): 55, (25, 29): 30, (30, 45): 15}),
}
_SEULS: Final = Repartition({"C": 64, "D": 21, "S": 8, "V": 7})
_SEULS_AGES: Final = Repartition({"V": 38, "D": 36, "C": 20, "S": 6})
_COUPLES: Final = Repartition({"M": 56, "U": 32, "P": 12})
#: ListeSituationFamiliale → ListeLienDemandeur.
_LIENS: Final = {"M": "M", "P": "P", "U": "C"}
_ENFANTS_D_UN: Final = Repartition({1: 56, 2: 29, 3: 11, 4: 4})
_ENFANTS_DE_DEUX: Final = Repartition({1: 36, 2: 34, 3: 20, 4: 8, 5: 2})
_MAJORITE: Final = 18
_AGE_DE_PARENT: Final = 19
_VIEILLESSE: Final = 65

#: Current dwelling (ListeModeleLogement), by what the household can hope for.
_LOGEMENTS: Final = Repartition(
    {
        "LP": 32,
        "HLM": 31,
        "CP": 9,
        "CPE": 9,
        "SLHT": 3,
        "RS": 4,
        "SH": 3,
        "HOT": 2,
        "SD": 2,
        "POCC": 3,
        "LTG": 2,
    }
)
_LOGEMENTS_JEUNES: Final = Repartition(
    {"CPE": 34, "CP": 16, "LP": 26, "HLM": 10, "RE": 5, "SLHT": 3, "SH": 3, "SD": 2, "HOT": 1}
)
_JEUNESSE: Final = 28


@dataclass(frozen=True, slots=True)
class Foyer:
    """A household of persons. `lien` is the code of ListeLienDemandeur of the co-holder; `a_naitre` the
    day `naissances` children are expected; `logement` the code of its present dwelling
    (ListeModeleLogement); `colocataires` the other co-holders."""

    demandeur: Individu
    cotitulaire: Individu | None = None
    lien: str | None = None
    a_charge: tuple[Enfant, ...] = ()
    en_garde: tuple[Enfant, ...] = ()
    a_naitre: date | None = None
    logement: str = "LP"
    naissances: int = 1
    colocataires: tuple[Individu, ...] = ()

    @property
    def adultes(self) -> tuple[Individu, ...]:
        """Applicant, then co-holders."""
        couple = (self.demandeur,) if self.cotitulaire is None else (self.demandeur, self.cotitulaire)
        return couple + self.colocataires

    @property
    def taille(self) -> int:
        """Persons sure to live together: adults and children à charge."""
        return len(self.adultes) + len(self.a_charge)

    @property
    def ressources(self) -> int:
        """Euros a month of the adults."""
        return sum(montant for adulte in self.adultes for _, montant in adulte.ressources)


def tirer_foyer(
    tirage: Tirage,
    sorte: str,
    *,
    nationalites: Repartition[str],
    depot: date,
    jour: date,
    avec_nir: bool,
    departement: str,
) -> Foyer:
    """A household of that kind (an association is none), deposited on `depot` and as it is on `jour`."""
    civilite = MADAME if sorte == MONOPARENTAL and tirage.booleen(0.85) else tirer_civilite(tirage)
    naissance = naissance_d_adulte(tirage, tirage.selon(_AGES[sorte]), depot)
    ans = age(naissance, jour)
    situation = _situation(tirage, sorte, ans)
    nationalite = tirage.selon(nationalites)

    def adulte(civilite: str, naissance: date, nom: str | None, situation: str) -> Individu:
        return tirer_individu(
            tirage,
            civilite=civilite,
            nom=nom,
            naissance=naissance,
            nationalite=nationalite,
            situation=situation,
            jour=jour,
            avec_nir=avec_nir,
            departement=departement,
        )

    demandeur = adulte(civilite, naissance, None, situation)
    cotitulaire, lien = None, None
    if sorte in (COUPLE, FAMILLE, COLOCATION):
        lien = _LIENS.get(situation, "L")
        # A few years apart, and of age on the day of deposit.
        ecart = timedelta(days=tirage.entier(-1800, 1800))
        autre = min(naissance + ecart, depot - timedelta(days=366 * _MAJORITE))
        if lien == "L":
            cotitulaire = adulte(tirer_civilite(tirage), autre, None, "C")
        else:
            nom = demandeur.nom if situation == "M" else None
            cotitulaire = adulte(MONSIEUR if civilite == MADAME else MADAME, autre, nom, situation)
    a_charge, en_garde = _enfants(tirage, sorte, demandeur, jour)
    if a_charge:
        demandeur = replace(demandeur, ressources=demandeur.ressources + _allocations(a_charge, jour))
    enceinte = sorte in (COUPLE, FAMILLE, MONOPARENTAL) and ans < 45 and tirage.booleen(0.06)
    return Foyer(
        demandeur,
        cotitulaire,
        lien,
        a_charge,
        en_garde,
        jour + timedelta(days=tirage.entier(15, 230)) if enceinte else None,
        tirage.selon(_LOGEMENTS_JEUNES if ans < _JEUNESSE else _LOGEMENTS),
    )


def _situation(tirage: Tirage, sorte: str, ans: int) -> str:
    if sorte in (COUPLE, FAMILLE):
        return tirage.selon(_COUPLES)
    if sorte == COLOCATION:
        return "C"
    return tirage.selon(_SEULS_AGES if ans >= _VIEILLESSE else _SEULS)


def _enfants(
    tirage: Tirage, sorte: str, demandeur: Individu, jour: date
) -> tuple[tuple[Enfant, ...], tuple[Enfant, ...]]:
    age_max = min(_MAJORITE - 1, age(demandeur.naissance, jour) - _AGE_DE_PARENT)
    if sorte in (MONOPARENTAL, FAMILLE):
        nombre = tirage.selon(_ENFANTS_D_UN if sorte == MONOPARENTAL else _ENFANTS_DE_DEUX)
        a_charge = [
            tirer_enfant(tirage, nom=demandeur.nom, age_max=age_max, jour=jour) for _ in range(nombre)
        ]
        return tuple(a_charge), ()
    separe = sorte == SEUL and demandeur.situation in ("D", "S") and age_max > 0
    if separe and tirage.booleen(0.25):
        garde = "D" if tirage.booleen(0.4) else "G"
        enfant = tirer_enfant(tirage, nom=demandeur.nom, age_max=age_max, jour=jour, garde=garde)
        return (), (enfant,)
    return (), ()


def _allocations(enfants: tuple[Enfant, ...], jour: date) -> tuple[tuple[str, int], ...]:
    recues = []
    if len(enfants) > 1:
        recues.append(("AF", 131 + 168 * (len(enfants) - 2)))
    if any(age(enfant.naissance, jour) < 3 for enfant in enfants):
        recues.append(("PAJE", 185))
    return tuple(recues)
