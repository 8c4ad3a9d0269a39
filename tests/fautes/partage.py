"""Defects of what is entered beside a demande: events, decisions, DALO, radiations, search criteria."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from fautes.faute import Changement, Etape, Famille, Faute, Formulaire, argument, liste, sans, toujours
from sne_temoin.documents_rediges import jour
from sne_temoin.temoin_assemble import Temoin

FAUTES: Final = Famille()


# --- events ------------------------------------------------------------------------------------------


@FAUTES.etape("survenance-du-jour", "FID-14", dans="partage.ajouter")
def _survenance_du_jour(temoin: Temoin, honnete: Etape, cible: Any, evenement: Formulaire) -> Any:
    """Un événement est toujours daté du jour."""
    return honnete(cible, {**evenement, "dateSurvenance": jour(temoin.liaison.maintenant)})


def _commentaire_coupe(evenement: Formulaire) -> None:
    if "commentaire" in evenement:
        evenement["commentaire"] = evenement["commentaire"][:50]


def _caracteristiques(changer: Callable[[str], str]) -> Changement:
    def change(evenement: Formulaire) -> None:
        for une in liste(evenement, "listeCaracteristiquesSpecifiques", "caracteristiqueSpecifique"):
            une["valeurCaracteristiqueSpecifique"] = changer(une["valeurCaracteristiqueSpecifique"])

    return change


def _appauvri(texte: str) -> str:
    return texte.replace("&", "et").replace("«", '"').replace("»", '"').replace("œ", "oe")


def _jamais_oui(texte: str) -> str:
    return "non" if texte == "oui" else texte


def _evenement(nom: str, phrase: str, changer: Changement, *suites: str) -> Faute:
    return Faute(nom, phrase, ("FID-14",), "partage.ajouter", argument(1, changer), suites=suites)


# --- DALO --------------------------------------------------------------------------------------------


def _dalo(nom: str, phrase: str, changer: Changement) -> Faute:
    return Faute(nom, phrase, ("VIE-22",), "partage.declarer_dalo", argument(1, changer))


def _toujours_actif(information: Formulaire) -> None:
    if information["statutDalo"]["code"] in ("NON", "ACTREL"):
        information["statutDalo"] = {"code": "ACTIF"}


# --- radiations --------------------------------------------------------------------------------------


def _attribution(changer: Changement) -> Changement:
    def change(radiation: Formulaire) -> None:
        logement = radiation.get("attributionLogement")
        if logement:
            changer(logement)

    return change


def _bail_le_jour_de_la_radiation(radiation: Formulaire) -> None:
    logement = radiation.get("attributionLogement")
    if logement:
        logement["dateSignatureBail"] = radiation["dateRadiation"]


def _radiation(nom: str, phrase: str, changer: Changement) -> Faute:
    # A radiation that is refused leaves the decision alone.
    return Faute(nom, phrase, ("FID-14",), "demandes.radier", argument(1, changer), suites=("VIE-18",))


def _de_la_decision(nom: str, phrase: str, changer: Changement) -> Faute:
    """A radiation that is wrong when a decision brings it, and right otherwise."""
    return Faute(nom, phrase, ("FID-14",), "partage.decider", argument(2, changer), suites=("VIE-18",))


# --- searches ----------------------------------------------------------------------------------------

#: Criteria that an application forgets, each with the words for it.
_CRITERES: Final = {
    "numUnique": "le numéro unique",
    "dateRenouvellementDebut": "le début de la période de renouvellement",
    "dateRenouvellementFin": "la fin de la période de renouvellement",
    "dateRadiationDebut": "le début de la période de radiation",
    "motifDemande": "le motif de la demande",
    "motifRadiation": "le motif de radiation",
    "communeAttribution": "la commune d'attribution",
    "estDelaiAnormalementLong": "le délai anormalement long",
    "estMultiplesAttributionsSousConditions": "les attributions multiples sous conditions",
    "association": "l'association",
    "piecesJustificatives": "les pièces justificatives",
}


def _recherche(nom: str, mots: str) -> Faute:
    # A search that loses its only criterion is empty: the schema refuses it.
    return Faute(
        f"recherche-sans-{nom}",
        f"La recherche perd un critère : {mots}.",
        ("VIE-23",),
        "partage.rechercher",
        argument(0, sans(nom)),
        suites=("CTR-01",),
    )


@FAUTES.etape("communes-echangees", "VIE-23", dans="partage.rechercher", par=partial(argument, 0))
def _communes_echangees(criteres: Formulaire) -> None:
    """La recherche prend la commune souhaitée pour celle de l'attribution, et l'inverse."""
    deux = {"communeSouhaitee": "communeAttribution", "communeAttribution": "communeSouhaitee"}
    if deux.keys() <= criteres.keys():
        criteres |= {nom: criteres[autre] for nom, autre in deux.items()}


FAUTES.extend((
    _evenement("commentaire-coupe", "Le commentaire d'un événement est coupé à 50 caractères.",
               _commentaire_coupe),
    _evenement("caracteristique-appauvrie", "Une caractéristique perd & et « », et œ y devient oe.",
               _caracteristiques(_appauvri), "CTR-01"),  # longer by a letter than the longest
    _evenement("caracteristique-jamais-oui", "Une caractéristique par oui ou non est toujours « non ».",
               _caracteristiques(_jamais_oui)),
    _dalo("dalo-sans-diagnostic", "Le diagnostic et l'accompagnement social du DALO sont perdus.",
          sans("diagnosticSocialDalo", "accompagnementSocialDalo")),
    _dalo("dalo-une-typologie", "Le DALO a toujours la même typologie de logement.",
          toujours("typologieLogementDalo", {"code": "01"})),
    _dalo("dalo-toujours-actif", "Un refus ou un relogement est déclaré comme un DALO actif.",
          _toujours_actif),
    _radiation("attribution-sans-adresse", "L'adresse du logement attribué est perdue.",
               _attribution(sans("adresse"))),
    _radiation("attribution-sans-description", "Bailleur, surface, loyer et zone du logement sont perdus.",
               _attribution(sans("codeSirenBailleur", "surface", "montantLoyer", "zus"))),
    _radiation("attribution-un-accord", "L'accord collectif d'une attribution est toujours le même.",
               _attribution(toujours("accordCollectif", {"code": "AUCUN"}))),
    _radiation("attribution-deja-loge", "L'attribution dit toujours le ménage non logé par le bailleur.",
               _attribution(toujours("dejaLogeParcBailleur", {"code": "NON"}))),
    _radiation("attribution-jamais-dalo", "L'attribution ne dit jamais qu'elle vient d'un DALO.",
               _attribution(toujours("attribueEnComDALO", "false"))),
    _radiation("bail-le-jour-de-la-radiation", "Le bail est daté du jour de la radiation.",
               _bail_le_jour_de_la_radiation),
    _radiation("un-sous-motif", "Le sous-motif d'irrecevabilité est toujours le même.",
               toujours("sousMotifIrrecevabilite", {"code": "IRRSEJ"})),
    _de_la_decision("decision-attribution-sans-description",
                    "La radiation qu'entraîne une décision perd bailleur, surface, loyer et zone.",
                    _attribution(sans("codeSirenBailleur", "surface", "montantLoyer", "zus"))),
    _de_la_decision("decision-bail-le-jour-de-la-radiation",
                    "La radiation qu'entraîne une décision date le bail de son jour.",
                    _bail_le_jour_de_la_radiation),
    *(_recherche(nom, mots) for nom, mots in _CRITERES.items()),
))  # fmt: skip
