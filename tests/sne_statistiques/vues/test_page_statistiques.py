"""The statistics: what the pages say is what the tables count, and they say so when they do not know yet."""

import csv
import io
import shlex
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from banc import FORMULAIRE, NS, Banc, evenement, poser, radiation, trouver
from donnees import a_cote
from lxml import etree
from navigateur import ENTETES
from visite_de_la_console import equivalents
from werkzeug.exceptions import ServiceUnavailable

from sne_interface.domain.base import Horloge
from sne_interface.domain.dates import PARIS
from sne_interface.errors import StoreError
from sne_sandbox.cli import main
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration
from sne_statistiques.comptes import statistiques
from sne_statistiques.vues import page_statistiques as pages
from sne_statistiques.vues import tableaux
from sne_statistiques.vues.tableaux import Calculs, TableDemandee

JOUR = date(2018, 3, 15)
HORLOGE = Horloge(fige_a=datetime(2018, 3, 15, 12, tzinfo=PARIS))
#: Seconds that nothing takes, however busy the machine.
PATIENCE = 240.0


def normaliser(dit: str) -> str:
    """A text with plain blanks."""
    return " ".join(dit.split())


@pytest.fixture
def peuple(banc: Banc) -> Banc:
    """A base with five demandes: two territories, an association, one radiated."""
    for nom in ("personne_seule", "hebergee_secret", "association", "couple_garde_alternee_handicap"):
        banc.creer_demande(nom)
    banc.creer_demande("colocataires")
    return banc


def compter(banc: Banc, code: str, jour: date = JOUR, territoire: str | None = None) -> statistiques.Tableau:
    with banc.services.magasin.lire(banc.nom) as registre:
        return statistiques.tableau(code, registre, banc.services.contrat, jour, territoire)


def lire_tableaux(arbre: Any, ou: str = "//table") -> list[tuple[str, tuple[int, ...]]]:
    """Label and counts of every line of these tables of a page, shares left out."""
    lignes = []
    for ligne in arbre.xpath(f"{ou}//tbody/tr"):
        nombres = [td.text_content().strip() for td in ligne.xpath("./td[not(@class='dessinee')]")]
        entiers = tuple(
            int(n.replace("\N{NARROW NO-BREAK SPACE}", "")) for n in nombres if not n.endswith("%") and n
        )
        lignes.append((ligne.xpath("./th")[0].text_content(), entiers))
    return lignes


#: Where the pages show the tables of each code.
OU = {
    "TAB01": "//section[p[@class='grand-nombre']]",
    "TAB02": "//table[contains(@class, 'flux')]",
    "TAB03": "//div[@class='profils']",
}


@pytest.mark.parametrize("code", ["TAB01", "TAB03"])
@pytest.mark.parametrize("territoire", [None, "111", "062", "069"])
def test_the_page_says_what_is_counted(
    peuple: Banc, page: Callable[..., Any], code: str, territoire: str | None
) -> None:
    suite = f"?territoire={territoire}" if territoire else ""
    arbre = page(f"/statistiques{suite}")
    attendu = compter(peuple, code, territoire=territoire)
    assert lire_tableaux(arbre, OU[code]) == [(libelle, nombres) for _, libelle, nombres in attendu.lignes]


def test_a_day_to_come_and_a_territory_without_demandes_are_said(
    peuple: Banc, page: Callable[..., Any]
) -> None:
    dit = "//main/p[@role='status']/text()"
    assert not page("/statistiques?date=2018-03-15&territoire=062").xpath(dit)
    futur, inconnu = page("/statistiques?date=2019-03-15&territoire=971").xpath(dit)
    assert "15/03/2019 est à venir\N{NO-BREAK SPACE}: il est le 15/03/2018" in futur
    assert "aucune demande du territoire 971" in inconnu


def test_every_column_of_the_flows_is_in_words(peuple: Banc, page: Callable[..., Any]) -> None:
    entetes = page("/statistiques/flux").xpath(f"({OU['TAB02']})[1]/thead//th/text()")
    assert {"Radiées", "Irrecevabilité de la demande", "Non renouvellement"} <= set(entetes)
    assert [e for e in entetes if e.isupper()] == []


