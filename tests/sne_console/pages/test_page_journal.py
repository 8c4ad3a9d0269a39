"""The list of exchanges: filters, pages, XPath, and what arrives."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from banc import Banc, message, poser, specimen
from donnees import a_cote
from navigateur import ENTETES

from sne_conformite.bilan import trafic_juge
from sne_console.cadre import outillage_des_sections as pages
from sne_console.messages import recherche_xpath
from sne_console.messages.recherche_xpath import evaluer
from sne_console.pages import page_journal
from sne_console.vues import objet_de_l_adresse
from sne_interface.domain.echange import LOURD, Echange, VerdictEchange
from sne_interface.errors import ERREUR_INATTENDUE
from sne_sandbox.bases import jetons
from sne_sandbox.bases.jetons import Droit
from sne_sandbox.store import journal as store

HOSTILE = "<script>alert('x')</script>\"><b>"


def lignes(arbre: Any) -> list[int]:
    """Ids of the exchanges of a page, in order."""
    return [int(lien) for lien in arbre.xpath("//tbody[@data-lignes]/tr/th/a/text()")]


def ecrire(banc: Banc, combien: int, **champs: Any) -> None:
    """Lines of the journal, without a request."""
    for rang in range(combien):
        recu = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=rang)
        tout = {"methode": "POST", **champs}
        echange = Echange(base=banc.nom, recu_le=recu, verdict=VerdictEchange.ACCEPTE, **tout)
        banc.services.magasin.journal.consigner(None, echange)


def test_newest_first_with_what_it_comes_down_to(banc: Banc, page: Callable[..., Any]) -> None:
    numero, racine = banc.creer_demande()
    banc.demander(message(racine, "CRE"))
    banc.relire("inconnu")
    arbre = page("/journal")
    assert lignes(arbre) == [3, 2, 1]
    textes = [" ".join(ligne.text_content().split()) for ligne in arbre.xpath("//tbody/tr")]
    assert "✕ Refusé par une faute SOAP getDemandeLogement" in textes[0]
    assert "Le numéro unique [inconnu] est inconnu." in textes[0]
    assert "DOU001 : Une demande existe déjà" in textes[1]
    assert numero in textes[2]


@pytest.mark.parametrize(("question", "attendus"), a_cote(__file__)["filters"])
def test_filters(banc: Banc, page: Callable[..., Any], question: str, attendus: list[int]) -> None:
    _, racine = banc.creer_demande()
    banc.demander(message(racine, "CRE"))
    banc.relire("inconnu")
    assert lignes(page(f"/journal?{question}")) == attendus


@pytest.mark.parametrize(
    ("question", "attendus", "etapes"),
    [
        ("texte=rare", [11, 2], 4),
        ("guichet=G0002&operation=getNumUnique", [11, 2], 4),
        ("verdict=anomalies", [], 4),
        ("texte=rare&avant=11", [2], 4),
        ("texte=rare&xpath=//rien", [], 4),
        ("verdict=refus", [1], 1),  # each of these has its index
        ("numero=N9", [9], 1),
        ("", [*range(12, 0, -1)], 1),
    ],
)
def test_a_filter_looks_at_so_many_exchanges_and_says_how_far(
    banc: Banc,
    page: Callable[..., Any],
    question: str,
    attendus: list[int],
    etapes: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (store, recherche_xpath):
        monkeypatch.setattr(module, "EXAMINES", 3)
    recu = datetime(2026, 1, 1, tzinfo=UTC)
    for rang in range(1, 13):
        champs: dict[str, Any] = {"operation": "getNumUnique", "numero_unique": f"N{rang}"}
        if rang in (2, 11):
            champs |= {"guichet": "G0002", "trace": "un mot rare"}
        verdict = VerdictEchange.REFUS if rang == 1 else VerdictEchange.ACCEPTE
        echange = Echange(base=banc.nom, recu_le=recu, methode="POST", verdict=verdict, **champs)
        banc.services.magasin.journal.consigner(None, echange)
    trouves: list[int] = []
    dites: list[str] = []
    suite = f"/journal?{question}"
    while suite:
        arbre = page(suite)
        trouves += lignes(arbre)
        dites.append(" ".join(arbre.xpath("string(//p[@role='status'])").split()))
        lien = arbre.xpath("string(//p[@role='status']/a/@href)")
        suite = lien[lien.index("/journal") :] if lien else ""
        assert len(dites) < 9
    assert trouves == attendus
    assert len(dites) == etapes
    assert dites[-1] == "" or "Tout le journal a été parcouru." in dites[-1]
    if question == "texte=rare":
        assert dites[0] == "3 échanges parcourus (n° 12 à n° 10), 1 répond. Chercher plus loin"
    suivantes: list[int] = []
    avant = 13
    filtres = question.replace("&avant=11", "") or "limite=50"
    while avant:
        lue = banc.api("GET", f"/bases/{banc.nom}/exchanges?{filtres}&avant={avant}").json
        suivantes += [ligne["id"] for ligne in lue["echanges"]]
        avant = lue["suite"]
    assert suivantes == (attendus if "avant" not in question else [11, 2])


@pytest.mark.parametrize(
    "expression",
    ["//[", "a b", "//x[", "x" * 301, "//a%00b", "inconnue()", "$v", "p:a"],
)
def test_an_xpath_that_is_none_or_costs_too_much_is_explained(
    banc: Banc, page: Callable[..., Any], expression: str
) -> None:
    banc.creer_demande()
    texte = page(f"/journal?xpath={expression}", statut=422).text_content()
    assert "L'expression XPath" in texte
    assert "Remède\N{NO-BREAK SPACE}: " in texte


@pytest.mark.parametrize(
    ("question", "attendus"), [("guichet=g1226", [2]), ("operation=NUIT", [1]), ("operation=SCENE", [])]
)
def test_guichets_in_small_letters_and_nights_are_found(
    banc: Banc, page: Callable[..., Any], question: str, attendus: list[int]
) -> None:
    ecrire(banc, 1, methode="NUIT")
    ecrire(banc, 1, guichet="G1226")
    assert lignes(page(f"/journal?{question}")) == attendus


def test_numbers_in_small_letters_are_found(banc: Banc, page: Callable[..., Any]) -> None:
    numero, _ = banc.creer_demande()
    assert lignes(page(f"/journal?numero={numero.lower()}")) == [1]


def test_a_night_is_told_with_its_day(banc: Banc, page: Callable[..., Any]) -> None:
    """Many nights are lived in one second: their hour tells nothing."""
    fait = {"regle": "RADREN", "gravite": "information", "message": "1110318000001G1104 : demande radiée."}
    chemin = "Nuit du 15/04/2019 : 1 demande radiée faute de renouvellement."
    ecrire(banc, 1, methode="NUIT", chemin=chemin, anomalies=[fait], numero_unique="1110318000001G1104")
    (ligne,) = page("/journal?nuits=1").xpath("//table//tbody/tr")
    assert " ".join(ligne.xpath("string(./td[@class='resume'])").split()) == f"1110318000001G1104 {chemin}"
    assert "accepté" not in ligne.text_content()
    # What nobody waited for has no duration, and is not sent again.
    assert "ms" not in ligne.xpath("string(./td[@class='quoi'])")
    assert ligne.xpath("string(./td[last()])").strip() == ""
    assert "Durée" not in page("/echanges/1").xpath("string(//main)")


def test_a_fault_tells_the_reason_that_is_known(banc: Banc, page: Callable[..., Any]) -> None:
    ecrire(banc, 1, fault={"code": "x", "message": ERREUR_INATTENDUE, "explication": "Le motif.\nEt plus."})
    (ligne,) = page("/journal").xpath("//tbody/tr")
    assert "Le motif." in ligne.text_content()
    assert "inattendue" not in ligne.text_content()


def test_an_empty_journal_says_where_to_begin(banc: Banc, page: Callable[..., Any]) -> None:
    arbre = page("/journal")
    assert "Aucun échange encore." in arbre.text_content()
    assert f"/bases/{banc.nom}/services/DemandeLogementImplService/" in arbre.text_content()
    liens = arbre.xpath("//div[@data-vide]//a/@href")
    assert liens == [
        f"/console/{banc.nom}/",
        f"/console/{banc.nom}/composer",
        f"/console/{banc.nom}/scenes",
        "/guide",
    ]
    assert [
        lien for lien in liens if banc.http.get(lien, headers=ENTETES).status_code not in (200, 302)
    ] == []


def test_the_xpath_that_the_page_suggests_finds(banc: Banc, page: Callable[..., Any]) -> None:
    banc.creer_demande()
    (propose,) = page("/journal").xpath("//input[@name='xpath']/@placeholder")
    nom = specimen("personne_seule").findtext(".//{*}demandeur/{*}nom")
    assert lignes(page(f"/journal?xpath={propose.replace('Dupont', nom)}")) == [1]


def test_a_bad_xpath_keeps_the_form(page: Callable[..., Any]) -> None:
    arbre = page("/journal?xpath=//nom[&guichet=G1226", statut=422)
    (recherche,) = arbre.xpath("//main//form[@role='search']")
    assert recherche.xpath(".//input[@name='xpath']/@value | .//input[@name='guichet']/@value") == [
        "G1226",
        "//nom[",
    ]
    (dit,) = arbre.xpath("//p[@role='alert']")
    assert "ne se lit pas. Remède\N{NO-BREAK SPACE}: exemple" in dit.text


def test_an_xpath_does_not_guess_a_nir(banc: Banc, page: Callable[..., Any]) -> None:
    racine = message(specimen("personne_seule_nir"), "CRE")
    nir = next(e.text for e in racine.iter("{*}nir"))
    banc.demander(racine)
    assert "porte un NIR" in page(f"/journal?xpath=//nir='{nir}'", statut=422).text_content()
    assert lignes(page(f"/journal?xpath=//nir[contains(.,'{nir[5:9]}')]")) == []
    assert lignes(page("/journal?xpath=//nir")) == [1]


ESPACES = " ".join(f'xmlns:n{rang}="u{rang}"' for rang in range(1500))
LARGE = f"<a {ESPACES}>{'<b/>' * 15_000}</a>".encode()


def test_an_xpath_without_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recherche_xpath, "CPU_MAX", 0.2)  # the system ends it, before the clock does
    for expression in (
        "//*" + "[count(../*" * 6 + ")<0]" * 6,
        "//b[count(../b)<0]",
        "//b[. != ../b]",
        "count(//*[namespace::*])",
        "*" + "|*" * 100,
        "//namespace::*",
    ):
        assert evaluer(expression, [[LARGE]]) == ([], True), expression
    assert evaluer("count(//b) = 15000", [[LARGE], [b"<a/>", LARGE], [b"<a/>"]]) == (
        [True, True, False],
        False,
    )


def test_what_was_answered_before_the_end_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recherche_xpath, "CPU_MAX", 0.2)
    assert evaluer("//b[count(../b)<0]", [[b"<a/>"], [LARGE], [b"<a/>"]]) == ([False], True)


def test_what_time_does_not_allow_is_left_for_the_next_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recherche_xpath, "DUREE_MAX", -1.0)
    assert evaluer("//a", [[b"<a/>"], [b"<a/>"]]) == ([True], False)


def test_where_the_system_cannot_count_the_clock_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recherche_xpath, "CPU_MAX", 60)
    monkeypatch.setattr(recherche_xpath, "MONTRE_MAX", 0.5)
    assert evaluer("//b[count(../b)<0]", [[LARGE]]) == ([], True)


def test_an_exchange_that_asks_too_much_is_passed_over(
    banc: Banc, page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    banc.creer_demande()
    banc.relire("inconnu")
    monkeypatch.setattr(recherche_xpath, "MONTRE_MAX", 0.5)
    arbre = page("/journal?xpath=//*" + "[count(//*" * 5 + ")<0]" * 5)
    assert lignes(arbre) == []
    assert "1 échange n'a pas été examiné" in " ".join(arbre.text_content().split())
    monkeypatch.undo()
    assert lignes(page("/journal?xpath=//personnePhysique")) == [1]


def test_one_search_at_a_time(banc: Banc, page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recherche_xpath, "ATTENTE_MAX", 0.05)
    with recherche_xpath._TOUR:
        assert "Une autre recherche" in page("/journal?xpath=//b", statut=422).text_content()
    page("/journal?xpath=//b")


def test_an_xpath_opens_a_bounded_number_and_goes_on_from_there(
    banc: Banc, page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    banc.creer_demande()
    ecrire(banc, 50)
    monkeypatch.setattr(recherche_xpath, "EXAMINES_MAX", 40)
    arbre = page("/journal?xpath=//personnePhysique")
    assert lignes(arbre) == []
    assert "40 échanges ouverts (n° 51 à n° 12)" in " ".join(arbre.text_content().split())
    assert arbre.xpath("string(//*[@class='vide']/p)") == "Aucun de ceux-là ne répond."
    (plus_loin,) = arbre.xpath("//a[text()='Chercher plus loin']/@href")
    suite = page("/" + plus_loin)
    assert lignes(suite) == [1]
    assert "Tout le journal a été parcouru" in suite.text_content()


@pytest.mark.parametrize("champ", ["guichet", "operation", "verdict", "numero", "texte", "xpath"])
@pytest.mark.parametrize("nir", ["285066299900176", "2 85 06 62 999 001 76"])
def test_a_nir_that_is_looked_for_is_masked(banc: Banc, champ: str, nir: str) -> None:
    question = {champ: f"//nir[.='{nir}']" if champ == "xpath" else nir}
    lue = banc.http.get(f"/console/{banc.nom}/journal", query_string=question, headers=ENTETES)
    assert nir not in lue.text
    assert nir.replace(" ", "+") not in lue.text


def test_a_text_that_is_not_found_says_where_it_was_looked_for(banc: Banc, page: Callable[..., Any]) -> None:
    """A name is in the documents: whoever types one in « Texte » finds nothing."""
    banc.creer_demande()
    vide = page("/journal?texte=Marchand")
    assert "se cherche par XPath" in vide.text_content()
    proposee = vide.xpath("string(//*[@data-vide]//code)").replace("Dupont", "Marchand")
    assert lignes(page(f"/journal?xpath={proposee}")) == [1]
    assert "se cherche par XPath" not in page("/journal?guichet=G0000").text_content()


def test_before_the_oldest_there_is_nothing_but_the_journal_is_not_empty(
    banc: Banc, page: Callable[..., Any]
) -> None:
    """Those of the next page were dropped while one read this one."""
    ecrire(banc, 2)
    texte = page("/journal?avant=1").text_content()
    assert "Aucun échange plus ancien." in texte
    assert "encore." not in texte


def test_pages_follow_each_other(banc: Banc, page: Callable[..., Any]) -> None:
    ecrire(banc, 120, guichet="G1226")
    arbre, vus = page("/journal?guichet=G1226"), []
    while True:
        vus += lignes(arbre)
        suivante = arbre.xpath("//nav[@aria-label='Pages']/a[contains(.,'Plus anciens')]/@href")
        if not suivante:
            break
        arbre = page("/" + suivante[0])
    assert vus == list(range(120, 0, -1))


def test_hostile_texts_are_text(banc: Banc, page: Callable[..., Any]) -> None:
    racine = message(specimen("personne_seule"), "CRE")
    poser(racine, "entete/typeFichier", HOSTILE[:20])
    banc.demander(racine)
    ecrire(banc, 1, guichet=HOSTILE, operation=HOSTILE, numero_unique=HOSTILE)
    arbre = page(f"/journal?texte={HOSTILE[:8]}")
    assert arbre.xpath("//script[not(@src)] | //b[parent::td]") == []
    assert HOSTILE in page("/journal").text_content()
    assert page(f"/journal?guichet={HOSTILE}").xpath(
        "//main//*[@role='search']//input[@name='guichet']/@value"
    ) == [HOSTILE]


def test_a_nir_is_masked_in_the_list(banc: Banc, page: Callable[..., Any]) -> None:
    ecrire(
        banc, 1, fault={"code": "x", "message": "le NIR 2061299123456 78 ne convient pas : 206129912345678"}
    )
    texte = page("/journal").text_content()
    assert "206129912345678" not in texte
    assert "206***" in texte


# --- what arrives -------------------------------------------------------------------------------------------


@pytest.fixture
def rapide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams that end at once."""
    monkeypatch.setattr(page_journal, "FLUX_DUREE", 0.05)
    monkeypatch.setattr(page_journal, "FLUX_PAS", 0.02)


