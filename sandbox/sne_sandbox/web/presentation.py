"""The operations and their fields, told in French to who does not know the interface."""

from collections.abc import Mapping
from typing import Final

#: What each operation is for: a title, a sentence.
OPERATIONS_DITES: Final[Mapping[str, tuple[str, str]]] = {
    "getNumUnique": (
        "Enregistrer une demande, et tout ce qui la suit",
        "Crée, modifie, renouvelle ou radie une demande : le type de fichier, dans le document, dit quoi.",
    ),
    "getDemandeLogement": ("Consulter une demande", "Rend la demande d'un numéro unique."),
    "getDoublons": (
        "Chercher les doublons",
        "Dit si le demandeur a déjà une demande active, avant de l'enregistrer.",
    ),
    "getDeclarationNouveauDalo": (
        "Déclarer un DALO",
        "Inscrit sur une demande la décision de la commission de médiation.",
    ),
    "getDemandesRadieesDepuisLe": (
        "Relever les radiations",
        "Rend, en archive, les demandes radiées depuis un instant.",
    ),
    "getNouveauxDaloDepuisLe": (
        "Relever les DALO",
        "Rend, en archive, les demandes déclarées DALO depuis un instant.",
    ),
    "listerTypesEvenementsNationaux": (
        "Lister les types d'événements nationaux",
        "Rend les types que tous les guichets emploient.",
    ),
    "listerTypesEvenementsTerritoriaux": (
        "Lister les types d'événements d'un territoire",
        "Rend les types propres à un territoire.",
    ),
    "listerEvenementsDemande": ("Lister les événements d'une demande", "Rend ce qui a été noté sur elle."),
    "ajouterEvenementDemande": (
        "Ajouter un événement",
        "Note un événement sur une demande : pièce vue, proposition, décision d'attribution…",
    ),
    "modifierEvenementDemande": ("Modifier un événement", "Change un événement que ce guichet a ajouté."),
    "supprimerEvenementDemande": ("Supprimer un événement", "Retire un événement que ce guichet a ajouté."),
    "rechercheDemandeMulticritere": (
        "Chercher des demandes",
        "Rend les demandes qui répondent à des critères : état, dates, commune, personne…",
    ),
}
#: Fields of the messages that are no document: a label, a help, the list of their codes ("" for none).
CHAMPS_DITS: Final[Mapping[str, tuple[str, str, str]]] = {
    "numUnique": ("Numéro unique", "18 caractères", ""),
    "complet": ("Complet", "n'importe quel texte : demande aussi ce que le SNE calcule", ""),
    "dateRadiationDepuisLe": ("Radiées depuis le", "instant : 2018-03-15T00:00:00", ""),
    "dateNouveauDaloDepuisLe": ("Déclarées depuis le", "instant : 2018-03-15T00:00:00", ""),
    "motifRadiation": ("Motif de radiation", "tous, si rien n'est choisi", "ListeMotifsRadiation"),
    "statutDalo": ("Statut DALO", "tous, si rien n'est choisi", "ListeStatutDalo"),
    "typeReservataire": ("Type de réservataire", "tous, si rien n'est choisi", "ListeTypeReservataire"),
}
