"""Judgements begun from a page, followed, read, compared, taken away."""

import json
import shlex
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
from banc import Banc
from fautes import ENVIRONNEMENT, designation
from flask import Flask
from navigateur import ENTETES

from sne_conformite.bilan import trafic_juge
from sne_conformite.juges import PILOTEES
from sne_conformite.plan import plan as plans
from sne_conformite.rapports import rapport_json
from sne_conformite.rapports.formats_de_rapport import ATTESTATION, FICHIERS
from sne_conformite.rapports.rapport import (
    Bilan,
    Constat,
    EchangeCite,
    Entete,
    EtatExigence,
    Fin,
    Lacune,
    Mention,
    Rapport,
    Rubrique,
    Verdict,
    VerdictMention,
)
from sne_console.messages import envoi_et_rejeu
from sne_console.pages import page_conformite
from sne_console.vues import applications_pilotables, epreuves
from sne_console.vues.epreuves import EtatJugement, JugementConserve
from sne_interface.errors import UsageError
from sne_sandbox.web.configuration_et_services import Configuration, Expediteur

HOSTILE = "<script>alert('x')</script>"
PATIENCE = 240.0
_UN_SCENARIO = (
    *("conform", "--application", designation("second-cotitulaire")),
    *("--examples", "2", "--seed", "0", "--profile", "ecole", "--contract", "v5.2"),
)


