"""The protocol « sne-sandbox/1 »: what the suite tells an application to do, and what it hears back.

The tables below are the protocol, and all that the suite knows of a command is in its row of COMMANDES.
`schema` writes them as the JSON Schema that is published in `fixtures/schemas/protocole.schema.json`
(`python -m sne_sandbox.conformance.protocole` prints it), and `verifier_reponse` judges by them what really
came. One message, one answer, the same `id`; as lines of JSON to a process, or one POST of application/json
each.
"""

import difflib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from sne_sandbox.conformance.adresses import FAUX_SERVEURS

#: The operation of every message about a demande, of whatever kind.
NUM_UNIQUE: Final = "getNumUnique"
#: Name and version of the protocol, told by `demarrer`.
PROTOCOLE: Final = "sne-sandbox/1"


class Statut(StrEnum):
    """How a command ended, as the application says."""

    FAIT = "fait"
    """The SNE accepted."""
    REFUSE = "refuse"
    """The SNE answered by anomalies, or by doublons."""
    ERREUR = "erreur"
    """A fault, a panne, no answer: `message` is what the user is told."""
    NON_GERE = "non_gere"
    """The application does not do this."""


#: What each says, for the documentation.
STATUTS: Final[Mapping[Statut, str]] = {
    Statut.FAIT: "le SNE a accepté",
    Statut.REFUSE: "le SNE a répondu par des anomalies, ou par des doublons",
    Statut.ERREUR: "faute SOAP, panne, aucune réponse : « message » est ce que l'utilisateur lit",
    Statut.NON_GERE: "l'application ne fait pas cela",
}
#: The form of a field of type « json », for the documentation.
FORME_JSON: Final = (
    "Contenu d'un élément du contrat : les noms du schéma, dans son ordre (celui du XSD), sans espace de "
    'noms. Une feuille est un texte, nombres et booléens compris ("560", "true", "2018-03-15") ; un '
    'élément codé {"code": "T2"} ; un élément répétable toujours un tableau, même d\'un seul ; un conteneur '
    "un objet, {} s'il est vide."
)


@dataclass(frozen=True, slots=True)
class ChampProtocole:
    """A field of a message. `type` is « texte », « booleen », « nombre », « json » (any object: a document in
    the form of `formulaire`) or a name of FORMES; `liste` says that it holds several."""

    nom: str
    description: str
    type: str = "texte"
    liste: bool = False
    requis: bool = False


@dataclass(frozen=True, slots=True)
class Commande:
    """A command: its fields, those of an answer « fait », and what the suite has to know of it.

    `operations` are the SOAP operations by which an application does it, () for what sends nothing;
    `exigence` is the requirement that it is about: what breaks when it is not done at all. Of getNumUnique
    `genres` are the kinds of message (`typeFichier`) that do it, and `suites` those that may have to follow.
    The rest is told by its fields.
    """

    nom: str
    description: str
    champs: tuple[ChampProtocole, ...] = ()
    reponse: tuple[ChampProtocole, ...] = ()
    operations: tuple[str, ...] = ()
    exigence: str = ""
    genres: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()

    @property
    def enregistre(self) -> bool:
        """Whether it makes a demande, which gets a number."""
        return _NOUVELLE in self.champs

    @property
    def sur_numero(self) -> bool:
        """Whether it is about a demande that has its number already."""
        return _NUMERO in self.champs

    @property
    def avec_demande(self) -> bool:
        """Whether it is told with a whole form, which has to arrive."""
        return _DEMANDE in self.champs

    @property
    def atteste(self) -> bool:
        """Whether the SNE answers it by an attestation."""
        return _ATTESTATION in self.reponse

    @property
    def releve(self) -> bool:
        """Whether it reads a feed of the SNE, from where the last reading ended."""
        return _NUMEROS in self.reponse

    @property
    def sur_evenement(self) -> bool:
        """Whether it is about an event that was written already."""
        return _ID_EVENEMENT in self.champs


