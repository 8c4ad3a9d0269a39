"""A large base beside an empty one: a registration, each search, every page of the console, a night, the
statistics.
"""

import contextlib
import http.client
import json
import sqlite3
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import charge
import console
import menages
import serveur
from rangees import Banc, Rangee, nombre

from sne_sandbox.mime.message_mime import Part
from sne_sandbox.mime.requete_mtom_ecrite import requete

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

#: More than the most that an answer holds: a search that finds as many is refused (RCH003).
_TROP: Final = 501
#: What the searches find in a large base, in SQL.
_TROUVEES: Final = {
    "nom seul": "numero_unique FROM grande.demande_personne WHERE base = 'ecole' AND nom_plie = 'vasseur'",
    "dépôt": "numero_unique FROM grande.demande WHERE base = 'ecole' AND date_creation = '2018-03-14'",
    "renouvellement": "numero_unique FROM grande.demande WHERE base = 'ecole' "
    "AND date_renouvellement = '2018-03-14'",
    "radiation": "numero_unique FROM grande.demande WHERE base = 'ecole' AND date_radiation = '2018-03-14'",
    "commune": "numero_unique FROM grande.demande_commune WHERE base = 'ecole' AND commune = '62498' "
    "AND date_creation BETWEEN '2018-03-01' AND '2018-03-15'",
    "motif": "numero_unique FROM grande.demande_motif WHERE base = 'ecole' AND motif = '07' "
    "AND date_creation BETWEEN '2018-03-14' AND '2018-03-15'",
}


#: How much longer than over nothing, and milliseconds of the 99th centile.
_EGAL: Final = 1.2
_CENTILE: Final = 100.0


def semer(banc: Banc, grande: Path) -> int:
    """The large base, unless it is there already; how many demandes it holds."""
    if not (grande / "sne.sqlite3").exists():
        options = ("--seed-size", str(banc.effort.volume), "--clock", menages.MIDI.isoformat())
        banc.nouvelle.lancer("db", "seed", *options, "--home", str(grande))
    with contextlib.closing(sqlite3.connect(grande / "sne.sqlite3")) as connexion:
        return int(connexion.execute("SELECT count(*) FROM demande").fetchone()[0])


def comparer(banc: Banc, grande: Path) -> Iterator[Rangee]:
    """Calls over a base of what they find and over the large one, in turn: medians, and a 99th centile."""
    with (
        serveur.demarrer(banc.nouvelle, trouvees(banc, grande), "--workers", "1") as petit,
        serveur.demarrer(banc.nouvelle, grande, "--workers", "1") as grand,
    ):
        fois = banc.effort.appels
        requetes = list(menages.requetes(time.time_ns() // 10**6, 2 * fois))
        for port in (petit.port, grand.port):
            charge.charger(port, requetes[:fois], 1, 60)
        depots = [charge.charger(port, requetes[fois:], 1, 60).latences for port in (petit.port, grand.port)]
        yield _rangee("getNumUnique", *depots)
        for nom, criteres in RECHERCHES.items():
            petites, grandes = [], []
            for _ in range(fois):
                petites.append(_rechercher(petit.port, criteres))
                grandes.append(_rechercher(grand.port, criteres))
            yield _rangee(f"recherche : {nom}", petites[fois // 10 :], grandes[fois // 10 :])


def trouvees(banc: Banc, grande: Path) -> Path:
    """A base that holds those demandes of the large one that the searches find, or as many of them as tell
    that there are too many: both then answer the same, and only what is beside them differs."""
    petite = banc.dossier / "trouvees"
    with serveur.demarrer(banc.nouvelle, petite, "--seed-base", "vide", "--workers", "1"):
        pass
    with contextlib.closing(sqlite3.connect(petite / "sne.sqlite3", isolation_level=None)) as base:
        base.execute("ATTACH ? AS grande", (str(grande / "sne.sqlite3"),))
        base.execute("BEGIN")
        base.execute("CREATE TEMP TABLE choisies (numero PRIMARY KEY)")
        for choix in _TROUVEES.values():
            base.execute(f"INSERT OR IGNORE INTO choisies SELECT {choix} LIMIT {_TROP}")
        # No numéro of theirs is given again.
        base.execute("INSERT INTO main.sequence SELECT * FROM grande.sequence WHERE base = 'ecole'")
        for table in ("demande", "demande_personne", "demande_commune", "demande_motif", "demande_stat"):
            base.execute(
                f"INSERT INTO main.{table} SELECT * FROM grande.{table} WHERE base = 'ecole' "
                "AND numero_unique IN (SELECT numero FROM choisies)"
            )
        base.execute("COMMIT")
    return petite


def _rangee(titre: str, petites: list[float], grandes: list[float]) -> Rangee:
    grandes.sort()
    milieux = statistics.median(petites) * 1000, statistics.median(grandes) * 1000
    centile = grandes[int(len(grandes) * 0.99)] * 1000
    part = milieux[1] / milieux[0]
    dit = f"{nombre(milieux[1])} ms, soit {nombre(part)} ; 99e centile {nombre(centile)} ms"
    voulu = f"≤ {nombre(_EGAL)} ; ≤ {_CENTILE:.0f} ms"
    return Rangee(titre, f"{nombre(milieux[0])} ms", dit, voulu, part <= _EGAL and centile <= _CENTILE)


def temps(banc: Banc, grande: Path) -> Iterator[Rangee]:
    """A night, and the statistics of a day that nobody asked for, once the API has answered something: its
    first answer waits for what it is built of, whatever the base."""
    with serveur.demarrer(banc.nouvelle, grande, "--workers", "1") as un:
        for titre, chemin, corps, voulu in (
            ("", "clock", None, 0.0),
            ("les statistiques d'un jour, par l'API", "statistics?date=2018-03-01", None, 2.0),
            (
                "les comptes par EPCI, par l'API",
                "statistics/territoires?niveau=epci&date=2018-03-01",
                None,
                2.0,
            ),
            ("les quotas d'une année, par l'API", "quotas?annee=2017", None, 2.0),
            ("une nuit, par l'API", "clock/advance", {"vers": "P1D"}, 1.0),
            ("la nuit suivante", "clock/advance", {"vers": "P1D"}, 1.0),
        ):
            lien = http.client.HTTPConnection("127.0.0.1", un.port, timeout=600)
            debut = time.perf_counter()
            octets = None if corps is None else json.dumps(corps)
            en_tetes = {**un.en_tetes, "Content-Type": "application/json"}
            lien.request(
                "GET" if corps is None else "POST", f"/api/v1/bases/ecole/{chemin}", octets, en_tetes
            )
            reponse = lien.getresponse()
            contenu = reponse.read()
            duree = time.perf_counter() - debut
            if reponse.status != 200:
                raise RuntimeError(contenu[:2000])
            if titre:
                yield Rangee(titre, "", f"{nombre(duree)} s", f"≤ {nombre(voulu)} s", duree <= voulu)


def pages(banc: Banc, grande: Path) -> tuple[list[console.Mesure], float]:
    """Every page of the console, over the large base and a full journal; seconds of a table of statistics."""
    console.remplir(banc.nouvelle, grande, banc.effort.echanges)
    options = ("--workers", "1", "--journal-max", str(banc.effort.echanges))
    with serveur.demarrer(banc.nouvelle, grande, *options) as un:
        chemins = console.adresses(un)
    with serveur.demarrer(banc.nouvelle, grande, *options) as un:
        return list(console.mesurer(un, chemins)), console.calculer(un)


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
