"""Composer as an editor: a message with four faults, opened from its refusal, is mended and accepted."""

import re
from typing import Final

import pytest
from document import texte
from lxml import etree
from playwright.sync_api import Locator, Page, expect
from test_accessibilite import fautes
from visite import Visite, Visiter

NS: Final = "{http://nuu.application.i2/}"
COMPOSER: Final = "/console/essai/composer/getNumUnique"
DEPART: Final = f"{COMPOSER}?depart=specimen-personne_seule"


def mauvais(visite: Visite, nom: str) -> str:
    """The specimen of the base's day with four faults: a motive that the schema wants, a commune that does
    not exist twice, a child who asks."""
    brut = visite.contexte.request.get(
        f"{visite.origine}/api/v1/bases/essai/messages/getNumUnique?depart=specimen-personne_seule"
    ).json()["document"]
    racine = etree.fromstring(brut.encode())
    motifs = racine.find(f".//{NS}principauxMotifDemande")
    for motif in list(motifs):
        motifs.remove(motif)
    demandeur = racine.find(f".//{NS}demandeur")
    demandeur.find(f"{NS}dateNaissance").text = "2023-09-14"
    demandeur.find(f"{NS}nom").text = nom
    racine.find(f".//{NS}refInterne").text = f"ED-{nom}"
    racine.findall(f".//{NS}localisationSouhaite/{NS}commune")[1].set("code", "99999")
    demandeur.find(f"{NS}situationProfessionnelle/{NS}commune").set("code", "99999")
    etree.indent(racine)
    return str(etree.tostring(racine, encoding="unicode"))


def refuse(visite: Visite, document: str) -> int:
    """The exchange that refuses it."""
    reponse = visite.contexte.request.post(
        f"{visite.origine}/api/v1/bases/essai/messages/getNumUnique", data={"document": document}
    )
    assert reponse.status == 201, reponse.text()
    assert reponse.json()["verdict"] != "accepté"
    return int(reponse.json()["id"])


def remarques(page: Page) -> Locator:
    return page.locator(".liste-remarques .remarque")


def test_four_faults_are_mended_in_the_editor(visiter: Visiter, axe: str) -> None:
    visite = visiter(largeur=(1280, 720))
    page = visite.aller("/console/essai/composer")
    numero = refuse(visite, mauvais(visite, "Editeur"))
    page = visite.aller(f"{COMPOSER}?echange={numero}&remarque=0")
    editeur = page.get_by_role("textbox", name="Le document XML")
    expect(remarques(page)).to_have_count(4)
    # All that one works with is in the first screen.
    for lieu in (".editeur", ".remarques"):
        cadre = page.locator(lieu).bounding_box()
        assert cadre is not None
        assert cadre["y"] + min(cadre["height"], 300) < 720
    assert page.locator("#remarque-0.visee").count() == 1
    naissance = page.get_by_label("Date de naissance")
    expect(naissance).to_have_attribute("aria-invalid", "true")
    assert fautes(visite, axe) == []

    # A mandatory element: its value is chosen, a click adds it.
    premiere = page.locator("#remarque-0")
    premiere.get_by_role("combobox").select_option("19")
    premiere.get_by_role("button", name="Ajouter « motifDemande »").click()
    expect(remarques(page)).to_have_count(3)
    assert '<ns1:motifDemande code="19"/>' in texte(page)
    # A code: the same.
    commune = remarques(page).filter(has_text="n'existe pas").first
    commune.get_by_role("combobox").select_option(index=1)
    commune.get_by_role("button", name="Choisir « commune »").click()
    expect(remarques(page).filter(has_text="n'existe pas")).to_have_count(1)
    # The next remark, by its key; what is typed over it is checked as it is typed.
    editeur.focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("F8")
    expect(page.locator("#remarque-0.visee, #remarque-1.visee")).to_have_count(1)
    remplacer(page, "2023-09-14", "1988-09-14")
    remplacer(page, "99999", "94028")
    expect(page.get_by_role("heading", name="Il serait accepté")).to_be_visible()
    expect(naissance).not_to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_url("**/echanges/*")
    assert page.locator(".verdict").first.inner_text().split()[-1] == "accepté"


