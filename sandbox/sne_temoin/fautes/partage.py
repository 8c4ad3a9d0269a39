"""Defects of what is entered beside a demande: events, decisions, DALO, radiations, search criteria."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final

from sne_temoin.application import Temoin
from sne_temoin.fautes.faute import Etape, Faute, Remplacement
from sne_temoin.noms import jour

Changement = Callable[[dict[str, Any], Temoin], object]


def _argument(rang: int, changer: Changement) -> Remplacement:
    """What the stage is given at that place, changed in place before it goes on."""

    def remplacer(temoin: Temoin, honnete: Etape) -> Etape:
        def fautive(*arguments: Any, **noms: Any) -> Any:
            donnes = list(arguments)
            donnes[rang] = deepcopy(donnes[rang])
            changer(donnes[rang], temoin)
            return honnete(*donnes, **noms)

        return fautive

    return remplacer


def _sans(*noms: str) -> Changement:
    def changer(contenu: dict[str, Any], temoin: Temoin) -> None:
        for nom in noms:
            contenu.pop(nom, None)

    return changer


def _toujours(nom: str, valeur: Any) -> Changement:
    def changer(contenu: dict[str, Any], temoin: Temoin) -> None:
        if nom in contenu:
            contenu[nom] = valeur

    return changer


def _du_jour(nom: str) -> Changement:
    def changer(contenu: dict[str, Any], temoin: Temoin) -> None:
        contenu[nom] = jour(temoin.liaison.maintenant)

    return changer


# --- events ------------------------------------------------------------------------------------------


def _commentaire_coupe(evenement: dict[str, Any], temoin: Temoin) -> None:
    if "commentaire" in evenement:
        evenement["commentaire"] = evenement["commentaire"][:50]


def _caracteristiques(changer: Callable[[str], str]) -> Changement:
    def change(evenement: dict[str, Any], temoin: Temoin) -> None:
        liste = evenement.get("listeCaracteristiquesSpecifiques") or {}
        for une in liste.get("caracteristiqueSpecifique", []):
            une["valeurCaracteristiqueSpecifique"] = changer(une["valeurCaracteristiqueSpecifique"])

    return change


def _appauvri(texte: str) -> str:
    return texte.replace("&", "et").replace("«", '"').replace("»", '"').replace("œ", "oe")


def _jamais_oui(texte: str) -> str:
    return "non" if texte == "oui" else texte


def _evenement(nom: str, phrase: str, changer: Changement) -> Faute:
    return Faute(nom, phrase, ("FID-14",), "partage.ajouter", _argument(1, changer))


# --- DALO --------------------------------------------------------------------------------------------


def _dalo(nom: str, phrase: str, changer: Changement) -> Faute:
    return Faute(nom, phrase, ("VIE-22",), "partage.declarer_dalo", _argument(1, changer))


def _toujours_actif(information: dict[str, Any], temoin: Temoin) -> None:
    if information["statutDalo"]["code"] in ("NON", "ACTREL"):
        information["statutDalo"] = {"code": "ACTIF"}


# --- radiations --------------------------------------------------------------------------------------


def _attribution(changer: Changement) -> Changement:
    def change(radiation: dict[str, Any], temoin: Temoin) -> None:
        logement = radiation.get("attributionLogement")
        if logement:
            changer(logement, temoin)

    return change


def _bail_le_jour_de_la_radiation(radiation: dict[str, Any], temoin: Temoin) -> None:
    logement = radiation.get("attributionLogement")
    if logement:
        logement["dateSignatureBail"] = radiation["dateRadiation"]


def _radiation(nom: str, phrase: str, changer: Changement) -> Faute:
    # A radiation that is refused leaves the decision alone.
    return Faute(nom, phrase, ("FID-14",), "demandes.radier", _argument(1, changer), suites=("VIE-18",))


def _de_la_decision(nom: str, phrase: str, changer: Changement) -> Faute:
    """A radiation that is wrong when a decision brings it, and right otherwise."""

    def change(radiation: dict[str, Any] | None, temoin: Temoin) -> None:
        if radiation:
            changer(radiation, temoin)

    return Faute(nom, phrase, ("FID-14",), "partage.decider", _argument(2, change), suites=("VIE-18",))


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
        _argument(0, _sans(nom)),
        suites=("CTR-01",),
    )


FAUTES: Final = (
    _evenement("commentaire-coupe", "Le commentaire d'un événement est coupé à 50 caractères.",
               _commentaire_coupe),
    _evenement("caracteristique-appauvrie", "Une caractéristique perd & et « », et œ y devient oe.",
               _caracteristiques(_appauvri)),
    _evenement("caracteristique-jamais-oui", "Une caractéristique par oui ou non est toujours « non ».",
               _caracteristiques(_jamais_oui)),
    _evenement("survenance-du-jour", "Un événement est toujours daté du jour.", _du_jour("dateSurvenance")),
    _dalo("dalo-sans-diagnostic", "Le diagnostic et l'accompagnement social du DALO sont perdus.",
          _sans("diagnosticSocialDalo", "accompagnementSocialDalo")),
    _dalo("dalo-une-typologie", "Le DALO a toujours la même typologie de logement.",
          _toujours("typologieLogementDalo", {"code": "01"})),
    _dalo("dalo-toujours-actif", "Un refus ou un relogement est déclaré comme un DALO actif.",
          _toujours_actif),
    _radiation("attribution-sans-adresse", "L'adresse du logement attribué est perdue.",
               _attribution(_sans("adresse"))),
    _radiation("attribution-sans-description", "Bailleur, surface, loyer et zone du logement sont perdus.",
               _attribution(_sans("codeSirenBailleur", "surface", "montantLoyer", "zus"))),
    _radiation("attribution-un-accord", "L'accord collectif d'une attribution est toujours le même.",
               _attribution(_toujours("accordCollectif", {"code": "AUCUN"}))),
    _radiation("attribution-deja-loge", "L'attribution dit toujours le ménage non logé par le bailleur.",
               _attribution(_toujours("dejaLogeParcBailleur", {"code": "NON"}))),
    _radiation("attribution-jamais-dalo", "L'attribution ne dit jamais qu'elle vient d'un DALO.",
               _attribution(_toujours("attribueEnComDALO", "false"))),
    _radiation("bail-le-jour-de-la-radiation", "Le bail est daté du jour de la radiation.",
               _bail_le_jour_de_la_radiation),
    _radiation("un-sous-motif", "Le sous-motif d'irrecevabilité est toujours le même.",
               _toujours("sousMotifIrrecevabilite", {"code": "IRRSEJ"})),
    _de_la_decision("decision-attribution-sans-description",
                    "La radiation qu'entraîne une décision perd bailleur, surface, loyer et zone.",
                    _attribution(_sans("codeSirenBailleur", "surface", "montantLoyer", "zus"))),
    _de_la_decision("decision-bail-le-jour-de-la-radiation",
                    "La radiation qu'entraîne une décision date le bail de son jour.",
                    _bail_le_jour_de_la_radiation),
    *(_recherche(nom, mots) for nom, mots in _CRITERES.items()),
)  # fmt: skip