def test_flows_by_month_quarter_and_year(peuple: Banc, page: Callable[..., Any]) -> None:
    attendu = compter(peuple, "TAB02")
    lignes = lire_tableaux(page("/statistiques/flux"), OU["TAB02"])
    assert lignes == [(libelle, nombres) for _, libelle, nombres in attendu.lignes]
    assert sum(nombres[1] for libelle, nombres in lignes if libelle == "2018") == 3


def test_another_day(peuple: Banc, page: Callable[..., Any]) -> None:
    arbre = page("/statistiques?date=2017-12-31")
    assert [(libelle, nombres[0]) for libelle, nombres in lire_tableaux(arbre, OU["TAB01"])] == [
        ("Personnes physiques", 2), ("Associations", 0), ("Total", 2),
    ]  # fmt: skip
    assert "31/12/2017" in arbre.xpath("//h2")[0].text_content()
    assert "--at 2017-12-31 --table TAB01" in arbre.xpath("//main")[0].text_content()


def test_anybody_reads_the_rounded_past_of_the_base_that_is_public_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_PATIENCE", PATIENCE)
    for publique in (None, "ecole"):
        app = creer_application(
            Configuration(
                tmp_path, jeton="k" * 22, semence="ecole", taille=300, horloge=HORLOGE,
                statistiques_publiques=publique,
            )
        )  # fmt: skip
        http, magasin = app.test_client(), app.extensions["sne"].magasin
        ici, html = {"Host": "127.0.0.1:8080"}, {"Accept": "text/html"}
        lue = http.get("/statistiques?annee=2016", headers=ici)
        assert lue.status_code == (404 if publique is None else 200)
        for adresse in ("/console/ecole/statistiques", "/console/ecole/statistiques/TAB01.csv", "/console/",
                        "/api/v1/bases/ecole/statistics"):  # fmt: skip
            assert http.get(adresse, headers=ici).status_code == 401
            if adresse.startswith("/console"):
                assert http.get(adresse, headers=ici | html).status_code == 303
        if publique is None:
            magasin.fermer()
    for annee, statut in (("2017", 200), ("2018", 422), ("2012", 422), ("x", 422)):
        assert http.get(f"/statistiques?annee={annee}", headers=ici).status_code == statut
    assert http.post("/statistiques", headers=ici).status_code == 401
    arbre = etree.HTML(lue.data)
    dite = normaliser(arbre.xpath("string(//main)"))
    assert "Base « ecole »" in dite
    assert "seuils inventés pour la démonstration" in dite
    assert {urlsplit(lien).path for lien in arbre.xpath("//a/@href")} == {"/", "/statistiques", ""}
    dits = {td.text for td in arbre.xpath("//tbody//td")}
    assert {"0", "moins de 11"} < dits
    assert all(dit == "moins de 11" or dit.endswith("0") for dit in dits)
    with magasin.lire("ecole") as registre:
        tab03 = statistiques.tableau("TAB03", registre, app.extensions["sne"].contrat, date(2016, 12, 31))
    attendues = [(libelle, pages._taire(n)) for _, libelle, (n,) in tab03.lignes]
    lignes = [
        (tr.xpath("string(th)"), tr.xpath("string(td)")) for tr in arbre.xpath("//tbody/tr[count(td)=1]")
    ]
    assert lignes == attendues
    magasin.fermer()


def test_a_page_has_its_own_notes_and_says_invented_thresholds_once(
    peuple: Banc, page: Callable[..., Any]
) -> None:
    lues = {
        onglet: normaliser(page(f"/statistiques{onglet}").xpath("string(//main)"))
        for onglet in ("", "/flux", "/territoires")
    }
    assert [dit.count("seuils inventés pour la démonstration") for dit in lues.values()] == [1, 0, 1]
    assert ["la tension est" in dit for dit in lues.values()] == [False, False, True]
    assert "une attribution n'en avoir aucun" in lues["/territoires"]


