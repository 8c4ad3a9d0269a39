"""The page of an exchange in one screen, and two exchanges compared: a server of its own, with each kind of
refusal in its journal."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pytest
import requests
from client_mtom import Client, adapter, specimen
from playwright.sync_api import Playwright
from serveur_local import HORLOGE, Serveur
from test_accessibilite import fautes
from visite import LARGEURS, Navigateur, Visite

#: Where the first remedy must stand, on the screen of a laptop.
ECRAN: Final = (1280, 720)
REMEDE_MAX: Final = 700


@dataclass(frozen=True, slots=True)
class Banc:
    """The server, a browser on it, and its exchanges by what they are."""

    navigateur: Navigateur
    numeros: dict[str, int]

    def adresse(self, quoi: str) -> str:
        return f"/console/ecole/echanges/{self.numeros[quoi]}"


def _casser(document: bytes) -> bytes:
    return document.replace(b"</ns1:nom>", b"</ns1:mon>", 1)


@pytest.fixture(scope="module")
def echanges(
    tmp_path_factory: pytest.TempPathFactory, playwright: Playwright, navigateur: Navigateur
) -> Iterator[Banc]:
    """One exchange of each kind."""
    serveur = Serveur.demarrer(tmp_path_factory.mktemp("echanges") / "home", "--clock", HORLOGE, ouvert=False)
    try:
        yield Banc(
            Navigateur.entre(navigateur.chromium, serveur.pret["http"], serveur.pret["admin_token"]),
            _peupler(serveur),
        )
    finally:
        serveur.arreter()


def _peupler(serveur: Serveur) -> dict[str, int]:
    client, numeros = Client(serveur, "G1226"), dict[str, int]()
    bon = adapter(specimen("demandes/personne_seule"), refInterne="ECHANGE-1")
    refuse = adapter(bon, dateNaissance="2091-09-14")

    def noter(quoi: str, recu: Any) -> Any:
        numeros[quoi] = int(recu.en_tetes["SNE-Echange"].rpartition("/")[2])
        return recu

    try:
        noter("accepté", client.enregistrer(bon))
        noter("règles", client.enregistrer(refuse))
        noter("schéma", client.enregistrer(adapter(refuse, sexe="X")))
        noter("mal formé", client.enregistrer(_casser(bon)))
        noter("version", client.enregistrer(bon.replace(b'versionInterface="5', b'versionInterface="9')))
        noter("faute SOAP", client.relire("111031800000100000"))
        noter("adresse", client.envoyer("/services/Rien/", b"<a/>", "application/soap+xml"))
        _armer(serveur, "fault_client")
        noter("panne", client.enregistrer(bon))
        _armer(serveur, "numero_faux")
        noter(
            "numéro faux",
            client.enregistrer(adapter(bon, refInterne="ECHANGE-2", dateNaissance="1971-02-03")),
        )
        _armer(serveur, None)
    finally:
        client.fermer()
    return numeros


def _armer(serveur: Serveur, genre: str | None) -> None:
    """Arms a panne for the next exchange; none any more."""
    requests.request(
        "POST" if genre else "DELETE",
        f"{serveur.pret['http']}/api/v1/bases/ecole/pannes",
        json={"genre": genre, "fois": 1} if genre else None,
        headers={"Authorization": f"Bearer {serveur.pret['admin_token']}"},
        timeout=60,
    ).raise_for_status()


@pytest.fixture
def visiter(echanges: Banc) -> Iterator[Callable[..., Visite]]:
    """As the fixture of all, on the server of these exchanges."""
    ouvertes: list[Visite] = []

    def ouvrir(**voulu: Any) -> Visite:
        ouvertes.append(echanges.navigateur.visiter(**voulu))
        return ouvertes[-1]

    yield ouvrir
    for visite in ouvertes:
        visite.finir()


REFUSES: Final = ("règles", "schéma", "mal formé", "version", "faute SOAP", "adresse", "panne")


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
def test_the_first_remedy_stands_on_the_first_screen(
    echanges: Banc, visiter: Callable[..., Visite], javascript: bool
) -> None:
    """Whatever refused the message; below the sentence that says what its client lived."""
    visite = visiter(largeur=ECRAN, javascript=javascript)
    for quoi in REFUSES:
        page = visite.aller(echanges.adresse(quoi))
        verdict, remede = (
            page.locator(".vecu h2").bounding_box(),
            page.locator(".remede").first.bounding_box(),
        )
        assert verdict is not None, quoi
        assert remede is not None, quoi
        assert verdict["y"] < remede["y"], quoi
        assert remede["y"] + remede["height"] < REMEDE_MAX, quoi
        # Who spoke to whom is there too, in its own place.
        schema = page.locator(".sequence svg").bounding_box()
        assert schema is not None, quoi
        assert schema["y"] < REMEDE_MAX, quoi


def test_a_remark_leads_to_its_element_and_to_where_it_is_mended(
    echanges: Banc, visiter: Callable[..., Visite]
) -> None:
    visite = visiter()
    page = visite.aller(echanges.adresse("règles"))
    bloque = page.get_by_role("region", name=re.compile("^Ce qui bloque")).locator(".constat")
    assert [re.sub(r"\s+", " ", un) for un in bloque.locator(".tete > a:first-child").all_inner_texts()] == [
        "IDT002"
    ]
    bloque.get_by_role("link", name="IDT002", exact=True).click()
    fautif = page.locator(".arbre :target")
    assert fautif.is_visible()
    assert "dateNaissance" in fautif.inner_text()
    visite.cliquer("Corriger demandeur/dateNaissance", role="link", dans=bloque)
    assert re.search(r"/composer/getNumUnique\?echange=\d+&remarque=\d+$", page.url)


def test_the_document_unfolds_in_place_and_without_javascript(
    echanges: Banc, visiter: Callable[..., Visite]
) -> None:
    vus = []
    for javascript in (True, False):
        page = visiter(javascript=javascript).aller(echanges.adresse("règles"))
        dossier = page.locator("#t-requete").locator("xpath=ancestor::section[1]")
        assert not dossier.get_by_text("motifDemande", exact=True).first.is_visible()
        lien = dossier.get_by_text("Tout déplier", exact=True)
        if javascript:
            lien.focus()
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.textContent") == "Replier ce qui est juste"
        else:
            with page.expect_navigation():
                lien.click()
        assert dossier.get_by_text("motifDemande", exact=True).first.is_visible()
        vus.append(dossier.locator("details.noeud[open]").count())
    assert vus[0] >= vus[1] > 20


def test_the_line_at_fault_is_alone_and_marked(echanges: Banc, visiter: Callable[..., Visite]) -> None:
    page = visiter(largeur=ECRAN).aller(echanges.adresse("mal formé"))
    lignes = page.locator(".lignes-citees li")
    assert lignes.count() == 7
    (fautive,) = page.locator(".lignes-citees li.fautive").all()
    assert "</ns1:mon>" in fautive.inner_text()
    boite = fautive.bounding_box()
    assert boite is not None
    assert boite["y"] < REMEDE_MAX
    dit = page.locator(".explication").inner_text()
    assert re.search(r"la balise <nom> ouverte ligne \d+ n'est pas fermée", dit, re.IGNORECASE), dit


def test_two_are_compared_from_one_of_them(echanges: Banc, visiter: Callable[..., Visite]) -> None:
    visite = visiter(javascript=False)
    page = visite.aller(echanges.adresse("règles"))
    page.get_by_label("avec le n°").fill(str(echanges.numeros["accepté"]))
    visite.cliquer("Comparer")
    (ligne,) = page.locator("section", has=page.locator("#t-document-1")).locator("tbody tr").all()
    assert re.sub(r"\s+", " ", ligne.inner_text()) == "± demandeur/dateNaissance changé 2091-09-14 1991-09-14"
    assert page.locator(".vecu h2").all_inner_texts() == ["✕ Refusé par les contrôles", "✓ Accepté"]
    visite.cliquer("Inverser", role="link")
    assert page.locator(".vecu h2").all_inner_texts() == ["✓ Accepté", "✕ Refusé par les contrôles"]


@pytest.mark.cher
def test_every_kind_is_read_by_all_at_every_width(
    echanges: Banc, visiter: Callable[..., Visite], axe: str
) -> None:
    visite, ecarts = visiter(), list[str]()
    comparer = "/console/ecole/echanges/comparer"
    paires = [("accepté", "règles"), ("mal formé", "faute SOAP")]
    adresses = [echanges.adresse(quoi) for quoi in echanges.numeros] + [comparer]
    adresses += [f"{comparer}?a={echanges.numeros[a]}&b={echanges.numeros[b]}" for a, b in paires]
    for adresse in adresses:
        visite.aller(adresse)
        ecarts += fautes(visite, axe) + visite.debordements()
    assert ecarts == [], "\n".join(ecarts)
    assert len(adresses) == len(echanges.numeros) + 3


def test_the_picture_is_read_on_a_telephone(echanges: Banc, visiter: Callable[..., Visite]) -> None:
    largeur, _ = LARGEURS[2]
    page = visiter(largeur=LARGEURS[2]).aller(echanges.adresse("numéro faux"))
    for texte in page.locator(".sequence svg text").all():
        boite = texte.bounding_box()
        assert boite is not None
        assert boite["height"] >= 9
        assert boite["x"] >= 0
        assert boite["x"] + boite["width"] <= largeur
    assert page.locator(".sequence .fleche.abime").count() == 1


def test_a_page_is_printed_without_buttons(echanges: Banc, visiter: Callable[..., Visite]) -> None:
    visite = visiter()
    for quoi in ("accepté", "règles", "mal formé"):
        page = visite.aller(echanges.adresse(quoi))
        page.emulate_media(media="print")
        visibles = visite.visibles("button, .btn, select, input, .corriger, .deplier")
        assert visibles == [], quoi
        assert page.locator(".vecu h2").is_visible()
