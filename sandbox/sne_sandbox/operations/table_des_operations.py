"""The 13 operations, by WSDL name. A guard joins this table to the WSDLs, both ways."""

from collections.abc import Mapping
from typing import Final

from sne_sandbox.operations import (
    depuis_le,
    gestion_partagee,
    get_declaration_nouveau_dalo,
    get_demande_logement,
    get_doublons,
    get_num_unique,
    recherche_multicritere,
)
from sne_sandbox.operations.question import Operation

OPERATIONS: Final[Mapping[str, Operation]] = {
    operation.nom: operation
    for operation in (
        get_num_unique.OPERATION,
        get_demande_logement.OPERATION,
        get_doublons.OPERATION,
        get_declaration_nouveau_dalo.OPERATION,
        depuis_le.RADIEES,
        depuis_le.NOUVEAUX_DALO,
        gestion_partagee.NATIONAUX,
        gestion_partagee.TERRITORIAUX,
        gestion_partagee.LISTER,
        gestion_partagee.AJOUTER,
        gestion_partagee.MODIFIER,
        gestion_partagee.SUPPRIMER,
        recherche_multicritere.OPERATION,
    )
}