def test_an_empty_base_is_no_accident(page: Callable[..., Any], banc: Banc) -> None:
    for onglet in ("", "/flux", "/territoires"):
        arbre = page(f"/statistiques{onglet}")
        assert arbre.xpath("//table")
        for adresse in arbre.xpath("//main//a[contains(@href, '.svg')]/@href"):
            assert banc.http.get(adresse, headers=ENTETES).status_code == 200


def test_the_territories_are_those_of_the_base(peuple: Banc, page: Callable[..., Any]) -> None:
    choix = page("/statistiques?territoire=062").xpath("//select[@id='s-territoire']/option")
    assert [o.get("value") for o in choix] == ["", "062", "111"]
    assert [o.get("value") for o in choix if o.get("selected") is not None] == ["062"]


@pytest.mark.parametrize(("onglet", "nombre"), [("", 11), ("/flux", 5), ("/territoires", 11)])
def test_charts_are_images_without_a_script(
    peuple: Banc, page: Callable[..., Any], onglet: str, nombre: int
) -> None:
    images = page(f"/statistiques{onglet}").xpath("//main//a[contains(@href, '.svg')]/@href")
    assert len(images) == nombre
    for image in images:
        reponse = peuple.http.get(image, headers=ENTETES)
        assert reponse.status_code == 200
        assert reponse.mimetype == "image/svg+xml"
        racine = etree.fromstring(reponse.data)
        assert list(racine.iter("{*}script", "{*}foreignObject")) == []
        assert b"@import" not in reponse.data
        adresses = [a for e in racine.iter("{*}*") for nom, a in e.items() if nom.endswith(("href", "src"))]
        assert adresses == []


def test_a_chart_shows_the_numbers_of_its_section(peuple: Banc) -> None:
    tableau = compter(peuple, "TAB03")
    for rubrique in tableaux.rubriques(tableau):
        racine = etree.fromstring(tableaux.dessiner(tableau, rubrique))
        valeurs = [int(t.text) for t in racine.iter("{*}text") if t.get("text-anchor") == "start"]
        assert valeurs == [nombres[0] for _, nombres in tableaux.lignes_de(tableau, rubrique)]
    with pytest.raises(KeyError):
        tableaux.dessiner(tableau, "Couleur")


def test_reasons_of_radiations(banc: Banc, page: Callable[..., Any]) -> None:
    numero, racine = banc.creer_demande()
    assert banc.demander(radiation(racine, numero, "RADABA")).numero == numero
    arbre = page("/statistiques/flux")
    (ligne,) = arbre.xpath("//table[caption='Motifs de radiation sur douze mois']/tbody/tr")
    assert [c.text_content() for c in ligne][0::2] == ["Abandon de la demande (RADABA)", "1"]


def test_csv(peuple: Banc) -> None:
    reponse = peuple.http.get(
        f"/console/{peuple.nom}/statistiques/TAB01.csv?territoire=111&date=2018-03-15", headers=ENTETES
    )
    assert reponse.status_code == 200
    assert reponse.headers["Content-Disposition"].endswith(f'{peuple.nom}-TAB01-2018-03-15-111.csv"')
    lignes = list(csv.DictReader(io.StringIO(reponse.data.decode("utf-8-sig")), delimiter=";"))
    assert {ligne["libelle"]: ligne["nombre"] for ligne in lignes if ligne["mesure"] == "demandes"} == {
        "Personnes physiques": "2",
        "Associations": "1",
        "Total": "3",
    }


@pytest.mark.parametrize(("suite", "statut"), a_cote(__file__)["what_cannot_be_counted_is_told"])
def test_what_cannot_be_counted_is_told(page: Callable[..., Any], suite: str, statut: int) -> None:
    page(f"/statistiques{suite}", statut=statut)


