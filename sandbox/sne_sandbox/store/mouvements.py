"""The movements of a base, written where they happen; erased with its state, never with a demande."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from sne_sandbox.domain.demande_stockee import DemandeStockee
from sne_sandbox.domain.mouvement import GenreMouvement, Mouvement
from sne_sandbox.store import tables
from sne_sandbox.store.connexion import Connexion, RequeteSql

_D: Final = tables.demande.c
_M: Final = tables.mouvement
_AJOUTER: Final = RequeteSql(sa.insert(_M))


def _sortie(genre: GenreMouvement, *, rang: int, actives_seules: bool) -> RequeteSql:
    """The leaving of a demande, drawn from its row."""
    choix = sa.select(
        _D.base,
        _D.numero_unique,
        # Written out: a bound constant would have to be given again for each row.
        _D.revision + sa.literal_column(str(rang)),
        sa.literal_column(f"'{genre.value}'"),
        sa.bindparam("jour", type_=tables.TEXTE),
        sa.literal_column("-1"),
        _D.association_plie.is_not(None),
        sa.bindparam("motif", type_=tables.TEXTE),
    ).where(_D.base == sa.bindparam("base"), _D.numero_unique == sa.bindparam("numero"))
    if actives_seules:
        choix = choix.where(_D.etat == sa.literal_column("'A'"))
    return RequeteSql(sa.insert(_M).from_select([c.name for c in _M.c], choix))


_RADIER: Final = _sortie(GenreMouvement.RADIATION, rang=0, actives_seules=False)
_SUPPRIMER: Final = _sortie(GenreMouvement.SUPPRESSION, rang=1, actives_seules=True)


def ajouter(connexion: Connexion, base: str, mouvements: Iterable[Mouvement]) -> None:
    """Writes movements."""
    connexion.faire_tout(
        _AJOUTER,
        [
            {
                "base": base,
                "numero_unique": m.numero_unique,
                "rang": m.rang,
                "genre": m.genre.value,
                "jour": m.jour.isoformat(),
                "effet": m.effet,
                "association": m.association,
                "motif": m.motif,
            }
            for m in mouvements
        ],
    )


def noter_radiations(connexion: Connexion, base: str, numeros: Sequence[str], jour: date, motif: str) -> None:
    """The movements of demandes that were just radiated."""
    commun = {"base": base, "jour": jour.isoformat(), "motif": motif}
    connexion.faire_tout(_RADIER, [{**commun, "numero": numero} for numero in numeros])


def noter_suppression(connexion: Connexion, base: str, numero: str, jour: date) -> None:
    """The movement of an active demande that is about to be deleted."""
    cle: dict[str, Any] = {"base": base, "numero": numero, "jour": jour.isoformat(), "motif": None}
    connexion.faire(_SUPPRIMER, cle)


def d_arrivee(stockee: DemandeStockee, jour: date) -> list[Mouvement]:
    """What a demande that arrives tells of its past; `jour` is today. The request of a separating household
    enters the stock today, with the seniority of the joint one."""
    entree = stockee.date_creation if stockee.numero_associe is None else jour
    faits: list[tuple[GenreMouvement, date, int, str | None]] = [(GenreMouvement.CREATION, entree, 1, None)]
    if stockee.date_renouvellement is not None:
        faits.append((GenreMouvement.RENOUVELLEMENT, stockee.date_renouvellement, 0, None))
    if not stockee.active:
        faits.append((GenreMouvement.RADIATION, stockee.date_radiation or jour, -1, stockee.motif_radiation))
    premier = stockee.revision - len(faits) + 1
    association = stockee.demande.est_association
    return [
        Mouvement(stockee.numero_unique, premier + i, genre, quand, effet, association, motif)
        for i, (genre, quand, effet, motif) in enumerate(faits)
    ]


def de_changement(avant: DemandeStockee, apres: DemandeStockee, jour: date) -> Mouvement | None:
    """What the change from `avant` to `apres` (its revision being the new one) does to the stock, on
    `jour`; None when it does nothing."""
    if avant.active and not apres.active:
        genre, quand, effet = GenreMouvement.RADIATION, apres.date_radiation or jour, -1
    elif apres.active and apres.date_renouvellement not in (None, avant.date_renouvellement):
        genre, quand = GenreMouvement.RENOUVELLEMENT, apres.date_renouvellement or jour
        effet = 0 if avant.active else 1
    elif apres.active and not avant.active:
        genre, quand, effet = GenreMouvement.REACTIVATION, jour, 1
    else:
        return None
    return Mouvement(
        apres.numero_unique,
        apres.revision,
        genre,
        quand,
        effet,
        apres.demande.est_association,
        apres.motif_radiation,
    )
