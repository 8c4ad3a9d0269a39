"""Demandes chosen as the statistics count them: what stands behind a number, page after page.

Everything is asked of the narrow rows of the statistics, and of the indexes of radiations: a base of 200,000
demandes is looked through in the time of a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from sne_interface.domain.menage import Composition, SeuilQuartile
from sne_sandbox.store import metadonnees
from sne_sandbox.store.demandes_recentes import Recentes, Repere
from sne_sandbox.store.registre import RegistreBase
from sne_statistiques.comptes.requetes_statistiques import Axe, classe_de_quartile, presente

_S: Final = metadonnees.demande_stat.c
_D: Final = metadonnees.demande.c
_C: Final = metadonnees.demande_commune.c


@dataclass(frozen=True, slots=True)
class Periode:
    """From a day to another, both included; None is no bound."""

    du: date | None = None
    au: date | None = None

    def __bool__(self) -> bool:
        return self.du is not None or self.au is not None


@dataclass(frozen=True, slots=True)
class Modalite:
    """A class of an `Axe`: one of `classes` (None: not told), or none of them when `autres`."""

    axe: Axe
    classes: tuple[str | None, ...]
    autres: bool = False

    @property
    def condition(self) -> sa.ColumnElement[bool]:
        """That a demande is of that class."""
        classe = self.axe.classe
        dites = [code for code in self.classes if code is not None]
        if not self.autres and None not in self.classes:
            return classe.in_(dites)
        dedans = sa.and_(classe.is_not(None), classe.in_(dites))
        if None in self.classes:
            dedans = sa.or_(classe.is_(None), dedans)
        return sa.not_(dedans) if self.autres else dedans


@dataclass(frozen=True, slots=True)
class Selection:
    """The criteria of a search among the demandes that the base holds; None (or empty) is anything.
    `actives_au`: of the stock at the end of that day. Communes are codes of the documents; `attribuees` those
    of dwellings that a radiation tells. `ressources` are euros a year and per UC, from the first to below the
    second; `quartile` a class of `statistiques.quartile` ("": resources unknown) at the thresholds `seuils`,
    by commune."""

    actives_au: date | None = None
    associations: bool | None = None
    territoire: str | None = None
    premieres: tuple[str | None, ...] | None = None
    souhaitees: tuple[str, ...] | None = None
    attribuees: tuple[str | None, ...] | None = None
    motif_radiation: str | None = None
    radiees: Periode = Periode()
    deposees: Periode = Periode()
    ressources: tuple[int | None, int | None] | None = None
    quartile: str | None = None
    seuils: Mapping[str, SeuilQuartile] = field(default_factory=dict)
    modalite: Modalite | None = None


def compter(registre: RegistreBase, selection: Selection) -> int:
    """How many fit."""
    choix = sa.select(sa.func.count()).select_from(metadonnees.demande_stat)
    return int(registre.connexion.sa.execute(choix.where(*_conditions(registre, selection))).scalar_one())


def lister(
    registre: RegistreBase, selection: Selection, limite: int, apres: Repere | None = None
) -> Recentes:
    """At most `limite` that fit, latest deposit first, after `apres`."""
    # Not a plain date: SQLite would walk an index for its order, over the whole base.
    jour = _S.date_creation.concat("")
    choix = sa.select(_S.date_creation, _S.numero_unique).where(*_conditions(registre, selection))
    if apres is not None:
        choix = choix.where(
            sa.tuple_(jour, _S.numero_unique) < sa.tuple_(apres.depot.isoformat(), apres.numero)
        )
    choix = choix.order_by(jour.desc(), _S.numero_unique.desc()).limit(limite + 1)
    lignes = registre.connexion.sa.execute(choix).all()
    suite = None
    if len(lignes) > limite:
        depot, numero = lignes[limite - 1]
        suite = Repere(date.fromisoformat(depot), numero)
    return Recentes(list(registre.feuilleter(numero for _, numero in lignes[:limite])), suite)


def _conditions(registre: RegistreBase, voulu: Selection) -> list[sa.ColumnElement[bool]]:
    base = registre.base.nom
    posees: list[sa.ColumnElement[bool]] = [_S.base == base]
    if voulu.actives_au is not None:
        posees.append(presente(base, voulu.actives_au.isoformat()))
    if voulu.associations is not None:
        des_associations = _S.composition == Composition.ASSOCIATION.value
        posees.append(des_associations if voulu.associations else sa.not_(des_associations))
    if voulu.territoire is not None:
        posees += [_S.numero_unique >= voulu.territoire, _S.numero_unique < f"{voulu.territoire}~"]
    if voulu.premieres is not None:
        posees.append(_parmi(_S.commune, voulu.premieres))
    if voulu.souhaitees is not None:
        ici = sa.select(_C.numero_unique).where(_C.base == base, _C.commune.in_(voulu.souhaitees))
        posees.append(_S.numero_unique.in_(ici))
    posees += _entre(_S.date_creation, voulu.deposees)
    posees += _radiation(base, voulu)
    if voulu.ressources is not None:
        bas, haut = voulu.ressources
        posees.append(_S.ressources_uc.is_not(None))
        posees += [] if bas is None else [_S.ressources_uc >= bas]
        posees += [] if haut is None else [_S.ressources_uc < haut]
    if voulu.quartile is not None:
        classe = classe_de_quartile(_S.ressources_uc, _S.commune, voulu.seuils)
        posees.append(classe == voulu.quartile if voulu.quartile else _S.ressources_uc.is_(None))
    if voulu.modalite is not None:
        posees.append(voulu.modalite.condition)
    return posees


def _radiation(base: str, voulu: Selection) -> list[sa.ColumnElement[bool]]:
    jour: sa.ColumnElement[str] = _D.date_radiation
    motif: sa.ColumnElement[str] = _D.motif_radiation
    if voulu.attribuees is not None and None not in voulu.attribuees:
        # Few are of a place: its index is walked, not that of the days or of the reasons.
        jour, motif = jour.concat(""), motif.concat("")
    posees = _entre(jour, voulu.radiees)
    if voulu.motif_radiation is not None:
        posees.append(motif == voulu.motif_radiation)
    if voulu.attribuees is not None:
        posees.append(_parmi(_D.commune_attribution, voulu.attribuees))
    if not posees:
        return []
    # Written out: the partial indexes are used only by what is seen to imply their condition.
    radiee = _D.etat == sa.literal_column("'R'")
    return [_S.numero_unique.in_(sa.select(_D.numero_unique).where(_D.base == base, radiee, *posees))]


def _parmi(colonne: sa.ColumnElement[Any], codes: tuple[str | None, ...]) -> sa.ColumnElement[bool]:
    dedans = colonne.in_([code for code in codes if code is not None])
    return sa.or_(colonne.is_(None), dedans) if None in codes else dedans


def _entre(colonne: sa.ColumnElement[str], periode: Periode) -> list[sa.ColumnElement[bool]]:
    posees = [] if periode.du is None else [colonne >= periode.du.isoformat()]
    return posees if periode.au is None else [*posees, colonne <= periode.au.isoformat()]


# --- counted together --------------------------------------------------------------------------------


def souhaitees(registre: RegistreBase) -> dict[str, int]:
    """The active demandes that wish each commune, in whatever rank."""
    base, sa_ = registre.base.nom, registre.connexion.sa
    toutes = sa.select(_C.commune, sa.func.count()).where(_C.base == base).group_by(_C.commune)
    comptes = {commune: int(n) for commune, n in sa_.execute(toutes)}
    radiees = (
        sa.select(_C.commune, sa.func.count())
        .select_from(
            metadonnees.demande.join(
                metadonnees.demande_commune,
                sa.and_(_C.base == _D.base, _C.numero_unique == _D.numero_unique),
            )
        )
        .where(_D.base == base, _D.etat == sa.literal_column("'R'"))
        .group_by(_C.commune)
    )
    for commune, n in sa_.execute(radiees):
        comptes[commune] -= int(n)
    return {commune: n for commune, n in comptes.items() if n}


def attribuees(registre: RegistreBase, motif: str, periode: Periode) -> dict[str | None, int]:
    """The demandes radiated for `motif` in that time, by the commune of the dwelling."""
    choix = sa.select(_D.commune_attribution, sa.func.count()).where(
        _D.base == registre.base.nom,
        _D.etat == sa.literal_column("'R'"),
        _D.motif_radiation == motif,
        *_entre(_D.date_radiation, periode),
    )
    lignes = registre.connexion.sa.execute(choix.group_by(_D.commune_attribution))
    return {commune: int(n) for commune, n in lignes}


def radiees(registre: RegistreBase, periode: Periode) -> dict[tuple[str, str | None], int]:
    """The radiated demandes by month (« 2018-03 ») and reason of the radiation."""
    mois = sa.func.substr(_D.date_radiation, 1, 7)
    choix = sa.select(mois, _D.motif_radiation, sa.func.count()).where(
        _D.base == registre.base.nom,
        _D.etat == sa.literal_column("'R'"),
        *_entre(_D.date_radiation, periode),
    )
    lignes = registre.connexion.sa.execute(choix.group_by(mois, _D.motif_radiation))
    return {(le_mois, motif): int(n) for le_mois, motif, n in lignes}


def deposees(registre: RegistreBase, periode: Periode) -> dict[str, int]:
    """The demandes deposited by month, whatever became of them."""
    mois = sa.func.substr(_S.date_creation, 1, 7)
    choix = sa.select(mois, sa.func.count()).where(
        _S.base == registre.base.nom, *_entre(_S.date_creation, periode)
    )
    return {le_mois: int(n) for le_mois, n in registre.connexion.sa.execute(choix.group_by(mois))}


def actives(registre: RegistreBase, jours: list[date]) -> list[int]:
    """The demandes of the stock at the end of each of these days, of those that the base still holds."""
    base, sa_ = registre.base.nom, registre.connexion.sa
    entree, sortie = (sa.func.substr(jour, 1, 10) for jour in (_S.entree, _S.sortie))
    choix = sa.select(entree, sortie, sa.func.count()).where(_S.base == base, _S.entree.is_not(None))
    comptes = [(e, s, int(n)) for e, s, n in sa_.execute(choix.group_by(entree, sortie))]
    part = metadonnees.demande_a_part.c
    a_part = _S.numero_unique.in_(sa.select(part.numero_unique).where(part.base == base))
    sommes = []
    for le in (jour.isoformat() for jour in jours):
        autres = sa.select(sa.func.count()).where(
            _S.base == base, a_part, _S.entree.is_(None), presente(base, le)
        )
        simples = sum(n for e, s, n in comptes if e <= le and (s is None or s > le))
        sommes.append(simples + int(sa_.execute(autres).scalar_one()))
    return sommes
