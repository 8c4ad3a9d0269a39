"""What happens to the stock of demandes: one line each time a demande enters, is renewed, or leaves."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sne_sandbox.domain.demande_stockee import DemandeStockee


class GenreMouvement(StrEnum):
    """What happened."""

    CREATION = "CRE"
    RENOUVELLEMENT = "REN"
    RADIATION = "RAD"
    REACTIVATION = "REA"
    SUPPRESSION = "SUP"


@dataclass(frozen=True, slots=True)
class Mouvement:
    """A movement of a demande on `jour`. `rang` orders those of one demande; `effet` is what it adds to the
    stock of active demandes: 1, 0 or -1."""

    numero_unique: str
    rang: int
    genre: GenreMouvement
    jour: date
    effet: int
    association: bool
    motif: str | None = None
    """Code of ListeMotifsRadiation."""


def mouvements_d_arrivee(stockee: DemandeStockee, jour: date) -> list[Mouvement]:
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


def mouvement_de_changement(avant: DemandeStockee, apres: DemandeStockee, jour: date) -> Mouvement | None:
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
    association, motif = apres.demande.est_association, apres.motif_radiation
    return Mouvement(apres.numero_unique, apres.revision, genre, quand, effet, association, motif)
