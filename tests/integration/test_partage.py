"""Two servers on two homes over one PostgreSQL behave as one."""

import http.client
import json
import signal
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from client_mtom import DEMANDE, Client
from serveur_local import DELAI, Serveur

from sne_sandbox.bases import jetons
from sne_sandbox.store import schema_sql
from sne_sandbox.store.base_de_donnees import BaseDeDonnees
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.tables import REVISION

pytestmark = pytest.mark.cher

#: What a page that follows a base is told within, at most. Generous: it is a tenth of a second.
VU_S = 10.0


def _demarrer(dossier: Path, nom: str, url: str, *options: str, ouvert: bool = True) -> Serveur:
    secret = dossier / "secret"
    if not secret.exists():
        secret.write_text("un secret de plus de trente-deux caractères\n", "utf-8")
    communes = ("--database", url, "--secret-file", str(secret), "--workers", "1")
    return Serveur.demarrer(dossier / nom, *communes, *options, ouvert=ouvert)


@pytest.fixture(scope="module")
def url(serveur_postgres: Any) -> str:
    return serveur_postgres.nouvelle()


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hotes")


@pytest.fixture(scope="module")
def hotes(url: str, dossier: Path) -> Iterator[tuple[Serveur, Serveur]]:
    """Both start at once, over an empty database."""
    with ThreadPoolExecutor(2) as fils:
        un, deux = fils.map(lambda nom: _demarrer(dossier, nom, url, "--seed-base", "ecole"), ("un", "deux"))
    yield un, deux
    for serveur in (un, deux):
        serveur.tuer()


@pytest.fixture
def paire(hotes: tuple[Serveur, Serveur]) -> tuple[Serveur, Serveur]:
    """Both, about a base that only this test uses."""
    un = hotes[0].sur_une_base_neuve()
    return un, replace(hotes[1], base=un.base)


