"""What OWASP ASVS level 1 asks of every answer, looked for over HTTP: SECURITY.md says what holds what."""

import http.client
import re
from pathlib import Path

import pytest
from serveur_local import Serveur

STATIQUES = Path(__file__).resolve().parents[2] / "sandbox" / "sne_console" / "static"


def _demander(
    serveur: Serveur, methode: str, chemin: str, en_tetes: dict[str, str] | None = None
) -> http.client.HTTPResponse:
    connexion = serveur.lien()
    connexion.request(methode, chemin, headers=en_tetes or {})
    reponse = connexion.getresponse()
    reponse.read()
    return reponse


@pytest.mark.parametrize(
    ("chemin", "statut"),
    [
        ("/console/ecole/journal", 200),
        ("/api/v1/bases", 200),
        ("/api/v1/bases/nulle-part", 404),
        ("/nulle-part", 404),
    ],
)
def test_every_answer_carries_its_headers(serveur: Serveur, chemin: str, statut: int) -> None:
    reponse = _demander(serveur, "GET", chemin)
    assert reponse.status == statut
    assert reponse.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in reponse.headers["Content-Security-Policy"]
    assert reponse.headers["Referrer-Policy"] == "same-origin"
    assert reponse.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(
        r"text/html; charset=utf-8|application/(problem\+)?json", reponse.headers["Content-Type"]
    )
    assert reponse.headers["X-Powered-By"] is None
    assert not re.search(r"[/\d]", reponse.headers["Server"] or ""), "it says no version"


@pytest.mark.parametrize("methode", ["TRACE", "CONNECT", "PROPFIND"])
@pytest.mark.parametrize("chemin", ["/api/v1/bases", "/console/ecole/journal"])
def test_other_methods_and_other_origins_get_nothing(serveur: Serveur, methode: str, chemin: str) -> None:
    assert _demander(serveur, methode, chemin).status in (400, 403, 405, 501)
    ailleurs = _demander(serveur, "OPTIONS", chemin, {"Origin": "https://ailleurs.exemple.fr"})
    lue = _demander(serveur, "GET", chemin, {"Origin": "https://ailleurs.exemple.fr"})
    for reponse in (ailleurs, lue):
        assert not [nom for nom in reponse.headers if nom.lower().startswith("access-control-")]


def test_scripts_keep_nothing_in_the_browser_but_what_is_being_written() -> None:
    gardent = {
        script.name: set(
            re.findall(r"localStorage|sessionStorage|indexedDB|document\.cookie", script.read_text("utf-8"))
        )
        for script in STATIQUES.rglob("*.js")
    }
    assert {nom: mots for nom, mots in gardent.items() if mots} == {"composer.js": {"sessionStorage"}}
