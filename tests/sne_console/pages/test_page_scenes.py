"""Every scene played to its end, through its pages, as a trainer does."""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from banc import Banc
from donnees import a_cote
from lxml import etree, html
from navigateur import ENTETES
from pypdf import PdfReader

from sne_console.formation import kit, salle, scene_jouee, scenes
from sne_console.formation.scene_jouee import Joue
from sne_console.formation.scenes import Attendu, PasScene, Scene
from sne_console.pages.page_scenes import mouvements
from sne_console.vues.filtres_jinja import insecables
from sne_interface.domain.base import Horloge
from sne_sandbox.bases import bases
from sne_sandbox.bases.faits_des_nuits import Fait, code
from sne_sandbox.offres_des_paquets import installe
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration, Expediteur

DONNEES = a_cote(__file__)

SCENES = scenes.scenes()
AVEC_PAGE = [s for s in SCENES if any(pas.page is not None for pas in s.pas)]
DOUBLON = next(s for s in SCENES if s.identifiant == "doublon")


@pytest.fixture
def jouer(banc: Banc) -> Callable[..., Any]:
    """`jouer(scene)` starts a scene; `jouer(scene, 2)` plays a step: the answer to the form."""

    jetons: list[str] = []  # one for all forms of a session

    def poster(scene: Scene, rang: int = 0, **champs: str) -> Any:
        adresse = f"/console/ecole/scenes/{scene.identifiant}"
        if not jetons:
            lue = banc.http.get(adresse, headers=ENTETES)
            if lue.status_code == 302:
                lue = banc.http.get(lue.headers["Location"], headers=ENTETES)
            jetons.extend(html.fromstring(lue.text).xpath("//input[@name='csrf']/@value")[:1])
        (jeton,) = jetons
        suite = f"pas/{rang}" if rang else "commencer"
        return banc.http.post(f"{adresse}/{suite}", headers=ENTETES, data={"csrf": jeton, **champs})

    return poster


@pytest.fixture
def scene(banc: Banc, page: Callable[..., Any], request: pytest.FixtureRequest) -> Any:
    """A scene at its start; its base goes with the test."""
    voulue: Scene = getattr(request, "param", DOUBLON)
    scene_jouee.commencer(banc.services, voulue)
    yield voulue
    banc.services.magasin.bases.supprimer(voulue.base)


def voir(page: Callable[..., Any], scene: Scene) -> Any:
    return page(f"//console/{scene.base}/scenes/{scene.identifiant}")


def test_exchanges_of_nights_and_scenes_have_no_dead_link(
    banc: Banc, page: Callable[..., Any], scene: Scene, jouer: Callable[..., Any]
) -> None:
    """They have codes of their own, which are no rules."""
    jouer(scene, 1)
    banc.api("POST", f"/bases/{scene.base}/clock/advance", {"vers": "P13M"})
    lus = banc.services.magasin.journal.chercher(scene.base)
    assert {"SCENE", "NUIT", "POST"} <= {lu.methode for lu in lus}
    liens = {
        str(lien)
        for lu in lus
        for lien in page(f"//console/{scene.base}/echanges/{lu.identifiant}").xpath("//main//a/@href")
        if not lien.startswith("#")
    }
    assert liens
    assert [lien for lien in liens if banc.http.get(lien, headers=ENTETES).status_code >= 400] == []


def coups(pas: PasScene) -> list[tuple[int | None, Attendu]]:
    """What is pressed to play a step, in order: its button, or every choice, those that are refused first."""
    if not pas.choix:
        return [(None, pas.attendu)]
    choix: list[tuple[int | None, Attendu]] = [(rang, c.attendu) for rang, c in enumerate(pas.choix, 1)]
    return sorted(choix, key=lambda coup: coup[1].verdict == "accepté")


