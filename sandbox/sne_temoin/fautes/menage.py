"""Defects of what is transmitted of what was entered."""

import unicodedata
from collections.abc import Callable, Collection
from typing import Any, Final

from sne_temoin.fautes.faute import (
    Faute,
    formulaire,
    liste,
    menage,
    resultat,
    saisie,
    textes,
    titulaires,
)

#: Width of a column in an old database.
_COLONNE: Final = 30


def _noms_echanges(contenu: dict[str, Any]) -> None:
    for personne in titulaires(contenu):
        if personne.get("nomPatronymique"):
            personne["nom"], personne["nomPatronymique"] = personne["nomPatronymique"], personne["nom"]


def _sans_nom_de_naissance(contenu: dict[str, Any]) -> None:
    for personne in titulaires(contenu):
        personne.pop("nomPatronymique", None)


def _second_cotitulaire(contenu: dict[str, Any]) -> None:
    del liste(menage(contenu), "listeCotitulaire", "cotitulaire")[1:]


def _sans_cotitulaire(contenu: dict[str, Any]) -> None:
    menage(contenu).pop("listeCotitulaire", None)


def _lien_par_defaut(contenu: dict[str, Any]) -> None:
    for cotitulaire in liste(menage(contenu), "listeCotitulaire", "cotitulaire"):
        cotitulaire["lienDemandeur"] = {"code": "L"}


def _premier_lien(contenu: dict[str, Any]) -> None:
    premier, *autres = liste(menage(contenu), "listeCotitulaire", "cotitulaire") or [{}]
    for cotitulaire in autres:
        cotitulaire["lienDemandeur"] = premier["lienDemandeur"]


def _logement_du_courrier(contenu: dict[str, Any]) -> None:
    physique = menage(contenu)
    courrier = physique.get("demandeur", {}).get("adressePostale") or {}
    logement = physique.get("logementActuel") or {}
    for nom in ("codePostal", "commune"):
        if nom in courrier and nom in logement:
            logement[nom] = courrier[nom]


def _second_modele(contenu: dict[str, Any]) -> None:
    del liste(menage(contenu).get("logementActuel", {}), "listeModeleLogement", "modeleLogement")[1:]


def _dernier_enfant(contenu: dict[str, Any]) -> None:
    enfants = liste(menage(contenu), "listePersonneACharge", "personneACharge")
    if len(enfants) > 1:
        enfants.pop()


def _sans(nom: str) -> Callable[[dict[str, Any]], None]:
    def oter(contenu: dict[str, Any]) -> None:
        menage(contenu).pop(nom, None)
        contenu.pop(nom, None)

    return oter


def _sans_champ(*noms: str) -> Callable[[dict[str, Any]], None]:
    """Fields of each holder that are not sent."""

    def oter(contenu: dict[str, Any]) -> None:
        for personne in titulaires(contenu):
            for nom in noms:
                personne.pop(nom, None)

    return oter


def _ressources_des_charges(contenu: dict[str, Any]) -> None:
    demandeur = menage(contenu).get("demandeur", {})
    if "listeRessourceRecuePersACharge" in demandeur:
        demandeur["listeRessourceRecuePersACharge"] = {}


def _pensions_versees(contenu: dict[str, Any]) -> None:
    for personne in titulaires(contenu):
        if "listeRessourceVersee" in personne:
            personne["listeRessourceVersee"] = {}


def _montants_arrondis(contenu: dict[str, Any]) -> None:
    for personne in titulaires(contenu):
        for ressource in liste(personne, "listeRessourceRecue", "detailRessource"):
            if ressource.get("montant"):
                entiere = int(ressource["montant"].partition(".")[0])
                ressource["montant"] = str(int(entiere / 100) * 100)


def _localisations_triees(contenu: dict[str, Any]) -> None:
    souhaits = liste(
        contenu.get("logementRecherche") or {}, "listeLocalisationSouhaite", "localisationSouhaite"
    )
    souhaits.sort(key=lambda souhait: souhait["commune"].get("code", ""))
    if len(souhaits) > 1:
        souhaits.append(souhaits.pop(0))


def _premier_motif(contenu: dict[str, Any]) -> None:
    del (contenu.get("principauxMotifDemande") or {}).get("motifDemande", [])[1:]


def _sans_complement(contenu: dict[str, Any]) -> None:
    adresse = menage(contenu).get("demandeur", {}).get("adressePostale", {})
    for nom in ("appartement", "etage", "escalier", "batiment", "compAdresse", "lieuDit", "nomHebergeant"):
        adresse.pop(nom, None)


