"""A NIR is masked in everything that the sandbox shows or writes, however it was written."""

import re
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pytest
from banc import FORMULAIRE, Banc, poser, specimen
from lxml import etree

from sne_conformite.bilan.trafic_juge import juger_base, parcourir
from sne_conformite.preuves import paquet_de_preuves
from sne_conformite.rapports import rapport_html, rapport_json, rapport_junit
from sne_conformite.rapports.rapport import Fin

#: Sex, year; then what must never be read.
TETE, RESTE = "285", "066299900176"
NIR = TETE + RESTE
CHAMP = f"{FORMULAIRE}/personnePhysique/demandeur"
ECRITURES = {
    "nu": NIR,
    "blancs": "2 85 06 62 999 001 76",
    "tirets": "2-85-06-62-999-001-76",
    "points": "2.85.06.62.999.001.76",
    "insécables": "2\u00a085\u00a006\u00a062\u00a0999\u00a0001\u00a076",
    "collé": f"NIR{NIR}",
    "long": f"{NIR}{NIR}",  # thirty digits elsewhere than in its element are no NIR
}


def envoyer(banc: Banc, ecriture: str, *, encodage: str = "UTF-8", ailleurs: bool = False) -> None:
    """A demande whose applicant's NIR is written so; or their first name and the file's name."""
    racine = specimen("personne_seule_nir")
    if ailleurs:
        poser(racine, f"{CHAMP}/prenom", ecriture)
        poser(racine, f"{CHAMP}/nir", NIR)
    else:
        poser(racine, f"{CHAMP}/nir", ecriture)
    nom = f"DEM{ecriture}.xml" if ailleurs else None
    banc.demander(etree.tostring(racine, encoding=encodage, xml_declaration=True), nom=nom)
    banc.demander(etree.tostring(racine, encoding=encodage, xml_declaration=True), nom=nom, forme=None)


def montres(banc: Banc, dossier: Path) -> Iterator[tuple[str, bytes]]:
    """All that can be read of what was sent: pages, API, downloads, reports."""
    for n in (1, 2):
        suites = ("", "/request", "/response", "/request/document", "/request/parts/0", "/har")
        adresses = [f"/api/v1/bases/{banc.nom}/exchanges/{n}{suite}" for suite in suites]
        adresses.append(f"/console/{banc.nom}/echanges/{n}")
        for adresse in adresses:
            yield adresse, banc.http.get(adresse).data
    for adresse in (f"/console/{banc.nom}/journal", f"/api/v1/bases/{banc.nom}/exchanges"):
        yield adresse, banc.http.get(adresse).data
    magasin = banc.services.magasin
    *_, fin = juger_base(magasin.journal, banc.nom, banc.services.contrat)
    assert isinstance(fin, Fin)
    yield "rapport.html", rapport_html.en_html(fin.rapport).encode()
    yield "rapport.json", rapport_json.octets(fin.rapport)
    yield "junit.xml", rapport_junit.octets(fin.rapport)
    preuves = dossier / "preuves.zip"
    paquet_de_preuves.ecrire(
        fin.rapport, preuves, echanges=parcourir(magasin.journal, banc.nom), configuration={}, versions={}
    )
    with zipfile.ZipFile(preuves) as archive:
        for nom in archive.namelist():
            yield f"preuves.zip!{nom}", archive.read(nom)


def lus(octets: bytes) -> Iterator[str]:
    """The digits that a reader finds: as they stand, in escapes, and inside base64."""
    texte = octets.replace(b"\0", b"").decode("utf-8", "replace")
    yield re.sub(r"\\u[0-9a-f]{4}|\\\\|&#\d+;|\W|_", "", texte)
    for trouve in re.finditer(rb"[A-Za-z0-9+/]{40,}={0,2}", octets):
        compact = trouve[0].rstrip(b"=")
        if len(compact) % 4 != 1:
            yield from lus(b64decode(compact + b"=" * (-len(compact) % 4)))


