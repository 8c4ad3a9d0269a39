"""What is read of a base by who looks at it: the latest demandes that fit, and the past of one."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import sqlalchemy as sa

from sne_sandbox.domain.demande_stockee import DemandeStockee, EtatDemande
from sne_sandbox.domain.mouvement import GenreMouvement, Mouvement
from sne_sandbox.store import tables
from sne_sandbox.store.connexion import RequeteSql
from sne_sandbox.store.recherche import Criteres, conditions, nommees
from sne_sandbox.store.registre import RegistreBase

_D: Final = tables.demande.c
_C: Final = tables.demande_commune.c
_M: Final = tables.mouvement.c
#: Demandes that are sorted faster than as many are found among the latest of a large base.
PEU: Final = 3000
#: A column that all demandes of a state have, at the head of a partial index of theirs.
_PAR_ETAT: Final = {EtatDemande.ACTIVE: _D.fin_validite, EtatDemande.RADIEE: _D.date_radiation}
_MOUVEMENTS: Final = RequeteSql(
    sa.select(_M.rang, _M.genre, _M.jour, _M.effet, _M.association, _M.motif)
    .where(_M.base == sa.bindparam("base"), _M.numero_unique == sa.bindparam("numero"))
    .order_by(_M.rang)
)
# The request of a separating household has the deposit date of the joint one: few rows are looked at. In no
# order: asked for that of the key, SQLite would walk the whole base by it.
_SEPAREES: Final = RequeteSql(
    sa.select(_D.numero_unique).where(
        _D.base == sa.bindparam("base"),
        _D.date_creation == sa.bindparam("depot"),
        _D.numero_associe == sa.bindparam("numero"),
    )
)


@dataclass(frozen=True, slots=True)
class Repere:
    """A place in the list: the demande after which (or before which) a page begins."""

    depot: date
    numero: str


def plus_recentes(
    registre: RegistreBase, criteres: Criteres, limite: int, apres: Repere | None = None
) -> list[DemandeStockee]:
    """The `limite` demandes of latest deposit that hold the stored criteria, latest first, after `apres`."""
    peu = _peu(registre, criteres)
    choix = sa.select(_D.numero_unique).where(*conditions(registre.base.nom, criteres, a_chacune=not peu))
    depot: sa.ColumnElement[str] = _D.date_creation
    if peu:
        # Few will fit. Asked for the order of an index, SQLite would walk the whole base for it.
        depot = depot.concat("")
        if criteres.etat is not None and criteres == Criteres(etat=criteres.etat):
            choix = choix.where(_PAR_ETAT[criteres.etat] > "")
    if apres is not None:
        jour = apres.depot.isoformat()
        choix = choix.where(depot <= jour, sa.or_(depot < jour, _D.numero_unique < apres.numero))
    choix = choix.order_by(depot.desc(), _D.numero_unique.desc()).limit(limite)
    trouves = [numero for (numero,) in registre.connexion.sa.execute(choix)]
    return list(registre.feuilleter(trouves))


def mouvements_de(registre: RegistreBase, numero: str) -> list[Mouvement]:
    """The movements of a demande, oldest first; those of one that was deleted stay."""
    lignes = registre.connexion.lignes(_MOUVEMENTS, {"base": registre.base.nom, "numero": numero})
    return [
        Mouvement(
            numero, rang, GenreMouvement(genre), date.fromisoformat(jour), effet, bool(association), motif
        )
        for rang, genre, jour, effet, association, motif in lignes
    ]


def doublons_de(registre: RegistreBase, stockee: DemandeStockee) -> list[DemandeStockee]:
    """The other active demandes of its territory that one of its holders already has, under either name;
    those found by the name in use first. One that is radiated is the doublon of nothing."""
    if not stockee.active:
        return []
    trouvees = {
        doublon.numero_unique: doublon
        for cherche in (registre.doublons, registre.doublons_patronymiques)
        for doublon in cherche(stockee.territoire, stockee.demande.titulaires, sauf=(stockee.numero_unique,))
    }
    return list(trouvees.values())


def separees_de(registre: RegistreBase, stockee: DemandeStockee) -> list[str]:
    """Numbers of the demandes born of the separation of `stockee`'s household, in order."""
    cle = {
        "base": registre.base.nom,
        "depot": stockee.date_creation.isoformat(),
        "numero": stockee.numero_unique,
    }
    return sorted(numero for (numero,) in registre.connexion.lignes(_SEPAREES, cle))


def _peu(registre: RegistreBase, criteres: Criteres) -> bool:
    """Whether it is better to sort what fits than to look at the latest demandes until enough do."""
    base, etat = registre.base.nom, criteres.etat
    # Few bear a name; many, one that begins by a letter.
    choix = nommees(base, criteres)
    if not all(_nombreux(registre, choisies) for choisies in choix):
        return True
    if choix and len(choix) + (criteres.commune_souhaitee is not None) > 1:
        # Many fit each, and maybe none both.
        return not _nombreux(registre, sa.select(_D.numero_unique).where(*conditions(base, criteres)))
    if criteres.commune_souhaitee is not None:
        # The latest demandes are not the radiated ones: they would be looked at in vain.
        return etat is EtatDemande.RADIEE or not _nombreux(
            registre,
            sa.select(_C.numero_unique).where(_C.base == base, _C.commune == criteres.commune_souhaitee),
        )
    if etat is not None:
        return not _nombreux(
            registre,
            sa.select(_D.numero_unique).where(*conditions(base, Criteres(etat=etat)), _PAR_ETAT[etat] > ""),
        )
    return False


def _nombreux(registre: RegistreBase, choix: sa.Select[str] | sa.CompoundSelect[str]) -> bool:
    """Whether more than `PEU` rows fit, read from an index and no further."""
    return registre.connexion.sa.execute(choix.offset(PEU).limit(1)).first() is not None
