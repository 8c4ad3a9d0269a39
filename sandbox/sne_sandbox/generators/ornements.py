"""What may be added to a valid demande, element by element, and stays valid: the table.

It says only what neither the nomenclatures nor the schemas of the contract do: which texts are worth trying,
and when an element has a meaning.
"""

from typing import Final

from sne_sandbox.generators.decoration import Condition, Ornement, Ornements
from sne_sandbox.generators.dessins import (
    a,
    a_un_motif,
    adresse_logement,
    ailleurs,
    autre_handicap,
    autre_modele,
    booleen,
    code,
    codes,
    entier,
    expatrie,
    joignable,
    jour,
    lieu_de_travail,
    logement_possede,
    n_habite_pas,
    reserve,
    ressources,
    rien,
    sans,
    sensoriel,
    telephone,
    texte,
    vide,
)  # fmt: skip

#: Texts of `precision` worth trying: what XML escapes, a line end, quotes, the euro sign.
PRECISIONS: Final = (
    "Rien.",
    "L'œil & l’ouïe : <calme>",
    "« Près de l’école » ; 2e étage max. – merci, 20 € de charges",
    "Première ligne.\nSeconde ligne, « à la suite ».",
)


def _facultatif(*noms: str, si: Condition | None = None, garde: float = 0.0) -> Ornement:
    """What the builder of seeds always writes, and a demande may do without: all of `noms` or none."""
    return Ornement(noms[0], rien, si, retire=noms, facultatif=True, garde=garde)


#: Most people have an income.
_AVEC_RESSOURCES: Final = 0.7


_SANS_ABRI: Final = ("SD", "SQUAT", "CAMCAR")
_LIEU: Final = ("codePostal", "commune")
_ADRESSE: Final = (
    _facultatif("numero"),
    Ornement("appartement", texte("appartement", "1", "A-12")),
    Ornement("etage", texte("etage", "0", "12", "É1")),
    Ornement("escalier", texte("escalier", "A", "Est")),
    Ornement("batiment", texte("batiment", "B", "Tour")),
    Ornement("compAdresse", texte("compAdresse", "Cour", "Résidence « L’Œillet », porte 3")),
    Ornement("numero", texte("numero", "1", "12bis", "3 ter")),
    Ornement("lieuDit", texte("lieuDit", "Aÿ", "Le Bas d’Œuf", "L'Hôpital-près-la-Forêt")),
    Ornement("nomHebergeant", reserve("nomHebergeant", "familles")),
)
_EXPATRIATION: Final = Ornement("codePostalEtranger", expatrie, si=a("commune"), expatrie=True, retire=_LIEU)
_TELEPHONES: Final = (
    Ornement("telDomicile", telephone("telDomicile")),
    Ornement("telTravail", telephone("telTravail")),
)
_NOM_DE_NAISSANCE: Final = Ornement("nomPatronymique", reserve("nomPatronymique", "familles"))

