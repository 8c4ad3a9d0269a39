"""The form of a demande as people know it: sections in the order of the Cerfa 14069, a label per element.

Data only: `formulaire` lays a document out by it. Paths are below `demandeLogement`, those of a block below
its element. What is in no table is shown too, under its path.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Genre(StrEnum):
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
class Champ:
    """One line of the form: the elements at `chemin` below the block's."""

    chemin: str
    libelle: str
    genre: Genre = Genre.TEXTE


@dataclass(frozen=True, slots=True)
class Bloc:
    """Lines about each of the elements at `chemin`. `titre` names it; « {} » is its rank among several."""

    chemin: str
    titre: str
    champs: tuple[Champ, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form."""

    titre: str
    blocs: tuple[Bloc, ...]


_P: Final = "personnePhysique"
_COTITULAIRE: Final = f"{_P}/listeCotitulaire/cotitulaire"

_ETAT_CIVIL: Final = (
    Champ("civilite", "Civilité"),
    Champ("nom", "Nom d'usage"),
    Champ("nomPatronymique", "Nom de naissance"),
    Champ("prenom", "Prénom"),
    Champ("dateNaissance", "Date de naissance"),
    Champ("nir", "Numéro de sécurité sociale (NIR)", Genre.NIR),
    Champ("nationalite", "Nationalité"),
    Champ("situationFamiliale", "Situation de famille"),
)
_TELEPHONES: Final = (
    Champ("telDomicile", "Téléphone (domicile)"),
    Champ("telPortable", "Téléphone (portable)"),
    Champ("telTravail", "Téléphone (travail)"),
)
_CONTACT: Final = (
    *_TELEPHONES,
    Champ("mel", "Courriel"),
    Champ("notifSms", "Notifications par SMS"),
    Champ("notifEvt", "Notifications des événements"),
    Champ("adressePostale", "Adresse postale", Genre.ADRESSE),
)
_TRAVAIL: Final = (
    Champ("profession", "Profession"),
    Champ("typeContratTravail", "Situation professionnelle"),
    Champ("multiEmployeur", "Plusieurs employeurs"),
    Champ("nomEmployeurPrincipal", "Employeur principal"),
    Champ("etranger", "Lieu de travail à l'étranger"),
    Champ("codePostal", "Code postal du lieu de travail"),
    Champ("commune", "Commune du lieu de travail"),
    Champ("codePostalEtranger", "Code postal (étranger)"),
    Champ("communeEtranger", "Commune (étranger)"),
    Champ("pays", "Pays"),
    Champ("nomOrganismeCollecteur", "Organisme collecteur (Action Logement)"),
)
_REVENU: Final = (
    Champ("anneeMoins1", "Année N-1"),
    Champ("montantMoins1", "Revenu fiscal de référence N-1", Genre.EUROS),
    Champ("anneeMoins2", "Année N-2"),
    Champ("montantMoins2", "Revenu fiscal de référence N-2", Genre.EUROS),
)
_RESSOURCES: Final = (
    Champ("listeRessourceRecue/detailRessource", "Reçues", Genre.RESSOURCES),
    Champ("listeRessourceVersee/detailRessource", "Versées", Genre.RESSOURCES),
    Champ("listeRessourceRecuePersACharge/detailRessource", "Reçues par les personnes à charge",
          Genre.RESSOURCES),
    Champ("listeRessourceVerseePersACharge/detailRessource", "Versées par les personnes à charge",
          Genre.RESSOURCES),
)  # fmt: skip


def _titulaires(sous: str, champs: tuple[Champ, ...]) -> tuple[Bloc, ...]:
    """The same lines about the applicant, then each co-holder."""
    suite = f"/{sous}" if sous else ""
    return (
        Bloc(f"{_P}/demandeur{suite}", "Demandeur", champs),
        Bloc(f"{_COTITULAIRE}{suite}", "Co-titulaire {}", champs),
    )


SECTIONS: Final = (
    Section(
        "Enregistrement",
        (
            Bloc(
                "",
                "",
                (
                    Champ("numUnique", "Numéro unique"),
                    Champ("numUniqueAssocie", "Numéro unique associé"),
                    Champ("numGuichet", "Guichet"),
                    Champ("refInterne", "Référence du guichet"),
                    Champ("dateCreationDemande", "Date de dépôt"),
                    Champ("renouvellement/dateRenouvellement", "Date du dernier renouvellement"),
                    Champ("renouvellementElec", "Renouvellement électronique accepté"),
                    Champ("forcerDoublon", "Enregistrement forcé malgré un doublon"),
                    Champ("dateDerniereModificationPiece", "Dernière pièce reçue"),
                    Champ("incrementFichier", "Rang du fichier"),
                ),
            ),
        ),
    ),
    Section(
        "Le demandeur",
        (
            Bloc(f"{_P}/demandeur", "", _ETAT_CIVIL + _CONTACT),
            Bloc(_P, "", (Champ("adresseLogement", "Adresse du logement", Genre.ADRESSE),)),
            Bloc("association", "Association", (Champ("nom", "Nom de l'association"), *_CONTACT)),
        ),
    ),
    Section(
        "Le conjoint ou futur co-titulaire du bail",
        (
            Bloc(
                _COTITULAIRE,
                "Co-titulaire {}",
                (Champ("lienDemandeur", "Lien avec le demandeur"), *_ETAT_CIVIL, *_TELEPHONES),
            ),
        ),
    ),
    Section(
        "Les personnes à charge qui vivront dans le logement",
        (
            Bloc(
                f"{_P}/listePersonneACharge/personneACharge",
                "Personne à charge {}",
                (
                    Champ("nom", "Nom"),
                    Champ("prenom", "Prénom"),
                    Champ("dateNaissance", "Date de naissance"),
                    Champ("sexe", "Sexe"),
                    Champ("lienParente", "Lien de parenté"),
                ),
            ),
            Bloc(
                f"{_P}/listePersonneEnGarde/personneEnGarde",
                "Enfant en garde alternée ou droit de visite {}",
                (
                    Champ("dateNaissance", "Date de naissance"),
                    Champ("sexe", "Sexe"),
                    Champ("coParentalite", "Accueil"),
                ),
            ),
            Bloc(
                f"{_P}/personneANaitre",
                "Enfant à naître",
                (
                    Champ("nombre", "Nombre d'enfants à naître"),
                    Champ("dateNaissancePrevue", "Naissance prévue"),
                ),
            ),
        ),
    ),
    Section("La situation professionnelle", _titulaires("situationProfessionnelle", _TRAVAIL)),
    Section("Le revenu fiscal de référence", _titulaires("revenuFiscal", _REVENU)),
    Section("Les ressources mensuelles", _titulaires("", _RESSOURCES)),
    Section(
        "Le logement actuel",
        (
            Bloc(
                f"{_P}/logementActuel",
                "",
                (
                    Champ("listeModeleLogement/modeleLogement", "Mode d'occupation"),
                    Champ("compNomOrgBailleur", "Bailleur"),
                    Champ("compResSocDepuis", "En résidence sociale depuis"),
                    Champ("compResHotDepuis", "En résidence hôtelière depuis"),
                    Champ("compSousLocDepuis", "En sous-location depuis"),
                    Champ("compStructDepuis", "En structure d'hébergement depuis"),
                    Champ("compNomStructure", "Structure d'hébergement"),
                    Champ("compCentreDepuis", "En centre depuis"),
                    Champ("compNomCentre", "Centre"),
                    Champ("montantMensuelLoyer", "Loyer et charges", Genre.EUROS_MOIS),
                    Champ("montantMensuelAPL", "Aide au logement", Genre.EUROS_MOIS),
                    Champ("nombreHabitant", "Habitants du logement"),
                    Champ("categorieLogement", "Maison ou appartement"),
                    Champ("typeLogementActuel", "Type de logement"),
                    Champ("surface", "Surface", Genre.SURFACE),
                    Champ("proprietaire", "Propriétaire d'un logement"),
                    Champ("etranger", "À l'étranger"),
                    Champ("codePostal", "Code postal"),
                    Champ("commune", "Commune"),
                    Champ("codePostalEtranger", "Code postal (étranger)"),
                    Champ("communeEtranger", "Commune (étranger)"),
                    Champ("pays", "Pays"),
                    Champ("typeLogementPossede", "Type du logement possédé"),
                ),
            ),
        ),
    ),
    Section(
        "Le motif de la demande",
        (
            Bloc(
                "principauxMotifDemande",
                "",
                (
                    Champ("motifDemande", "Motifs"),
                    Champ("compAutreMotif", "Autre motif"),
                    Champ("compDateJugement", "Date du jugement"),
                ),
            ),
        ),
    ),
    Section(
        "Le logement recherché",
        (
            Bloc(
                "logementRecherche",
                "",
                (
                    Champ("categorieLogementRecherche", "Maison ou appartement"),
                    Champ("listeTypeLogement/typeLogement", "Types de logement"),
                    Champ("avecParking", "Parking souhaité"),
                    Champ("rezDeChaussee", "Rez-de-chaussée accepté"),
                    Champ("sansAscenseur", "Sans ascenseur accepté"),
                    Champ("montantLoyer", "Loyer maximum, charges comprises", Genre.EUROS_MOIS),
                    Champ("demandeElargie", "Demande élargie à d'autres communes"),
                ),
            ),
            Bloc(
                "logementRecherche/listeLocalisationSouhaite/localisationSouhaite",
                "Choix {}",
                (Champ("commune", "Commune"), Champ("quartier", "Quartier")),
            ),
        ),
    ),
    Section("Les précisions du demandeur", (Bloc("", "", (Champ("precision", "Précisions"),)),)),
    Section(
        "Le complément handicap",
        (
            Bloc(
                "listeHandicap/handicap",
                "Personne {}",
                (
                    Champ("dateNaissance", "Date de naissance"),
                    Champ("handicapMoteur", "Handicap moteur"),
                    Champ("listeNatureHandicapMoteur/natureHandicapMoteur", "Nature du handicap moteur"),
                    Champ("handicapSensoriel", "Handicap sensoriel"),
                    Champ("listeNatureHandicapSensoriel/natureHandicapSensoriel",
                          "Nature du handicap sensoriel"),
                    Champ("handicapAutre", "Autre handicap"),
                    Champ("compAutreNature", "Nature de l'autre handicap"),
                    Champ("etatHandicap", "Évolution"),
                    Champ("capaciteMarcheHandicap", "Capacité de marche"),
                    Champ("accompagne", "Accompagnement"),
                    Champ("listeAideTechniqueHandicap/aideTechniqueHandicap", "Aides techniques"),
                    Champ("listeEquipementHandicap/equipementHandicap", "Équipements nécessaires"),
                    Champ("besoinParticulier", "Besoin particulier"),
                    Champ("besoinAutre", "Autre besoin"),
                    Champ("referent/handicapReconnu", "Handicap reconnu"),
                    Champ("referent/procheDomicile", "Proximité d'un service nécessaire"),
                    Champ("referent/nom", "Référent"),
                    Champ("referent/adresse", "Adresse du référent"),
                    Champ("referent/tel", "Téléphone du référent"),
                    Champ("referent/mel", "Courriel du référent"),
                ),
            ),
        ),
    ),
    Section(
        "La radiation",
        (
            Bloc(
                "radiation",
                "",
                (
                    Champ("dateRadiation", "Date de radiation"),
                    Champ("motifRadiation", "Motif"),
                    Champ("sousMotifIrrecevabilite", "Sous-motif d'irrecevabilité"),
                    Champ("absenceReponse/dateCourrier", "Courrier resté sans réponse"),
                ),
            ),
            Bloc(
                "radiation/attributionLogement",
                "Logement attribué",
                (
                    Champ("dateSignatureBail", "Signature du bail"),
                    Champ("dejaLogeParcBailleur", "Déjà logé dans le parc du bailleur"),
                    Champ("numeroRpls", "Numéro RPLS du logement"),
                    Champ("attribueEnComDALO", "Attribué en commission DALO"),
                    Champ("accordCollectif", "Accord collectif"),
                    Champ("typeReservataire", "Réservataire"),
                    Champ("codeSirenBailleur", "SIREN du bailleur"),
                    Champ("zus", "Quartier prioritaire (ZUS)"),
                    Champ("typeLogement", "Type de logement"),
                    Champ("surface", "Surface", Genre.SURFACE),
                    Champ("montantLoyer", "Loyer", Genre.EUROS_MOIS),
                    Champ("adresse", "Adresse", Genre.ADRESSE),
                ),
            ),
        ),
    ),
    Section(
        "Les indicateurs calculés par le SNE",
        (
            Bloc(
                "informationTraitement",
                "",
                (
                    Champ("estDelaiAnormalementLong", "Délai anormalement long"),
                    Champ("estMultiplesAttributionsSousConditions",
                          "Plusieurs attributions sous condition"),
                    Champ("dateCalculIndicateur", "Calculés le"),
                    Champ("ressourcesAnnuellesUC", "Ressources annuelles par UC", Genre.EUROS),
                    Champ("nombreUC", "Unités de consommation", Genre.DECIMAL),
                    Champ("premierQuartile", "Premier quartile"),
                ),
            ),
        ),
    ),
)  # fmt: skip

#: The `informationDalo` block, which stands beside the form.
DALO: Final = Section(
    "Le droit au logement opposable (DALO)",
    (
        Bloc(
            "informationDalo",
            "",
            (
                Champ("statutDalo", "Statut"),
                Champ("dateDecisionDalo", "Date de la décision"),
                Champ("diagnosticSocialDalo", "Diagnostic social"),
                Champ("accompagnementSocialDalo", "Accompagnement social"),
                Champ("typologieLogementDalo", "Type de logement prescrit"),
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
