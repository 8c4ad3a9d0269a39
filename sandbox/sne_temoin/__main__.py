"""`python -m sne_temoin`: the application, told what to do by lines of JSON.

python -m sne_temoin                     the protocol on stdin and stdout
python -m sne_temoin --http 9000         the protocol over HTTP, on 127.0.0.1
"""

import argparse
import io
import json
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from sne_temoin.adaptateur import Adaptateur
from sne_temoin.temoin_assemble import Temoin


def principal(arguments: Sequence[str] | None = None) -> int:
    """Runs what the arguments ask for; the exit code."""
    options = analyse().parse_args(arguments)
    return executer(options, Temoin(options.memoire))


def executer(options: argparse.Namespace, temoin: Temoin) -> int:
    """Runs what the options ask of that application, and closes it; the exit code."""
    for flux in (sys.stdin, sys.stdout):
        if isinstance(flux, io.TextIOWrapper):  # the protocol is in UTF-8, whatever the locale
            flux.reconfigure(encoding="utf-8")
    adaptateur = Adaptateur(temoin)
    try:
        return converser(adaptateur) if options.http is None else servir(adaptateur, options.http)
    finally:
        adaptateur.fermer()


def analyse() -> argparse.ArgumentParser:
    """The options of the command."""
    options = argparse.ArgumentParser(prog="temoin", description="L'application témoin du bac à sable.")
    options.add_argument("--memoire", default=":memory:", help="fichier SQLite (par défaut : en mémoire)")
    options.add_argument("--http", type=int, metavar="PORT", help="répondre en HTTP sur 127.0.0.1")
    return options


def converser(adaptateur: Adaptateur) -> int:
    """The protocol on stdin and stdout: a message a line, until `fin` or the end of the input; each is
    answered as soon as it is done, `fin` after all the others."""
    with ThreadPoolExecutor() as fils:
        for ligne in sys.stdin:
            message = json.loads(ligne)
            if message.get("commande") == "fin":
                fils.shutdown()
                _repondre(adaptateur, message)
                break
            fils.submit(_repondre, adaptateur, message)
    return 0


def _repondre(adaptateur: Adaptateur, message: Mapping[str, Any]) -> None:
    """One line, in one piece."""
    ligne = json.dumps(adaptateur.envoyer(message), ensure_ascii=False)
    print(f"{ligne}\n", end="", flush=True)  # noqa: T201


def servir(adaptateur: Adaptateur, port: int) -> int:
    """The protocol over HTTP: a message a POST. Port 0 picks a free one; it is told on stderr."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class GuichetHttp(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            corps = json.dumps(adaptateur.envoyer(message), ensure_ascii=False).encode("utf-8")
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(corps)))
            self.end_headers()
            self.wfile.write(corps)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing: stderr belongs to the application."""

    with ThreadingHTTPServer(("127.0.0.1", port), GuichetHttp) as serveur, suppress(KeyboardInterrupt):
        print(f"http://127.0.0.1:{serveur.server_port}/", file=sys.stderr, flush=True)  # noqa: T201
        serveur.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(principal())