def verifier(joue: Joue) -> None:
    """A step, or what the room chose of one, came out as its scene says."""
    for essai in joue.essais:
        verifier(essai)
    attendu = joue.pas.attendu if joue.fait else joue.pas.choix[(joue.choix or 0) - 1].attendu
    if joue.pas.message is not None:
        assert joue.echange.verdict == attendu.verdict, joue.echange.anomalies or joue.echange.fault
        assert {a["regle"] for a in joue.bloquantes} == set(attendu.regles)
        assert (joue.attestation is not None) == attendu.attestation
        assert joue.echange.guichet == joue.pas.message.guichet
        assert joue.echange.reponse_conforme is not False
        dits = {a["regle"] for a in joue.echange.anomalies}
        assert set(re.findall(r"\b[A-Z]{3}\d{3}\b", joue.pas.regarder)) <= dits
        if joue.pas.message.retient is not None:
            assert joue.echange.numero_unique is not None
    assert not joue.fait or len(joue.montres) == len(joue.pas.montrer), (
        "something to look at is not in the answer"
    )
    if joue.pas.avancer is not None:
        for fait in Fait:
            vus = sum(a["regle"] == code(fait) for nuit in joue.nuits for a in nuit.anomalies)
            assert vus == attendu.faits.get(fait, 0), fait
    if attendu.fichiers is not None:
        assert len(joue.fichiers) == attendu.fichiers


def verifier_taux(banc: Banc, scene: Scene, attendus: Mapping[str, float]) -> None:
    """The shares of the quotas are those that the step just played tells."""
    quotas = pytest.importorskip(
        "sne_statistiques.comptes.quotas", reason="the statistics are a package that one may take away"
    )
    with banc.services.magasin.lire(scene.base) as registre:
        comptes = quotas.compter(registre, banc.services.contrat, scene.horloge.year)
    parts = {part.code: part.taux for part in comptes.ensemble.parts}
    assert {code: parts[code] for code in attendus} == attendus


@pytest.mark.parametrize("scene", SCENES, ids=lambda s: s.identifiant, indirect=True)
def test_a_trainer_who_speaks_for_minutes_sees_what_one_in_a_hurry_does(
    banc: Banc, page: Callable[..., Any], jouer: Callable[..., Any], scene: Scene
) -> None:
    """The server goes round the boxes every minute, between any two steps."""
    for rang in range(1, len(scene.pas) + 1):
        for choix, _ in coups(scene.pas[rang - 1]):
            banc.services.boites.tournee()
            jouer(scene, rang, **({"choix": str(choix)} if choix else {}))
            banc.services.boites.tournee()
        verifier(scene_jouee.lire(banc.services, scene).joues[-1])
    for joue in scene_jouee.lire(banc.services, scene).joues:
        verifier(joue)  # and again, when all is over


def test_a_scene_whose_base_was_put_back_says_so_until_it_begins_again(
    banc: Banc, page: Callable[..., Any], jouer: Callable[..., Any], scene: Scene
) -> None:
    jouer(scene, 1)
    assert "remis en place" not in voir(page, scene).text_content()
    bases.remettre(banc.services.magasin, banc.services.contrat, scene.base, "etat")
    assert "remis en place" in voir(page, scene).text_content()
    assert banc.api("GET", f"/scenes/{scene.identifiant}").json["remise"] is True
    jouer(scene)
    assert "remis en place" not in voir(page, scene).text_content()