#: Objects inside messages.
FORMES: Final[Mapping[str, tuple[ChampProtocole, ...]]] = {
    "adresses": (
        ChampProtocole("demande_logement", "URL de DemandeLogementImplService", requis=True),
        ChampProtocole("gestion_partagee_evt", "URL de GestionPartageeEVTImplService", requis=True),
        ChampProtocole("recherche_demande", "URL de RechercheDemandeImplService", requis=True),
    ),
    "certificats": (
        ChampProtocole("ca", "fichier PEM de l'autorité du serveur", requis=True),
        ChampProtocole("certificat", "fichier PEM du certificat client", requis=True),
        ChampProtocole("cle", "fichier PEM de sa clé", requis=True),
        ChampProtocole("pkcs12", "les mêmes, en PKCS#12", requis=True),
        ChampProtocole("mot_de_passe", "mot de passe du PKCS#12", requis=True),
    ),
    "boites": (
        ChampProtocole("entree", "dossier des fichiers déposés par l'application"),
        ChampProtocole("sortie", "dossier des fichiers qui l'attendent"),
    ),
    "anomalie": (
        ChampProtocole("code", "code de l'anomalie", requis=True),
        ChampProtocole("propriete", "élément en cause", requis=True),
        ChampProtocole("message", "message tel que reçu", requis=True),
    ),
    "fichier": (
        ChampProtocole("nom", "nom du fichier", requis=True),
        ChampProtocole("contenu", "document XML, en texte", requis=True),
    ),
    "integre": (
        ChampProtocole("numero_unique", "demande intégrée", requis=True),
        ChampProtocole(
            "modifies",
            "chemin de chaque élément marqué modifie, sans préfixe ni indice : interfaceNuu/demande/…",
            liste=True,
            requis=True,
        ),
    ),
    "evenement_lu": (
        ChampProtocole("id", "identifiant de l'événement", requis=True),
        ChampProtocole("code", "code de son type", requis=True),
    ),
}

_REFERENCE: Final = ChampProtocole(
    "reference", "nom de la demande dans l'exemple (« d1 »), choisi par la suite"
)
_NOUVELLE: Final = ChampProtocole(
    "reference", "nom que cette demande portera dans l'exemple (« d1 »), choisi par la suite", requis=True
)
_NUMERO: Final = ChampProtocole(
    "numero_unique", "numéro unique, au lieu de la référence, pour la demande d'un autre guichet"
)
_DEMANDE: Final = ChampProtocole(
    "demande", "contenu de demandeLogement, sans numGuichet ni numUnique", "json", requis=True
)
_VERSION: Final = ChampProtocole("version", "version de message à employer (« 02.02 ») ; au choix sinon")
_FORCER: Final = ChampProtocole(
    "forcer_doublon", "l'utilisateur connaît les doublons et confirme : écrire forcerDoublon", "booleen"
)
_EVENEMENT: Final = ChampProtocole("evenement", "contenu de l'élément evenement", "json", requis=True)
_ID_EVENEMENT: Final = ChampProtocole("id_evenement", "identifiant reçu à l'ajout", requis=True)

_RENDU: Final = ChampProtocole("numero_unique", "numéro que l'application a conservé pour la demande")
_ATTESTATION: Final = ChampProtocole(
    "attestation_sha256",
    "empreinte SHA-256, en hexadécimal, du PDF conservé ; vide s'il ne l'est pas, absent pour n'en rien dire",
)
_ID_DONNE: Final = ChampProtocole("id_evenement", "identifiant donné par le SNE")
_NUMEROS: Final = ChampProtocole(
    "numeros", "numéros uniques relevés, déjà rendus exclus", liste=True, requis=True
)

