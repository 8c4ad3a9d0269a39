"""Who may only read changes nothing by reading, whatever is read, and is shown no NIR."""

import base64
import io
import re
import sqlite3
import time
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest
from banc import Banc, evenement, message, specimen
from flask import Flask
from lxml import etree

from sne_console.api.description_openapi import operations
from sne_console.formation import ateliers
from sne_sandbox.offres_des_paquets import installe
from sne_sandbox.pki.authority import Autorite
from sne_sandbox.soap.requete_soap_ecrite import Forme
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration

NIR: Final = "206127511100564"
NS: Final = "{http://nuu.application.i2/}"
PATIENCE: Final = 240.0
#: Streams last half a minute, and have their own tests.
FLUX: Final = ("journal.flux", "conformite.flux", "scenes.flux", "ateliers.flux", "ateliers.mots")


@pytest.fixture(scope="module")
def rempli(tmp_path_factory: pytest.TempPathFactory) -> tuple[Banc, dict[str, Any]]:
    """A home where there is something to read, dispatching that waits, and what fills the addresses."""
    app = creer_application(Configuration(home=tmp_path_factory.mktemp("lue"), jeton="tout"))
    banc = Banc(app, "lue").creer()
    racine = specimen("personne_seule_nir", nir=NIR)
    numero = banc.demander(racine).numero
    ecrire(banc, "PUT", "/bases/lue/guichets/G1226/inbox/DEMessai.xml", etree.tostring(racine))
    ecrire(banc, "POST", "/bases/lue/guichets/G1226/inbox/relever")
    (sortie,) = [f for f in nommes(banc, "G1226") if f.startswith("RET")]
    assert banc.demander(message(racine, "MOD", numero, numGuichet="G1205")).numero == numero
    ecrire(banc, "PUT", "/bases/lue/guichets/G1205/inbox/attend.xml", etree.tostring(racine))
    contenu = io.BytesIO()
    with zipfile.ZipFile(contenu, "w", zipfile.ZIP_DEFLATED) as ecrite:
        ecrite.writestr("a.xml", f"<nir>{NIR}</nir>")
    archive = banc.appeler(
        "getDemandeLogement",
        {"numUnique": numero, "nomCertificat": "C", "certificat": contenu.getvalue()},
        forme=Forme.NETTE,
    )
    assert en_clair(archive.echange.requete)
    Autorite.ouvrir(app.extensions["sne"].configuration.home)  # « serve » does, before it listens
    ecrire(banc, "POST", "/bases/lue/snapshots", b'{"nom": "avant"}')
    decidee, _ = banc.creer_demande("colocataires")
    assert banc.fichier("ajouterEvenementDemande", evenement(decidee)).anomalies == []
    (seance,) = lire(banc, "/api/v1/bases/lue/seances").json["seances"]
    services = banc.services
    ateliers.creer(services.magasin, services.contrats, services.configuration.home, "salle", combien=1)
    rapport = ecrire(banc, "POST", "/reports", b'{"base": "lue"}').json["nom"]
    fin = time.monotonic() + PATIENCE
    while lire(banc, f"/api/v1/reports/{rapport}").json["etat"] == "en cours":
        assert time.monotonic() < fin
        time.sleep(0.1)
    return banc, {
        "base": "lue",
        "numero": numero,
        "identifiant": archive.echange.identifiant,
        "ids": archive.echange.identifiant,
        "rapport": rapport,
        "run": rapport,
        "avec": rapport,
        "fichier": "preuves.zip",
        "scene": "doublon",
        "seance": seance["nom"],
        "atelier": "salle",
        "rang": 0,
        "operation": "getNumUnique",
        "tableau": "TAB01",
        "rubrique": "Demandes actives",
        "niveau": "departement",
        "part": "prioritaires",
        "genre": "introuvable",
        "regle": "ENT009",
        "document": "demande",
        "liste": "ListeMotifsRadiation",
    } | {"code": "G1226", "sortie": sortie}


def ecrire(banc: Banc, methode: str, chemin: str, corps: bytes = b"") -> Any:
    en_tetes = {"Authorization": "Bearer tout", "Content-Type": "application/json"}
    reponse = banc.http.open(f"/api/v1{chemin}", method=methode, data=corps, headers=en_tetes)
    assert reponse.status_code < 300, reponse.text
    return reponse


def lire(banc: Banc, chemin: str) -> Any:
    jeton = banc.app.extensions["acces"].lecture
    return banc.http.get(chemin, headers={"Authorization": f"Bearer {jeton}", "Accept": "text/html, */*"})


def nommes(banc: Banc, code: str) -> list[str]:
    fichiers = lire(banc, f"/api/v1/bases/lue/guichets/{code}/outbox").json["fichiers"]
    return [fichier["nom"] for fichier in fichiers]


def etat(app: Flask) -> tuple[list[str], dict[str, bytes]]:
    """All rows of the store, and all other files of the home."""
    home: Path = app.extensions["sne"].configuration.home
    with sqlite3.connect(home / "sne.sqlite3") as connexion:
        rangees = list(connexion.iterdump())
    autres = [c for c in sorted(home.rglob("*")) if not c.name.startswith("sne.sqlite3")]
    return rangees, {str(c): c.read_bytes() if c.is_file() else b"" for c in autres}


