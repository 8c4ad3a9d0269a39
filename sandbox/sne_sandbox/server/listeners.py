"""Where the server listens: sockets bound once, by the process that may then hand them to workers."""

import errno
import socket
from dataclasses import dataclass
from typing import Final, Literal, get_args

from sne_interface.errors import ListenError
from sne_interface.resources import table

ClientCert = Literal["optional", "required", "off"]
#: The listener that a request came by.
Genre = Literal["https", "http", "https_expire", "https_autre_nom"]
GENRES: Final[tuple[Genre, ...]] = get_args(Genre)

#: Connections that the kernel keeps for us while every process is busy.
FILE_D_ATTENTE = 512


@dataclass(frozen=True, slots=True)
class Ecoute:
    """How to listen. Port 0 picks a free one, None opens no listener; sizes in bytes, times in seconds."""

    host: str = "127.0.0.1"
    https_port: int | None = 8443
    http_port: int | None = 8080
    client_cert: ClientCert = "optional"
    threads: int = 8
    message_max: int = 20_000_000
    #: Of a process; None: as many as the system's descriptors allow.
    connexions_max: int | None = None
    #: Bytes under way in a process.
    octets_max: int = 512_000_000
    #: Bytes a second below which a peer who sends a request, or reads a long answer, is dropped,
    debit_min: int = 10_000
    #: measured over so long.
    patience: float = 30.0
    #: A peer that sends nothing for so long is dropped.
    inactivite: float = 60.0
    #: What a request is given to arrive whole: twenty megabytes over half a megabit a second.
    reception: float = 300.0
    #: What exchanges under way are given to end, on SIGTERM.
    delai_arret: float = 10.0
    #: For so long, on SIGTERM, it goes on as before but for `/readyz`, which says that it leaves, and for
    #: connections, which are closed after their next answer: who deals out the calls sends them elsewhere.
    preavis: float = 0.0


@dataclass(frozen=True, slots=True)
class AdressesServies:
    """Addresses of the listeners, with no last slash; None when off."""

    https: str | None = None
    http: str | None = None
    #: A listener whose certificate has expired: a client must refuse it.
    https_expire: str | None = None
    #: A listener whose certificate is made out to another name only: a client must refuse it.
    https_autre_nom: str | None = None


class Prises(dict[Genre, socket.socket]):
    """The listening sockets that are on."""

    def adresses(self, host: str) -> AdressesServies:
        """The addresses to give to users who asked to listen on `host`."""
        return AdressesServies(**{genre: _adresse(genre, host, prise) for genre, prise in self.items()})

    def fermer(self) -> None:
        """Closes them in this process."""
        for prise in self.values():
            prise.close()


def ouvrir_prises(ecoute: Ecoute) -> Prises:
    """Binds every listener. Raises ListenError, with its remedy, when one cannot be; none stays open then."""
    prises, a_refuser = Prises(), None if ecoute.https_port is None else 0
    ports = zip(GENRES, (ecoute.https_port, ecoute.http_port, a_refuser, a_refuser), strict=True)
    try:
        for genre, port in ports:
            if port is not None:
                option = "--http-port" if genre == "http" else "--https-port"
                prises[genre] = _ouvrir(ecoute.host, port, option)
    except BaseException:
        prises.fermer()
        raise
    return prises


def _ouvrir(host: str, port: int, option: str) -> socket.socket:
    try:
        famille, genre, protocole, _, adresse = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError, OverflowError) as erreur:
        raise ListenError(
            f"L'adresse d'écoute [{host}] est inconnue.",
            remede="donnez à --host une adresse de cette machine, 127.0.0.1 ou 0.0.0.0",
        ) from erreur
    prise = socket.socket(famille, genre, protocole)
    try:
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        prise.bind(adresse)
        prise.listen(FILE_D_ATTENTE)
        prise.setblocking(False)
    except (OSError, OverflowError) as erreur:
        prise.close()
        raise _impossible(host, port, option, erreur) from erreur
    return prise


def _impossible(host: str, port: int, option: str, erreur: OSError | OverflowError) -> ListenError:
    nom = errno.errorcode.get(getattr(erreur, "errno", None) or 0, "")
    ligne = _IMPOSSIBLES.get(nom, _IMPOSSIBLES[""])
    mots = {"host": host, "port": port, "option": option, "erreur": erreur}
    return ListenError(ligne["dit"].format(**mots), remede=ligne["remede"].format(**mots))


#: By the name of an error of the system; "" for any other.
_IMPOSSIBLES: Final = {ligne["erreur"]: ligne for ligne in table(__file__)}


def _adresse(genre: Genre, host: str, prise: socket.socket) -> str:
    # Nobody can connect to "every address": give the one that always works.
    nom = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - looked for, not listened on
    return f"{genre.partition('_')[0]}://{f'[{nom}]' if ':' in nom else nom}:{prise.getsockname()[1]}"
