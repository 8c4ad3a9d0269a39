"""Demandes chosen as the statistics count them: what stands behind a number, page after page.

Everything is asked of the narrow rows of the statistics, and of the indexes of radiations: a base of 200,000
demandes is looked through in the time of a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from sne_sandbox.store import metadonnees
from sne_sandbox.store.demandes_recentes import Recentes, Repere
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes.requetes_statistiques import (
    Axe,
    Colonne,
    Condition,
    classer,
    revenues,
    semblables,
    tranches,
)

_S: Final = metadonnees.demande_stat.c
_D: Final = metadonnees.demande.c
_C: Final = metadonnees.demande_commune.c
#: Written out: the partial indexes are used only by what is seen to imply their condition.
_RADIEE: Final = _D.etat == sa.literal_column("'R'")


@dataclass(frozen=True)
class Periode:
    """From a day to another, both included."""

    du: date
    au: date

    def contient(self, colonne: sa.ColumnElement[str]) -> Condition:
        """That a day lies there."""
        return colonne.between(self.du.isoformat(), self.au.isoformat())


@dataclass(frozen=True)
class Modalite:
    """A class of an `Axe`: one of `classes` (None: not told), or none of them when `autres`."""

    axe: Axe
    classes: tuple[str | None, ...]
    autres: bool = False

    @property
    def condition(self) -> Condition:
        """That a demande is of that class."""
        classe = self.axe
        if not self.autres:
            return parmi(classe, self.classes)
        hors = classe.not_in([code for code in self.classes if code is not None])
        return hors if None in self.classes else sa.or_(classe.is_(None), hors)


#: The conditions of a search among the demandes that the base holds, on the rows of `demande_stat`.
Selection = Sequence[Condition]


def compter(registre: RegistreBase, selection: Selection) -> int:
    """How many fit."""
    choix = sa.select(sa.func.count()).where(_S.base == registre.base.nom, *selection)
    return int(registre.connexion.sa.execute(choix).scalar_one())


def lister(
    registre: RegistreBase, selection: Selection, limite: int, apres: Repere | None = None
) -> Recentes:
    """At most `limite` that fit, latest deposit first, after `apres`."""
    # Not a plain date: SQLite would walk an index for its order, over the whole base.
    jour = _S.date_creation.concat("")
    choix = sa.select(_S.date_creation, _S.numero_unique).where(_S.base == registre.base.nom, *selection)
    if apres is not None:
        choix = choix.where(
            sa.tuple_(jour, _S.numero_unique) < sa.tuple_(apres.depot.isoformat(), apres.numero)
        )
    choix = choix.order_by(jour.desc(), _S.numero_unique.desc()).limit(limite + 1)
    lignes = registre.connexion.sa.execute(choix).all()
    suite = None
    if len(lignes) > limite:
        depot, numero = lignes[limite - 1]
        suite = Repere(date.fromisoformat(depot), numero)
    return Recentes(list(registre.feuilleter(numero for _, numero in lignes[:limite])), suite)


def parmi(colonne: Colonne, codes: tuple[str | None, ...]) -> Condition:
    """That a column is one of these; None: that it says nothing."""
    dedans = colonne.in_([code for code in codes if code is not None])
    return sa.or_(colonne.is_(None), dedans) if None in codes else dedans


def qui_souhaitent(base: str, communes: tuple[str | None, ...]) -> Condition:
    """That a demande wishes one of these communes, in whatever rank."""
    ici = sa.select(_C.numero_unique).where(_C.base == base, parmi(_C.commune, communes))
    return _S.numero_unique.in_(ici)


def qui_sont_radiees(base: str, *ou: Condition) -> Condition:
    """That a demande is radiated, and its row of `demande` fits too."""
    return _S.numero_unique.in_(sa.select(_D.numero_unique).where(_D.base == base, _RADIEE, *ou))


# --- counted together --------------------------------------------------------------------------------


def souhaitees(registre: RegistreBase) -> dict[str, int]:
    """The active demandes that wish each commune, in whatever rank."""
    base, sa_ = registre.base.nom, registre.connexion.sa
    toutes = sa.select(_C.commune, sa.func.count()).where(_C.base == base).group_by(_C.commune)
    comptes = {commune: int(n) for commune, n in sa_.execute(toutes)}
    liees = (_C.base == _D.base, _C.numero_unique == _D.numero_unique, _D.base == base, _RADIEE)
    radiees = sa.select(_C.commune, sa.func.count()).where(*liees).group_by(_C.commune)
    for commune, n in sa_.execute(radiees):
        comptes[commune] -= int(n)
    return {commune: n for commune, n in comptes.items() if n}


def radiees(registre: RegistreBase, periode: Periode, depuis: date) -> Sequence[Any]:
    """The radiated demandes by month (« 2018-03 »), whether that was on the day `depuis` or later, reason of
    the radiation, commune of the dwelling; and how many are so."""
    jour = _D.date_radiation
    cles = (
        sa.func.substr(jour, 1, 7),
        jour >= depuis.isoformat(),
        _D.motif_radiation,
        _D.commune_attribution,
    )
    choix = sa.select(*cles, sa.func.count()).where(
        _D.base == registre.base.nom, _RADIEE, periode.contient(jour)
    )
    return registre.connexion.sa.execute(choix.group_by(*cles)).all()


def deposees(registre: RegistreBase, periode: Periode) -> dict[str, int]:
    """The demandes deposited by month, whatever became of them."""
    jour = _S.date_creation
    cles = [sa.func.substr(jour, 1, 7)]
    lus = semblables(registre.connexion, registre.base.nom, _S, cles, periode.contient(jour))
    return {le_mois: n for (le_mois,), n in lus.items()}


def actives(registre: RegistreBase, jours: list[date]) -> list[int]:
    """The demandes of the stock at the end of each of these days, of those that the base still holds."""
    base, connexion = registre.base.nom, registre.connexion
    lendemains = [(jour + timedelta(days=1)).isoformat() for jour in jours]
    axes = [tranches(jour, lendemains) for jour in ("entree", "sortie")]
    # None leaves before it enters, but for those that are apart.
    _, (entrees, sorties) = classer(connexion, base, axes, _S.entree.is_not(None))
    simples, sommes = 0, []
    for rang, jour in enumerate(jours):
        simples += entrees[str(rang)] - sorties[str(rang)]
        autres = _S.entree.is_(None), _S.numero_unique.in_(revenues(base, jour.isoformat()))
        sommes.append(simples + compter(registre, autres))
    return sommes
