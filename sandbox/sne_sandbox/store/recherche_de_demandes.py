"""Demandes that are looked for: by the criteria of `rechercheDemandeMulticritere` (`xsd/recherche.xsd`)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from sne_interface.domain.demande import DemandeStockee
from sne_interface.domain.texte import plier
from sne_sandbox.store import metadonnees
from sne_sandbox.store.demandes_recentes import Criteres
from sne_sandbox.store.lignes import COLONNES, demande_de
from sne_sandbox.store.registre import RegistreBase

_D: Final = metadonnees.demande.c
_PAGE: Final = 200
#: The day of deposit, in the tables that hold it.
_DEPOT: Final = "date_creation"
#: Rows of an index that are looked up one by one.
PEU: Final = 3000
#: Keeps, or not, a demande whose stored criteria hold: for the criteria that are computed.
Filtre = Callable[[DemandeStockee], bool]


#: No criterion: all the demandes of a base.
TOUTES: Final = Criteres()


def rechercher(
    registre: RegistreBase, criteres: Criteres, limite: int, filtre: Filtre | None = None
) -> list[str]:
    """Numbers of the demandes that fit, in order; of more than `limite`, `limite` + 1: that there are more is
    all that is asked of them. `filtre` decides on the criteria that are computed; without it they raise
    ValueError."""
    if criteres.calcules and filtre is None:
        raise ValueError("computed criteria need a filter")
    if filtre is None:
        choix = numeros(registre, criteres).limit(limite + 1)
        # By the driver's own cursor: SQLAlchemy takes longer over a row than the engine.
        lignes: Any = registre.connexion.sa.execute(choix).cursor
        return sorted(numero for (numero,) in lignes.fetchall())
    retenus: list[str] = []
    for stockee in parcourir(registre, criteres):
        if filtre(stockee):
            retenus.append(stockee.numero_unique)
            if len(retenus) > limite:
                break
    return retenus


def parcourir(registre: RegistreBase, criteres: Criteres = TOUTES) -> Iterator[DemandeStockee]:
    """The demandes that hold the stored criteria, by number, read page after page."""
    posees, apres = conditions(registre.base.nom, criteres), ""
    while True:
        choix = sa.select(*(_D[nom] for nom in COLONNES)).where(*posees, _D.numero_unique > apres)
        lignes = registre.connexion.sa.execute(choix.order_by(_D.numero_unique).limit(_PAGE)).all()
        yield from (demande_de(tuple(ligne)) for ligne in lignes)
        if len(lignes) < _PAGE:
            return
        apres = lignes[-1][0]


def numeros(registre: RegistreBase, criteres: Criteres) -> sa.Select[str]:
    """The select of the numbers of the demandes that hold the stored criteria: in no order, so that the
    engine stops at the first that are asked for. It walks one index, and looks up by its key what else is
    wanted."""
    base = registre.base.nom
    propres = replace(
        criteres, personne_nom=None, personne_prenom=None, personne_naissance=None, motif_demande=None,
        commune_souhaitee=None,
    )  # fmt: skip
    voulus = (
        (metadonnees.demande_personne, _de_la_personne(criteres)),
        (metadonnees.demande_motif, {"motif": criteres.motif_demande}),
        (metadonnees.demande_commune, {"commune": criteres.commune_souhaitee}),
    )
    enfants = [
        (table, {nom: valeur for nom, valeur in valeurs.items() if valeur is not None})
        for table, valeurs in voulus
        if any(valeurs.values())
    ]
    choix = [_choisir(table, base, **valeurs) for table, valeurs in enfants]
    # Those that hold the day of deposit too answer for it.
    datees = [rang for rang, (table, _) in enumerate(enfants) if _DEPOT in table.c]
    depot = _entre(_D[_DEPOT], criteres.depot_debut, criteres.depot_fin)
    sans_depot = propres
    if datees and depot:
        sans_depot = replace(propres, depot_debut=None, depot_fin=None)
        for rang in datees:
            choix[rang] = choix[rang].where(
                *_entre(enfants[rang][0].c[_DEPOT], criteres.depot_debut, criteres.depot_fin)
            )
    # Of few the demande is looked up; of many, when nothing narrower is asked of the demande itself.
    seuls = bool(choix) and sans_depot == Criteres(etat=propres.etat)
    suivi = 0 if seuls and len(choix) == 1 else None
    if suivi is None:
        # Each query reads an index, and stops above the bound.
        trop = (registre.connexion.sa.execute(choisi.offset(PEU).limit(1)).first() for choisi in choix)
        suivi = next((rang for rang, ligne in enumerate(trop) if ligne is None), None)
    if suivi is None and seuls:
        suivi = datees[0] if depot else 0
    if suivi is None:
        choisi, cle = sa.select(_D.numero_unique).where(*conditions(base, propres)), _D
        if propres == Criteres(etat=propres.etat) and not choix:
            choisi = choisi.order_by(_D.numero_unique)
    else:
        table, valeurs = enfants[suivi]
        cle = table.c
        choisi = choix[suivi]
        if table is metadonnees.demande_personne:
            # Of two that fit the first stands for the demande. DISTINCT would have PostgreSQL read all first.
            autre = table.alias()
            avant = _liee(autre, base, cle, valeurs).where(autre.c.rang < cle.rang)
            choisi = choisi.where((cle.rang == 0) | ~avant.exists())
        if suivi in datees:
            propres = sans_depot
        if propres != TOUTES:
            choisi = choisi.where(
                sa.exists().where(*conditions(base, propres), _D.numero_unique == cle.numero_unique)
            )
    for rang, (table, valeurs) in enumerate(enfants):
        if rang != suivi:
            choisi = choisi.where(_liee(table, base, cle, valeurs).exists())
    return choisi


def conditions(base: str, criteres: Criteres) -> list[sa.ColumnElement[bool]]:
    """The conditions on `demande` of the stored criteria of SOAP; others are of `demandes_recentes` alone."""
    egalites = (
        (_D.numero_unique, criteres.numero_unique),
        (_D.motif_radiation, criteres.motif_radiation),
        (_D.commune_attribution, criteres.commune_attribution),
        (_D.association_plie, _plie(criteres.association_nom)),
    )
    posees: list[sa.ColumnElement[bool]] = [_D.base == base]
    posees += [colonne == valeur for colonne, valeur in egalites if valeur is not None]
    if criteres.etat is not None:
        # Written out: the partial indexes are used only by what is seen to imply their condition.
        posees.append(_D.etat == sa.literal_column(f"'{criteres.etat.value}'"))
    for colonne, debut, fin in (
        (_D.date_creation, criteres.depot_debut, criteres.depot_fin),
        (_D.date_renouvellement, criteres.renouvellement_debut, criteres.renouvellement_fin),
        (_D.date_radiation, criteres.radiation_debut, criteres.radiation_fin),
    ):
        posees += _entre(colonne, debut, fin)
    propres = len(posees)
    if criteres.motif_demande is not None:
        posees.append(_parmi(metadonnees.demande_motif, base, motif=criteres.motif_demande))
    if criteres.commune_souhaitee is not None:
        posees.append(_parmi(metadonnees.demande_commune, base, commune=criteres.commune_souhaitee))
    if personne := _de_la_personne(criteres):
        posees.append(_parmi(metadonnees.demande_personne, base, **personne))
    if len(posees) > propres:
        # Always so, and in no index: one that holds all that is read would be walked from end to end instead.
        posees.append(_D.revision > sa.literal_column("0"))
    if criteres.pieces:
        posees.append(sa.false())
    return posees


def _de_la_personne(criteres: Criteres) -> dict[str, str]:
    """Returns the values to look for of one person, by column."""
    naissance = criteres.personne_naissance
    voulu = {
        "nom_plie": _plie(criteres.personne_nom),
        "prenom_plie": _plie(criteres.personne_prenom),
        "date_naissance": None if naissance is None else naissance.isoformat(),
    }
    return {colonne: valeur for colonne, valeur in voulu.items() if valeur is not None}


def _entre(
    colonne: sa.ColumnElement[str], debut: date | None, fin: date | None
) -> list[sa.ColumnElement[bool]]:
    """That a day is within these bounds, inclusive; None is no bound."""
    posees = [] if debut is None else [colonne >= debut.isoformat()]
    return posees if fin is None else [*posees, colonne <= fin.isoformat()]


def _choisir(table: sa.FromClause, base: str, **valeurs: str) -> sa.Select[str]:
    posees = (table.c[nom] == valeur for nom, valeur in valeurs.items())
    return sa.select(table.c.numero_unique).where(table.c.base == base, *posees)


def _liee(table: sa.FromClause, base: str, cle: Any, valeurs: Mapping[str, str]) -> sa.Select[str]:
    """The rows of `table` that are so, of the demande at hand: by its key, which SQLite would leave for an
    index of the values, were it to see one."""
    posees = (table.c[nom].concat("") == valeur for nom, valeur in valeurs.items())
    return _choisir(table, base).where(table.c.numero_unique == cle.numero_unique, *posees)


def _parmi(table: sa.TableClause, base: str, **valeurs: str) -> sa.ColumnElement[bool]:
    return _D.numero_unique.in_(_choisir(table, base, **valeurs))


def _plie(nom: str | None) -> str | None:
    return None if nom is None else plier(nom)