@pytest.mark.parametrize("scene", SCENES, ids=lambda s: s.identifiant, indirect=True)
def test_a_scene_is_played_to_its_end(
    banc: Banc, page: Callable[..., Any], jouer: Callable[..., Any], scene: Scene
) -> None:
    arbre = voir(page, scene)
    for rang, pas in enumerate(scene.pas, 1):
        for rejoue, (choix, attendu) in enumerate(coups(pas)):
            present = arbre.get_element_by_id(f"pas-{rang}")
            boutons = present.xpath(".//button[@type='submit'][not(@disabled)]")
            assert len(boutons) == (len(pas.choix) - rejoue or 1)
            assert pas.choix or boutons[0].text == pas.bouton
            # Enter, and nothing else: the page comes with the focus on it.
            assert arbre.xpath("//*[@autofocus]") == boutons[:1]
            assert insecables(pas.dire) in present.text_content()
            reponse = jouer(scene, rang, **({"choix": str(choix)} if choix else {}))
            assert reponse.status_code == 303, reponse.text
            assert reponse.headers["Location"] == f"/console/{scene.base}/scenes/{scene.identifiant}"
            etat = scene_jouee.lire(banc.services, scene)
            assert len(etat.joues) == rang - (attendu is not pas.attendu and attendu.verdict != "accepté")
            verifier([*etat.joues, *etat.essais][-1])
            arbre = voir(page, scene)
        if pas.attendu.taux:
            verifier_taux(banc, scene, pas.attendu.taux)
        assert insecables(pas.regarder) in arbre.get_element_by_id(f"pas-{rang}").text_content()
        dans_la_salle(page, scene, rang)
    assert arbre.xpath("//button[@data-jouer]") == []
    assert "La scène est jouée." in arbre.xpath("//main")[0].text_content()


def dans_la_salle(page: Callable[..., Any], scene: Scene, rang: int) -> None:
    """The room's screen, once the step of that rank is played: what it is shown, and no note."""
    ecran = page(f"//console/{scene.base}/scenes/{scene.identifiant}/salle")
    texte = ecran.text_content()
    assert insecables(scene.pas[rang - 1].regarder) in texte
    assert [pas.titre for pas in scene.pas if insecables(pas.dire) in texte or pas.dire in texte] == []
    assert rang == len(scene.pas) or insecables(scene.pas[rang].question) in texte
    (dessin,) = ecran.xpath("//*[name()='svg']/@aria-label")
    message = scene.pas[rang - 1].message
    assert message is None or f"{message.guichet} envoie au SNE" in dessin


@pytest.mark.parametrize(("ecrit", "lu"), DONNEES["values_are_read_in_french"])
def test_values_are_read_in_french(ecrit: str, lu: str) -> None:
    assert scene_jouee.en_francais(ecrit) == lu


def test_links_of_a_step_lead_somewhere(
    banc: Banc, page: Callable[..., Any], jouer: Callable[..., Any], scene: Scene
) -> None:
    jouer(scene, 1)
    liens = voir(page, scene).xpath("//*[@id='pas-1']//a")
    assert any("attestation" in lien.text for lien in liens)
    for lien in liens:
        reponse = banc.http.get(lien.get("href"), headers=ENTETES)
        assert reponse.status_code == 200, lien.get("href")
        assert ("attestation" in lien.text) == reponse.data.startswith(b"%PDF")


@pytest.mark.parametrize("scene", AVEC_PAGE, ids=lambda s: s.identifiant, indirect=True)
def test_a_step_leads_to_the_page_of_its_base(
    banc: Banc, page: Callable[..., Any], jouer: Callable[..., Any], scene: Scene
) -> None:
    for rang, pas in enumerate(scene.pas, 1):
        for choix, _ in coups(pas):
            jouer(scene, rang, **({"choix": str(choix)} if choix else {}))
        liens = voir(page, scene).xpath(f"//*[@id='pas-{rang}']//p[starts-with(., 'Page à ouvrir')]/a")
        assert len(liens) == (pas.page is not None and installe("sne_statistiques"))
        for lien in liens:
            assert lien.text == scenes.PAGES[pas.page or ""]
            assert lien.get("href").startswith(f"/console/{scene.base}/statistiques")
            assert banc.http.get(lien.get("href"), headers=ENTETES).status_code < 300


def test_the_list_says_where_each_scene_stands(
    page: Callable[..., Any], jouer: Callable[..., Any], scene: Scene
) -> None:
    cartes = page("/scenes").xpath("//li[contains(@class, 'carte-scene')]")
    assert len(cartes) == len(SCENES) >= 9
    (carte,) = [c for c in cartes if scene.titre in c.text_content()]
    assert "en cours, au début" in " ".join(carte.text_content().split())
    jouer(scene, 1)
    (carte,) = [
        c
        for c in page("/scenes").xpath("//li[contains(@class, 'carte-scene')]")
        if scene.titre in c.text_content()
    ]
    assert "en cours, au pas 1 sur 4" in " ".join(carte.text_content().split())


