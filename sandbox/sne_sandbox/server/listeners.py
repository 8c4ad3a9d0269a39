"""Where the server listens: sockets bound once, by the process that may then hand them to workers."""

import errno
import socket
from dataclasses import dataclass
from typing import Literal

from sne_interface.errors import ListenError

ClientCert = Literal["optional", "required", "off"]

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
    connexions_max: int | None = None
    """Of a process; None: as many as the system's descriptors allow."""
    octets_max: int = 512_000_000
    """Bytes under way in a process."""
    debit_min: int = 10_000
    """Bytes a second below which a peer who sends a request, or reads a long answer, is dropped,"""
    patience: float = 30.0
    """measured over so long."""
    inactivite: float = 60.0
    """A peer that sends nothing for so long is dropped."""
    reception: float = 300.0
    """What a request is given to arrive whole: twenty megabytes over half a megabit a second."""
    delai_arret: float = 10.0
    """What exchanges under way are given to end, on SIGTERM."""
    preavis: float = 0.0
    """For so long, on SIGTERM, it goes on as before but for `/readyz`, which says that it leaves, and for
    connections, which are closed after their next answer: who deals out the calls sends them elsewhere."""


@dataclass(frozen=True, slots=True)
class AdressesServies:
    """Addresses of the listeners, with no last slash; None when off."""

    https: str | None = None
    http: str | None = None
    https_expire: str | None = None
    """A listener whose certificate has expired: a client must refuse it."""
    https_autre_nom: str | None = None
    """A listener whose certificate is made out to another name only: a client must refuse it."""


@dataclass(frozen=True, slots=True)
class Prises:
    """The listening sockets; None when off."""

    https: socket.socket | None = None
    http: socket.socket | None = None
    https_expire: socket.socket | None = None
    https_autre_nom: socket.socket | None = None

    def adresses(self, host: str) -> AdressesServies:
        """The addresses to give to users who asked to listen on `host`."""
        return AdressesServies(
            https=_adresse("https", host, self.https),
            http=_adresse("http", host, self.http),
            https_expire=_adresse("https", host, self.https_expire),
            https_autre_nom=_adresse("https", host, self.https_autre_nom),
        )

    def toutes(self) -> tuple[socket.socket | None, ...]:
        """Each of them, on or off, in the order in which they are given to make them."""
        return (self.https, self.http, self.https_expire, self.https_autre_nom)

    def ouvertes(self) -> list[socket.socket]:
        """Lists the sockets that are on."""
        return [prise for prise in self.toutes() if prise is not None]

    def fermer(self) -> None:
        """Closes them in this process."""
        for prise in self.ouvertes():
            prise.close()


def ouvrir_prises(ecoute: Ecoute) -> Prises:
    """Binds every listener. Raises ListenError, with its remedy, when one cannot be; none stays open then."""
    ouvertes: dict[str, socket.socket] = {}
    a_refuser = None if ecoute.https_port is None else 0
    try:
        for nom, port, option in (
            ("https", ecoute.https_port, "--https-port"),
            ("http", ecoute.http_port, "--http-port"),
            ("https_expire", a_refuser, "--https-port"),
            ("https_autre_nom", a_refuser, "--https-port"),
        ):
            if port is not None:
                ouvertes[nom] = _ouvrir(ecoute.host, port, option)
    except BaseException:
        for prise in ouvertes.values():
            prise.close()
        raise
    return Prises(**ouvertes)


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
    numero = erreur.errno if isinstance(erreur, OSError) else None
    if numero == errno.EADDRINUSE:
        return ListenError(
            f"Le port {port} de {host} est déjà pris.",
            remede=f"arrêtez l'autre serveur, ou choisissez un autre port ({option} 0 en prend un libre)",
        )
    if numero == errno.EACCES:
        return ListenError(
            f"Le port {port} de {host} est réservé au système.",
            remede=f"choisissez un port au-dessus de 1023 ({option} 0 en prend un libre)",
        )
    if numero == errno.EADDRNOTAVAIL:
        return ListenError(
            f"L'adresse [{host}] n'est pas de cette machine.",
            remede="donnez à --host une adresse de cette machine, 127.0.0.1 ou 0.0.0.0",
        )
    return ListenError(
        f"Impossible d'écouter sur {host}, port {port} : {erreur}.",
        remede=f"vérifiez --host et {option}",
    )


def _adresse(schema: str, host: str, prise: socket.socket | None) -> str | None:
    if prise is None:
        return None
    # Nobody can connect to "every address": give the one that always works.
    nom = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - looked for, not listened on
    return f"{schema}://{f'[{nom}]' if ':' in nom else nom}:{prise.getsockname()[1]}"