def _demander(
    serveur: Serveur, methode: str, chemin: str, corps: Any = None, en_tetes: dict[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    octets = None if corps is None else json.dumps(corps).encode()
    return serveur.demander(methode, chemin, octets, {"Content-Type": "application/json", **(en_tetes or {})})


def _jusqua(vrai: Callable[[], Any]) -> Any:
    limite = time.monotonic() + DELAI
    while not (vu := vrai()):
        assert time.monotonic() < limite
        time.sleep(0.05)
    return vu


def test_a_certificate_of_one_opens_the_other(hotes: tuple[Serveur, Serveur]) -> None:
    un, deux = hotes
    contexte = ssl.create_default_context(cafile=un.pret["ca_file"])
    contexte.load_cert_chain(*un.certificat("G1104"))
    lieu = urlsplit(deux.pret["https"])
    lien = http.client.HTTPSConnection("localhost", lieu.port, context=contexte, timeout=DELAI)
    lien.request("GET", "/healthz")
    assert lien.getresponse().status == 200
    lien.close()
    assert Path(un.pret["ca_file"]).read_bytes() == Path(deux.pret["ca_file"]).read_bytes()


def _lien_de_lecture(serveur: Serveur, url: str) -> str:
    with Magasin.ouvrir(url, serveur.home) as magasin:
        return f"/lecture/{jetons.jeton_de_lecture(magasin)}"


def test_the_key_of_cookies_and_of_the_read_only_link_is_one(
    hotes: tuple[Serveur, Serveur], url: str
) -> None:
    un, deux = hotes
    assert (un.home / "console.key").read_bytes() == (deux.home / "console.key").read_bytes()
    statut, en_tetes, _ = _demander(deux, "GET", _lien_de_lecture(un, url))
    assert (statut, "Set-Cookie" in en_tetes) == (303, True)
    assert _demander(deux, "GET", "/lecture/un-autre")[0] == 404


def test_the_token_that_was_drawn_and_the_cookie_of_one_open_the_other(
    serveur_postgres: Any, tmp_path: Path
) -> None:
    url = serveur_postgres.nouvelle()
    un, deux = (_demarrer(tmp_path, nom, url, ouvert=False) for nom in ("un", "deux"))
    try:
        jeton = {"Authorization": f"Bearer {un.pret['admin_token']}"}
        assert un.pret["admin_token"] == deux.pret["admin_token"]
        assert _demander(deux, "GET", "/api/v1/bases")[0] == 401
        assert _demander(deux, "GET", "/api/v1/bases", en_tetes=jeton)[0] == 200
        pose = _demander(un, "GET", _lien_de_lecture(un, url))[1]["Set-Cookie"]
        # It is named after the port, which is one behind a load balancer.
        nom = f"sne_sandbox_{urlsplit(deux.pret['http']).port}"
        en_tetes = {"Cookie": f"{nom}={pose.partition(';')[0].partition('=')[2]}"}
        assert _demander(deux, "GET", "/console/ecole/journal", en_tetes=en_tetes)[0] == 200
        assert _demander(deux, "GET", "/console/ecole/journal")[0] != 200
    finally:
        un.tuer()
        deux.tuer()


def test_a_base_made_by_one_is_there_for_the_other(hotes: tuple[Serveur, Serveur]) -> None:
    un, deux = hotes
    un.lire("/api/v1/bases", {"nom": "commune"})
    assert deux.lire("/api/v1/bases/commune")["nom"] == "commune"


def test_a_page_served_by_one_follows_what_the_other_receives(paire: tuple[Serveur, Serveur]) -> None:
    un, deux = paire
    lien = un.lien(VU_S)
    lien.request("GET", f"/console/{un.base}/journal/flux")
    reponse = lien.getresponse()
    assert reponse.status == 200
    assert reponse.readline() == b"retry: 1000\n"
    statut, _, _ = _demander(deux, "POST", f"{deux.prefixe}/services/{DEMANDE}/", {"rien": 1})
    assert statut >= 400
    while not reponse.readline().startswith(b"event: echange"):  # times out when nothing comes
        pass
    lien.close()


def test_a_clock_moved_by_one_is_moved_for_the_other_and_its_nights_run_once(
    hotes: tuple[Serveur, Serveur],
) -> None:
    un, deux = hotes
    un.lire("/api/v1/bases", {"nom": "nuits", "semence": "ecole", "horloge": "2018-03-15T12:00:00"})
    un.lire("/api/v1/bases/nuits/clock/advance", {"vers": "P1D"})
    assert deux.lire("/api/v1/bases/nuits/clock")["maintenant"].startswith("2018-03-16")
    with ThreadPoolExecutor(8) as fils:
        list(
            fils.map(
                lambda serveur: serveur.lire("/api/v1/bases/nuits/clock/advance", {"vers": "P1D"}),
                [un, deux] * 4,
            )
        )
    assert un.lire("/api/v1/bases/nuits/clock")["maintenant"].startswith("2018-03-24")
    nuits = [ligne["chemin"] for ligne in deux.journal("nuits", operation="NUIT", limite=100)]
    assert nuits  # those on which nothing happens have no line
    assert sorted(nuits) == sorted(set(nuits))


def test_a_panne_armed_by_one_is_played_by_the_other_once(paire: tuple[Serveur, Serveur]) -> None:
    un, deux = paire
    un.lire(f"/api/v1/bases/{un.base}/pannes", {"genre": "fault_serveur", "fois": 1})
    phrases = [Client(serveur).relire("062031800001G1226").phrase for serveur in (deux, un, deux)]
    assert phrases[0] != phrases[1]
    assert phrases[1] == phrases[2]


def test_a_snapshot_of_one_is_listed_taken_and_put_back_by_the_other(hotes: tuple[Serveur, Serveur]) -> None:
    un, deux = hotes
    un.lire("/api/v1/bases", {"nom": "gardee", "semence": "ecole"})
    un.lire("/api/v1/bases/gardee/snapshots", {"nom": "avant"})
    (gardee,) = deux.lire("/api/v1/bases/gardee/snapshots")
    assert gardee["nom"] == "avant"
    assert gardee["demandes"] > 0
    statut, _, octets = _demander(deux, "GET", "/api/v1/bases/gardee/snapshots/avant/file")
    assert statut == 200
    assert len(octets) == gardee["octets"]
    deux.lire("/api/v1/bases/gardee/reset", {"portee": "etat"})
    deux.lire("/api/v1/bases/gardee/snapshots/avant/restore", {})
    assert _demander(deux, "DELETE", "/api/v1/bases/gardee/snapshots/avant")[0] == 204
    assert un.lire("/api/v1/bases/gardee/snapshots") == []


def test_a_judgement_of_one_is_followed_and_taken_by_the_other(paire: tuple[Serveur, Serveur]) -> None:
    un, deux = paire
    nom = un.lire("/api/v1/reports", {"mode": "trafic", "base": un.base})["nom"]
    vu = _jusqua(lambda: next((lu for lu in deux.lire("/api/v1/reports") if lu["nom"] == nom), None))
    assert vu["etat"] in ("en cours", "rendue")
    _jusqua(lambda: deux.lire(f"/api/v1/reports/{nom}")["etat"] == "rendue")
    assert deux.lire(f"/api/v1/reports/{nom}")["resume"]["base"] == un.base
    assert _demander(deux, "GET", f"/api/v1/reports/{nom}/files/rapport.html")[0] == 200
    _jusqua(lambda: not (un.home / "conformite" / nom).exists())
    assert un.lire(f"/api/v1/reports/{nom}/report") == deux.lire(f"/api/v1/reports/{nom}/report")
    assert _demander(deux, "DELETE", f"/api/v1/reports/{nom}")[0] == 204
    assert [lu["nom"] for lu in un.lire("/api/v1/reports") if lu["nom"] == nom] == []


def test_a_judgement_asked_to_stop_by_the_other_stops(hotes: tuple[Serveur, Serveur]) -> None:
    un, deux = hotes
    nom = un.lire("/api/v1/reports", {"mode": "temoin", "exemples": 20})["nom"]
    _jusqua(lambda: any(lu["nom"] == nom for lu in deux.lire("/api/v1/reports")))
    assert deux.lire(f"/api/v1/reports/{nom}")["etat"] == "en cours"
    deux.lire(f"/api/v1/reports/{nom}/stop", {})
    _jusqua(lambda: deux.lire(f"/api/v1/reports/{nom}")["etat"] in ("échouée", "rendue"))


def test_a_judgement_whose_host_died_is_told_interrupted(
    hotes: tuple[Serveur, Serveur], url: str, dossier: Path
) -> None:
    un, _ = hotes
    mourant = _demarrer(dossier, "mourant", url)
    nom = mourant.lire("/api/v1/reports", {"mode": "temoin", "exemples": 20})["nom"]
    _jusqua(lambda: any(lu["nom"] == nom for lu in un.lire("/api/v1/reports")))
    assert un.lire(f"/api/v1/reports/{nom}")["etat"] == "en cours"
    mourant.tuer()
    _jusqua(lambda: un.lire(f"/api/v1/reports/{nom}")["etat"] == "interrompue")
    assert _demander(un, "DELETE", f"/api/v1/reports/{nom}")[0] == 204


def test_a_server_that_leaves_says_so_goes_on_and_closes_connections(
    hotes: tuple[Serveur, Serveur], url: str, dossier: Path
) -> None:
    partant = _demarrer(dossier, "partant", url, "--delai-arret", "2")
    tenue = partant.lien()
    tenue.request("GET", "/healthz")
    reponse = tenue.getresponse()
    assert reponse.read()
    assert reponse.getheader("Connection") != "close"
    _jusqua(lambda: _demander(partant, "GET", "/readyz")[0] == 200)
    debut = time.monotonic()
    partant.processus.send_signal(signal.SIGTERM)
    _jusqua(lambda: _demander(partant, "GET", "/readyz")[0] == 503)
    assert "s'arrête" in _demander(partant, "GET", "/readyz")[2].decode()
    tenue.request("GET", "/healthz")
    reponse = tenue.getresponse()
    assert reponse.status == 200
    assert reponse.getheader("Connection") == "close"
    assert _demander(partant, "GET", "/healthz")[0] == 200
    assert partant.processus.wait(DELAI) == 0
    assert time.monotonic() - debut >= 2


@pytest.mark.parametrize("processus", ["1", pytest.param("2", marks=pytest.mark.reste)])
def test_no_exchange_is_refused_while_servers_are_restarted_one_after_the_other(
    serveur_postgres: Any, dossier: Path, tmp_path: Path, processus: str
) -> None:
    """As a load balancer does: a server that says that it leaves is sent nothing more. Half of the clients
    keep their connection as long as they may."""
    url = serveur_postgres.nouvelle()
    options = ("--delai-arret", "2", "--workers", processus)
    serveurs = [_demarrer(tmp_path, f"s{rang}", url, *options) for rang in range(2)]
    choisis, fini, refus, servis = list(serveurs), False, [], [0]

    def appeler(rang: int) -> None:
        lien: http.client.HTTPConnection | None = None
        while not fini:
            if lien is None:
                lien = choisis[rang % len(choisis)].lien()
            try:
                lien.request("GET", "/api/v1/bases")
                reponse = lien.getresponse()
                corps = reponse.read()
            except (OSError, http.client.HTTPException) as erreur:
                refus.append(repr(erreur))
                lien = None
                continue
            servis[0] += 1
            if reponse.status != 200:
                refus.append(f"{reponse.status} {corps[:200]!r}")
            if rang % 2 or reponse.getheader("Connection") == "close":
                lien.close()
                lien = None
            time.sleep(0.01)  # who starts has a core

    try:
        with ThreadPoolExecutor(4) as fils:
            appels = [fils.submit(appeler, rang) for rang in range(4)]
            try:
                for rang in range(2):
                    serveurs[rang].processus.send_signal(signal.SIGTERM)
                    _jusqua(lambda parti=serveurs[rang]: _demander(parti, "GET", "/readyz")[0] == 503)
                    choisis[:] = [serveurs[1 - rang]]
                    assert serveurs[rang].processus.wait(DELAI) == 0
                    serveurs[rang] = _demarrer(tmp_path, f"s{rang}", url, *options)
                    _jusqua(lambda neuf=serveurs[rang]: _demander(neuf, "GET", "/readyz")[0] == 200)
                    choisis[:] = list(serveurs)
                    time.sleep(0.5)
            finally:
                fini = True
            for appel in appels:
                appel.result()
    finally:
        for serveur in serveurs:
            serveur.tuer()
    assert refus == []
    assert servis[0] > 20


def test_a_server_with_other_contracts_says_so_and_serves(
    hotes: tuple[Serveur, Serveur], url: str, dossier: Path
) -> None:
    un, _ = hotes
    ajoute = dossier / "autre" / "contrats" / "officiel"
    ajoute.mkdir(parents=True)
    (ajoute / "contract.toml").write_text('extends = "v5.2"\n', "utf-8")
    autre = _demarrer(dossier, "autre", url)
    try:
        assert "ne sont pas ceux de" in autre.home.with_suffix(".log").read_text("utf-8")
        for serveur in (un, autre):

            def dit(serveur: Serveur = serveur) -> str:
                statut, _, corps = _demander(serveur, "GET", "/readyz")
                raisons = {v["nom"]: v["raison"] for v in json.loads(corps)["verifications"]}
                return raisons.get("contrats", "") if statut == 200 else ""

            _jusqua(lambda dit=dit: "ne sont pas ceux de" in dit())
    finally:
        autre.arreter()
    _jusqua(lambda: "ne sont pas ceux" not in _demander(un, "GET", "/readyz")[2].decode())


def test_a_server_that_meets_the_tables_of_a_newer_version_is_not_ready(
    serveur_postgres: Any, tmp_path: Path
) -> None:
    url = serveur_postgres.nouvelle()
    serveur = _demarrer(tmp_path, "ancien", url)
    try:
        _jusqua(lambda: _demander(serveur, "GET", "/readyz")[0] == 200)
        with psycopg.connect(url, autocommit=True) as connexion:
            connexion.execute("UPDATE alembic_version SET version_num = 'v9999'")
            _jusqua(lambda: _demander(serveur, "GET", "/readyz")[0] == 503)
            assert "v9999" in _demander(serveur, "GET", "/readyz")[2].decode()
            assert _demander(serveur, "GET", "/healthz")[0] == 200
            with pytest.raises(AssertionError, match="inconnue de cette version"):
                _demarrer(tmp_path, "encore", url)
            connexion.execute("UPDATE alembic_version SET version_num = %s", (REVISION,))
        _jusqua(lambda: _demander(serveur, "GET", "/readyz")[0] == 200)
    finally:
        serveur.tuer()


def test_two_servers_of_a_new_version_that_start_at_once_migrate_once(
    serveur_postgres: Any, tmp_path: Path
) -> None:
    url = serveur_postgres.nouvelle()
    with BaseDeDonnees(url, tmp_path) as donnees, donnees.transaction(ecriture=True) as connexion:
        schema_sql.monter(connexion, None, jusqua="v0004")
    with ThreadPoolExecutor(2) as fils:
        serveurs = list(fils.map(lambda nom: _demarrer(tmp_path, nom, url), ("a", "b")))
    try:
        for serveur in serveurs:
            _jusqua(lambda serveur=serveur: _demander(serveur, "GET", "/readyz")[0] == 200)
    finally:
        for serveur in serveurs:
            serveur.tuer()
    with psycopg.connect(url) as lien:
        assert lien.execute("SELECT version_num FROM alembic_version").fetchall() == [(REVISION,)]