def test_the_kit_is_printed_with_the_name_of_the_base(banc: Banc, page: Callable[..., Any]) -> None:
    cites = page("/scenes").xpath("//section[@aria-labelledby='t-kit']//a")
    assert "PDF : Le dépliant des guichets" in [" ".join(a.text_content().split()) for a in cites]
    liens = [a.get("href") for a in cites]
    assert len(liens) == 2 * len(kit.PIECES)
    for lien in liens:
        octets = banc.http.get(lien, headers=ENTETES).data
        if lien.endswith(".svg"):
            texte = " ".join(etree.fromstring(octets).itertext())
        else:
            texte = PdfReader(io.BytesIO(octets)).pages[0].extract_text()
        assert f"Base « {lien.split('/')[2]} » : http" in texte
        assert "non officiel" in texte
    for absente in ("affiche.png", "tract.pdf"):
        assert banc.http.get(f"/console/ecole/scenes/kit/{absente}", headers=ENTETES).status_code == 404


def test_a_scene_begun_is_shown_with_its_own_base(banc: Banc, scene: Scene) -> None:
    reponse = banc.http.get(f"/console/ecole/scenes/{scene.identifiant}", headers=ENTETES)
    assert reponse.status_code == 302
    assert reponse.headers["Location"] == f"/console/{scene.base}/scenes/{scene.identifiant}"


def test_a_scene_not_begun_offers_to(page: Callable[..., Any], banc: Banc) -> None:
    arbre = page(f"/scenes/{DOUBLON.identifiant}")
    assert arbre.xpath("//main//button[@type='submit']/text()") == ["Commencer la scène"]
    page("/scenes/inconnue", statut=404)


def test_a_button_pressed_twice_plays_once(banc: Banc, jouer: Callable[..., Any], scene: Scene) -> None:
    for _ in range(2):
        assert jouer(scene, 1).status_code == 303
    (joue,) = scene_jouee.lire(banc.services, scene).joues
    assert joue.echange.verdict == "accepté"


def test_no_step_is_played_before_its_turn(banc: Banc, jouer: Callable[..., Any], scene: Scene) -> None:
    for rang in (2, 99):
        # Who presses the button of an old page is told so on the page of the scene, where they can go on.
        reponse = jouer(scene, rang)
        assert reponse.status_code == 303
        assert f"Le pas {rang} n" in banc.http.get(reponse.headers["Location"], headers=ENTETES).text
    assert scene_jouee.lire(banc.services, scene).joues == ()


def test_put_back_it_starts_again(banc: Banc, jouer: Callable[..., Any], scene: Scene) -> None:
    for rang in (1, 2):
        jouer(scene, rang)
    assert jouer(scene).status_code == 303
    etat = scene_jouee.lire(banc.services, scene)
    assert etat.commencee
    assert etat.joues == ()
    with banc.services.magasin.lire(scene.base) as registre:
        assert registre.compter() == 0
    assert jouer(scene, 1).status_code == 303
    # The same day, the same number.
    (joue,) = scene_jouee.lire(banc.services, scene).joues
    assert joue.echange.numero_unique == "1110318000001G1104"


def test_the_base_of_somebody_else_is_not_emptied_without_a_word(
    banc: Banc, page: Callable[..., Any], jouer: Callable[..., Any]
) -> None:
    magasin = banc.services.magasin
    bases.creer(
        magasin,
        banc.services.contrat,
        DOUBLON.base,
        semence="doublons",
        taille=5,
        horloge=Horloge(fige_a=DOUBLON.horloge),
    )
    try:
        arbre = page(f"/scenes/{DOUBLON.identifiant}")
        assert "que cette scène n'a pas faites" in arbre.xpath("//main")[0].text_content()
        assert jouer(DOUBLON).status_code == 422
        with magasin.lire(DOUBLON.base) as registre:
            assert registre.compter() > 0
        assert jouer(DOUBLON, vider="oui").status_code == 303
        assert scene_jouee.lire(banc.services, DOUBLON).commencee
    finally:
        magasin.bases.supprimer(DOUBLON.base)


