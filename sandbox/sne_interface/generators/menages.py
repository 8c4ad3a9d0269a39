"""Households: people (who they are, what they do, what they earn), who lives together, and where.

All invented: telephone numbers are of the ranges kept for fiction, mail addresses under a reserved domain,
and a NIR names a commune of birth that does not exist (999 of its département).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache, partial
from typing import Final

from sne_interface.domain.codes import SALARIES
from sne_interface.domain.dates import MAJORITE, age
from sne_interface.domain.nir import cle
from sne_interface.domain.texte import plier
from sne_interface.generators.tirage import Repartition, Tirage, noms
from sne_interface.resources import lire_a_cote

# --- people ------------------------------------------------------------------------------------------

MONSIEUR: Final = "1"
MADAME: Final = "2"

_LU: Final = lire_a_cote(__file__, "menages.toml")
#: The shares of what households are, by name.
PARTS: Final[Mapping[str, Repartition[str]]] = {nom: Repartition(p) for nom, p in _LU["parts"].items()}
#: Names of bodies, and of the elements and codes that go with a dwelling.
NOMS: Final = _LU["noms"]
#: Names of elements, by what they are; texts to be written in some; the handicap of a drawn household.
ELEMENTS: Final = _LU["elements"]
TEXTES: Final = _LU["textes"]
HANDICAP: Final = _LU["handicap"]
#: What a search may ask.
CRITERES: Final = _LU["criteres"]
_RETRAITE: Final = 63
_PREFIXES_FIXES: Final = ("019900", "035301", "046571")


@dataclass(slots=True)
class Metier:
    """The work of a person: code of ListeTypeContratTravail, and trade and employer where there is one."""

    contrat: str
    profession: str | None = None
    employeur: str | None = None


@dataclass(slots=True)
class Individu:
    """An adult of a household. `ressources` are (code, euros a month), `revenus` the fiscal incomes of the
    last two years in euros."""

    civilite: str
    nom: str
    nom_naissance: str | None
    prenom: str
    naissance: date
    nationalite: str
    situation: str
    portable: str
    mel: str | None
    metier: Metier
    ressources: tuple[tuple[str, int], ...]
    revenus: tuple[int, int]
    nir: str | None

    def ne_le(self, naissance: date) -> "Individu":
        """The same adult born on another day, as the NIR says too."""
        numero = self.nir and f"{self.nir[0]}{naissance:%y%m}{self.nir[5:13]}"
        return replace(self, naissance=naissance, nir=numero and numero + cle(numero))


@dataclass(slots=True)
class Enfant:
    """A child, or another person à charge: sex « M » or « F »."""

    nom: str
    prenom: str
    naissance: date
    sexe: str
    #: Code of ListeCoparentalite for a child in custody, None for a child à charge.
    garde: str | None = None
    #: Code of ListeLienParente of a person à charge.
    lien: str = "E"
    #: Of an adult alone (R. 441-2-2 a).
    nir: str | None = None


def tirer_civilite(tirage: Tirage) -> str:
    """Code of ListeCivilite: MADAME or MONSIEUR, by their shares among applicants."""
    return tirage.selon(PARTS["civilite"])


def tirer_individu(
    tirage: Tirage,
    *,
    civilite: str,
    nom: str | None,
    naissance: date,
    nationalite: str,
    situation: str,
    jour: date,
    avec_nir: bool,
    departement: str,
) -> Individu:
    """An adult as on `jour`; `nom` the name in use (None: drawn), which a married woman or a widow took."""
    reserve = noms()
    de_naissance = tirage.choix(reserve.familles)
    prenom = tirage.choix(reserve.masculins if civilite == MONSIEUR else reserve.feminins)
    epouse = civilite == MADAME and situation in ("M", "V")
    if nom is None and epouse:
        nom = tirage.choix(reserve.familles)
    porte = nom or de_naissance
    metier, principale = _tirer_metier(tirage, age(naissance, jour))
    annuel = principale[1] * 12 * _LU["imposable"].get(principale[0], 0) // 100
    return Individu(
        civilite=civilite,
        nom=porte,
        nom_naissance=de_naissance if epouse else None,
        prenom=prenom,
        naissance=naissance,
        nationalite=nationalite,
        situation=situation,
        portable=f"063998{tirage.entier(0, 9999):04d}",
        mel=f"{_en_ascii(prenom)}.{_en_ascii(porte)}@example.org" if tirage.booleen(0.7) else None,
        metier=metier,
        ressources=(principale,),
        revenus=(annuel, annuel * 97 // 100),
        nir=_nir(tirage, civilite, naissance, departement) if avec_nir else None,
    )


def tirer_enfant(tirage: Tirage, *, nom: str, age_max: int, jour: date, garde: str | None = None) -> Enfant:
    """A child of at most `age_max` years on `jour`."""
    reserve = noms()
    sexe = tirage.choix(("F", "M"))
    # A day short of the next birthday, whatever the leap years.
    plus_jeune = tirage.entier(1, max(1, age_max * 365 + 364 - age_max // 4))
    return Enfant(
        nom=nom,
        prenom=tirage.choix(reserve.masculins if sexe == "M" else reserve.feminins),
        naissance=jour - timedelta(days=plus_jeune),
        sexe=sexe,
        garde=garde,
    )


def telephone_fixe(tirage: Tirage) -> str:
    """A fixed number of the ranges kept for fiction."""
    return f"{tirage.choix(_PREFIXES_FIXES)}{tirage.entier(0, 9999):04d}"


def _tirer_metier(tirage: Tirage, ans: int) -> tuple[Metier, tuple[str, int]]:
    contrat = tirage.selon(PARTS["jeune" if ans < 25 else "aine" if ans >= _RETRAITE else "actif"])
    if contrat == "AUT":
        code = "AMV" if ans >= _RETRAITE else tirage.selon(PARTS["sans_emploi"])
        bas, haut = _LU["minima"][code]
    else:
        code, bas, haut = _LU["ressources"][contrat]
    metier, principale = Metier(contrat), (code, tirage.montant(bas, haut))
    if contrat in SALARIES:
        metier.profession = tirage.choix(noms().metiers)
        metier.employeur = tirage.choix(noms().employeurs)
    return metier, principale


@lru_cache(maxsize=4096)
def _en_ascii(nom: str) -> str:
    return "".join(c for c in plier(nom) if c.isascii())


def nir_a_charge(personne: Enfant, adultes: Sequence[Individu], jour: date) -> str | None:
    """The NIR of a person à charge, where the applicant, first of `adultes`, has hers; None for a minor on
    `jour`. It draws nothing: born where the applicant was, of a rank that follows from the birth."""
    demandeur = adultes[0]
    if demandeur.nir is None or age(personne.naissance, jour) < MAJORITE:
        return None
    sexe = "1" if personne.sexe == "M" else "2"
    rang = personne.naissance.toordinal() % 999 + 1
    numero = f"{sexe}{personne.naissance:%y%m}{demandeur.nir[5:10]}{rang:03d}"
    nir = numero + cle(numero)
    return None if nir in {adulte.nir for adulte in adultes} else nir


def _nir(tirage: Tirage, civilite: str, naissance: date, departement: str) -> str:
    sexe = "1" if civilite == MONSIEUR else "2"
    lieu = departement + "9" * (5 - len(departement))
    numero = f"{sexe}{naissance:%y%m}{lieu}{tirage.entier(1, 999):03d}"
    return numero + cle(numero)


# --- households --------------------------------------------------------------------------------------

#: Kinds of households, as `semence.toml` shares them out.
SEUL: Final = "personne_seule"
MONOPARENTAL: Final = "famille_monoparentale"
COUPLE: Final = "couple_sans_enfant"
FAMILLE: Final = "couple_avec_enfant"
COLOCATION: Final = "colocation"
ASSOCIATION: Final = "association"
SORTES: Final = (SEUL, MONOPARENTAL, COUPLE, FAMILLE, COLOCATION, ASSOCIATION)

Tranche = tuple[int, int]
#: Ages on the day of deposit, in years, both included.
_AGES: Final[Mapping[str, Repartition[Tranche]]] = {
    sorte: Repartition({(bas, haut): part for bas, haut, part in tranches})
    for sorte, tranches in _LU["ages"].items()
}
#: ListeSituationFamiliale → ListeLienDemandeur.
_LIENS: Final = {"M": "M", "P": "P", "U": "C"}
_AGE_DE_PARENT: Final = 19
_VIEILLESSE: Final = 65
_JEUNESSE: Final = 28


@dataclass(slots=True)
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
        """The adults of the household: the applicant, her spouse, then flatmates."""
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
    naissance: date | None = None,
) -> Foyer:
    """A household of that kind (an association is none), deposited on `depot` and as it is on `jour`;
    `naissance` is that of the applicant (None: drawn), `departement` where the adults are born."""
    civilite = MADAME if sorte == MONOPARENTAL and tirage.booleen(0.85) else tirer_civilite(tirage)
    if naissance is None:
        bas, haut = tirage.selon(_AGES[sorte])
        naissance = depot - timedelta(days=tirage.entier(bas * 366, haut * 365 + 364))
    ans = age(naissance, jour)
    situation = _situation(tirage, sorte, ans)
    adulte = partial(
        tirer_individu, tirage, nationalite=tirage.selon(nationalites), jour=jour, avec_nir=avec_nir,
        departement=departement,
    )  # fmt: skip
    demandeur = adulte(civilite=civilite, nom=None, naissance=naissance, situation=situation)
    cotitulaire, lien = None, None
    if sorte in (COUPLE, FAMILLE, COLOCATION):
        lien = _LIENS.get(situation, "L")
        # A few years apart, and of age on the day of deposit.
        ecart = timedelta(days=tirage.entier(-1800, 1800))
        autre = min(naissance + ecart, depot - timedelta(days=366 * MAJORITE))
        conjoint = MONSIEUR if civilite == MADAME else MADAME
        cotitulaire = adulte(
            civilite=tirer_civilite(tirage) if lien == "L" else conjoint,
            nom=demandeur.nom if situation == "M" else None,
            naissance=autre,
            situation=situation,
        )
    a_charge, en_garde = _enfants(tirage, sorte, demandeur, jour)
    if a_charge:
        demandeur.ressources += _allocations(a_charge, jour)
    enceinte = sorte in (COUPLE, FAMILLE, MONOPARENTAL) and ans < 45 and tirage.booleen(0.06)
    return Foyer(
        demandeur,
        cotitulaire,
        lien,
        a_charge,
        en_garde,
        jour + timedelta(days=tirage.entier(15, 230)) if enceinte else None,
        tirage.selon(PARTS["logement_jeune" if ans < _JEUNESSE else "logement"]),
    )


def _situation(tirage: Tirage, sorte: str, ans: int) -> str:
    if sorte in (COUPLE, FAMILLE):
        return tirage.selon(PARTS["couple"])
    if sorte == COLOCATION:
        return "C"
    return tirage.selon(PARTS["seul_age" if ans >= _VIEILLESSE else "seul"])


def _enfants(
    tirage: Tirage, sorte: str, demandeur: Individu, jour: date
) -> tuple[tuple[Enfant, ...], tuple[Enfant, ...]]:
    age_max = min(MAJORITE - 1, age(demandeur.naissance, jour) - _AGE_DE_PARENT)
    if sorte in (MONOPARENTAL, FAMILLE):
        nombre = int(tirage.selon(PARTS["enfants_d_un" if sorte == MONOPARENTAL else "enfants_de_deux"]))
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
