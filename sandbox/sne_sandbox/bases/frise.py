"""The time of a base, from its first demande to what is still due: births, radiations and erasures by month,
moves of the clock, snapshots, deadlines to come.

No table is walked through: the movements are counted day by day as they come (`flux`), deadlines are read
from their index.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Final

from sne_interface.domain.dates import PARIS, ajouter_mois
from sne_interface.domain.echange import HORLOGE
from sne_sandbox.bases.sauvegardes import SauvegardeLue, Sauvegardes
from sne_sandbox.store import echeances
from sne_sandbox.store.magasin import Magasin

#: Lines of the journal among which moves are looked for, moves and snapshots that are shown.
RECENTS: Final = 5_000
MONTRES: Final = 30
#: From the end of validity to the radiation by the system.
_APRES_ECHEANCE: Final = 1


@dataclass(frozen=True)
class MoisDeBase:
    """The events of a month, past, or to come if nobody does anything: demandes born, radiated, ends of
    validity, radiations to come."""

    mois: Annotated[date, "son premier jour"]
    depots: int = 0
    sorties: int = 0
    echeances: int = 0
    radiations: int = 0


@dataclass(frozen=True)
class Deplacee:
    """A move of the clock: its line of the journal, where it led, its sentence."""

    echange: int
    instant: datetime
    phrase: str


@dataclass(frozen=True)
class Frise:
    """The time of a base. `mois` are all those between the first and the last of them, in order."""

    aujourd_hui: date
    mois: Sequence[MoisDeBase]
    deplacements: Sequence[Deplacee]
    sauvegardes: Sequence[SauvegardeLue]


def dessiner(magasin: Magasin, nom: str) -> Frise:
    """The time of the base. Raises BaseInconnue, StoreError."""
    with magasin.lire(nom) as registre:
        jour = registre.base.horloge.maintenant().date()
        entrees, sorties = _par_mois(echeances.mouvements_par_jour(registre.connexion, nom))
        fins = echeances.fins_par_mois(registre.connexion, nom)
    dues = {_mois(debut): combien for debut, combien in fins}
    radiations = {ajouter_mois(mois, _APRES_ECHEANCE): combien for mois, combien in dues.items()}
    ici = _mois(jour)
    connus = [*entrees, *sorties, *dues, *radiations, ici]
    premier, dernier = min(connus), max(connus)
    mois, courant = [], premier
    while courant <= dernier:
        a_venir = courant >= ici
        mois.append(
            MoisDeBase(
                courant,
                entrees[courant],
                sorties[courant],
                dues.get(courant, 0) if a_venir else 0,
                radiations.get(courant, 0) if a_venir else 0,
            )
        )
        courant = ajouter_mois(courant, 1)
    journal = magasin.journal
    lignes = journal.chercher(
        nom, operation=HORLOGE, apres_id=max(0, journal.dernier(nom) - RECENTS), limite=MONTRES
    )
    deplacements = [
        Deplacee(
            ligne.identifiant or 0, (ligne.instant_base or ligne.recu_le).astimezone(PARIS), ligne.chemin
        )
        for ligne in lignes
    ]
    return Frise(jour, mois, deplacements, Sauvegardes(magasin).lister(nom)[:MONTRES])


def _mois(jour: date) -> date:
    return jour.replace(day=1)


def fin_de_mois(mois: date) -> date:
    """The last day of a month, by its first."""
    return ajouter_mois(mois, 1) - timedelta(days=1)


def _par_mois(mouvements: Sequence[tuple[date, int]]) -> tuple[Counter[date], Counter[date]]:
    entrees: Counter[date] = Counter()
    sorties: Counter[date] = Counter()
    for jour, effet in mouvements:
        if effet > 0:
            entrees[_mois(jour)] += effet
        else:
            sorties[_mois(jour)] -= effet
    return entrees, sorties


def graduations(mois: Sequence[MoisDeBase]) -> Mapping[int, int]:
    """The years to write below, by the rank of their first month: ten at most."""
    janviers = {rang: un.mois.year for rang, un in enumerate(mois) if un.mois.month == 1}
    pas = -(-len(janviers) // 10) or 1
    return {rang: annee for i, (rang, annee) in enumerate(janviers.items()) if not i % pas}
