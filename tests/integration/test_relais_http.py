"""Real reverse proxies in front, as they come: without a token nothing, with one everything."""

import contextlib
import http.cookiejar
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from lxml import html
from serveur_local import Serveur

pytestmark = pytest.mark.charge
HOTE: Final = "sne.exemple.fr"
PATIENCE: Final = 60.0


def _libre() -> int:
    with socket.create_server(("127.0.0.1", 0)) as prise:
        return int(prise.getsockname()[1])


def _nginx(ou: Path, port: int, amont: int) -> tuple[str, list[str]]:
    """What everybody writes: `proxy_pass`, and nothing else."""
    return (
        f"""daemon off; pid {ou}/pid; error_log stderr; events {{}}
http {{ access_log off; client_body_temp_path {ou}/c; proxy_temp_path {ou}/p; fastcgi_temp_path {ou}/f;
uwsgi_temp_path {ou}/u; scgi_temp_path {ou}/s;
server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{amont}; }} }} }}
""",
        ["nginx", "-c", str(ou / "conf")],
    )


def _haproxy(ou: Path, port: int, amont: int) -> tuple[str, list[str]]:
    return (
        f"""defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend f
  bind 127.0.0.1:{port}
  default_backend b
backend b
  server s 127.0.0.1:{amont}
""",
        ["haproxy", "-db", "-f", str(ou / "conf")],
    )


def _caddy(ou: Path, port: int, amont: int) -> tuple[str, list[str]]:
    return (
        f"{{\nadmin off\n}}\nhttp://:{port} {{\nreverse_proxy 127.0.0.1:{amont}\n}}\n",
        ["caddy", "run", "--adapter", "caddyfile", "--config", str(ou / "conf")],
    )


RELAIS: Final[dict[str, Callable[[Path, int, int], tuple[str, list[str]]]]] = {
    "nginx": _nginx,
    "haproxy": _haproxy,
    "caddy": _caddy,
}