def evenements(texte: str) -> list[dict[str, str]]:
    blocs = [b for b in texte.split("\n\n") if b.startswith("id:")]
    return [dict(ligne.split(": ", 1) for ligne in b.split("\n")[:2]) | {"html": b} for b in blocs]


@pytest.mark.usefixtures("rapide")
def test_a_stream_gives_what_came_after_the_last_id_and_ends(banc: Banc) -> None:
    ecrire(banc, 3, operation="<i>getNumUnique</i>")
    chemin = f"/console/{banc.nom}/journal/flux"
    reponse = banc.http.get(f"{chemin}?depuis=1", headers=ENTETES)
    assert reponse.mimetype == "text/event-stream"
    assert reponse.headers["Content-Security-Policy"].startswith("default-src 'self'")
    recus = evenements(reponse.text)
    assert [e["id"] for e in recus] == ["2", "3"]
    assert "retry: 1000" in reponse.text
    assert "&lt;i&gt;" in recus[0]["html"]
    assert 'data: <tr id="e-2">' in recus[0]["html"]
    assert f"/console/{banc.nom}/echanges/2" in recus[0]["html"]
    repris = banc.http.get(f"{chemin}?depuis=1", headers={**ENTETES, "Last-Event-ID": "2"})
    assert [e["id"] for e in evenements(repris.text)] == ["3"]
    assert evenements(banc.http.get(chemin, headers=ENTETES).text) == []


