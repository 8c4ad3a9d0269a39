"""The criteria of `rechercheDemandeMulticritere` (`xsd/recherche.xsd`), those that only the console and
the API have beside, and the select they make."""

import sys
from dataclasses import dataclass, fields
from datetime import date
from typing import Final

import sqlalchemy as sa

from sne_sandbox.domain.demande_stockee import EtatDemande
from sne_sandbox.domain.texte import plier
from sne_sandbox.store import tables

_D: Final = tables.demande.c
#: After every text that begins alike: texts compare by code point, on either engine.
_DERNIER: Final = chr(sys.maxunicode)


class Prefixe(str):
    """The beginning of a number or of a name that is looked for; a plain str is the whole of it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Criteres:
    """What is looked for; None (or empty) criteria are not given, and all given ones must hold. Bounds are
    inclusive. Names compare folded; a person is the applicant or a co-holder, by name in use. Of the number
    and of names a `Prefixe` is enough, which no SOAP operation asks for."""

    numero_unique: str | None = None
    etat: EtatDemande | None = None
    depot_debut: date | None = None
    depot_fin: date | None = None
    renouvellement_debut: date | None = None
    renouvellement_fin: date | None = None
    radiation_debut: date | None = None
    radiation_fin: date | None = None
    motif_demande: str | None = None
    motif_radiation: str | None = None
    commune_souhaitee: str | None = None
    commune_attribution: str | None = None
    delai_anormalement_long: bool | None = None
    """Computed by the SNE, not stored: `rechercher` then needs a `filtre`."""
    multiples_attributions: bool | None = None
    """The same."""
    association_nom: str | None = None
    personne_nom: str | None = None
    personne_prenom: str | None = None
    personne_naissance: date | None = None
    pieces: tuple[str, ...] = ()
    """Categories of scanned pieces. No message carries one, so no demande has any (convention)."""
    nom: str | None = None
    """Name of a person or of an association; no SOAP operation asks for it."""

    @property
    def vide(self) -> bool:
        """Whether no criterion is given."""
        return all(getattr(self, champ.name) in (None, ()) for champ in fields(self))

    @property
    def calcules(self) -> bool:
        """Whether a criterion is computed rather than stored."""
        return self.delai_anormalement_long is not None or self.multiples_attributions is not None


def numeros(base: str, criteres: Criteres, combien: int) -> sa.Select[str]:
    """The select of the first `combien` numbers, in order, of the demandes that hold the stored criteria."""
    choix = sa.select(_D.numero_unique).where(*conditions(base, criteres)).limit(combien)
    if criteres == Criteres(etat=criteres.etat):
        return choix.order_by(_D.numero_unique)
    # Few will fit. Asked for the order of the key, SQLite would walk the whole base for it: sort what fits.
    return choix.order_by(_D.numero_unique.concat(""))


def conditions(base: str, criteres: Criteres, *, a_chacune: bool = False) -> list[sa.ColumnElement[bool]]:
    """The conditions on `demande` that the stored criteria make. `a_chacune`: many demandes fit, and
    they are asked one by one along another index; else the engine gathers those that fit, and sorts them."""
    # Shown the range of the key, or one set of numbers, an engine gathers all that is in it.
    egalites: tuple[tuple[sa.ColumnElement[str], str | None], ...] = (
        (_D.numero_unique.concat("") if a_chacune else _D.numero_unique, criteres.numero_unique),
        (_D.motif_radiation, criteres.motif_radiation),
        (_D.commune_attribution, criteres.commune_attribution),
        (_D.association_plie, _plie(criteres.association_nom)),
    )
    posees: list[sa.ColumnElement[bool]] = [_D.base == base]
    posees += [_est(colonne, valeur) for colonne, valeur in egalites if valeur is not None]
    if criteres.etat is not None:
        # Written out: the partial indexes are used only by what is seen to imply their condition.
        posees.append(_D.etat == sa.literal_column(f"'{criteres.etat.value}'"))
    for colonne, debut, fin in (
        (_D.date_creation, criteres.depot_debut, criteres.depot_fin),
        (_D.date_renouvellement, criteres.renouvellement_debut, criteres.renouvellement_fin),
        (_D.date_radiation, criteres.radiation_debut, criteres.radiation_fin),
    ):
        if debut is not None:
            posees.append(colonne >= debut.isoformat())
        if fin is not None:
            posees.append(colonne <= fin.isoformat())
    if criteres.motif_demande is not None:
        posees.append(_parmi(tables.demande_motif, base, motif=criteres.motif_demande))
    if criteres.commune_souhaitee is not None:
        posees.append(_parmi(tables.demande_commune, base, commune=criteres.commune_souhaitee))
    if personne := _de_la_personne(criteres):
        posees.append(_parmi(tables.demande_personne, base, **personne))
    if (nom := _plie(criteres.nom)) is not None:
        if a_chacune:
            personnes = _parmi(tables.demande_personne, base, nom_plie=nom)
            posees.append(sa.or_(personnes, _est(_D.association_plie, nom)))
        else:
            posees.append(_D.numero_unique.in_(_de_ce_nom(base, nom)))
    if criteres.pieces:
        posees.append(sa.false())
    return posees


def nommees(base: str, criteres: Criteres) -> list[sa.Select[str] | sa.CompoundSelect[str]]:
    """For each of number, person, name and association that is given, the select of the numbers that it alone
    fits: read from an index, a number comes as often as it fits."""
    choix: list[sa.Select[str] | sa.CompoundSelect[str]] = []
    if criteres.numero_unique is not None:
        choix.append(_choisir(tables.demande, base, numero_unique=criteres.numero_unique))
    if personne := _de_la_personne(criteres):
        choix.append(_choisir(tables.demande_personne, base, **personne))
    if (nom := _plie(criteres.nom)) is not None:
        choix.append(_de_ce_nom(base, nom))
    if (association := _plie(criteres.association_nom)) is not None:
        choix.append(_choisir(tables.demande, base, association_plie=association))
    return choix


def _de_la_personne(criteres: Criteres) -> dict[str, str]:
    """What is looked for of one person, by column."""
    naissance = criteres.personne_naissance
    voulu = {
        "nom_plie": _plie(criteres.personne_nom),
        "prenom_plie": _plie(criteres.personne_prenom),
        "date_naissance": None if naissance is None else naissance.isoformat(),
    }
    return {colonne: valeur for colonne, valeur in voulu.items() if valeur is not None}


def _de_ce_nom(base: str, nom: str) -> sa.CompoundSelect[str]:
    return sa.union_all(
        _choisir(tables.demande_personne, base, nom_plie=nom),
        _choisir(tables.demande, base, association_plie=nom),
    )


def _est(colonne: sa.ColumnElement[str], valeur: str) -> sa.ColumnElement[bool]:
    """That a column holds `valeur`, or begins so when it is a `Prefixe`."""
    if not isinstance(valeur, Prefixe):
        return colonne == valeur
    # A range, which an index serves on either engine, as LIKE does not. Signs alone begin no name.
    return sa.and_(colonne >= str(valeur), colonne < valeur + _DERNIER) if valeur else sa.false()


def _choisir(table: sa.Table, base: str, **valeurs: str) -> sa.Select[str]:
    posees = (_est(table.c[nom], valeur) for nom, valeur in valeurs.items())
    return sa.select(table.c.numero_unique).where(table.c.base == base, *posees)


def _parmi(table: sa.Table, base: str, **valeurs: str) -> sa.ColumnElement[bool]:
    return _D.numero_unique.in_(_choisir(table, base, **valeurs))


def _plie(nom: str | None) -> str | None:
    return None if nom is None else type(nom)(plier(nom))
