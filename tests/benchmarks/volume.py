"""A large base beside an empty one: creation, file size, getNumUnique and each search.

python tests/benchmarks/volume.py [--taille 200000]
"""

import argparse
import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import charge
import menages
import serveur

from sne_sandbox.mime.client import requete
from sne_sandbox.mime.message import Part

_RECHERCHE: Final = "/services/RechercheDemandeImplService/"
_ACTION: Final = "http://ws.metier.nuu.application.i2/rechercheDemandeMulticritere"
_ENVELOPPE: Final = (
    '<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:ws="http://ws.metier.nuu.application.i2/" xmlns:xop="http://www.w3.org/2004/08/xop/include">'
    "<soap:Body><ws:fichierXmlParametres><nomFichier>RCHG1226-201803151200-000000.xml</nomFichier>"
    '<fichierXml><xop:Include href="cid:xml_id"/></fichierXml>'
    "<nomCertificat>CERG1226-201803151200.pem</nomCertificat>"
    "</ws:fichierXmlParametres></soap:Body></soap:Envelope>"
)
_DOCUMENT: Final = (
    '<ns1:interfaceNuu xmlns:ns1="http://nuu.application.i2/" versionInterface="02.00"><ns1:entete>'
    "<ns1:typeFichier>RCH</ns1:typeFichier><ns1:dateFichier>2018-03-15T12:00:00</ns1:dateFichier>"
    "<ns1:codeGuichet>G1226</ns1:codeGuichet></ns1:entete><ns1:operation><ns1:demandeMulticritere>{}"
    "</ns1:demandeMulticritere></ns1:operation></ns1:interfaceNuu>"
)
#: One search per criterion that an index serves; those of a large answer are narrowed, as a client must.
RECHERCHES: Final = {
    "numéro": "<ns1:numUnique>0620318000001G1226</ns1:numUnique>",
    "personne": "<ns1:personneRecherchee><ns1:nom>Vasseur</ns1:nom><ns1:prenom>Inès</ns1:prenom>"
    "<ns1:dateNaissance>1993-04-18</ns1:dateNaissance></ns1:personneRecherchee>",
    "nom seul": "<ns1:personneRecherchee><ns1:nom>Vasseur</ns1:nom></ns1:personneRecherchee>",
    "association": "<ns1:association><ns1:nom>Les Toits Partagés</ns1:nom></ns1:association>",
    "dépôt (un jour)": "<ns1:dateDepotDebut>2018-03-14</ns1:dateDepotDebut>"
    "<ns1:dateDepotFin>2018-03-14</ns1:dateDepotFin>",
    "renouvellement (un jour)": "<ns1:dateRenouvellementDebut>2018-03-14</ns1:dateRenouvellementDebut>"
    "<ns1:dateRenouvellementFin>2018-03-14</ns1:dateRenouvellementFin>",
    "radiation (un jour)": "<ns1:dateRadiationDebut>2018-03-14</ns1:dateRadiationDebut>"
    "<ns1:dateRadiationFin>2018-03-14</ns1:dateRadiationFin>",
    "commune et dépôt": "<ns1:dateDepotDebut>2018-03-01</ns1:dateDepotDebut>"
    "<ns1:dateDepotFin>2018-03-15</ns1:dateDepotFin><ns1:communeSouhaitee>62498</ns1:communeSouhaitee>",
    "motif et dépôt": "<ns1:dateDepotDebut>2018-03-14</ns1:dateDepotDebut>"
    "<ns1:dateDepotFin>2018-03-15</ns1:dateDepotFin><ns1:motifDemande>07</ns1:motifDemande>",
}


def mesurer(home: Path) -> Iterator[tuple[str, str]]:
    """(measure, p50 and p99) over one home."""
    with serveur.demarrer(home) as un:
        requetes = list(menages.requetes(500_000, 600))
        charge.charger(un.port, requetes[:100], 1, 30)
        depot = charge.charger(un.port, requetes[100:], 1, 60)
        yield "getNumUnique (1 client)", f"{depot.centile(0.5):.1f} / {depot.centile(0.99):.1f} ms"
        for nom, criteres in RECHERCHES.items():
            latences = [_rechercher(un.port, criteres) for _ in range(60)][10:]
            latences.sort()
            yield f"recherche : {nom}", f"{latences[25] * 1000:.1f} / {latences[-1] * 1000:.1f} ms"


def _rechercher(port: int, criteres: str) -> float:
    document = _DOCUMENT.format(criteres).encode()
    parties = [Part("xml_id", "text/xml; charset=us-ascii", "8bit", document)]
    type_, corps = requete(_ENVELOPPE.encode(), parties, action=_ACTION)
    lien = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    debut = time.perf_counter()
    lien.request("POST", _RECHERCHE, corps, {"Content-Type": type_})
    reponse = lien.getresponse()
    contenu = reponse.read()
    duree = time.perf_counter() - debut
    lien.close()
    if reponse.status != 200:
        raise RuntimeError(contenu[:2000].decode("utf-8", "replace"))
    return duree


def main() -> None:
    """Measure, and print the table."""
    analyse = argparse.ArgumentParser(description=__doc__)
    analyse.add_argument("--taille", type=int, default=200_000)
    taille = analyse.parse_args().taille
    sne = str(Path(sys.executable).with_name("sne-sandbox"))
    with tempfile.TemporaryDirectory() as dossier:
        grande, vide = Path(dossier) / "grande", Path(dossier) / "vide"
        commande = [sne, "db", "seed", "--seed-size", str(taille), "--clock", menages.MIDI.isoformat()]
        debut = time.perf_counter()
        subprocess.run([*commande, "--home", str(grande)], check=True, stdout=subprocess.DEVNULL)
        creation = time.perf_counter() - debut
        poids = sum(f.stat().st_size for f in grande.glob("sne.sqlite3*")) / 1e6
        subprocess.run([*commande[:3], "--seed-base", "vide", *commande[5:], "--home", str(vide)], check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        print(f"création de {taille} demandes : {creation:.0f} s ({taille / creation:.0f}/s), {poids:.0f} Mo")
        print(f"{'p50 / p99 (ou le plus long de 50)':34} {'base vide':>20} {f'{taille} demandes':>20}")
        for (nom, a), (_, b) in zip(mesurer(vide), mesurer(grande), strict=True):
            print(f"{nom:34} {a:>20} {b:>20}")


if __name__ == "__main__":
    main()