def test_traffic_of_others_is_not_taken_for_the_scene(
    banc: Banc, jouer: Callable[..., Any], scene: Scene
) -> None:
    jouer(scene, 1)
    Banc(banc.app, scene.base).creer_demande("couple_garde_alternee_handicap")
    jouer(scene, 2)
    premier, second = scene_jouee.lire(banc.services, scene).joues
    assert (premier.echange.guichet, second.echange.guichet) == ("G1104", "G1205")


def test_a_message_cannot_pass_for_a_step(banc: Banc, scene: Scene) -> None:
    banc.http.post(
        f"/bases/{scene.base}/services/DemandeLogementImplService/",
        data=b"x",
        headers={"Content-Type": f"SCENE {scene.identifiant}/1 x", "Host": "sne"},
    )
    assert scene_jouee.lire(banc.services, scene).joues == ()


def test_a_step_that_left_nothing_says_so(
    banc: Banc,
    page: Callable[..., Any],
    jouer: Callable[..., Any],
    scene: Scene,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scene_jouee, "expedier", lambda *args, **noms: None)
    jouer(scene, 1)
    assert "n'a laissé aucun échange" in voir(page, scene).xpath("//main")[0].text_content()
    assert jouer(scene, 2).status_code == 303
    assert scene_jouee.lire(banc.services, scene).variables == {}


def test_the_room_is_told_of_each_step_and_no_page_reloads_itself(
    banc: Banc, page: Callable[..., Any], jouer: Callable[..., Any], scene: Scene
) -> None:
    adresse = f"//console/{scene.base}/scenes/{scene.identifiant}"
    assert not page(adresse).xpath("//@data-suivre")
    (flux,) = page(f"{adresse}/salle").xpath("//@data-suivre")
    assert page(f"{adresse}/salle").xpath("//a[@data-sans-script]")
    assert "Refresh" not in banc.http.get(f"{adresse[1:]}/salle", headers=ENTETES).headers
    depuis = int(flux.rpartition("=")[2])
    journal = banc.services.magasin.journal
    jouer(scene, 1)
    dits = mouvements(journal, scene.base, depuis, duree=0.0)
    assert list(dits) == [journal.dernier(scene.base)] != [depuis]
    assert list(mouvements(journal, scene.base, journal.dernier(scene.base), duree=0.0)) == []


def test_a_scene_that_starts_again_is_a_move_too(banc: Banc, scene: Scene) -> None:
    journal = banc.services.magasin.journal
    depuis = journal.dernier(scene.base) + 7  # of before it was emptied
    scene_jouee.commencer(banc.services, scene)
    assert list(mouvements(journal, scene.base, depuis, duree=0.0)) == [journal.dernier(scene.base)]


@pytest.mark.parametrize("mode", ["suivre", "projeter"])
def test_the_old_ways_to_project_lead_to_the_room(mode: str, banc: Banc, scene: Scene) -> None:
    adresse = f"/console/{scene.base}/scenes/{scene.identifiant}"
    reponse = banc.http.get(f"{adresse}?{mode}=1", headers=ENTETES)
    assert (reponse.status_code, reponse.headers["Location"]) == (302, f"{adresse}/salle")


def test_the_room_may_look_at_a_step_again(
    page: Callable[..., Any], jouer: Callable[..., Any], scene: Scene
) -> None:
    for rang in (1, 2, 3):
        jouer(scene, rang)
    adresse = f"//console/{scene.base}/scenes/{scene.identifiant}/salle"
    for suite, rang in (("", 3), ("?pas=2", 2), ("?pas=9", 3), ("?pas=x", 3)):
        assert page(adresse + suite).xpath("//h2/text()") == [scene.pas[rang - 1].titre]