@pytest.mark.usefixtures("rapide")
@pytest.mark.parametrize("depuis", ["-1", "abc", "99999999999999999999999", "²"])
def test_a_stream_from_nowhere_starts_now(banc: Banc, depuis: str) -> None:
    ecrire(banc, 1)
    reponse = banc.http.get(f"/console/{banc.nom}/journal/flux?depuis={depuis}", headers=ENTETES)
    assert reponse.status_code == 200
    assert evenements(reponse.text) == []


@pytest.mark.usefixtures("rapide")
def test_a_stream_keeps_to_the_filters(banc: Banc) -> None:
    ecrire(banc, 2, guichet="G1226")
    ecrire(banc, 2, guichet="G1104")
    chemin = f"/console/{banc.nom}/journal/flux?depuis=0&guichet=G1104"
    assert [e["id"] for e in evenements(banc.http.get(chemin, headers=ENTETES).text)] == ["3", "4"]


@pytest.mark.usefixtures("rapide")
def test_nothing_more_is_told_to_whom_the_token_is_taken_from(banc: Banc) -> None:
    """A stream that is open lasts no longer than the right by which it was."""
    ecrire(banc, 3)
    magasin = banc.services.magasin
    jeton = jetons.nouveau(magasin, "stagiaire", Droit.BASE, banc.nom).jeton
    chemin = f"/console/{banc.nom}/journal/flux?depuis=0"
    entetes = {**ENTETES, "Authorization": f"Bearer {jeton}"}
    flux = iter(banc.http.get(chemin, headers=entetes, buffered=False).response)
    recus = [next(flux), next(flux)]
    jetons.revoquer(magasin, "stagiaire")
    recus += flux
    assert [e["id"] for e in evenements("".join(str(r, "utf-8") for r in recus))] == ["1"]
    assert banc.http.get(chemin, headers=entetes).status_code == 401