def en_clair(octets: bytes) -> bool:
    """Whether the NIR is in them, or in an archive that they are, or hold."""
    if NIR.encode() in octets:
        return True
    for debut in re.finditer(rb"PK\x03\x04", octets):
        try:
            with zipfile.ZipFile(io.BytesIO(octets[debut.start() :])) as archive:
                return any(en_clair(archive.read(nom)) for nom in archive.namelist())
        except zipfile.BadZipFile:
            continue
    return False


def test_every_get_of_the_api_only_reads(rempli: tuple[Banc, dict[str, Any]]) -> None:
    banc, valeurs = rempli
    document = lire(banc, "/api/v1/openapi.json").json
    avant, refuses, lus = etat(banc.app), [], 0
    for chemin, methode, operation, parametres in operations(document):
        if methode != "get":
            continue
        propres = valeurs | {"nom": nom_de(chemin, valeurs)}
        # Of the exchange that was chosen, the answer bears the document.
        cote = "response" if chemin.endswith("/document") else "request"
        adresse = chemin.format_map(propres | {"cote": cote})
        exiges = [p["name"] for p in parametres if p["in"] == "query" and p.get("required")]
        adresse += "".join(f"?{nom}={propres[nom]}" for nom in exiges)
        reponse = lire(banc, adresse)
        if reponse.status_code == 403:
            refuses.append(operation["operationId"])
        else:
            assert reponse.status_code == 200, (adresse, reponse.text)
            assert not en_clair(decode(reponse)), adresse
        lus += 1
    assert lus == (69 if installe("sne_statistiques") else 60)
    assert refuses == [
        "get_bases_base_guichets_code_outbox_nom",
        "get_bases_base_snapshots_nom_file",
        "get_jetons",
    ]
    assert etat(banc.app) == avant


def nom_de(chemin: str, valeurs: dict[str, Any]) -> str:
    """What there is to read under « nom » at an address."""
    return {"/outbox/": valeurs["sortie"], "/inbox/": "DEMessai.xml"}.get(
        next((boite for boite in ("/outbox/", "/inbox/") if boite in chemin), ""), "avant"
    )


def decode(reponse: Any) -> bytes:
    """The bytes of an answer; of an exchange shown in JSON, those of its request."""
    message = reponse.json.get("requete") if reponse.is_json and isinstance(reponse.json, dict) else None
    if isinstance(message, dict) and message.get("encodage") == "base64":
        return base64.b64decode(message["corps"])
    octets: bytes = reponse.data
    return octets


def test_every_page_of_the_console_only_reads(rempli: tuple[Banc, dict[str, Any]]) -> None:
    banc, valeurs = rempli
    lire(banc, "/console/lue/journal")  # the part is built at its first request
    console = banc.app.extensions["aiguillage"].partie("console")
    avant, lues = etat(banc.app), 0
    connues = {
        "cote": "requete",
        "boite": "sortie",
        "portee": "etat",
        "operation": "getNumUnique",
        "page": "demarrer",
        "chemin": "fixtures/ci/gitlab-ci.yml",
        "suite": "DemandeLogementImplService",
        "document": "demande",
        "code": "G1226",
        "nom": "avant",
        "forme": "svg",
        "extension": "svg",
        "piece": "affiche",
        "jeton": banc.app.extensions["acces"].lecture,  # a wrong one is counted
        "filename": "rien",
        "scenario": "CRE-SIMPLE",
    }
    for regle in console.url_map.iter_rules():
        if "GET" not in (regle.methods or ()) or regle.endpoint in FLUX:
            continue
        noms = {"guichets": valeurs["sortie"], "contrat": "ListeMotifRadiation", "statistiques": "carte"}
        propres = valeurs | connues | {"nom": noms.get(regle.endpoint.partition(".")[0], "avant")}
        adresse = console.url_map.bind("").build(
            regle.endpoint, {nom: propres[nom] for nom in regle.arguments}
        )
        reponse = lire(banc, adresse)
        assert reponse.status_code < 500, (adresse, reponse.text)
        assert not en_clair(reponse.data), adresse
        lues += reponse.status_code == 200
    assert lues > 35
    assert etat(banc.app) == avant


@pytest.mark.parametrize("suite", ["", "/check", "/request"])
def test_no_message_is_tried_not_even_to_check_it(rempli: tuple[Banc, dict[str, Any]], suite: str) -> None:
    """Guess after guess, a check tells a NIR."""
    banc, _ = rempli
    reponse = banc.http.post(
        f"/api/v1/bases/lue/messages/getNumUnique{suite}",
        json={"depart": "menage-seul-1"},
        headers={"Authorization": f"Bearer {banc.app.extensions['acces'].lecture}"},
    )
    assert reponse.status_code == 403
    page = etree.HTML(lire(banc, "/console/lue/composer/getNumUnique").text)
    assert "sne-sandbox check FICHIER" in page.xpath("string(//section[@aria-labelledby='t-document'])")
