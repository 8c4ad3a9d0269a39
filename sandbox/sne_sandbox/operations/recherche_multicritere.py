"""rechercheDemandeMulticritere: the numbers of the demandes that hold all criteria."""

from dataclasses import replace
from functools import partial
from typing import Final

from sne_interface.contract.schemas import Document
from sne_interface.domain.demande import DemandeStockee, EtatDemande
from sne_interface.domain.element_recu import Element, construire
from sne_interface.rules import engine
from sne_sandbox.operations.document_ecrit import (
    a_multiples_attributions,
    est_delai_anormalement_long,
    fichier_xml,
)
from sne_sandbox.operations.question import Operation, Question, Sortie
from sne_sandbox.store.demandes_recentes import Criteres


def executer(question: Question) -> Sortie:
    """`listeDemandes`, no more than the base's `recherche_max` (RCH003, structurante)."""
    from sne_sandbox.store.recherche_de_demandes import rechercher  # SQLAlchemy: a third of a start

    limite = question.base.reglages.recherche_max
    cherches = criteres(question.recu)
    filtre = partial(_calcules, question, cherches) if cherches.calcules else None
    numeros = rechercher(question.registre, cherches, limite, filtre)
    assert question.contexte is not None
    contexte = replace(question.contexte, resultats=len(numeros))
    trop = engine.juger(contexte, question.contrat, question.base.reglages.profile, engine.Jeu.AU_REGISTRE)
    if any(anomalie.bloquante for anomalie in trop):
        refus = refuser(replace(question, anomalies=(*question.anomalies, *trop)))
        return replace(refus, anomalies=tuple(trop))
    liste = construire("listeDemandes", tuple(construire("numUnique", n) for n in numeros))
    return fichier_xml(question, Document.RECHERCHE, "RCH", liste)


def _calcules(question: Question, cherches: Criteres, stockee: DemandeStockee) -> bool:
    """True when a demande meets the criteria that the SNE computes."""
    jour = question.maintenant.date()
    if cherches.delai_anormalement_long is not None:
        long = est_delai_anormalement_long(stockee.demande, stockee.date_creation, jour)
        if long is not cherches.delai_anormalement_long:
            return False
    if cherches.multiples_attributions is None:
        return True
    evenements = question.registre.evenements(stockee.numero_unique)
    roles = question.contrat.roles.decision
    return a_multiples_attributions(evenements, roles) is cherches.multiples_attributions


def refuser(question: Question) -> Sortie:
    """The answer of a search that is refused."""
    return fichier_xml(question, Document.RECHERCHE, "RCH")


def criteres(racine: Element) -> Criteres:
    """The criteria written in a search document."""
    bloc = racine.enfant("operation/demandeMulticritere") or Element("demandeMulticritere")
    pieces, etat = bloc.tous("piecesJustificatives/codeCategorie"), bloc.texte_de("etatDemande")
    return Criteres(
        numero_unique=bloc.texte_de("numUnique"),
        # RCH005 does not block in every profile: an unknown state is then no criterion.
        etat=EtatDemande(etat) if etat in tuple(EtatDemande) else None,
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
