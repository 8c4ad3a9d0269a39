"""Whatever is wrong with one exchange stays in it: the lists go on, its page says what it cannot show."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from banc import FORMULAIRE, Banc, poser, specimen
from lxml import html

from sne_console.api import api_echanges
from sne_console.messages import echange_montre, recherche_xpath, verdicts_et_refus
from sne_console.pages import page_echange
from sne_console.vues import presque_acceptes, vie_de_la_demande
from sne_interface.domain.echange import FICHIER, NUIT, Echange, VerdictEchange

ENTETES: Final = {"Host": "127.0.0.1:8080", "Accept": "text/html"}
DEMANDEUR: Final = f"{FORMULAIRE}/personnePhysique/demandeur"
DIT: Final = "n'a pas su le montrer (ZeroDivisionError)"


def ecrit(chemin: str, valeur: str) -> Any:
    racine = specimen("personne_seule")
    poser(racine, chemin, valeur)
    return racine


def versionne(version: str) -> Any:
    racine = specimen("personne_seule")
    racine.set("versionInterface", version)
    return racine


#: Documents that no application should send.
ABSURDES: Final[dict[str, Callable[[], Any]]] = {
    "year 4294967296": lambda: ecrit(f"{DEMANDEUR}/dateNaissance", "4294967296-01-01"),
    "year 0000": lambda: ecrit(f"{DEMANDEUR}/dateNaissance", "0000-01-01"),
    "year before ours": lambda: ecrit(f"{DEMANDEUR}/dateNaissance", "-0044-03-15"),
    "instant of 4294967296": lambda: ecrit("entete/dateFichier", "4294967296-01-01T00:00:00"),
    "last instant, further west": lambda: ecrit("entete/dateFichier", "9999-12-31T23:59:59-14:00"),
    "first instant, further east": lambda: ecrit("entete/dateFichier", "0001-01-01T00:00:00+14:00"),
    "number of 5000 digits": lambda: ecrit(
        f"{DEMANDEUR}/listeRessourceRecue/detailRessource/montant", "9" * 5000
    ),
    "digits of elsewhere": lambda: ecrit(f"{DEMANDEUR}/dateNaissance", "²²²²-٠١-٠١"),
    "text of 10 MB": lambda: ecrit(f"{DEMANDEUR}/prenom", "é" * 5_000_000),
    "endless version": lambda: versionne("9" * 400),
    "no XML": lambda: b"\x00\x01\xff pas du xml " * 1000,
    "nothing": lambda: b"",
}
#: Lines of the journal as no version of ours writes them, or as a hostile client makes them.
LIGNES: Final[dict[str, dict[str, Any]]] = {
    "lone surrogates": {"en_tetes": [("X", "\udcff\ud800")], "requete": b"<a/>"},
    "fault without a word": {"fault": {}},
    "fault of other types": {"fault": {"message": 3, "explication": None}},
    "empty anomaly": {"anomalies": [{}], "verdict": VerdictEchange.ANOMALIES},
    "anomaly of other types": {"anomalies": [{"regle": None, "message": None, "propriete": 5, "gravite": 9}]},
    "empty tolerance": {"tolerances": [{}]},
    "panne of no kind": {"panne": {"genre": None}},
    "endless boundary": {"en_tetes": [("Content-Type", 'multipart/related; boundary="')], "requete": b"--x"},
    "unknown charset": {
        "en_tetes": [("Content-Type", "text/xml; charset=utf-99")],
        "requete": b"\xff\xfe<\x00",
    },
    "broken archive": {"requete": b"PK\x03\x04" + b"\xff" * 100, "reponse": b"PK\x03\x04" + b"\x00" * 50},
    "address of nothing": {"chemin": "http://[::1/?\x00\ud800"},
    "night of nothing": {"methode": NUIT, "chemin": "Nuit du rien", "anomalies": [{"message": 5}]},
    "file of nothing": {"methode": FICHIER, "chemin": "inbox/x.xml", "requete": b"\xff" * 10},
    "very deep": {"requete": b"<a>" * 300 + b"</a>" * 300},
}


def noter(banc: Banc, **champs: Any) -> int:
    """A line of the journal, written as it is."""
    ligne = Echange(
        base=banc.nom,
        recu_le=datetime.now(UTC),
        methode="POST",
        chemin="/services/DemandeLogementImplService/",
        statut=200,
        verdict=VerdictEchange.FAULT,
        service="DemandeLogementImplService",
        operation="getNumUnique",
    )
    banc.services.magasin.journal.consigner(None, replace(ligne, **champs))
    return int(banc.services.magasin.journal.dernier(banc.nom))


def lire(banc: Banc, adresse: str) -> Any:
    reponse = banc.http.get(adresse, headers=ENTETES)
    assert reponse.status_code < 500, (adresse, reponse.text[-2000:])
    return reponse


def tout_voir(banc: Banc, *identifiants: int) -> None:
    console, api = f"/console/{banc.nom}", f"/api/v1/bases/{banc.nom}"
    for un in identifiants:
        lire(banc, f"{console}/echanges/{un}")
        for suite in ("", "/request", "/response", "/request/document", "/request/parts/0", "/har"):
            lire(banc, f"{api}/exchanges/{un}{suite}")
        lire(banc, f"{console}/composer/getNumUnique?echange={un}")
        liste = html.fromstring(lire(banc, f"{console}/journal?nuits=1&avant={un + 1}").text)
        assert str(un) in liste.xpath("//table//th[@scope='row']//text()")
    for adresse in (
        f"{console}/controle",
        f"{console}/regles/ENT009",
        f"{api}/exchanges?xpath=//nom",
        f"{api}/exchanges/near-misses",
    ):
        lire(banc, adresse)
    assert {*identifiants} <= {e["id"] for e in lire(banc, f"{api}/exchanges").json["echanges"]}


def test_absurd_documents_and_lines_are_shown_and_hide_no_other(banc: Banc) -> None:
    documents = [specimen("personne_seule"), *(faire() for faire in ABSURDES.values())]
    tout_voir(banc, *(banc.demander(document).echange.identifiant for document in documents))
    tout_voir(banc, *[noter(banc, **ligne) for ligne in LIGNES.values()])


def casser(*_: Any, **__: Any) -> Any:
    raise ZeroDivisionError


def test_a_part_of_a_page_that_fails_says_so_and_the_rest_is_there(
    banc: Banc, monkeypatch: pytest.MonkeyPatch
) -> None:
    banc.creer_demande()
    monkeypatch.setattr(echange_montre, "cote_de", casser)
    page = html.fromstring(lire(banc, f"/console/{banc.nom}/echanges/1").text)
    dits = [e.text_content() for e in page.xpath("//*[contains(@class, 'erreur')]")]
    assert [DIT in dit for dit in dits] == [True, True]
    assert page.xpath("//dl[@class='fiche']")
    assert page.xpath("//a[contains(@href, '/exchanges/1/request')]")


def test_a_page_that_cannot_be_made_at_all_gives_the_bytes(
    banc: Banc, monkeypatch: pytest.MonkeyPatch
) -> None:
    banc.creer_demande()
    monkeypatch.setattr(page_echange, "_montrer", casser)
    page = html.fromstring(lire(banc, f"/console/{banc.nom}/echanges/1").text)
    assert DIT in page.text_content()
    (lien, _) = page.xpath("//main//a[contains(@href, '/exchanges/1/re')]/@href")
    assert lire(banc, lien).data


def test_the_api_says_what_it_could_not_show(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    banc.creer_demande()
    entier = lire(banc, f"/api/v1/bases/{banc.nom}/exchanges/1").json
    monkeypatch.setattr(api_echanges, "_message", casser)
    perdu = lire(banc, f"/api/v1/bases/{banc.nom}/exchanges/1").json
    assert perdu.keys() == entier.keys()
    assert perdu["trace"].count(DIT) == 2
    assert (perdu["chemin"], perdu["requete"]["corps"]) == (entier["chemin"], "")


def test_a_line_that_fails_is_there_and_says_so(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    numero, _ = banc.creer_demande()
    banc.demander(specimen("personne_seule"))
    ligne = api_echanges._masquer
    monkeypatch.setattr(
        api_echanges,
        "_masquer",
        lambda valeur: casser() if valeur and "services" in str(valeur) else ligne(valeur),
    )
    echanges = lire(banc, f"/api/v1/bases/{banc.nom}/exchanges").json["echanges"]
    assert [e["id"] for e in echanges] == [2, 1]
    assert all(DIT in e["fault"]["message"] for e in echanges)
    monkeypatch.setattr(verdicts_et_refus, "resumer", casser)
    assert lire(banc, f"/console/{banc.nom}/journal").text.count("ZeroDivisionError") == 2
    monkeypatch.setattr(vie_de_la_demande, "_raconter_echange", casser)
    etapes = lire(banc, f"/api/v1/bases/{banc.nom}/demandes/{numero}/timeline").json
    assert [e["echange"] for e in etapes if DIT in e["detail"]] == [1]


def test_searches_go_on(banc: Banc, monkeypatch: pytest.MonkeyPatch) -> None:
    banc.creer_demande()
    banc.poster(b"<a/>", "text/plain", chemin=f"/bases/{banc.nom}/services/DemandeLogementImplService/")
    monkeypatch.setattr(presque_acceptes, "expliquer", casser)
    (manque,) = lire(banc, f"/api/v1/bases/{banc.nom}/exchanges/near-misses").json
    assert DIT in manque["pourquoi"].lower().replace("zerodivisionerror", "ZeroDivisionError")
    monkeypatch.setattr(recherche_xpath, "Observation", casser)
    page = lire(banc, f"/api/v1/bases/{banc.nom}/exchanges?xpath=//nom").json
    assert (page["echanges"], page["ignores"]) == ([], 2)
