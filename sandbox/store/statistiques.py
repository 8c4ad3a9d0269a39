"""The counts of the statistics, by SQL over the movements and the narrow rows of a base."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from sandbox.domain.composition import Composition
from sandbox.domain.mouvement import Genre
from sandbox.store import tables
from sandbox.store.connexion import Connexion

_M: Final = tables.mouvement.c
_S: Final = tables.demande_stat.c
#: Columns of `demande_stat` that sort as they are.
COLONNES: Final = ("composition", "nationalite", "situation", "contrat")
_QUARTILE_CASES: Final = ("sous", "au_dessus", "sans_seuil")


@dataclass(frozen=True, slots=True)
class Stock:
    """Active demandes at a date, and how many of them the base still describes."""

    personnes: int
    associations: int
    decrites: int


@dataclass(frozen=True, slots=True)
class Passage:
    """How many demandes did `genre` in a month; `mois` is « 2018-03 », `motif` that of a radiation."""

    mois: str
    genre: Genre
    motif: str | None
    nombre: int


class Comptes:
    """Counts over one base, at the end of a day."""

    def __init__(self, connexion: Connexion, base: str, jour: date) -> None:
        self._sa = connexion.sa
        self._base = base
        self._jour = jour
        # What entered and did not leave, whatever came after that day.
        self._en_stock = (
            sa.select(_M.numero_unique, sa.func.max(_M.association.cast(sa.Integer)).label("association"))
            .where(_M.base == base, _M.jour <= jour.isoformat())
            .group_by(_M.numero_unique)
            .having(sa.func.sum(_M.effet) > 0)
            .subquery("en_stock")
        )

    def stock(self) -> Stock:
        """The stock (TAB01)."""
        association = self._en_stock.c.association
        choix = sa.select(association, sa.func.count()).group_by(association)
        comptes = {ligne[0]: ligne[1] for ligne in self._sa.execute(choix)}
        decrites = self._sa.execute(sa.select(sa.func.count()).select_from(self._decrites())).scalar_one()
        return Stock(comptes.get(0, 0), comptes.get(1, 0), decrites)

    def passages(self, depuis: date) -> list[Passage]:
        """What happened from `depuis` to the day, month by month (TAB02)."""
        mois = sa.func.substr(_M.jour, 1, 7).label("mois")
        choix = (
            sa.select(mois, _M.genre, _M.motif, sa.func.count())
            .where(_M.base == self._base, _M.jour >= depuis.isoformat(), _M.jour <= self._jour.isoformat())
            .group_by(mois, _M.genre, _M.motif)
        )
        return [Passage(m, Genre(genre), motif, n) for m, genre, motif, n in self._sa.execute(choix)]

    def selon(self, colonne: str) -> Mapping[Any, int]:
        """The stock by the value of a column of `COLONNES`; None for what is not told (an association, or a
        person who has not told it)."""
        return self._par(_S[colonne])

    def par_tranches(
        self, colonne: str, bornes: Sequence[Any], *, associations: bool = False
    ) -> Sequence[int]:
        """The stock of persons (and `associations`) by slices of a column: below the first bound, from it to
        below the second, …, from the last one on; what is not told is in none."""
        valeur = _S[colonne]
        cas = sa.case(*((valeur < borne, rang) for rang, borne in enumerate(bornes)), else_=len(bornes))
        personnes = sa.true() if associations else _S.composition != Composition.ASSOCIATION.value
        comptes = self._par(cas, valeur.is_not(None), personnes)
        return [comptes.get(rang, 0) for rang in range(len(bornes) + 1)]

    def par_quartile(self, seuil_de: Mapping[str, int]) -> Mapping[str, int]:
        """The stock of persons « sous », « au_dessus » or « sans_seuil », `seuil_de` being the threshold
        (euros a year and per UC) by first wished commune; strictly below counts."""
        groupes: dict[int, list[str]] = {}
        for commune, borne in seuil_de.items():
            groupes.setdefault(borne, []).append(commune)
        cas: sa.ColumnElement[Any] = sa.case((_S.ressources_uc.is_(None), 0), else_=2)
        if groupes:
            seuil: sa.ColumnElement[Any] = sa.case(
                *((_S.commune.in_(communes), montant) for montant, communes in groupes.items()), else_=None
            )
            cas = sa.case((seuil.is_(None), 2), (_S.ressources_uc < seuil, 0), else_=1)
        comptes = self._par(cas, _S.ressources_uc.is_not(None))
        return {nom: comptes.get(rang, 0) for rang, nom in enumerate(_QUARTILE_CASES)}

    def communes(self) -> list[str]:
        """The first wished communes of the base."""
        choix = sa.select(_S.commune).distinct().where(_S.base == self._base, _S.commune.is_not(None))
        return [commune for (commune,) in self._sa.execute(choix)]

    def _decrites(self) -> sa.Join:
        return self._en_stock.join(
            tables.demande_stat,
            sa.and_(_S.base == self._base, _S.numero_unique == self._en_stock.c.numero_unique),
        )

    def _par(self, valeur: sa.ColumnElement[Any], *conditions: sa.ColumnElement[bool]) -> Mapping[Any, int]:
        choix = (
            sa.select(valeur, sa.func.count())
            .select_from(self._decrites())
            .where(*conditions)
            .group_by(valeur)
        )
        return {ligne[0]: ligne[1] for ligne in self._sa.execute(choix)}
