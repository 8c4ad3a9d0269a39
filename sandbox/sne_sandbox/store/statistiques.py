"""The counts of the statistics, by SQL over the movements and the narrow rows of a base."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from sne_sandbox.domain.demande import GenreMouvement
from sne_sandbox.domain.menage import Composition
from sne_sandbox.store import metadonnees
from sne_sandbox.store.connexion import Connexion

_M: Final = metadonnees.mouvement.c
_S: Final = metadonnees.demande_stat.c
#: Columns of `demande_stat` that sort as they are.
COLONNES: Final = ("composition", "nationalite", "situation", "contrat")
_Q: Final = metadonnees.sequence.c
#: Length of « TTTMMAA », which names the sequence of a territory and a month; others are longer.
_PREFIXE: Final = 7


@dataclass(frozen=True, slots=True)
class Stock:
    """How many demandes are active at a date, of persons and of associations."""

    personnes: int
    associations: int


@dataclass(frozen=True, slots=True)
class Passage:
    """How many demandes did `genre` in a month; `mois` is « 2018-03 », `motif` that of a radiation."""

    mois: str
    genre: GenreMouvement
    motif: str | None
    nombre: int


#: A way to sort the stock: the class of a demande.
Axe = sa.ColumnElement[Any]
#: Class of what an axis does not sort.
HORS: Final = -1
#: Classes of `quartile`.
SOUS, AU_DESSUS, SANS_SEUIL = range(3)


def selon(colonne: str) -> Axe:
    """By the value of a column of `COLONNES`; None for what is not told (an association, or a person who has
    not told it)."""
    return _S[colonne]


def tranches(colonne: str, bornes: Sequence[Any], *, associations: bool = False) -> Axe:
    """Persons (and `associations`) by slices of a column, 0, 1, …: below the first bound, from it to below
    the second, …, from the last one on; what is not told is in none."""
    valeur = _S[colonne]
    dehors: sa.ColumnElement[bool] = valeur.is_(None)
    if not associations:
        dehors |= _S.composition == Composition.ASSOCIATION.value
    classes = ((valeur < borne, rang) for rang, borne in enumerate(bornes))
    return sa.case((dehors, HORS), *classes, else_=len(bornes))


def quartile(seuil_de: Mapping[str, int]) -> Axe:
    """Persons `SOUS` or `AU_DESSUS` of the threshold, or `SANS_SEUIL`, `seuil_de` being the threshold (euros
    a year and per UC) by first wished commune; strictly below counts."""
    groupes: dict[int, list[str]] = {}
    for commune, borne in seuil_de.items():
        groupes.setdefault(borne, []).append(commune)
    dehors = _S.ressources_uc.is_(None)
    if not groupes:
        return sa.case((dehors, HORS), else_=SANS_SEUIL)
    seuil: sa.ColumnElement[Any] = sa.case(
        *((_S.commune.in_(communes), montant) for montant, communes in groupes.items()), else_=None
    )
    return sa.case(
        (dehors, HORS), (seuil.is_(None), SANS_SEUIL), (_S.ressources_uc < seuil, SOUS), else_=AU_DESSUS
    )


class Comptes:
    """Counts over one base, at the end of a day; of one territory (« 062 ») when it is given."""

    def __init__(self, connexion: Connexion, base: str, jour: date, territoire: str | None = None) -> None:
        self._sa = connexion.sa
        self._base = base
        self._jour = jour
        # The territory begins the numéro, which begins the key.
        self._des_mouvements = (_M.base == base, *_dans(_M.numero_unique, territoire))
        self._des_demandes = (_S.base == base, *_dans(_S.numero_unique, territoire))
        # What entered and did not leave, whatever came after that day.
        self._en_stock = (
            sa.select(_M.numero_unique, sa.func.max(_M.association.cast(sa.Integer)).label("association"))
            .where(*self._des_mouvements, _M.jour <= jour.isoformat())
            .group_by(_M.numero_unique)
            .having(sa.func.sum(_M.effet) > 0)
            .subquery("en_stock")
        )

    def stock(self) -> Stock:
        """The active demandes of the day (TAB01)."""
        associations = sa.func.coalesce(sa.func.sum(self._en_stock.c.association), 0)
        total, associations_ = self._sa.execute(sa.select(sa.func.count(), associations)).one()
        return Stock(total - int(associations_), int(associations_))

    def passages(self, depuis: date) -> list[Passage]:
        """What happened from `depuis` to the day, month by month (TAB02)."""
        mois = sa.func.substr(_M.jour, 1, 7).label("mois")
        choix = sa.select(mois, _M.genre, _M.motif).where(
            *self._des_mouvements, _M.jour >= depuis.isoformat(), _M.jour <= self._jour.isoformat()
        )
        comptes = self._compter(choix, mois, _M.genre, _M.motif)
        return [Passage(m, GenreMouvement(genre), motif, n) for (m, genre, motif), n in comptes.items()]

    def croiser(self, axes: Sequence[Axe]) -> tuple[int, list[Mapping[Any, int]]]:
        """How much of the stock the base still describes, and how much of it is in each class of each axis.

        One look at the stock for all axes: it is the stock that costs, not the classes.
        """
        valeurs = [axe.label(f"axe_{rang}") for rang, axe in enumerate(axes)]
        choix = sa.select(*valeurs).select_from(
            self._en_stock.join(
                metadonnees.demande_stat,
                sa.and_(_S.base == self._base, _S.numero_unique == self._en_stock.c.numero_unique),
            )
        )
        total = 0
        comptes: list[Counter[Any]] = [Counter() for _ in axes]
        for classes, nombre in self._compter(choix, *valeurs).items():
            total += nombre
            for compte, classe in zip(comptes, classes, strict=True):
                compte[classe] += nombre
        return total, list(comptes)

    def _compter(self, choix: sa.Select[Any], *valeurs: Any) -> Mapping[tuple[Any, ...], int]:
        """How many rows of `choix` have the same `valeurs`, which are what it selects. SQLite sorts what it
        groups: to count what it hands over takes half the time."""
        if self._sa.dialect.name == "sqlite":
            lignes: Any = self._sa.execute(choix).cursor
            return Counter(lignes)
        groupes = self._sa.execute(choix.add_columns(sa.func.count()).group_by(*valeurs))
        return {tuple(classes): nombre for *classes, nombre in groupes}

    def communes(self) -> list[str]:
        """The first wished communes of the demandes."""
        choix = sa.select(_S.commune).distinct().where(*self._des_demandes, _S.commune.is_not(None))
        return [commune for (commune,) in self._sa.execute(choix)]


def territoires(connexion: Connexion, base: str) -> list[str]:
    """The territories in which a base ever delivered a numéro, in order."""
    territoire = sa.func.substr(_Q.nom, 1, 3)
    choix = (
        sa.select(territoire)
        .distinct()
        .where(_Q.base == base, sa.func.length(_Q.nom) == _PREFIXE)
        .order_by(territoire)
    )
    return [code for (code,) in connexion.sa.execute(choix)]


def tires(connexion: Connexion, base: str) -> int:
    """How many numbers a base has drawn: more with every registration, none when the base starts again."""
    choix = sa.select(sa.func.coalesce(sa.func.sum(_Q.dernier), 0)).where(_Q.base == base)
    return int(connexion.sa.execute(choix).scalar_one())


def _dans(numero: sa.ColumnElement[str], territoire: str | None) -> tuple[sa.ColumnElement[bool], ...]:
    # « ~ » comes after all that a numéro is made of.
    return () if territoire is None else (numero >= territoire, numero < f"{territoire}~")
