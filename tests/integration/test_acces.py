"""Who enters a server that runs: links, tokens made and revoked beside it, what is slowed down, and what
neither a log nor a list of processes holds."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from commande import sne
from donnees import a_cote
from serveur_local import Serveur

PATIENCE: Final = 120.0


@pytest.fixture
def ferme(tmp_path: Path) -> Iterator[Serveur]:
    """As it comes, in two processes."""
    demarre = Serveur.demarrer(tmp_path / "home", "--workers", "2", ouvert=False)
    yield demarre
    demarre.tuer()


def appeler(serveur: Serveur, chemin: str, jeton: str = "", corps: Any = None) -> tuple[int, str, Any]:
    """Status, body, headers: each call is a connection of its own, to one process or the other."""
    en_tetes = {"Authorization": f"Bearer {jeton}"} if jeton else {}
    octets = None if corps is None else json.dumps(corps).encode()
    demande = urllib.request.Request(serveur.pret["http"] + chemin, octets, en_tetes)
    demande.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(demande, timeout=PATIENCE) as reponse:
            return reponse.status, reponse.read().decode(), reponse.headers
    except urllib.error.HTTPError as erreur:
        return erreur.code, erreur.read().decode(), erreur.headers


def journal(serveur: Serveur) -> str:
    return serveur.home.with_suffix(".log").read_text("utf-8")


def test_the_token_is_in_the_home_and_in_the_ready_file_for_the_owner_alone(ferme: Serveur) -> None:
    fichier = ferme.home / "jeton"
    assert fichier.read_text().strip() == ferme.pret["admin_token"]
    assert fichier.stat().st_mode & 0o777 == 0o600
    assert ferme.home.with_suffix(".json").stat().st_mode & 0o777 == 0o600
    assert appeler(ferme, "/api/v1/bases")[0] == 401
    assert appeler(ferme, "/api/v1/bases", ferme.pret["admin_token"])[0] == 200
    assert ferme.pret["admin_token"] not in journal(ferme)
    assert "/lecture/" not in journal(ferme)


def test_a_token_is_made_and_revoked_beside_the_server_at_once_in_every_process(
    ferme: Serveur, tmp_path: Path
) -> None:
    home = str(ferme.home)
    fait = sne(tmp_path, "jetons", "nouveau", "ci", "--droit", "base", "--base", "ecole", "--home", home)
    jeton = fait.stdout.strip()
    for _ in range(6):
        assert appeler(ferme, "/api/v1/bases/ecole", jeton)[0] == 200
        assert appeler(ferme, "/api/v1/bases", jeton)[0] == 403
    liste = json.loads(sne(tmp_path, "jetons", "lister", "--format", "json", "--home", home).stdout)
    assert [(j["nom"], j["base"], j["vu_le"] is None) for j in liste["jetons"]] == [("ci", "ecole", False)]
    assert jeton not in json.dumps(liste)
    sne(tmp_path, "jetons", "revoquer", "ci", "--home", home)
    assert {appeler(ferme, "/api/v1/bases/ecole", jeton)[0] for _ in range(6)} == {401}


def test_a_link_opens_once_whichever_process_answers(ferme: Serveur, tmp_path: Path) -> None:
    for _ in range(3):
        lien = sne(tmp_path, "jetons", "lien", "--url", ferme.pret["http"], "--home", str(ferme.home))
        chemin = lien.stdout.strip().removeprefix(ferme.pret["http"])
        assert chemin.startswith("/connexion?code=")
        statut, page, en_tetes = appeler(ferme, chemin)
        assert (statut, "Vous êtes entré" in page) == (200, True)
        assert "code" not in (en_tetes.get("Location") or "")
        assert {appeler(ferme, chemin)[0] for _ in range(2)} == {403}


def test_wrong_tokens_are_slowed_counted_and_told_without_a_thread_that_waits(ferme: Serveur) -> None:
    """638 guesses a second were answered before, and nothing told of them."""
    debut, vus = time.monotonic(), []
    for rang in range(200):
        statut, _, en_tetes = appeler(ferme, "/api/v1/bases", f"faux-{rang}")
        vus.append(statut)
        if statut == 429:
            assert 1 <= int(en_tetes["Retry-After"]) <= 6
    duree = time.monotonic() - debut
    regardes = vus.count(401)
    assert vus.count(429) == 200 - regardes
    assert 10 <= regardes <= 2 * (10 + duree / 6 + 1), "ten in each process, then one every six seconds"
    jeton = ferme.pret["admin_token"]
    statut, metriques, _ = appeler(ferme, "/metrics", jeton)
    assert statut == 200, "it has not opened yet, and nobody shuts it out"
    (ligne,) = [li for li in metriques.splitlines() if li.startswith("sne_wrong_tokens_total ")]
    assert float(ligne.split()[1]) == regardes
    assert journal(ferme).count("wrong credentials") == regardes
    assert "faux-" not in journal(ferme)
    assert appeler(ferme, "/healthz")[0] == 200
    pages = [appeler(ferme, "/", "faux")[:2] for _ in range(5)]  # one may be looked at by now
    assert any(statut == 429 and "Trop de jetons faux" in page for statut, page in pages)
    assert "Traceback" not in journal(ferme)


def test_a_snapshot_is_taken_away_from_a_relative_home(tmp_path: Path) -> None:
    serveur = Serveur.demarrer(Path(os.path.relpath(tmp_path / "home")), "--seed-base", "vide")
    try:
        serveur.lire("/api/v1/bases/ecole/snapshots", {"nom": "s1"})
        assert serveur.demander("GET", "/api/v1/bases/ecole/snapshots/s1/file")[0] == 200
    finally:
        serveur.tuer()


def test_the_read_only_link_is_made_anew(ferme: Serveur, tmp_path: Path) -> None:
    home = ("--home", str(ferme.home))
    avant = sne(tmp_path, "jetons", "lien", "--lecture", *home).stdout.strip().rpartition("/")[2]
    assert appeler(ferme, "/api/v1/bases", avant)[0] == 200
    sne(tmp_path, "jetons", "revoquer", "lien-de-lecture", *home)
    apres = sne(tmp_path, "jetons", "lien", "--lecture", *home).stdout.strip().rpartition("/")[2]
    assert [appeler(ferme, "/api/v1/bases", jeton)[0] for jeton in (avant, apres)] == [401, 200]


def test_no_link_is_made_in_a_home_where_no_server_started(tmp_path: Path) -> None:
    """A dead link was printed, and a key made, for a --home that was mistyped or another machine's."""
    for lecture in ((), ("--lecture",)):
        refuse = sne(tmp_path, "jetons", "lien", *lecture, "--home", str(tmp_path / "ailleurs"))
        assert (refuse.returncode, refuse.stdout) == (2, "")
        assert "Aucun serveur n'a encore démarré" in refuse.stderr
    assert not (tmp_path / "ailleurs").exists()


