"""A new user, with the console alone: register, find why a message is refused, mend it, make it expire."""

import re

import pytest
from document import ecrire, texte
from visite import Visite, Visiter

#: A specimen dated of the base's day.
COMPOSER = "/console/essai/composer/getNumUnique?depart=specimen-personne_seule"


def remplacer(visite: Visite, avant: str, apres: str) -> None:
    """Changes the document as one does in its field."""
    la = texte(visite.page)
    assert re.search(avant, la), avant
    ecrire(visite.page, re.sub(avant, apres, la, count=1))


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
def test_from_a_refusal_to_a_radiation(javascript: bool, visiter: Visiter) -> None:
    visite = visiter(javascript=javascript)
    page = visite.aller("/console/essai/journal")
    visite.cliquer("Composer", role="link")
    page = visite.aller(COMPOSER)
    marque = "Avec" if javascript else "Sans"
    remplacer(visite, r"<ns1:prenom>[^<]*", f"<ns1:prenom>{marque}")
    remplacer(visite, r"<ns1:refInterne>[^<]*", f"<ns1:refInterne>PARCOURS-{marque}")
    naissance = re.search(r"<ns1:dateNaissance>([^<]*)", texte(page))
    assert naissance is not None
    remplacer(visite, r"<ns1:dateNaissance>[^<]*", "<ns1:dateNaissance>2091-09-14")

    # Tried before it leaves, then sent: refused, with the reason and the remedy.
    visite.cliquer("Vérifier sans envoyer")
    assert page.get_by_role("heading", name="Il serait refusé").is_visible()
    visite.cliquer("Envoyer")
    assert page.locator(".verdict").first.inner_text().split()[-1] == "anomalies"
    constat = page.locator(".constats .constat", has_text="IDT002")
    constat.get_by_role("link", name="IDT002").click()
    assert "Remède" in page.locator(".bulle", has_text="IDT002").inner_text()

    # Mended.
    visite.cliquer("Corriger et renvoyer", role="link")
    remplacer(visite, r"<ns1:dateNaissance>[^<]*", f"<ns1:dateNaissance>{naissance[1]}")
    visite.cliquer("Vérifier sans envoyer")
    assert page.get_by_role("heading", name="Il serait accepté").is_visible()
    visite.cliquer("Envoyer")
    assert page.locator(".verdict").first.inner_text().split()[-1] == "accepté"

    # Read, then forgotten for longer than a year.
    numero = page.locator("a.numero").first.inner_text()
    with page.expect_navigation():
        page.locator("a.numero").first.click()
    assert numero in page.locator("main").inner_text()
    demande = page.url
    visite.cliquer("Base", role="link", dans=page.get_by_role("navigation", name="Sections"))
    visite.cliquer("+ 13 mois")
    assert numero in page.locator("table.prevus").inner_text()
    visite.cliquer("Avancer")
    assert numero in page.locator("#nuits").inner_text()
    visite.aller(demande)
    assert "radiée" in page.locator("main").inner_text().lower()
