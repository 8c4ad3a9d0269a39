"""What our servers are compared to: mountebank, a stub found by XPath, that answers as one of ours did."""

import base64
import contextlib
import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from menages import documents
from serveur import Serveur
from versions import CACHE

VERSION: Final = "2.9.1"
_PATIENCE: Final = 30.0
_NS: Final = "http://nuu.application.i2/"
_ENVELOPPE: Final = (
    '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:ws="http://ws.metier.nuu.application.i2/"><soap:Header/><soap:Body><ws:numUniqueParametres>'
    "<nomFichierDemande>DEMG1226-201803151654-000000.xml</nomFichierDemande><fichierDemande>{}</fichierDemande>"
    "</ws:numUniqueParametres></soap:Body></soap:Envelope>"
)


def questions(depuis: int, combien: int) -> Iterator[tuple[str, bytes]]:
    """(Content-Type, body) of each getNumUnique, as mountebank can read it: it opens no MIME part."""
    for document in documents(depuis, combien):
        corps = document.decode().partition("?>")[2]
        yield "application/soap+xml; charset=utf-8", _ENVELOPPE.format(corps).encode()


def installer() -> Path | None:
    """Its command, brought by npm into the cache once; None without npm."""
    commande = CACHE / "mountebank" / "node_modules" / ".bin" / "mb"
    npm = shutil.which("npm")
    if not commande.exists():
        if npm is None:
            return None
        options = ("--silent", "--no-fund", "--no-audit", "--prefix", str(CACHE / "mountebank"))
        subprocess.run([npm, "install", *options, f"mountebank@{VERSION}"], check=True)
    return commande


@contextlib.contextmanager
def demarrer(commande: Path, dossier: Path, type_: str, reponse: bytes) -> Iterator[Serveur]:
    """One that answers `reponse` to every message CRE."""
    port, gestion = _port_libre(), _port_libre()
    en_tetes = {"Content-Type": type_, "Content-Length": str(len(reponse)), "Connection": "keep-alive"}
    dit = {
        "statusCode": 200,
        "headers": en_tetes,
        "body": base64.b64encode(reponse).decode(),
        "_mode": "binary",
    }
    chemin = {"selector": "//n:typeFichier", "ns": {"n": _NS}}
    stub = {"predicates": [{"equals": {"body": "CRE"}, "xpath": chemin}], "responses": [{"is": dit}]}
    fichier = dossier / "mountebank.json"
    fichier.write_text(json.dumps({"imposters": [{"port": port, "protocol": "http", "stubs": [stub]}]}))
    options = ("--port", str(gestion), "--configfile", str(fichier), "--loglevel", "error", "--nologfile")
    options += ("--localOnly", "--pidfile", str(dossier / "mb.pid"), "--noParse")
    with subprocess.Popen([str(commande), "start", *options], stdout=subprocess.DEVNULL) as processus:
        try:
            _attendre(port)
            yield Serveur(processus.pid, port, 0.0, None)
        finally:
            processus.terminate()


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port: int = prise.getsockname()[1]
        return port


def _attendre(port: int) -> None:
    fin = time.monotonic() + _PATIENCE
    while time.monotonic() < fin:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("mountebank does not start")