@pytest.mark.usefixtures("rapide")
@pytest.mark.parametrize(("droit", "places"), [(Droit.BASE, 8), (Droit.LECTURE, 40), (Droit.TOUT, None)])
def test_one_token_leaves_places_to_the_others(banc: Banc, droit: Droit, places: int | None) -> None:
    ecrire(banc, 3)
    base = banc.nom if droit is Droit.BASE else None
    jeton = jetons.nouveau(banc.services.magasin, f"un-{droit}", droit, base).jeton
    cle = jetons.empreinte(jeton)
    chemin = f"/console/{banc.nom}/journal/flux?depuis=0"
    entetes = {**ENTETES, "Authorization": f"Bearer {jeton}"}
    lue = banc.http.get(chemin, headers=entetes, buffered=False)
    next(iter(lue.response))
    assert pages._SUIVIS[cle] == 1
    lue.close()
    assert pages._SUIVIS[cle] == 0
    pages._SUIVIS[cle] = places or 1_000
    try:
        lue = banc.http.get(chemin, headers=entetes)
        assert (lue.status_code, lue.headers.get("Retry-After")) == ((503, "5") if places else (200, None))
    finally:
        del pages._SUIVIS[cle]
    assert banc.http.get(chemin, headers=entetes).status_code == 200