def test_what_changed_is_read_off_the_demande(banc: Banc, jouer: Callable[..., Any]) -> None:
    """Another telephone in the message: another one on the screen, and the one that was there before."""
    premiere = next(s for s in SCENES if s.identifiant == "premiere-demande")
    message = premiere.pas[3].envoyer
    edits = [[*edit[:2], edit[2].replace("0639980199", "0639980142")] for edit in message.edits]
    autre = replace(premiere.pas[3], envoyer=replace(message, edits=edits))
    changee = replace(premiere, pas=(*premiere.pas[:3], autre))
    scene_jouee.commencer(banc.services, changee)
    try:
        for rang in (1, 2, 3, 4):
            scene_jouee.jouer(banc.services, changee, rang, Expediteur(banc.services, "http://sne/", "::1"))
        vue = salle.regarder(banc.services, scene_jouee.lire(banc.services, changee))
        lus = {(c.libelle, c.avant, c.apres) for c in vue.changements}
        assert lus == {
            ("Guichet", "G1104", "G7501"),
            ("Téléphone (portable)", "0639980101", "0639980142"),
        }
    finally:
        banc.services.magasin.bases.supprimer(changee.base)


def test_the_room_is_told_what_an_event_says_not_how_many_there_are(banc: Banc) -> None:
    scene = next(s for s in SCENES if s.identifiant == "sans-logement")
    scene_jouee.commencer(banc.services, scene)
    try:
        for rang in (1, 2):
            scene_jouee.jouer(banc.services, scene, rang, Expediteur(banc.services, "http://sne/", "::1"))
        vue = salle.regarder(banc.services, scene_jouee.lire(banc.services, scene))
        assert [(c.libelle, c.avant, c.apres) for c in vue.changements] == [
            ("Événement du 08/03/2018", "", "Décision de la commission d'attribution"),
            ("Décision de la commission", "", "Non-attribution"),
            ("Motif de la décision", "", "Autre candidat mieux placé"),
            ("Date de la commission", "", "08/03/2018"),
        ]
    finally:
        banc.services.magasin.bases.supprimer(scene.base)


def test_readers_are_never_given_the_notes(banc: Banc, jouer: Callable[..., Any], scene: Scene) -> None:
    entetes = {**ENTETES, "Authorization": f"Bearer {banc.app.extensions['acces'].lecture}"}
    jouer(scene, 1)
    adresse = f"/console/{scene.base}/scenes/{scene.identifiant}"
    pages = [
        f"{adresse}/salle",
        f"{adresse}/salle?pas=1",
        f"{adresse}/fiche",
        f"/console/{scene.base}/scenes",
    ]
    lues = [banc.http.get(chemin, headers=entetes) for chemin in (adresse, *pages)]
    assert [lue.status_code for lue in lues] == [302, 200, 200, 200, 200]
    lues.append(banc.http.get(f"/api/v1/scenes/{scene.identifiant}", headers=entetes))
    assert {pas["dire"] for pas in lues[-1].json["pas"]} == {None}
    # Nor what the answers say, of a step that the room has not seen.
    assert [pas["regarder"] for pas in lues[-1].json["pas"]] == [
        scene.pas[0].regarder, *[None] * (len(scene.pas) - 1),
    ]  # fmt: skip
    for lue in lues:
        texte = (
            html.fromstring(lue.text).text_content() if "html" in lue.headers["Content-Type"] else lue.text
        )
        assert [pas.titre for pas in scene.pas if pas.dire in texte or insecables(pas.dire) in texte] == []
    assert banc.http.get(f"{adresse}/corrige", headers=entetes).status_code == 403


def test_a_sheet_asks_and_its_answers_are_apart(page: Callable[..., Any]) -> None:
    for scene in SCENES:
        fiche, corrige = (
            page(f"/scenes/{scene.identifiant}/{nom}").text_content() for nom in ("fiche", "corrige")
        )
        for pas in scene.pas:
            assert insecables(pas.question) in fiche
            assert insecables(pas.regarder) not in fiche
            assert insecables(pas.regarder) in corrige
        codes = {
            c for pas in scene.pas for a in (pas.attendu, *(x.attendu for x in pas.choix)) for c in a.regles
        }
        assert {code for code in codes if code not in fiche} == set()


