"""The published contract, as far as this application needs it: names, services, operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

#: Namespace of the three services, of the documents they carry, of SOAP 1.2, of XOP.
WS: Final = "http://ws.metier.nuu.application.i2/"
NUU: Final = "http://nuu.application.i2/"
SOAP: Final = "http://www.w3.org/2003/05/soap-envelope"
XOP: Final = "http://www.w3.org/2004/08/xop/include"

VERSIONS: Final = ("02.00", "02.01", "02.02")


@dataclass(frozen=True, slots=True)
class OperationAppelee:
    """`service` names an address, `entree` is the element of the body, `champs` its fields in order; `sortie`
    the element answered."""

    nom: str
    service: str
    entree: str
    champs: tuple[str, ...]
    sortie: str

    @property
    def action(self) -> str:
        """The SOAP action: the namespace of the services, then the name."""
        return WS + self.nom


#: What a feed may be filtered by, and the field that says it, which is a code: an attribute, and no text.
FILTRES: Final = {
    "motif_radiation": "motifRadiation", "statut_dalo": "statutDalo", "type_reservataire": "typeReservataire",
}  # fmt: skip
CODES: Final = tuple(FILTRES.values())
_CERTIFICAT: Final = ("nomCertificat", "certificat")
_FICHIER: Final = ("nomFichier", "fichierXml", "nomCertificat")


def _demande(nom: str, racine: str, *champs: str) -> OperationAppelee:
    return OperationAppelee(nom, "demande_logement", f"{racine}Parametres", champs, f"{racine}Reponse")


def _fichier(service: str, nom: str) -> OperationAppelee:
    return OperationAppelee(nom, service, "fichierXmlParametres", _FICHIER, "fichierXmlReponse")


_TABLE: Final = (
    _demande("getNumUnique", "numUnique", "nomFichierDemande", "fichierDemande", *_CERTIFICAT),
    _demande("getDemandeLogement", "demandeLogement", "numUnique", *_CERTIFICAT, "complet"),
    _demande("getDoublons", "rechercheDoublons", "nomFichierDemande", "fichierDemande"),
    _demande(
        "getDeclarationNouveauDalo", "declarationNouveauDalo", "nomFichierDalo", "fichierDalo", *_CERTIFICAT
    ),
    _demande(
        "getDemandesRadieesDepuisLe", "demandesRadieesDepuisLe", "dateRadiationDepuisLe", *CODES, *_CERTIFICAT
    ),
    _demande("getNouveauxDaloDepuisLe", "nouveauxDaloDepuisLe", "dateNouveauDaloDepuisLe", *_CERTIFICAT),
    _fichier("gestion_partagee_evt", "listerTypesEvenementsNationaux"),
    _fichier("gestion_partagee_evt", "listerTypesEvenementsTerritoriaux"),
    _fichier("gestion_partagee_evt", "listerEvenementsDemande"),
    _fichier("gestion_partagee_evt", "ajouterEvenementDemande"),
    _fichier("gestion_partagee_evt", "modifierEvenementDemande"),
    _fichier("gestion_partagee_evt", "supprimerEvenementDemande"),
    _fichier("recherche_demande", "rechercheDemandeMulticritere"),
)  # fmt: skip
OPERATIONS: Final[Mapping[str, OperationAppelee]] = {operation.nom: operation for operation in _TABLE}

#: Children of demandeLogement, in the order of the schema.
ORDRE: Final = (
    "numGuichet", "numUnique", "numUniqueAssocie", "refInterne", "dateCreationDemande", "forcerDoublon",
    "renouvellementElec", "precision", "informationTraitement", "logementRecherche", "principauxMotifDemande",
    "association", "personnePhysique", "listeHandicap", "renouvellement", "radiation", "listeAnomalie",
    "listeDoublons", "dateDerniereModificationPiece", "incrementFichier",
)  # fmt: skip
#: Those that are not form data: the SNE keeps or computes them, or they belong to one message.
HORS_FORMULAIRE: Final = frozenset(
    ("numGuichet", "numUnique", "forcerDoublon", "informationTraitement", "renouvellement", "radiation",
     "listeAnomalie", "listeDoublons", "dateDerniereModificationPiece", "incrementFichier")
)  # fmt: skip

_FRANCE_OU_ETRANGER: Final = "codePostal commune codePostalEtranger communeEtranger pays"
_PERSONNE: Final = (
    "civilite nom prenom dateNaissance nationalite situationFamiliale situationProfessionnelle "
    "listeRessourceRecue listeRessourceVersee"
)
#: What the schema wants even when there is nothing to say, by parent.
OBLIGATOIRES: Final[Mapping[str, frozenset[str]]] = {
    parent: frozenset(noms.split())
    for parent, noms in {
        "demandeLogement": "numGuichet dateCreationDemande precision association personnePhysique",
        "logementRecherche": "demandeElargie listeTypeLogement listeLocalisationSouhaite",
        "listeTypeLogement": "typeLogement",
        "listeLocalisationSouhaite": "localisationSouhaite",
        "localisationSouhaite": "commune",
        "principauxMotifDemande": "motifDemande",
        "association": "nom",
        "adressePostale": f"etranger voie {_FRANCE_OU_ETRANGER}",
        "adresseLogement": f"etranger voie {_FRANCE_OU_ETRANGER}",
        "personnePhysique": "demandeur logementActuel",
        "demandeur": f"{_PERSONNE} adressePostale revenuFiscal "
        "listeRessourceRecuePersACharge listeRessourceVerseePersACharge",
        "cotitulaire": f"{_PERSONNE} lienDemandeur",
        "situationProfessionnelle": f"typeContratTravail {_FRANCE_OU_ETRANGER}",
        "logementActuel": f"listeModeleLogement proprietaire {_FRANCE_OU_ETRANGER}",
        "listeModeleLogement": "modeleLogement",
        "renouvellement": "dateRenouvellement",
        "radiation": "dateRadiation motifRadiation",
        "attributionLogement": "dateSignatureBail dejaLogeParcBailleur accordCollectif typeReservataire",
    }.items()
}

#: Elements that may occur several times: (parent, name).
REPETABLES: Final = frozenset(
    (
        ("anomalie", "complement"),
        ("listeAideTechniqueHandicap", "aideTechniqueHandicap"),
        ("listeAnomalie", "anomalie"),
        ("listeCotitulaire", "cotitulaire"),
        ("listeDoublons", "doublon"),
        ("listeEquipementHandicap", "equipementHandicap"),
        ("listeHandicap", "handicap"),
        ("listeLocalisationSouhaite", "localisationSouhaite"),
        ("listeLocalisationSouhaitee", "localisationSouhaitee"),
        ("listeModeleLogement", "modeleLogement"),
        ("listeNatureHandicapMoteur", "natureHandicapMoteur"),
        ("listeNatureHandicapSensoriel", "natureHandicapSensoriel"),
        ("listePersonneACharge", "personneACharge"),
        ("listePersonneEnGarde", "personneEnGarde"),
        ("listeRessourceRecue", "detailRessource"),
        ("listeRessourceRecuePersACharge", "detailRessource"),
        ("listeRessourceVersee", "detailRessource"),
        ("listeRessourceVerseePersACharge", "detailRessource"),
        ("listeTypeLogement", "typeLogement"),
        ("principauxMotifDemande", "motifDemande"),
    )
)
