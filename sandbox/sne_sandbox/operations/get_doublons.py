"""getDoublons: the active demandes of the territory that hold a person of the one received."""

from typing import Final

from sne_interface.contract import codec
from sne_interface.contract.schemas import Document
from sne_interface.domain.demande import Demande
from sne_interface.errors import DoublonsAssociation
from sne_sandbox.operations import document_ecrit
from sne_sandbox.operations.question import Operation, Question, Sortie


def executer(question: Question) -> Sortie:
    """`listeDoublons`, or an answer with no field when there is none.

    Raises DoublonsAssociation for an association, as the real server does (attested), unless the base's
    setting `doublons_association` is « vide ».
    """
    demande = Demande(question.recu)
    if demande.est_association:
        if question.base.reglages.doublons_association == "erreur":
            raise DoublonsAssociation()
        return Sortie()
    sauf = [numero for numero in (demande.numero_unique, demande.numero_associe) if numero]
    trouves = question.registre.doublons(demande.territoire or "", demande.titulaires, sauf=sauf)
    if not trouves:
        return Sortie()
    return Sortie(
        octets=codec.encoder(document_ecrit.liste_doublons(trouves)),
        genre=Document.DOUBLONS,
        champ="listeDoublons",
        champ_nom="nomFichierDoublons",
        nom_fichier=question.nom_de_fichier("DOU", question.sequence_recue()),
    )


OPERATION: Final = Operation(
    nom="getDoublons", executer=executer, champ="fichierDemande", champ_nom="nomFichierDemande"
)