def _etranger_en_france(contenu: dict[str, Any]) -> None:
    adresse = menage(contenu).get("demandeur", {}).get("adressePostale", {})
    if "communeEtranger" in adresse:
        for nom in ("codePostalEtranger", "communeEtranger", "pays"):
            adresse[nom] = adresse[nom] and "INCONNU"


def _portable_en_domicile(contenu: dict[str, Any]) -> None:
    for personne in titulaires(contenu):
        portable = personne.pop("telPortable", None)
        if portable:
            personne["telDomicile"] = portable
            _replacer(personne, "telDomicile", ("telTravail", "mel", "notifSms", "notifEvt"))


def _replacer(personne: dict[str, Any], nom: str, suivants: tuple[str, ...]) -> None:
    """Puts a field back where the schema wants it: before `suivants` and all that follows them."""
    noms = list(personne)
    noms.remove(nom)
    rang = noms.index("situationFamiliale") + 1
    valeur = personne.pop(nom)
    reste = {autre: personne.pop(autre) for autre in noms[rang:]}
    personne[nom] = valeur
    personne.update(reste)


def _telephone_de_l_association(contenu: dict[str, Any]) -> None:
    for nom in ("telDomicile", "telPortable", "telTravail", "mel"):
        (contenu.get("association") or {}).pop(nom, None)


def _association_abregee(contenu: dict[str, Any]) -> None:
    association = contenu.get("association")
    if association and len(association["nom"]) > 3:
        association["nom"] = "Asso. " + association["nom"].rpartition(" ")[2]


def _textes(changer: Callable[[str, str], str]) -> Any:
    """Every text of the form changed, but for dates and numbers."""

    def remplacer(contenu: dict[str, Any]) -> None:
        contenu.update(textes(dict(contenu), changer))

    return formulaire(remplacer)


