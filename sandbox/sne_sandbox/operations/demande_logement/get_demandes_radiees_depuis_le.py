"""getDemandesRadieesDepuisLe: the radiations recorded since an instant."""

from typing import Final

from sne_sandbox.operations import depuis_le
from sne_sandbox.operations.question import Operation, Question, Sortie


def executer(question: Question) -> Sortie:
    """A ZIP of the demandes radiated since, by motive, DALO status and reserver where they are given."""
    appel = question.appel
    demandes = question.registre.radiees_depuis(
        depuis_le.instant(question, "dateRadiationDepuisLe"),
        motif=appel.texte("motifRadiation") or None,
        statut_dalo=appel.texte("statutDalo") or None,
        type_reservataire=appel.texte("typeReservataire") or None,
    )
    return depuis_le.sortie(question, demandes, "RAD", "nomFichierDemandesRadiees", "fichierDemandesRadiees")


OPERATION: Final = Operation(nom="getDemandesRadieesDepuisLe", executer=executer, certificat_exige=True)
