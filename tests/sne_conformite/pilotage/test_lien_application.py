"""Links to applications that answer rubbish, too late, or die: what is said of each, and what comes next."""

import io
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from donnees import a_cote

from sne_conformite.pilotage import lien_application as module
from sne_conformite.pilotage.lien_application import ApplicationHttp, ApplicationProcessus, LienRompu

DONNEES = a_cote(__file__)

#: Seconds that nothing takes, however busy the machine.
PATIENCE = 60.0
#: An application that does what `commande` says.
_DOUBLE = DONNEES["double"]


def message(commande: str, rang: int = 1) -> dict[str, Any]:
    return {"id": rang, "commande": commande, "maintenant": "2018-03-15T12:00:00+01:00"}


@pytest.fixture
def erreurs() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def application(erreurs: io.StringIO) -> Iterator[ApplicationProcessus]:
    lien = ApplicationProcessus([sys.executable, "-c", _DOUBLE], delai=PATIENCE, sortie_erreur=erreurs)
    yield lien
    lien.fermer()


def test_messages_are_answered_in_turn_by_one_process(application: ApplicationProcessus) -> None:
    premier = application.envoyer(message("demarrer", 1))
    assert premier["nom"] == "double"
    assert application.envoyer(message("fin", 2))["version"] == premier["version"]


@pytest.mark.parametrize(
    ("commande", "mots", "remede"), DONNEES["what_goes_wrong_is_said_with_its_remedy_and_the"]
)
def test_what_goes_wrong_is_said_with_its_remedy_and_the_next_command_works(
    application: ApplicationProcessus, erreurs: io.StringIO, commande: str, mots: str, remede: str
) -> None:
    """The last words of what died explain it, and are passed on."""
    application.envoyer(message("demarrer", 1))
    with pytest.raises(LienRompu) as rompu:
        application.envoyer(message(commande, 2))
    assert str(rompu.value).startswith(f"À « {commande} », l'application ")
    assert mots in str(rompu.value)
    assert remede in rompu.value.remede
    assert ("stderr" in rompu.value.remede) is (remede == "erreur standard")
    assert ("stderr" in rompu.value.diagnostics()) is (commande in ("piece", "supprimer", "decider"))
    for dit in (str(rompu.value), rompu.value.diagnostics(), erreurs.getvalue()):
        assert ("attention\n… (30 fois)\nplus de mémoire" in dit) is (commande == "supprimer")
    assert application.envoyer(message("fin", 4))["statut"] == "fait"


def test_half_a_character_is_one_that_a_report_can_be_written_with(
    application: ApplicationProcessus,
) -> None:
    dit = application.envoyer(message("renouveler"))["message"]
    assert dit == "? perdu"
    assert dit.encode()


def test_an_answer_that_does_not_come_is_waited_for_so_long() -> None:
    presse = ApplicationProcessus([sys.executable, "-c", _DOUBLE], delai=0.5)
    presse.envoyer(message("demarrer", 1))
    with pytest.raises(LienRompu, match=r"^À « reactiver », l'application n'a pas répondu en 0\.5 s"):
        presse.envoyer(message("reactiver", 2))
    # Started again, it has the time that a start takes.
    assert presse.envoyer(message("demarrer", 3))["statut"] == "fait"
    presse.fermer()


#: Answers two messages once it has both, the last one first; the ids of its answers are those of `dits`.
_A_REBOURS = """
import json, sys
lus = [json.loads(sys.stdin.readline()) for _ in range(2)]
lus.sort(key=lambda m: -m["id"])
for m, rendu in zip(lus, {dits}):
    reponse = {{"statut": "fait", "message": m["commande"]}}
    print(json.dumps(reponse | ({{}} if rendu is None else {{"id": rendu}})), flush=True)
sys.stdin.readline()
"""


def _deux_a_la_fois(dits: list[Any]) -> list[Any]:
    """What the two messages told at once to such an application gave, an error as its sentence."""
    lien = ApplicationProcessus([sys.executable, "-c", _A_REBOURS.format(dits=dits)], delai=PATIENCE)

    def envoyer(dit: tuple[str, int]) -> Any:
        try:
            return lien.envoyer(message(*dit))["message"]
        except LienRompu as rompu:
            return str(rompu)

    with ThreadPoolExecutor(2) as fils:
        rendus = list(fils.map(envoyer, [("piece", 5), ("radier", 6)]))
    lien.fermer()
    return rendus


def test_two_messages_at_once_each_get_the_answer_of_their_id() -> None:
    assert _deux_a_la_fois([6, 5]) == ["piece", "radier"]


@pytest.mark.parametrize("dits", [[None, None], [7, 5], [["6"], 5]])
def test_at_once_an_answer_has_the_id_of_a_message(dits: list[Any]) -> None:
    assert any("a répondu au message" in str(rendu) for rendu in _deux_a_la_fois(dits))


def test_a_process_that_does_not_read_is_late() -> None:
    lien = ApplicationProcessus([sys.executable, "-c", "import time; time.sleep(600)"], delai=0.5)
    with pytest.raises(LienRompu, match=r"n'a pas lu sa question en 0\.5 s") as rompu:
        lien.envoyer({**message("piece"), "contenu": "x" * 1_000_000})
    assert "lisez l'entrée standard" in rompu.value.remede
    lien.fermer()


