"""Every scene of the fixtures, played to its end by its buttons."""

import re

import pytest
from test_accessibilite import fautes
from visite import Visite, Visiter

from sne_sandbox.operations.scenes import PasScene, Scene, scenes
from sne_sandbox.web.console.filtres import insecables

#: Verdicts that a reader is told in other words.
VERDICTS = {"fault": "faute SOAP"}
SCENES = {scene.identifiant: scene for scene in scenes()}


def test_there_are_eight_scenes_at_least() -> None:
    assert len(SCENES) >= 8


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
@pytest.mark.parametrize("identifiant", SCENES)
def test_a_scene_is_played_to_its_end(identifiant: str, javascript: bool, visiter: Visiter, axe: str) -> None:
    scene = SCENES[identifiant]
    visite = visiter(javascript=javascript)
    page = visite.aller(f"/console/ecole/scenes/{identifiant}")
    recommencer = page.get_by_role("button", name="Remettre la scène au début")
    visite.cliquer("Remettre la scène au début" if recommencer.count() else "Commencer la scène")
    for rang, pas in enumerate(scene.pas, 1):
        _jouer(visite, rang, pas)
    assert page.get_by_text("La scène est jouée.").is_visible()
    assert page.locator(".pas.joue").count() == len(scene.pas)
    assert visite.debordements() == []
    if javascript:
        assert fautes(visite, axe) == []
    _regarder(visite, scene)


def test_what_is_projected_is_larger(visiter: Visiter) -> None:
    """The guide promises it; a screen wide enough has the larger letters anyway."""
    visite = visiter()
    page = visite.aller("/console/ecole/scenes/doublon")
    if page.get_by_role("button", name="Commencer la scène").count():
        visite.cliquer("Commencer la scène")
    tailles = []
    for question in ("", "?projeter=1"):
        visite.aller(f"/console/scene-doublon/scenes/doublon{question}")
        parole = page.locator(".parole p").first
        tailles.append(parole.evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)"))
    assert tailles[1] >= tailles[0] * 1.25


def _jouer(visite: Visite, rang: int, pas: PasScene) -> None:
    page = visite.page
    present = page.locator(f"#pas-{rang}.present")
    assert insecables(pas.dire) in present.inner_text()
    assert page.locator(".pas.present").count() == 1
    visite.cliquer(pas.bouton, dans=present)
    joue = page.locator(f"#pas-{rang}.joue")
    texte = joue.inner_text()
    assert page.locator(".message.erreur").count() == 0, page.locator(".message.erreur").all_inner_texts()
    assert insecables(pas.regarder) in texte
    if pas.attendu.verdict is not None:
        assert VERDICTS.get(pas.attendu.verdict, pas.attendu.verdict) in texte
    for regle in pas.attendu.regles:
        assert regle in texte
    assert ("attestation (PDF)" in texte) >= pas.attendu.attestation
    for libelle, _ in pas.montrer:
        assert libelle in texte


def _regarder(visite: Visite, scene: Scene) -> None:
    """The links that a trainer clicks: each exchange of the scene opens."""
    liens = visite.page.locator("a[href*='/echanges/']").evaluate_all("(a) => a.map((e) => e.href)")
    for adresse in sorted({lien for lien in liens if re.search(r"/echanges/\d+$", lien)}):
        visite.aller(adresse)
        assert scene.base in adresse