#: Fields that every command after `demarrer` holds, beside `id` and `commande`.
MAINTENANT: Final = ChampProtocole("maintenant", "instant ISO 8601 de l'horloge du SNE", requis=True)
#: Fields that any answer may hold, beside `id` and `statut`.
COMMUNS: Final = (
    ChampProtocole("anomalies", "anomalies lues dans la réponse du SNE, toutes", "anomalie", liste=True),
    ChampProtocole(
        "doublons",
        "numéros uniques des doublons annoncés, tous ; sinon, ceux que disent les messages des anomalies",
        liste=True,
    ),
    ChampProtocole("message", "ce que l'utilisateur lit : faute du SNE, panne, refus de l'application"),
)

_MAUVAIS: Final = " ou ".join(faux.certificat for faux in FAUX_SERVEURS.values())

_PAR_NUM_UNIQUE: Final = (NUM_UNIQUE,)
_TYPES: Final = ("listerTypesEvenementsNationaux", "listerTypesEvenementsTerritoriaux")

_TABLE: Final = (
    # name, description, fields; fields of the answer, operations, requirement, kinds of message
    Commande(
        "demarrer",
        "Premier message : où est le SNE, avec quels certificats.",
        (
            ChampProtocole("protocole", "« sne-sandbox/1 »", requis=True),
            ChampProtocole("contrat", "version de l'interface servie (« v5.2 »)", requis=True),
            ChampProtocole("adresses", "services à appeler", "adresses", requis=True),
            *(
                ChampProtocole(faux.champ, f"les mêmes, derrière un certificat {faux.certificat}", "adresses")
                for faux in FAUX_SERVEURS.values()
            ),
            ChampProtocole("certificats", "fichiers à employer", "certificats", requis=True),
            ChampProtocole("guichet", "code du guichet de l'application", requis=True),
            ChampProtocole("boites", "dossiers des échanges par fichiers, quand il y en a", "boites"),
            ChampProtocole(
                "delai_max_s",
                "secondes après lesquelles l'application renonce à une réponse du SNE, le temps de l'épreuve",
                "nombre",
            ),
        ),
        (
            ChampProtocole("nom", "nom de l'application", requis=True),
            ChampProtocole("version", "sa version", requis=True),
            ChampProtocole("commandes", "commandes qu'elle connaît", liste=True, requis=True),
            ChampProtocole("versions", "versions de message qu'elle écrit (« 02.02 »)", liste=True),
        ),
    ),
    Commande("reinitialiser", "Tout oublier : demandes, numéros, curseurs. Précède chaque exemple."),
    Commande(
        "adresser",
        "Appeler désormais les adresses données : celles d'un serveur dont le certificat est "
        f"{_MAUVAIS}, puis de nouveau les bonnes.",
        (ChampProtocole("adresses", "services à appeler", "adresses", requis=True),),
    ),
    Commande(
        "enregistrer", "L'utilisateur enregistre une demande (CRE).",
        (_NOUVELLE, _DEMANDE, _VERSION, _FORCER),
        (_RENDU, _ATTESTATION), _PAR_NUM_UNIQUE, "VIE-01", ("CRE", "CRS"),
    ),
    Commande(
        "corriger",
        "L'utilisateur corrige une demande refusée, ou confirme malgré les doublons, et l'envoie de nouveau.",
        (_NOUVELLE, _DEMANDE, _VERSION, _FORCER),
        (_RENDU, _ATTESTATION), _PAR_NUM_UNIQUE, "VIE-20", ("CRE", "CRS"),
    ),
    Commande(
        "separer", "Un co-titulaire se sépare : nouvelle demande (CRS), née de la demande d'origine.",
        (_NOUVELLE, ChampProtocole("reference_origine", "référence de la demande d'origine", requis=True),
         _DEMANDE, _VERSION, _FORCER),
        (_RENDU, _ATTESTATION), _PAR_NUM_UNIQUE, "VIE-09", ("CRS",),
    ),
    Commande(
        "modifier", "L'utilisateur modifie la demande (MOD) : la voici entière.",
        (_REFERENCE, _NUMERO, _DEMANDE, _VERSION),
        (_RENDU,), _PAR_NUM_UNIQUE, "VIE-03", ("MOD",),
    ),
    Commande(
        "renouveler", "L'utilisateur renouvelle la demande (REN), données à jour.",
        (_REFERENCE, _NUMERO, _DEMANDE,
         ChampProtocole("date_renouvellement", "jour du renouvellement (AAAA-MM-JJ)", requis=True), _VERSION),
        (_RENDU, _ATTESTATION), _PAR_NUM_UNIQUE, "VIE-05", ("REN",),
    ),
    Commande(
        "radier", "L'utilisateur radie la demande (RAD), attribution comprise.",
        (_REFERENCE, _NUMERO,
         ChampProtocole("radiation", "contenu de l'élément radiation", "json", requis=True), _VERSION),
        (_RENDU,), _PAR_NUM_UNIQUE, "VIE-06", ("RAD",),
    ),
    Commande(
        "reactiver", "L'utilisateur réactive une demande radiée (RAD daté, motifRadiation vide).",
        (_REFERENCE, _NUMERO, _VERSION),
        (_RENDU,), _PAR_NUM_UNIQUE, "VIE-06", ("RAD", "REN"),
    ),
    Commande(
        "supprimer", "L'utilisateur supprime la demande (SUP).", (_REFERENCE, _NUMERO),
        (), _PAR_NUM_UNIQUE, "VIE-27", ("SUP",),
    ),
    Commande(
        "piece", "Une pièce de la demande vient d'être numérisée (COP).", (_REFERENCE, _NUMERO),
        (), _PAR_NUM_UNIQUE, "VIE-27", ("COP",),
    ),
    Commande(
        "consulter", "L'utilisateur lit la demande au SNE.",
        (_REFERENCE, _NUMERO,
         ChampProtocole("complet", "avec DALO, radiation et informations de traitement", "booleen")),
        (ChampProtocole("demande", "contenu de demandeLogement, tel que lu", "json", requis=True),),
        ("getDemandeLogement",), "VIE-24",
    ),
    Commande(
        "chercher_doublons", "L'utilisateur cherche les doublons de la demande, enregistrée ou refusée.",
        (_REFERENCE,),
        (ChampProtocole("doublons", "numéros uniques des doublons, tous", liste=True, requis=True),),
        ("getDoublons",), "VIE-10",
    ),
    Commande(
        "rechercher", "L'utilisateur cherche des demandes.",
        (ChampProtocole("criteres", "contenu de l'élément demandeMulticritere", "json", requis=True),),
        (ChampProtocole("resultats", "numéros uniques trouvés, tous", liste=True, requis=True),),
        ("rechercheDemandeMulticritere",), "VIE-23",
    ),
    Commande(
        "declarer_dalo", "L'utilisateur déclare un DALO.",
        (_REFERENCE, _NUMERO,
         ChampProtocole("information_dalo", "contenu de l'élément informationDalo", "json", requis=True)),
        (), ("getDeclarationNouveauDalo",), "VIE-22",
    ),
    Commande(
        "relever_radiations", "L'application relève les demandes radiées depuis son dernier relevé.",
        (), (_NUMEROS,), ("getDemandesRadieesDepuisLe",), "VIE-14",
    ),
    Commande(
        "relever_dalos", "L'application relève les DALO déclarés depuis son dernier relevé.",
        (), (_NUMEROS,), ("getNouveauxDaloDepuisLe",), "VIE-14",
    ),
    Commande(
        "lister_types_evenements", "L'application lit les types d'événements.",
        (ChampProtocole("portee", "« nationaux » ou « territoriaux »", requis=True),),
        (ChampProtocole("types", "codes des types, tous", liste=True, requis=True),),
        _TYPES, "VIE-26",
    ),
    Commande(
        "lister_evenements", "L'utilisateur lit les événements de la demande.", (_REFERENCE, _NUMERO),
        (ChampProtocole("evenements", "les événements, tous", "evenement_lu", liste=True, requis=True),),
        ("listerEvenementsDemande",), "VIE-26",
    ),
    Commande(
        "ajouter_evenement", "L'utilisateur ajoute un événement.", (_REFERENCE, _NUMERO, _EVENEMENT),
        (_ID_DONNE,), ("ajouterEvenementDemande",), "VIE-16",
    ),
    Commande(
        "modifier_evenement", "L'utilisateur modifie un événement.",
        (_REFERENCE, _NUMERO, _ID_EVENEMENT, _EVENEMENT),
        (), ("modifierEvenementDemande",), "VIE-17",
    ),
    Commande(
        "supprimer_evenement", "L'utilisateur supprime un événement.", (_REFERENCE, _NUMERO, _ID_EVENEMENT),
        (), ("supprimerEvenementDemande",), "VIE-17",
    ),
    Commande(
        "decider", "La commission a décidé : événement DECATT ; bail signé, la radiation RADATT suit.",
        (_REFERENCE, _NUMERO,
         ChampProtocole("decision", "valeur de chaque caractéristique, par code", "json", requis=True),
         ChampProtocole("radiation", "contenu de l'élément radiation, quand le bail est signé", "json"),
         _VERSION),
        (_ID_DONNE,), ("ajouterEvenementDemande",), "VIE-18", suites=("RAD",),
    ),
    Commande(
        "integrer_dispatching", "L'application intègre les fichiers que le SNE lui a distribués.",
        (ChampProtocole("fichiers", "fichiers de la boîte de sortie, dans l'ordre", "fichier", True, True),),
        (ChampProtocole("integres", "ce qu'elle en a tiré, document par document", "integre", True, True),),
        (), "VIE-25",
    ),
    Commande("fin", "L'épreuve est finie : l'application peut s'arrêter."),
)  # fmt: skip

