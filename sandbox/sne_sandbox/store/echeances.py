"""The facts that fall due in a base between two days, found by index: the questions of the nightly work.

Rows are plain values, no document is read: a base of 100,000 demandes answers in milliseconds. `limite` is
the maximum number of answers, in any choice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sne_sandbox.store.connexion_en_transaction import Connexion, RequeteSql
from sne_sandbox.store.lignes import IDENTIFIANT_MAX, instant_de


@dataclass(frozen=True, slots=True)
class Echeance:
    """A demande, and the day that something of it is counted from."""

    numero: str
    jour: date


@dataclass(frozen=True, slots=True)
class SuiteAttendue:
    """A lease, or an irrecevabilité, that no radiation has followed: whose demande, which (see
    `domain.livre_des_attributions`), of what day, and the instant (aware) at which it was last told."""

    numero: str
    suite: str
    jour: date
    dite_le: datetime


@dataclass(frozen=True, slots=True)
class DemandeDeposee:
    """An active demande by its day of deposit; `a_paris` whether it wishes a commune of Paris at all."""

    numero: str
    jour: date
    a_paris: bool


def _question(jour: str, ou: str, *bornes: str) -> Callable[..., Iterator[Echeance]]:
    """A question: the demandes of a base that are so, each with that day. It takes a connection, the base,
    the bounds in this order, and `limite`."""
    requete = RequeteSql(
        f"SELECT numero_unique, {jour} FROM demande WHERE base = :base AND {ou} LIMIT :limite"
    )

    def demander(
        connexion: Connexion, base: str, *valeurs: date | str, limite: int = IDENTIFIANT_MAX
    ) -> Iterator[Echeance]:
        cle = dict(zip(bornes, map(str, valeurs), strict=True))  # a day's text is its ISO form
        for numero, lu in connexion.lignes(requete, {"base": base, "limite": limite, **cle}):
            yield Echeance(numero, date.fromisoformat(lu))

    return demander


# States are written out: the partial indexes are used only by what is seen to imply their condition.
#: Active demandes whose validity ends from `du` to `au`, by that end.
fins_de_validite: Final = _question(
    "fin_validite", "etat = 'A' AND fin_validite >= :du AND fin_validite <= :au", "du", "au"
)
#: Active demandes whose validity ended on `au` or before, by its **start**.
perimees: Final = _question("debut_validite", "etat = 'A' AND fin_validite <= :au", "au")
#: Demandes radiated for that motive whose last validity began from `du` to `au`, by that start.
radiees_pour: Final = _question(
    "debut_validite",
    "etat = 'R' AND motif_radiation = :motif AND debut_validite >= :du AND debut_validite <= :au",
    *("motif", "du", "au"),
)
#: Demandes radiated on `au` or before, by the day of their radiation.
radiees: Final = _question("date_radiation", "etat = 'R' AND date_radiation <= :au", "au")
_DEPOTS: Final = RequeteSql(
    "SELECT numero_unique, date_creation, EXISTS (SELECT 1 FROM demande_commune AS c WHERE c.base = d.base "
    "AND c.numero_unique = d.numero_unique AND c.commune >= '75' AND c.commune < '76') FROM demande AS d "
    "WHERE base = :base AND etat = 'A' AND date_creation >= :du AND date_creation <= :au LIMIT :limite"
)

_SUITES: Final = RequeteSql(
    "SELECT e.numero_unique, e.suite, e.suite_le, coalesce(e.modifie_le, e.cree_le) FROM evenement AS e "
    "JOIN demande AS d ON d.base = e.base AND d.numero_unique = e.numero_unique "
    "WHERE e.base = :base AND e.suite_le IS NOT NULL AND e.suite_le <= :au AND d.etat = 'A' LIMIT :limite"
)


_MOUVEMENTS: Final = RequeteSql(
    "SELECT jour, effet * sum(nombre) FROM flux WHERE base = :base AND effet <> 0 GROUP BY jour, effet"
)
_FINS_PAR_MOIS: Final = RequeteSql(
    "SELECT substr(fin_validite, 1, 7) AS mois, count(*) FROM demande WHERE base = :base AND etat = 'A' "
    "GROUP BY mois"
)


def mouvements_par_jour(connexion: Connexion, base: str) -> list[tuple[date, int]]:
    """How many demandes entered the stock each day (more than 0), and how many left it (less)."""
    return [
        (date.fromisoformat(jour), int(effet))
        for jour, effet in connexion.lignes(_MOUVEMENTS, {"base": base})
    ]


def fins_par_mois(connexion: Connexion, base: str) -> list[tuple[date, int]]:
    """How many active demandes have their end of validity in each month, by its first day."""
    return [
        (date.fromisoformat(f"{mois}-01"), int(combien))
        for mois, combien in connexion.lignes(_FINS_PAR_MOIS, {"base": base})
    ]


def suites_attendues(
    connexion: Connexion, base: str, au: date, *, limite: int = IDENTIFIANT_MAX
) -> Iterator[SuiteAttendue]:
    """The leases signed and the irrecevabilités pronounced on `au` or before, of active demandes, that no
    radiation has followed."""
    for numero, suite, jour, dite_le in connexion.lignes(
        _SUITES, {"base": base, "au": au.isoformat(), "limite": limite}
    ):
        yield SuiteAttendue(numero, suite, date.fromisoformat(jour), instant_de(dite_le))


def depots(
    connexion: Connexion, base: str, du: date, au: date, *, limite: int = IDENTIFIANT_MAX
) -> Iterator[DemandeDeposee]:
    """Active demandes deposited from `du` to `au`."""
    cle = {"base": base, "du": du.isoformat(), "au": au.isoformat(), "limite": limite}
    for numero, jour, a_paris in connexion.lignes(_DEPOTS, cle):
        yield DemandeDeposee(numero, date.fromisoformat(jour), bool(a_paris))
