"""Defects of what is transmitted of what was entered."""

import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import Any, Final

from fautes.faute import (
    Etape,
    Famille,
    Faute,
    Formulaire,
    argument,
    cotitulaires,
    coupe,
    formulaire,
    foyer,
    liste,
    menage,
    ressources,
    resultat,
    saisie,
    sans,
    textes,
    titulaires,
    toujours,
)
from sne_temoin.temoin_assemble import Temoin

#: Width of a column in an old database.
_COLONNE: Final = 30
_JOUR: Final = re.compile(r"\d{4}-\d\d-\d\d")
_ECRITURE: Final = "redaction.formulaire"

FAUTES: Final = Famille()


def _textes(changer: Callable[[str, str], str]) -> Any:
    """Every text of the form changed, but for dates and numbers."""

    def remplacer(contenu: Formulaire) -> None:
        contenu.update(textes(dict(contenu), changer))

    return formulaire(remplacer)


def _en_nombres(valeur: Any) -> None:
    """Codes of communes and postal codes lose the zeros that they begin with."""
    if isinstance(valeur, list):
        for une in valeur:
            _en_nombres(une)
    elif isinstance(valeur, dict):
        if valeur.get("codePostal"):
            valeur["codePostal"] = valeur["codePostal"].lstrip("0")
        if (valeur.get("commune") or {}).get("code"):
            valeur["commune"] = {"code": valeur["commune"]["code"].lstrip("0")}
        for une in valeur.values():
            _en_nombres(une)


def _inserer(contenu: Formulaire, nom: str, valeur: str, suivants: Collection[str]) -> None:
    """An element that is missing, before the first of those that follow it in the schema."""
    if nom not in contenu:
        rang = next((i for i, autre in enumerate(contenu) if autre in suivants), len(contenu))
        _au_rang(rang, contenu, nom, valeur)


def _au_rang(rang: int, contenu: Formulaire, nom: str, valeur: str) -> None:
    tous = list(contenu.items())
    contenu.clear()
    contenu.update([*tous[:rang], (nom, valeur), *tous[rang:]])


@FAUTES.etape("dates-en-utc", "FID-13", dans="redaction.element")
def _dates_en_utc(temoin: Temoin, honnete: Etape, parent: Any, nom: str, valeur: Any) -> Any:
    """Les dates sont prises à minuit, heure de Paris, et écrites en temps universel : la veille."""
    if isinstance(valeur, str) and _JOUR.fullmatch(valeur):
        valeur = (date.fromisoformat(valeur) - timedelta(days=1)).isoformat()
    return honnete(parent, nom, valeur)


@FAUTES.etape("annees-a-deux-chiffres", "FID-01", dans="redaction.element", suites=("FID-03", "FID-08"))
def _annees_a_deux_chiffres(temoin: Temoin, honnete: Etape, parent: Any, nom: str, valeur: Any) -> Any:
    """Les années de naissance sont gardées sur deux chiffres, et relues de 1950 à 2049."""
    if nom == "dateNaissance":
        valeur = f"{19 if valeur[2:4] >= '50' else 20}{valeur[2:]}"
    return honnete(parent, nom, valeur)


@FAUTES.etape("nir-en-nombre", "CTR-12", dans="redaction.element")
def _nir_en_nombre(temoin: Temoin, honnete: Etape, parent: Any, nom: str, valeur: Any) -> Any:
    """La lettre du NIR de Corse est lue comme un zéro."""
    if nom == "nir":
        valeur = valeur.replace("A", "0").replace("B", "0")
    return honnete(parent, nom, valeur)


@FAUTES.etape("mojibake", "FID-10", dans="redaction.element")
def _mojibake(temoin: Temoin, honnete: Etape, parent: Any, nom: str, valeur: Any) -> Any:
    """L'UTF-8 de la base est lu comme du Latin-1, puis écrit en UTF-8."""
    if isinstance(valeur, str):
        valeur = valeur.encode().decode("latin-1")
    return honnete(parent, nom, valeur)