def test_the_same_is_had_by_a_command_and_by_a_call(banc: Banc, page: Callable[..., Any]) -> None:
    """Each is understood as it is written, and narrowed as the page is."""
    lue = page("/statistiques/flux?territoire=062")
    assert lue.xpath("//ul[@aria-label='Choisir une base']//a[@href='/console/ecole/statistiques']")
    ligne, appel = equivalents(lue)
    assert "--table TAB02 --territoire 062" in ligne
    commande, mots = main.trouver(shlex.split(ligne)[1:])
    lus = commande.make_context(commande.name, [*mots]).params
    assert (commande.name, lus["base"], lus["home"]) == ("stats", banc.nom, banc.services.configuration.home)
    assert appel.endswith("&territoire=062'")
    assert banc.http.get(shlex.split(appel)[-1], headers=ENTETES).status_code == 200


def test_a_base_is_counted_by_its_contract(nouvelle_base: Callable[..., Banc]) -> None:
    banc = nouvelle_base(contrat="v5.0")
    banc.creer_demande()
    assert banc.http.get(f"/console/{banc.nom}/statistiques").status_code == 200


# --- territories and quotas -------------------------------------------------------------------------------


@pytest.mark.parametrize("niveau", list(pages.NIVEAUX))
def test_the_page_of_territories_sums_to_the_stock(
    peuple: Banc, page: Callable[..., Any], niveau: str
) -> None:
    arbre = page(f"/statistiques/territoires?niveau={niveau}")
    comptes = "//table[caption='Comptes par territoire']"
    lignes = lire_tableaux(arbre, comptes)
    assert sum(nombres[0] for _, nombres in lignes) == compter(peuple, "TAB01").lignes[-1][-1][0] == 5
    (image,) = arbre.xpath("//main//a[contains(@href, 'territoires.svg')]/@href")
    assert peuple.http.get(image, headers=ENTETES).mimetype == "image/svg+xml"
    lien = arbre.xpath(f"{comptes}//a/@href")[0]
    detail = page(lien.removeprefix(f"/console/{peuple.nom}"))
    titres = detail.xpath("//h3/text()")
    assert "Demandes actives" in titres
    assert "Demandes actives (hors associations), par motif" in titres


def test_an_epci_is_shown_with_its_tension_its_communes_and_its_quotas(
    attribue: Banc, page: Callable[..., Any]
) -> None:
    for nom in ("hebergee_secret", "couple_garde_alternee_handicap"):
        attribue.creer_demande(nom)
    toutes = page("/statistiques/territoires?niveau=epci")
    liens = toutes.xpath("//table[caption='Comptes par territoire']//a/@href")
    detail = page(liens[0].removeprefix(f"/console/{attribue.nom}"))
    (epci,) = detail.xpath("//table[caption='Tension par EPCI']/tbody/tr/th")
    assert epci.text_content() in {
        th.text_content() for th in toutes.xpath("//table[caption='Tension par EPCI']//th")
    }
    communes = "//table[caption='Demandes et attributions par commune']/tbody/tr"
    assert 0 < len(detail.xpath(communes)) < len(toutes.xpath(communes))
    assert len(detail.xpath("//table[caption='Quotas par bailleur et EPCI']/tbody/tr")) <= 1


def test_a_territory_where_nothing_is_counted_is_said(peuple: Banc, page: Callable[..., Any]) -> None:
    arbre = page("/statistiques/territoires?niveau=region&code=06")
    assert "Rien n'est compté dans le territoire 06" in arbre.xpath("//p[@role='status']")[0].text_content()


def test_a_day_to_come_is_said_of_territories_too(peuple: Banc, page: Callable[..., Any]) -> None:
    arbre = page("/statistiques/territoires?niveau=region&date=2019-03-15")
    assert "15/03/2019 est à venir" in arbre.xpath("//p[@role='status']")[0].text_content()


