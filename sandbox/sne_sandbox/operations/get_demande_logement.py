"""getDemandeLogement: the current document of a demande."""

from typing import Final

from sne_interface.errors import NumeroInconnu
from sne_sandbox.operations.document_ecrit import (
    Presentation,
    blocs_calcules,
    montre_les_calculs,
    note_du_quartile,
)
from sne_sandbox.operations.question import Operation, Question, Sortie


def executer(question: Question) -> Sortie:
    """The form, in the message version that it was registered in; with `complet`, whatever its text, in the
    highest of the day, also DALO, radiation and processing information, which version 02.02 shows in every
    answer (convention).

    Raises NumeroInconnu (convention).
    """
    numero = question.appel.texte("numUnique").strip()
    stockee = question.registre.demande(numero)
    if stockee is None:
        raise NumeroInconnu(numero)
    complet = bool(question.appel.texte("complet"))
    montrer = Presentation.complete if complet else Presentation.de
    vue = montrer(stockee, question.contrat.nomenclatures, question.maintenant, "RET")
    version = vue.adapter(question.contrat, question.jour_du_contrat) if complet else stockee.version
    # The resources per UC and the quartile are shown in every answer; the indicators alone in a whole one.
    if complet or montre_les_calculs(question.contrat, version):
        for bloc in blocs_calcules(stockee, question, version):
            vue.placer(bloc)
    return Sortie(
        racine=vue.racine,
        version=version,
        champ="fichierDemande",
        champ_nom="nomFichierDemande",
        nom_fichier=question.nom_de_fichier("RET", numero[7:13]),
        numero_unique=numero,
        notes=note_du_quartile(stockee, question, version),
    )


OPERATION: Final = Operation(nom="getDemandeLogement", executer=executer)