#: Arrondissements, by their first digits, and the commune that they are parts of; an abolished commune, and
#: the one that took it over.
_COMMUNES: Final = {"7511": "75056", "6938": "69123", "1320": "13055"}
_REMPLACEES: Final = {"01176": "01187"}


def _communes(changer: Callable[[str], str]) -> Callable[[Any], None]:
    """Every code of commune changed, wherever it is."""

    def change(valeur: Any) -> None:
        if isinstance(valeur, list):
            for une in valeur:
                change(une)
        elif isinstance(valeur, dict):
            if (valeur.get("commune") or {}).get("code"):
                valeur["commune"] = {"code": changer(valeur["commune"]["code"])}
            for une in valeur.values():
                change(une)

    return change


@FAUTES.saisie("noms-echanges", "FID-01", de=titulaires)
def _noms_echanges(personne: Formulaire) -> None:
    """Le nom d'usage et le nom de naissance sont intervertis."""
    if personne.get("nomPatronymique"):
        personne["nom"], personne["nomPatronymique"] = personne["nomPatronymique"], personne["nom"]


@FAUTES.saisie("premier-lien", "FID-02")
def _premier_lien(contenu: Formulaire) -> None:
    """Tous les co-titulaires reçoivent le lien du premier."""
    premier, *autres = cotitulaires(contenu) or [{}]
    for cotitulaire in autres:
        cotitulaire["lienDemandeur"] = premier["lienDemandeur"]


@FAUTES.saisie("dernier-enfant", "FID-03")
def _dernier_enfant(contenu: Formulaire) -> None:
    """La dernière personne à charge est perdue."""
    enfants = liste(menage(contenu), "listePersonneACharge", "personneACharge")
    if len(enfants) > 1:
        enfants.pop()


@FAUTES.saisie("ressources-des-charges", "FID-04")
def _ressources_des_charges(contenu: Formulaire) -> None:
    """Les ressources des personnes à charge sont omises."""
    demandeur = menage(contenu).get("demandeur", {})
    if "listeRessourceRecuePersACharge" in demandeur:
        demandeur["listeRessourceRecuePersACharge"] = {}


@FAUTES.saisie("pensions-versees", "FID-04", de=titulaires)
def _pensions_versees(personne: Formulaire) -> None:
    """Les pensions versées sont omises."""
    if "listeRessourceVersee" in personne:
        personne["listeRessourceVersee"] = {}


@FAUTES.saisie("montants-arrondis", "FID-04", de=ressources)
def _montants_arrondis(ressource: Formulaire) -> None:
    """Les montants sont arrondis à la centaine."""
    ressource["montant"] = str(int(int(ressource["montant"].partition(".")[0]) / 100) * 100)


@FAUTES.saisie("portable-invente", "FID-13", "FID-07", de=titulaires)
def _portable_invente(personne: Formulaire) -> None:
    """Qui n'a pas de téléphone portable en reçoit un."""
    suivants = ("telTravail", "mel", "notifSms", "notifEvt", "adressePostale", "lienDemandeur")
    _inserer(personne, "telPortable", "0600000000", suivants)


@FAUTES.saisie("parking-invente", "FID-13", "FID-05")
def _parking_invente(contenu: Formulaire) -> None:
    """Qui ne dit rien d'un parking en souhaite un."""
    suivants = ("rezDeChaussee", "sansAscenseur", "montantLoyer", "demandeElargie")
    _inserer(contenu.get("logementRecherche") or {}, "avecParking", "true", suivants)


@FAUTES.saisie("salaire-invente", "FID-13", "FID-04", de=titulaires)
def _salaire_invente(personne: Formulaire) -> None:
    """Qui n'a aucune ressource reçoit un salaire."""
    if not liste(personne, "listeRessourceRecue", "detailRessource"):
        salaire = {"ressource": {"code": "SAL"}, "montant": "1200"}
        personne["listeRessourceRecue"] = {"detailRessource": [salaire]}


