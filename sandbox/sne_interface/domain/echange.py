"""One exchange, from the wire to its line in the journal: the HTTP request and its answer (`RequeteHttp`),
the call and its answer between the envelope and the work (`Appel`), the line of the journal (`Echange`)."""

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sne_interface.domain.panne import PanneDefinition
from sne_interface.domain.texte import Retenus
from sne_interface.errors import ERREUR_INATTENDUE, ErreurInterne, ExchangeError

# --- the request and its answer, over HTTP ---

EnTetes = list[tuple[str, str]]

#: What the server tells of a request beside its headers, in the WSGI environment, where no header can forge
#: it (those begin with HTTP_). The verified client certificate (DER), None without,
CERTIFICAT: Final = "sne.certificat_client"
#: whether one was asked for, and the listener (https, http, https_expire, https_autre_nom);
CERTIFICAT_DEMANDE: Final = "sne.certificat_demande"
ECOUTE: Final = "sne.ecoute"
#: where the server stands (EtatDuServeur), and whether it has a process of its own for heavy reads: False
#: before the application says, by True, that this answer is one, and is to be asked there;
ETAT: Final = "sne.etat"
LOURD: Final = "sne.lourd"
#: and, set by the application, the panne (PanneDefinition) that the server sends the answer by, and
PANNE: Final = "sne.panne"
#: what is told (a function of the reason, in French) that the answer could not be delivered.
NON_REMISE: Final = "sne.non_remise"


@dataclass(slots=True)
class EtatDuServeur:
    """Where a process of the server stands: connections open, bytes under way (of bodies not worked on yet,
    of long answers not read yet), with their limits (0: not known); since its start, requests refused because
    it was full (503), peers dropped because too slow to send or read, and times that it stopped accepting."""

    connexions: int = 0
    connexions_max: int = 0
    octets: int = 0
    octets_max: int = 0
    satures: int = 0
    lents: int = 0
    pauses: int = 0


#: Names of headers, each read several times an exchange.
_MINUSCULES: Final = Retenus(str.lower)


@dataclass(frozen=True, slots=True)
class RequeteHttp:
    """A whole HTTP request. `chemin` is the path with its query, `en_tetes` in order as received, but for
    those that the journal does not keep, `corps` the body with its transfer encoding (chunks) removed."""

    methode: str
    chemin: str
    en_tetes: EnTetes
    corps: bytes
    #: The Host that it names: a real client's is that of the national server.
    hote: str = ""
    #: Scheme and authority of this server, by the socket that it came to.
    origine: str = ""
    #: Address of the caller.
    pair: str = ""
    #: The listener: https, http, https_expire, https_autre_nom; "" for what came by no socket.
    ecoute: str = ""
    #: The verified client certificate (DER).
    certificat: bytes | None = None
    #: Whether the listener asks its callers for one.
    certificat_demande: bool = False
    #: What tells that a page of another site sent it, "" for nothing.
    d_un_autre_site: str = ""

    def en_tete(self, nom: str) -> str:
        """Value of the first header of that name, whatever its case; "" when absent."""
        voulu = _MINUSCULES[nom]
        for cle, valeur in self.en_tetes:
            if _MINUSCULES[cle] == voulu:
                return valeur
        return ""


@dataclass(frozen=True, slots=True)
class ReponseHttp:
    """A whole HTTP answer. The web server adds Content-Length, Date and Connection. `panne` is the one it was
    damaged by, or is to be sent by; `echange` the base and the id of its line, None without any."""

    statut: int
    en_tetes: EnTetes
    corps: bytes
    panne: PanneDefinition | None = None
    echange: tuple[str, int] | None = None


