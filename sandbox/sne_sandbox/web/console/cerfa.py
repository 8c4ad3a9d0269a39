"""The form of a demande as people know it: sections in the order of the Cerfa 14069, a label per element.

Data only: `formulaire` lays a document out by it. Paths are below `demandeLogement`, those of a block below
its element. What is in no table is shown too, under its path.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class GenreValeur(StrEnum):
    """How a value is written."""

    TEXTE = ""
    EUROS = "€"
    EUROS_MOIS = "€ par mois"
    SURFACE = "m²"
    DECIMAL = "décimal"
    NIR = "nir"
    ADRESSE = "adresse"
    RESSOURCES = "ressources"


@dataclass(frozen=True, slots=True)
class ChampCerfa:
    """One line of the form: the elements at `chemin` below the block's."""

    chemin: str
    libelle: str
    genre: GenreValeur = GenreValeur.TEXTE


@dataclass(frozen=True, slots=True)
class Bloc:
    """Lines about each of the elements at `chemin`. `titre` names it; « {} » is its rank among several."""

    chemin: str
    titre: str
    champs: tuple[ChampCerfa, ...]


@dataclass(frozen=True, slots=True)
class SectionCerfa:
    """A part of the form."""

    titre: str
    blocs: tuple[Bloc, ...]


_P: Final = "personnePhysique"
_COTITULAIRE: Final = f"{_P}/listeCotitulaire/cotitulaire"

_ETAT_CIVIL: Final = (
    ChampCerfa("civilite", "Civilité"),
    ChampCerfa("nom", "Nom d'usage"),
    ChampCerfa("nomPatronymique", "Nom de naissance"),
    ChampCerfa("prenom", "Prénom"),
    ChampCerfa("dateNaissance", "Date de naissance"),
    ChampCerfa("nir", "Numéro de sécurité sociale (NIR)", GenreValeur.NIR),
    ChampCerfa("nationalite", "Nationalité"),
    ChampCerfa("situationFamiliale", "Situation de famille"),
)
_TELEPHONES: Final = (
    ChampCerfa("telDomicile", "Téléphone (domicile)"),
    ChampCerfa("telPortable", "Téléphone (portable)"),
    ChampCerfa("telTravail", "Téléphone (travail)"),
)
_CONTACT: Final = (
    *_TELEPHONES,
    ChampCerfa("mel", "Courriel"),
    ChampCerfa("notifSms", "Notifications par SMS"),
    ChampCerfa("notifEvt", "Notifications des événements"),
    ChampCerfa("adressePostale", "Adresse postale", GenreValeur.ADRESSE),
)
_TRAVAIL: Final = (
    ChampCerfa("profession", "Profession"),
    ChampCerfa("typeContratTravail", "Situation professionnelle"),
    ChampCerfa("multiEmployeur", "Plusieurs employeurs"),
    ChampCerfa("nomEmployeurPrincipal", "Employeur principal"),
    ChampCerfa("etranger", "Lieu de travail à l'étranger"),
    ChampCerfa("codePostal", "Code postal du lieu de travail"),
    ChampCerfa("commune", "Commune du lieu de travail"),
    ChampCerfa("codePostalEtranger", "Code postal (étranger)"),
    ChampCerfa("communeEtranger", "Commune (étranger)"),
    ChampCerfa("pays", "Pays"),
    ChampCerfa("nomOrganismeCollecteur", "Organisme collecteur (Action Logement)"),
)
_REVENU: Final = (
    ChampCerfa("anneeMoins1", "Année N-1"),
    ChampCerfa("montantMoins1", "Revenu fiscal de référence N-1", GenreValeur.EUROS),
    ChampCerfa("anneeMoins2", "Année N-2"),
    ChampCerfa("montantMoins2", "Revenu fiscal de référence N-2", GenreValeur.EUROS),
)
_RESSOURCES: Final = (
    ChampCerfa("listeRessourceRecue/detailRessource", "Reçues", GenreValeur.RESSOURCES),
    ChampCerfa("listeRessourceVersee/detailRessource", "Versées", GenreValeur.RESSOURCES),
    ChampCerfa("listeRessourceRecuePersACharge/detailRessource", "Reçues par les personnes à charge",
          GenreValeur.RESSOURCES),
    ChampCerfa("listeRessourceVerseePersACharge/detailRessource", "Versées par les personnes à charge",
          GenreValeur.RESSOURCES),
)  # fmt: skip


