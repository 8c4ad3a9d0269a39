"""The counts of decisions and of the attributions followed by a lease, by SQL over the table of decisions.

A demande has one signed lease at most (deduced from L. 441-2-1): what its decisions and its radiation say of
it is one attribution. The radiation comes first, then the decision with a lease.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa

from sne_interface.domain.codes import MOTIF_ATTRIBUTION
from sne_interface.domain.decision_de_commission import ATTRIBUTIONS
from sne_interface.domain.decision_notee import RANG_RADIATION
from sne_sandbox.store import metadonnees
from sne_sandbox.store.connexion_en_transaction import Connexion
from sne_statistiques.comptes.requetes_statistiques import Colonne, Seuils, classe_de_quartile, semblables

_D: Final = metadonnees.decision.c
#: What a lease may follow; nothing, where the contract has no place for it.
_ATTRIBUE: Final = sa.or_(_D.issue.is_(None), _D.issue.in_((MOTIF_ATTRIBUTION, *ATTRIBUTIONS)))


@dataclass(frozen=True)
class Baux:
    """How many (`nombre`) attributions followed by a lease are alike, by the columns of `DecisionNotee`;
    `quartile` is their class at the threshold of the commune of the dwelling (`statistiques.quartile`)."""

    siren: str | None
    guichet: str
    commune: str | None
    en_quartier: bool | None
    dalo: bool | None
    prioritaire: bool | None
    quartile: str | None
    nombre: int


def baux(connexion: Connexion, base: str, du: date, au: date, seuil_de: Seuils) -> list[Baux]:
    """The attributions whose lease was signed from `du` to `au`, both included; `seuil_de` is the threshold
    by commune."""
    une = _attributions(base).c
    classe = classe_de_quartile(une.ressources_uc, une.commune, seuil_de)
    parts = (une.siren, une.guichet, une.commune, une.en_quartier, une.dalo, une.prioritaire, classe)
    ces = sa.select(*parts).where(une.bail.between(du.isoformat(), au.isoformat())).subquery()
    return [Baux(*lue) for lue in connexion.sa.execute(sa.select(ces, sa.func.count()).group_by(*ces.c))]


def _attributions(base: str) -> sa.Subquery:
    """Selects what the decisions and the radiation of each demande say of its attribution."""
    return (
        sa.select(
            _dite(_D.bail).label("bail"),
            # Another landlord's decision, without a lease, never says whose lease this is.
            _dite(_D.siren).label("siren"),
            sa.func.coalesce(_dite(sa.func.nullif(_D.guichet, "")), "").label("guichet"),
            # The radiation alone says where the dwelling lies.
            sa.func.max(_D.commune).label("commune"),
            _oui(_D.en_quartier).label("en_quartier"),
            # One of them says so: the household is one of those.
            _oui(_D.dalo).label("dalo"),
            _oui(_D.prioritaire).label("prioritaire"),
            _dite(_D.ressources_uc).label("ressources_uc"),
        )
        .where(_D.base == base, _ATTRIBUE)
        .group_by(_D.numero_unique)
        .subquery()
    )


def communes_attribuees(connexion: Connexion, base: str) -> list[str]:
    """The communes of the dwellings attributed."""
    choix = sa.select(_D.commune).distinct().where(_D.base == base, _D.commune.is_not(None))
    return [code for (code,) in connexion.sa.execute(choix)]


def annees(connexion: Connexion, base: str) -> range:
    """From the first year in which a lease was signed to the last; empty without any."""
    choix = sa.select(sa.func.min(_D.bail), sa.func.max(_D.bail)).where(_D.base == base, _ATTRIBUE)
    premier, dernier = connexion.sa.execute(choix).one()
    return range(0) if premier is None else range(int(premier[:4]), int(dernier[:4]) + 1)


def decidees(connexion: Connexion, base: str, du: date, au: date) -> Counter[tuple[str, ...]]:
    """How many decisions from `du` to `au`, both included, are alike: the commune of the dwelling after an
    attribution that was radiated, else the first one wished; the issue of `DecisionNotee`; « 1 » when a lease
    followed; « 1 » when the household refused. "": not told, or no."""
    lieu = sa.case((_D.rang == RANG_RADIATION, _D.commune), else_=_D.souhaitee)
    dits = (sa.case((dit, "1")) for dit in (_D.bail.is_not(None), _D.refus))
    return semblables(
        connexion, base, _D, (lieu, _D.issue, *dits), _D.jour.between(du.isoformat(), au.isoformat())
    )


def _oui(colonne: Colonne) -> Colonne:
    """That one of them says so."""
    return sa.cast(sa.func.max(sa.cast(colonne, sa.Integer)), sa.Boolean)


def _dite(colonne: Colonne) -> Colonne:
    """A column of an attribution: of the radiation, else of the decision with a lease."""
    qui = (_D.rang == RANG_RADIATION, _D.bail.is_not(None))
    return sa.func.coalesce(*(sa.func.max(colonne).filter(parle) for parle in qui))
