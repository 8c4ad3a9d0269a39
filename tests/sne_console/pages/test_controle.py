"""The control pages: time, pannes, settings, snapshots, resets, bases; and what may be done elsewhere."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from banc import FORMULAIRE, MIDI, Banc, poser, specimen
from banc import message as document
from ecritures import mettre_a_l_heure
from flask import Flask
from lxml import html
from navigateur import ENTETES, suivre

from sne_console.pages import page_temps
from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.domain.panne import GENRES
from sne_interface.settings import Reglages
from sne_sandbox.bases import pannes
from sne_sandbox.bases.sauvegardes import Sauvegardes
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

Page = Callable[..., Any]
PAGES = ("", "/pannes", "/reglages", "/sauvegardes", "/remettre", "/bases")


def textes(arbre: Any, chemin: str = "//main") -> str:
    return " ".join(" ".join(e.text_content() for e in arbre.xpath(chemin)).split())


def message(arbre: Any) -> str:
    return textes(arbre, "//p[contains(@class, 'message')][@role='status']")


@pytest.fixture
def sauvegardes(banc: Banc) -> Iterator[Sauvegardes]:
    toutes = Sauvegardes(banc.services.magasin)
    yield toutes
    toutes.oublier(banc.nom)


@pytest.mark.parametrize("adresse", PAGES)
def test_every_page_is_reached_from_every_other(banc: Banc, page: Page, adresse: str) -> None:
    onglets = page(f"/controle{adresse}").xpath("//nav[@aria-label='Base']//a")
    voisines = [a.get("href").removeprefix(f"/console/{banc.nom}") for a in onglets]
    assert set(voisines) >= {*(f"/controle{p}" for p in PAGES if p != "/remettre"), "/jetons", "/guichets"}
    (ici,) = [a for a in onglets if a.get("aria-current")]
    # What goes back to its start is below the snapshots.
    assert ici.get("href") == f"/console/{banc.nom}/controle{adresse.replace('/remettre', '/sauvegardes')}"


# --- the clock --------------------------------------------------------------------------------------------


def test_what_time_did_is_told_and_leads_to_the_demandes(banc: Banc, page: Page, envoyer: Page) -> None:
    numero, _ = banc.creer_demande()
    assert "15/03/2018" in textes(page("/controle"))
    vue = suivre(banc, envoyer("/controle/avancer", depuis="/controle", vu="oui", vers="P13M"))
    assert "15/04/2019" in message(vue)
    assert "1 demande radiée faute de renouvellement" in message(vue)
    nuits = vue.xpath("//section[@id='nuits']//tbody/tr")
    assert len(nuits) == 2
    assert "1 × demande radiée faute de renouvellement" in textes(nuits[0], ".")
    assert "1 × préavis d'échéance" in textes(nuits[1], ".")
    liens = vue.xpath(f"//section[@id='nuits']//a[text()='{numero}']/@href")
    assert set(liens) == {f"/console/{banc.nom}/demandes/{numero}"}
    assert banc.http.get(liens[0], headers=ENTETES).status_code == 200
    # Nothing happened since: the nights before are elsewhere.
    vue = suivre(banc, envoyer("/controle/avancer", depuis="/controle", vu="oui", vers="P1D"))
    assert vue.xpath("//section[@id='nuits']//tbody/tr") == []
    assert len(page("/controle").xpath("//section[@id='nuits']//tbody/tr")) == 2


@pytest.mark.parametrize("depot", [datetime(2018, 1, 25, 12, 0), datetime(2018, 7, 14, 12, 0)])
def test_a_night_is_of_the_day_that_its_exchange_says(
    nouvelle_base: Callable[..., Banc], depot: datetime
) -> None:
    """Midnight in Paris is the day before at Greenwich, by an hour in winter and two in summer."""
    banc = nouvelle_base(horloge=depot.replace(tzinfo=PARIS))
    banc.creer_demande(dateCreationDemande=f"{depot:%Y-%m-%d}")
    banc.api("POST", f"/bases/{banc.nom}/clock/advance", {"vers": "P1Y"})
    vue = html.fromstring(banc.http.get(f"/console/{banc.nom}/controle", headers=ENTETES).text)
    nuits = vue.xpath("//section[@id='nuits']//tbody/tr")
    assert nuits
    for nuit in nuits:
        (identifiant,) = [int(a.rpartition("/")[2]) for a in nuit.xpath("./td//a/@href") if "/echanges/" in a]
        echange = banc.services.magasin.journal.lire(banc.nom, identifiant)
        assert f"Nuit du {textes(nuit, './th')}" in echange.chemin


def test_a_night_of_many_tells_their_number(banc: Banc, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sne_sandbox.bases.travail_des_nuits.CITES_MAX", 0)
    banc.creer_demande()
    banc.api("POST", f"/bases/{banc.nom}/clock/advance", {"vers": "P1Y"})
    assert "1 préavis d'échéance" in textes(page("/controle"), "//section[@id='nuits']//tbody")


def test_nights_that_wait_are_asked_about_on_every_page(banc: Banc, page: Page, envoyer: Page) -> None:
    numero, _ = banc.creer_demande()
    assert page("/demandes").xpath("//div[contains(@class, 'message')]") == []
    mettre_a_l_heure(banc.services.magasin, banc.nom, Horloge())
    for adresse in ("/demandes", "/controle", "/journal"):
        (bande,) = page(adresse).xpath("//div[contains(@class, 'message')]")
        assert "L'horloge de la machine a-t-elle sauté" in bande.text_content().replace(
            "\N{NO-BREAK SPACE}", " "
        )
        (formulaire,) = bande.xpath(".//form")
        assert formulaire.get("action") == f"/console/{banc.nom}/controle/nuits"
    vue = suivre(banc, envoyer("/controle/nuits", depuis="/controle", vu="oui"))
    assert "1 demande effacée" in message(vue)
    assert vue.xpath("//div[contains(@class, 'message')]") == []
    assert numero


def test_the_clock_is_frozen_and_given_back(banc: Banc, envoyer: Page) -> None:
    def horloge() -> Horloge:
        return banc.services.magasin.bases.lire(banc.nom).horloge  # type: ignore[no-any-return]

    vue = suivre(banc, envoyer("/controle/figer", depuis="/controle", vu="oui", instant="2018-03-20T09:30"))
    assert "20/03/2018 09:30" in message(vue)
    assert horloge().fige_a is not None
    suivre(banc, envoyer("/controle/avancer", depuis="/controle", vu="oui", vers="2018-04-01"))
    assert horloge().maintenant(MIDI).isoformat() == "2018-04-01T09:30:00+02:00"
    suivre(banc, envoyer("/controle/reelle", depuis="/controle", vu="oui"))
    assert horloge().reelle
    suivre(banc, envoyer("/controle/figer", depuis="/controle", vu="oui"))
    assert horloge().fige_a is not None


@pytest.mark.parametrize(
    ("geste", "champs", "dit"),
    [
        ("avancer", {"vers": "bientôt"}, "ni une durée ni une date"),
        ("avancer", {"vers": "2018-03-01"}, "ne recule pas"),
        ("avancer", {}, "ni une durée"),
        ("figer", {"instant": "hier"}, "n'est pas un instant"),
    ],
)
def test_a_move_that_cannot_be_says_why(
    banc: Banc, envoyer: Page, geste: str, champs: dict[str, str], dit: str
) -> None:
    banc.creer_demande()
    vue = suivre(banc, envoyer(f"/controle/{geste}", depuis="/controle", **champs))
    assert dit in message(vue)
    assert "Remède" in message(vue)
    assert vue.xpath("//p[contains(@class, 'erreur')]")


def test_many_nights_are_folded(banc: Banc, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_temps, "NUITS_DEPLIEES", 1)
    banc.creer_demande()
    banc.api("POST", f"/bases/{banc.nom}/clock/advance", {"vers": "P14M"})
    arbre = page("/controle")
    assert len(arbre.xpath("//section[@id='nuits']/div//tbody/tr")) == 1
    assert len(arbre.xpath("//section[@id='nuits']/details//tbody/tr")) == 1
    assert "1 nuit plus ancienne" in textes(arbre, "//section[@id='nuits']//summary")


def test_what_the_clock_page_proposes_can_be_done(banc: Banc, page: Page, envoyer: Page) -> None:
    """Frozen between two seconds, or going on: the instant of the form is one that the base takes."""
    banc.creer_demande()
    for horloge in (
        Horloge(fige_a=MIDI + timedelta(seconds=5, microseconds=400_000)),
        Horloge(decalage=MIDI + timedelta(days=1) - datetime.now(UTC)),
    ):
        mettre_a_l_heure(banc.services.magasin, banc.nom, horloge)
        arbre = page("/controle")
        (jour,) = arbre.xpath("//input[@id='instant']/@value")
        (heure,) = arbre.xpath("//input[@name='heure']/@value")
        vue = suivre(banc, envoyer("/controle/figer", depuis="/controle", vu="oui", jour=jour, heure=heure))
        assert "Il est maintenant" in message(vue)


def test_real_time_is_not_offered_to_a_base_that_is_ahead_of_it(banc: Banc, page: Page) -> None:
    rendre = "//form[contains(@action, '/controle/reelle')]"
    banc.creer_demande()
    assert page("/controle").xpath(rendre)
    banc.regler_horloge(datetime.now(UTC) + timedelta(days=40))
    arbre = page("/controle")
    assert not arbre.xpath(rendre)
    assert "clock real" not in textes(arbre)
    assert "en avance sur l'heure réelle" in textes(arbre)


# --- pannes -----------------------------------------------------------------------------------------------


def test_every_kind_has_its_form(page: Page) -> None:
    genres = page("/controle/pannes").xpath("//details[contains(@class, 'genre')]")
    assert [g.xpath("string(summary/code)") for g in genres] == list(GENRES)
    for genre in genres:
        nom = genre.xpath("string(summary/code)")
        champs = {c[2:] for c in genre.xpath(".//form//@name") if c.startswith("p-")}
        assert champs == {p.nom for p in GENRES[nom].parametres}


def test_a_panne_is_armed_played_and_taken_away(banc: Banc, page: Page, envoyer: Page) -> None:
    vue = suivre(
        banc,
        envoyer(
            "/controle/pannes/armer",
            depuis="/controle/pannes",
            genre="html_503",
            fois="2",
            operation="getNumUnique",
            guichet="",
            taux="",
            graine="",
            **{"p-secondes": "9"},
        ),
    )
    assert "html_503" in message(vue)
    (armee,) = pannes.lister(banc.services.magasin, banc.nom)
    assert (armee.definition.operation, armee.definition.guichet) == ("getNumUnique", None)
    assert (armee.definition.fois, armee.definition.parametres) == (2, {"secondes": "9"})
    assert banc.demander(specimen("personne_seule")).statut == 503
    ligne = textes(page("/controle/pannes"), "//tbody")
    assert "getNumUnique" in ligne
    assert "secondes=9" in ligne
    suivre(banc, envoyer("/controle/pannes/desarmer", depuis="/controle/pannes", identifiant="1"))
    assert pannes.lister(banc.services.magasin, banc.nom) == []
    # Another tab shows it still.
    vue = suivre(banc, envoyer("/controle/pannes/desarmer", depuis="/controle/pannes"))
    assert message(vue) == "Aucune panne n'était armée."


def test_a_rate_is_written_as_one_writes_it(banc: Banc, envoyer: Page) -> None:
    for genre in ("bom", "cid_faux"):
        envoyer("/controle/pannes/armer", depuis="/controle/pannes", genre=genre, fois="", taux="0,25")
    armees = pannes.lister(banc.services.magasin, banc.nom)
    assert [(a.definition.taux, a.definition.fois) for a in armees] == [(0.25, None)] * 2
    vue = suivre(banc, envoyer("/controle/pannes/desarmer", depuis="/controle/pannes"))
    assert "2 pannes désarmées" in message(vue)
    delai = {"genre": "delai", "p-secondes": "0,5"}
    suivre(banc, envoyer("/controle/pannes/armer", depuis="/controle/pannes", **delai))
    (armee,) = pannes.lister(banc.services.magasin, banc.nom)
    assert armee.definition.nombre("secondes") == 0.5


@pytest.mark.parametrize(
    ("quoi", "champs"),
    [
        ("pannes/armer", {"genre": "rien"}),
        ("pannes/armer", {"genre": "delai", "p-secondes": "beaucoup"}),
        ("pannes/armer", {"genre": "bom", "fois": "1,5"}),
        ("pannes/armer", {"genre": "bom", "fois": "0"}),
        ("pannes/armer", {"genre": "bom", "taux": "2"}),
        ("pannes/armer", {"genre": "bom", "taux": "nan"}),
        ("pannes/armer", {"genre": "bom", "fois": "inf"}),
        ("pannes/armer", {"genre": "bom", "graine": "9" * 30}),
        ("pannes/armer", {"genre": "bom", "operation": "<script>"}),
        ("bases", {"nom": ""}),
        ("bases", {"nom": "a/b"}),
        ("bases", {"nom": "n", "taille": "20001"}),
        ("bases", {"nom": "n", "taille": "-5"}),
        ("bases", {"nom": "n", "taille": "x"}),
        ("bases", {"nom": "n", "seed": "9" * 30}),
        ("bases", {"nom": "n", "semence": "rien"}),
        ("bases", {"nom": "n", "horloge": "demain"}),
        ("bases", {"nom": "n", "profil": "mou"}),
    ],
    ids=str,
)
def test_what_cannot_be_says_why(banc: Banc, envoyer: Page, quoi: str, champs: dict[str, str]) -> None:
    vue = suivre(banc, envoyer(f"/controle/{quoi}", depuis=f"/controle/{quoi.partition('/')[0]}", **champs))
    assert vue.xpath("//p[contains(@class, 'erreur')]")
    assert pannes.lister(banc.services.magasin, banc.nom) == []
    assert "n" not in {b.nom for b in banc.services.magasin.bases.lister()}


# --- settings ---------------------------------------------------------------------------------------------


def test_settings_are_those_of_the_table_and_are_changed(banc: Banc, page: Page, envoyer: Page) -> None:
    noms = page("/controle/reglages").xpath("//main//form//label/following-sibling::code/text()")
    assert noms == list(Reglages.__slots__)
    vue = suivre(
        banc, envoyer("/controle/reglages", depuis="/controle/reglages", profile="strict", recherche_max="7")
    )
    assert message(vue) == "Réglages changés : profile = strict, recherche_max = 7."
    assert banc.services.magasin.bases.lire(banc.nom).reglages == Reglages(profile="strict", recherche_max=7)
    vue = suivre(banc, envoyer("/controle/reglages", depuis="/controle/reglages", profile="strict"))
    assert message(vue) == "Rien n'a changé."
    vue = suivre(banc, envoyer("/controle/reglages", depuis="/controle/reglages", profile="mou"))
    assert "ecole, strict, souple" in message(vue)


# --- snapshots --------------------------------------------------------------------------------------------


def test_a_base_is_saved_compared_and_put_back(
    banc: Banc, page: Page, envoyer: Page, sauvegardes: Sauvegardes
) -> None:
    assert "Aucune sauvegarde encore" in textes(page("/controle/sauvegardes"))
    envoyer("/controle/sauvegardes", depuis="/controle/sauvegardes", nom="avant")
    numero, _ = banc.creer_demande()
    assert page("/controle/sauvegardes").xpath("//table//tbody/tr/th/text()") == ["avant"]
    vue = page("/controle/sauvegardes/comparer?avant=avant")
    assert vue.xpath("//dl[@class='compteurs']//dd/text()") == ["1", "0", "0", "0"]
    assert vue.xpath(f"//section[@class='ecart']//a[text()='{numero}']")
    envoyer("/controle/sauvegardes", depuis="/controle/sauvegardes", nom="apres")
    vue = page("/controle/sauvegardes/comparer?avant=apres&apres=avant")
    assert vue.xpath("//dl[@class='compteurs']//dd/text()") == ["0", "0", "1", "0"]
    demande = page("/controle/sauvegardes/avant/restaurer")
    assert demande.xpath("//main//form[@method='post']//button/text()") == ["Restaurer"]
    assert banc.compter() == 1
    suivre(
        banc,
        envoyer("/controle/sauvegardes/avant/restaurer", depuis="/controle/sauvegardes/avant/restaurer"),
    )
    assert banc.compter() == 0
    assert len(banc.journal()) == 2  # and the line that says so
    suivre(
        banc,
        envoyer("/controle/sauvegardes/avant/supprimer", depuis="/controle/sauvegardes/avant/supprimer"),
    )
    assert [s.nom for s in sauvegardes.lister(banc.nom)] == ["apres"]


def test_a_snapshot_of_another_version_is_shown_as_such_and_deleted(
    banc: Banc, page: Page, envoyer: Page, sauvegardes: Sauvegardes
) -> None:
    sauvegardes.faire(banc.nom, "ancienne").fichier.write_bytes(b"PK")
    vue = page("/controle/sauvegardes")
    assert "n'est pas une sauvegarde utilisable" in textes(vue)
    liens = vue.xpath("//table//tbody//td[@class='gestes-ligne']/a/@aria-label")
    assert liens == ["Télécharger ancienne, NIR en clair", "Supprimer ancienne"]
    assert vue.xpath("//select[@name='avant']/option") == []
    adresse = "/controle/sauvegardes/ancienne/supprimer"
    envoyer(adresse, depuis=adresse)
    assert sauvegardes.lister(banc.nom) == []


def test_the_file_of_a_snapshot(banc: Banc, sauvegardes: Sauvegardes) -> None:
    faite = sauvegardes.faire(banc.nom, "avant")
    lu = banc.http.get(f"/api/v1/bases/{banc.nom}/snapshots/avant/file", headers=ENTETES)
    assert lu.data == faite.fichier.read_bytes()
    assert lu.headers["Content-Disposition"] == f'attachment; filename="{banc.nom}-avant.zip"'


def test_a_changed_field_is_shown_and_escaped(banc: Banc, page: Page, sauvegardes: Sauvegardes) -> None:
    numero, racine = banc.creer_demande()
    sauvegardes.faire(banc.nom, "avant")
    modifie = document(racine, "MOD", numero)
    poser(modifie, f"{FORMULAIRE}/personnePhysique/demandeur/prenom", "<script>alert(1)</script>")
    assert banc.demander(modifie).anomalies == []
    vue = page("/controle/sauvegardes/comparer?avant=avant")
    assert vue.xpath("//dl[@class='compteurs']//dd/text()") == ["0", "1", "0", "0"]
    assert "<script>alert(1)</script>" in [e.text_content() for e in vue.xpath("//ins")]
    assert vue.xpath("//main//script") == []


def test_what_changed_is_told_in_words(banc: Banc, page: Page, sauvegardes: Sauvegardes) -> None:
    banc.creer_demande()
    sauvegardes.faire(banc.nom, "avant")
    banc.api("POST", f"/bases/{banc.nom}/clock/advance", {"vers": "P13M"})
    vue = page("/controle/sauvegardes/comparer?avant=avant")
    dits = {
        tr.xpath("string(th)"): [td.text_content() for td in tr.xpath("td")] for tr in vue.xpath("//tbody/tr")
    }
    assert dits["état"] == ["active", "radiée"]
    assert dits["date de radiation"] == ["absent", "15/04/2019"]
    assert dits["motif de radiation"] == ["absent", "RADREN : Radiation pour cause de non renouvellement"]


@pytest.mark.parametrize("nom", ["rien", "..", "a.b"])
def test_a_snapshot_that_is_not_there(page: Page, nom: str) -> None:
    for suite in ("fichier", "restaurer", "supprimer"):
        page(f"/controle/sauvegardes/{nom}/{suite}", statut=404)
    page(f"/controle/sauvegardes/comparer?avant={nom}", statut=404)


def test_a_name_that_does_not_fit(banc: Banc, envoyer: Page) -> None:
    for nom in ("", "a/b", "é", "<script>", "_a"):
        vue = suivre(banc, envoyer("/controle/sauvegardes", depuis="/controle/sauvegardes", nom=nom))
        assert "ne convient pas" in message(vue)
        assert "le premier une lettre ou un chiffre" in message(vue)


# --- resets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("portee", "demandes", "lignes", "armees"),
    [("journal", 1, 0, 1), ("etat", 0, 2, 1), ("pannes", 1, 1, 0), ("tout", 0, 0, 0)],
)
def test_a_reset_is_asked_twice(
    banc: Banc, page: Page, envoyer: Page, portee: str, demandes: int, lignes: int, armees: int
) -> None:
    banc.creer_demande()
    banc.api("POST", f"/bases/{banc.nom}/pannes", {"genre": "bom"})
    assert page("/controle/remettre").xpath("//tbody/tr")
    question = page(f"/controle/remettre/{portee}")
    assert "1 " in textes(question, "//main//li")
    assert banc.compter() == 1
    faite = suivre(banc, envoyer(f"/controle/remettre/{portee}", depuis=f"/controle/remettre/{portee}"))
    assert message(faite).endswith(" : comme au départ.")
    reste = len(pannes.lister(banc.services.magasin, banc.nom))
    assert (banc.compter(), len(banc.journal()), reste) == (demandes, lignes, armees)


def test_a_base_ahead_of_time_comes_back_to_today(banc: Banc, page: Page, envoyer: Page) -> None:
    """As its own page says: by a reset that puts the clock back too, and by the API call told there."""
    banc.api("POST", f"/bases/{banc.nom}/clock/real")
    banc.creer_demande()
    for retour in (
        lambda: suivre(banc, envoyer("/controle/remettre/reel", depuis="/controle/remettre/reel")),
        lambda: banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": "tout", "horloge": "real"}),
    ):
        banc.api("POST", f"/bases/{banc.nom}/clock/advance", {"vers": "P13M"})
        banc.creer_demande()
        assert page("/controle").xpath("//main//p/a[contains(@href, '/remettre/reel')]")
        retour()
        assert banc.compter() == 0
        assert banc.services.magasin.bases.lire(banc.nom).horloge.reelle
    refus = banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": "tout", "horloge": "hier"})
    assert refus.status_code == 422


# --- bases ------------------------------------------------------------------------------------------------


def test_a_base_is_made_and_deleted(banc: Banc, page: Page, envoyer: Page) -> None:
    nom = f"{banc.nom}-n"
    champs = {"nom": nom, "semence": "ecole", "taille": "3", "seed": "7", "profil": "strict"}
    vue = suivre(
        banc,
        envoyer("/controle/bases", depuis="/controle/bases", horloge="2018-03-15T12:00", **champs),
    )
    assert f"« {nom} » est créée" in message(vue)
    assert vue.xpath("string(//header//summary/strong)") == nom
    base = banc.services.magasin.bases.lire(nom)
    assert (base.semence, base.seed, base.reglages.profile) == ("ecole", 7, "strict")
    assert base.horloge.fige_a == MIDI
    neuve = Banc(banc.app, nom)
    assert neuve.compter() >= 3
    question = page(f"//console/{nom}/controle/bases/supprimer")
    jeton = question.xpath("//input[@name='csrf']/@value")[0]
    reponse = banc.http.post(
        f"/console/{nom}/controle/bases/supprimer", headers=ENTETES, data={"csrf": jeton}
    )
    assert "est supprimée" in message(suivre(banc, reponse))
    assert nom not in {b.nom for b in banc.services.magasin.bases.lister()}


def test_a_remedy_is_not_what_fails_again(banc: Banc, envoyer: Page) -> None:
    """No number of households is below zero, and no page passes on a number beyond what a panne takes."""
    base = suivre(banc, envoyer("/controle/bases", depuis="/controle/bases", nom="n", taille="-5"))
    assert "un entier de 0 à 20000" in message(base)
    assert "--seed-size" not in message(base)
    panne = suivre(
        banc, envoyer("/controle/pannes/armer", depuis="/controle/pannes", genre="bom", fois="2000000000")
    )
    assert "de 1 à 1000000000" in message(panne)


def test_the_school_base_is_not_deleted(page: Page) -> None:
    assert "ne se supprime pas" in textes(page("//console/ecole/controle/bases/supprimer", statut=422))


# --- who may ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def distante(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    app = creer_application(
        Configuration(home=tmp_path_factory.mktemp("distante"), jeton="tout", jeton_lecture="lire")
    )
    yield app
    app.extensions["sne"].magasin.fermer()


def test_who_may_only_read_sees_all_and_changes_nothing(distante: Flask) -> None:
    http = distante.test_client()
    lire = {**ENTETES, "Authorization": "Bearer lire"}
    sauvegardes = Sauvegardes(distante.extensions["sne"].magasin)
    sauvegardes.faire("ecole", "avant")
    for adresse in PAGES:
        lue = http.get(f"/console/ecole/controle{adresse}", headers=lire)
        assert lue.status_code == 200
        arbre = html.fromstring(lue.text)
        boutons = arbre.xpath("//main//form[@method='post']//button")
        assert all(b.get("disabled") is not None or b.xpath("ancestor::fieldset[@disabled]") for b in boutons)
        assert "$SNE_SANDBOX_ADMIN_TOKEN" in textes(arbre, "//details[contains(@class, 'equivalents')]")
    assert http.post("/console/ecole/controle/figer", headers=lire).status_code == 403
    adresse = "/api/v1/bases/ecole/snapshots/avant/file"
    assert http.get(adresse, headers=lire).status_code == 403
    assert http.get(adresse, headers={**ENTETES, "Authorization": "Bearer tout"}).status_code == 200


@pytest.mark.parametrize("nombre", ["9" * 21, "9" * 5000, "-" + "9" * 30, "x"])
def test_a_number_that_no_column_takes_is_no_bug(banc: Banc, page: Page, envoyer: Page, nombre: str) -> None:
    banc.creer_demande()
    page(f"/journal?avant={nombre}")
    page(f"/controle?depuis={nombre}")
    banc.api("POST", f"/bases/{banc.nom}/pannes", {"genre": "bom"})
    vue = suivre(banc, envoyer("/controle/pannes/desarmer", depuis="/controle/pannes", identifiant=nombre))
    assert "n'a pas de panne" in textes(vue)
    assert len(banc.api("GET", f"/bases/{banc.nom}/pannes").json["pannes"]) == 1