def test_a_choice_is_one_of_those_there_are(banc: Banc, jouer: Callable[..., Any]) -> None:
    choisit = next(s for s in SCENES if s.identifiant == "message-refuse")
    scene_jouee.commencer(banc.services, choisit)
    try:
        jouer(choisit, 1, choix="1")
        assert scene_jouee.lire(banc.services, choisit).joues == ()
        for rang in (1, 2, 3):
            jouer(choisit, rang)
        for faux in ({}, {"choix": "9"}, {"choix": "x"}):
            dite = banc.http.get(jouer(choisit, 4, **faux).headers["Location"], headers=ENTETES).text
            assert "choix" in html.fromstring(dite).xpath("string(//p[@class='message erreur'])")
            assert scene_jouee.lire(banc.services, choisit).essais == ()
        for _ in range(2):  # a choice that was refused is not sent again
            assert jouer(choisit, 4, choix="1").status_code == 303
        assert len(scene_jouee.lire(banc.services, choisit).essais) == 1
        assert jouer(choisit, 4, choix="3").status_code == 303
        assert jouer(choisit, 4, choix="2").status_code == 303  # over: nothing is sent
        etat = scene_jouee.lire(banc.services, choisit)
        assert (etat.suivant, etat.essais, len(etat.joues[3].essais)) == (5, (), 1)
    finally:
        banc.services.magasin.bases.supprimer(choisit.base)


def test_an_answer_that_is_lost_is_the_guichets_loss(banc: Banc, jouer: Callable[..., Any]) -> None:
    perdue = next(s for s in SCENES if s.identifiant == "reponse-perdue")
    scene_jouee.commencer(banc.services, perdue)
    try:
        for rang in (1, 2, 3, 4, 5):
            jouer(perdue, rang)
        joues = scene_jouee.lire(banc.services, perdue).joues
        assert [joue.perdue for joue in joues] == [True, False, False, True, False]
        with banc.services.magasin.lire(perdue.base) as registre:
            assert registre.compter() == 1
    finally:
        banc.services.magasin.bases.supprimer(perdue.base)


@pytest.mark.parametrize(("noms", "attendus"), DONNEES["the_link_of_the_trainees_leads_them_to_the_trainer"])
def test_the_link_of_the_trainees_leads_them_to_the_trainer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, noms: list[str], attendus: dict[str, str]
) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "poste-du-formateur")
    jeton = None if noms == ["127.0.0.1"] else "jeton-d-administration"
    app = creer_application(Configuration(home=tmp_path, ouvert=jeton is None, jeton=jeton, noms=tuple(noms)))
    droits = {} if jeton is None else {"Authorization": f"Bearer {jeton}"}
    for hote, attendu in attendus.items():
        reponse = app.test_client().get("/console/ecole/scenes", headers={"Host": hote, **droits})
        (lien,) = html.fromstring(reponse.text).xpath("//pre[@aria-label='Lien de lecture']/code/text()")
        assert lien == f"http://{attendu}/lecture/{app.extensions['acces'].lecture}"
        assert ("--host 0.0.0.0" in reponse.text) == (jeton is None)
    app.extensions["sne"].magasin.fermer()


def test_who_reads_only_plays_nothing(banc: Banc, scene: Scene) -> None:
    entetes = {**ENTETES, "Authorization": f"Bearer {banc.app.extensions['acces'].lecture}"}
    adresse = f"/console/{scene.base}/scenes/{scene.identifiant}"
    reponse = banc.http.get(adresse, headers=entetes)
    assert (reponse.status_code, reponse.headers["Location"]) == (302, f"{adresse}/salle")
    ecran = html.fromstring(banc.http.get(f"{adresse}/salle", headers=entetes).text).get_element_by_id(
        "scene"
    )
    assert ecran.xpath(".//form") == []
    assert banc.http.post(f"{adresse}/pas/1", headers=entetes).status_code == 403
    assert scene_jouee.lire(banc.services, scene).joues == ()