@contextlib.contextmanager
def relayer(nom: str, amont: str, ou: Path) -> Iterator[int]:
    """One of them in front of a server; the port that it listens to."""
    if shutil.which(nom) is None:
        pytest.fail(f"No {nom} here. Remedy: apt-get install {nom} (.ci/run does it).", pytrace=False)
    ou.mkdir()
    port = _libre()
    conf, commande = RELAIS[nom](ou, port, int(amont.rpartition(":")[2]))
    (ou / "conf").write_text(conf)
    with (ou / "log").open("wb") as sortie:
        processus = subprocess.Popen(commande, stdout=sortie, stderr=sortie, env={"HOME": str(ou),
                                     "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})  # fmt: skip
    try:
        fin = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            assert processus.poll() is None and time.monotonic() < fin, (ou / "log").read_text()  # noqa: PT018
            time.sleep(0.05)
        yield port
    finally:
        processus.terminate()
        processus.wait(PATIENCE)


def appeler(port: int, chemin: str, corps: Any = None, **en_tetes: str) -> int:
    """The status that a call through it gets, by the name that its users have for it."""
    octets = None if corps is None else json.dumps(corps).encode()
    entetes = {"Host": HOTE, "Content-Type": "application/json", **en_tetes}
    demande = urllib.request.Request(f"http://127.0.0.1:{port}{chemin}", octets, entetes)
    try:
        with urllib.request.urlopen(demande, timeout=PATIENCE) as reponse:
            return int(reponse.status)
    except urllib.error.HTTPError as erreur:
        return erreur.code


@pytest.fixture(scope="module")
def ferme(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serveur]:
    """A server as it comes, on loopback."""
    demarre = Serveur.demarrer(tmp_path_factory.mktemp("ferme") / "home", ouvert=False)
    yield demarre
    demarre.tuer()


@pytest.fixture(scope="module")
def ouvert(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serveur]:
    """One that was opened on purpose."""
    demarre = Serveur.demarrer(tmp_path_factory.mktemp("ouvert") / "home")
    yield demarre
    demarre.tuer()


@pytest.mark.parametrize("nom", RELAIS)
def test_a_relay_as_it_comes_lets_nobody_in_without_a_token(ferme: Serveur, tmp_path: Path, nom: str) -> None:
    with relayer(nom, ferme.pret["http"], tmp_path / "relais") as port:
        for hote in (HOTE, "127.0.0.1", "localhost"):
            assert appeler(port, "/api/v1/bases", Host=hote) == 401
            assert appeler(port, "/api/v1/bases", {"nom": "intrus"}, Host=hote) == 401
            assert appeler(port, "/console/ecole/journal", Host=hote, Accept="application/json") == 401
            assert appeler(port, "/metrics", Host=hote) == 401
        bon = {"Authorization": f"Bearer {ferme.pret['admin_token']}"}
        assert appeler(port, "/api/v1/bases", **bon) == 200
        assert appeler(port, "/healthz") == 200
        assert appeler(port, "/services/RechercheDemandeImplService/?wsdl") == 200


@pytest.mark.parametrize("nom", ["nginx", "caddy"])
def test_a_server_that_was_opened_is_closed_to_what_comes_by_a_relay(
    ouvert: Serveur, tmp_path: Path, nom: str
) -> None:
    """nginx gives itself away by HTTP/1.0, Caddy by X-Forwarded-For. HAProxy does not, but for the name that
    the caller gives: the guide says that such a server has none in front."""
    with relayer(nom, ouvert.pret["http"], tmp_path / "relais") as port:
        for hote in (HOTE, "127.0.0.1", "localhost"):
            assert appeler(port, "/api/v1/bases", Host=hote) == 403
            assert appeler(port, "/api/v1/bases", {"nom": "intrus"}, Host=hote) == 403


def test_haproxy_gives_itself_away_by_the_name_that_its_callers_use(ouvert: Serveur, tmp_path: Path) -> None:
    with relayer("haproxy", ouvert.pret["http"], tmp_path / "relais") as port:
        assert appeler(port, "/api/v1/bases") == 403
        assert appeler(port, "/api/v1/bases", {"nom": "intrus"}) == 403


@pytest.mark.parametrize("nom", RELAIS)
def test_behind_a_relay_whose_address_is_told_one_works_as_in_front(tmp_path: Path, nom: str) -> None:
    """The link, the login, a form: nginx gives another Host than the one that the browser calls."""
    home = tmp_path / "home"
    publique = f"http://{HOTE}"
    serveur = Serveur.demarrer(home, "--url-publique", publique, ouvert=False)
    try:
        with relayer(nom, serveur.pret["http"], tmp_path / "relais") as port:
            temoins = http.cookiejar.CookieJar()
            navigateur = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(temoins))
            adresse = f"http://127.0.0.1:{port}"

            def ouvrir(chemin: str, corps: bytes | None = None, **en_tetes: str) -> Any:
                demande = urllib.request.Request(adresse + chemin, corps, en_tetes)
                with navigateur.open(demande, timeout=PATIENCE) as reponse:
                    return html.fromstring(reponse.read())

            log = home.with_suffix(".log").read_text()
            (lien,) = [mot for mot in log.split() if "/connexion?code=" in mot]
            assert lien.startswith(f"{publique}/connexion?code=")
            assert "Vous êtes entré" in ouvrir(lien.removeprefix(publique)).text_content()
            page = ouvrir("/console/ecole/controle")
            (csrf,) = set(page.xpath("//input[@name='csrf']/@value"))
            envoi = f"csrf={csrf}&instant=2018-03-15T12:00:00".encode()
            figee = ouvrir("/console/ecole/controle/figer", envoi, Origin=publique)
            assert "15/03/2018" in figee.text_content()
            with pytest.raises(urllib.error.HTTPError, match="403"):
                ouvrir("/console/ecole/controle/figer", envoi, Origin="http://ailleurs.exemple.fr")
            assert publique in ouvrir("/console/ecole/controle/bases").text_content()  # curl, to copy
            assert appeler(port, "/api/v1/bases") == 401
    finally:
        serveur.tuer()


def test_behind_https_the_cookie_travels_over_it_alone_and_no_other_name_leads_there(tmp_path: Path) -> None:
    serveur = Serveur.demarrer(tmp_path / "home", "--url-publique", f"https://{HOTE}", ouvert=False)
    try:
        port = int(serveur.pret["http"].rpartition(":")[2])
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/connexion", timeout=PATIENCE) as reponse:
            assert "Secure" in reponse.headers["Set-Cookie"]
        bon = {"Authorization": f"Bearer {serveur.pret['admin_token']}"}
        assert appeler(port, "/api/v1/bases", **bon) == 200
        assert appeler(port, "/api/v1/bases", **bon, Host="ailleurs.exemple.fr") == 403
    finally:
        serveur.tuer()