#: Every command, by name, in the order of the documentation.
COMMANDES: Final[Mapping[str, Commande]] = {commande.nom: commande for commande in _TABLE}


#: Type of a field -> (what Python reads it as, its name in JSON Schema).
TYPES_JSON: Final[Mapping[str, tuple[type | tuple[type, ...], str]]] = {
    "texte": (str, "string"),
    "booleen": (bool, "boolean"),
    "nombre": ((int, float), "number"),
    "json": (Mapping, "object"),
}


# --- the tables as a JSON Schema -------------------------------------------------------------------------


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of the messages and answers: what `protocole.schema.json` holds."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Protocole {PROTOCOLE}",
        "description": "Messages de la suite de conformité à l'application éprouvée, et ses réponses.",
        "anyOf": [{"$ref": f"#/$defs/{sens}_{nom}"} for sens in ("commande", "reponse") for nom in COMMANDES],
        "$defs": {
            "document": {"description": FORME_JSON, "type": "object"},
            "statut": {
                "description": " ; ".join(f"{statut} : {sens}" for statut, sens in STATUTS.items()),
                "enum": [statut.value for statut in Statut],
            },
            **{forme: _objet(champs) for forme, champs in FORMES.items()},
            **{f"commande_{nom}": _schema_commande(commande) for nom, commande in COMMANDES.items()},
            **{f"reponse_{nom}": _schema_reponse(commande) for nom, commande in COMMANDES.items()},
        },
    }


