"""The counts of the statistics, by SQL over the counts of the movements and the narrow rows of a base."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import sqlalchemy as sa

from sne_interface.domain.demande import GenreMouvement
from sne_interface.domain.menage import Composition, SeuilQuartile
from sne_sandbox.store import metadonnees
from sne_sandbox.store.connexion_en_transaction import Connexion, RequeteSql

_M: Final = metadonnees.mouvement.c
_F: Final = metadonnees.flux.c
_S: Final = metadonnees.demande_stat.c
#: The demandes of persons, not of associations.
PERSONNES: Final = _S.composition != Composition.ASSOCIATION.value
#: The communes that demandes wish, those that were erased too.
SOUHAITEES: Final = (metadonnees.demande_commune.c, metadonnees.effacee_commune.c)
_E: Final = metadonnees.effacee_commune.c
_Q: Final = metadonnees.sequence.c
#: The demandes that were erased: their profile alone is left.
EFFACEE: Final = sa.func.substr(_S.numero_unique, 4, 1) == "-"
#: Length of « TTTMMAA », which names the sequence of a territory and a month; others are longer.
_PREFIXE: Final = 7
#: Demandes whose classes are told at once, in one text: a row for each would cost as much again as the rest.
_LOT: Final = 100_000
#: Comes after all that a numéro is made of.
_APRES: Final = "~"
#: Around a class, in a text of several: signs that no document can hold.
_DEBUT, _FIN = "\x1d", "\x1f"
_ENTRE: Final = _FIN + _DEBUT
#: Between two parts of one.
_DANS: Final = "\x1e"
#: From one commune of the index to the next.
_COMMUNES: Final = RequeteSql(
    "WITH RECURSIVE vue (code) AS (SELECT min(commune) FROM demande_commune WHERE base = :base UNION ALL "
    "SELECT (SELECT min(commune) FROM demande_commune WHERE base = :base AND commune > code) FROM vue "
    "WHERE code IS NOT NULL) SELECT code FROM vue WHERE code IS NOT NULL"
)


@dataclass(frozen=True)
class Stock:
    """How many demandes are active at a date, of persons and of associations."""

    personnes: int
    associations: int

    @property
    def total(self) -> int:
        """How many of both."""
        return self.personnes + self.associations


@dataclass(frozen=True)
class Passage:
    """How many demandes did `genre` in a month; `mois` is « 2018-03 », `motif` that of a radiation."""

    mois: str
    genre: GenreMouvement
    motif: str | None
    nombre: int


#: A column of SQL, a condition on the rows, and the thresholds of the first quartile by commune.
Colonne = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]
Seuils = dict[str, SeuilQuartile]
#: A way to sort the stock: the class of a demande, a text.
Axe = Colonne
#: Classes of `quartile`.
SOUS, AU_DESSUS, SANS_SEUIL = "012"


def selon(colonne: str) -> Axe:
    """By the value of a column; None for what is not told (an association, or a person who has
    not told it)."""
    return _S[colonne]


def tranches(colonne: str, bornes: Sequence[Any]) -> Axe:
    """By slices of a column, « 0 », « 1 », …: below the first bound, from it to below the second, …, from the
    last one on; None for what is not told."""
    valeur = _S[colonne]
    sous = ((valeur < borne, _mot(str(rang))) for rang, borne in enumerate(bornes))
    return sa.case((valeur.is_(None), None), *sous, else_=_mot(str(len(bornes))))


def ressources(bornes: Sequence[int]) -> Axe:
    """By slices of the monthly resources (`tranches`); None for what declares none, as an association. Of
    these the column holds 0, as of who declared 0 €: the resources per UC tell them apart."""
    return sa.case((_S.ressources_uc.is_not(None), tranches("ressources", bornes)), else_=None)


def quartile(seuil_de: Seuils) -> Axe:
    """Persons `SOUS` or `AU_DESSUS` of the threshold, or `SANS_SEUIL`, `seuil_de` being the threshold by
    first wished commune. None without known resources, as of an association."""
    return classe_de_quartile(_S.ressources_uc, _S.commune, seuil_de)


def classe_de_quartile(ressources_uc: Colonne, commune: Colonne, seuil_de: Seuils) -> Colonne:
    """The class of resources per UC at the threshold of a commune: strictly below counts (L. 441-1)."""
    groupes: dict[int, list[str]] = {}
    for code, seuil in seuil_de.items():
        groupes.setdefault(seuil.montant, []).append(code)
    places = (
        (commune.in_(codes), sa.case((ressources_uc < montant, _mot(SOUS)), else_=_mot(AU_DESSUS)))
        for montant, codes in groupes.items()
    )
    return sa.case((ressources_uc.is_(None), None), *places, else_=_mot(SANS_SEUIL))


def _mot(classe: str) -> sa.ColumnElement[str]:
    """A class, written out: SQLite copies a parameter for every row."""
    return sa.literal_column(f"'{classe}'", sa.Text)


class Comptes:
    """Counts over one base, at the end of a day; of one territory (« 062 ») when it is given."""

    def __init__(self, connexion: Connexion, base: str, jour: date, territoire: str | None = None) -> None:
        self._connexion = connexion
        self._base = base
        self._jour = jour.isoformat()
        self._du_flux = (_F.base == base, _F.jour <= self._jour, *_dans(_F.territoire, territoire))
        # The territory begins the numéro, which begins the key.
        self._avant = (_M.base == base, _M.jour <= self._jour, *_dans(_M.numero_unique, territoire))
        self._du_stock = (presente(base, self._jour), *_dans(_S.numero_unique, territoire))

    def stocks(self, jours: Sequence[str]) -> list[Stock]:
        """Returns the active demandes at the end of each of these days (ISO), none of them after that of the
        counts: what entered and did not leave, whatever came after."""
        sommes = sa.select(_F.jour, _F.association, sa.func.sum(_F.effet * _F.nombre)).where(*self._du_flux)
        faits: Counter[tuple[str, bool]] = Counter()
        for jour, association, somme in self._connexion.sa.execute(sommes.group_by(_F.jour, _F.association)):
            faits[jour, bool(association)] += int(somme)
        # Those that have come back, for one, are not counted by their movements but by what these make, each
        # as what it is now: a person's, or an association's.
        histoires = (
            sa.select(_M.numero_unique, _M.jour, _M.association, _M.effet, ~PERSONNES)
            .where(*self._avant, _a_part(self._base), _liee(_M))
            .order_by(_M.numero_unique, _M.jour)
        )
        for _, sienne in groupby(self._connexion.sa.execute(histoires), itemgetter(0)):
            somme, comptee = 0, False
            for _, jour, association, effet, dite in sienne:
                faits[jour, bool(association)] -= effet
                somme += effet
                faits[jour, bool(dite)] += (somme > 0) - comptee
                comptee = somme > 0
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
            for mois, genre, motif, nombre in self._connexion.sa.execute(choix.group_by(*cles))
        ]

    def profils(self, seuil_de: Seuils, *colonnes: Any) -> Counter[tuple[str, ...]]:
        """How many of the stock are alike: « 1 » when they are of associations; the first commune they wish,
        their class of `quartile` and these columns, "" for what is not told."""
        parts = (sa.case((~PERSONNES, "1")), _S.commune, quartile(seuil_de), *colonnes)
        return semblables(self._connexion, self._base, _S, parts, *self._du_stock)

    def croiser(self, axes: Sequence[Axe], *ou: Any) -> tuple[int, list[Any]]:
        """How much of the stock, of those that fit, the base still describes, and how much of that is in each
        class of each axis. The classes of an axis are few.

        One look at the stock for all axes: it is the stock that costs, not the classes.
        """
        connexion, base, ici = self._connexion, self._base, (*self._du_stock, *ou)
        total, comptes = 0, [Counter[Any]() for _ in axes]
        if connexion.dialecte == "postgresql":
            for *classes, nombre in _groupes(connexion, base, _S, axes, ici, seuls=True):
                total = max(total, nombre)
                for compte, classe in zip(comptes, classes, strict=True):
                    if classe is not None:
                        compte[classe] = nombre
        else:
            textes = [sa.func.aggregate_strings(axe, _ENTRE) for axe in axes]
            for nombre, *lus in _lots(connexion, base, _S, textes, ici):
                total += nombre
                for compte, texte in zip(comptes, lus, strict=True):
                    reste = _DEBUT + texte + _FIN if texte is not None else ""
                    while reste:
                        classe = reste[: reste.index(_FIN) + 1]
                        autres = reste.replace(classe, "")
                        compte[classe[1:-1]] += (len(reste) - len(autres)) // len(classe)
                        reste = autres
        for compte in comptes:
            compte += Counter({None: total - compte.total()})
        return total, comptes


def semblables(connexion: Connexion, base: str, table: Any, parts: Any, *ou: Any) -> Counter[tuple[str, ...]]:
    """How many rows of a table that fit are alike, by these parts, "" for what is not told."""
    dites = [sa.func.coalesce(part, "") for part in parts]
    if connexion.dialecte == "postgresql":
        return Counter({tuple(lues): n for *lues, n in _groupes(connexion, base, table, dites, ou)})
    texte = sa.func.aggregate_strings(sum((_DANS + part for part in dites[1:]), dites[0]), _ENTRE)
    comptes: Counter[str] = Counter()
    for nombre, lu in _lots(connexion, base, table, [texte], ou):
        comptes.update(lu.split(_ENTRE) if nombre else ())
    return Counter({tuple(lu.split(_DANS)): nombre for lu, nombre in comptes.items()})


def _groupes(
    connexion: Connexion, base: str, table: Any, parts: Any, ou: Any, *, seuls: bool = False
) -> Iterable[Any]:
    """Rows of PostgreSQL, by one look at a table: parts that are alike, and how many are; for `seuls` of each
    part, the others being None, and of the whole, where all are."""
    lues = sa.select(*(part.label(str(rang)) for rang, part in enumerate(parts)))
    ces = lues.where(table.base == base, *ou).subquery().c
    ensembles = [(), *zip(ces)] if seuls else [ces]
    par = sa.func.grouping_sets(*[sa.tuple_(*un) for un in ensembles])
    return connexion.sa.execute(sa.select(*ces, sa.func.count()).group_by(par))


def _lots(connexion: Connexion, base: str, table: Any, textes: Any, ou: Any) -> Iterator[Any]:
    """How many rows of a table fit, and these texts of theirs, a lot of them after another."""
    numero = table.numero_unique
    apres: Any = ""
    while apres is not None:
        ici = (table.base == base, numero > apres)
        fin = sa.select(numero).where(*ici).order_by(numero).offset(_LOT).limit(1)
        apres = connexion.sa.execute(fin).scalar()
        choix = sa.select(sa.func.count(), *textes).where(*ici, numero <= (apres or _APRES), *ou)
        yield connexion.sa.execute(choix).one()


def presente(base: str, jour: str) -> Condition:
    """That the demande of a row of `demande_stat` is in the stock at the end of a day (ISO)."""
    # Those apart that are in the stock: asked for once, not of each row.
    apart = sa.select(_M.numero_unique).where(_M.base == base, _M.jour <= jour, _a_part(base))
    revenues = apart.group_by(_M.numero_unique).having(sa.func.sum(_M.effet) > 0)
    return sa.or_(
        (_S.entree <= jour) & (_S.sortie.is_(None) | (_S.sortie > jour)),
        _S.entree.is_(None) & _S.numero_unique.in_(revenues),
    )


def _liee(table: Any) -> Condition:
    """That a row of `demande_stat` and one of another table are of one demande."""
    return sa.and_(table.base == _S.base, table.numero_unique == _S.numero_unique)


def _a_part(base: str) -> Condition:
    part = metadonnees.demande_a_part.c
    return _M.numero_unique.in_(sa.select(part.numero_unique).where(part.base == base))


def communes(connexion: Connexion, base: str) -> list[str]:
    """The communes that the demandes of a base wish, those that were erased too."""
    effacees = sa.select(_E.commune).distinct().where(_E.base == base, _E.commune != "")
    codes = {code for (code,) in connexion.lignes(_COMMUNES, {"base": base})}
    return sorted(codes.union(connexion.sa.execute(effacees).scalars()))


def souhaitees(connexion: Connexion, base: str, jour: date) -> Counter[str]:
    """How many demandes of the stock at the end of a day wish each commune, in whatever rank."""
    ici = presente(base, jour.isoformat())
    comptes: Counter[str] = Counter()
    for table in SOUHAITEES:
        choix = sa.select(table.commune, sa.func.count()).where(table.base == base, _liee(table), ici)
        comptes.update({code: n for code, n in connexion.sa.execute(choix.group_by(table.commune)) if code})
    return comptes


def entier_depuis(connexion: Connexion, base: str) -> date | None:
    """The first day from which all demandes of the stock have their profile: some were erased before the base
    kept it. None when all have, whatever the day."""
    ici = (_S.base == base, _liee(_E), _E.commune == "")
    jour = connexion.sa.execute(sa.select(sa.func.max(_S.sortie)).where(*ici)).scalar()
    return None if jour is None else date.fromisoformat(jour)


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


def _dans(numero: sa.ColumnElement[str], territoire: str | None) -> tuple[Condition, ...]:
    return () if territoire is None else (numero >= territoire, numero < territoire + _APRES)