def fuites(banc: Banc, dossier: Path, secret: str = RESTE) -> list[str]:
    """Where it can be read."""
    return [lieu for lieu, octets in montres(banc, dossier) if any(secret in lu for lu in lus(octets))]


@pytest.mark.parametrize("ecriture", ECRITURES.values(), ids=ECRITURES)
def test_in_its_element(banc: Banc, tmp_path: Path, ecriture: str) -> None:
    envoyer(banc, ecriture)
    assert fuites(banc, tmp_path) == []


@pytest.mark.parametrize("ecriture", [e for nom, e in ECRITURES.items() if nom != "long"])
def test_elsewhere(banc: Banc, tmp_path: Path, ecriture: str) -> None:
    envoyer(banc, ecriture, ailleurs=True)
    assert fuites(banc, tmp_path) == []


@pytest.mark.parametrize("ecriture", [f"{NIR[:7]}<!-- -->{NIR[7:]}", f"{NIR[:4]}<?a ?>{NIR[4:]}"])
def test_cut_by_what_is_no_character(banc: Banc, tmp_path: Path, ecriture: str) -> None:
    racine = specimen("personne_seule_nir")
    poser(racine, f"{CHAMP}/nir", NIR)
    octets = etree.tostring(racine, encoding="UTF-8").replace(NIR.encode(), ecriture.encode())
    banc.demander(octets)
    banc.demander(octets, forme=None)
    assert fuites(banc, tmp_path, NIR[7:]) == []


@pytest.mark.parametrize("encodage", ["UTF-16", "UTF-16BE", "ISO-8859-1"])
def test_in_another_encoding(banc: Banc, tmp_path: Path, encodage: str) -> None:
    envoyer(banc, NIR, encodage=encodage)
    assert fuites(banc, tmp_path) == []


def test_in_the_address_and_the_headers(banc: Banc, tmp_path: Path) -> None:
    adresse = f"/bases/{banc.nom}/services/DemandeLogementImplService/?nir={NIR}"
    for genre in ("text/xml", f"application/soap+xml; action={NIR}"):
        en_tetes = {"Content-Type": genre, "SOAPAction": NIR, "User-Agent": NIR}
        assert banc.http.post(adresse, data=b"<a/>", headers=en_tetes).status_code == 500
    assert fuites(banc, tmp_path) == []


@pytest.mark.parametrize("vus", [4, 9, 14])
def test_where_what_is_shown_is_cut(banc: Banc, vus: int) -> None:
    """What is no XML, and what is no message, is shown to its hundred thousandth character; whichever way
    that is counted, no NIR loses its end there, and is shown for it."""
    for fin in (100_000, 100_000 + 1_000):
        # The NIR begins so that `vus` of its digits come before the cut.
        document = (
            b"<a>\n" + b"x " * ((fin - vus - 4) // 2) + b"x" * ((fin - vus) % 2) + NIR.encode() + b"</zut>"
        )
        assert document[fin - vus : fin + len(NIR) - vus] == NIR.encode()
        banc.demander(document + b" " * 5_000)
        chemin = f"/bases/{banc.nom}/services/DemandeLogementImplService/"
        banc.http.post(chemin, data=document + b" " * 5_000, headers={"Content-Type": "text/plain"})
    for n in range(1, 5):
        page = banc.http.get(f"/console/{banc.nom}/echanges/{n}").data
        assert not any(NIR[:4] in lu for lu in lus(page)), n


def test_what_was_sent_would_be_found(banc: Banc) -> None:
    """The test itself sees a leak, in each of these forms."""
    for forme in (NIR.encode(), NIR.encode("utf-16"), "2\u00a085\u00a006 62-999 001_76".encode()):
        assert any(RESTE in lu for lu in lus(forme))
    envoyer(banc, NIR)
    for ligne in banc.journal():
        echange = banc.services.magasin.journal.lire(banc.nom, ligne.identifiant)
        assert any(RESTE in lu for lu in lus(echange.requete))
