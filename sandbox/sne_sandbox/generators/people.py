"""People: who they are, what they do, what they earn. All invented.

Telephone numbers are of the ranges kept for fiction, mail addresses under a reserved domain, and a NIR names
a commune of birth that does not exist (999 of its département).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from sne_sandbox.domain.codes import SALARIES
from sne_sandbox.domain.dates import age
from sne_sandbox.domain.nir import cle
from sne_sandbox.domain.texte import plier
from sne_sandbox.generators.noms import noms
from sne_sandbox.generators.tirage import Repartition, Tirage

MONSIEUR: Final = "1"
MADAME: Final = "2"

_HOMME: Final = Repartition({MADAME: 52, MONSIEUR: 48})
#: Trades (ListeTypeContratTravail) by age; shares of the national demand, rounded.
_JEUNE: Final = Repartition({"CDI": 24, "CDD": 24, "ETU": 18, "CHO": 16, "AUT": 12, "APP": 6})
_ACTIF: Final = Repartition({"CDI": 42, "CDD": 14, "CHO": 18, "AUT": 23, "ART": 3})
_AINE: Final = Repartition({"RET": 88, "AUT": 8, "CDI": 4})
_RETRAITE: Final = 63
#: The resource of each trade, and its bounds in euros a month.
_RESSOURCE: Final = {
    "CDI": ("SAL", 1150, 2350),
    "CDD": ("SAL", 720, 1650),
    "APP": ("SAL", 620, 1150),
    "ART": ("SAL", 500, 2400),
    "ETU": ("BE", 150, 560),
    "CHO": ("CHO", 560, 1250),
    "RET": ("RET", 720, 1750),
}
_SANS_EMPLOI: Final = Repartition({"RSA": 62, "AAH": 24, "PINV": 9, "AUT": 5})
_MINIMA: Final = {"RSA": (470, 560), "AAH": (760, 860), "PINV": (450, 900), "AUT": (200, 700)}
#: Taxable part of a yearly income, in percent, after the usual abatement.
_IMPOSABLE: Final = {"SAL": 90, "CHO": 90, "RET": 90, "PINV": 90}
_PREFIXES_FIXES: Final = ("019900", "035301", "046571")


@dataclass(frozen=True, slots=True)
class Metier:
    """What a person does: code of ListeTypeContratTravail, and trade and employer where there is one."""

    contrat: str
    profession: str | None = None
    employeur: str | None = None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Enfant:
    """A child, or another person à charge: sex « M » or « F »."""

    nom: str
    prenom: str
    naissance: date
    sexe: str
    garde: str | None = None
    """Code of ListeCoparentalite for a child in custody, None for a child à charge."""
    lien: str = "E"
    """Code of ListeLienParente of a person à charge."""


def tirer_civilite(tirage: Tirage) -> str:
    """Madame or Monsieur."""
    return tirage.selon(_HOMME)


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
    annuel = principale[1] * 12 * _IMPOSABLE.get(principale[0], 0) // 100
    return Individu(
        civilite=civilite,
        nom=porte,
        nom_naissance=de_naissance if epouse else None,
        prenom=prenom,
        naissance=naissance,
        nationalite=nationalite,
        situation=situation,
        portable=f"063998{tirage.entier(0, 9999):04d}",
        mel=_adresse(prenom, porte) if tirage.booleen(0.7) else None,
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


def naissance_d_adulte(tirage: Tirage, tranche: tuple[int, int], depot: date) -> date:
    """A birth such that the age on `depot` lies within `tranche` (years, both included)."""
    bas, haut = tranche
    return depot - timedelta(days=tirage.entier(bas * 366, haut * 365 + 364))


def telephone_fixe(tirage: Tirage) -> str:
    """A fixed number of the ranges kept for fiction."""
    return f"{tirage.choix(_PREFIXES_FIXES)}{tirage.entier(0, 9999):04d}"


def _tirer_metier(tirage: Tirage, ans: int) -> tuple[Metier, tuple[str, int]]:
    contrat = tirage.selon(_JEUNE if ans < 25 else _AINE if ans >= _RETRAITE else _ACTIF)
    if contrat == "AUT":
        code = "AMV" if ans >= _RETRAITE else tirage.selon(_SANS_EMPLOI)
        bas, haut = _MINIMA.get(code, (640, 803))
        return Metier(contrat), (code, tirage.entier(bas, haut))
    code, bas, haut = _RESSOURCE[contrat]
    montant = tirage.entier(bas, haut)
    if contrat in SALARIES:
        reserve = noms()
        return Metier(contrat, tirage.choix(reserve.metiers), tirage.choix(reserve.employeurs)), (
            code,
            montant,
        )
    return Metier(contrat), (code, montant)


@lru_cache(maxsize=4096)
def _adresse(prenom: str, nom: str) -> str:
    local = "".join(c for c in f"{plier(prenom)}.{plier(nom)}" if c.isascii())
    return f"{local}@example.org"


def _nir(tirage: Tirage, civilite: str, naissance: date, departement: str) -> str:
    sexe = "1" if civilite == MONSIEUR else "2"
    lieu = departement + "9" * (5 - len(departement))
    numero = f"{sexe}{naissance:%y%m}{lieu}{tirage.entier(1, 999):03d}"
    return numero + cle(numero)
