"""The time of a base: shown before it is moved, drawn, moved by the keyboard, taken back."""

from collections.abc import Callable

import pytest
from peuplement import HORLOGE
from playwright.sync_api import expect
from serveur_local import Serveur
from test_accessibilite import fautes
from visite import Visiter

TEMPS = "/console/{}/controle"


@pytest.fixture
def creee(serveur: Serveur) -> Callable[[str], str]:
    """A base of thirty households, by its name: the address of its clock."""

    def faire(nom: str) -> str:
        corps = {"nom": nom, "semence": "ecole", "taille": 30, "horloge": HORLOGE}
        serveur.lire("/api/v1/bases", corps)
        return TEMPS.format(nom)

    return faire


@pytest.mark.parametrize("javascript", [True, False])
def test_a_move_is_seen_made_and_taken_back(
    visiter: Visiter, creee: Callable[[str], str], javascript: bool
) -> None:
    visite = visiter(javascript=javascript)
    page = visite.aller(creee(f"temps-{'avec' if javascript else 'sans'}"))
    avant = page.locator(".grande-heure").inner_text()
    visite.cliquer("+ 13 mois")
    expect(page.locator("#apercu-phrase")).to_contain_text("radiations")
    expect(page.locator("table.prevus tbody tr").first).to_be_visible()
    visite.cliquer("Renoncer", role="link")
    assert page.locator(".grande-heure").inner_text() == avant
    visite.cliquer("+ 13 mois")
    visite.cliquer("Avancer")
    expect(page.locator(".reprise")).to_contain_text("Horloge, avance (13 mois)")
    page.locator(".reprise a").click()
    visite.cliquer("Annuler ce déplacement")
    assert page.locator(".grande-heure").inner_text() == avant
    expect(page.locator(".message.succes")).to_contain_text("Annulé : l'avance du")


def test_its_pages_are_read_by_all(visiter: Visiter, creee: Callable[[str], str], axe: str) -> None:
    adresse = creee("temps-axe")
    visite = visiter()
    page = visite.aller(adresse)
    visite.cliquer("+ 1 mois")
    visite.cliquer("Avancer")
    for chemin in (adresse, f"{adresse}/apercu?vers=P13M", f"{adresse}/annuler"):
        visite.aller(chemin)
        for depli in page.locator("main details").all():
            depli.evaluate("e => { e.open = true; }")
        assert fautes(visite, axe) == []
        assert visite.debordements() == []
