"""2,000 ways to write a NIR, sent over HTTP; then all that a reader can get, read and decoded: none is found.

The server is one as users start it; who reads has the token of the read-only link. A NIR is looked for in
pages, HAR, streams, the API, metrics, reports, evidence, and the server's log.
"""

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from client_mtom import DEMANDE, Client
from commande import sne
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree
from nirs import MULTIPART, contenus, corps_mal_faits, fuites, message, parties, phrases
from serveur_local import Serveur

from sne_interface.contract.codec import NS
from sne_interface.resources import fixtures_dir

pytestmark = pytest.mark.charge

SERVICE = "/services/DemandeLogementImplService/"
#: Ways of each kind; those that can be opened go by 25 in a message, texts by 5 in an exchange.
OUVERTS, MAL_FAITS, PHRASES, PAR_MESSAGE, PAR_ENVOI = 1_250, 250, 500, 25, 5


def tirer(quoi: st.SearchStrategy[Any], combien: int) -> list[Any]:
    """So many different draws of a strategy."""
    tires: list[Any] = []

    @settings(
        max_examples=combien, derandomize=True, database=None, phases=(Phase.generate,), deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(quoi)
    def noter(un: Any) -> None:
        tires.append(un)

    noter()
    return tires


class Lecteur:
    """Somebody who may read and change nothing."""

    def __init__(self, serveur: Serveur) -> None:
        self._lien = serveur.lien()
        self._jeton = ""
        page = self.prendre("/console/ecole/scenes", serveur.pret.get("admin_token") or "")
        trouve = re.search(rb"/lecture/([\w.-]+)", page)
        assert trouve is not None
        self._jeton = trouve[1].decode()
        self.statut = 0

    def prendre(self, chemin: str, jeton: str | None = None) -> bytes:
        """What this address answers, whatever its status."""
        porte = self._jeton if jeton is None else jeton
        self._lien.close()
        self._lien.request("GET", chemin, headers={"Authorization": f"Bearer {porte}"} if porte else {})
        reponse = self._lien.getresponse()
        self.statut = reponse.status
        if reponse.headers.get_content_type() == "text/event-stream":
            lu = reponse.read1(100_000)
            self._lien.close()
            return lu
        return reponse.read()


def envoyer(serveur: Serveur, chemin: str, genre: str, corps: bytes, **en_tetes: str) -> None:
    noms = {nom.replace("_", "-"): valeur for nom, valeur in en_tetes.items()}
    serveur.demander("POST", chemin, corps, {"Content-Type": genre, **noms})


def demande_avec(lot: list[str]) -> Any:
    """A demande that says each of them in a text of its own; some are refused and cited."""
    racine = etree.parse(fixtures_dir() / "demandes" / "personne_seule_nir.xml").getroot()
    for rang, nom in enumerate(("nir", "prenom", "voie", "mel", "lieuNaissance", "telDomicile", "precision")):
        for element in racine.iter(f"{{{NS}}}{nom}"):
            element.text = lot[rang % len(lot)].replace("\x00", "")
    return racine


def adresses(identifiant: int) -> Iterator[str]:
    page, api = f"/console/ecole/echanges/{identifiant}", f"/api/v1/bases/ecole/exchanges/{identifiant}"
    yield from (page, api, f"{api}/har", f"{api}/request", f"{api}/response")
    yield from (
        f"{api}/request/document",
        f"{api}/request/parts",
        f"/console/ecole/composer/getNumUnique?echange={identifiant}",
    )
    yield from (f"{api}/request/parts/{rang}" for rang in (0, 1))


GENERALES = (
    "/console/ecole/journal", "/console/ecole/journal/flux", "/console/ecole/demandes", "/console/ecole",
    "/console/ecole/statistiques", "/console/ecole/conformite", "/console/ecole/guichets/G1226",
    "/api/v1/bases/ecole/exchanges?limite=100", "/api/v1/bases/ecole/exchanges/near-misses?limite=100",
    "/api/v1/bases/ecole/demandes", "/metrics", "/api/v1/bases/ecole/guichets/G1226/inbox",
)  # fmt: skip


def test_nobody_reads_a_nir(demarrer: Callable[..., Serveur], tmp_path: Path) -> None:
    serveur = demarrer()
    lecteur, ecrites = Lecteur(serveur), 0
    ouvertes = tirer(parties(), OUVERTS)
    for debut in range(0, len(ouvertes), PAR_MESSAGE):
        lot = ouvertes[debut : debut + PAR_MESSAGE]
        envoyer(serveur, SERVICE, MULTIPART, message(lot))
        ecrites += len(lot)
    for genre, corps in tirer(corps_mal_faits(), MAL_FAITS):
        envoyer(serveur, SERVICE, genre, corps)
        ecrites += 1
    client, textes = Client(serveur), tirer(phrases(), PHRASES)
    for debut in range(0, PHRASES, PAR_ENVOI):
        lot = textes[debut : debut + PAR_ENVOI]
        noms = [p.encode("ascii", "replace").decode().replace("\n", " ").replace("\r", " ") for p in lot]
        if debut // PAR_ENVOI % 2:
            adresse = "&".join(f"{nom}={quote(phrase)}" for nom, phrase in zip("abc", lot[2:], strict=True))
            envoyer(
                serveur, f"{SERVICE}?{adresse}", "text/xml", b"<a/>", User_Agent=noms[0], SOAPAction=noms[1]
            )
        else:
            document = etree.tostring(demande_avec(lot), encoding="UTF-8", xml_declaration=True)
            nom = f"DEM{noms[0][:60]}.xml"
            client.appeler(DEMANDE, "getNumUnique", nomFichierDemande=nom, fichierDemande=document)
        ecrites += len(lot)
    client.fermer()
    assert ecrites >= 2_000
    dernier = serveur.dernier()
    assert dernier >= OUVERTS / PAR_MESSAGE + MAL_FAITS + PHRASES / PAR_ENVOI

    trouves: dict[str, list[str]] = {}

    def regarder(lieu: str, octets: bytes) -> None:
        if lus := fuites(octets):
            trouves[lieu] = lus

    # What was sent is there to be read by who may, and asks for it.
    admin = serveur.pret.get("admin_token") or ""
    premier = OUVERTS // PAR_MESSAGE
    assert fuites(lecteur.prendre(f"/api/v1/bases/ecole/exchanges/{premier}/request?brut=oui", admin))
    assert b"il faut un jeton de droit" in lecteur.prendre(
        f"/api/v1/bases/ecole/exchanges/{premier}/request?brut=oui"
    )
    assert lecteur.statut == 403

    # A message of many ways at each of its addresses; another at one in seven, each in its turn.
    for identifiant in range(1, dernier + 1):
        tous = list(adresses(identifiant))
        vus = tous if identifiant <= premier else tous[identifiant % 7 :: 7]
        for adresse in vus:
            regarder(adresse, lecteur.prendre(adresse))
    for adresse in GENERALES:
        regarder(adresse, lecteur.prendre(adresse))
    rapport = tmp_path / "rapport"
    fait = sne(tmp_path, "report", "--home", serveur.home, "--report-dir", rapport)
    assert fait.returncode in (0, 1), fait.stderr
    regarder("report", (fait.stdout + fait.stderr).encode())
    for fichier in sorted(rapport.rglob("*")):
        if fichier.suffix == ".zip":
            with zipfile.ZipFile(fichier) as archive:
                for nom in archive.namelist():
                    for ligne in archive.read(nom).splitlines():
                        regarder(f"{fichier.name}!{nom}", ligne)
        elif fichier.is_file():
            regarder(fichier.name, fichier.read_bytes())
    regarder("journal technique", serveur.home.with_suffix(".log").read_bytes())
    assert json.dumps(trouves, indent=1) == "{}"


def test_what_a_reader_may_not_see_is_told(demarrer: Callable[..., Serveur]) -> None:
    """A body that cannot be opened is shown to nobody who may not see it raw; a snapshot neither."""
    serveur = demarrer()
    lecteur = Lecteur(serveur)
    envoyer(serveur, SERVICE, "text/xml", b"<a>jamais fini")
    api = "/api/v1/bases/ecole/exchanges/1/request"
    assert lecteur.prendre(api).decode() == "[contenu illisible de 14 octets : montré au seul droit « tout »]"
    admin = serveur.pret.get("admin_token") or ""
    assert lecteur.prendre(api, admin) == b"<a>jamais fini"
    for suite in ("?brut=oui", "/document?brut=oui", "/parts/0?brut=oui"):
        lecteur.prendre(api + suite)
        assert lecteur.statut in (403, 404)
    assert b"brut" in lecteur.prendre(f"{api}?brut=peut-etre")
    assert lecteur.statut == 422


def test_contents_of_a_part_are_shown_masked(demarrer: Callable[..., Serveur]) -> None:
    """Each piece of one message, alone."""
    serveur = demarrer()
    lecteur = Lecteur(serveur)
    lot = tirer(contenus(), 20)
    corps = b"".join(b"\r\n--dehors\r\nContent-Type: text/xml\r\n\r\n" + contenu for contenu in lot)
    fin = b"\r\n--dehors--\r\n"
    envoyer(serveur, SERVICE, MULTIPART, message([]).removesuffix(fin) + corps + fin)
    for rang in range(len(lot)):
        assert fuites(lot[rang])
        lu = lecteur.prendre(f"/api/v1/bases/ecole/exchanges/1/request/parts/{rang}")
        assert lecteur.statut == 200
        assert fuites(lu) == []
