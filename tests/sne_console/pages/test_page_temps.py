"""The clock in the console: shown before it is moved, drawn, taken back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from banc import Banc
from lxml import html
from navigateur import ENTETES, suivre

from sne_interface.domain.dates import PARIS
from sne_sandbox.bases import apercu_et_retour_d_horloge

Page = Callable[..., Any]
TREIZE = {"vers": "P13M"}


def dit(arbre: Any, chemin: str = "//main") -> str:
    textes = arbre.xpath(f"string({chemin})").replace("\N{NO-BREAK SPACE}", " ")
    return " ".join(textes.replace("\N{NARROW NO-BREAK SPACE}", " ").split())


def lue(banc: Banc) -> datetime:
    base = banc.services.magasin.bases.lire(banc.nom)
    return base.horloge.fige_a.astimezone(PARIS)


def test_a_move_that_does_something_is_shown_first(banc: Banc, page: Page, envoyer: Page) -> None:
    numero, _ = banc.creer_demande()
    avant = lue(banc)
    apercu = suivre(banc, envoyer("/controle/avancer", depuis="/controle", **TREIZE))
    assert "1 radiation, 1 avis d'échéance" in dit(apercu)
    assert "La base sera sauvegardée juste avant" in dit(apercu)
    assert numero in dit(apercu, "//table")
    assert lue(banc) == avant, "nothing is done yet"
    (renoncer,) = apercu.xpath("//p[@class='renoncer']/a/@href")
    assert renoncer == f"/console/{banc.nom}/controle"
    # Its form does it.
    (formulaire,) = apercu.xpath("//main//form[contains(@action, '/controle/avancer')]")
    champs = {c.get("name"): c.get("value") for c in formulaire.xpath(".//input[@name!='csrf']")}
    vue = suivre(banc, envoyer("/controle/avancer", depuis="/controle", **champs))
    assert "15/04/2019" in dit(vue)
    # And it is taken back, after it was asked again.
    (annuler,) = vue.xpath("//div[@class='reprise']/a")
    assert annuler.text.startswith("Annuler l'avance du ")
    assert annuler.text.endswith(" (13 mois)")
    demandee = html.fromstring(banc.http.get(annuler.get("href"), headers=ENTETES).text)
    (ligne,) = demandee.xpath("//input[@name='echange']/@value")
    refusee = suivre(banc, envoyer("/controle/annuler", depuis="/controle", echange=int(ligne) + 1))
    assert "ne revient pas en arrière" in dit(refusee)
    vue = suivre(banc, envoyer("/controle/annuler", depuis="/controle", echange=ligne))
    assert "Annulé : l'avance du " in dit(vue)
    assert lue(banc) == avant
    assert "active" in dit(page(f"/demandes/{numero}"))
    assert "Nuit du" not in dit(page(f"/demandes/{numero}"), "//ol[@class='frise']")


def test_a_move_that_does_nothing_is_made_at_once(banc: Banc, envoyer: Page) -> None:
    banc.creer_demande()
    avant = lue(banc)
    vue = suivre(banc, envoyer("/controle/avancer", depuis="/controle", vers="P1D"))
    assert "1 nuit (16/03/2018) : rien à faire" in dit(vue)
    assert lue(banc) == avant + timedelta(days=1)


def test_what_came_since_is_told(banc: Banc, page: Page) -> None:
    banc.creer_demande()
    banc.api("POST", f"/bases/{banc.nom}/clock/advance", TREIZE)
    assert page("/controle").xpath("//div[@class='reprise']")
    banc.creer_demande("colocataires")
    assert not page("/controle").xpath("//div[@class='reprise']")
    reponse = banc.http.get(f"/console/{banc.nom}/controle/annuler", headers=ENTETES)
    assert reponse.status_code == 303
    assert "autre chose est venu depuis" in dit(suivre(banc, reponse))


@pytest.mark.parametrize(
    ("question", "phrase"),
    [
        ({"jour": "15/04/2019"}, "l'avance (jusqu'au 15/04/2019)"),
        ({"vers": "P2Y"}, "l'avance (2 ans)"),
        ({"genre": "gel", "jour": "15/04/2019", "heure": "09:30"}, "le gel (au 15/04/2019 09:30)"),
        ({"genre": "retour"}, "le retour à l'heure réelle"),
    ],
)
def test_any_move_is_shown(banc: Banc, question: dict[str, str], phrase: str) -> None:
    banc.creer_demande()
    adresse = f"/console/{banc.nom}/controle/apercu"
    vue = html.fromstring(banc.http.get(adresse, query_string=question, headers=ENTETES).text)
    assert f"Ce que ferait {phrase}" in dit(vue)
    assert "1 radiation" in dit(vue)


@pytest.mark.parametrize(
    "question",
    [
        {"vers": "demain"},
        {"jour": "31/02/2019"},
        {"vers": "2001-01-01"},
        {"genre": "gel", "jour": "1/1/2019", "heure": "midi"},
    ],
)
def test_a_move_that_cannot_be_says_why(banc: Banc, question: dict[str, str]) -> None:
    banc.creer_demande()
    reponse = banc.http.get(f"/console/{banc.nom}/controle/apercu", query_string=question, headers=ENTETES)
    assert "Remède" in dit(suivre(banc, reponse))


def test_a_preview_by_fact_and_by_page(banc: Banc, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sne_console.pages.page_temps.PAR_PAGE", 1)
    banc.creer_demande()
    vue = page("/controle/apercu?vers=P13M")
    (suivante,) = vue.xpath("//nav[@class='pages']/a/@href")
    assert "avis d'échéance" in dit(vue, "//table[contains(@class, 'prevus')]")
    assert "radiation" in dit(page(suivante.removeprefix(f"/console/{banc.nom}")), "//table")
    seule = page("/controle/apercu?vers=P13M&fait=radiations")
    assert not seule.xpath("//nav[@class='pages']")
    assert "15/04/2019" in dit(seule, "//table")


def test_the_time_of_the_base_is_drawn_and_told(banc: Banc, page: Page) -> None:
    numero, _ = banc.creer_demande()
    vue = page("/controle")
    (depots,) = vue.xpath("//table[contains(@class, 'frise-mois')]//tr[th='03/2018']/td[1]/a/@href")
    assert numero in dit(page(depots.removeprefix(f"/console/{banc.nom}")))
    assert {*vue.xpath("//*[local-name()='svg']//*[local-name()='rect']/@class")} == {
        "depot",
        "echeance",
        "radiation",
    }
    (radiations,) = vue.xpath("//table[contains(@class, 'frise-mois')]//tr[th='04/2019']/td[4]/a/@href")
    assert "1 radiation" in dit(page(radiations.removeprefix(f"/console/{banc.nom}")))
    banc.api("POST", f"/bases/{banc.nom}/clock/advance", TREIZE)
    vue = page("/controle")
    (sorties,) = vue.xpath("//table[contains(@class, 'frise-mois')]//tr[th='04/2019']/td[2]/a/@href")
    assert "demande radiée" in dit(page(sorties.removeprefix(f"/console/{banc.nom}")))
    assert "Horloge, avance (13 mois)" in dit(vue, "//section[@aria-labelledby='t-frise']")
    assert vue.xpath("//*[local-name()='path'][@class='deplacement']")


def test_the_same_by_the_api(banc: Banc) -> None:
    numero, _ = banc.creer_demande()
    chemin = f"/bases/{banc.nom}/clock"
    prevu = banc.api("GET", f"{chemin}/preview?vers=P13M&limite=1")
    assert prevu.status_code == 200, prevu.text
    prevu = prevu.get_json()
    fait = banc.api("POST", f"{chemin}/advance", TREIZE).get_json()
    assert (prevu["faits"], prevu["nuits"], prevu["avant"]) == (fait["faits"], fait["nuits"], fait["avant"])
    assert prevu["previsions"] == [{"jour": "2019-02-15", "fait": "preavis", "numero": numero}]
    assert (prevu["total"], fait["annulable"]) == (2, True)
    assert "15/03/2018" in banc.api("POST", f"{chemin}/undo").get_json()["phrase"]
    refus = banc.api("POST", f"{chemin}/undo")
    assert refus.status_code == 409
    assert apercu_et_retour_d_horloge.derniere(banc.services.magasin, banc.nom) is None