def test_territories_as_csv(peuple: Banc) -> None:
    adresse = f"/console/{peuple.nom}/statistiques/territoires.csv?niveau=region&date=2018-03-15"
    reponse = peuple.http.get(adresse, headers=ENTETES)
    assert reponse.headers["Content-Disposition"].endswith(f'{peuple.nom}-region-2018-03-15.csv"')
    lignes = list(csv.DictReader(io.StringIO(reponse.data.decode("utf-8-sig")), delimiter=";"))
    assert {ligne["code_territoire"] for ligne in lignes} == {"11", "32"}


def attribuer(banc: Banc, numero: str, racine: Any) -> None:
    """Radiates a demande for a lease outside a quartier."""
    envoi = radiation(racine, numero, "RADATT")
    bloc = trouver(envoi, f"{FORMULAIRE}/radiation")
    attribution = etree.SubElement(bloc, f"{{{NS}}}attributionLogement")
    for nom, contenu in (
        ("dateSignatureBail", "2018-03-14"), ("dejaLogeParcBailleur", {"code": "NON"}),
        ("numeroRpls", "62BAC00042"), ("accordCollectif", {"code": "AUCUN"}),
        ("typeReservataire", {"code": "AUCUN"}), ("zus", {"code": "ZUSNON"}),
    ):  # fmt: skip
        element = etree.SubElement(attribution, f"{{{NS}}}{nom}")
        if isinstance(contenu, str):
            element.text = contenu
        else:
            element.attrib.update(contenu)
    resultat = banc.demander(envoi)
    assert resultat.anomalies == []


@pytest.fixture
def attribue(banc: Banc) -> Banc:
    """A base with one lease of 2018, that its radiation alone tells."""
    attribuer(banc, *banc.creer_demande())
    return banc


def test_a_lease_that_the_radiation_alone_tells_followed_the_decision(banc: Banc) -> None:
    """BAIL=non when the commission decided, then RADATT: the usual order (finding F2)."""
    numero, racine = banc.creer_demande(dateCreationDemande="2018-03-01")
    decision = evenement(numero)
    poser(decision, "entete/codeGuichet", "G1104")
    traits = {trait.findtext("{*}code"): trait for trait in decision.iter("{*}caracteristiqueSpecifique")}
    for code in ("DATEBAIL", "SIREN"):
        traits[code].getparent().remove(traits[code])
    traits["BAIL"].find("{*}valeurCaracteristiqueSpecifique").text = "non"
    assert banc.fichier("ajouterEvenementDemande", decision).anomalies == []

    def lues() -> tuple[set[str], int, int]:
        comptes = banc.api("GET", f"/bases/{banc.nom}/statistics/territoires?niveau=region").json["lignes"]
        ensemble = banc.api("GET", f"/bases/{banc.nom}/quotas").json["ensemble"]
        codes = {ligne["code"] for ligne in comptes if ligne["indicateur"] == "decisions"}
        return codes, ensemble["baux"], ensemble["attributions"]

    assert lues() == ({"attribution"}, 0, 1)
    attribuer(banc, numero, racine)
    assert lues() == ({"attribution_bail"}, 1, 1)
    (decision,) = banc.api("GET", f"/bases/{banc.nom}/decisions?part=prioritaires&ceux=oui").json["decisions"]
    assert (decision["suivie"], decision["radiee_le"]) == ("suivie d'un bail", "2018-03-15")
    assert decision["seance"] is not None


def test_the_page_of_quotas_says_each_share(attribue: Banc, page: Callable[..., Any]) -> None:
    arbre = page("/statistiques/territoires")
    titres = [titre.text_content() for titre in arbre.xpath("//h2")]
    assert "En 2018 : 1 bail signé, 1 attribution suivie ou non d'un bail" in map(normaliser, titres)
    parts = arbre.xpath("//table[caption[starts-with(., 'Les parts de L. 441-1')]]/tbody/tr")
    dites = [normaliser(part.text_content()) for part in parts]
    assert [("déduite" in dit, "une fédération" in dit, "la loi" in dit) for dit in dites] == [
        *[(True, False, True)] * 2, *[(True, True, False)] * 4, (False, False, True),
    ]  # fmt: skip
    assert "(0 sur 1, 1 inconnu)? indéterminé" in dites[2]
    assert "convention" in dites[-1]
    for adresse in arbre.xpath("//main//a[contains(@href, '.svg')]/@href"):
        racine = etree.fromstring(attribue.http.get(adresse, headers=ENTETES).data)
        assert list(racine.iter("{*}script")) == []
    assert "conventions de ce bac à sable" in arbre.xpath("//main")[0].text_content().lower()


