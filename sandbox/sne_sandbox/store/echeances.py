"""What falls due in a base between two days, found by index: the questions of the nightly work.

Rows are plain values, no document is read: a base of 100,000 demandes answers in milliseconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa

from sne_sandbox.store import tables
from sne_sandbox.store.connexion import Connexion, RequeteSql

_D: Final = tables.demande.c
_C: Final = tables.demande_commune.c
_BASE: Final[sa.BindParameter[str]] = sa.bindparam("base")
_DU: Final[sa.BindParameter[str]] = sa.bindparam("du")
_AU: Final[sa.BindParameter[str]] = sa.bindparam("au")
# Written out: the partial indexes are used only by what is seen to imply their condition.
_ACTIVE: Final = _D.etat == sa.literal_column("'A'")
_RADIEE: Final = _D.etat == sa.literal_column("'R'")


@dataclass(frozen=True, slots=True)
class Echeance:
    """A demande, and the day that something of it is counted from."""

    numero: str
    jour: date


@dataclass(frozen=True, slots=True)
class DemandeDeposee:
    """An active demande by its day of deposit; `a_paris` whether it wishes a commune of Paris at all."""

    numero: str
    jour: date
    a_paris: bool


def _demandes(jour: sa.ColumnElement[str], *ou: sa.ColumnElement[bool]) -> RequeteSql:
    """The numbers of the demandes of a base that are so, each with that day."""
    return RequeteSql(sa.select(_D.numero_unique, jour).where(_D.base == _BASE, *ou))


_FINS: Final = _demandes(_D.fin_validite, _ACTIVE, _D.fin_validite >= _DU, _D.fin_validite <= _AU)
_PERIMEES: Final = _demandes(_D.debut_validite, _ACTIVE, _D.fin_validite <= _AU)
_RADIEES_POUR: Final = _demandes(_D.debut_validite, _RADIEE, _D.motif_radiation == sa.bindparam("motif"))
_RADIEES: Final = _demandes(_D.date_radiation, _RADIEE, _D.date_radiation <= _AU)
_DEPOTS: Final = RequeteSql(
    sa.select(
        _D.numero_unique,
        _D.date_creation,
        sa.exists().where(
            _C.base == _D.base,
            _C.numero_unique == _D.numero_unique,
            _C.commune >= sa.literal_column("'75'"),
            _C.commune < sa.literal_column("'76'"),
        ),
    ).where(_D.base == _BASE, _ACTIVE, _D.date_creation >= _DU, _D.date_creation <= _AU)
)


def fins_de_validite(connexion: Connexion, base: str, du: date, au: date) -> Iterator[Echeance]:
    """Active demandes whose validity ends from `du` to `au`, by that end."""
    return _echeances(connexion, _FINS, base, du=du, au=au)


def perimees(connexion: Connexion, base: str, au: date) -> Iterator[Echeance]:
    """Active demandes whose validity ended on `au` or before, by its **start**."""
    return _echeances(connexion, _PERIMEES, base, au=au)


def radiees_pour(connexion: Connexion, base: str, motif: str) -> Iterator[Echeance]:
    """Demandes radiated for that motive, by the start of their last validity."""
    return _echeances(connexion, _RADIEES_POUR, base, motif=motif)


def radiees(connexion: Connexion, base: str, au: date) -> Iterator[Echeance]:
    """Demandes radiated on `au` or before, by the day of their radiation."""
    return _echeances(connexion, _RADIEES, base, au=au)


def depots(connexion: Connexion, base: str, du: date, au: date) -> Iterator[DemandeDeposee]:
    """Active demandes deposited from `du` to `au`."""
    cle = {"base": base, "du": du.isoformat(), "au": au.isoformat()}
    for numero, jour, a_paris in connexion.lignes(_DEPOTS, cle):
        yield DemandeDeposee(numero, date.fromisoformat(jour), bool(a_paris))


def _echeances(
    connexion: Connexion, requete: RequeteSql, base: str, **bornes: date | str
) -> Iterator[Echeance]:
    cle = {"base": base} | {nom: str(borne) for nom, borne in bornes.items()}  # a day's text is its ISO form
    for numero, jour in connexion.lignes(requete, cle):
        yield Echeance(numero, date.fromisoformat(jour))
