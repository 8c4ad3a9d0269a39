"""rechercheDemandeMulticritere: the numbers of the demandes that hold all criteria."""

from dataclasses import replace
from typing import Final

from sandbox.contract.schema import Document
from sandbox.domain.anomalie import Anomalie
from sandbox.domain.element import Element, construire
from sandbox.operations import fichier_xml
from sandbox.operations.question import Operation, Question, Sortie
from sandbox.rules.engine import anomalie_de
from sandbox.store.recherche import Criteres


def executer(question: Question) -> Sortie:
    """`listeDemandes`, no more than the base's `recherche_max` (RCH003, structurante)."""
    limite = question.base.reglages.recherche_max
    numeros = question.registre.rechercher(criteres(question.recu), limite)
    if len(numeros) > limite:
        trop: Anomalie = anomalie_de(
            question.contrat, "RCH003", "interfaceNuu/operation/demandeMulticritere", {"max": str(limite)}
        )
        return refuser(replace(question, anomalies=(*question.anomalies, trop)))
    liste = construire("listeDemandes", tuple(construire("numUnique", n) for n in numeros))
    return fichier_xml.sortie(question, Document.RECHERCHE, "RCH", liste)


def refuser(question: Question) -> Sortie:
    """The answer of a search that is refused."""
    return fichier_xml.refus(question, Document.RECHERCHE, "RCH")


def criteres(racine: Element) -> Criteres:
    """The criteria written in a search document."""
    bloc = racine.enfant("operation/demandeMulticritere") or Element("demandeMulticritere")
    pieces = bloc.tous("piecesJustificatives/codeCategorie")
    return Criteres(
        numero_unique=bloc.texte_de("numUnique"),
        etat=bloc.texte_de("etatDemande"),
        depot_debut=bloc.date_de("dateDepotDebut"),
        depot_fin=bloc.date_de("dateDepotFin"),
        renouvellement_debut=bloc.date_de("dateRenouvellementDebut"),
        renouvellement_fin=bloc.date_de("dateRenouvellementFin"),
        radiation_debut=bloc.date_de("dateRadiationDebut"),
        radiation_fin=bloc.date_de("dateRadiationFin"),
        motif_demande=bloc.texte_de("motifDemande"),
        motif_radiation=bloc.texte_de("motifRadiation"),
        commune_souhaitee=bloc.texte_de("communeSouhaitee"),
        commune_attribution=bloc.texte_de("communeAttribution"),
        delai_anormalement_long=bloc.booleen_de("estDelaiAnormalementLong"),
        multiples_attributions=bloc.booleen_de("estMultiplesAttributionsSousConditions"),
        association_nom=bloc.texte_de("association/nom"),
        personne_nom=bloc.texte_de("personneRecherchee/nom"),
        personne_prenom=bloc.texte_de("personneRecherchee/prenom"),
        personne_naissance=bloc.date_de("personneRecherchee/dateNaissance"),
        pieces=tuple(piece.texte for piece in pieces),
    )


OPERATION: Final = Operation(
    nom="rechercheDemandeMulticritere",
    executer=executer,
    champ="fichierXml",
    champ_nom="nomFichier",
    genre=Document.RECHERCHE,
    type_regles="RCH",
    refuser=refuser,
)