def test_what_comes_while_one_waits_is_told_and_silence_too(
    banc: Banc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "FLUX_SIGNE", 0.0)
    lignes_ = page_journal.arrivees(banc.services.magasin.journal, banc.nom, 0, {}, duree=30.0, pas=0.001)
    assert next(lignes_) is None
    ecrire(banc, 1)
    nouvelle = next(e for e in lignes_ if e is not None)
    assert nouvelle.identifiant == 1


def test_a_base_made_again_is_followed_again(banc: Banc) -> None:
    ecrire(banc, 3)
    magasin = banc.services.magasin
    lignes_ = page_journal.arrivees(magasin.journal, banc.nom, 0, {}, duree=30.0, pas=0.001)
    assert [next(lignes_).identifiant for _ in range(3)] == [1, 2, 3]  # type: ignore[union-attr]
    magasin.bases.supprimer(banc.nom)
    banc.creer()
    ecrire(banc, 1)
    assert next(e for e in lignes_ if e is not None).identifiant == 1


def test_what_comes_between_two_looks_is_told_once(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    magasin = banc.services.magasin
    dernier = magasin.journal.dernier
    ecrire(banc, 1)

    def puis_un(base: str) -> int:
        lu: int = dernier(base)
        if lu == 1:
            ecrire(banc, 1)
        return lu

    monkeypatch.setattr(magasin.journal, "dernier", puis_un)
    lignes_ = page_journal.arrivees(magasin.journal, banc.nom, 0, {}, duree=0.05, pas=0.001)
    assert [e.identifiant for e in lignes_ if e is not None] == [1, 2]


def test_of_a_burst_longer_than_a_page_the_newest_are_told(banc: Banc) -> None:
    ecrire(banc, page_journal.PAR_PAGE * 2 + 5)
    lignes_ = page_journal.arrivees(banc.services.magasin.journal, banc.nom, 0, {}, duree=0.0, pas=1.0)
    recus = [e.identifiant for e in lignes_ if e is not None]
    assert recus == list(range(page_journal.PAR_PAGE + 6, page_journal.PAR_PAGE * 2 + 6))


def test_an_idle_stream_holds_nothing_of_the_store(banc: Banc) -> None:
    """More readers than connections: the store still answers the others."""
    magasin = banc.services.magasin
    lecteurs = [
        page_journal.arrivees(magasin.journal, banc.nom, 0, {}, duree=30.0, pas=0.001) for _ in range(40)
    ]
    ecrire(banc, 1)
    assert [next(e for e in lecteur if e is not None).identifiant for lecteur in lecteurs] == [1] * 40
    assert magasin.journal.dernier(banc.nom) == 1


def test_the_page_tells_the_script_where_the_stream_is(banc: Banc, page: Callable[..., Any]) -> None:
    ecrire(banc, 2)
    (corps,) = page("/journal?guichet=G1226").xpath("//tbody[@data-flux]")
    assert corps.get("data-flux") == f"/console/{banc.nom}/journal/flux?guichet=G1226"
    assert corps.get("data-dernier") == "2"
    assert page("/journal?xpath=//a").xpath("//tbody[@data-flux]") == []
    assert page("/journal?avant=2").xpath("//tbody[@data-flux]") == []


def test_une_base_remise_se_lit_dans_la_liste(banc: Banc, page: Callable[..., Any]) -> None:
    banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": "etat"})
    (ligne,) = page("/journal").xpath("//tbody/tr")
    assert "Base remise à son état de départ." in ligne.text_content()


# --- facets, refusals, several at once ----------------------------------------------------------------------


def _lignes_de(page: Callable[..., Any], lien: Any) -> str:
    suite = page("/" + lien.get("href"))
    return str(len(suite.xpath("//tbody[@data-lignes]//input[@name='ids'][not(ancestor::template)]")))


def test_every_chip_leaves_as_many_lines_as_it_says(banc: Banc, page: Callable[..., Any]) -> None:
    _, racine = banc.creer_demande()
    for _ in range(3):
        banc.demander(message(racine, "CRE"))
    banc.relire("inconnu")
    banc.relire("autre")
    vues = 0
    for depart in ("/journal", "/journal?verdict=anomalies", "/journal?operation=getNumUnique"):
        for puce in page(depart).xpath("//nav[@class='facettes']//a[not(@aria-current)][span[@class='n']]"):
            vues += 1
            assert _lignes_de(page, puce) == puce.xpath("string(span[@class='n'])"), puce.get("href")
    assert vues > 8


def test_every_kind_of_refusal_opens_as_many_lines_as_it_says(banc: Banc, page: Callable[..., Any]) -> None:
    _, racine = banc.creer_demande()
    for _ in range(2):
        banc.demander(message(racine, "CRE"))
        banc.relire("inconnu")
        fautive = message(specimen("personne_seule"), "CRE")
        poser(fautive, "entete/typeFichier", "XXX")
        banc.demander(fautive)
    sortes = page("/journal?refus=tous").xpath("//section[contains(@class, 'refus-recents')]//li/a[1]")
    assert len(sortes) == 3
    for sorte in sortes:
        assert sorte.xpath("string(span/text())").strip() == _lignes_de(page, sorte) == "2"


def test_a_folded_line_is_open_at_its_address(banc: Banc, page: Callable[..., Any]) -> None:
    for _ in range(3):
        banc.relire("inconnu")
    assert lignes(page("/journal")) == [3]
    assert page("/journal").xpath("//tr/td/details[@open]") == []
    (pli,) = page("/journal?ouvert=1").xpath("//tr/td/details[@open]")
    assert pli.xpath("./ul/li/a[1]/text()") == ["n° 2", "n° 1"]
    assert "3 fois de suite" in pli.text_content()


def test_the_stream_obeys_the_address(banc: Banc, page: Callable[..., Any]) -> None:
    ecrire(banc, 1, guichet="G1226")
    for question, flux in (
        ("?regle=IDT002&guichet=G1226", "?guichet=G1226&regle=IDT002"),
        ("?nuits=1", "?nuits=1"),
        ("?ouvert=1&tout=1", ""),
    ):
        (corps,) = page(f"/journal{question}").xpath("//tbody[@data-flux]")
        assert corps.get("data-flux") == f"/console/{banc.nom}/journal/flux{flux}"


def test_both_hours_are_told_with_their_days(banc: Banc, page: Callable[..., Any]) -> None:
    ecrire(banc, 1, instant_base=datetime(2018, 3, 15, 11, tzinfo=UTC))
    (quand,) = page("/journal").xpath("//td[@class='quand']")
    assert " ".join(quand.text_content().split()) == "01/01/2026 01:00:00 base 15/03/2018 12:00:00"


def test_a_selection_is_one_archive_oldest_first(banc: Banc) -> None:
    banc.creer_demande()
    banc.relire("inconnu")
    ecrire(banc, 1, methode="NUIT")
    chemin = f"/console/{banc.nom}/journal/selection"
    for adresse in (
        f"{chemin}?faire=har&ids=3&ids=2&ids=1",
        f"/api/v1/bases/{banc.nom}/exchanges/har?ids=2,1,3",
    ):
        entrees = banc.http.get(adresse, headers=ENTETES).json["log"]["entries"]
        assert [entree["comment"].split()[1] for entree in entrees] == ["1", "2"]
        assert all(entree["timings"]["wait"] == entree["time"] > 0 for entree in entrees)
    refus = banc.http.get(f"{chemin}?faire=har&ids=3", headers=ENTETES)
    assert refus.status_code == 422
    assert "pas d'archive HAR à en faire" in refus.text.replace("&#39;", "'")


def test_a_selection_that_would_fill_the_memory_is_refused(
    banc: Banc, page: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    banc.creer_demande()
    banc.relire("inconnu")
    journal_ = banc.services.magasin.journal
    lus: list[int] = []
    lire = journal_.lire

    def noter(base: str, identifiant: int) -> Echange | None:
        lus.append(identifiant)
        return lire(base, identifiant)

    monkeypatch.setattr(journal_, "lire", noter)
    # What is only listed is not opened.
    assert page("/journal/selection?faire=rejouer&ids=1&ids=2").xpath("//tbody/tr")
    assert lus == []
    monkeypatch.setattr(objet_de_l_adresse, "ENSEMBLE_MAX", 10)
    for adresse in (
        f"/console/{banc.nom}/journal/selection?faire=har&ids=1&ids=2",
        f"/api/v1/bases/{banc.nom}/exchanges/har?ids=1,2",
    ):
        refus = banc.http.get(adresse, headers=ENTETES)
        assert refus.status_code == 422
        assert "choisissez-en moins" in refus.text
    assert lus == [1, 1]


def test_a_heavy_selection_is_answered_elsewhere(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    banc.creer_demande()
    banc.relire("inconnu")
    premier = banc.services.magasin.journal.lire(banc.nom, 1)
    # Each of them is light.
    monkeypatch.setattr(objet_de_l_adresse, "LEGER_MAX", len(premier.requete) + len(premier.reponse))
    adresse = f"/console/{banc.nom}/journal/selection?faire=har&ids=1"
    for suite, statut in (("", 200), ("&ids=2", 503)):
        lue = banc.http.get(adresse + suite, headers=ENTETES, environ_overrides={LOURD: False})
        assert lue.status_code == statut


@pytest.mark.parametrize(
    ("question", "statut"),
    [
        ("faire=har", 200),
        ("ids=abc", 422),
        ("ids=99", 404),
        ("faire=comparer&ids=1", 422),
        ("faire=comparer&ids=1&ids=2", 303),
        ("&".join(f"ids={rang}" for rang in range(1, 203)), 422),
        ("ids=1&faire=inconnu", 200),
    ],
)
def test_what_cannot_be_done_with_a_selection_is_said(banc: Banc, question: str, statut: int) -> None:
    ecrire(banc, 2)
    lue = banc.http.get(f"/console/{banc.nom}/journal/selection?{question}", headers=ENTETES)
    assert lue.status_code == statut, lue.text


def test_several_are_played_again_in_order_then_erased_by_the_page_and_by_the_api(
    banc: Banc, page: Callable[..., Any], envoyer: Callable[..., Any]
) -> None:
    banc.creer_demande()
    banc.relire("inconnu")
    ecrire(banc, 1, methode="NUIT")
    confirmation = page("/journal/selection?faire=rejouer&ids=3&ids=2&ids=1")
    assert confirmation.xpath("//form[contains(@action, 'rejouer')]//input[@name='ids']/@value") == ["1", "2"]
    fait = envoyer("/journal/rejouer", ids=["2", "1"])
    assert fait.location.endswith("/journal/selection?ids=4&ids=5&faire=voir")
    journal_ = banc.services.magasin.journal
    rejoues = [journal_.lire(banc.nom, rang) for rang in (4, 5)]
    assert [e.operation for e in rejoues if e] == ["getNumUnique", "getDemandeLogement"]
    confirmation = page("/journal/selection?faire=effacer&ids=3&ids=1")
    assert confirmation.xpath("//form[contains(@action, 'effacer')]//input[@name='ids']/@value") == ["1"]
    assert envoyer("/journal/effacer", ids=["1", "3"]).status_code == 303
    assert lignes(page("/journal")) == [5, 4, 2]
    assert lignes(page("/journal?nuits=1")) == [5, 4, 3, 2, 1]
    assert "Échange effacé" in page("/echanges/1").text_content()
    assert banc.api("DELETE", f"/bases/{banc.nom}/exchanges?ids=2,3").json == {"effaces": [2]}
    assert [e["id"] for e in banc.api("GET", f"/bases/{banc.nom}/exchanges?nuits=non").json["echanges"]] == [
        5,
        4,
    ]


def test_a_judgement_says_what_was_erased_and_does_not_judge_it(banc: Banc) -> None:
    _, racine = banc.creer_demande()
    banc.demander(message(racine, "CRE"))
    banc.services.magasin.journal.effacer(banc.nom, [2])
    magasin, contrat = banc.services.magasin, banc.services.contrat_de(banc.nom)
    *_, fin = trafic_juge.juger_base(magasin.journal, banc.nom, contrat)
    entete = fin.rapport.entete  # type: ignore[union-attr]
    assert entete.echanges == 1
    assert entete.non_juges == "1 échange effacé à la main, non jugé."
