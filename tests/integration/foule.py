"""A load of distinct households, and the silent peers beside it."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from urllib.parse import urlsplit

from client_mtom import DEMANDE, Client, specimen
from serveur_local import Serveur

CLIENTS = 16
_LETTRES = "abcdefghijklmnopqrstuvwxyz"


def nom(rang: int) -> str:
    """A surname of its own for each rank: letters only."""
    return "Essai" + "".join(_LETTRES[(rang // 26**p) % 26] for p in range(4))


def menages(nombre: int) -> Iterator[tuple[str, bytes]]:
    """Name and document of as many households: name, birth date and internal reference of their own."""
    modele = specimen("demandes/personne_seule")
    propres = (b">Marchand<", b">1991-09-14<", b">BAC-0001<")
    assert [modele.count(valeur) for valeur in propres] == [1, 1, 1]
    for rang in range(nombre):
        naissance = date(1960, 1, 1) + timedelta(days=rang * 7 % 12_000)
        document = modele
        for ancien, nouveau in zip(propres, (nom(rang), naissance, f"CHARGE-{rang}"), strict=True):
            document = document.replace(ancien, f">{nouveau}<".encode())
        yield nom(rang), document


def enregistrer_tout(serveur: Serveur, nombre: int, acquittes: list[tuple[str, str]]) -> None:
    """Register households from 16 clients at once. `acquittes` gets (numéro, name) as the answers come."""
    enregistrer(serveur, iter(list(menages(nombre))), acquittes)


def enregistrer(
    serveur: Serveur,
    file: Iterator[tuple[str, bytes]],
    acquittes: list[tuple[str, str]],
    arret: threading.Event | None = None,
    nombre: int = CLIENTS,
) -> None:
    """Register the households of `file` from so many clients at once, until there are no more, or until
    `arret`: a client whose connection breaks then gives up quietly, for the server was killed."""
    verrou = threading.Lock()

    def un_client(_: int) -> None:
        client = Client(serveur, "G1104")
        try:
            while True:
                with verrou:
                    suivant = next(file, None)
                if suivant is None:
                    return
                acquittes.append((client.enregistrer(suivant[1]).numero, suivant[0]))
        except (OSError, AssertionError):
            # The connection of a killed server breaks anywhere, in the middle of an answer too.
            if arret is None or not arret.wait(120):
                raise
        finally:
            client.fermer()

    with ThreadPoolExecutor(nombre) as clients:
        list(clients.map(un_client, range(nombre)))


def en_parallele(
    serveur: Serveur,
    lire: Callable[[Client, tuple[str, str]], None],
    attendus: list[tuple[str, str]],
) -> None:
    """Call `lire` for each expected demande, 16 clients sharing them."""

    def un_client(siens: list[tuple[str, str]]) -> None:
        client = Client(serveur, "G1104")
        try:
            for attendu in siens:
                lire(client, attendu)
        finally:
            client.fermer()

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(un_client, [attendus[rang::CLIENTS] for rang in range(CLIENTS)]))


@contextlib.contextmanager
def pairs_muets(serveur: Serveur, nombre: int) -> Iterator[list[socket.socket]]:
    """Peers that say nothing, a part of the head or of the body, in clear, or before the handshake."""
    debuts = (
        b"",
        f"POST /services/{DEMANDE}/ HTTP/1.1\r\nHo".encode(),
        f"POST /services/{DEMANDE}/ HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\nx".encode(),
    )
    with contextlib.ExitStack() as ouverts:
        prises = []
        for rang in range(nombre):
            chiffre = rang % 4 == 3
            lieu = urlsplit(serveur.pret["https" if chiffre else "http"])
            prise = ouverts.enter_context(socket.create_connection((lieu.hostname or "", lieu.port or 0)))
            prise.sendall(b"" if chiffre else debuts[rang % 3])
            prises.append(prise)
        yield prises