def test_a_year_without_a_lease_says_those_that_have_one(attribue: Banc, page: Callable[..., Any]) -> None:
    dit = page("/statistiques/territoires?date=2016-03-15").text_content()
    assert (
        "Aucun logement n'a été attribué en 2016\N{NARROW NO-BREAK SPACE}; la base en a de 2018 à 2018."
        in dit
    )


def test_each_figure_of_the_quotas_opens_its_decisions(attribue: Banc, page: Callable[..., Any]) -> None:
    """Every link says as many decisions as its number, and what they are of."""
    liens = page("/statistiques/territoires").xpath("//main//a[contains(@href, '/decisions?')]")
    assert {lien.text_content() for lien in liens} == {
        "1", "inconnue", "Toutes les décisions de 2018",
    }  # fmt: skip
    assert len({lien.get("href") for lien in liens}) > 20
    for adresse in {lien.get("href") for lien in liens}:
        ouverte = page(f"/{adresse}")
        assert ouverte.xpath("string(//p[@role='status']/strong)") == "1\N{NO-BREAK SPACE}radiation seule"
        (ligne,) = ouverte.xpath("//table/tbody/tr")
        dite = normaliser(ligne.text_content())
        # The commission's day is not told by the radiation of that lease.
        assert ligne.xpath("string(td[@data-titre='Séance'])") == "non dite"
        assert "suivie d'un bail signé le 14/03/2018 radiée le 15/03/2018" in dite
    vide = page("/statistiques/decisions?annee=2018&part=prioritaires_bailleur&ceux=oui")
    assert "Aucune décision n'est dans ce cas." in vide.text_content()
    assert "une décision est de l'année de sa commission" in normaliser(vide.text_content())
    de_rien = ("epci=ailleurs", "bailleur=zz", "contingent=ZZZ", "annee=12")
    for faux in (*de_rien, "compte=couleur", "part=couleur", "ceux=peut-etre", "ceux=oui"):
        assert page(f"/statistiques/decisions?{faux}", statut=422) is not None


def test_the_decisions_of_a_figure_by_the_api(attribue: Banc) -> None:
    def lire(question: str) -> Any:
        return attribue.api("GET", f"/bases/{attribue.nom}/decisions?{question}")

    lue = lire("annee=2018&contingent=AUCUN&part=prioritaires_bailleur&ceux=dans").json
    (decision,) = lue["decisions"]
    assert (lue["nombre"], lue["suite"], decision["rang"], decision["seance"]) == (1, None, 0, None)
    assert (decision["devenir"], decision["bail"], decision["logement"]) == (
        "bail", "2018-03-14", "62BAC00042",
    )  # fmt: skip
    assert (decision["jour"], decision["radiee_le"]) == (None, "2018-03-15")
    vide = {"nombre": 0, "radiations": 0, "decisions": [], "suite": None}
    assert lire("compte=baux&epci=200040590").json == vide
    assert (lue["radiations"], decision["categories_dites"]) == (1, [])
    for faux, remede in (("contingent", "COLTER, COLACT"), ("epci", "EPCI inconnu"), ("bailleur", "9")):
        dite = lire(f"{faux}=ZZZ").json["detail"]
        assert f"[ZZZ] n'existe pas.\n→ écrivez : {remede}" in dite
        assert ", ," not in dite
    for faux in ("part=couleur", "part="):
        (dit,) = lire(faux).json["errors"]["query"]["part"]
        assert dit.startswith("Valeurs permises : premier_quartile, ")
    sans_part = lire("ceux=dans")
    assert sans_part.status_code == 422
    assert "« ceux » [dans] choisit dans une part, et aucune n'est dite" in sans_part.json["detail"]


