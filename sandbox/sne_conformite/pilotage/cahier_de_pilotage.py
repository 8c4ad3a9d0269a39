"""What a run was told by the world, written down as it is told: what its judges look at beside the journal.

A run meets the world in three places: its application, its base, the pulse of the server. Each call there is
a *fait*: its name, what was given and what came back, in JSON. `rejeu` gives the same back, in its order.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from sne_conformite.pilotage.lien_application import LienRompu
from sne_interface.domain.echange import document_parmi
from sne_interface.errors import SandboxError

Fait = dict[str, Any]
#: Of the message `demarrer`, what is not written: the password of a key.
SECRET: Final = "mot_de_passe"  # noqa: S105 - its name


def _rien(_: Any) -> None: ...


def _tel_quel(valeur: Any) -> Any:
    return valeur


def ecrire_octets(octets: bytes) -> str | dict[str, str]:
    """A document, as JSON: its text where it is in UTF-8."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(octets).decode("ascii")}


def relire_octets(ecrits: str | Mapping[str, str]) -> bytes:
    """The bytes of `ecrire_octets`."""
    return ecrits.encode() if isinstance(ecrits, str) else b64decode(ecrits["base64"])


#: What is asked, and how what comes back is written.
FAITS: Final[Mapping[str, Callable[[Any], Any]]] = {
    # the application
    "envoyer": _tel_quel,
    # the pulse of the server
    "duree": lambda duree: [duree.attente, duree.sourd],
    # the base
    "remettre": _rien,
    "avancer": _rien,
    "jouer": _rien,
    "armer": _rien,
    "desarmer": _rien,
    "compter": _tel_quel,
    "fichiers_laisses": _tel_quel,
    "boite_sortie": lambda fichiers: [[nom, ecrire_octets(octets)] for nom, octets in fichiers],
    "demande": lambda d: None if d is None else [ecrire_octets(d.document), d.version],
    "evenements": lambda evenements: [evenement.identifiant for evenement in evenements],
    "autrui": lambda reponse: ecrire_octets(document_parmi(reponse.champs)),
}
#: The exchanges read from the journal since the last time: how many, ids being known of the example.
ECHANGES: Final = "echanges"
#: The clock is read: what follows is of another moment.
MAINTENANT: Final = "maintenant"


@dataclass(slots=True)
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

    def lire(self) -> None:
        """The clock was read."""
        self.faits.append({"appel": MAINTENANT})

    def appeler(self, nom: str, fonction: Callable[..., Any], *dits: Any, **options: Any) -> Any:
        """What `fonction` gives, noted; an error of it is noted too, and raised."""
        fait: Fait = {"appel": nom}
        if nom == "envoyer":
            fait["message"] = sans_secret(dits[0])
        try:
            rendu = fonction(*dits, **options)
        except (SandboxError, KeyError, KeyboardInterrupt) as erreur:
            self.faits.append(fait | {"erreur": ecrire_erreur(erreur)})
            raise
        if nom == ECHANGES:
            self._relever([echange.identifiant or 0 for echange in rendu])
        else:
            ecrit = FAITS[nom](rendu)
            self.faits.append(fait if ecrit is None else fait | {"rendu": ecrit})
        return rendu

    def _relever(self, numeros: list[int]) -> None:
        # Who polls asks many times: nothing stands between, and it is one reading.
        self.echanges += numeros
        if self.faits and self.faits[-1]["appel"] == ECHANGES:
            self.faits[-1]["nombre"] += len(numeros)
        else:
            self.faits.append({"appel": ECHANGES, "nombre": len(numeros)})


class Note:
    """Stands for `objet`: what is asked of it is noted in a `Cahier`."""

    def __init__(self, objet: Any, cahier: Cahier) -> None:
        self.objet = objet
        self._cahier = cahier

    def __getattr__(self, nom: str) -> Any:
        if nom == MAINTENANT:
            self._cahier.lire()
        attribut = getattr(self.objet, nom)
        if nom in FAITS or nom == ECHANGES:
            return partial(self._cahier.appeler, nom, attribut)
        return attribut


def noter(objet: Any, cahier: Cahier) -> Any:
    """`objet`, noted in that notebook and no other."""
    return Note(objet.objet if isinstance(objet, Note) else objet, cahier)


def sans_secret(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message to the application, as it is written down."""
    if message.get("commande") != "demarrer":
        return dict(message)
    return {**message, "certificats": {n: v for n, v in message["certificats"].items() if n != SECRET}}


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