def _titulaires(sous: str, champs: tuple[ChampCerfa, ...]) -> tuple[Bloc, ...]:
    """The same lines about the applicant, then each co-holder."""
    suite = f"/{sous}" if sous else ""
    return (
        Bloc(f"{_P}/demandeur{suite}", "Demandeur", champs),
        Bloc(f"{_COTITULAIRE}{suite}", "Co-titulaire {}", champs),
    )


SECTIONS: Final = (
    SectionCerfa(
        "Enregistrement",
        (
            Bloc(
                "",
                "",
                (
                    ChampCerfa("numUnique", "Numéro unique"),
                    ChampCerfa("numUniqueAssocie", "Numéro unique associé"),
                    ChampCerfa("numGuichet", "Guichet"),
                    ChampCerfa("refInterne", "Référence du guichet"),
                    ChampCerfa("dateCreationDemande", "Date de dépôt"),
                    ChampCerfa("renouvellement/dateRenouvellement", "Date du dernier renouvellement"),
                    ChampCerfa("renouvellementElec", "Renouvellement électronique accepté"),
                    ChampCerfa("forcerDoublon", "Enregistrement forcé malgré un doublon"),
                    ChampCerfa("dateDerniereModificationPiece", "Dernière pièce reçue"),
                    ChampCerfa("incrementFichier", "Rang du fichier"),
                ),
            ),
        ),
    ),
    SectionCerfa(
        "Le demandeur",
        (
            Bloc(f"{_P}/demandeur", "", _ETAT_CIVIL + _CONTACT),
            Bloc(_P, "", (ChampCerfa("adresseLogement", "Adresse du logement", GenreValeur.ADRESSE),)),
            Bloc("association", "Association", (ChampCerfa("nom", "Nom de l'association"), *_CONTACT)),
        ),
    ),
    SectionCerfa(
        "Le conjoint ou futur co-titulaire du bail",
        (
            Bloc(
                _COTITULAIRE,
                "Co-titulaire {}",
                (ChampCerfa("lienDemandeur", "Lien avec le demandeur"), *_ETAT_CIVIL, *_TELEPHONES),
            ),
        ),
    ),
    SectionCerfa(
        "Les personnes à charge qui vivront dans le logement",
        (
            Bloc(
                f"{_P}/listePersonneACharge/personneACharge",
                "Personne à charge {}",
                (
                    ChampCerfa("nom", "Nom"),
                    ChampCerfa("prenom", "Prénom"),
                    ChampCerfa("dateNaissance", "Date de naissance"),
                    ChampCerfa("sexe", "Sexe"),
                    ChampCerfa("lienParente", "Lien de parenté"),
                ),
            ),
            Bloc(
                f"{_P}/listePersonneEnGarde/personneEnGarde",
                "Enfant en garde alternée ou droit de visite {}",
                (
                    ChampCerfa("dateNaissance", "Date de naissance"),
                    ChampCerfa("sexe", "Sexe"),
                    ChampCerfa("coParentalite", "Accueil"),
                ),
            ),
            Bloc(
                f"{_P}/personneANaitre",
                "Enfant à naître",
                (
                    ChampCerfa("nombre", "Nombre d'enfants à naître"),
                    ChampCerfa("dateNaissancePrevue", "Naissance prévue"),
                ),
            ),
        ),
    ),
    SectionCerfa("La situation professionnelle", _titulaires("situationProfessionnelle", _TRAVAIL)),
    SectionCerfa("Le revenu fiscal de référence", _titulaires("revenuFiscal", _REVENU)),
    SectionCerfa("Les ressources mensuelles", _titulaires("", _RESSOURCES)),
    SectionCerfa(
        "Le logement actuel",
        (
            Bloc(
                f"{_P}/logementActuel",
                "",
                (
                    ChampCerfa("listeModeleLogement/modeleLogement", "Mode d'occupation"),
                    ChampCerfa("compNomOrgBailleur", "Bailleur"),
                    ChampCerfa("compResSocDepuis", "En résidence sociale depuis"),
                    ChampCerfa("compResHotDepuis", "En résidence hôtelière depuis"),
                    ChampCerfa("compSousLocDepuis", "En sous-location depuis"),
                    ChampCerfa("compStructDepuis", "En structure d'hébergement depuis"),
                    ChampCerfa("compNomStructure", "Structure d'hébergement"),
                    ChampCerfa("compCentreDepuis", "En centre depuis"),
                    ChampCerfa("compNomCentre", "Centre"),
                    ChampCerfa("montantMensuelLoyer", "Loyer et charges", GenreValeur.EUROS_MOIS),
                    ChampCerfa("montantMensuelAPL", "Aide au logement", GenreValeur.EUROS_MOIS),
                    ChampCerfa("nombreHabitant", "Habitants du logement"),
                    ChampCerfa("categorieLogement", "Maison ou appartement"),
                    ChampCerfa("typeLogementActuel", "Type de logement"),
                    ChampCerfa("surface", "Surface", GenreValeur.SURFACE),
                    ChampCerfa("proprietaire", "Propriétaire d'un logement"),
                    ChampCerfa("etranger", "À l'étranger"),
                    ChampCerfa("codePostal", "Code postal"),
                    ChampCerfa("commune", "Commune"),
                    ChampCerfa("codePostalEtranger", "Code postal (étranger)"),
                    ChampCerfa("communeEtranger", "Commune (étranger)"),
                    ChampCerfa("pays", "Pays"),
                    ChampCerfa("typeLogementPossede", "Type du logement possédé"),
                ),
            ),
        ),
    ),
    SectionCerfa(
        "Le motif de la demande",
        (
            Bloc(
                "principauxMotifDemande",
                "",
                (
                    ChampCerfa("motifDemande", "Motifs"),
                    ChampCerfa("compAutreMotif", "Autre motif"),
                    ChampCerfa("compDateJugement", "Date du jugement"),
                ),
            ),
        ),
    ),
    SectionCerfa(
        "Le logement recherché",
        (
            Bloc(
                "logementRecherche",
                "",
                (
                    ChampCerfa("categorieLogementRecherche", "Maison ou appartement"),
                    ChampCerfa("listeTypeLogement/typeLogement", "Types de logement"),
                    ChampCerfa("avecParking", "Parking souhaité"),
                    ChampCerfa("rezDeChaussee", "Rez-de-chaussée accepté"),
                    ChampCerfa("sansAscenseur", "Sans ascenseur accepté"),
                    ChampCerfa("montantLoyer", "Loyer maximum, charges comprises", GenreValeur.EUROS_MOIS),
                    ChampCerfa("demandeElargie", "Demande élargie à d'autres communes"),
                ),
            ),
            Bloc(
                "logementRecherche/listeLocalisationSouhaite/localisationSouhaite",
                "Choix {}",
                (ChampCerfa("commune", "Commune"), ChampCerfa("quartier", "Quartier")),
            ),
        ),
    ),
    SectionCerfa("Les précisions du demandeur", (Bloc("", "", (ChampCerfa("precision", "Précisions"),)),)),
    SectionCerfa(
        "Le complément handicap",
        (
            Bloc(
                "listeHandicap/handicap",
                "Personne {}",
                (
                    ChampCerfa("dateNaissance", "Date de naissance"),
                    ChampCerfa("handicapMoteur", "Handicap moteur"),
                    ChampCerfa("listeNatureHandicapMoteur/natureHandicapMoteur", "Nature du handicap moteur"),
                    ChampCerfa("handicapSensoriel", "Handicap sensoriel"),
                    ChampCerfa("listeNatureHandicapSensoriel/natureHandicapSensoriel",
                          "Nature du handicap sensoriel"),
                    ChampCerfa("handicapAutre", "Autre handicap"),
                    ChampCerfa("compAutreNature", "Nature de l'autre handicap"),
                    ChampCerfa("etatHandicap", "Évolution"),
                    ChampCerfa("capaciteMarcheHandicap", "Capacité de marche"),
                    ChampCerfa("accompagne", "Accompagnement"),
                    ChampCerfa("listeAideTechniqueHandicap/aideTechniqueHandicap", "Aides techniques"),
                    ChampCerfa("listeEquipementHandicap/equipementHandicap", "Équipements nécessaires"),
                    ChampCerfa("besoinParticulier", "Besoin particulier"),
                    ChampCerfa("besoinAutre", "Autre besoin"),
                    ChampCerfa("referent/handicapReconnu", "Handicap reconnu"),
                    ChampCerfa("referent/procheDomicile", "Proximité d'un service nécessaire"),
                    ChampCerfa("referent/nom", "Référent"),
                    ChampCerfa("referent/adresse", "Adresse du référent"),
                    ChampCerfa("referent/tel", "Téléphone du référent"),
                    ChampCerfa("referent/mel", "Courriel du référent"),
                ),
            ),
        ),
    ),
    SectionCerfa(
        "La radiation",
        (
            Bloc(
                "radiation",
                "",
                (
                    ChampCerfa("dateRadiation", "Date de radiation"),
                    ChampCerfa("motifRadiation", "Motif"),
                    ChampCerfa("sousMotifIrrecevabilite", "Sous-motif d'irrecevabilité"),
                    ChampCerfa("absenceReponse/dateCourrier", "Courrier resté sans réponse"),
                ),
            ),
            Bloc(
                "radiation/attributionLogement",
                "Logement attribué",
                (
                    ChampCerfa("dateSignatureBail", "Signature du bail"),
                    ChampCerfa("dejaLogeParcBailleur", "Déjà logé dans le parc du bailleur"),
                    ChampCerfa("numeroRpls", "Numéro RPLS du logement"),
                    ChampCerfa("attribueEnComDALO", "Attribué en commission DALO"),
                    ChampCerfa("accordCollectif", "Accord collectif"),
                    ChampCerfa("typeReservataire", "Réservataire"),
                    ChampCerfa("codeSirenBailleur", "SIREN du bailleur"),
                    ChampCerfa("zus", "Quartier prioritaire (ZUS)"),
                    ChampCerfa("typeLogement", "Type de logement"),
                    ChampCerfa("surface", "Surface", GenreValeur.SURFACE),
                    ChampCerfa("montantLoyer", "Loyer", GenreValeur.EUROS_MOIS),
                    ChampCerfa("adresse", "Adresse", GenreValeur.ADRESSE),
                ),
            ),
        ),
    ),
    SectionCerfa(
        "Les indicateurs calculés par le SNE",
        (
            Bloc(
                "informationTraitement",
                "",
                (
                    ChampCerfa("estDelaiAnormalementLong", "Délai anormalement long"),
                    ChampCerfa("estMultiplesAttributionsSousConditions",
                          "Plusieurs attributions sous condition"),
                    ChampCerfa("dateCalculIndicateur", "Calculés le"),
                    ChampCerfa("ressourcesAnnuellesUC", "Ressources annuelles par UC", GenreValeur.EUROS),
                    ChampCerfa("nombreUC", "Unités de consommation", GenreValeur.DECIMAL),
                    ChampCerfa("premierQuartile", "Premier quartile"),
                ),
            ),
        ),
    ),
)  # fmt: skip

