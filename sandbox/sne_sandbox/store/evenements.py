"""Events of the gestion partagée, as rows and as values."""

import json
from typing import Any, Final

import sqlalchemy as sa

from sne_sandbox.domain.evenement import Evenement
from sne_sandbox.store import tables
from sne_sandbox.store.connexion import Connexion, Ligne, RequeteSql
from sne_sandbox.store.valeurs import (
    instant_de,
    instant_ou_rien,
    iso_ou_rien,
    jour_ou_rien,
    micros,
    micros_ou_rien,
)

_E: Final = tables.evenement.c
_COLONNES: Final = (
    _E.identifiant, _E.numero_unique, _E.code_type, _E.auteur_creation, _E.cree_le, _E.nature,
    _E.date_survenance, _E.commentaire, _E.caracteristiques, _E.auteur_modification, _E.modifie_le,
)  # fmt: skip
_LIRE: Final = RequeteSql(
    sa.select(*_COLONNES).where(
        _E.base == sa.bindparam("base"), _E.identifiant == sa.bindparam("identifiant")
    )
)
_LISTER: Final = RequeteSql(
    sa.select(*_COLONNES)
    .where(_E.base == sa.bindparam("base"), _E.numero_unique == sa.bindparam("numero"))
    .order_by(_E.identifiant)
)
_AJOUTER: Final = RequeteSql(sa.insert(tables.evenement))
_MODIFIER: Final = RequeteSql(
    sa.update(tables.evenement)
    .where(_E.base == sa.bindparam("cle_base"), _E.identifiant == sa.bindparam("cle"))
    .values({c.name: sa.bindparam(c.name) for c in _COLONNES if c.name != "identifiant"})
)


def lire(connexion: Connexion, base: str, identifiant: int) -> Evenement | None:
    """The event of that id."""
    ligne = connexion.ligne(_LIRE, {"base": base, "identifiant": identifiant})
    return None if ligne is None else _evenement_de(ligne)


def lister(connexion: Connexion, base: str, numero: str) -> list[Evenement]:
    """The events of a demande in the order they were written, deleted ones included."""
    return [_evenement_de(ligne) for ligne in connexion.lignes(_LISTER, {"base": base, "numero": numero})]


def ajouter(connexion: Connexion, base: str, evenement: Evenement) -> None:
    """Writes a new event under its id."""
    connexion.faire(_AJOUTER, {"base": base, "identifiant": evenement.identifiant, **_valeurs(evenement)})


def modifier(connexion: Connexion, base: str, evenement: Evenement) -> bool:
    """Replaces the event of the same id; whether there was one."""
    parametres = {"cle_base": base, "cle": evenement.identifiant, **_valeurs(evenement)}
    return connexion.faire(_MODIFIER, parametres) == 1


def _valeurs(evenement: Evenement) -> dict[str, Any]:
    return {
        "numero_unique": evenement.numero_unique,
        "code_type": evenement.code_type,
        "auteur_creation": evenement.auteur_creation,
        "cree_le": micros(evenement.cree_le),
        "nature": evenement.nature,
        "date_survenance": iso_ou_rien(evenement.date_survenance),
        "commentaire": evenement.commentaire,
        "caracteristiques": json.dumps(evenement.caracteristiques, ensure_ascii=False),
        "auteur_modification": evenement.auteur_modification,
        "modifie_le": micros_ou_rien(evenement.modifie_le),
    }


def _evenement_de(ligne: Ligne) -> Evenement:
    return Evenement(
        identifiant=ligne[0],
        numero_unique=ligne[1],
        code_type=ligne[2],
        auteur_creation=ligne[3],
        cree_le=instant_de(ligne[4]),
        nature=ligne[5],
        date_survenance=jour_ou_rien(ligne[6]),
        commentaire=ligne[7],
        caracteristiques=tuple((code, valeur) for code, valeur in json.loads(ligne[8])),
        auteur_modification=ligne[9],
        modifie_le=instant_ou_rien(ligne[10]),
    )
