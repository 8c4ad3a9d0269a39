"""The protocol « sne-sandbox/1 »: what the suite tells an application to do, and what it hears back.

The tables below are the protocol; `schema_protocole` writes them as the JSON Schema that is published in
`fixtures/schemas/protocole.schema.json`, and `accord_protocole` judges by them what really came. One
message, one answer, the same `id`; as lines of JSON to a process, or one POST of application/json each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sne_sandbox.conformance.faux_serveurs import FAUX_SERVEURS

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
    """A command: its fields, and those of an answer « fait »."""

    nom: str
    description: str
    champs: tuple[ChampProtocole, ...] = ()
    reponse: tuple[ChampProtocole, ...] = ()


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

_TABLE: Final = (
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
        "enregistrer",
        "L'utilisateur enregistre une demande (CRE).",
        (_NOUVELLE, _DEMANDE, _VERSION, _FORCER),
        (_RENDU, _ATTESTATION),
    ),
    Commande(
        "corriger",
        "L'utilisateur corrige une demande refusée, ou confirme malgré les doublons, et l'envoie de nouveau.",
        (_NOUVELLE, _DEMANDE, _VERSION, _FORCER),
        (_RENDU, _ATTESTATION),
    ),
    Commande(
        "separer",
        "Un co-titulaire se sépare : nouvelle demande (CRS), née de la demande d'origine.",
        (
            _NOUVELLE,
            ChampProtocole("reference_origine", "référence de la demande d'origine", requis=True),
            _DEMANDE,
            _VERSION,
            _FORCER,
        ),
        (_RENDU, _ATTESTATION),
    ),
    Commande(
        "modifier",
        "L'utilisateur modifie la demande (MOD) : la voici entière.",
        (_REFERENCE, _NUMERO, _DEMANDE, _VERSION),
        (_RENDU,),
    ),
    Commande(
        "renouveler",
        "L'utilisateur renouvelle la demande (REN), données à jour.",
        (
            _REFERENCE,
            _NUMERO,
            _DEMANDE,
            ChampProtocole("date_renouvellement", "jour du renouvellement (AAAA-MM-JJ)", requis=True),
            _VERSION,
        ),
        (_RENDU, _ATTESTATION),
    ),
    Commande(
        "radier",
        "L'utilisateur radie la demande (RAD), attribution comprise.",
        (
            _REFERENCE,
            _NUMERO,
            ChampProtocole("radiation", "contenu de l'élément radiation", "json", requis=True),
            _VERSION,
        ),
        (_RENDU,),
    ),
    Commande(
        "reactiver",
        "L'utilisateur réactive une demande radiée (RAD daté, motifRadiation vide).",
        (_REFERENCE, _NUMERO, _VERSION),
        (_RENDU,),
    ),
    Commande("supprimer", "L'utilisateur supprime la demande (SUP).", (_REFERENCE, _NUMERO)),
    Commande("piece", "Une pièce de la demande vient d'être numérisée (COP).", (_REFERENCE, _NUMERO)),
    Commande(
        "consulter",
        "L'utilisateur lit la demande au SNE.",
        (
            _REFERENCE,
            _NUMERO,
            ChampProtocole("complet", "avec DALO, radiation et informations de traitement", "booleen"),
        ),
        (ChampProtocole("demande", "contenu de demandeLogement, tel que lu", "json", requis=True),),
    ),
    Commande(
        "chercher_doublons",
        "L'utilisateur cherche les doublons de la demande, enregistrée ou refusée.",
        (_REFERENCE,),
        (ChampProtocole("doublons", "numéros uniques des doublons, tous", liste=True, requis=True),),
    ),
    Commande(
        "rechercher",
        "L'utilisateur cherche des demandes.",
        (ChampProtocole("criteres", "contenu de l'élément demandeMulticritere", "json", requis=True),),
        (ChampProtocole("resultats", "numéros uniques trouvés, tous", liste=True, requis=True),),
    ),
    Commande(
        "declarer_dalo",
        "L'utilisateur déclare un DALO.",
        (
            _REFERENCE,
            _NUMERO,
            ChampProtocole("information_dalo", "contenu de l'élément informationDalo", "json", requis=True),
        ),
    ),
    Commande(
        "relever_radiations",
        "L'application relève les demandes radiées depuis son dernier relevé.",
        (),
        (_NUMEROS,),
    ),
    Commande(
        "relever_dalos",
        "L'application relève les DALO déclarés depuis son dernier relevé.",
        (),
        (_NUMEROS,),
    ),
    Commande(
        "lister_types_evenements",
        "L'application lit les types d'événements.",
        (ChampProtocole("portee", "« nationaux » ou « territoriaux »", requis=True),),
        (ChampProtocole("types", "codes des types, tous", liste=True, requis=True),),
    ),
    Commande(
        "lister_evenements",
        "L'utilisateur lit les événements de la demande.",
        (_REFERENCE, _NUMERO),
        (ChampProtocole("evenements", "les événements, tous", "evenement_lu", liste=True, requis=True),),
    ),
    Commande(
        "ajouter_evenement",
        "L'utilisateur ajoute un événement.",
        (_REFERENCE, _NUMERO, _EVENEMENT),
        (ChampProtocole("id_evenement", "identifiant donné par le SNE"),),
    ),
    Commande(
        "modifier_evenement",
        "L'utilisateur modifie un événement.",
        (_REFERENCE, _NUMERO, _ID_EVENEMENT, _EVENEMENT),
    ),
    Commande(
        "supprimer_evenement",
        "L'utilisateur supprime un événement.",
        (_REFERENCE, _NUMERO, _ID_EVENEMENT),
    ),
    Commande(
        "decider",
        "La commission a décidé : événement DECATT ; bail signé, la radiation RADATT suit.",
        (
            _REFERENCE,
            _NUMERO,
            ChampProtocole("decision", "valeur de chaque caractéristique, par code", "json", requis=True),
            ChampProtocole("radiation", "contenu de l'élément radiation, quand le bail est signé", "json"),
            _VERSION,
        ),
        (ChampProtocole("id_evenement", "identifiant donné par le SNE"),),
    ),
    Commande(
        "integrer_dispatching",
        "L'application intègre les fichiers que le SNE lui a distribués.",
        (ChampProtocole("fichiers", "fichiers de la boîte de sortie, dans l'ordre", "fichier", True, True),),
        (ChampProtocole("integres", "ce qu'elle en a tiré, document par document", "integre", True, True),),
    ),
    Commande("fin", "L'épreuve est finie : l'application peut s'arrêter."),
)

#: Every command, by name, in the order of the documentation.
COMMANDES: Final[Mapping[str, Commande]] = {commande.nom: commande for commande in _TABLE}


#: Type of a field -> (what Python reads it as, its name in JSON Schema).
TYPES_JSON: Final[Mapping[str, tuple[type | tuple[type, ...], str]]] = {
    "texte": (str, "string"),
    "booleen": (bool, "boolean"),
    "nombre": ((int, float), "number"),
    "json": (Mapping, "object"),
}
