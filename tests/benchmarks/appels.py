"""Run by the interpreter of each checkout: how many functions one getNumUnique calls, and the milliseconds of
processor that it takes, WSGI in, WSGI out.

    python appels.py PACKAGE HOME REQUESTS

`REQUESTS` holds (Content-Type, body) pairs (`marshal`): a third warms up, a third is timed, a third counted,
builtins included. Prints the means.
"""

import cProfile
import importlib
import importlib.util
import io
import marshal
import pstats
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

CHEMIN = "/services/DemandeLogementImplService/"
MIDI = datetime(2018, 3, 15, 12, tzinfo=ZoneInfo("Europe/Paris"))


def main(paquet: str, home: str, requetes: str) -> None:
    """Counts, prints."""
    if importlib.util.find_spec("sne_interface") is not None:
        application, reglages, domaine = (
            "application_wsgi",
            "configuration_et_services",
            "sne_interface.domain.base",
        )
    else:  # a checkout of before the seven packages
        application, reglages, domaine = "app", "app", f"{paquet}.domain.base"
    web = importlib.import_module(f"{paquet}.web.{application}")
    configuration = importlib.import_module(f"{paquet}.web.{reglages}").Configuration
    horloge = importlib.import_module(domaine).Horloge(fige_a=MIDI)
    app = web.creer_application(configuration(home=Path(home), horloge=horloge))
    messages = marshal.loads(Path(requetes).read_bytes())
    tiers = len(messages) // 3
    for message in messages[:tiers]:
        appeler(app, *message)
    debut = time.process_time()
    for message in messages[tiers : 2 * tiers]:
        appeler(app, *message)
    duree = time.process_time() - debut
    profil = cProfile.Profile()
    profil.enable()
    for message in messages[2 * tiers : 3 * tiers]:
        appeler(app, *message)
    profil.disable()
    print(pstats.Stats(profil).total_calls / tiers, duree * 1000 / tiers)  # type: ignore[attr-defined]


def appeler(app: Any, type_: str, corps: bytes) -> None:
    """Has it registered, as the server would ask the application. Raises RuntimeError when it is not."""
    environ = {
        "REQUEST_METHOD": "POST", "SCRIPT_NAME": "", "PATH_INFO": CHEMIN, "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8080", "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "sne.logement.gouv.fr", "HTTP_ACCEPT_ENCODING": "deflate",
        "CONTENT_TYPE": type_, "CONTENT_LENGTH": str(len(corps)), "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(corps), "wsgi.errors": sys.stderr, "wsgi.url_scheme": "http",
        "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
    reponse = b"".join(app.wsgi_app(environ, lambda *_: None))
    if b":numUnique>" not in reponse or b":listeAnomalie" in reponse:
        raise RuntimeError(reponse[:2000])


if __name__ == "__main__":
    main(*sys.argv[1:])