def remplacer(page: Page, avant: str, apres: str) -> None:
    """Types over a piece of the document, in the editor."""
    page.locator(".editeur").evaluate(
        """(hote, avant) => { const vue = hote.vue, la = vue.state.doc.toString().indexOf(avant);
        vue.dispatch({selection: {anchor: la, head: la + avant.length}}); vue.focus(); }""",
        avant,
    )
    page.keyboard.insert_text(apres)


def test_the_keyboard_alone_mends_it(visiter: Visiter, axe: str) -> None:
    """F8, and what one types takes the place of what is wrong: a commune by its name."""
    visite = visiter()
    numero = refuse(visite, mauvais(visite, "Clavier"))
    page = visite.aller(f"{COMPOSER}?echange={numero}")
    expect(remarques(page)).to_have_count(4)
    propositions = page.locator(".cm-tooltip-autocomplete li")
    touches = page.keyboard
    touches.press("F8")  # the date of birth comes after the motif, at which it opens
    touches.type("1987-09-14")
    expect(remarques(page)).to_have_count(3)
    for nom, code, reste in (("Créteil", "94028", 2), ("vitry-sur-s", "94081", 1)):
        touches.press("F8")
        touches.type(nom)
        propose = propositions.filter(has_text=code)
        expect(propose).to_have_count(1)
        if reste == 2:
            assert fautes(visite, axe) == []
        propose.click()
        expect(remarques(page)).to_have_count(reste)
        assert f'<ns1:commune code="{code}"/>' in texte(page)
    touches.press("F8")
    touches.type("<")
    expect(propositions.filter(has_text="motifDemande")).to_have_count(1)
    touches.press("Escape")
    touches.insert_text('ns1:motifDemande code="19"/>')
    expect(page.get_by_role("heading", name="Il serait accepté")).to_be_visible()
    touches.press("Control+Shift+Enter")
    page.wait_for_url("**/echanges/*")
    assert page.locator(".verdict").first.inner_text().split()[-1] == "accepté"


def test_a_remark_on_a_commune_finds_it_by_its_name(visiter: Visiter) -> None:
    visite = visiter()
    numero = refuse(visite, mauvais(visite, "Commune"))
    page = visite.aller(f"{COMPOSER}?echange={numero}")
    remarque = remarques(page).filter(has_text="n'existe pas").first
    remarque.get_by_placeholder("Nom ou code postal").fill("saint-maurice-l'e")
    expect(remarque.get_by_role("option").first).to_have_text("38425 : Saint-Maurice-l'Exil (38)")


def test_without_javascript_a_form_mends_it(visiter: Visiter) -> None:
    visite = visiter(javascript=False)
    numero = refuse(visite, mauvais(visite, "Formulaire"))
    page = visite.aller(f"{COMPOSER}?echange={numero}")
    expect(remarques(page)).to_have_count(4)
    assert "ligne" in remarques(page).first.inner_text()
    premiere = page.locator("#remarque-0")
    premiere.get_by_role("combobox").select_option("19")
    visite.cliquer("Ajouter « motifDemande »", dans=premiere)
    assert '<ns1:motifDemande code="19"/>' in texte(page)
    expect(remarques(page)).to_have_count(3)
    for reste in (2, 1):
        commune = remarques(page).filter(has_text="n'existe pas").first
        commune.get_by_role("combobox").select_option(index=1)
        visite.cliquer("Choisir « commune »", dans=commune)
        expect(remarques(page)).to_have_count(reste)
    page.get_by_label("Date de naissance").fill("14/09/1987")
    visite.cliquer("Vérifier sans envoyer")
    assert page.get_by_role("heading", name="Il serait accepté").is_visible()
    visite.cliquer("Envoyer")
    assert page.locator(".verdict").first.inner_text().split()[-1] == "accepté"