def _schema_commande(commande: Commande) -> dict[str, Any]:
    fixes = {"id": {"type": "integer"}, "commande": {"const": commande.nom}}
    decrit = _objet((*commande.champs, MAINTENANT), fixes)
    return {"description": commande.description, **decrit, "additionalProperties": False}


def _schema_reponse(commande: Commande) -> dict[str, Any]:
    fixes = {"id": {"type": "integer"}, "statut": {"$ref": "#/$defs/statut"}}
    # The fields of `COMMUNS` that a command answers for good are described by the command.
    siens = {champ.nom for champ in commande.reponse}
    champs = (*commande.reponse, *(champ for champ in COMMUNS if champ.nom not in siens))
    libres = tuple(replace(champ, requis=False) for champ in champs)
    decrit = _objet(libres, fixes)
    requis = [champ.nom for champ in commande.reponse if champ.requis]
    if requis:
        decrit["if"] = {"properties": {"statut": {"const": Statut.FAIT.value}}}
        decrit["then"] = {"required": requis}
    return {"description": f"Réponse à « {commande.nom} »", **decrit}


def _objet(champs: tuple[ChampProtocole, ...], fixes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    fixes = fixes or {}
    return {
        "type": "object",
        "properties": {**fixes, **{champ.nom: _schema_champ(champ) for champ in champs}},
        "required": [*fixes, *(champ.nom for champ in champs if champ.requis)],
    }


def _schema_champ(champ: ChampProtocole) -> dict[str, Any]:
    if champ.type == "json":
        valeur: dict[str, Any] = {"$ref": "#/$defs/document"}
    elif champ.type in TYPES_JSON:
        valeur = {"type": TYPES_JSON[champ.type][1]}
    else:
        valeur = {"$ref": f"#/$defs/{champ.type}"}
    if champ.liste:
        valeur = {"type": "array", "items": valeur}
    return {"description": champ.description, **valeur}


# --- whether an answer is one that they allow --------------------------------------------------------------


def verifier_reponse(commande: str, reponse: Any) -> str:
    """What is wrong with an answer to `commande`, in French; "" when nothing is. Unknown fields pass."""
    if not isinstance(reponse, Mapping):
        return "la réponse n'est pas un objet JSON"
    statut = reponse.get("statut")
    if statut not in tuple(Statut):
        ecart = "manque" if statut is None else f"vaut {_montrer(statut)}"
        return f"« statut » {ecart} ; valeurs permises : {', '.join(Statut)}"
    for champ in (*COMMUNS, *COMMANDES[commande].reponse):
        ecart = _verifier_champ(champ, reponse, exiger=statut == Statut.FAIT)
        if ecart:
            return ecart
    return _inconnues(reponse) if commande == "demarrer" and statut == Statut.FAIT else ""


def _inconnues(reponse: Mapping[str, Any]) -> str:
    """What is wrong with the commands that an application says it knows."""
    for nom in reponse["commandes"]:
        if nom not in COMMANDES:
            proches = difflib.get_close_matches(nom, COMMANDES, 1)
            conseil = f" (vouliez-vous dire « {proches[0]} » ?)" if proches else ""
            return f"commandes : « {nom} » n'est pas une commande du protocole{conseil}"
    return ""


def _verifier_champ(champ: ChampProtocole, objet: Mapping[str, Any], *, exiger: bool = True) -> str:
    valeur = objet.get(champ.nom)
    if valeur is None:
        return f"« {champ.nom} » manque" if champ.requis and exiger else ""
    if not champ.liste:
        return _verifier_valeur(champ, valeur)
    if not isinstance(valeur, list):
        return f"« {champ.nom} » n'est pas une liste"
    return next((ecart for un in valeur if (ecart := _verifier_valeur(champ, un))), "")


def _verifier_valeur(champ: ChampProtocole, valeur: Any) -> str:
    if champ.type in TYPES_JSON:
        attendu, _ = TYPES_JSON[champ.type]
        bon = isinstance(valeur, attendu) and (champ.type != "nombre" or not isinstance(valeur, bool))
        return "" if bon else f"« {champ.nom} » vaut {_montrer(valeur)} : ce n'est pas un {champ.type}"
    if not isinstance(valeur, Mapping):
        return f"« {champ.nom} » vaut {_montrer(valeur)} : ce n'est pas un objet"
    for interieur in FORMES[champ.type]:
        ecart = _verifier_champ(interieur, valeur)
        if ecart:
            return f"{champ.nom} : {ecart}"
    return ""


def _montrer(valeur: Any) -> str:
    texte = repr(valeur)
    return texte if len(texte) <= 60 else texte[:59] + "…"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n")
