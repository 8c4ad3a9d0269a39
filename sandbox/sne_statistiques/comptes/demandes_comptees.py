"""Demandes chosen as the statistics count them: what stands behind a number, page after page.

Everything is asked of the narrow rows of the statistics, and of the index of radiations: a base of 200,000
demandes is looked through in the time of a page. The erased are counted, and not listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa

from sne_interface.domain.livre_des_attributions import RANG_RADIATION
from sne_sandbox.store import metadonnees
from sne_sandbox.store.demandes_recentes import Recentes, Repere
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes.requetes_statistiques import (
    EFFACEE,
    SOUHAITEES,
    Axe,
    Colonne,
    Condition,
    semblables,
)

_S: Final = metadonnees.demande_stat.c
_A: Final = metadonnees.decision.c
_M: Final = metadonnees.mouvement.c


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


#: The conditions of a search, on the rows of `demande_stat`.
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
    ici = (_S.base == registre.base.nom, ~EFFACEE, *selection)
    choix = sa.select(_S.date_creation, _S.numero_unique).where(*ici)
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
    ici = (
        sa.select(table.numero_unique).where(table.base == base, parmi(table.commune, communes))
        for table in SOUHAITEES
    )
    return sa.or_(*(_S.numero_unique.in_(ces) for ces in ici))


def qui_sont_radiees(base: str, *ou: Condition) -> Condition:
    """That a demande was radiated, by a movement that fits."""
    radiee = _M.genre == sa.literal_column("'RAD'")
    return _S.numero_unique.in_(sa.select(_M.numero_unique).where(_M.base == base, radiee, *ou))


def qui_sont_attribuees(base: str, communes: tuple[str | None, ...]) -> Condition:
    """That the radiation of a demande told that it had a dwelling in one of these communes."""
    ici = (_A.base == base, _A.rang == RANG_RADIATION, parmi(_A.commune, communes))
    return _S.numero_unique.in_(sa.select(_A.numero_unique).where(*ici))


# --- counted together --------------------------------------------------------------------------------


def deposees(registre: RegistreBase, periode: Periode) -> dict[str, int]:
    """The demandes deposited by month, whatever became of them."""
    jour = _S.date_creation
    cles = [sa.func.substr(jour, 1, 7)]
    lus = semblables(registre.connexion, registre.base.nom, _S, cles, periode.contient(jour))
    return {le_mois: n for (le_mois,), n in lus.items()}
