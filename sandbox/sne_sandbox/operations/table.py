"""The 13 operations, by WSDL name. A guard joins this table to the WSDLs, both ways."""

from collections.abc import Mapping
from typing import Final

from sne_sandbox.operations.demande_logement import (
    get_declaration_nouveau_dalo,
    get_demande_logement,
    get_demandes_radiees_depuis_le,
    get_doublons,
    get_nouveaux_dalo_depuis_le,
    get_num_unique,
)
from sne_sandbox.operations.gestion_partagee import evenements, types_evenements
from sne_sandbox.operations.question import Operation
from sne_sandbox.operations.recherche_demande import recherche_multicritere

OPERATIONS: Final[Mapping[str, Operation]] = {
    operation.nom: operation
    for operation in (
        get_num_unique.OPERATION,
        get_demande_logement.OPERATION,
        get_doublons.OPERATION,
        get_declaration_nouveau_dalo.OPERATION,
        get_demandes_radiees_depuis_le.OPERATION,
        get_nouveaux_dalo_depuis_le.OPERATION,
        types_evenements.NATIONAUX,
        types_evenements.TERRITORIAUX,
        evenements.LISTER,
        evenements.AJOUTER,
        evenements.MODIFIER,
        evenements.SUPPRIMER,
        recherche_multicritere.OPERATION,
    )
}