@FAUTES.saisie("localisations-triees", "FID-05")
def _localisations_triees(contenu: Formulaire) -> None:
    """Les localisations ne sont plus dans l'ordre des souhaits."""
    recherche = contenu.get("logementRecherche") or {}
    souhaits = liste(recherche, "listeLocalisationSouhaite", "localisationSouhaite")
    souhaits.sort(key=lambda souhait: souhait["commune"].get("code", ""))
    if len(souhaits) > 1:
        souhaits.append(souhaits.pop(0))


@FAUTES.saisie("logement-du-courrier", "FID-06")
def _logement_du_courrier(contenu: Formulaire) -> None:
    """Le logement actuel est placé où va le courrier."""
    physique = menage(contenu)
    courrier = physique.get("demandeur", {}).get("adressePostale") or {}
    logement = physique.get("logementActuel") or {}
    for nom in ("codePostal", "commune"):
        if nom in courrier and nom in logement:
            logement[nom] = courrier[nom]


@FAUTES.saisie("adresse-a-l-etranger", "FID-06")
def _etranger_en_france(contenu: Formulaire) -> None:
    """L'adresse à l'étranger est remplacée par INCONNU."""
    adresse = menage(contenu).get("demandeur", {}).get("adressePostale", {})
    if "communeEtranger" in adresse:
        for nom in ("codePostalEtranger", "communeEtranger", "pays"):
            adresse[nom] = adresse[nom] and "INCONNU"


@FAUTES.saisie("portable-en-domicile", "FID-07", "FID-13", de=titulaires)
def _portable_en_domicile(personne: Formulaire) -> None:
    """Le téléphone portable est rangé comme téléphone du domicile."""
    portable = personne.pop("telPortable", None)
    if portable:
        personne.pop("telDomicile", None)
        _au_rang(list(personne).index("situationFamiliale") + 1, personne, "telDomicile", portable)


@FAUTES.saisie("association-abregee", "FID-09", "FID-10")
def _association_abregee(contenu: Formulaire) -> None:
    """Le nom de l'association est abrégé."""
    association = contenu.get("association")
    if association and len(association["nom"]) > 3:
        association["nom"] = "Asso. " + association["nom"].rpartition(" ")[2]


@FAUTES.etape("sans-accents", "FID-10", dans=_ECRITURE, suites=("FID-14",), par=_textes)
def _sans_accents(nom: str, texte: str) -> str:
    """Les accents sont retirés."""
    return "".join(c for c in unicodedata.normalize("NFD", texte) if not unicodedata.combining(c))


@FAUTES.etape("mal-decode", "FID-10", dans=_ECRITURE, suites=("CTR-01",), par=_textes)
def _mal_decode(nom: str, texte: str) -> str:
    """Les accents sont lus en Latin-1 (« Ã© »)."""
    return texte.encode("utf-8").decode("latin-1") if nom in ("nom", "prenom", "voie", "precision") else texte


@FAUTES.etape("echappe-deux-fois", "FID-10", dans=_ECRITURE, suites=("CTR-01", "FID-14"), par=_textes)
def _echappe_deux_fois(nom: str, texte: str) -> str:
    """Les apostrophes sont échappées deux fois."""
    return texte.replace("&", "&amp;").replace("'", "&#39;")


@FAUTES.saisie("emploi-du-demandeur", "FID-11", suites=("FID-10", "FID-13"))
def _emploi_du_demandeur(contenu: Formulaire) -> None:
    """Chaque co-titulaire reçoit l'emploi du demandeur."""
    personnes = titulaires(contenu)
    for autre in personnes[1:]:
        autre["situationProfessionnelle"] = personnes[0]["situationProfessionnelle"]


@FAUTES.saisie("renouvellement-electronique", "FID-13", "FID-07")
def _renouvellement_electronique(contenu: Formulaire) -> None:
    """Le renouvellement électronique est coché d'office."""
    _inserer(contenu, "renouvellementElec", "true", ("precision",))


