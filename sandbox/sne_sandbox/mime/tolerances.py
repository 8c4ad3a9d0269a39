"""The deviations from the exact form that we accept: one numbered table for the whole product."""

from enum import Enum


class Tolerance(Enum):
    """A deviation that is accepted and journalled: its code, and its French phrase, for the console and the
    reports.

    T-01 to T-19 concern MIME, T-20 and after the envelope and HTTP. Codes up to T-26 were seen on clients in
    the field; a code never changes its meaning.
    """

    def __init__(self, code: str, phrase: str) -> None:
        self.code = code
        self.phrase = phrase

    BOM = "T-01", "Un document XML commence par une marque d'ordre des octets (BOM UTF-8)."
    START_SANS_CHEVRONS = "T-02", "Le paramètre « start » est écrit sans chevrons."
    BOUNDARY_SANS_GUILLEMETS = "T-03", "Le paramètre « boundary » est écrit sans guillemets."
    BOUNDARY_SPECIALE = "T-04", "Le paramètre « boundary » contient un « = » ou un « / »."
    CONTENT_ID_ETOILE = "T-05", "Un Content-ID contient un astérisque."
    ENTETES_DANS_LE_CORPS = (
        "T-06",
        "L'en-tête HTTP ne donne pas de « boundary » : les en-têtes MIME sont en tête du corps (.NET).",
    )
    FINS_DE_LIGNE_LF = "T-07", "Les lignes MIME finissent par LF au lieu de CRLF."
    PARTIE_ENCODEE = (
        "T-08",
        "Une partie est transmise en 7bit, 8bit, base64 ou quoted-printable au lieu de binary.",
    )
    #: Known once the envelope is read: noted by the reader of the envelope, as the next two.
    PARTIE_INCONNUE = "T-09", "Une partie n'est citée nulle part dans l'enveloppe."
    CID_POURCENT = "T-10", "Un lien « cid: » est écrit avec des séquences « % »."
    BASE64_EN_LIGNE = (
        "T-11",
        "Une pièce est en base64 dans l'enveloppe alors que le message est en plusieurs parties.",
    )
    SANS_FIN_DE_LIGNE = "T-12", "Aucune fin de ligne ne suit la dernière limite."
    START_ABSENT = "T-13", "Le paramètre « start » manque : la première partie est la racine."
    PARTIE_VIDE = "T-14", "Une partie est vide."
    START_INFO_TEXT_XML = (
        "T-15",
        "Le paramètre « start-info » annonce text/xml au lieu de application/soap+xml.",
    )
    ACTION_DIFFERENTE = "T-16", "Les actions annoncées diffèrent entre elles."
    START_INCONNU = (
        "T-17",
        "Le paramètre « start » ne désigne aucune partie : la première est prise pour racine.",
    )
    CONTENT_ID_IRREGULIER = "T-18", "Un Content-ID manque ou est écrit sans chevrons."
    TYPE_IRREGULIER = "T-19", "Le paramètre « type » n'est pas application/xop+xml."

    #: T-20 and after: noted by the reader of the envelope.
    ACTION_AUTRE = "T-20", "L'action annoncée n'est pas celle de l'opération appelée."
    CHARGES_EN_TROP = "T-21", "Le Body a plusieurs éléments : seul le premier est lu."
    CHAMP_INCONNU = "T-22", "Un champ inconnu de l'opération est laissé de côté."
    CHAMPS_DESORDONNES = "T-23", "Des champs ne sont pas dans l'ordre du contrat."
    CHAMP_NIL = "T-24", "Un champ porte xsi:nil : il est lu comme absent."
    CONTENT_TYPE_AUTRE = "T-25", "L'attribut contentType n'est pas dans l'espace de noms du service."
    SANS_ACTION = "T-26", "Aucune action ne désigne l'opération : elle est déduite du document (convention)."

    #: T-27 and after: what HTTP says of a message in one part.
    TYPE_SIMPLE = "T-27", "Un message en une seule partie n'est pas annoncé comme application/soap+xml."
    CHARSET_AUTRE = (
        "T-28",
        "Le « charset » annoncé n'est pas l'encodage de l'enveloppe : c'est le document qui est cru.",
    )

    #: T-29 and after: what no client of the field was seen to do, and cannot be misread.
    CHARSET_DE_PARTIE = (
        "T-29",
        "Le « charset » d'une partie n'est pas l'encodage de son document : c'est le document qui est cru.",
    )
    EN_TETE_REPETE = "T-30", "Un en-tête MIME d'une partie est écrit deux fois, à l'identique."
    #: Noted by the reader of the envelope, as T-09, which says whether it is cited.
    PARTIES_IMBRIQUEES = "T-31", "Une partie qui n'est citée nulle part est elle-même en plusieurs parties."
