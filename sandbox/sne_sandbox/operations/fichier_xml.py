"""What the event and search operations share: documents with `entete/codeGuichet` and `listeAnomalies`."""

from typing import Final

from sne_sandbox.contract import codec
from sne_sandbox.contract.schema import Document
from sne_sandbox.domain.element import Element
from sne_sandbox.operations.document import entete, liste_anomalies
from sne_sandbox.operations.question import Question, Sortie

#: `versionInterface` of these documents is fixed.
VERSION: Final = "02.00"


def sortie(question: Question, genre: Document, prefixe: str, *blocs: Element) -> Sortie:
    """The document received, header RET, its `operation`, then `blocs` and `listeAnomalies` (empty ones left
    out)."""
    guichet = question.recu.texte_de("entete/codeGuichet") or question.guichet or ""
    tete = entete("RET", question.maintenant, codeGuichet=guichet)
    operation = tuple(e for e in question.recu.enfants if e.nom == "operation")
    anomalies = liste_anomalies(question.en_reponse)
    contenu = tuple(bloc for bloc in (*blocs, anomalies) if bloc.enfants)
    racine = Element("interfaceNuu", "", {"versionInterface": VERSION}, (tete, *operation, *contenu))
    return Sortie(
        racine=codec.arbre(racine),
        genre=genre,
        version=VERSION,
        champ="fichierXmlRetour",
        champ_nom="nomFichierXmlRetour",
        nom_fichier=question.nom_de_fichier(prefixe, "000000"),
    )


def refus(question: Question, genre: Document, prefixe: str) -> Sortie:
    """The answer of a message with blocking anomalies."""
    return sortie(question, genre, prefixe)
