"""getNouveauxDaloDepuisLe: the DALO decisions recorded since an instant."""

from typing import Final

from sne_sandbox.operations import depuis_le
from sne_sandbox.operations.question import Operation, Question, Sortie


def executer(question: Question) -> Sortie:
    """A ZIP of the demandes whose DALO decision was recorded since."""
    demandes = question.registre.daloes_depuis(depuis_le.instant(question, "dateNouveauDaloDepuisLe"))
    return depuis_le.sortie(question, demandes, "DAL", "nomFichierNouveauxDalo", "fichierNouveauxDalo")


OPERATION: Final = Operation(nom="getNouveauxDaloDepuisLe", executer=executer, certificat_exige=True)
