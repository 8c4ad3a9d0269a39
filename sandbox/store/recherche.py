"""The criteria of `rechercheDemandeMulticritere` (`contract/recherche.csv`), and the select they make."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from sandbox.domain.demande_stockee import Etat
from sandbox.domain.texte import plier
from sandbox.store import tables

_D: Final = tables.demande.c


@dataclass(frozen=True, slots=True)
class Criteres:
    """What is looked for; None (or empty) criteria are not given, and all given ones must hold. Bounds are
    inclusive. Names compare folded; a person is the applicant or a co-holder, by name in use."""

    numero_unique: str | None = None
    etat: Etat | None = None
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


def conditions(base: str, criteres: Criteres) -> list[sa.ColumnElement[bool]]:
    """The conditions on `demande` that the stored criteria make."""
    egalites: tuple[tuple[sa.Column[Any], Any], ...] = (
        (_D.numero_unique, criteres.numero_unique),
        (_D.motif_radiation, criteres.motif_radiation),
        (_D.commune_attribution, criteres.commune_attribution),
        (_D.association_plie, None if criteres.association_nom is None else plier(criteres.association_nom)),
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
        if debut is not None:
            posees.append(colonne >= debut.isoformat())
        if fin is not None:
            posees.append(colonne <= fin.isoformat())
    if criteres.motif_demande is not None:
        posees.append(_parmi(tables.demande_motif, base, motif=criteres.motif_demande))
    if criteres.commune_souhaitee is not None:
        posees.append(_parmi(tables.demande_commune, base, commune=criteres.commune_souhaitee))
    personne = {
        "nom_plie": None if criteres.personne_nom is None else plier(criteres.personne_nom),
        "prenom_plie": None if criteres.personne_prenom is None else plier(criteres.personne_prenom),
        "date_naissance": None
        if criteres.personne_naissance is None
        else criteres.personne_naissance.isoformat(),
    }
    if any(valeur is not None for valeur in personne.values()):
        posees.append(_parmi(tables.demande_personne, base, **personne))
    if criteres.pieces:
        posees.append(sa.false())
    return posees


def _parmi(table: sa.Table, base: str, **valeurs: str | None) -> sa.ColumnElement[bool]:
    choix = sa.select(table.c.numero_unique).where(table.c.base == base)
    for nom, valeur in valeurs.items():
        if valeur is not None:
            choix = choix.where(table.c[nom] == valeur)
    return _D.numero_unique.in_(choix)
