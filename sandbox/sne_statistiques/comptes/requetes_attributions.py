"""The counts of the ledger of attributions (`domain.livre_des_attributions`), by SQL: a line with a lease is
a lease, a decision told otherwise since is none."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from sne_interface.domain.decision_de_commission import ATTRIBUTIONS
from sne_interface.domain.livre_des_attributions import RANG_RADIATION, DecisionNotee, SuiteDonnee
from sne_sandbox.store import lignes, metadonnees, tables
from sne_sandbox.store.connexion_en_transaction import Connexion
from sne_statistiques.comptes.requetes_statistiques import Seuils, classe_de_quartile, semblables

_D: Final = metadonnees.decision.c
#: Those that a line of the ledger is read from.
_COLONNES: Final = tables.decision.noms[1:]
_TENUE: Final = sa.or_(_D.suite.is_(None), _D.suite != SuiteDonnee.CORRIGEE.value)
#: A commission's day; of a lease that the radiation alone tells, that of the lease.
_ATTRIBUE_LE: Final = sa.case((_D.issue.in_(ATTRIBUTIONS), _D.jour), else_=_D.bail)


@dataclass(frozen=True)
class Attributions:
    """How many (`nombre`) attributions are alike, by the columns of `DecisionNotee`; `quartile` is their
    class at the threshold of the commune of the dwelling (`statistiques.quartile`). `signees`: their lease is
    of the period; `decidees`: their commission is."""

    siren: str | None
    guichet: str
    commune: str | None
    contingent: str | None
    association: bool | None
    en_quartier: bool | None
    dalo: bool | None
    prioritaire: bool | None
    quartile: str | None
    signees: bool
    decidees: bool
    nombre: int


def attributions(connexion: Connexion, base: str, du: date, au: date, seuil_de: Seuils) -> list[Attributions]:
    """The attributions decided, and the leases signed, from `du` to `au`, both included; `seuil_de` is the
    threshold by commune."""
    choisies, comptees = _faits(base, du, au, seuil_de)
    ces = choisies.where(comptees).subquery()
    lues = connexion.sa.execute(sa.select(ces, sa.func.count()).group_by(*ces.c))
    return [Attributions(*lue) for lue in lues]


def une_a_une(
    connexion: Connexion, base: str, du: date, au: date, seuil_de: Seuils
) -> Iterator[tuple[Attributions, DecisionNotee]]:
    """The same, each by itself with its line, the latest first, by the day of the commission (of a lease that
    the radiation alone tells, its own); with them the lines of these days that are neither, as a decision
    that attributes nothing, or that was told otherwise since."""
    choisies, comptees = _faits(base, du, au, seuil_de)
    dites = sa.and_(_D.rang != RANG_RADIATION, _D.jour.between(du.isoformat(), au.isoformat()))
    rangees = choisies.where(sa.or_(comptees, dites))
    rangees = rangees.add_columns(sa.literal(1), *(_D[nom] for nom in _COLONNES))
    le = sa.case((_D.rang == RANG_RADIATION, _D.bail), else_=_D.jour)
    triees = rangees.order_by(le.desc(), _D.numero_unique, _D.rang)
    for lue in map(tuple, connexion.sa.execute(triees)):
        faits = len(lue) - len(_COLONNES)
        yield Attributions(*lue[:faits]), lignes.decision_de(lue[faits:])


def _faits(base: str, du: date, au: date, seuil_de: Seuils) -> tuple[sa.Select[Any], sa.ColumnElement[bool]]:
    """The columns of `Attributions`, but for how many there are; and the condition that one is counted."""
    bornes = du.isoformat(), au.isoformat()
    classe = classe_de_quartile(_D.ressources_uc, _D.commune, seuil_de)
    signees = sa.func.coalesce(_D.bail.between(*bornes), sa.false())
    decidees = sa.and_(_TENUE, sa.func.coalesce(_ATTRIBUE_LE.between(*bornes), sa.false()))
    parts = (
        *(_D.siren, _D.guichet, _D.commune, _D.contingent, _D.association, _D.en_quartier, _D.dalo),
        *(_D.prioritaire, classe, signees.label("signees"), decidees.label("decidees")),
    )
    return sa.select(*parts).where(_D.base == base), sa.or_(signees, decidees)


def bailleurs(connexion: Connexion, base: str) -> list[tuple[str | None, str]]:
    """The landlords that the ledger tells, each with a guichet that wrote."""
    choix = sa.select(_D.siren, _D.guichet).distinct().where(_D.base == base)
    return [(siren, guichet) for siren, guichet in connexion.sa.execute(choix)]


def communes_attribuees(connexion: Connexion, base: str) -> list[str]:
    """The communes of the dwellings attributed."""
    choix = sa.select(_D.commune).distinct().where(_D.base == base, _D.commune.is_not(None))
    return [code for (code,) in connexion.sa.execute(choix)]


def annees(connexion: Connexion, base: str) -> range:
    """From the first year in which a dwelling was attributed, or a lease signed, to the last; empty without
    any."""
    jours = (sa.func.min(_ATTRIBUE_LE), sa.func.max(_ATTRIBUE_LE), sa.func.min(_D.bail), sa.func.max(_D.bail))
    trouves = connexion.sa.execute(sa.select(*jours).where(_D.base == base, _TENUE)).one()
    ans = [int(jour[:4]) for jour in trouves if jour is not None]
    return range(min(ans), max(ans) + 1) if ans else range(0)


def decidees(connexion: Connexion, base: str, du: date, au: date) -> Counter[tuple[str, ...]]:
    """How many decisions from `du` to `au`, both included, are alike: the commune of the dwelling, as a
    radiation tells it, else the first one that was wished; the issue of `DecisionNotee`; « 1 » when a lease
    followed by then; « 1 » when the household refused. "": not told, or no."""
    lieu = sa.case((_D.rang == RANG_RADIATION, _D.commune), else_=sa.func.coalesce(_D.commune, _D.souhaitee))
    dits = (sa.case((dit, "1")) for dit in (_D.bail <= au.isoformat(), _D.refus))
    quand = sa.and_(_TENUE, _D.jour.between(du.isoformat(), au.isoformat()))
    return semblables(connexion, base, _D, (lieu, _D.issue, *dits), quand)
