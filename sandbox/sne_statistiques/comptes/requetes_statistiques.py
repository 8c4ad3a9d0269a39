"""The counts of the statistics, by SQL over the counts of the movements and the narrow rows of a base."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import digits
from typing import Any, Final

import sqlalchemy as sa

from sne_interface.domain.demande import GenreMouvement
from sne_interface.domain.menage import Composition, SeuilQuartile
from sne_sandbox.store import metadonnees
from sne_sandbox.store.connexion_en_transaction import Connexion, RequeteSql

_M: Final = metadonnees.mouvement.c
_F: Final = metadonnees.flux.c
_S: Final = metadonnees.demande_stat.c
#: Columns of `demande_stat` that sort as they are.
COLONNES: Final = ("composition", "nationalite", "situation", "contrat")
_Q: Final = metadonnees.sequence.c
#: Length of « TTTMMAA », which names the sequence of a territory and a month; others are longer.
_PREFIXE: Final = 7
#: Demandes whose classes are told at once, in one text: a row for each would cost as much again as the rest.
_LOT: Final = 100_000
#: Between two classes: a sign that no document can hold.
_ENTRE: Final = "\x1f"
#: Between two parts of one.
_DANS: Final = "\x1e"
#: From one commune of the index to the next.
_COMMUNES: Final = RequeteSql(
    "WITH RECURSIVE vue (code) AS (SELECT min(commune) FROM demande_commune WHERE base = :base UNION ALL "
    "SELECT (SELECT min(commune) FROM demande_commune WHERE base = :base AND commune > code) FROM vue "
    "WHERE code IS NOT NULL) SELECT code FROM vue WHERE code IS NOT NULL"
)


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


@dataclass(frozen=True, slots=True)
class Axe:
    """A way to sort the stock: the class of a demande, a text; `rangs`: it is a digit."""

    classe: sa.ColumnElement[Any]
    rangs: bool = True


#: Classes of `quartile`.
SOUS, AU_DESSUS, SANS_SEUIL = "012"


def selon(colonne: str) -> Axe:
    """By the value of a column of `COLONNES`; None for what is not told (an association, or a person who has
    not told it)."""
    return Axe(_S[colonne], rangs=False)


def tranches(colonne: str, bornes: Sequence[Any], *, rangs: bool = True) -> Axe:
    """By slices of a column, « 0 », « 1 », …: below the first bound, from it to below the second, …, from the
    last one on (nine bounds at most, but without `rangs`); None for what is not told."""
    valeur = _S[colonne]
    sous = ((valeur < borne, str(rang)) for rang, borne in enumerate(bornes))
    return Axe(sa.case((valeur.is_(None), None), *sous, else_=str(len(bornes))), rangs=rangs)


def ressources(bornes: Sequence[int]) -> Axe:
    """By slices of the monthly resources (`tranches`); None for what declares none, as an association. Of
    these the column holds 0, as of who declared 0 €: the resources per UC tell them apart."""
    dites = tranches("ressources", bornes).classe
    return Axe(sa.case((_S.ressources_uc.is_not(None), dites), else_=None))


def quartile(seuil_de: Mapping[str, SeuilQuartile]) -> Axe:
    """Persons `SOUS` or `AU_DESSUS` of the threshold, or `SANS_SEUIL`, `seuil_de` being the threshold by
    first wished commune. None without known resources, as of an association."""
    return Axe(classe_de_quartile(_S.ressources_uc, _S.commune, seuil_de))


def classe_de_quartile(
    ressources_uc: sa.ColumnElement[Any],
    commune: sa.ColumnElement[Any],
    seuil_de: Mapping[str, SeuilQuartile],
) -> sa.ColumnElement[Any]:
    """The class of resources per UC at the threshold of a commune: strictly below counts (L. 441-1)."""
    groupes: dict[int, list[str]] = {}
    for code, seuil in seuil_de.items():
        groupes.setdefault(seuil.montant, []).append(code)
    places = (
        (commune.in_(codes), sa.case((ressources_uc < montant, SOUS), else_=AU_DESSUS))
        for montant, codes in groupes.items()
    )
    return sa.case((ressources_uc.is_(None), None), *places, else_=SANS_SEUIL)


class Comptes:
    """Counts over one base, at the end of a day; of one territory (« 062 ») when it is given."""

    def __init__(self, connexion: Connexion, base: str, jour: date, territoire: str | None = None) -> None:
        self._sa = connexion.sa
        self._base = base
        self._jour = jour.isoformat()
        self._du_flux = (_F.base == base, _F.jour <= self._jour, *_dans(_F.territoire, territoire))
        self._avant = (_M.base == base, _M.jour <= self._jour)
        # The territory begins the numéro, which begins the key.
        self._territoire = territoire

    def stock(self) -> Stock:
        """The active demandes of the day: what entered and did not leave, whatever came after."""
        return self.stocks((self._jour,))[0]

    def stocks(self, jours: Sequence[str]) -> list[Stock]:
        """Returns the stocks at the end of each of these days (ISO); the latest day is that of the counts."""
        sommes = sa.select(_F.jour, _F.association, sa.func.sum(_F.effet * _F.nombre)).where(*self._du_flux)
        faits: Counter[tuple[str, bool]] = Counter()
        for jour, association, somme in self._sa.execute(sommes.group_by(_F.jour, _F.association)):
            faits[jour, bool(association)] += int(somme)
        # Those that have come back, for one, are not counted by their movements but by what these make.
        part = metadonnees.demande_a_part.c
        a_part = sa.select(part.numero_unique).where(part.base == self._base)
        histoires = (
            sa.select(_M.numero_unique, _M.jour, _M.association, _M.effet)
            .where(*self._avant, _M.numero_unique.in_(a_part), *_dans(_M.numero_unique, self._territoire))
            .order_by(_M.numero_unique, _M.jour)
        )
        numero, somme, dite, comptee = None, 0, False, False
        for lu, jour, association, effet in self._sa.execute(histoires):
            if lu != numero:
                numero, somme, dite, comptee = lu, 0, False, False
            faits[jour, bool(association)] -= effet
            faits[jour, dite] -= comptee
            somme, dite = somme + effet, dite or bool(association)
            comptee = somme > 0
            faits[jour, dite] += comptee
        return [
            Stock(
                *(
                    sum(n for (le, a), n in faits.items() if le <= jour and a is association)
                    for association in (False, True)
                )
            )
            for jour in jours
        ]

    def passages(self, depuis: date) -> list[Passage]:
        """Counts the flows from `depuis` to the day, month by month (TAB02)."""
        cles = (sa.func.substr(_F.jour, 1, 7), _F.genre, _F.motif)
        choix = sa.select(*cles, sa.func.sum(_F.nombre)).where(*self._du_flux, _F.jour >= depuis.isoformat())
        return [
            Passage(mois, GenreMouvement(genre), motif or None, int(nombre))
            for mois, genre, motif, nombre in self._sa.execute(choix.group_by(*cles))
        ]

    def profils(
        self, seuil_de: Mapping[str, SeuilQuartile], *colonnes: sa.ColumnElement[Any]
    ) -> Iterator[tuple[bool, list[str], int]]:
        """How many of the stock are alike: whether they are of associations; the first commune they wish,
        their class of `quartile` and these columns, "" for what is not told."""
        association = sa.case((_S.composition == Composition.ASSOCIATION.value, "1"), else_="0")
        texte: sa.ColumnElement[Any] = association
        for part in (_S.commune, quartile(seuil_de).classe, *colonnes):
            dit = part if isinstance(part.type, sa.String) else sa.cast(part, sa.Text)
            texte = texte + _DANS + sa.func.coalesce(dit, "")
        _, (classes,) = self.croiser([Axe(texte, rangs=False)])
        for lu, nombre in classes.items():
            dite, *parts = lu.split(_DANS)
            yield dite == "1", parts, nombre

    def croiser(
        self, axes: Sequence[Axe], *, associations: bool = True
    ) -> tuple[int, list[Mapping[Any, int]]]:
        """How much of the stock, of its persons only without `associations`, the base still describes, and
        how much of that is in each class of each axis.

        One look at the stock for all axes: it is the stock that costs, not the classes.
        """
        la = presente(self._base, self._jour)
        textes = [sa.func.aggregate_strings(axe.classe, "" if axe.rangs else _ENTRE) for axe in axes]
        dedans: tuple[sa.ColumnElement[bool], ...] = (
            _S.base == self._base,
            *_dans(_S.numero_unique, self._territoire),
        )
        if not associations:
            la &= _S.composition != Composition.ASSOCIATION.value
        total, comptes, apres = 0, [Counter[Any]() for _ in axes], ""
        while True:
            ici = (*dedans, _S.numero_unique > apres)
            fin = sa.select(_S.numero_unique).where(*ici).order_by(_S.numero_unique).offset(_LOT).limit(1)
            derniere = self._sa.execute(fin).scalar()
            if derniere is not None:
                ici = (*ici, _S.numero_unique <= derniere)
            nombre, *lus = self._sa.execute(sa.select(sa.func.count(), *textes).where(*ici, la)).one()
            total += nombre
            for axe, compte, texte in zip(axes, comptes, lus, strict=True):
                if texte is None:
                    continue
                if axe.rangs:
                    compte.update({rang: texte.count(rang) for rang in digits if rang in texte})
                else:
                    compte.update(texte.split(_ENTRE))
            if derniere is None:
                break
            apres = derniere
        for compte in comptes:
            if autres := total - compte.total():
                compte[None] = autres
        return total, list(comptes)


def presente(base: str, jour: str) -> sa.ColumnElement[bool]:
    """That the demande of a row of `demande_stat` is in the stock at the end of a day (ISO)."""
    histoire = sa.select(sa.func.sum(_M.effet)).where(
        _M.base == base, _M.jour <= jour, _M.numero_unique == _S.numero_unique
    )
    return sa.or_(
        (_S.entree <= jour) & (_S.sortie.is_(None) | (_S.sortie > jour)),
        _S.entree.is_(None) & (histoire.scalar_subquery() > 0),
    )


def communes(connexion: Connexion, base: str) -> list[str]:
    """The communes that the demandes of a base wish."""
    return [code for (code,) in connexion.lignes(_COMMUNES, {"base": base})]


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