def _sans_accents(nom: str, texte: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", texte) if not unicodedata.combining(c))


def _mal_decode(nom: str, texte: str) -> str:
    return texte.encode("utf-8").decode("latin-1") if nom in ("nom", "prenom", "voie", "precision") else texte


def _ligature(nom: str, texte: str) -> str:
    return texte.replace("œ", "oe").replace("Œ", "OE")


def _apostrophe(nom: str, texte: str) -> str:
    return texte.replace("'", " ").replace("’", " ")


def _echappe_deux_fois(nom: str, texte: str) -> str:
    return texte.replace("&", "&amp;").replace("'", "&#39;")


def _emploi_du_demandeur(contenu: dict[str, Any]) -> None:
    personnes = titulaires(contenu)
    for autre in personnes[1:]:
        autre["situationProfessionnelle"] = personnes[0]["situationProfessionnelle"]


def _nir_du_demandeur_seul(contenu: dict[str, Any]) -> None:
    for autre in titulaires(contenu)[1:]:
        autre.pop("nir", None)


def _precision_videe(contenu: dict[str, Any]) -> None:
    if "precision" in contenu:
        contenu["precision"] = "RAS"


def _renouvellement_electronique(contenu: dict[str, Any]) -> None:
    if "renouvellementElec" not in contenu:
        contenu["renouvellementElec"] = "true"
        tout = dict(contenu)
        contenu.clear()
        for nom, valeur in tout.items():
            if nom == "precision":
                contenu["renouvellementElec"] = tout["renouvellementElec"]
            if nom != "renouvellementElec":
                contenu[nom] = valeur


def _contingent(contenu: dict[str, Any]) -> None:
    attribution = (contenu.get("radiation") or {}).get("attributionLogement")
    if attribution:
        attribution["typeReservataire"] = {"code": "AUCUN"}


def _date_de_radiation(contenu: dict[str, Any]) -> None:
    radiation = contenu.get("radiation") or {}
    if radiation.get("motifRadiation"):
        radiation["dateRadiation"] = contenu["dateCreationDemande"]


def _evenement_sans_commentaire(contenu: dict[str, Any]) -> dict[str, Any]:
    evenement = contenu.get("listeEvenements", {}).get("evenement")
    if not evenement or "commentaire" not in evenement:
        return contenu
    reste = {nom: valeur for nom, valeur in evenement.items() if nom != "commentaire"}
    return {**contenu, "listeEvenements": {"evenement": reste}}


def _categories(decision: dict[str, Any]) -> dict[str, Any]:
    liste_ = decision["listeCaracteristiquesSpecifiques"]["caracteristiqueSpecifique"]
    gardees = ("DATECAL", "DECISION", "BAIL", "DATEBAIL", "RANG", "CONDITION", "REFUSMEN", "MOTIF")
    return {
        **decision,
        "listeCaracteristiquesSpecifiques": {
            "caracteristiqueSpecifique": [c for c in liste_ if c["code"] in gardees]
        },
    }


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


_ECRITURE: Final = "redaction.formulaire"


def _inserer(contenu: dict[str, Any], nom: str, valeur: str, suivants: Collection[str]) -> None:
    """An element that is missing, before the first of those that follow it in the schema."""
    if nom in contenu:
        return
    tous = list(contenu.items())
    rang = next((i for i, (autre, _) in enumerate(tous) if autre in suivants), len(tous))
    contenu.clear()
    contenu.update([*tous[:rang], (nom, valeur), *tous[rang:]])


def _portable_invente(contenu: dict[str, Any]) -> None:
    for un in titulaires(contenu):
        suivants = ("telTravail", "mel", "notifSms", "notifEvt", "adressePostale", "lienDemandeur")
        _inserer(un, "telPortable", "0600000000", suivants)


def _parking_invente(contenu: dict[str, Any]) -> None:
    suivants = ("rezDeChaussee", "sansAscenseur", "montantLoyer", "demandeElargie")
    _inserer(contenu.get("logementRecherche") or {}, "avecParking", "true", suivants)


def _salaire_invente(contenu: dict[str, Any]) -> None:
    for un in titulaires(contenu):
        if not (un.get("listeRessourceRecue") or {}).get("detailRessource"):
            salaire = {"ressource": {"code": "SAL"}, "montant": "1200"}
            un["listeRessourceRecue"] = {"detailRessource": [salaire]}


def _couper(contenu: dict[str, Any], conteneur: str, nom: str, combien: int) -> None:
    del liste(menage(contenu), conteneur, nom)[combien:]


FAUTES: Final = (
    saisie("noms-echanges", "FID-01", "Le nom d'usage et le nom de naissance sont intervertis.",
           _noms_echanges),
    saisie("sans-nom-de-naissance", "FID-01", "Le nom de naissance n'est pas transmis.",
           _sans_nom_de_naissance),
    saisie("second-cotitulaire", "FID-02", "Seul le premier co-titulaire est transmis.", _second_cotitulaire),
    saisie("sans-cotitulaire", "FID-02", "Aucun co-titulaire n'est transmis.", _sans_cotitulaire,
           suites=("VIE-09",)),
    saisie("lien-par-defaut", "FID-02", "Le lien au demandeur est toujours le même.", _lien_par_defaut),
    saisie("premier-lien", "FID-02", "Tous les co-titulaires reçoivent le lien du premier.", _premier_lien),
    saisie("dernier-enfant", "FID-03", "La dernière personne à charge est perdue.", _dernier_enfant),
    saisie("garde-alternee", "FID-03", "Les enfants en garde ne sont pas transmis.",
           _sans("listePersonneEnGarde")),
    saisie("naissance-a-venir", "FID-03", "L'enfant à naître n'est pas transmis.", _sans("personneANaitre")),
    saisie("ressources-des-charges", "FID-04", "Les ressources des personnes à charge sont omises.",
           _ressources_des_charges),
    saisie("pensions-versees", "FID-04", "Les pensions versées sont omises.", _pensions_versees),
    saisie("montants-arrondis", "FID-04", "Les montants sont arrondis à la centaine.", _montants_arrondis),
    saisie("six-enfants", "FID-03", "La liste des personnes à charge s'arrête à la sixième.",
           lambda contenu: _couper(contenu, "listePersonneACharge", "personneACharge", 6)),
    saisie("quatre-cotitulaires", "FID-02", "La liste des co-titulaires s'arrête au quatrième.",
           lambda contenu: _couper(contenu, "listeCotitulaire", "cotitulaire", 4)),
    saisie("portable-invente", "FID-13", "Qui n'a pas de téléphone portable en reçoit un.",
           _portable_invente, "FID-07"),
    saisie("parking-invente", "FID-13", "Qui ne dit rien d'un parking en souhaite un.",
           _parking_invente, "FID-05"),
    saisie("salaire-invente", "FID-13", "Qui n'a aucune ressource reçoit un salaire.", _salaire_invente,
           "FID-04"),
    saisie("revenu-fiscal", "FID-04", "Le revenu fiscal des co-titulaires n'est pas transmis.",
           lambda contenu: [autre.pop("revenuFiscal", None) for autre in titulaires(contenu)[1:]]),
    saisie("localisations-triees", "FID-05", "Les localisations ne sont plus dans l'ordre des souhaits.",
           _localisations_triees),
    saisie("premier-motif", "FID-05", "Seul le premier motif de la demande est transmis.", _premier_motif),
    saisie("complement-d-adresse", "FID-06", "Le complément d'adresse est perdu.", _sans_complement),
    saisie("codes-en-nombres", "FID-06", "Le code postal et celui de la commune sont lus comme des nombres.",
           _en_nombres, "CTR-04",
          suites=("FID-05", "FID-11", "CTR-01", "CTR-03")),
    saisie("logement-du-courrier", "FID-06", "Le logement actuel est placé où va le courrier.",
           _logement_du_courrier),
    saisie("second-modele", "FID-06", "Seul le premier mode de logement actuel est transmis.",
           _second_modele),
    saisie("adresse-a-l-etranger", "FID-06", "L'adresse à l'étranger est remplacée par INCONNU.",
           _etranger_en_france),
    saisie("portable-en-domicile", "FID-07", "Le téléphone portable est rangé comme téléphone du domicile.",
           _portable_en_domicile, "FID-13"),
    saisie("sans-mel", "FID-07", "L'adresse de messagerie n'est pas transmise.", _sans_champ("mel")),
    saisie("sans-handicap", "FID-08", "Le complément handicap n'est pas transmis.", _sans("listeHandicap")),
    saisie("contact-de-l-association", "FID-09", "Les coordonnées de l'association ne sont pas transmises.",
           _telephone_de_l_association),
    saisie("association-abregee", "FID-09", "Le nom de l'association est abrégé.", _association_abregee,
           "FID-10"),
    Faute("coupe-a-30", "Les textes sont coupés à 30 caractères.", ("FID-10",), _ECRITURE,
          _textes(lambda nom, texte: texte if nom == "mel" else texte[:_COLONNE]), suites=("FID-14",)),
    Faute("sans-accents", "Les accents sont retirés.", ("FID-10",), _ECRITURE, _textes(_sans_accents),
          suites=("FID-14",)),
    Faute("mal-decode", "Les accents sont lus en Latin-1 (« Ã© »).", ("FID-10",), _ECRITURE,
          _textes(_mal_decode),
          suites=("CTR-01",)),
    Faute("sans-ligature", "Les œ sont écrits oe.", ("FID-10",), _ECRITURE, _textes(_ligature),
          suites=("CTR-01", "FID-14")),
    Faute("sans-apostrophe", "Les apostrophes sont remplacées par des espaces.", ("FID-10",), _ECRITURE,
          _textes(_apostrophe), suites=("FID-14",)),
    Faute("echappe-deux-fois", "Les apostrophes sont échappées deux fois (« &#39; »).", ("FID-10",),
          _ECRITURE,
          _textes(_echappe_deux_fois),
          suites=("CTR-01",)),
    saisie("emploi-du-demandeur", "FID-11", "Chaque co-titulaire reçoit l'emploi du demandeur.",
           _emploi_du_demandeur,
          suites=("FID-10", "FID-13")),
    saisie("nir-des-cotitulaires", "FID-12", "Le NIR des co-titulaires n'est pas transmis.",
           _nir_du_demandeur_seul),
    saisie("sans-nir", "FID-12", "Le NIR saisi n'est pas transmis.", _sans_champ("nir")),
    saisie("precision-videe", "FID-13", "Les précisions sont remplacées par RAS.", _precision_videe),
    saisie("renouvellement-electronique", "FID-13", "Le renouvellement électronique est coché d'office.",
           _renouvellement_electronique, "FID-07"),
    saisie("contingent", "FID-14", "Le logement attribué est toujours déclaré hors contingent.", _contingent),
    saisie("date-de-radiation", "FID-14", "La date de radiation est celle du dépôt.", _date_de_radiation),
    Faute("evenement-sans-commentaire", "Le commentaire d'un événement n'est pas transmis.", ("FID-14",),
          "partage.evenement_de", resultat(_evenement_sans_commentaire)),
    Faute("decision-sans-categorie", "Les catégories et le contingent d'une décision sont omis.", ("FID-14",),
          "partage.decision", resultat(_categories)),
)  # fmt: skip