def test_quotas_as_csv_and_by_the_api(attribue: Banc) -> None:
    adresse = f"/console/{attribue.nom}/statistiques/quotas.csv?date=2018-03-15"
    reponse = attribue.http.get(adresse, headers=ENTETES)
    assert reponse.headers["Content-Disposition"].endswith(f'{attribue.nom}-quotas-2018.csv"')
    ligne, _ = csv.DictReader(io.StringIO(reponse.data.decode("utf-8-sig")), delimiter=";")
    assert (ligne["baux"], ligne["hors_quartier"]) == ("1", "1")
    lue = attribue.api("GET", f"/bases/{attribue.nom}/quotas?annee=2018").json
    assert (lue["ensemble"]["baux"], lue["ensemble"]["comptes"]["hors_quartier"]) == (1, 1)
    assert lue["ensemble"]["parts"][0]["etat"] == "indéterminé"
    assert attribue.api("GET", f"/bases/{attribue.nom}/quotas/csv").mimetype == "text/csv"
    assert attribue.api("GET", f"/bases/{attribue.nom}/quotas/svg?part=prioritaires").status_code == 200
    assert attribue.api("GET", f"/bases/{attribue.nom}/quotas/svg?part=couleur").status_code == 422


def test_territories_by_the_api(peuple: Banc) -> None:
    lue = peuple.api("GET", f"/bases/{peuple.nom}/statistics/territoires?niveau=region").json
    actives = [x for x in lue["lignes"] if x["indicateur"] == "demandes_actives"]
    assert sum(x["valeur"] for x in actives) == 5
    assert peuple.api("GET", f"/bases/{peuple.nom}/statistics/territoires").status_code == 422
    feuille = peuple.api("GET", f"/bases/{peuple.nom}/statistics/territoires/csv?niveau=epci")
    assert len(list(csv.DictReader(io.StringIO(feuille.data.decode("utf-8-sig")), delimiter=";"))) > 5


# --- beside the page --------------------------------------------------------------------------------------