@FAUTES.saisie("contingent", "FID-14")
def _contingent(contenu: Formulaire) -> None:
    """Le logement attribué est toujours déclaré hors contingent."""
    attribution = (contenu.get("radiation") or {}).get("attributionLogement")
    if attribution:
        attribution["typeReservataire"] = {"code": "AUCUN"}


@FAUTES.saisie("date-de-radiation", "FID-14")
def _date_de_radiation(contenu: Formulaire) -> None:
    """La date de radiation est celle du dépôt."""
    radiation = contenu.get("radiation") or {}
    if radiation.get("motifRadiation"):
        radiation["dateRadiation"] = contenu["dateCreationDemande"]


@FAUTES.etape("decision-sans-categorie", "FID-14", dans="partage.decision", par=resultat)
def _categories(decision: Formulaire) -> Formulaire:
    """Les catégories et le contingent d'une décision sont omis."""
    toutes = liste(decision, "listeCaracteristiquesSpecifiques", "caracteristiqueSpecifique")
    gardees = ("DATECAL", "DECISION", "BAIL", "DATEBAIL", "RANG", "CONDITION", "REFUSMEN", "MOTIF")
    toutes[:] = [une for une in toutes if une["code"] in gardees]
    return decision


def _courrier(contenu: Formulaire) -> list[Formulaire]:
    return [menage(contenu).get("demandeur", {}).get("adressePostale", {})]


