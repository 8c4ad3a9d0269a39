"""One tree for everything that goes wrong on our side of the contract.

Three kinds, never mixed: an *anomalie* is a returned value (`domain.anomalie`), never an exception; an
`ExchangeError` ends one exchange with a SOAP fault or an HTTP refusal; an `OperatorError` ends a command,
and the command line prints its `diagnostics()`.
"""

import csv
import errno
from collections.abc import Collection
from pathlib import Path
from typing import ClassVar, Final, Literal

#: Words that a remedy offers, in place of an unknown one.
_CONNUS_DITS: Final = 20
FaultCode = Literal["Sender", "Receiver", "VersionMismatch", "MustUnderstand"]

#: The sentence of the real server when a document does not fit its schema (attested, byte for byte).
ERREUR_INATTENDUE = "Une erreur inattendue est survenue lors du traitement de la demande."


class SandboxError(Exception):
    """Root of the tree. `str()` is a French sentence a user can read."""

    def diagnostics(self) -> str:
        """Says what happened and what to do about it, in French, possibly over several lines."""
        return str(self)


# --- errors of the operator: the command line prints them -------------------------------------------


class OperatorError(SandboxError):
    """The tool cannot do what it was asked (exit code 3). `remede` says what to do."""

    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, remede: str = "") -> None:
        super().__init__(message)
        self.remede = remede
        if remede:  # what a test that fails shows: it prints no diagnostics
            self.add_note(f"→ {remede}")

    def diagnostics(self) -> str:
        return f"{self}\n→ {self.remede}" if self.remede else str(self)


class UsageError(OperatorError):
    """The command was called wrongly (exit code 2)."""

    exit_code: ClassVar[int] = 2


def exiger_connu(quoi: str, dit: str, connus: Collection[str]) -> str:
    """Returns what is said, "" too. Raises UsageError for what is none of those that are known, of which the
    remedy tells the first; `quoi` begins the sentence."""
    if dit and dit not in connus:
        mots = [connu for connu in connus if connu]
        suite = ", …" if len(mots) > _CONNUS_DITS else ""
        remede = f"écrivez : {', '.join(mots[:_CONNUS_DITS])}{suite}" if mots else "n'en choisissez pas"
        raise UsageError(f"{quoi} [{dit[:40]}] n'existe pas.", remede=remede)
    return dit


class ConflitEtat(UsageError):
    """A request that is understood and that the state of the base forbids: a name is taken, time goes
    back."""


class ContractError(OperatorError):
    """A contract folder or an overlay cannot be read: missing file, unknown key, bad schema."""


class StoreError(OperatorError):
    """The database cannot be opened, migrated or read."""


class MagasinIndisponible(StoreError):
    """The database does not answer, or keeps nothing any more. `cause` says why, in a few French words.

    `incertain`: it broke while it was being told to commit; nobody knows whether it did. `connue`: it was
    known beforehand, and told in the log: a request refused for it has no line of its own.
    """

    def __init__(
        self, cause: str, *, remede: str = "", incertain: bool = False, connue: bool = False
    ) -> None:
        super().__init__(f"La base de données ne répond pas comme prévu : {cause}", remede=remede)
        self.cause = cause
        self.incertain = incertain
        self.connue = connue

    def pareille(self, *, connue: bool = False) -> "MagasinIndisponible":
        """The same to be raised by another thread, without this one's traceback."""
        return MagasinIndisponible(
            self.cause, remede=self.remede, incertain=self.incertain, connue=connue or self.connue
        )


class ListenError(OperatorError):
    """A listener cannot be opened (port taken, address unknown)."""


class PkiError(OperatorError):
    """A key or certificate of the home cannot be read or written."""


class Introuvable(UsageError):
    """The thing that was named is not there."""


class BaseInconnue(Introuvable):
    """A base that the API or the command line never created."""

    def __init__(self, nom: str) -> None:
        super().__init__(
            f"La base [{nom}] n'existe pas.",
            remede="« sne-sandbox bases list » montre celles qui existent ; « sne-sandbox bases create » ou "
            "POST /api/v1/bases en font d'autres",
        )
        self.nom = nom


# --- errors of an exchange: mapped to SOAP in sne_sandbox.soap.faults, and nowhere else -------------------


class ExchangeError(SandboxError):
    """An exchange ends with a SOAP fault.

    `str()` goes on the wire (fault reason and `demandeLogementException/message`); `explication` stays
    inside, in the journal and the console: it names the place and the remedy.
    """

    code: ClassVar[FaultCode] = "Sender"

    def __init__(self, message: str, *, explication: str = "") -> None:
        super().__init__(message)
        self.explication = explication

    def diagnostics(self) -> str:
        return f"{self}\n{self.explication}" if self.explication else str(self)


class MessageMalforme(ExchangeError):
    """The MIME message or the XML of a part cannot be read (not multipart, no root, DTD, bad encoding)."""


