"""A large base on either engine, in a store of many, beside a small one alone: a registration, each search,
every page of the console, a night, the statistics.
"""

import contextlib
import http.client
import json
import sqlite3
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import console
import menages
import psycopg
import serveur
from donnees import a_cote
from rangees import Banc, Rangee, nombre

from sne_sandbox.mime.message_mime import Part
from sne_sandbox.soap.requete_soap_ecrite import requete

DONNEES = a_cote(__file__)

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
RECHERCHES: Final = DONNEES["recherches"]

#: More than the most that an answer holds: a search that finds as many is refused (RCH003).
_TROP: Final = 501
#: What the searches find in a large base, in SQL.
_TROUVEES: Final = DONNEES["trouvees"]
#: The tables of a demande.
_TABLES: Final = ("demande", "demande_personne", "demande_commune", "demande_motif", "demande_stat")
#: How much longer than over nothing, and milliseconds of the 99th centile.
_EGAL: Final = 1.2
_CENTILE: Final = 100.0


@dataclass(frozen=True, slots=True)
class Depot:
    """Where bases are: a PostgreSQL database, or without `url` the file of SQLite in `home`."""

    home: Path
    url: str | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """What names it to a command."""
        return ("--home", str(self.home), *(("--database", self.url) if self.url else ()))

    def ouvrir(self) -> Any:
        """A connection, to be closed."""
        if self.url is None:
            return contextlib.closing(sqlite3.connect(self.home / "sne.sqlite3"))
        return contextlib.closing(psycopg.connect(self.url))

    def nombre(self, choix: str) -> int:
        """The one number that a SELECT gives."""
        with self.ouvrir() as connexion:
            return int(connexion.execute(choix).fetchone()[0])

    def demarrer(self, banc: Banc, *options: str) -> contextlib.AbstractContextManager[serveur.Serveur]:
        """A server of this checkout over it."""
        return serveur.demarrer(banc.nouvelle, self.home, *self.options[2:], "--workers", "1", *options)


def semer(banc: Banc, grande: Depot, *, faite: bool) -> Iterator[Rangee]:
    """Fills the large base, unless that is done already (`faite`), and makes others beside it."""
    titre = f"semis de {banc.effort.volume} demandes"
    if not faite and not (grande.home / "sne.sqlite3").exists():
        options = ("--seed-size", str(banc.effort.volume), "--clock", menages.MIDI.isoformat())
        debut = time.perf_counter()
        banc.nouvelle.lancer("db", "seed", *options, *grande.options)
        yield Rangee(titre, "", f"{nombre(banc.effort.volume / (time.perf_counter() - debut))} /s")
    lue = "pg_database_size(current_database())"
    if grande.url is None:
        lue = "page_count * page_size FROM pragma_page_count, pragma_page_size"
    octets, combien = grande.nombre(f"SELECT {lue}"), demandes(grande)
    dit = f"{nombre(octets / 1e9)} Go, soit {nombre(octets / combien / 1000)} ko chacune"
    yield Rangee("  sur le disque", "", dit)
    manquent = range(grande.nombre("SELECT count(*) FROM base"), banc.effort.bases + 1)
    if manquent:
        with grande.demarrer(banc) as un:
            _appeler(un, "GET", "/ecole/clock")
            debut = time.perf_counter()
            for rang in manquent:
                _appeler(un, "POST", "", {"nom": f"voisine-{rang}", "semence": "ecole", "taille": 100})
            duree = (time.perf_counter() - debut) / len(manquent)
        yield Rangee("base de 100 demandes, faite à côté", "", f"{nombre(duree * 1000)} ms")


def demandes(grande: Depot) -> int:
    """How many the large base holds."""
    return grande.nombre("SELECT count(*) FROM demande WHERE base = 'ecole'")


