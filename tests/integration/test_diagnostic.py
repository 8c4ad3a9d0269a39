"""`sne-sandbox diagnostic`: each thing that keeps an application from reaching the SNE, with its remedy; and
a trial that cannot take place is no verdict."""

import contextlib
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import SimpleQueue
from urllib.parse import urlsplit

import pytest
from commande import argv, environnement, sne
from serveur_local import Serveur

from sne_sandbox.cli.commande_diagnostic import ConfigurationFausse, verifier
from sne_sandbox.pki import MOT_DE_PASSE
from sne_sandbox.pki.authority import Autorite, ecrire
from sne_sandbox.server import diagnostic
from sne_sandbox.server.adresse_et_certificats_d_une_base import BaseServie
from sne_sandbox.server.diagnostic import PATIENCE_POUR_LES_NOTRES, Branchement, Point, diagnostiquer


@pytest.fixture(scope="module")
def exigeant(tmp_path_factory: pytest.TempPathFactory) -> Serveur:
    """A server that wants a client certificate, of whose journal these tests are the only readers."""
    demarre = Serveur.demarrer(
        tmp_path_factory.mktemp("exigeant") / "home",
        "--client-cert", "required", "--seed-base", "vide",
    )  # fmt: skip
    yield demarre
    demarre.tuer()


def branchement(serveur: Serveur) -> Branchement:
    """What an application of this server is given."""
    pret = serveur.pret
    return Branchement(
        pret["https"],
        *(Path(pret[cle]) for cle in ("ca_file", "cert_file", "key_file", "pkcs12_file")),
        mot_de_passe=MOT_DE_PASSE,
        guichet=pret["guichet"],
        jeton=pret["admin_token"] or "",
        patience=PATIENCE_POUR_LES_NOTRES,
    )


def points(donne: Branchement, environ: Mapping[str, str] | None = None) -> dict[str, Point]:
    """Those of a set-up, by name."""
    return {point.nom: point for point in diagnostiquer(donne, environ=environ or {})}


def faux(donne: Branchement) -> list[Point]:
    """Those to be mended."""
    return [point for point in diagnostiquer(donne, environ={}) if point.bon is False]


def test_a_good_setup_has_nothing_to_mend(exigeant: Serveur) -> None:
    vus = points(branchement(exigeant))
    assert [nom for nom, point in vus.items() if point.bon is False] == []
    assert {"adresse", "proxy", "certificat", "HTTPS", "horloge", "services", "guichet", "jour"} <= vus.keys()
    assert "G1226" in vus["certificat"].dit


def test_nothing_is_sent_to_the_services(demarrer: Callable[..., Serveur]) -> None:
    serveur = demarrer()
    assert faux(branchement(serveur)) == []
    lu = points(branchement(serveur))
    assert "rien envoyé" in lu["application"].dit
    assert "figée au 15/03/2018" in lu["jour"].dit


def _sans_ecoute() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


#: What is done to a good set-up → the point that says so, and what it says.
ADRESSES = {
    "pas une adresse": ("localhost:8443", "n'est pas une adresse"),
    "port hors de portée": ("https://localhost:99999", "n'est pas une adresse"),
    "celle d'un service": ("https://localhost:8443/services/DemandeLogementImplService/", "d'un service"),
    "crochet ouvert": ("https://[::1", "n'est pas une adresse"),
    "nom inconnu": ("https://sne.invalid:8443", "n'est pas connu de cette machine"),
}


@pytest.mark.parametrize("cas", ADRESSES)
def test_an_address_that_leads_nowhere(exigeant: Serveur, cas: str) -> None:
    url, dit = ADRESSES[cas]
    (point,) = faux(replace(branchement(exigeant), url=url))
    assert point.nom == "adresse"
    assert dit in point.dit
    assert point.remede


