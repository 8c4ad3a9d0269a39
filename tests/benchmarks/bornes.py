"""What one process holds, and how long others wait: memory and delays beside heavy and slow readers.

    PYTHONPATH=CHECKOUT/sandbox python tests/benchmarks/bornes.py [--lecteurs 16] [--lents 64]

The server is that of PYTHONPATH: run it on two checkouts to compare them. Two passes, each on a server of its
own: registrations, alone, then beside `--lecteurs` readers of an exchange of 18 MB; `--lents` readers of 4 MB
that never read. Memory is that of the server and of its child processes (PSS, in MB), sampled ten times a
second. The API is called once before: its first call imports it, for half a second.
"""

import argparse
import base64
import contextlib
import http.client
import json
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))

from client_mtom import Client
from foule import menages
from serveur_local import HORLOGE, Serveur

_DELAI: Final = 300.0


def gros_corps(octets: int) -> bytes:
    """A SOAP message in one piece, its document in base64, 76 signs a line: masking has most to do there."""
    texte = b"<nir>2850662990017</nir><nom>Dupont</nom><voie>%s</voie>" % (b"rue de la Paix " * 66)
    document = b"<menage>%s</menage>" % (texte * (octets * 73 // 100 // len(texte)))
    return (
        b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><x><fichierDemande>'
        + base64.encodebytes(document)
        + b"</fichierDemande></x></e:Body></e:Envelope>"
    )


class Memoire:
    """The memory of a server and of its children, sampled until the end."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.plus_haut = self.serveur = self.dernier = 0.0
        self._fin = threading.Event()
        threading.Thread(target=self._tourner, daemon=True).start()

    def arreter(self) -> None:
        """No more samples."""
        self._fin.set()

    def _tourner(self) -> None:
        while not self._fin.wait(0.1):
            siens = [pss(pid) for pid in famille(self._pid)]
            self.dernier = sum(siens)
            self.plus_haut = max(self.plus_haut, self.dernier)
            self.serveur = max(self.serveur, siens[0] if siens else 0.0)


def famille(pid: int) -> list[int]:
    """A process, then all that come from it."""
    tous = [pid]
    for parent in tous:
        for fichier in Path(f"/proc/{parent}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                tous += [int(enfant) for enfant in fichier.read_text().split()]
    return tous


def pss(pid: int) -> float:
    """Its share of memory, in MB; 0 when it is gone."""
    with contextlib.suppress(OSError):
        for ligne in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
            if ligne.startswith("Pss:"):
                return int(ligne.split()[1]) / 1024
    return 0.0


@contextlib.contextmanager
def serveur(*options: str) -> Iterator[Serveur]:
    """A server on a home that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="sne-bornes-") as dossier:
        demarre = Serveur.demarrer(Path(dossier) / "home", "--clock", HORLOGE, *options)
        try:
            yield demarre
        finally:
            demarre.tuer()


def connecter(a: Serveur) -> http.client.HTTPConnection:
    """A connection to its plain port."""
    lieu = urlsplit(a.pret["http"])
    return http.client.HTTPConnection(lieu.hostname or "", lieu.port, timeout=_DELAI)


def droits(a: Serveur) -> dict[str, str]:
    """The header that the API wants."""
    jeton = a.pret.get("admin_token")
    return {} if jeton is None else {"Authorization": f"Bearer {jeton}"}


def deposer(a: Serveur, octets: int) -> int:
    """Leaves an exchange of that weight in the journal; its id."""
    lien = connecter(a)
    corps = gros_corps(octets)
    genre = {"Content-Type": "application/soap+xml"}
    lien.request("POST", "/services/DemandeLogementImplService/", corps, genre)
    reponse = lien.getresponse()
    reponse.read()
    lien.request("GET", "/api/v1/bases", headers=droits(a))
    lien.getresponse().read()
    lien.close()
    return int((reponse.headers["SNE-Echange"] or "0").rsplit("/", 1)[1])


def enregistrer(a: Serveur, documents: Iterator[tuple[str, bytes]], fin: threading.Event) -> list[float]:
    """How long each registration takes, one after the other, until `fin`, thirty at least. Seconds."""
    client, durees = Client(a, "G1104"), []
    while not fin.is_set() or len(durees) < 30:
        debut = time.perf_counter()
        client.enregistrer(next(documents)[1])
        durees.append(time.perf_counter() - debut)
        time.sleep(0.02)
    client.fermer()
    return durees


def resume(durees: list[float]) -> dict[str, float]:
    """Milliseconds."""
    triees = sorted(durees)
    return {
        "nombre": len(triees),
        "mediane_ms": round(1000 * statistics.median(triees), 1),
        "p95_ms": round(1000 * triees[int(len(triees) * 0.95)], 1),
        "pire_ms": round(1000 * triees[-1], 1),
    }


def lecteurs(nombre: int, vue: str) -> dict[str, Any]:
    """Registrations beside `nombre` readers of a view of an exchange of 18 MB."""
    with serveur() as a:
        numero = deposer(a, 18_000_000)
        memoire, fin = Memoire(a.processus.pid), threading.Event()
        documents = menages(100_000)
        seules = enregistrer(a, documents, _passe())
        lectures: list[tuple[int, int, float]] = []

        def lire() -> None:
            debut, lien = time.perf_counter(), connecter(a)
            try:
                lien.request("GET", f"/api/v1/bases/ecole/exchanges/{numero}/{vue}", headers=droits(a))
                reponse = lien.getresponse()
                lectures.append((reponse.status, len(reponse.read()), time.perf_counter() - debut))
            finally:
                lien.close()

        fils = [threading.Thread(target=lire) for _ in range(nombre)]

        def tous() -> None:
            for fil in fils:
                fil.start()
            for fil in fils:
                fil.join()
            fin.set()

        threading.Thread(target=tous).start()
        avec = enregistrer(a, documents, fin)
        memoire.arreter()
        return {
            "seules": resume(seules),
            "avec": resume(avec),
            "lues": sum(statut == 200 for statut, _, _ in lectures),
            "refusees_503": sum(statut == 503 for statut, _, _ in lectures),
            "octets": max(octets for _, octets, _ in lectures),
            "derniere_lecture_s": round(max(duree for _, _, duree in lectures), 1),
            "memoire_serveur_mo": round(memoire.serveur),
            "memoire_totale_mo": round(memoire.plus_haut),
        }


def lents(nombre: int) -> dict[str, Any]:
    """Readers of 4 MB that never read: memory, at its highest, and what is left of it."""
    with serveur() as a:
        numero = deposer(a, 4_000_000)
        memoire = Memoire(a.processus.pid)
        time.sleep(1)
        avant = memoire.dernier
        lieu = urlsplit(a.pret["http"])
        prises = []
        entete = "".join(f"{nom}: {valeur}\r\n" for nom, valeur in droits(a).items())
        for _ in range(nombre):
            prise = socket.create_connection((lieu.hostname or "", lieu.port or 0))
            prise.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            ou = f"/api/v1/bases/ecole/exchanges/{numero}/request"
            prise.sendall(f"GET {ou} HTTP/1.1\r\nHost: localhost\r\n{entete}\r\n".encode())
            prises.append(prise)
        suite = []
        for _ in range(12):
            time.sleep(10)
            suite.append(round(memoire.dernier))
        memoire.arreter()
        return {"avant_mo": round(avant), "plus_haut_mo": round(memoire.plus_haut), "toutes_les_10_s": suite}


def _passe() -> threading.Event:
    fini = threading.Event()
    fini.set()
    return fini


def main() -> None:
    """Measures, prints JSON."""
    lecture = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    lecture.add_argument("--lecteurs", type=int, default=16)
    lecture.add_argument("--vue", default="request")
    lecture.add_argument("--lents", type=int, default=64)
    voulu = lecture.parse_args()
    mesures = {}
    if voulu.lecteurs:
        mesures[f"lecteurs de 18 Mo ({voulu.vue})"] = lecteurs(voulu.lecteurs, voulu.vue)
    if voulu.lents:
        mesures["lecteurs lents de 4 Mo"] = lents(voulu.lents)
    print(json.dumps(mesures, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
