"""« La même chose »: every line that a page shows is run, on this base, in this home."""

import json
import shlex
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
from banc import Banc, message, specimen
from flask import Flask
from lxml import etree
from visite_de_la_console import equivalents

from sne_console.formation import scene_jouee, scenes
from sne_interface.domain.panne import GENRES
from sne_sandbox.bases.sauvegardes import Sauvegardes
from sne_sandbox.cli.main import trouver

Page = Callable[..., Any]
_CONTROLE = (
    *("", "/pannes", "/reglages", "/sauvegardes", "/remettre", "/bases"),
    *(f"/remettre/{p}" for p in ("journal", "etat", "pannes", "tout", "reel")),
    *("/sauvegardes/comparer?avant=avant", "/sauvegardes/avant/restaurer", "/sauvegardes/avant/supprimer"),
    "/bases/supprimer",
)
#: A file of the caller's, by its name after curl's « @ ».
_FICHIERS = {"@demande.xml": etree.tostring(specimen("personne_seule"))}
_DU_SHELL = ("mkdir", "cp", "ls")
#: What a page shows only when there is one.
_SCENE = next(s for s in scenes.scenes() if any(p.avancer for p in s.pas) and s.pas[0].message)


@pytest.fixture(scope="module")
def banc(application: Flask) -> Banc:
    """One base for all tests: but for the last two, they only look."""
    return Banc(application, f"essai-{uuid.uuid4().hex[:12]}").creer()


@pytest.fixture(scope="module")
def lues(banc: Banc) -> Iterator[dict[str, list[str]]]:
    """The lines of each page, once they were read."""
    lues: dict[str, list[str]] = {}
    yield lues
    Sauvegardes(banc.services.magasin).oublier(banc.nom)


@pytest.fixture
def lignes(banc: Banc, page: Page, lues: dict[str, list[str]]) -> dict[str, list[str]]:
    """By page. The base has a demande, an exchange, a file in a box."""
    if lues:
        return lues
    numero, racine = banc.creer_demande()
    banc.demander(message(racine, "CRE"))
    banc.api("POST", f"/bases/{banc.nom}/snapshots", {"nom": "avant"})
    banc.api("POST", f"/bases/{banc.nom}/guichets/G1226/outbox/relever")
    pages = [
        *(f"/controle{p}" for p in _CONTROLE),
        "/journal?guichet=G1226&texte=à la fois ?",
        "/journal?xpath=//demandeur",
        "/echanges/1",
        "/demandes?nom=Le Gall",
        f"/demandes/{numero}",
        "/composer/getNumUnique",
        "/composer/getDemandeLogement",
        "/echanges/2",
        "/guichets",
        "/guichets/G1226",
        "/regles?profil=strict",
        "/regles/DOU001",
        "/conformite",
    ]
    lues |= {chemin: equivalents(page(chemin)) for chemin in pages}
    return lues


def test_every_section_tells_how(lignes: dict[str, list[str]]) -> None:
    assert [chemin for chemin, lues in lignes.items() if not lues] == []
    assert sum(map(len, lignes.values())) > 2 * len(GENRES) + 45
    toutes = {ligne for lues in lignes.values() for ligne in lues}
    assert [x for x in toutes if shlex.split(x)[0] not in ("curl", "sne-sandbox", *_DU_SHELL)] == []


def test_the_command_lines_are_understood(
    banc: Banc, lignes: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By click, as they are written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "envois").mkdir()
    vues = set()
    for ligne in (x for lues in lignes.values() for x in lues if x.startswith("sne-sandbox ")):
        mots = shlex.split(ligne)[1:]
        vues.add(nom := mots[0])
        commande, suite = trouver(mots)
        lus = commande.make_context(commande.name, [*suite]).params
        # The witness has a home of its own, and a base.
        if nom != "conform":
            assert lus["home"] == banc.services.configuration.home, ligne
            assert lus.get("base", banc.nom) == banc.nom, ligne
    assert vues >= {"clock", "pannes", "bases", "snapshots", "db", "rules", "pki", "report", "conform"}


def test_the_lines_of_the_boxes_work_before_any_box_was_made(
    lignes: dict[str, list[str]], tmp_path: Path
) -> None:
    (tmp_path / "demande.xml").write_bytes(_FICHIERS["@demande.xml"])
    boites = [x for x in lignes["/guichets/G1226"] if shlex.split(x)[0] in _DU_SHELL]
    assert len(boites) == len(_DU_SHELL)
    for ligne in boites:
        subprocess.run(shlex.split(ligne), cwd=tmp_path, check=True, capture_output=True)
    depose = Path(shlex.split(boites[1])[-1])
    assert depose.read_bytes() == _FICHIERS["@demande.xml"]
    depose.unlink()


def test_the_calls_are_answered(banc: Banc, lignes: dict[str, list[str]], lancer: Mock) -> None:
    """Each in its turn: what deletes comes last. No judgement is begun: one waits for the other."""
    appels = [ligne for lues in lignes.values() for ligne in lues if ligne.startswith("curl ")]
    creees = set()
    for ligne in sorted(dict.fromkeys(appels), key=lambda ligne: "-X DELETE" in ligne or "/reset" in ligne):
        *options, adresse = shlex.split(ligne)[1:]
        champs = dict(zip(options[::2], options[1::2], strict=True))
        corps = champs.get("-d") or _FICHIERS.get(champs.get("--data-binary", ""))
        lue = urlsplit(adresse)
        reponse = banc.http.open(
            f"{lue.path}?{lue.query}",
            method=champs.get("-X", "GET"),
            data=corps,
            headers={"Host": lue.netloc, **dict([champs["-H"].split(": ")] if "-H" in champs else [])},
        )
        assert reponse.status_code < 400, (ligne, reponse.text)
        if corps and lue.path == "/api/v1/bases":
            creees.add(json.loads(corps)["nom"])
    for nom in creees:
        banc.services.magasin.bases.supprimer(nom)
    assert [appel.args[1] for appel in lancer.call_args_list] == [
        f"trafic-{banc.nom}",
        "temoin",
        "application",
    ]


def test_what_a_page_is_narrowed_to_is_in_its_call(lignes: dict[str, list[str]]) -> None:
    (journal,) = lignes["/journal?guichet=G1226&texte=à la fois ?"]
    assert "guichet=G1226&texte=%C3%A0+la+fois+%3F" in journal
    (cherche,) = lignes["/journal?xpath=//demandeur"]
    assert "xpath=%2F%2Fdemandeur" in cherche
    assert any("/exchanges/2/reduce" in ligne for ligne in lignes["/echanges/2"])


def test_a_step_of_a_scene_is_told_on_its_base(banc: Banc, page: Page) -> None:
    scene_jouee.commencer(banc.services, _SCENE)
    try:
        rang = next(i for i, pas in enumerate(_SCENE.pas) if pas.avancer)
        for _ in range(rang):
            banc.api("POST", f"/scenes/{_SCENE.identifiant}/next")
        commande, appel = equivalents(page(f"//console/{_SCENE.base}/scenes/{_SCENE.identifiant}"))
        assert f"--base {_SCENE.base} --home " in commande
        assert f"/bases/{_SCENE.base}/clock/advance" in appel
    finally:
        banc.services.magasin.bases.supprimer(_SCENE.base)