class MessageTropGros(ExchangeError):
    """The message, a part or its XML exceeds a limit of the settings."""


class EnveloppeIncorrecte(ExchangeError):
    """The SOAP envelope is not usable: no Body, empty Body, wrong children, missing field."""


class VersionSoapRefusee(ExchangeError):
    """The envelope is not SOAP 1.2. One of SOAP 1.1 (`soap11`) is answered by a fault that its sender can
    read, any other by one of ours; both say which version is spoken here (SOAP 1.2 part 1, 5.4.7)."""

    code = "VersionMismatch"

    def __init__(self, message: str, *, soap11: bool = False, explication: str = "") -> None:
        super().__init__(message, explication=explication)
        self.soap11 = soap11


class EnteteNonComprise(ExchangeError):
    """A header block marked mustUnderstand that no node here understands. `qname` is in Clark notation."""

    code = "MustUnderstand"

    def __init__(self, message: str, *, qname: str, explication: str = "") -> None:
        super().__init__(message, explication=explication)
        self.qname = qname


class AdresseInconnue(ExchangeError):
    """A SOAP call to an address where no service is."""


class OperationInconnue(ExchangeError):
    """The Body's first child is no operation of this service."""


class StructureIncorrecte(ExchangeError):
    """A payload document does not fit its schema: the fault of the real server, attested."""

    def __init__(self, *, explication: str = "") -> None:
        super().__init__(ERREUR_INATTENDUE, explication=explication)


class CertificatNonConforme(ExchangeError):
    """The certificate named in the message is refused by a …DepuisLe operation (attested sentence)."""

    def __init__(self, nom: str, *, explication: str = "") -> None:
        super().__init__(f"Le nom du certificat associé [{nom}] n’est pas conforme.", explication=explication)


class NumeroInconnu(ExchangeError):
    """A numéro unique that the base does not hold (convention)."""

    def __init__(self, numero: str) -> None:
        super().__init__(
            f"Le numéro unique [{numero}] est inconnu.",
            explication="Aucune demande de la base ne porte ce numéro. → relisez-le (18 caractères), et "
            "vérifiez que la demande est de cette base",
        )


class DoublonsAssociation(ExchangeError):
    """getDoublons for an association: a known fault of the real server, kept (attested, switchable)."""

    def __init__(self) -> None:
        super().__init__(
            ERREUR_INATTENDUE,
            explication="La recherche de doublons d'une association échoue aussi sur le serveur réel ; "
            "le réglage doublons_association=vide l'évite.",
        )


class OperationRefusee(ExchangeError):
    """The operation is not open to this call (sentence of the rule that closed it)."""


class ErreurInterne(ExchangeError):
    """A bug of ours: a rule that threw, an answer that breaks the contract. Nothing was stored."""

    code = "Receiver"


class ContratIndisponible(ExchangeError):
    """The contract of the base cannot be read on this server. Nothing was stored."""

    code = "Receiver"


class ServiceIndisponible(ExchangeError):
    """The database does not answer: nothing was stored, unless the sentence says that nobody knows."""

    code = "Receiver"

    def __init__(self, erreur: MagasinIndisponible) -> None:
        suite = (
            "on ne sait pas si cet échange a été enregistré : cherchez-le avant de le renvoyer"
            if erreur.incertain
            else "rien n'a été enregistré"
        )
        super().__init__(f"{erreur} ; {suite}. → {erreur.remede}", explication=erreur.diagnostics())


class PanneServeur(ExchangeError):
    """A panne, armed on purpose, takes the place of the work. Nothing was stored."""

    code = "Receiver"


class PanneClient(ExchangeError):
    """The same, told as if the question were at fault."""


class HttpRefus(SandboxError):
    """A request refused before SOAP: no such base or path, wrong method. `statut` is the HTTP status."""

    def __init__(self, statut: int, message: str) -> None:
        super().__init__(message)
        self.statut = statut


# --- why the system refused, in French: what it says itself is in English -------------------------------

#: The sentences, by the name of the error. Read now: who has too many files open can open no other.
_RAISONS: Final = dict(csv.reader(Path(__file__).with_suffix(".csv").read_text("utf-8").splitlines()))


def raison_systeme(erreur: OSError) -> str:
    """The reason, to follow a colon; the number of the error for one that has no sentence here."""
    if erreur.errno is None:
        return str(erreur) or "le système a refusé"
    nom = errno.errorcode.get(erreur.errno, "")
    return _RAISONS.get(nom, f"le système a refusé (erreur {erreur.errno})")


def raison_ecriture(erreur: OSError) -> str:
    """The same, of a file or folder that was to be made: what is missing then is not that one."""
    if erreur.errno == errno.ENOENT:
        return "le dossier où l'écrire n'existe pas"
    if erreur.errno == errno.EEXIST:
        return "un fichier porte déjà ce nom"
    return raison_systeme(erreur)
