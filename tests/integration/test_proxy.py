"""`sne-sandbox proxy` before a `serve` that plays the real server: nothing changes on the way."""

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from client_mtom import DEMANDE, Client, adapter, specimen
from commande import sne
from donnees import a_cote
from lxml import etree
from serveur_local import HORLOGE, Serveur

DELAI = 120.0
CHEMIN = f"/services/{DEMANDE}/"
Relayer = Callable[..., Serveur]


@pytest.fixture
def relayer(tmp_path: Path) -> Iterator[Relayer]:
    """Starts a pass-through; all are killed at the end."""
    demarres: list[Serveur] = []

    def un(url: str, *options: str, nom: str = "relais") -> Serveur:
        demarres.append(Serveur.demarrer(tmp_path / nom, *options, commande=("proxy", "--upstream", url)))
        return demarres[-1]

    yield un
    for demarre in demarres:
        demarre.tuer()


def demander(
    serveur: Serveur, methode: str, chemin: str, corps: bytes | None = None, **en_tetes: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    return serveur.demander(methode, chemin, corps, {"Content-Type": "application/soap+xml", **en_tetes})


def octets(serveur: Serveur, base: str, identifiant: int, cote: str) -> bytes:
    _, _, contenu = demander(serveur, "GET", f"/api/v1/bases/{base}/exchanges/{identifiant}/{cote}")
    return contenu


@pytest.mark.cher
def test_an_application_passes_through_unchanged(
    demarrer: Callable[..., Serveur], relayer: Relayer, tmp_path: Path
) -> None:
    """Over HTTPS and a client certificate on both sides."""
    reel = demarrer("--client-cert", "required")
    certificat, cle = reel.certificat("G1226")
    relais = relayer(
        reel.pret["https"],
        *("--upstream-cert", certificat, "--upstream-key", cle, "--upstream-ca", reel.pret["ca_file"]),
    )
    vu = sne(tmp_path, "clock", "freeze", HORLOGE, "--base", "proxy", "--home", str(relais.home))
    assert vu.returncode == 0, vu.stderr
    client = Client(relais, https=True)
    cree = client.enregistrer(specimen("demandes/colocataires"))
    lu = client.relire(cree.numero)
    fautif = client.enregistrer(b"<rien/>")
    refus = client.enregistrer(adapter(specimen("demandes/personne_seule"), numUnique="123456789012345678"))
    client.fermer()
    assert lu.document.findtext(".//{*}numUnique") == cree.numero
    assert (fautif.statut, refus.statut) == (500, 200)

    # Each end has the same bytes of each exchange, MTOM both ways.
    ici = relais.journal("proxy")[::-1]
    la_bas = reel.journal()[::-1]
    assert len(ici) == len(la_bas) == 4
    for un, autre in zip(ici, la_bas, strict=True):
        for nom in ("operation", "guichet", "type_fichier", "numero_unique", "verdict", "statut"):
            assert un[nom] == autre[nom], nom
        for cote in ("request", "response"):
            contenu = octets(relais, "proxy", un["id"], cote)
            assert contenu == octets(reel, "ecole", autre["id"], cote)
            assert contenu
    assert cree.en_tetes["SNE-Echange"].endswith("/api/v1/bases/proxy/exchanges/1")
    assert cree.en_tetes["SNE-Echange"].startswith(relais.pret["https"])
    assert [ligne["verdict"] for ligne in ici] == ["accepté", "accepté", "fault", "anomalies"]

    # The console, the report and the files work on what was recorded.
    assert demander(relais, "GET", "/console/proxy/echanges/1")[0] == 200
    assert relais.arreter() == 0
    home = str(relais.home)
    vu = sne(tmp_path, "report", "--home", home, "--base", "proxy", "--format", "json", "--report-dir", "r")
    assert vu.returncode == 1, vu.stderr
    # What the relay saw is judged as what the server itself saw.
    la = sne(tmp_path, "report", "--home", str(reel.home), "--format", "json")
    etats = [{b["exigence"]: b["etat"] for b in json.loads(sorti.stdout)["bilans"]} for sorti in (vu, la)]
    assert etats[0] == etats[1]
    assert etats[0]["CTR-02"] == "enfreinte"  # <rien/>
    assert (tmp_path / "r" / "preuves.zip").is_file()
    vu = sne(tmp_path, "proxy", "--home", home, "--export", "brut")
    assert (vu.returncode, "données personnelles" in vu.stderr) == (0, True)
    vu = sne(tmp_path, "proxy", "--home", home, "--export", "net", "--anonymiser")
    assert vu.returncode == 0, vu.stderr
    brut, net = (sorted((tmp_path / nom).glob("*.xml")) for nom in ("brut", "net"))
    assert [f.name for f in brut] == [f.name for f in net]
    assert "000001-getNumUnique-CRE.reponse.xml" in [f.name for f in net]
    nom = etree.parse(tmp_path / "brut" / "000001-getNumUnique-CRE.xml").findtext(".//{*}demandeur/{*}nom")
    assert nom
    assert not any(nom.encode() in fichier.read_bytes() for fichier in net)
    vu = sne(tmp_path, "check", tmp_path / "net" / "000001-getNumUnique-CRE.xml", "--clock", "2018-03-15")
    assert vu.returncode == 0, vu.stdout + vu.stderr


def test_what_is_no_soap_passes_too(serveur: Serveur, relayer: Relayer) -> None:
    relais = relayer(serveur.pret["http"])
    direct, par_le_relais = (demander(s, "GET", f"{CHEMIN}?wsdl") for s in (serveur, relais))
    assert direct[2] == par_le_relais[2]
    assert serveur.pret["http"].encode() in par_le_relais[2]  # addresses as they are
    statut, en_tetes, corps = demander(relais, "POST", "/nulle/part", b"<x/>")
    assert (statut, corps) == (404, demander(serveur, "POST", "/nulle/part", b"<x/>")[2])
    assert "SNE-Echange" in en_tetes
    assert demander(relais, "PUT", CHEMIN, b"<x/>")[0] == 405
    assert demander(relais, "GET", "/healthz")[0] == 200
    avant = len(serveur.journal(limite=100))
    assert demander(relais, "POST", CHEMIN, b"<x/>", Origin="https://ailleurs.example")[0] == 403
    assert len(serveur.journal(limite=100)) == avant
    verdicts = [ligne["verdict"] for ligne in relais.journal("proxy")[::-1]]
    # A SOAP call to no service is told so by a fault.
    assert verdicts == ["accepté", "fault", "refus", "refus"]


def test_big_messages_pass_and_bigger_ones_are_refused_before(serveur: Serveur, relayer: Relayer) -> None:
    relais = relayer(serveur.pret["http"], "--message-max", "6000000")
    enveloppe = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><!--%s--></s:Envelope>'
    gros = enveloppe % (b"x" * 4_000_000)
    assert demander(relais, "POST", CHEMIN, gros)[2] == demander(serveur, "POST", CHEMIN, gros)[2]
    assert octets(relais, "proxy", 1, "request?brut=oui") == gros
    assert demander(relais, "POST", CHEMIN, enveloppe % (b"x" * 7_000_000))[0] == 413
    (ligne,) = relais.lignes_depuis(1, base="proxy")
    assert ligne["statut"] == 413


def test_a_real_server_down_or_too_slow_is_said_in_french(relayer: Relayer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as prise:
        url = f"http://127.0.0.1:{prise.getsockname()[1]}"
        relais = relayer(url, "--upstream-timeout", "0.5")
        statut, _, corps = demander(relais, "POST", CHEMIN, b"<x/>")
        assert statut == 504
        assert "n'a pas répondu en 0.5 secondes" in corps.decode()
    statut, _, corps = demander(relais, "POST", CHEMIN, b"<x/>", Authorization="Basic c2VjcmV0")
    assert statut == 502
    assert "refuse la connexion" in corps.decode()
    lignes = relais.journal("proxy")
    assert [(ligne["statut"], ligne["verdict"]) for ligne in lignes] == [(502, "fault"), (504, "fault")]
    details: Any = relais.lire(f"/api/v1/bases/proxy/exchanges/{lignes[0]['id']}")
    assert "c2VjcmV0" not in json.dumps(details)


def test_many_at_once(serveur: Serveur, relayer: Relayer) -> None:
    """Each answer goes back to who asked, and each exchange has its line."""
    relais = relayer(serveur.pret["http"], "--workers", "2")
    recus: list[bool] = []

    def envoyer(rang: int) -> None:
        corps = b"<x>%d</x>" % rang
        recus.append(demander(relais, "POST", CHEMIN, corps)[0] == 500)

    fils = [threading.Thread(target=envoyer, args=(rang,)) for rang in range(20)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join(DELAI)
    assert recus == [True] * 20
    assert sorted(ligne["id"] for ligne in relais.journal("proxy", limite=50)) == list(range(1, 21))


@pytest.mark.parametrize(("mots", "phrase"), a_cote(__file__)["wrong_usage_is_said"])
def test_wrong_usage_is_said(tmp_path: Path, mots: list[str], phrase: str) -> None:
    (tmp_path / "cle.pem").touch()
    vu = sne(tmp_path, *mots)
    assert vu.returncode == 2
    assert phrase in vu.stderr