@pytest.fixture
def declarees(application: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two applications at fault that the server may start, by the names of their defects."""
    console = application.extensions["aiguillage"].partie("console")
    services = console.extensions["sne"]
    noms = tuple((nom, designation(nom)) for nom in ("second-cotitulaire", "soap-1.1"))
    configuration = replace(services.configuration, applications=noms)
    monkeypatch.setitem(console.extensions, "sne", replace(services, configuration=configuration))
    for nom, valeur in ENVIRONNEMENT.items():
        monkeypatch.setenv(nom, valeur)


def attendre(home: Path, nom: str) -> JugementConserve:
    """The judgement, once it has ended."""
    fin = time.monotonic() + PATIENCE
    while time.monotonic() < fin:
        trouvee = epreuves.trouver(home, nom)
        assert trouvee is not None
        if trouvee.etat is not EtatJugement.EN_COURS:
            return trouvee
        time.sleep(0.1)
    raise AssertionError(f"{nom} never ended: {trouvee.sortie}")


def poser(
    home: Path,
    nom: str,
    *constats: Constat,
    conforme: bool = False,
    prouvee: bool = False,
    mode: str = "trafic",
    echanges: tuple[EchangeCite, ...] = (),
) -> None:
    """A report as the command line writes it."""
    jour = datetime(2018, 3, 15, 12, tzinfo=UTC)
    etat = EtatExigence.PROUVEE if prouvee else EtatExigence.ENFREINTE
    bilans = (
        Bilan(
            "NOM-01", f"Un texte {HOSTILE}", "MUST", "source", etat, 1, constats, remede=f"Nommez {HOSTILE}."
        ),
    )
    entete = Entete("sne-sandbox 0", "v5.2", "ecole", mode, HOSTILE, "ecole", 0, "cmd", jour, jour, 3)
    couverture = (Rubrique("operations", "Opérations", ("a",), ("b", HOSTILE)),)
    rapport = Rapport(
        entete, conforme, ("Une raison.",), bilans=bilans, couverture=couverture, echanges=echanges
    )
    dossier = home / "conformite" / nom
    dossier.mkdir(parents=True)
    (dossier / "rapport.json").write_bytes(rapport_json.octets(rapport))


def constat(sorte: str = "nom") -> Constat:
    return Constat("NOM-01", False, f"Le nom {HOSTILE} ne va pas.", sorte, "a/b", "attendu", "observé", 1)


# --- begun from a page --------------------------------------------------------------------------------------


def test_traffic_is_judged_from_the_page(
    banc: Banc, home: Path, envoyer: Callable[..., Any], page: Callable[..., Any]
) -> None:
    banc.creer_demande()
    reponse = envoyer("/conformite/juger", depuis="/conformite")
    assert reponse.status_code == 303, reponse.text
    nom = reponse.headers["Location"].rpartition("/")[2]
    epreuve = attendre(home, nom)
    assert epreuve.etat is EtatJugement.RENDUE, epreuve.sortie
    assert epreuve.fichiers == [nom for nom in FICHIERS if nom != ATTESTATION.fichier]  # there is no key
    rendu = json.loads(epreuve.rapport.read_text("utf-8"))
    assert rendu["entete"]["base"] == banc.nom
    arbre = page(f"/conformite/{nom}")
    texte = " ".join(arbre.text_content().split())
    assert "sur son trafic" in texte
    assert "NOM-01" in texte
    assert any(exigence in texte for exigence in PILOTEES)
    assert "T-02" in texte, "what was written amiss, and read all the same"
    liens = arbre.xpath("//a[contains(@href, '/files/')]/@href")
    assert [lien.rpartition("/")[2] for lien in liens] == list(epreuve.fichiers)
    for fichier, lien in zip(epreuve.fichiers, liens, strict=True):
        pris = banc.http.get(lien, headers=ENTETES)
        assert pris.data == (epreuve.dossier / fichier).read_bytes()
        assert pris.headers["Content-Disposition"].startswith("attachment")
    assert page("/conformite").xpath(f"//tbody//a[text()='{nom}']")


def test_what_the_console_sends_is_not_judged(banc: Banc) -> None:
    champs: dict[str, str | bytes] = {"numUnique": "1110318000001G1104"}
    for base, envoi in ((banc.nom, "simple"), (banc.nom, "mtom")):
        requete = envoi_et_rejeu.emballer(banc.services.contrat, base, "getDemandeLogement", champs, envoi)
        assert envoi_et_rejeu.expedier(requete, Expediteur(banc.services, "http://127.0.0.1", "127.0.0.1"))
    banc.creer_demande()
    *_, fin = trafic_juge.juger_base(banc.services.magasin.journal, banc.nom, banc.services.contrat)
    assert isinstance(fin, Fin)
    assert fin.rapport.entete.echanges == 1


def test_families_are_told_in_words(page: Callable[..., Any]) -> None:
    choix = page("/conformite").xpath("//select[@id='famille']/option")
    assert ("CRE", "Création (CRE)") in [(o.get("value"), o.text) for o in choix]


def test_only_what_was_checked_is_run(banc: Banc, envoyer: Callable[..., Any], lancer: Mock) -> None:
    bon = {"exemples": "3", "graine": "7", "famille": "CRE"}
    assert envoyer("/conformite/temoin", depuis="/conformite", **bon).status_code == 303
    assert lancer.call_args.args[2] == [
        "conform", "--application", "temoin", "--examples", "3", "--seed", "7", "--profile", "ecole",
        "--contract", "v5.2", "--scenario", "CRE",
    ]  # fmt: skip
    for faux in (
        {"exemples": "500"}, {"exemples": "-1"}, {"exemples": "²"}, {"graine": "1; rm"},
        {"famille": "--home"}, {"famille": "ZZZ"},
    ):  # fmt: skip
        assert envoyer("/conformite/temoin", depuis="/conformite", **{**bon, **faux}).status_code == 303, faux
    lancer.assert_called_once()


def test_a_driven_run_is_followed_and_stopped(
    banc: Banc, home: Path, envoyer: Callable[..., Any], page: Callable[..., Any]
) -> None:
    choix = {"exemples": "5", "graine": "0", "famille": ""}
    reponse = envoyer("/conformite/temoin", depuis="/conformite", **choix)
    nom = reponse.headers["Location"].rpartition("/")[2]
    arbre = page(f"/conformite/{nom}")
    assert arbre.xpath("//div[@data-suivi]")
    assert arbre.xpath("//noscript[contains(., 'Recharger')]"), "without JavaScript one asks again"
    assert arbre.xpath("//section[@id='avancement']/@data-dit")[0].startswith("préparation ")
    assert arbre.xpath("normalize-space(//h1)") == "Application témoin, jugée sur le plan v5.2"
    combien = len(plans.charger())
    assert arbre.xpath("//progress/@max") == [str(combien)]
    assert len(arbre.xpath("//li[starts-with(@id, 's-')]")) == combien, "at once, before anything is played"
    assert page("/conformite").xpath("//p[@role='status']//a/text()") == [nom]
    deuxieme = envoyer("/conformite/juger", depuis="/conformite")
    assert deuxieme.headers["Location"].endswith("/conformite")  # one at a time
    arbre = page("/conformite")
    assert "Un jugement est déjà en cours." in arbre.text_content()
    assert arbre.xpath("//form[contains(@action, '/arreter')]/@action") == [
        f"/console/{banc.nom}/conformite/{nom}/arreter"
    ]
    assert envoyer(f"/conformite/{nom}/effacer", depuis="/conformite").status_code == 422
    envoyer(f"/conformite/{nom}/arreter", depuis=f"/conformite/{nom}")
    finie = attendre(home, nom)
    if finie.etat is EtatJugement.RENDUE:  # the plan had begun: it tells what it saw
        assert rapport_json.lire(finie.rapport).entete.inacheve
    else:
        assert finie.etat is EtatJugement.ECHOUEE
        assert page(f"/conformite/{nom}").xpath("//p[contains(@class, 'erreur')]")
    assert envoyer(f"/conformite/{nom}/effacer", depuis=f"/conformite/{nom}").status_code == 303
    assert epreuves.trouver(home, nom) is None


@pytest.mark.usefixtures("declarees")
def test_a_driven_run_says_how_far_it_is_until_its_report(
    banc: Banc, home: Path, envoyer: Callable[..., Any], page: Callable[..., Any]
) -> None:
    choix = {"exemples": "1", "graine": "0", "famille": "RAD", "application": "soap-1.1"}
    reponse = envoyer("/conformite/application", depuis="/conformite", **choix)
    nom = reponse.headers["Location"].rpartition("/")[2]
    adresse = f"/console/{banc.nom}/conformite/{nom}"
    recu = banc.http.get(f"{adresse}/flux", headers=ENTETES).text  # to its end, or for half a minute
    while "event: fin" not in recu:
        recu += banc.http.get(f"{adresse}/flux", headers=ENTETES).text
    rendus = rapport_json.lire(attendre(home, nom).rapport).scenarios
    rates = [s.id for s in rendus if s.verdict is Verdict.ECHOUE]
    assert rates
    for scenario in rendus:
        assert f'<li id="s-{scenario.id}"' in recu
        envois = [flux.count(f'<li id="s-{scenario.id}"') for flux in recu.split("retry: ")]
        assert max(envois) <= 4, "what has not changed is not sent again"
    dit = f'data-dit="{len(rendus)} scénarios sur {len(rendus)}, {len(rates)} échoué'
    assert dit in recu.replace("\N{NO-BREAK SPACE}", " ")
    assert recu.rstrip().endswith(f"id: fin\nevent: fin\ndata: {adresse}")
    suite = banc.http.get(f"{adresse}/flux", headers={**ENTETES, "Last-Event-ID": "fin"})
    assert (suite.status_code, suite.data) == (204, b"")
    assert page(f"/conformite/{nom}").xpath("//p[contains(@class, 'conclusion')]"), "now it is the report"
    (home / "conformite" / nom / "rapport.json").unlink()  # as if it had been killed before
    arbre = page(f"/conformite/{nom}")
    assert arbre.xpath("//li[contains(@class, 'branche') and .//details[@open]]/@id") == [
        f"s-{i}" for i in rates
    ]
    for i in rates:
        assert arbre.xpath(f"//li[@id='s-{i}' and .//span[contains(@class, 'fault')]]//p/text()")
    assert not arbre.xpath("//noscript")


def test_progress_is_streamed_then_stops(banc: Banc, home: Path) -> None:
    epreuve = epreuves.lancer(home, "essai", ["rules", "ZZZ"])
    attendre(home, epreuve.nom)
    adresse = f"/console/{banc.nom}/conformite/{epreuve.nom}/flux"
    recu = banc.http.get(adresse, headers=ENTETES).text
    assert recu.count("event: etat") == 1
    dites = [ligne for ligne in epreuve.sortie.splitlines() if ligne.strip()]
    assert dites
    assert all(ligne in unescape(recu) for ligne in dites)
    fin = recu.rpartition("event: fin\n")[2]
    assert fin == f"data: /console/{banc.nom}/conformite/{epreuve.nom}\n\n"
    dernier = recu.rpartition("id: ")[2].partition("\n")[0]
    suite = banc.http.get(adresse, headers={**ENTETES, "Last-Event-ID": dernier})
    assert (suite.status_code, suite.data) == (204, b"")


def test_a_command_that_fails_says_why(home: Path, page: Callable[..., Any]) -> None:
    epreuve = epreuves.lancer(home, "essai", ["report", "--base", "nulle-part", "--home", str(home)])
    assert attendre(home, epreuve.nom).etat is EtatJugement.ECHOUEE
    assert "nulle-part" in page(f"/conformite/{epreuve.nom}").xpath("//pre")[0].text_content()


# --- a scenario, its exchanges, its being played again ------------------------------------------------------


@pytest.mark.usefixtures("declarees")
def test_a_scenario_is_opened_with_its_exchanges_and_played_again(
    banc: Banc, home: Path, envoyer: Callable[..., Any], page: Callable[..., Any]
) -> None:
    """Of a judgement whose base is gone: the exchanges are kept, of those that failed and of the others."""
    nom = epreuves.lancer(home, "application", [*_UN_SCENARIO, "--scenario", "CRE-COLOCATION"]).nom
    attendre(home, nom)
    arbre = page(f"/conformite/{nom}/scenarios/CRE-COLOCATION")
    (rate,) = arbre.xpath("//article[@id='v-FID-02']")
    dit = " ".join(rate.text_content().split())
    for attendu in ("échouée", "Un co-titulaire saisi n'est pas transmis.", "Attendu", "Observé", "Remède"):
        assert attendu in dit
    (cite,) = rate.xpath(".//a[starts-with(@href, '#echange-')]/@href")
    (montre,) = arbre.xpath(f"//div[@id='{cite[1:]}']")
    assert "listeCotitulaire" in montre.text_content()
    page(f"/conformite/{nom}/scenarios/CRE-RIEN", statut=404)
    champs = {"scenario": "CRE-COLOCATION", "exigence": "FID-02"}
    reponse = envoyer(f"/conformite/{nom}/rejouer", depuis=f"/conformite/{nom}", **champs)
    partie = reponse.headers["Location"].rpartition("/")[2]
    rendue = attendre(home, partie)
    assert rendue.partie == epreuves.PartieRejouee(nom, **champs)
    texte = " ".join(page(f"/conformite/{partie}").text_content().split())
    for attendu in (
        "ne rend pas de verdict",
        "La vérification FID-02 est échouée.",
        "Dans le jugement : échoué",
    ):
        assert attendu in texte
    ailleurs = page(f"/conformite/{nom}/scenarios/CRE-COLOCATION")
    assert ailleurs.xpath(f"//section[h2/@id='t-rejoues']//a[contains(@href, '{partie}')]")
    assert page(f"/conformite/{nom}").xpath(f"//section[h2/@id='t-parties']//a[contains(@href, '{partie}')]")
    assert partie not in page("/conformite").xpath("string(//section[h2/@id='t-rapports']//table)")


def test_what_this_server_did_not_play_it_does_not_play_again(
    home: Path, envoyer: Callable[..., Any], page: Callable[..., Any]
) -> None:
    poser(home, "d-ailleurs", constat(), mode="plan")
    envoyer("/conformite/d-ailleurs/rejouer", depuis="/conformite", scenario="CRE-SIMPLE")
    assert "Ce jugement ne se rejoue pas d'ici" in page("/conformite").text_content()
    assert [e.nom for e in epreuves.lister(home)] == ["d-ailleurs"]


# --- one's own application ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "adresse",
    [
        "file:///etc/passwd", "ftp://a/", "http://", "http://u:p@localhost/", "http://localhost:99999/",
        "http://169.254.169.254/latest/meta-data", "http://[fe80::1]/", "http://[::ffff:169.254.169.254]/",
        "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::1]/", "http://[::169.254.169.254]/",
        "http://[fd00:ec2::254]/", "http://100.100.100.200/", "http://[::]/",
        "http://0.0.0.0:9000/", "http://2852039166/", "http://a b/", "http://localhost/#x",
        f"http://localhost/{'x' * 500}", "--home",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_not_called(adresse: str) -> None:
    with pytest.raises(UsageError):
        applications_pilotables.designer(Configuration(Path()), adresse=adresse)


@pytest.mark.parametrize(
    ("adresse", "pourquoi"),
    [
        ("localhost:9000", "elle ne commence pas par http"),
        ("http://", "quelle machine"),
        ("http://moi:S3CRET@localhost/", "mot de passe"),
        ("http://localhost:99999/", "son port"),
        ("http://a b/", "une espace"),
    ],
)
def test_what_is_wrong_with_an_address_is_said_and_no_password_is(adresse: str, pourquoi: str) -> None:
    with pytest.raises(UsageError, match=pourquoi) as refus:
        applications_pilotables.designer(Configuration(Path()), adresse=adresse)
    assert "S3CRET" not in str(refus.value)


@pytest.mark.parametrize(
    "adresse",
    ["http://localhost:9000/sne", "https://127.0.0.1/", "http://192.168.1.4:81/a", "http://[::1]:9000/"],
)
def test_an_application_of_this_machine_or_of_its_network_is_driven(adresse: str) -> None:
    assert applications_pilotables.designer(Configuration(Path()), adresse=f" {adresse} ") == adresse


def test_a_command_is_named_and_never_typed() -> None:
    configuration = Configuration(Path(), applications=(("logenet", "java -jar a.jar"),))
    assert applications_pilotables.designer(configuration, application="logenet") == "java -jar a.jar"
    for faux in ({"application": "java -jar a.jar"}, {"application": "sh"}, {},
                 {"application": "logenet", "adresse": "http://localhost/"}):  # fmt: skip
        with pytest.raises(UsageError):
            applications_pilotables.designer(configuration, **faux)


def test_one_s_own_application_is_driven_from_its_form(
    envoyer: Callable[..., Any], page: Callable[..., Any], lancer: Mock
) -> None:
    bon = {"exemples": "10", "graine": "0", "famille": "", "adresse": "http://localhost:9000/sne"}
    assert envoyer("/conformite/application", depuis="/conformite", **bon).status_code == 303
    assert lancer.call_args.args[2][:3] == ["conform", "--application", "http://localhost:9000/sne"]
    envoyer("/conformite/application", depuis="/conformite", **(bon | {"adresse": "http://169.254.169.254/"}))
    assert "ne s'appelle pas d'ici" in page("/conformite").text_content()
    lancer.assert_called_once()


# --- reports of others --------------------------------------------------------------------------------------


def test_a_report_of_the_command_line_is_shown(home: Path, page: Callable[..., Any]) -> None:
    poser(home, "mon-application", constat())
    arbre = page("/conformite/mon-application")
    texte = " ".join(arbre.text_content().split())
    assert arbre.xpath("//p[@class='conclusion non']")
    for attendu in (
        "1 exigence obligatoire enfreinte",
        f"Le nom {HOSTILE} ne va pas.",
        "attendu",
        "observé",
        "1 / 3",
    ):
        assert attendu in texte
    assert arbre.xpath("//meter/@value") == ["1"]
    assert arbre.xpath("//a[contains(@href, '/console/ecole/echanges/1')]")


def test_mentions_are_shown_with_what_lacks(home: Path, page: Callable[..., Any]) -> None:
    poser(home, "bon", conforme=True, prouvee=True)
    fichier = home / "conformite" / "bon" / "rapport.json"
    manquent = tuple(Lacune(f"VIE-{n:02d}", "sans preuve") for n in range(5))
    mention = Mention(
        "socle", "SNE 5.2 – socle", VerdictMention.INCOMPLETE, ("NOM-01",), 1, manquent, attestees=2
    )
    fichier.write_bytes(rapport_json.octets(replace(rapport_json.lire(fichier), mentions=(mention,))))
    texte = " ".join(
        page("/conformite/bon").xpath("//section[h2/@id='t-mentions']")[0].text_content().split()
    )
    for attendu in (
        "SNE 5.2 – socle",
        "incomplète",
        "1 exigence prouvée et 2 attestées sur 1",
        "VIE-02 : sans preuve",
        "… et 2 autres.",
    ):
        assert attendu in texte
    assert "VIE-03" not in texte


def test_what_is_strong_is_to_judge_again_and_not_to_take_away(home: Path, page: Callable[..., Any]) -> None:
    poser(home, "mon-application", constat())
    arbre = page("/conformite/mon-application")
    (rejouer,) = arbre.xpath("//form[.//button[contains(@class, 'btn-primary')]]")
    assert rejouer.get("action") == "/console/ecole/conformite/juger"
    assert rejouer.xpath(".//button/text()") == ["Rejouer"]
    (effacer,) = arbre.xpath("//form[contains(@action, '/effacer')]//button")
    assert "btn-danger" not in effacer.get("class")


def test_the_witness_is_driven_again_as_it_was(home: Path, page: Callable[..., Any]) -> None:
    """What the form checks is what is sent: nothing else of the command is run."""
    poser(home, "temoin-1", constat(), mode="plan")
    assert not page("/conformite/temoin-1").xpath("//button[text()='Rejouer']"), "nobody knows how"
    commande = "sne-sandbox conform --application temoin --examples 3 --seed 7 --profile ecole"
    notee = home / "conformite" / "temoin-1" / "commande"
    notee.write_text(f"{commande} --faute soap-1.1 --report-dir x", "utf-8")
    (home / "conformite" / "temoin-1" / "code").write_text("1", "utf-8")
    rejouer = "//button[text()='Rejouer']"
    assert not page("/conformite/temoin-1").xpath(rejouer), "an earlier version planted a defect in it"
    notee.write_text(f"{commande} --report-dir x", "utf-8")
    (formulaire,) = page("/conformite/temoin-1").xpath("//form[.//button[text()='Rejouer']]")
    assert formulaire.get("action").endswith("/conformite/temoin")
    champs = {e.get("name"): e.get("value") for e in formulaire.xpath(".//input") if e.get("name") != "csrf"}
    assert champs == {"exemples": "3", "graine": "7", "famille": ""}


def test_an_exchange_whose_base_is_gone_is_shown_where_it_is_cited(
    home: Path, page: Callable[..., Any]
) -> None:
    cite = EchangeCite(1, HOSTILE, f"<a>{HOSTILE}</a>", "<b/>", (2,))
    poser(home, "pilote", constat(), mode="plan", echanges=(cite, EchangeCite(2, "", "autre", "")))
    arbre = page("/conformite/pilote")
    assert arbre.xpath("//article//a/@href") == ["#echange-1"]
    assert HOSTILE in arbre.get_element_by_id("echange-1").text_content()
    assert not arbre.xpath("//*[@id='echange-2']"), "nothing points at it"
    poser(home, "sans", constat(), mode="plan")
    assert "échange n° 1, dans preuves.zip" in page("/conformite/sans").text_content()


def test_what_a_developer_does_about_a_requirement_is_shown(home: Path, page: Callable[..., Any]) -> None:
    poser(home, "remede", constat())
    rendus = page("/conformite/remede").xpath("//strong[.='Remède']/..")
    assert len(rendus) == 2, "with the finding, and with the requirement"
    assert all(f"Nommez {HOSTILE}." in rendu.text_content() for rendu in rendus)


def test_two_reports_are_compared(home: Path, page: Callable[..., Any]) -> None:
    poser(home, "a", constat("ancien"), constat("reste"))
    poser(home, "b", constat("nouveau"), constat("reste"))
    arbre = page("/conformite/comparer?avant=a&apres=b")
    titres = [" ".join(t.split()) for t in arbre.xpath("//h2/text()")]
    assert titres == ["Nouveaux (1)", "Corrigés (1)", "Toujours là (1)", "Non revus (0)", "Moins vérifié (0)"]
    page("/conformite/comparer?avant=a&apres=zzz", statut=404)


def test_a_report_and_a_comparison_are_told_by_the_api(
    banc: Banc, home: Path, page: Callable[..., Any]
) -> None:
    for nom in ("hier", "ce-soir"):
        poser(home, nom, constat())
    for chemin in ("/comparer?avant=hier&apres=ce-soir", "/ce-soir", "/hier"):
        lignes = page(f"/conformite{chemin}").xpath("//details[contains(@class, 'equivalents')]//code")
        (appel,) = [x.text_content() for x in lignes if x.text_content().startswith("curl ")]
        adresse = urlsplit(shlex.split(appel)[-1])
        reponse = banc.http.get(f"{adresse.path}?{adresse.query}", headers={"Host": adresse.netloc})
        assert reponse.status_code == 200, (appel, reponse.text)


def test_a_comparison_hides_nirs(banc: Banc, home: Path, page: Callable[..., Any]) -> None:
    nir = "206127511100564"
    poser(home, "a", conforme=True, prouvee=True)
    poser(home, "b", Constat("NOM-01", False, "Le NIR manque.", "x"))
    # As an application might say it, in a report that another version wrote.
    fichier = home / "conformite" / "b" / "rapport.json"
    fichier.write_text(fichier.read_text("utf-8").replace("Le NIR manque", f"Le NIR {nir} manque"), "utf-8")
    texte = page("/conformite/comparer?avant=a&apres=b").text_content()
    assert "Le NIR 206" in texte
    assert nir not in texte
    reponse = banc.http.get("/api/v1/reports/b/compare?avec=a", headers=ENTETES)
    assert (reponse.status_code, nir in reponse.text) == (200, False)


def test_a_broken_report_does_not_hide_the_others(banc: Banc, home: Path, page: Callable[..., Any]) -> None:
    poser(home, "bon", conforme=True, prouvee=True)
    poser(home, "casse")
    (home / "conformite" / "casse" / "rapport.json").write_text("{", "utf-8")
    assert "✓ rien à corriger 1 opération sur 3, 1 exigence prouvée sur 1, aucun manquement" in " ".join(
        page("/conformite").text_content().split()
    )
    assert banc.http.get(f"/console/{banc.nom}/conformite/casse", headers=ENTETES).status_code == 503


@pytest.mark.parametrize("chemin", ["zzz", "..", "%2e%2e"])
def test_nothing_else_is_read(chemin: str, home: Path, page: Callable[..., Any]) -> None:
    poser(home, "a")
    page(f"/conformite/{chemin}", statut=404)


def test_a_process_that_is_gone_is_told(home: Path) -> None:
    dossier = home / "conformite" / "perdu"
    dossier.mkdir(parents=True)
    (dossier / "commande").write_text("sne-sandbox report", "utf-8")
    (dossier / "verrou").touch()
    trouvee = epreuves.trouver(home, "perdu")
    assert trouvee.etat is EtatJugement.INTERROMPUE
    epreuves.effacer(trouvee)
    assert epreuves.trouver(home, "perdu") is None


def test_settings_of_the_server_do_not_reach_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SNE_SANDBOX_HOME", "/ailleurs")
    monkeypatch.setenv("SNE_SANDBOX_ADMIN_TOKEN", "secret")
    environnement = epreuves._environnement("sqlite://")
    assert environnement["SNE_SANDBOX_DATABASE"] == "sqlite://"
    assert not {"SNE_SANDBOX_HOME", "SNE_SANDBOX_ADMIN_TOKEN"} & environnement.keys()


def test_numbers_are_bounded(banc: Banc) -> None:
    with banc.app.test_request_context(data={"n": "21"}, method="POST"), pytest.raises(UsageError):
        page_conformite._entier("n", 1, 20)