def test_completion_knows_the_schema_and_the_codes(visiter: Visiter, axe: str) -> None:
    visite = visiter()
    page = visite.aller(DEPART)
    propositions = page.locator(".cm-tooltip-autocomplete li")

    def ecrire_apres(repere: str, quoi: str) -> None:
        page.locator(".editeur").evaluate(
            """(hote, repere) => { const vue = hote.vue, t = vue.state.doc.toString();
            vue.dispatch({selection: {anchor: t.indexOf(repere) + repere.length}}); vue.focus(); }""",
            repere,
        )
        page.keyboard.type(quoi)

    # Elements, in the order of the schema, between what precedes and what follows.
    ecrire_apres("</ns1:refInterne>", "<")
    expect(propositions.first).to_be_visible()
    dites = propositions.all_inner_texts()
    assert all("civilite" not in dite for dite in dites), dites
    assert any("ns1:dateCreationDemande" in dite for dite in dites), dites
    page.keyboard.press("Escape")
    page.keyboard.press("Backspace")
    # The codes of a nomenclature, with their words.
    ecrire_apres('<ns1:civilite code="', "")
    page.keyboard.press("Delete")
    page.keyboard.press("Control+Space")
    expect(propositions.filter(has_text="Monsieur")).to_have_count(1)
    assert fautes(visite, axe) == []
    propositions.filter(has_text="Madame").click()
    assert '<ns1:civilite code="2"/>' in texte(page)


def test_a_field_and_the_document_say_the_same(visiter: Visiter) -> None:
    page = visiter().aller(DEPART)
    nom = page.get_by_label("Nom", exact=True)
    nom.fill("Reportée")
    nom.blur()
    expect(page.locator("#document")).to_have_value(re.compile("Reportée"))
    remplacer(page, "Reportée", "Retapée")
    expect(nom).to_have_value("Retapée")


@pytest.mark.parametrize("javascript", [True, False], ids=["js", "sans-js"])
def test_what_is_not_xml_is_marked_at_its_line(javascript: bool, visiter: Visiter) -> None:
    visite = visiter(javascript=javascript)
    visite.tolerer.append("422")
    page = visite.aller(DEPART)
    casse = texte(page).replace("</ns1:entete>", "</ns1:autre>", 1)
    ligne = casse[: casse.index("</ns1:autre>")].count("\n") + 1
    if javascript:
        remplacer(page, "</ns1:entete>", "</ns1:autre>")
        expect(page.locator(".cm-lint-marker-error")).to_have_count(1)
    else:
        page.locator("#document").fill(casse)
        visite.cliquer("Vérifier sans envoyer")
    assert texte(page) == casse
    expect(remarques(page)).to_have_count(1)
    expect(remarques(page).first).to_contain_text(f"ligne {ligne}")
    expect(remarques(page).first).to_contain_text("balise")


def test_one_leaves_it_by_the_keyboard_and_letters_stay_in_it(visiter: Visiter) -> None:
    visite = visiter()
    page = visite.aller(DEPART)
    page.get_by_role("textbox", name="Le document XML").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("gd?")
    assert texte(page).endswith("gd?")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "editeur"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") != "editeur"


def test_what_was_typed_outlives_a_reload_and_no_more(visiter: Visiter) -> None:
    visite = visiter()
    page = visite.aller(DEPART)
    avant = texte(page)
    remplacer(page, "</ns1:refInterne>", "-ICI</ns1:refInterne>")
    page.reload(wait_until="load")
    assert "-ICI</ns1:refInterne>" in texte(page)
    page.get_by_role("button", name="Revenir au document de départ").click()
    assert texte(page) == avant
    page.reload(wait_until="load")
    assert page.get_by_role("button", name="Revenir au document de départ").count() == 0


def test_it_reads_in_both_schemes(visiter: Visiter, axe: str) -> None:
    visite = visiter()
    numero = refuse(visite, mauvais(visite, "Sombre"))
    page = visite.aller(f"{COMPOSER}?echange={numero}")
    expect(page.locator(".cm-lint-marker-error").first).to_be_visible()
    assert visite.debordements() == []
    assert fautes(visite, axe) == []
