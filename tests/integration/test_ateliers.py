"""A room of twenty on a server of two processes: twenty links, twenty bases, and what none of them sees."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any, Final

import pytest
from commande import sne
from formulaires import Formulaires
from lxml import html
from serveur_local import Serveur

PATIENCE: Final = 120.0
COMBIEN: Final = 20
SCENE: Final = "premiere-demande"


class Client:
    """Who holds a token, by the API; or a link, in a browser: by its cookies."""

    def __init__(self, origine: str, jeton: str = "") -> None:
        self._origine, self._jeton = origine, jeton
        self._cookies = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def appeler(self, chemin: str, methode: str = "GET", corps: Any = None) -> tuple[int, Any]:
        """Status, and the JSON of the answer, or its text."""
        octets = None if corps is None else json.dumps(corps).encode()
        demande = urllib.request.Request(self._origine + chemin, octets, method=methode)
        demande.add_header("Accept", "text/html, application/json")
        if self._jeton:
            demande.add_header("Authorization", f"Bearer {self._jeton}")
        if octets is not None:
            demande.add_header("Content-Type", "application/json")
        try:
            with self._cookies.open(demande, timeout=PATIENCE) as reponse:
                statut, texte, genre = (
                    reponse.status,
                    reponse.read().decode(),
                    reponse.headers["Content-Type"],
                )
        except urllib.error.HTTPError as erreur:
            statut, texte, genre = erreur.code, erreur.read().decode(), erreur.headers["Content-Type"]
        return statut, json.loads(texte) if genre and "json" in genre and texte else texte


@pytest.fixture(scope="module")
def serveur(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serveur]:
    demarre = Serveur.demarrer(tmp_path_factory.mktemp("salle") / "home", "--workers", "2", ouvert=False)
    yield demarre
    demarre.tuer()


@pytest.fixture(scope="module")
def formateur(serveur: Serveur) -> Client:
    return Client(serveur.pret["http"], serveur.pret["admin_token"])


@pytest.fixture
def fiches(serveur: Serveur, tmp_path: Path) -> Iterator[list[dict[str, Any]]]:
    """Those of a room that only this test uses."""
    home, noms = ("--home", str(serveur.home)), tmp_path / "noms.txt"
    noms.write_text("".join(f"Personne {rang}\n" for rang in range(1, COMBIEN + 1)))
    fait = sne(tmp_path, "atelier", "creer", "salle", "--noms", str(noms), "--scene", SCENE, *home)
    assert fait.returncode == 0, fait.stderr
    rendues = json.loads(sne(tmp_path, "atelier", "fiches", "salle", "--format", "json", *home).stdout)
    assert len(rendues) == COMBIEN
    yield rendues
    assert sne(tmp_path, "atelier", "clore", "salle", "--bases", "supprimer", *home).returncode in (0, 2)


def test_twenty_play_the_same_scene_at_once_each_in_their_base(
    serveur: Serveur, formateur: Client, fiches: list[dict[str, Any]]
) -> None:
    def jouer(fiche: dict[str, Any]) -> int:
        qui, scene = (
            Client(serveur.pret["http"], fiche["jeton"]),
            f"/api/v1/bases/{fiche['base']}/scenes/{SCENE}",
        )
        assert qui.appeler(f"{scene}/start", "POST", {})[0] == 200
        for rang in (1, 2):
            statut, lue = qui.appeler(f"{scene}/next", "POST", {"rang": rang})
            assert statut == 200, lue
        return int(lue["pas_joues"])

    with ThreadPoolExecutor(COMBIEN) as fils:
        assert list(fils.map(jouer, fiches)) == [2] * COMBIEN
    statut, tableau = formateur.appeler("/console/ecole/ateliers/salle")
    assert statut == 200
    rangees = html.fromstring(tableau).xpath("//tr[starts-with(@id, 's-')]")
    places = [" ".join(rangee.xpath("string(td[@class='ou'])").split()) for rangee in rangees]
    assert len(places) == COMBIEN
    assert all(" pas 2 sur " in place for place in places), places
    comptes = [rangee.xpath("string(td[contains(@class, 'refus')])") for rangee in rangees]
    assert comptes == ["0 / 1"] * COMBIEN
    assert not any("jamais" in rangee.text_content() for rangee in rangees)
    comptes = [
        formateur.appeler(f"/api/v1/bases/{fiche['base']}/demandes")[1]["demandes"] for fiche in fiches
    ]
    assert [len(siennes) for siennes in comptes] == [1] * COMBIEN


def test_none_of_them_touches_or_sees_what_is_anothers(
    serveur: Serveur, fiches: list[dict[str, Any]]
) -> None:
    """Read, written, put back, judged, saved, listed: of a neighbour, of the server, of the atelier."""
    un = Client(serveur.pret["http"], fiches[0]["jeton"])
    autre = fiches[1]["base"]
    interdits = [
        ("GET", "/api/v1/bases", None),
        ("GET", f"/api/v1/bases/{autre}", None),
        ("GET", f"/api/v1/bases/{autre}/demandes", None),
        ("GET", f"/api/v1/bases/{autre}/exchanges", None),
        ("GET", f"/api/v1/bases/{autre}/scenes", None),
        ("POST", f"/api/v1/bases/{autre}/scenes/{SCENE}/start", {"vider": True}),
        ("POST", f"/api/v1/bases/{autre}/scenes/{SCENE}/next", {}),
        ("POST", f"/api/v1/bases/{autre}/reset", {}),
        ("POST", f"/api/v1/bases/{autre}/clock/advance", {"vers": "P1M"}),
        ("POST", f"/api/v1/bases/{autre}/snapshots", {"nom": "vol"}),
        ("PATCH", f"/api/v1/bases/{autre}/settings", {"profile": "strict"}),
        ("DELETE", f"/api/v1/bases/{autre}", None),
        ("DELETE", f"/api/v1/bases/{fiches[0]['base']}", None),
        ("POST", "/api/v1/reports", {"base": autre}),
        ("POST", f"/api/v1/scenes/{SCENE}/start", {}),
        ("GET", "/api/v1/scenes", None),
        ("GET", "/api/v1/jetons", None),
        ("POST", "/api/v1/jetons", {"nom": "x", "droit": "tout"}),
        ("GET", "/console/ecole/ateliers", None),
        *(
            ("GET", f"/console/{fiches[0]['base']}/ateliers/salle{suite}", None)
            for suite in ("", "/fiches", "/flux")
        ),
    ]
    permis = [(m, c) for m, c, corps in interdits if un.appeler(c, m, corps)[0] != 403]
    assert permis == []


def test_a_link_enters_twice_on_two_devices_and_shows_no_name_but_ones_own(
    serveur: Serveur, fiches: list[dict[str, Any]]
) -> None:
    for _ in range(2):
        navigateur = Client(serveur.pret["http"])
        statut, page = navigateur.appeler(f"/atelier/{fiches[4]['jeton']}")
        assert statut == 200
        assert "Bonjour Personne 5" in page
        assert fiches[4]["jeton"] not in page
        base = fiches[4]["base"]
        vues = [page]
        for chemin in (
            "/",
            f"/console/{base}/scenes",
            f"/console/{base}/scenes/{SCENE}",
            f"/console/{base}/journal",
        ):
            statut, page = navigateur.appeler(chemin)
            assert statut == 200, chemin
            vues.append(page)
        autres = [f["nom"] for f in fiches if f["rang"] not in (5, 50)] + [
            f["base"] for f in fiches if f["base"] != base
        ]
        assert [nom for nom in autres if any(f"{nom}<" in vue or f"/{nom}/" in vue for vue in vues)] == []
        assert "/lecture/" not in "".join(vues)
        for chemin in ("ateliers", "ateliers/salle", "ateliers/salle/fiches", "jetons"):
            assert navigateur.appeler(f"/console/{base}/{chemin}")[0] == 403
        assert navigateur.appeler(f"/console/{fiches[5]['base']}/scenes/{SCENE}")[0] == 403
    assert fiches[4]["jeton"] not in serveur.home.with_suffix(".log").read_text("utf-8")


def test_the_word_of_the_trainer_is_on_their_page_and_on_no_other(
    serveur: Serveur, fiches: list[dict[str, Any]]
) -> None:
    formulaires = Formulaires(serveur.pret["http"], serveur.pret["admin_token"])
    formulaires.envoyer("/console/ecole/ateliers/salle/mot", mot="Regardez la date.", rang="2")
    for fiche, attendu in ((fiches[1], True), (fiches[2], False)):
        qui = Client(serveur.pret["http"], fiche["jeton"])
        statut, page = qui.appeler(f"/console/{fiche['base']}/journal")
        assert statut == 200
        assert ("Regardez la date." in page) is attendu


def test_all_of_it_is_done_beside_the_server_too_and_ends_at_once(
    serveur: Serveur, formateur: Client, fiches: list[dict[str, Any]], tmp_path: Path
) -> None:
    home = ("--home", str(serveur.home))
    assert sne(tmp_path, "atelier", "creer", "soir", "--stagiaires", "2", *home).returncode == 0
    lignes = sne(
        tmp_path, "atelier", "fiches", "soir", "--url", "http://poste:8080", *home
    ).stdout.splitlines()
    lien = lignes[0].split("\t")[2]
    assert lien.startswith("http://poste:8080/atelier/")
    qui = Client(serveur.pret["http"], lien.rpartition("/")[2])
    assert qui.appeler("/api/v1/bases/soir-01")[0] == 200
    assert "soir\t2\tvide" in sne(tmp_path, "atelier", "lister", *home).stdout
    refait = sne(tmp_path, "atelier", "liens", "soir", *home)
    assert refait.returncode == 0
    assert qui.appeler("/api/v1/bases/soir-01")[0] == 401
    assert sne(tmp_path, "atelier", "clore", "soir", "--bases", "supprimer", *home).returncode == 0
    assert formateur.appeler("/api/v1/bases/soir-01")[0] == 404
    assert sne(tmp_path, "atelier", "fiches", "soir", *home).returncode == 2
    # That of the room, by the console: who is in is out.
    dedans = Client(serveur.pret["http"])
    assert dedans.appeler(f"/atelier/{fiches[0]['jeton']}")[0] == 200
    formulaires = Formulaires(serveur.pret["http"], serveur.pret["admin_token"])
    formulaires.envoyer("/console/ecole/ateliers/salle/clore", bases="supprimer")
    assert dedans.appeler("/console/salle-01/journal")[1].find("Jeton") != -1
    statut, page = Client(serveur.pret["http"]).appeler(f"/atelier/{fiches[0]['jeton']}")
    assert statut == 404
    assert "Demandez-en un autre au formateur" in page
    assert [b["nom"] for b in formateur.appeler("/api/v1/bases")[1]] == ["ecole"]