def test_a_variable_that_leads_to_another_service_is_told(exigeant: Serveur) -> None:
    bon, nom = branchement(exigeant), "SNE_ENDPOINT_DEMANDE_LOGEMENT"
    voulue = f"{bon.url}/services/DemandeLogementImplService/"
    assert nom not in {*points(bon, {nom: voulue}), *points(bon, {nom: f"{voulue.rstrip('/')}?wsdl"})}
    sourd = voulue.replace(bon.url, f"https://127.0.0.1:{_sans_ecoute()}")
    dits = [voulue.replace("Impl", ""), sourd, voulue.replace(bon.url, exigeant.pret["http"])]
    vus = [points(bon, {nom: dit})[nom] for dit in dits]
    # The last one answers, and is not what is looked at.
    assert ([vu.bon for vu in vus], vus[0].remede) == ([False, False, None], f"donnez {voulue}")
    seul = subprocess.run(argv("diagnostic"), capture_output=True, env=environnement() | {nom: sourd})
    mots = ("un serveur est lancé", "rien n'y écoute", "→ lancez « sne-sandbox serve »")
    assert (seul.returncode, [mot in seul.stdout.decode() for mot in mots]) == (1, [False, True, True])


def test_another_protocol_than_that_of_the_port(exigeant: Serveur) -> None:
    pret = exigeant.pret
    en_clair = replace(branchement(exigeant), url=pret["http"].replace("http:", "https:"))
    (point,) = faux(en_clair)
    assert "ne parle pas TLS" in point.dit
    assert pret["http"].removeprefix("http://") in point.remede
    (point,) = faux(replace(branchement(exigeant), url=pret["https"].replace("https:", "http:")))
    assert point.nom == "HTTP"
    assert "https://" in point.remede


def test_a_certificate_of_the_server_that_is_not_to_be_trusted(exigeant: Serveur, tmp_path: Path) -> None:
    autre = Autorite.ouvrir(tmp_path / "autre")
    (point,) = faux(replace(branchement(exigeant), ca=autre.ca))
    assert "n'est pas signé par cette autorité" in point.dit
    assert "ca.pem" in point.remede
    (point,) = faux(replace(branchement(exigeant), url=exigeant.pret["https_expire"]))
    assert "est expiré" in point.dit
    (point,) = faux(replace(branchement(exigeant), url=exigeant.pret["https_autre_nom"]))
    assert "n'est pas à ce" in point.dit or "n'est pas à cette" in point.dit
    assert "--server-name" in point.remede


def test_a_client_certificate_that_is_not_the_right_one(exigeant: Serveur, tmp_path: Path) -> None:
    bon = branchement(exigeant)
    (point,) = faux(replace(bon, certificat=None, cle=None, pkcs12=None))
    assert point.dit == "le serveur exige un certificat client"
    ecrire(Autorite.ouvrir(tmp_path / "autre").emettre("G1226"), tmp_path)
    d_ailleurs = replace(bon, certificat=tmp_path / "G1226.pem", cle=tmp_path / "G1226.key", pkcs12=None)
    (point,) = faux(d_ailleurs)
    assert "d'une autre autorité" in point.dit
    (point,) = faux(replace(bon, cle=tmp_path / "G1226.key"))
    assert "la clé n'est pas celle" in point.dit
    assert {point.nom for point in faux(replace(bon, pkcs12=tmp_path / "G1226.p12"))} == {"PKCS#12"}
    (point,) = faux(replace(bon, mot_de_passe="autre"))
    assert "ne s'ouvre pas" in point.dit
    (point,) = faux(replace(bon, certificat=tmp_path / "absent.pem"))
    assert "il n'existe pas" in point.dit
    (point,) = faux(replace(bon, certificat=bon.pkcs12))
    assert "PEM" in point.dit


def test_a_certificate_of_another_guichet_or_base(exigeant: Serveur, tmp_path: Path) -> None:
    bon = branchement(exigeant)
    assert any("il est du guichet G1226" in p.dit for p in faux(replace(bon, guichet="G0621")))
    exigeant.emettre("G1226", "essai", tmp_path)
    autre = replace(bon, certificat=tmp_path / "G1226.pem", cle=tmp_path / "G1226.key", pkcs12=None)
    assert any("il est de la base essai" in p.dit for p in faux(autre))
    perdue = {p.nom: p for p in faux(replace(bon, url=f"{bon.url}/bases/nulle-part"))}
    assert perdue.keys() >= {"certificat", "services"}


def test_a_proxy_that_would_take_the_call_away(exigeant: Serveur) -> None:
    bon = branchement(exigeant)
    detourne = points(bon, {"HTTPS_PROXY": "http://proxy:3128"})["proxy"]
    assert detourne.bon is None
    assert "NO_PROXY=" in detourne.remede
    for excepte in ("localhost,127.0.0.1", "*"):
        assert points(bon, {"HTTPS_PROXY": "http://proxy:3128", "no_proxy": excepte})["proxy"].bon


