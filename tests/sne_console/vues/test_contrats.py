"""Bases of several contracts in one application: each answers by its own."""

import re
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree
from typing import Any

import officiels
import pytest
from banc import Banc, message, specimen, texte
from ecritures import poser
from flask import Flask
from lxml import etree

import sne_console
from sne_conformite.bilan.trafic_juge import parcourir
from sne_conformite.juges import juger
from sne_conformite.observation.observation import Observation
from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.echange import VerdictEchange

Nouvelle = Callable[..., Banc]


def en(version: str) -> Any:
    """A creation in a version of message."""
    racine = message(specimen("personne_seule"), "CRE")
    racine.set("versionInterface", version)
    return racine


@pytest.fixture
def posee(application: Flask) -> Any:
    """A contract of the operator's, of which one service answers elsewhere; gone afterwards."""
    dossier = poser(application.extensions["sne"].configuration.home / "contrats" / "deplace", "v5.0")
    with (dossier / "contract.toml").open("a", encoding="utf-8") as fichier:
        fichier.write('[services.DemandeLogementImplService]\nchemins = ["/services/Demandes"]\n')
    yield dossier
    rmtree(dossier, ignore_errors=True)


def test_a_version_is_refused_by_one_base_and_accepted_by_the_other(nouvelle_base: Nouvelle) -> None:
    ancienne, neuve = nouvelle_base(contrat="v5.0"), nouvelle_base()
    for banc, anomalies in ((ancienne, ["ENT003"]), (neuve, [])):
        recu = banc.demander(en("02.02"))
        assert recu.anomalies == anomalies, recu.messages
    assert (ancienne.compter(), neuve.compter()) == (0, 1)


@pytest.mark.parametrize("version", ["02.02", "03.00"])
def test_a_version_is_refused_where_a_demande_is_sent_and_nowhere_else(
    nouvelle_base: Nouvelle, version: str
) -> None:
    """Nothing says that the two other operations refuse it (docs/exactitude.md)."""
    banc = nouvelle_base(contrat="v5.0")
    assert banc.demander(en(version)).anomalies == ["ENT003"]
    numero, _ = banc.creer_demande()
    doublons = banc.demander(en(version), operation="getDoublons")
    assert (doublons.statut, doublons.document.tag.rpartition("}")[2]) == (200, "listeDoublons")
    dalo = message(specimen("dalo"), "DAL", numero, numGuichet="G0751")
    dalo.set("versionInterface", version)
    declare = banc.demander(dalo, operation="getDeclarationNouveauDalo")
    assert (declare.statut, declare.anomalies) == (200, [])
    # The application is told, whichever the operation.
    contrat = charger("v5.0")
    vues = [Observation(echange, contrat) for echange in parcourir(banc.services.magasin.journal, banc.nom)]
    rompues = [v.operation for v in vues for c in juger(v) if c.exigence == "CTR-02" and not c.tenue]
    assert rompues == ["getNumUnique", "getDoublons", "getDeclarationNouveauDalo"]


def test_a_decision_is_refused_by_one_base_and_accepted_by_the_other(nouvelle_base: Nouvelle) -> None:
    for banc, anomalies in ((nouvelle_base(contrat="v5.0"), ["EVT002"]), (nouvelle_base(), [])):
        numero, _ = banc.creer_demande("colocataires")
        decision = specimen("evenement", "documents")
        decision.find("{*}operation/{*}numUnique").text = numero
        assert banc.fichier("ajouterEvenementDemande", decision).anomalies == anomalies


def test_each_base_describes_its_own_interface(nouvelle_base: Nouvelle) -> None:
    ancienne, neuve = nouvelle_base(contrat="v5.0"), nouvelle_base()
    for banc, versions in ((ancienne, ["02.00", "02.01"]), (neuve, ["02.00", "02.01", "02.02"])):
        page = banc.http.get(f"/console/{banc.nom}/contrat").text
        assert f"versions {', '.join(versions)}<" in page
        assert banc.api("GET", f"/contract?base={banc.nom}").json["versions"] == versions
        types = [t["code"] for t in banc.api("GET", f"/contract/events?base={banc.nom}").json]
        assert ("DECATT" in types) is (banc is neuve)
        regle = banc.api("GET", f"/rules/NIR001?base={banc.nom}").status_code
        assert regle == banc.http.get(f"/console/{banc.nom}/regles/NIR001").status_code
        assert regle == (200 if banc is neuve else 404)
        assert banc.api("GET", f"/bases/{banc.nom}").json["contrat"] == ("v5.2" if banc is neuve else "v5.0")
    assert neuve.api("GET", "/contract").json["nom"] == "v5.2"


def test_what_reads_a_base_reads_it_by_its_contract(nouvelle_base: Nouvelle) -> None:
    banc = nouvelle_base(contrat="v5.0")
    numero, _ = banc.creer_demande()
    for page in ("journal", "composer", "composer/getNumUnique", f"demandes/{numero}", "echanges/1",
                 "contrat/documents/demande", "controle/bases", "controle/reglages", "regles"):  # fmt: skip
        assert banc.http.get(f"/console/{banc.nom}/{page}").status_code == 200, page
    relue = banc.relire(numero).document
    assert relue.get("versionInterface") == "02.01"
    assert texte(relue, "demande/informationTraitement/premierQuartile") is None
    lu = banc.api("GET", f"/bases/{banc.nom}/messages/getNumUnique").json
    assert 'versionInterface="02.0' in lu["document"]
    envoye = banc.api("POST", f"/bases/{banc.nom}/messages/getNumUnique", {"depart": lu["depart"]})
    assert envoye.json["verdict"] == VerdictEchange.ACCEPTE