ORNEMENTS: Final[Ornements] = {
    "demandeLogement": (
        Ornement("refInterne", texte("refInterne", "R-1", "2018/03-Œ’x", "ABCDEFGHIJKLMNOPQR")),
        Ornement("forcerDoublon", texte("forcerDoublon", "false")),
        Ornement("renouvellementElec", texte("renouvellementElec", "false")),
        Ornement("precision", texte("precision", *PRECISIONS), refait=True),
    ),
    "logementRecherche": (
        _facultatif("categorieLogementRecherche"),
        _facultatif("avecParking"),
        _facultatif("rezDeChaussee"),
        _facultatif("sansAscenseur"),
        Ornement("categorieLogementRecherche", code("categorieLogementRecherche"), refait=True),
        Ornement("rezDeChaussee", booleen("rezDeChaussee"), refait=True),
        Ornement("sansAscenseur", booleen("sansAscenseur"), refait=True),
        Ornement("montantLoyer", entier("montantLoyer", 60, 300)),
    ),
    "localisationSouhaite": (
        Ornement("quartier", texte("quartier", "Gare", "L’Œil-de-Bœuf", "Saint-Éloi d'Aÿ")),
    ),
    "principauxMotifDemande": (
        Ornement("compDateJugement", jour("compDateJugement", 700), si=a_un_motif("05")),
        Ornement(
            "compAutreMotif",
            texte("compAutreMotif", "Bruit", "Rapprochement d’un aîné à l'hôpital"),
            si=a_un_motif("23"),
            toujours=True,
        ),
    ),
    "association": (
        *_TELEPHONES,
        Ornement("telPortable", telephone("telPortable")),
        Ornement("mel", texte("mel", "a@example.org", "l.oeuvre_d-alme@example.org")),
        _facultatif("telTravail", si=a("telDomicile", "telPortable", "mel")),
        _facultatif("adressePostale"),
    ),
    "demandeur": (
        _facultatif("notifSms"),
        _NOM_DE_NAISSANCE,
        *_TELEPHONES,
        Ornement("mel", texte("mel", "a@example.org", "jean-noel.d_alme@sous.domaine.example.org")),
        Ornement("notifSms", booleen("notifSms"), si=a("telPortable"), refait=True),
        Ornement("notifEvt", booleen("notifEvt"), si=a("telPortable", "mel")),
        _facultatif("telPortable", si=joignable("telDomicile", "telTravail", "mel")),
        Ornement("nationalite", code("nationalite"), refait=True),
    ),
    "cotitulaire": (_facultatif("telPortable"), _facultatif("revenuFiscal"), _NOM_DE_NAISSANCE, *_TELEPHONES),
    "revenuFiscal": (
        _facultatif("anneeMoins1", "montantMoins1", si=a("anneeMoins2")),
        _facultatif("anneeMoins2", "montantMoins2", si=a("anneeMoins1")),
    ),
    "adressePostale": (*_ADRESSE, _EXPATRIATION),
    "adresseLogement": (*_ADRESSE, _EXPATRIATION),
    "adresse": tuple(o for o in _ADRESSE if o.nom != "nomHebergeant"),
    "personnePhysique": (Ornement("adresseLogement", adresse_logement),),
    "situationProfessionnelle": (
        _facultatif("profession"),
        _facultatif("multiEmployeur", "nomEmployeurPrincipal", "etranger", *_LIEU),
        Ornement("profession", reserve("profession", "metiers")),
        Ornement("multiEmployeur", booleen("multiEmployeur"), refait=True),
        Ornement("nomEmployeurPrincipal", reserve("nomEmployeurPrincipal", "employeurs")),
        Ornement("commune", lieu_de_travail, si=sans("pays")),
        _EXPATRIATION,
        Ornement("nomOrganismeCollecteur", texte("nomOrganismeCollecteur", "CIL", "Collecte d’Œuvre & Cie")),
    ),
    "listeRessourceRecue": (
        _facultatif("detailRessource", garde=_AVEC_RESSOURCES),
        Ornement("detailRessource", ressources("listeRessourceRecue"), ajoute=True),
    ),
    "listeRessourceVersee": (Ornement("detailRessource", ressources("listeRessourceVersee"), ajoute=True),),
    "listeRessourceRecuePersACharge": (
        Ornement("detailRessource", ressources("listeRessourceRecuePersACharge"), ajoute=True),
    ),
    "listeRessourceVerseePersACharge": (
        Ornement("detailRessource", ressources("listeRessourceVerseePersACharge"), ajoute=True),
    ),
    "listeModeleLogement": (Ornement("modeleLogement", autre_modele, ajoute=True),),
    "logementActuel": (
        _facultatif("etranger"),
        Ornement("commune", ailleurs, si=a("commune"), refait=True),
        Ornement("montantMensuelLoyer", entier("montantMensuelLoyer", 250, 900), si=n_habite_pas("SD")),
        Ornement("montantMensuelAPL", entier("montantMensuelAPL", 0, 200), si=a("montantMensuelLoyer")),
        Ornement(
            "categorieLogement",
            code("categorieLogement"),
            si=n_habite_pas(*_SANS_ABRI),
            refait=True,
        ),
        Ornement(
            "typeLogementActuel",
            code("typeLogementActuel"),
            si=n_habite_pas(*_SANS_ABRI),
            refait=True,
        ),
        Ornement("surface", entier("surface", 9, 140), si=n_habite_pas(*_SANS_ABRI)),
        Ornement("typeLogementPossede", logement_possede, si=n_habite_pas("POCC")),
        _EXPATRIATION,
    ),
    "handicap": (
        _facultatif("etatHandicap"),
        _facultatif("capaciteMarcheHandicap"),
        _facultatif("handicapMoteur", "listeNatureHandicapMoteur"),
        _facultatif("handicapSensoriel"),
        _facultatif("listeAideTechniqueHandicap"),
        Ornement("referent", vide("referent")),
        Ornement("handicapAutre", autre_handicap),
        Ornement("handicapAutre", texte("handicapAutre", "false")),
        Ornement("etatHandicap", code("etatHandicap"), refait=True),
        Ornement("capaciteMarcheHandicap", code("capaciteMarcheHandicap"), refait=True),
        Ornement("accompagne", booleen("accompagne")),
        Ornement("listeNatureHandicapSensoriel", sensoriel),
        Ornement(
            "listeNatureHandicapMoteur",
            codes("listeNatureHandicapMoteur", "natureHandicapMoteur"),
            refait=True,
        ),
        Ornement("handicapMoteur", texte("handicapMoteur", "false"), si=sans("listeNatureHandicapMoteur")),
        Ornement(
            "listeAideTechniqueHandicap",
            codes("listeAideTechniqueHandicap", "aideTechniqueHandicap", seul="1"),
            refait=True,
        ),
        Ornement(
            "listeEquipementHandicap",
            codes("listeEquipementHandicap", "equipementHandicap"),
        ),
        Ornement(
            "besoinParticulier",
            texte("besoinParticulier", "Douche", "Portes d’au moins 90 cm, accès à l'œilleton"),
        ),
        Ornement("besoinAutre", texte("besoinAutre", "Calme", "Chien guide d’aveugle")),
    ),
    "referent": (
        Ornement("handicapReconnu", booleen("handicapReconnu")),
        Ornement("procheDomicile", booleen("procheDomicile")),
        Ornement("nom", reserve("nom", "familles")),
        Ornement("adresse", texte("adresse", "1 rue X", "3 bis, allée de l’Œuf – 62300 Lens")),
        Ornement("tel", telephone("tel")),
        Ornement("mel", texte("mel", "a@example.org")),
    ),
    "attributionLogement": (
        Ornement("dejaLogeParcBailleur", code("dejaLogeParcBailleur"), refait=True),
        Ornement("attribueEnComDALO", booleen("attribueEnComDALO")),
        Ornement("accordCollectif", code("accordCollectif"), refait=True),
        Ornement("typeReservataire", code("typeReservataire"), refait=True),
        Ornement("codeSirenBailleur", texte("codeSirenBailleur", "900000019")),
        Ornement("zus", code("zus")),
        Ornement("typeLogement", code("typeLogement"), refait=True),
        Ornement("surface", entier("surface", 9, 140)),
        Ornement("montantLoyer", entier("montantLoyer", 150, 900)),
    ),
}
