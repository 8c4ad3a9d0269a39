"""The answers of its application and of its base to a run, written down as they come.

Each call to them is a *fait*: its name, what was given and what came back, in JSON. The link to the
application and the base of the run put their calls through a `Cahier`, which makes them and notes them;
`rejeu` gives them another, which answers by what was noted.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, wraps
from types import SimpleNamespace
from typing import Any, Final, TypeVar, cast

from sne_conformite.pilotage.lien_application import LienRompu
from sne_interface.domain.echange import Echange, Piece, Reponse, document_parmi
from sne_interface.errors import SandboxError

Fait = dict[str, Any]
#: Of the message `demarrer`, what is not written: the password of a key.
SECRET: Final = "mot_de_passe"  # noqa: S105 - its name
#: The exchanges read from the journal since the last time: how many, ids being known of the example.
ECHANGES: Final = "echanges"
#: The clock is read: what follows is of another moment.
MAINTENANT: Final = "maintenant"


def ecrire_octets(octets: bytes) -> str | dict[str, str]:
    """A document, as JSON: its text where it is in UTF-8."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(octets).decode("ascii")}


def relire_octets(ecrits: str | Mapping[str, str]) -> bytes:
    """The bytes of `ecrire_octets`."""
    return ecrits.encode() if isinstance(ecrits, str) else b64decode(ecrits["base64"])


@dataclass(frozen=True)
class FormeDeFait:
    """How what a call gives is written, and read again; by default it is JSON."""

    ecrire: Callable[[Any], Any] = lambda rendu: rendu
    relire: Callable[[Any], Any] = lambda ecrit: ecrit


#: By call; of a call that gives nothing, nothing is written.
FAITS: Final = {
    **dict.fromkeys(("envoyer", "duree", "compter", "fichiers_laisses"), FormeDeFait()),
    **dict.fromkeys(("remettre", "avancer", "jouer", "armer", "desarmer"), FormeDeFait(lambda _: None)),
    "boite_sortie": FormeDeFait(
        lambda fichiers: [[nom, ecrire_octets(octets)] for nom, octets in fichiers],
        lambda ecrits: [(nom, relire_octets(octets)) for nom, octets in ecrits],
    ),
    "demande": FormeDeFait(
        lambda d: None if d is None else [ecrire_octets(d.document), d.version],
        lambda e: e and SimpleNamespace(document=relire_octets(e[0]), version=e[1]),
    ),
    "evenements": FormeDeFait(
        lambda evenements: [evenement.identifiant for evenement in evenements],
        lambda ecrits: [SimpleNamespace(identifiant=identifiant) for identifiant in ecrits],
    ),
    "autrui": FormeDeFait(
        lambda reponse: ecrire_octets(document_parmi(reponse.champs)),
        lambda ecrit: Reponse({"document": Piece(relire_octets(ecrit))} if ecrit else {}),
    ),
}


@dataclass
class Cahier:
    """The notebook of a bench, `rang` from 1 (the lanes' come after): the *faits* of the example under way,
    or of the session between two, and the ids of the exchanges that were read."""

    rang: int = 1
    faits: list[Fait] = field(default_factory=list)
    session: list[Fait] = field(default_factory=list)
    echanges: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.faits = self.session

    def ouvrir(self) -> None:
        """An example begins."""
        self.faits, self.echanges = [], []

    def fermer(self) -> None:
        """It has ended: what comes is of the session."""
        self.faits = self.session

    def demander(self, nom: str, appel: Callable[[], Any], **dits: Any) -> Any:
        """Returns the result of the call, and notes it with what was said; notes an error of the call too,
        and raises it."""
        fait = {"appel": nom, **dits}
        try:
            rendu = appel()
        except (SandboxError, KeyError, KeyboardInterrupt) as erreur:
            self.faits.append(fait | {"erreur": ecrire_erreur(erreur)})
            raise
        ecrit = FAITS[nom].ecrire(rendu)
        self.faits.append(fait if ecrit is None else fait | {"rendu": ecrit})
        return rendu

    def lire_l_heure(self) -> None:
        """The clock was read."""
        self.faits.append({"appel": MAINTENANT})

    def relever(self, echanges: Sequence[Echange]) -> None:
        """Exchanges were read from the journal."""
        # Polling asks many times: nothing stands between, and it is one reading.
        self.echanges += [echange.identifiant or 0 for echange in echanges]
        if self.faits and self.faits[-1]["appel"] == ECHANGES:
            self.faits[-1]["nombre"] += len(echanges)
        else:
            self.faits.append({"appel": ECHANGES, "nombre": len(echanges)})


_Methode = TypeVar("_Methode", bound=Callable[..., Any])


def fait(methode: _Methode) -> _Methode:
    """A method whose calls go through the `cahier` of its object."""

    @wraps(methode)
    def demander(objet: Any, /, *dits: Any, **options: Any) -> Any:
        return objet.cahier.demander(methode.__name__, partial(methode, objet, *dits, **options))

    return cast(_Methode, demander)


def sans_secret(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message to the application, as it is written down."""
    return {n: sans_secret(v) if isinstance(v, dict) else v for n, v in message.items() if n != SECRET}


def ecrire_erreur(erreur: BaseException) -> dict[str, str]:
    """An error, as a *fait* has it."""
    dit = str(erreur.args[0]) if isinstance(erreur, KeyError) and erreur.args else str(erreur)
    genre = next(genre for genre, classe in _ERREURS.items() if isinstance(erreur, classe))
    return {"genre": genre, "dit": dit, "remede": getattr(erreur, "remede", "")}


def relire_erreur(ecrite: Mapping[str, str]) -> BaseException:
    """The error of a *fait*, to be raised again."""
    if ecrite["genre"] == "lien":
        return LienRompu(ecrite["dit"], remede=ecrite["remede"])
    return _ERREURS[ecrite["genre"]](ecrite["dit"])


#: The first that an error is.
_ERREURS: Final[Mapping[str, type[BaseException]]] = {
    "lien": LienRompu,
    "signal": KeyboardInterrupt,
    "cle": KeyError,
    "autre": SandboxError,
}