def test_a_service_stands_where_the_contract_of_the_base_says(nouvelle_base: Nouvelle, posee: Path) -> None:
    banc, autre = nouvelle_base(contrat="deplace"), nouvelle_base()
    ici, ailleurs = (
        f"/bases/{banc.nom}/services/{nom}" for nom in ("Demandes", "DemandeLogementImplService")
    )
    assert banc.demander(en("02.01"), chemin=ici).anomalies == []
    assert banc.demander(en("02.01"), chemin=f"{ici}/").anomalies == ["DOU001"]
    egaree = banc.demander(en("02.01"), chemin=ailleurs)
    assert egaree.statut == 404
    assert "/services/Demandes/" in egaree.fault[1]
    assert autre.demander(en("02.01"), chemin=f"/bases/{autre.nom}/services/Demandes").statut == 404
    wsdl = banc.http.get(f"{ici}?wsdl")
    assert etree.fromstring(wsdl.data).tag.endswith("definitions")
    assert banc.http.get(f"{ailleurs}?wsdl").status_code == 404
    assert banc.journal()[0].service is None
    assert {e.service for e in banc.journal()[1:]} == {"DemandeLogementImplService"}
    # Replayed by the console as it came.
    assert banc.api("POST", f"/bases/{banc.nom}/exchanges/1/replay").json["id"] == 4


def test_a_contract_that_does_not_read_is_the_trouble_of_its_base(
    nouvelle_base: Nouvelle, application: Flask
) -> None:
    home = application.extensions["sne"].configuration.home
    dossier = poser(home / "contrats" / "fragile", "v5.0")
    banc, autre = nouvelle_base(), nouvelle_base(contrat="v5.0")
    # As after a restart: nobody has read it.
    with banc.services.magasin.ecrire(banc.nom) as registre:
        registre.changer_reglages(type(registre.base.reglages)(contrat="fragile"))
    for abimer in (lambda: (dossier / "rules.toml").write_text("[[["), lambda: rmtree(dossier)):
        abimer()
        recu = banc.demander(en("02.01"))
        assert recu.fault == (
            "Receiver",
            f"Le contrat [fragile] de la base [{banc.nom}] ne se lit pas sur ce serveur.",
        )
        assert recu.echange.verdict is VerdictEchange.FAULT
        assert str(home) not in recu.fault[1]
        assert "fragile" in recu.echange.fault["explication"]
        assert autre.demander(en("02.01")).statut == 200
        assert banc.http.get(f"/console/{banc.nom}/journal").status_code == 200
        refusee = banc.http.get(f"/console/{banc.nom}/contrat")
        assert refusee.status_code in (422, 503)
        assert "fragile" in refusee.text
        dites = {base["nom"]: base for base in banc.api("GET", "/bases").json}
        assert (dites[banc.nom]["adresses"], bool(dites[banc.nom]["illisible"])) == ({}, True)
        assert dites[autre.nom]["adresses"]
    poser(dossier, "v5.0")
    assert banc.demander(en("02.01")).anomalies == []


def test_a_refusal_that_the_contract_cannot_hold_says_so(application: Flask, nouvelle_base: Nouvelle) -> None:
    dossier = application.extensions["sne"].configuration.home / "contrats" / "court"
    officiels.code_court(dossier)
    (dossier / "contract.toml").write_text('titre = "Court"\n', "utf-8")
    try:
        banc = nouvelle_base(contrat="court")
        assert banc.demander(en("02.02")).fault is None
        refuse = en("02.02")
        refuse.find("{*}demande/{*}demandeLogement/{*}numGuichet").text = "G9999"
        recu = banc.demander(refuse)
    finally:
        rmtree(dossier)
    code, phrase = recu.fault or ("", "")
    assert (code, "ne peut pas porter son refus" in phrase) == ("Receiver", True)
    dit = recu.echange.fault["explication"]
    assert "ENT006" in dit
    assert "listeAnomalie/anomalie[1]/@code" in dit
    assert "code_officiel" in dit
    assert banc.compter() == 1


def test_a_base_is_made_with_its_contract(application: Flask, nouvelle_base: Nouvelle) -> None:
    banc = nouvelle_base()
    nom = f"{banc.nom}-v50"
    creee = banc.api("POST", "/bases", {"nom": nom, "contrat": "v5.0"})
    assert (creee.status_code, creee.json["contrat"], creee.json["reglages"]["contrat"]) == (
        201,
        "v5.0",
        "v5.0",
    )
    refusee = banc.api("PATCH", f"/bases/{nom}/settings", {"contrat": "v5.2"})
    assert refusee.status_code == 409
    assert "garde le réglage contrat" in refusee.json["detail"]
    assert banc.api("DELETE", f"/bases/{nom}").status_code == 204
    for faux, statut in (("v9", 422), ("../v5.0", 422), ("/etc/passwd", 422)):
        assert banc.api("POST", "/bases", {"nom": nom, "contrat": faux}).status_code == statut
    assert nom not in [base.nom for base in banc.services.magasin.bases.lister()]


#: Where the server's own contract is meant, and that of no base: in how many places.
DU_SERVEUR = {
    "api/api_contrat.py": 1,
    "cadre/application_console.py": 1,
    "formation/scene_jouee.py": 1,
    "pages/page_guide.py": 1,
}


def test_nothing_reads_a_base_by_the_contract_of_the_server() -> None:
    web = Path(sne_console.__file__).parent
    vus = {
        fichier.relative_to(web).as_posix(): len(trouves)
        for fichier in sorted(web.rglob("*.py"))
        if (trouves := re.findall(r"services(?:\(\))?\.contrat\b(?!_)", fichier.read_text("utf-8")))
    }
    assert vus == DU_SERVEUR, "a base is read by `services().contrat_de(base)`, a page by `contrat_servi()`"