def test_what_the_base_saw_of_the_application(demarrer: Callable[..., Serveur]) -> None:
    serveur = demarrer()
    lieu = urlsplit(serveur.pret["https"])
    mefiant = ssl.create_default_context()  # it does not know our authority
    with pytest.raises(ssl.SSLError), socket.create_connection((lieu.hostname, lieu.port)) as prise:
        mefiant.wrap_socket(prise, server_hostname=lieu.hostname)
    vu = points(branchement(serveur))["application"]
    assert vu.bon is None
    assert "refuse le certificat du serveur" in vu.dit
    assert "ca.pem" in vu.remede


def test_the_command_says_it_in_words_and_in_json(exigeant: Serveur, tmp_path: Path) -> None:
    pret = exigeant.home.with_suffix(".json")
    bien = sne(tmp_path, "diagnostic", "--ready-file", pret)
    assert bien.returncode == 0, bien.stdout + bien.stderr
    assert "Rien n'est à corriger." in bien.stdout
    mal = sne(tmp_path, "diagnostic", "--ready-file", pret, "--ca", pret, "--format", "json")
    faux = [p["nom"] for p in json.loads(mal.stdout)["points"] if p["bon"] is False]
    assert (mal.returncode, faux) == (1, ["autorité"])
    assert sne(tmp_path, "diagnostic", "--ready-file", tmp_path / "absent.json").returncode == 2


def test_alone_it_starts_a_server_and_within_run_reads_what_is_given(tmp_path: Path) -> None:
    seul = sne(tmp_path, "diagnostic")
    assert seul.returncode == 0, seul.stdout + seul.stderr
    assert "Rien n'est à corriger." in seul.stdout
    assert "un serveur est lancé pour l'essai" in seul.stdout.splitlines()[0]
    assert "rien envoyé" not in seul.stdout
    lance = sne(tmp_path, "run", "--", *argv("diagnostic"))
    assert "Rien n'est à corriger." in lance.stdout, lance.stderr


def test_a_trial_that_cannot_take_place_accuses_nobody(exigeant: Serveur, tmp_path: Path) -> None:
    servie = BaseServie("ecole", exigeant.pret)
    verifier(servie)
    shutil.copy(exigeant.pret["ca_file"], tmp_path / "serveur.pem")
    perdue = BaseServie("ecole", {**exigeant.pret, "ca_file": str(Autorite.ouvrir(tmp_path / "autre").ca)})
    with pytest.raises(ConfigurationFausse) as levee:
        verifier(perdue)
    assert levee.value.exit_code == 3
    assert "pas la faute de l'application" in levee.value.diagnostics()


def test_what_an_address_holds_of_a_password_is_not_shown(exigeant: Serveur) -> None:
    donne = replace(branchement(exigeant), url="https://moi:secret@sne.invalid:8443")
    assert "secret" not in donne.dite
    assert not any("secret" in p.dit + p.remede for p in diagnostiquer(donne, environ={}))


@contextlib.contextmanager
def pair(reponse: bytes) -> Iterator[str]:
    """The address of a peer that takes connections, says this, then a byte now and then when that is not
    empty, and never ends."""
    with socket.create_server(("127.0.0.1", 0)) as ecoute:
        fini = threading.Event()

        def goutte() -> None:
            pris = []
            while not fini.is_set():
                ecoute.settimeout(0.05)
                with contextlib.suppress(OSError):
                    pris.append(ecoute.accept()[0])
                    pris[-1].settimeout(0.05)
                    pris[-1].sendall(reponse)
                for prise in pris if reponse else ():
                    with contextlib.suppress(OSError):
                        prise.sendall(b"x")
                time.sleep(0.02)

        fil = threading.Thread(target=goutte)
        fil.start()
        try:
            yield f"http://127.0.0.1:{ecoute.getsockname()[1]}"
        finally:
            fini.set()
            fil.join()