@pytest.fixture
def lent(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`lent()` makes tables take until the event that it answers; pages have little patience."""
    suite = threading.Event()
    vrai = tableaux.calculer

    def attendre(*arguments: Any) -> Any:
        assert suite.wait(PATIENCE)
        return vrai(*arguments)

    def ralentir() -> threading.Event:
        monkeypatch.setattr(tableaux, "calculer", attendre)
        monkeypatch.setattr(pages, "_PATIENCE", 0.01)
        return suite

    yield ralentir
    suite.set()


def test_a_long_count_says_so_and_comes_back(
    banc: Banc, page: Callable[..., Any], lent: threading.Event
) -> None:
    suite, adresse = lent(), f"/console/{banc.nom}/statistiques"
    reponse = banc.http.get(adresse, headers=ENTETES)
    assert reponse.headers["Refresh"] == "2"
    assert "Calcul en cours" in reponse.text
    suite.set()
    # The file waits for what the page did not.
    assert banc.http.get(f"{adresse}/TAB01.csv", headers=ENTETES).status_code == 200
    fin = time.monotonic() + PATIENCE
    while "Refresh" in banc.http.get(adresse, headers=ENTETES).headers and time.monotonic() < fin:
        time.sleep(0.05)
    assert lire_tableaux(page("/statistiques"), OU["TAB01"])[-1] == ("Total", (0, 0, 0, 0))


def test_old_figures_are_shown_as_such(
    banc: Banc,
    page: Callable[..., Any],
    lent: Callable[[], threading.Event],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page("/statistiques")
    banc.creer_demande()
    suite = lent()
    arbre = page("/statistiques")
    assert "La base a changé depuis" in arbre.xpath("//main")[0].text_content()
    assert lire_tableaux(arbre, OU["TAB01"])[-1] == ("Total", (0, 0, 0, 0))
    suite.set()
    monkeypatch.setattr(pages, "_PATIENCE", PATIENCE)
    monkeypatch.setattr(tableaux, "BREVE", PATIENCE)
    assert lire_tableaux(page("/statistiques"), OU["TAB01"])[-1] == ("Total", (1, 0, 0, 1))


def test_figures_are_counted_once_for_many(banc: Banc, lent: Callable[[], threading.Event]) -> None:
    suite, tables, demande = lent(), Calculs(), TableDemandee(banc.nom, "TAB01", JOUR)
    premier = tables.preparer(banc.services, demande)
    assert tables.preparer(banc.services, demande) is premier
    suite.set()
    assert tables.obtenir(banc.services, demande, attente=PATIENCE) is premier.result(PATIENCE)


def test_too_many_questions_wait_outside(banc: Banc, lent: Callable[[], threading.Event]) -> None:
    lent()
    tables = Calculs()
    demandes = [
        TableDemandee(banc.nom, "TAB01", date(2018, 3, jour))
        for jour in range(1, tableaux.EN_ATTENTE_MAX + 2)
    ]
    assert all(tables.preparer(banc.services, d) is not None for d in demandes[:-1])
    assert tables.preparer(banc.services, demandes[-1]) is None
    assert tables.obtenir(banc.services, demandes[-1], attente=0) is None


def test_what_fails_is_told_and_tried_again(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    tables, demande = Calculs(), TableDemandee(banc.nom, "TAB01", JOUR)
    monkeypatch.setattr(tableaux, "calculer", lambda *_: 1 / 0)
    with pytest.raises(StoreError, match="n'ont pas pu être calculées"):
        tables.obtenir(banc.services, demande, attente=PATIENCE)
    monkeypatch.undo()
    assert tables.obtenir(banc.services, demande, attente=PATIENCE) is not None


def test_few_tables_are_kept(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tableaux, "GARDES", 1)
    tables = Calculs()
    demandes = [TableDemandee(banc.nom, code, JOUR) for code in ("TAB01", "TAB02")]
    for demande in demandes:
        assert tables.obtenir(banc.services, demande, attente=PATIENCE) is not None
    assert [demande in tables._faits for demande in demandes] == [False, True]


def test_few_wait_for_a_table_and_the_others_are_told_to_come_again(
    banc: Banc, lent: Callable[[], threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    suite, tables, demande = lent(), Calculs(), TableDemandee(banc.nom, "TAB01", JOUR)
    monkeypatch.setattr(tableaux, "TOUR_MAX", 0.05)
    with ThreadPoolExecutor(tableaux.ATTENTES_MAX) as fils:
        attendent = [
            fils.submit(tables.attendre, banc.services, demande) for _ in range(tableaux.ATTENTES_MAX)
        ]
        while tables._attentes._value:
            time.sleep(0.01)
        with pytest.raises(ServiceUnavailable, match="réessayez") as refus:
            tables.attendre(banc.services, demande)
        assert dict(refus.value.get_headers())["Retry-After"] == str(tableaux.RETENTER)
        suite.set()
        assert len({id(futur.result(PATIENCE)) for futur in attendent}) == 1


def test_who_waits_has_what_the_base_is_now(banc: Banc, lent: Callable[[], threading.Event]) -> None:
    suite, tables, demande = lent(), Calculs(), TableDemandee(banc.nom, "TAB01", JOUR)
    tables.preparer(banc.services, demande)
    banc.creer_demande()
    suite.set()
    assert tables.attendre(banc.services, demande).contenu.lignes[-1][-1] == (1, 0, 0, 1)


def test_the_api_shares_the_tables_of_the_console(banc: Banc, page: Callable[..., Any]) -> None:
    page("/statistiques?date=2018-03-15")
    tables = tableaux.calculs_de(banc.app)
    assert TableDemandee(banc.nom, "TAB01", JOUR) in tables._faits
    assert banc.api("GET", f"/bases/{banc.nom}/statistics").status_code == 200
    assert TableDemandee(banc.nom, "TAB03", JOUR) in tables._faits
