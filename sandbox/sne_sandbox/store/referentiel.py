"""Guichets and event types, as rows and as values."""

import json
from datetime import date
from typing import Any

from sne_sandbox.domain.evenement import Caracteristique, TypeEvenement
from sne_sandbox.domain.guichet import Guichet, NatureGuichet
from sne_sandbox.store.connexion import Ligne
from sne_sandbox.store.valeurs import iso_ou_rien, jour_ou_rien


def ligne_guichet(base: str, guichet: Guichet) -> dict[str, Any]:
    """The row of a guichet."""
    return {
        "base": base,
        "code": guichet.code,
        "nature": guichet.nature.value,
        "territoire": guichet.territoire,
        "nom": guichet.nom,
        "adresse": guichet.adresse,
        "ouvert_le": guichet.ouvert_le.isoformat(),
        "ferme_le": iso_ou_rien(guichet.ferme_le),
    }


def guichet_de(ligne: Ligne) -> Guichet:
    """The guichet of a row of the table."""
    _, code, nature, territoire, nom, adresse, ouvert_le, ferme_le = ligne
    return Guichet(
        code=code,
        nature=NatureGuichet(nature),
        territoire=territoire,
        nom=nom,
        adresse=adresse,
        ouvert_le=date.fromisoformat(ouvert_le),
        ferme_le=jour_ou_rien(ferme_le),
    )


def ligne_type(base: str, type_: TypeEvenement) -> dict[str, Any]:
    """The row of an event type: its definition is read whole or not at all."""
    definition = {
        "libelle": type_.libelle,
        "texte_pgp": type_.texte_pgp,
        "texte_sne": type_.texte_sne,
        "reglementaire": type_.reglementaire,
        "a_publier": type_.a_publier,
        "multiples_attributions": type_.multiples_attributions,
        "recherche_instruction": type_.recherche_instruction,
        "debut_validite": iso_ou_rien(type_.debut_validite),
        "fin_validite": iso_ou_rien(type_.fin_validite),
        "caracteristiques": [
            {
                "code": c.code,
                "libelle": c.libelle,
                "type": c.type,
                "obligatoire": c.obligatoire,
                "texte": c.texte,
                "aide": c.aide,
                "valeurs": c.valeurs,
                "debut_validite": iso_ou_rien(c.debut_validite),
                "fin_validite": iso_ou_rien(c.fin_validite),
            }
            for c in type_.caracteristiques
        ],
    }
    return {
        "base": base,
        "code": type_.code,
        "territoire": type_.territoire,
        "definition": json.dumps(definition, ensure_ascii=False),
    }


def type_de(ligne: Ligne) -> TypeEvenement:
    """The event type of a row of the table."""
    _, code, territoire, texte = ligne
    lu = json.loads(texte)
    caracteristiques = tuple(
        Caracteristique(
            **{
                **c,
                "valeurs": tuple((v, libelle) for v, libelle in c["valeurs"]),
                "debut_validite": jour_ou_rien(c["debut_validite"]),
                "fin_validite": jour_ou_rien(c["fin_validite"]),
            }
        )
        for c in lu.pop("caracteristiques")
    )
    debut, fin = jour_ou_rien(lu.pop("debut_validite")), jour_ou_rien(lu.pop("fin_validite"))
    return TypeEvenement(
        code=code,
        territoire=territoire,
        caracteristiques=caracteristiques,
        debut_validite=debut,
        fin_validite=fin,
        **lu,
    )