@pytest.mark.parametrize(
    "reponse",
    [b"", b"H", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"SSH-2.0-x\r\n"],
)
@pytest.mark.parametrize("schema", ["http", "https"])
def test_a_peer_that_never_ends_is_left(exigeant: Serveur, reponse: bytes, schema: str) -> None:
    """Silent, or a byte now and then, for ever."""
    with pair(reponse) as url:
        donne = replace(branchement(exigeant), url=url.replace("http", schema), patience=0.6)
        (point,) = faux(donne)
    assert point.nom == schema.upper()
    assert point.remede


class _Autre(BaseHTTPRequestHandler):
    """A server that is up, on another day, and is not ours."""

    def do_GET(self) -> None:
        self.send_response_only(200)
        self.send_header("Date", "Mon, 06 Jan 2020 10:00:00 GMT")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


def test_a_server_of_another_day_and_without_services_is_wrong() -> None:
    with HTTPServer(("127.0.0.1", 0), _Autre) as serveur:
        threading.Thread(target=serveur.serve_forever, daemon=True).start()
        horloge, services = faux(Branchement(f"http://127.0.0.1:{serveur.server_port}"))
        serveur.shutdown()
    assert (horloge.nom, horloge.dit.endswith(" jours")) == ("horloge", True)
    assert (services.nom, "ce n'est pas le bac à sable" in services.dit) == ("services", True)


def test_a_refusal_before_what_was_taken_is_told_no_more() -> None:
    def echange(rang: int, verdict: str) -> dict[str, object]:
        dit = {"message": f"refus {rang}"} if verdict == "refus" else None
        return {"id": rang, "service": "S", "methode": "POST", "verdict": verdict, "fault": dit,
                "tolerances": []}  # fmt: skip

    journal = [echange(3, "refus"), echange(2, "accepté"), echange(1, "refus")]
    dits = [point.dit for point in diagnostic._application(journal) if point.nom == "application"]
    assert dits == ["échange 3 : refus 3"]


def test_a_silent_peer_is_given_less_than_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """No wait is left out of the count: nothing else is waited for, once the peer took the connection."""
    attendu: list[float] = []

    class Impatiente(SimpleQueue[object]):
        def get(self, block: bool = True, timeout: float | None = None) -> object:
            attendu.append(timeout)
            return super().get(timeout=min(timeout, 0.3))

    monkeypatch.setattr(diagnostic, "SimpleQueue", Impatiente)
    with pair(b"") as url:
        *_, dernier = diagnostiquer(Branchement(url), environ={})
    assert (dernier.nom, dernier.bon) == ("HTTP", False)
    assert max(attendu) <= attendu[0] < 2


def test_a_name_that_nobody_resolves_and_a_busy_server_are_told(
    exigeant: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    fini = threading.Event()
    donne = replace(branchement(exigeant), patience=0.6)
    with monkeypatch.context() as sans_nom:
        sans_nom.setattr(socket, "getaddrinfo", lambda *a, **n: fini.wait() or [])
        (point,) = diagnostiquer(donne, environ={})
        fini.set()
    assert (point.nom, point.bon, "n'est pas trouvé" in point.dit) == ("adresse", False, True)
    with monkeypatch.context() as lent:
        encore = threading.Event()
        lent.setattr(diagnostic, "_SURSIS", 0.0)
        lent.setattr(diagnostic, "_service", lambda *_: encore.wait() or Point("services", True, ""))
        *_, point = diagnostiquer(replace(donne, patience=5.0), environ={})
        encore.set()
    assert (point.nom, point.bon) == ("HTTPS", None), "busy is not wrong"


def test_what_is_wrong_in_the_looking_is_not_passed_over(
    exigeant: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diagnostic, "_horloge", lambda date: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(diagnostiquer(branchement(exigeant), environ={}))


@pytest.mark.parametrize(
    ("statut", "dit"), [(401, "sans jeton"), (0, "n'a pas répondu"), (503, "n'a pas répondu")]
)
def test_an_api_that_comes_late_is_not_said_to_want_a_token(
    monkeypatch: pytest.MonkeyPatch, exigeant: Serveur, statut: int, dit: str
) -> None:
    """The first call has the server load its API: the ready file that was given holds the token."""
    lire = diagnostic._lire
    monkeypatch.setattr(
        diagnostic,
        "_lire",
        lambda lien, chemin, jeton="": (
            (statut, b"") if chemin.startswith("/api/") else lire(lien, chemin, jeton)
        ),
    )
    assert dit in points(branchement(exigeant))["base"].dit