def test_a_secret_is_read_from_a_file_and_one_that_was_typed_is_told(tmp_path: Path) -> None:
    jeton = "kQ3vX0aZ8rT5yB1nM7cW2e"
    (tmp_path / "secret").write_text(jeton + "\n")
    serveur = Serveur.demarrer(
        tmp_path / "home", "--admin-token-file", str(tmp_path / "secret"), ouvert=False
    )
    try:
        assert appeler(serveur, "/api/v1/bases", jeton)[0] == 200
        assert not (serveur.home / "jeton").exists()
    finally:
        serveur.tuer()
    vide = ("serve", "--home", "h", "--http-port", "0", "--https-port", "0")
    faible = sne(tmp_path, *vide, "--admin-token", "a")
    assert faible.returncode == 2
    assert "--admin-token se lit dans la liste des processus" in faible.stderr
    assert "openssl rand" in faible.stderr
    (tmp_path / "rien").write_text("")
    for options, dit in (
        (("--admin-token-file", "absent"), "absent"),
        (("--admin-token-file", "rien"), "est vide"),
        (("--admin-token-file", "secret", "--admin-token", jeton), "gardez l'un des deux"),
        (("--database-file", "absent"), "--database-file"),
    ):
        vu = sne(tmp_path, *vide, *options)
        assert (vu.returncode, "Traceback" in vu.stderr) == (2, False)
        assert dit in vu.stderr


def test_no_list_of_processes_shows_what_run_hands_to_its_server(tmp_path: Path) -> None:
    jeton = "kQ3vX0aZ8rT5yB1nM7cW2e"
    (tmp_path / "secret").write_text(jeton)
    programme = a_cote(__file__)["programme"]
    vu = subprocess.run(
        [sys.executable, "-m", "sne_sandbox", "run", "--admin-token-file", "secret", "--",
         sys.executable, "-c", programme],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ},
    )  # fmt: skip
    assert "VU False" in vu.stdout + vu.stderr