def comparer(banc: Banc, petite: Depot, grande: Depot) -> Iterator[Rangee]:
    """Calls over a base of what they find and over the large one, in turn: medians, and a 99th centile."""
    trouver(banc, petite, grande)
    depots = list(menages.requetes(time.time_ns() // 10**6, banc.effort.appels))
    appels = {"getNumUnique": [(menages.CHEMIN, *depot) for depot in depots]}
    for nom, criteres in RECHERCHES.items():
        parties = [Part("xml_id", "text/xml; charset=us-ascii", "8bit", _DOCUMENT.format(criteres).encode())]
        question = (_RECHERCHE, *requete(_ENVELOPPE.encode(), parties, action=_ACTION))
        appels[f"recherche : {nom}"] = [question] * banc.effort.appels
    with petite.demarrer(banc) as petit, grande.demarrer(banc) as grand:
        for titre, siens in appels.items():
            durees = [(_demander(petit.port, *un), _demander(grand.port, *un)) for un in siens]
            petites, grandes = zip(*durees[len(durees) // 10 :], strict=True)
            yield _rangee(titre, petites, grandes)


def trouver(banc: Banc, petite: Depot, grande: Depot) -> None:
    """Fills a base with those demandes of the large one that the searches find, or as many of them as tell
    that there are too many: both then answer the same, and only what is beside them differs."""
    with petite.demarrer(banc, "--seed-base", "vide"):
        pass
    with grande.ouvrir() as source, petite.ouvrir() as cible:
        numeros: set[str] = set()
        for choix in _TROUVEES.values():
            numeros.update(lu for (lu,) in source.execute(f"SELECT numero_unique FROM {choix} LIMIT {_TROP}"))
        choisies = "numero_unique IN ({})".format(", ".join(f"'{numero}'" for numero in sorted(numeros)))
        # With the sequences no numéro of theirs is given again.
        for table, lesquelles in {
            "sequence": "true",
            **dict.fromkeys(_TABLES, choisies),
        }.items():
            lignes = source.execute(f"SELECT * FROM {table} WHERE base = 'ecole' AND {lesquelles}").fetchall()
            place = "?" if petite.url is None else "%s"
            places = ", ".join([place] * len(lignes[0]))
            cible.cursor().executemany(f"INSERT INTO {table} VALUES ({places})", lignes)
        cible.commit()


def _rangee(titre: str, petites: Sequence[float], grandes: Sequence[float]) -> Rangee:
    milieux = statistics.median(petites) * 1000, statistics.median(grandes) * 1000
    centile = sorted(grandes)[int(len(grandes) * 0.99)] * 1000
    part = milieux[1] / milieux[0]
    dit = f"{nombre(milieux[1])} ms, soit {nombre(part)} ({nombre(centile)} ms)"
    tenue = part <= _EGAL and centile <= _CENTILE
    return Rangee(titre, f"{nombre(milieux[0])} ms", dit, f"≤ {nombre(_EGAL)}", tenue)


def temps(banc: Banc, grande: Depot) -> Iterator[Rangee]:
    """A night, and the statistics of a day that nobody asked for, once the API has answered something: its
    first answer waits for what it is built of, whatever the base."""
    with grande.demarrer(banc) as un:
        _appeler(un, "GET", "/ecole/clock")
        for titre, chemin, corps, voulu in (
            ("API : statistiques d'un jour", "statistics?date=2018-03-01", None, 2.0),
            ("API : comptes par EPCI", "statistics/territoires?niveau=epci&date=2018-03-01", None, 2.0),
            ("API : quotas d'une année", "quotas?annee=2017", None, 2.0),
            ("API : une nuit", "clock/advance", {"vers": "P1D"}, 1.0),
            ("API : la nuit suivante", "clock/advance", {"vers": "P1D"}, 1.0),
        ):
            debut = time.perf_counter()
            _appeler(un, "GET" if corps is None else "POST", f"/ecole/{chemin}", corps)
            duree = time.perf_counter() - debut
            yield Rangee(titre, "", f"{nombre(duree)} s", f"≤ {nombre(voulu)} s", duree <= voulu)


def _appeler(un: serveur.Serveur, methode: str, chemin: str, corps: object = None) -> None:
    en_tetes = {**un.en_tetes, "Content-Type": "application/json"}
    octets = b"" if corps is None else json.dumps(corps).encode()
    _envoyer(un.port, methode, f"/api/v1/bases{chemin}", octets, en_tetes)


def pages(banc: Banc, grande: Depot) -> tuple[list[console.Mesure], float]:
    """Every page of the console, over the large base and a full journal; seconds of a table of statistics."""
    options = ("--journal-max", str(banc.effort.echanges))
    with grande.demarrer(banc) as un:
        console.jouer(un)
    console.remplir(grande.url, grande.home, banc.effort.echanges)
    with grande.demarrer(banc, *options) as un:
        chemins = console.adresses(un)
    with grande.demarrer(banc, *options) as un:
        return list(console.mesurer(un, chemins)), console.calculer(un)


def _demander(port: int, chemin: str, type_: str, corps: bytes) -> float:
    debut = time.perf_counter()
    _envoyer(port, "POST", chemin, corps, {"Content-Type": type_})
    return time.perf_counter() - debut


def _envoyer(port: int, methode: str, chemin: str, corps: bytes, en_tetes: dict[str, str]) -> None:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=600)) as lien:
        lien.request(methode, chemin, corps, en_tetes)
        reponse = lien.getresponse()
        contenu = reponse.read()
    if reponse.status not in (200, 201):
        raise RuntimeError(contenu[:2000].decode("utf-8", "replace"))