#: The `informationDalo` block, which stands beside the form.
DALO: Final = SectionCerfa(
    "Le droit au logement opposable (DALO)",
    (
        Bloc(
            "informationDalo",
            "",
            (
                ChampCerfa("statutDalo", "Statut"),
                ChampCerfa("dateDecisionDalo", "Date de la décision"),
                ChampCerfa("diagnosticSocialDalo", "Diagnostic social"),
                ChampCerfa("accompagnementSocialDalo", "Accompagnement social"),
                ChampCerfa("typologieLogementDalo", "Type de logement prescrit"),
            ),
        ),
    ),
)

#: Pieces of an address that go with the next one: « 12 rue des Lilas », « 62300 Lens ».
COLLES: Final = frozenset({"numero", "codePostal", "codePostalEtranger"})
#: An address on one line: its pieces in order, and what is written before each.
ADRESSE: Final = (
    ("compAdresse", ""),
    ("appartement", "appt "),
    ("etage", "étage "),
    ("escalier", "escalier "),
    ("batiment", "bât. "),
    ("numero", ""),
    ("voie", ""),
    ("lieuDit", ""),
    ("codePostal", ""),
    ("commune", ""),
    ("codePostalEtranger", ""),
    ("communeEtranger", ""),
    ("pays", ""),
    ("nomHebergeant", "chez "),
    ("etranger", ""),
)
