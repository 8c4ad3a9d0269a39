"""What falls due in a base between two days, found by index: the questions of the nightly work.

Rows are plain values, no document is read: a base of 100,000 demandes answers in milliseconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from sne_sandbox.store.connexion import Connexion, RequeteSql


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


def _demandes(jour: str, ou: str) -> RequeteSql:
    """The numbers of the demandes of a base that are so, each with that day."""
    return RequeteSql(f"SELECT numero_unique, {jour} FROM demande WHERE base = :base AND {ou}")


# States are written out: the partial indexes are used only by what is seen to imply their condition.
_FINS: Final = _demandes("fin_validite", "etat = 'A' AND fin_validite >= :du AND fin_validite <= :au")
_PERIMEES: Final = _demandes("debut_validite", "etat = 'A' AND fin_validite <= :au")
_RADIEES_POUR: Final = _demandes(
    "debut_validite",
    "etat = 'R' AND motif_radiation = :motif AND debut_validite >= :du AND debut_validite <= :au",
)
_RADIEES: Final = _demandes("date_radiation", "etat = 'R' AND date_radiation <= :au")
_DEPOTS: Final = RequeteSql(
    "SELECT numero_unique, date_creation, EXISTS (SELECT 1 FROM demande_commune AS c WHERE c.base = d.base "
    "AND c.numero_unique = d.numero_unique AND c.commune >= '75' AND c.commune < '76') FROM demande AS d "
    "WHERE base = :base AND etat = 'A' AND date_creation >= :du AND date_creation <= :au"
)


def fins_de_validite(connexion: Connexion, base: str, du: date, au: date) -> Iterator[Echeance]:
    """Active demandes whose validity ends from `du` to `au`, by that end."""
    return _echeances(connexion, _FINS, base, du=du, au=au)


def perimees(connexion: Connexion, base: str, au: date) -> Iterator[Echeance]:
    """Active demandes whose validity ended on `au` or before, by its **start**."""
    return _echeances(connexion, _PERIMEES, base, au=au)


def radiees_pour(connexion: Connexion, base: str, motif: str, du: date, au: date) -> Iterator[Echeance]:
    """Demandes radiated for that motive whose last validity began from `du` to `au`, by that start."""
    return _echeances(connexion, _RADIEES_POUR, base, motif=motif, du=du, au=au)


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