FAUTES.extend((
    # what is not sent
    saisie("sans-nom-de-naissance", "FID-01", "Le nom de naissance n'est pas transmis.",
           sans("nomPatronymique"), de=titulaires),
    saisie("sans-cotitulaire", "FID-02", "Aucun co-titulaire n'est transmis.", sans("listeCotitulaire"),
           de=foyer, suites=("VIE-09",)),
    saisie("garde-alternee", "FID-03", "Les enfants en garde ne sont pas transmis.",
           sans("listePersonneEnGarde"), de=foyer),
    saisie("naissance-a-venir", "FID-03", "L'enfant à naître n'est pas transmis.", sans("personneANaitre"),
           de=foyer),
    saisie("revenu-fiscal", "FID-04", "Le revenu fiscal des co-titulaires n'est pas transmis.",
           sans("revenuFiscal"), de=cotitulaires),
    saisie("complement-d-adresse", "FID-06", "Le complément d'adresse est perdu.",
           sans("appartement", "etage", "escalier", "batiment", "compAdresse", "lieuDit", "nomHebergeant"),
           de=_courrier),
    saisie("sans-mel", "FID-07", "L'adresse de messagerie n'est pas transmise.", sans("mel"), de=titulaires),
    saisie("sans-tel-domicile", "FID-07", "Le téléphone du domicile n'est pas transmis.", sans("telDomicile"),
           de=titulaires),
    saisie("sans-tel-travail", "FID-07", "Le téléphone du travail n'est pas transmis.", sans("telTravail"),
           de=titulaires),
    saisie("sans-handicap", "FID-08", "Le complément handicap n'est pas transmis.", sans("listeHandicap")),
    saisie("contact-de-l-association", "FID-09", "Les coordonnées de l'association ne sont pas transmises.",
           sans("telDomicile", "telPortable", "telTravail", "mel"),
           de=lambda contenu: [contenu.get("association") or {}]),
    saisie("un-seul-contrat", "FID-11", "Le contrat de travail est toujours le même.",
           toujours("typeContratTravail", {"code": "CDI"}),
           de=lambda contenu: [personne["situationProfessionnelle"] for personne in titulaires(contenu)]),
    saisie("sans-nir", "FID-12", "Le NIR saisi n'est pas transmis.", sans("nir"), de=titulaires),
    saisie("nir-des-cotitulaires", "FID-12", "Le NIR des co-titulaires n'est pas transmis.", sans("nir"),
           de=cotitulaires),
    Faute("evenement-sans-commentaire", "Le commentaire d'un événement n'est pas transmis.", ("FID-14",),
          "partage.evenement_de", argument(1, sans("commentaire"))),
    # what is cut
    saisie("second-cotitulaire", "FID-02", "Seul le premier co-titulaire est transmis.",
           coupe(1, "listeCotitulaire", "cotitulaire"), de=foyer),
    saisie("quatre-cotitulaires", "FID-02", "La liste des co-titulaires s'arrête au quatrième.",
           coupe(4, "listeCotitulaire", "cotitulaire"), de=foyer),
    saisie("six-enfants", "FID-03", "La liste des personnes à charge s'arrête à la sixième.",
           coupe(6, "listePersonneACharge", "personneACharge"), de=foyer),
    saisie("dix-ressources", "FID-04", "La liste des ressources s'arrête à la dixième.",
           coupe(10, "listeRessourceRecue", "detailRessource"), de=titulaires),
    saisie("dix-handicaps", "FID-08", "La liste des handicaps s'arrête au dixième.",
           coupe(10, "listeHandicap", "handicap")),
    saisie("dix-enfants-en-garde", "FID-03", "La liste des personnes en garde s'arrête à la dixième.",
           coupe(10, "listePersonneEnGarde", "personneEnGarde"), de=foyer),
    saisie("premier-motif", "FID-05", "Seul le premier motif de la demande est transmis.",
           coupe(1, "principauxMotifDemande", "motifDemande")),
    saisie("second-modele", "FID-06", "Seul le premier mode de logement actuel est transmis.",
           coupe(1, "listeModeleLogement", "modeleLogement"),
           de=lambda contenu: [menage(contenu).get("logementActuel", {})]),
    Faute("coupe-a-30", "Les textes sont coupés à 30 caractères.", ("FID-10",), _ECRITURE,
          _textes(lambda nom, texte: texte if nom == "mel" else texte[:_COLONNE]), suites=("FID-14",)),
    # what is always the same
    saisie("lien-par-defaut", "FID-02", "Le lien au demandeur est toujours le même.",
           toujours("lienDemandeur", {"code": "L"}), de=cotitulaires),
    saisie("precision-videe", "FID-13", "Les précisions sont remplacées par RAS.",
           toujours("precision", "RAS")),
    saisie("arrondissement-perdu", "FID-05", "L'arrondissement de Paris, Lyon ou Marseille devient la ville.",
           _communes(lambda code: _COMMUNES.get(code[:4], code)), "FID-06", "FID-11"),
    saisie("commune-supprimee", "FID-06", "Une commune supprimée est remplacée par celle qui lui succède.",
           _communes(lambda code: _REMPLACEES.get(code, code)), "FID-11"),
    saisie("outre-mer", "FID-05", "Une commune d'outre-mer perd le numéro de son département.",
           _communes(lambda code: f"97{code[3:]}0" if code.startswith("97") else code), "FID-06", "CTR-04",
           suites=("CTR-03", "FID-11")),
    saisie("codes-en-nombres", "FID-06", "Le code postal et celui de la commune sont lus comme des nombres.",
           _en_nombres, "CTR-04", suites=("FID-05", "FID-11", "CTR-01", "CTR-03")),
    Faute("sans-ligature", "Les œ sont écrits oe.", ("FID-10",), _ECRITURE,
          _textes(lambda nom, texte: texte.replace("œ", "oe").replace("Œ", "OE")),
          suites=("CTR-01", "FID-14")),
    Faute("ligature-inconnue", "Les œ sont écrits « ? » : la base n'a pas ce caractère.", ("FID-10",),
          _ECRITURE, _textes(lambda nom, texte: texte.replace("œ", "?").replace("Œ", "?")),
          suites=("FID-14",)),
    Faute("sans-apostrophe", "Les apostrophes sont remplacées par des espaces.", ("FID-10",), _ECRITURE,
          _textes(lambda nom, texte: texte.replace("'", " ").replace("’", " ")), suites=("FID-14",)),
))  # fmt: skip