def _vit(processus: int) -> bool:
    try:
        return Path(f"/proc/{processus}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the latter, when it ends while it is read
        return False


def test_what_a_dead_process_had_started_is_ended(tmp_path: Path) -> None:
    suite = tmp_path / "pid"
    # The shell answers once, leaves a child behind it, and dies.
    mots = ["sh", "-c", f'sleep 600 >/dev/null 2>&1 & echo $! > {suite}; read m; echo "{{\\"id\\": 1, '
            f'\\"statut\\": \\"fait\\"}}"']  # fmt: skip
    lien = ApplicationProcessus(mots, delai=PATIENCE)
    assert lien.envoyer(message("fin"))["statut"] == "fait"
    enfant = int(suite.read_text())
    limite = time.monotonic() + PATIENCE
    while lien._processus is not None and lien._processus.poll() is None:
        assert time.monotonic() < limite
        time.sleep(0.01)
    os.kill(enfant, 0)  # it lives on
    lien.envoyer(message("fin"))
    while _vit(enfant):
        assert time.monotonic() < limite
        time.sleep(0.01)
    lien.fermer()


def test_a_program_that_ends_without_a_word() -> None:
    with pytest.raises(LienRompu, match=r"s'est arrêtée \(code 0\)\.\nElle n'a rien écrit") as rompu:
        ApplicationProcessus("true").envoyer(message("demarrer"))
    assert "répondre à chaque message" in rompu.value.remede
    with pytest.raises(LienRompu, match="autre chose que du JSON : « bonjour »"):
        ApplicationProcessus("echo bonjour").envoyer(message("demarrer"))


def test_a_command_that_does_not_start() -> None:
    with pytest.raises(LienRompu, match="ne se lance pas"):
        ApplicationProcessus("/rien/du/tout").envoyer(message("demarrer"))


class _Reponses(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        recu = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        corps = {
            "fin": json.dumps({"id": recu["id"], "statut": "fait"}),
            "piece": "<html>",
            "radier": json.dumps({"statut": "peut-être"}),
            "supprimer": json.dumps({"id": recu["id"] + 1, "statut": "fait"}),
            "consulter": "",
        }.get(recu["commande"], "Oups")
        self.send_response({"Oups": 500, "": 302}.get(corps, 200))
        if not corps:
            self.send_header("Location", "/sne")
        self.end_headers()
        self.wfile.write(corps.encode())

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def adresse() -> Iterator[str]:
    serveur = HTTPServer(("127.0.0.1", 0), _Reponses)
    fil = threading.Thread(target=serveur.serve_forever, daemon=True)
    fil.start()
    yield f"http://127.0.0.1:{serveur.server_address[1]}/sne"
    serveur.shutdown()
    serveur.server_close()


@pytest.mark.parametrize(("commande", "mots"), DONNEES["what_goes_wrong_over_http"])
def test_what_goes_wrong_over_http(adresse: str, commande: str, mots: str) -> None:
    with pytest.raises(LienRompu) as rompu:
        ApplicationHttp(adresse).envoyer(message(commande))
    assert mots in str(rompu.value)
    assert ("l'« id »" in rompu.value.remede) == (commande == "supprimer")
    assert rompu.value.remede not in ("", "Oups"), "what to do, not what it answered"


def test_a_name_that_leads_elsewhere_once_it_was_looked_at_is_not_asked(
    adresse: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the peer that the connection reached counts, before anything is sent."""
    recus = list[str]()

    def refuser(pair: str) -> bool:
        recus.append(pair)
        return True

    monkeypatch.setattr(module, "hors_d_atteinte", refuser)
    monkeypatch.setattr(_Reponses, "do_POST", lambda _: recus.append("asked"))
    with pytest.raises(LienRompu, match="ne répond pas"):
        ApplicationHttp(adresse).envoyer(message("fin"))
    assert recus == ["127.0.0.1"]


def test_a_peer_that_speaks_something_else() -> None:
    def repondre(connexion: socket.socket) -> None:
        connexion.recv(65_536)
        connexion.sendall(b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n")
        connexion.close()

    with socket.create_server(("127.0.0.1", 0)) as ecoute:
        threading.Thread(target=lambda: repondre(ecoute.accept()[0]), daemon=True).start()
        with pytest.raises(LienRompu, match="ce qui répond ne parle pas HTTP"):
            ApplicationHttp(f"http://127.0.0.1:{ecoute.getsockname()[1]}/").envoyer(message("fin"))


@pytest.mark.parametrize(
    ("url", "raison"),
    [(url, "l'adresse ne se lit pas") for url in ("http://127.0.0.1:port/", "http://127.0.0.1/a b", "rien")]
    + [("http://127.0.0.1:9/", "rien n'écoute à ce port")],
)
def test_an_address_that_leads_nowhere(url: str, raison: str) -> None:
    with pytest.raises(LienRompu, match=f"ne répond pas à {url} : {raison}"):
        ApplicationHttp(url).envoyer(message("fin"))


def test_over_http_no_proxy_stands_between(adresse: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for nom in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(nom, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert ApplicationHttp(adresse).envoyer(message("fin")) == {"id": 1, "statut": "fait"}