# --- the call and its answer ---


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a `base64Binary` field, with its `contentType` attribute (None when it has none)."""

    contenu: bytes
    content_type: str | None = None


#: `canal` of a call that came as a file left in a guichet's inbox: the type of the rules of that channel.
ASYNCHRONE = "ASY"

#: Value of a field of a message: text, piece, or a code (`codeElement`, given as its text).
Champ = str | Piece

#: Pieces that are not the document of a message.
_A_COTE = frozenset({"certificat", "attestation"})


def document_parmi(champs: Mapping[str, Champ]) -> bytes:
    """The document, XML or ZIP, among the fields of a message; b"" without any."""
    pieces = (v.contenu for nom, v in champs.items() if isinstance(v, Piece) and nom not in _A_COTE)
    return next(pieces, b"")


@dataclass(frozen=True, slots=True)
class Appel:
    """One call of one operation.

    `operation` is the WSDL name, `champs` its fields by name (absent ones left out), `base` the name of the
    base, `guichet_certificat` the guichet of the client certificate (None without), `recu_le` the machine's
    instant of arrival, `canal` how it came: "" by SOAP, or `ASYNCHRONE`.
    """

    operation: str
    champs: Mapping[str, Champ]
    base: str
    guichet_certificat: str | None
    recu_le: datetime
    canal: str = ""

    def texte(self, nom: str) -> str:
        """Text of a field, "" when absent."""
        valeur = self.champs.get(nom)
        return valeur if isinstance(valeur, str) else ""

    def piece(self, nom: str) -> bytes:
        """Bytes of a field, b"" when absent."""
        valeur = self.champs.get(nom)
        return valeur.contenu if isinstance(valeur, Piece) else b""


@dataclass(frozen=True, slots=True)
class Reponse:
    """The fields of an answer, by name; absent optional fields are left out."""

    champs: Mapping[str, Champ]


# --- the line of the journal ---

#: Headers of what the console sends, again (the number of the exchange) or of its own: no application did.
REJEU: Final = "SNE-Rejeu"
CONSOLE: Final = "SNE-Console"
_DE_LA_CONSOLE: Final = frozenset({REJEU.lower(), CONSOLE.lower()})
#: Headers whose value is not kept: a search of the journal would give it away, letter by letter.
SECRETS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
#: « Methods » of the lines that no HTTP request left: a handshake refused, a file left in an inbox, a night,
#: the step of a scene, a state put back, a clock that was moved, a night that was taken back with its move,
#: and what is left of a line that was erased by hand.
TLS: Final = "TLS"
FICHIER: Final = "FICHIER"
NUIT: Final = "NUIT"
SCENE: Final = "SCENE"
REMISE: Final = "REMISE"
HORLOGE: Final = "HORLOGE"
NUIT_ANNULEE: Final = "ANNULEE"
EFFACE: Final = "EFFACE"
HORS_HTTP: Final = frozenset({TLS, FICHIER, NUIT, SCENE, REMISE, HORLOGE, NUIT_ANNULEE, EFFACE})
#: Those whose path is a sentence, and which nobody sent: facts, neither accepted nor refused.
DITES: Final = frozenset({NUIT, REMISE, HORLOGE, NUIT_ANNULEE, EFFACE})
_METHODE: Final = re.compile(r"[A-Za-z-]{1,20}")
#: What no word of a header of ours has.
_PAS_UN_MOT: Final = re.compile(r"[^A-Za-z0-9_.-]")


#: Code of the fault of an exchange whose line of the journal does not read any more.
ILLISIBLE: Final = "illisible"


class VerdictEchange(StrEnum):
    """How an exchange ended."""

    ACCEPTE = "accepté"
    ANOMALIES = "anomalies"
    FAULT = "fault"
    #: Refused before SOAP: HTTP status, or a TLS handshake that failed.
    REFUS = "refus"
    #: A bug of ours.
    ERREUR = "erreur"


def methode_recue(mot: str) -> str:
    """The method of a request as its line shows it: what is no method, or would pass for a line that no
    request left, is in brackets."""
    if mot in HORS_HTTP or (mot and _METHODE.fullmatch(mot) is None):
        return f"({mot[:20]})"
    return mot


def du_dehors(en_tetes: EnTetes) -> EnTetes:
    """The headers of what came by a socket, without those of the console: traffic does not take itself out of
    what is judged."""
    return [(nom, valeur) for nom, valeur in en_tetes if _MINUSCULES[nom] not in _DE_LA_CONSOLE]


def sans_secrets(en_tetes: EnTetes) -> EnTetes:
    """The headers as the journal keeps them."""
    return [(nom, "(non conservé)" if _MINUSCULES[nom] in SECRETS else valeur) for nom, valeur in en_tetes]


@dataclass(slots=True)
class Echange:
    """One exchange. Instants are the machine's (aware); `instant_base` is the base's clock at arrival.

    `anomalies` are dicts (regle, code, message, propriete, gravite, valeur, ligne), `parties` dicts
    (content_id, content_type, encodage, taille), `tolerances` codes (T-01…) with a sentence,
    `en_tetes` and `en_tetes_reponse` lists of (name, value) pairs.
    """

    base: str
    recu_le: datetime
    methode: str = ""
    chemin: str = ""
    statut: int = 0
    verdict: VerdictEchange = VerdictEchange.REFUS
    instant_base: datetime | None = None
    identifiant: int | None = None
    pair: str = ""
    guichet: str | None = None
    service: str | None = None
    operation: str | None = None
    type_fichier: str | None = None
    version: str | None = None
    numero_unique: str | None = None
    duree_us: int = 0
    en_tetes: EnTetes = field(default_factory=list)
    en_tetes_reponse: EnTetes = field(default_factory=list)
    requete: bytes = b""
    reponse: bytes = b""
    parties: list[dict[str, Any]] = field(default_factory=list)
    tolerances: list[dict[str, str]] = field(default_factory=list)
    anomalies: list[dict[str, Any]] = field(default_factory=list)
    #: code, message, explication.
    fault: dict[str, str] | None = None
    reponse_conforme: bool | None = None
    #: Traceback of a bug of ours.
    trace: str | None = None
    #: The listener: https, http, https_expire or https_autre_nom; "" when the line does not tell.
    ecoute: str = ""
    #: Whether the caller presented a client certificate; None when it was not asked for one.
    certificat: bool | None = None
    #: The panne that was played (id, genre, effet, parametres, armee_le): `reponse` is then what was meant,
    #: before it was damaged. Where the panne took the place of the work, it is what took that of the answer.
    panne: dict[str, Any] | None = None
    #: Why the answer did not reach the caller, as far as the server can know, in French; "" when nothing says
    #: that it did not.
    non_remise: str = ""
    #: Of the line of a clock that was moved, what it takes to show the move and to take it back
    #: (`bases.horloge`).
    temps: dict[str, Any] | None = None
    #: What the answer rests on and does not say, in French: the threshold of the first quartile.
    notes: list[str] = field(default_factory=list)
    #: What the contract to come would refuse of it (contrat, changement, exige, regle, chemin, ligne,
    #: message); one without `changement` says why it could not be judged so.
    a_venir: list[dict[str, Any]] = field(default_factory=list)

    @property
    def avertissement(self) -> str:
        """The value of the header `SNE-Avertissement`, in ASCII: « CHANGE, CHANGE; exige="2018-12-31" », the
        earliest of the days of `a_venir`; "" for nothing to say."""
        dits = [refus for refus in self.a_venir if refus["changement"]]
        noms = dict.fromkeys(_PAS_UN_MOT.sub("_", str(refus["changement"])) for refus in dits)
        jours = sorted(str(refus["exige"]) for refus in dits if refus["exige"])
        return ", ".join(noms) + (f'; exige="{jours[0]}"' if jours else "")

    @property
    def illisible(self) -> bool:
        """True when its line of the journal can no longer be read: nothing in it is judged."""
        return self.fault is not None and self.fault.get("code") == ILLISIBLE

    @property
    def accepte(self) -> bool:
        """True when what it asked is done."""
        return self.verdict is VerdictEchange.ACCEPTE

    def dit_du_fault(self, nom: str) -> str:
        """A field of the fault answered (`code`, `message`, `explication`); "" without any."""
        return str((self.fault or {}).get(nom) or "")

    def echouer(self, erreur: Exception, phrase: str = ERREUR_INATTENDUE) -> ExchangeError:
        """Notes what ended the exchange; the error to answer. One that is not of our tree is a bug of ours,
        and `phrase` is what the caller is told of it."""
        connue = (
            erreur
            if isinstance(erreur, ExchangeError)
            else ErreurInterne(phrase, explication=f"{type(erreur).__name__} : {erreur}")
        )
        if isinstance(connue, ErreurInterne):
            self.verdict = VerdictEchange.ERREUR
            self.trace = "".join(traceback.format_exception(erreur))
        else:
            self.verdict = VerdictEchange.FAULT
        self.fault = {"code": connue.code, "message": str(connue), "explication": connue.explication}
        return connue
