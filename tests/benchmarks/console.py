"""The pages of the console over a full base: each is asked for a first time of a server that has just
started, then again.
"""

import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import menages
import requests
import serveur

sys.path.insert(0, str(Path(__file__).parents[1]))

from donnees import a_cote
from recensement import recenser

from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_sandbox.cli.options import tableau_markdown
from sne_sandbox.store.magasin import Magasin

DONNEES = a_cote(__file__)

#: Milliseconds in which a page has to answer, the first time that it is asked for too.
CIBLE: Final = 300.0
#: Those of a page that is not worth a row.
_VITE: Final = 100.0
MESURES: Final = 5
#: Exchanges that were really made: of these the journal is filled.
REELS: Final = 200
#: Exchanges written in one transaction.
_LOT: Final = 2_000
#: What a user or a script asks that makes the store look at everything: no line answers, or all do.
QUESTIONS: Final = DONNEES["questions"]
#: Kinds of pages, rows of docs/performances.md: title, how their addresses begin. The first that fits holds.
GENRES: Final = DONNEES["genres"]


@dataclass(frozen=True, slots=True)
class Mesure:
    """One page: milliseconds. `premiere`: nobody had asked this server for it yet; `mediane` and `maximum`
    are of what followed; `processeur`: what the first took of the processor."""

    chemin: str
    premiere: float
    mediane: float
    maximum: float
    processeur: float

    @property
    def pire(self) -> float:
        """The slowest answer of all."""
        return max(self.premiere, self.maximum)

    @property
    def genre(self) -> str:
        """The kind of page. Raises StopIteration for an address that none of `GENRES` is of."""
        return next(titre for titre, debut in GENRES if self.chemin.startswith(debut))


def jouer(un: serveur.Serveur) -> None:
    """Real exchanges: accepted, refused and unreadable."""
    with requests.Session() as session:
        adresse = f"http://127.0.0.1:{un.port}{menages.CHEMIN}"
        requetes = list(menages.requetes(700_000, REELS))
        # The last ones are known by then: duplicates.
        for genre, corps in [
            *requetes,
            *requetes[: REELS // 4],
            *[("text/xml", b"<illisible")] * (REELS // 10),
        ]:
            session.post(adresse, corps, headers={"Content-Type": genre}, timeout=60)


def remplir(url: str | None, home: Path, echanges: int) -> None:
    """Copies the last exchanges until the journal is full."""
    with Magasin.ouvrir(url, home, journal_max=echanges) as magasin:
        journal = magasin.journal
        modeles = journal.chercher(BASE_PAR_DEFAUT, limite=2 * REELS, octets=True)
        manquent = max(0, echanges - journal.compter(BASE_PAR_DEFAUT)[0])
        for depuis in range(0, manquent, _LOT):
            with magasin.transaction(ecriture=True, verrou=BASE_PAR_DEFAUT) as connexion:
                for rang in range(depuis, min(depuis + _LOT, manquent)):
                    journal.consigner(connexion, replace(modeles[rang % len(modeles)], identifiant=None))


def adresses(un: serveur.Serveur) -> list[str]:
    """Every page that the console links to, and the heavy questions."""
    origine = f"http://127.0.0.1:{un.port}"
    with requests.Session() as session:
        session.headers.update(un.en_tetes)
        trouve = recenser(session, origine, ["/"])
    pages = [adresse.removeprefix(origine) for pages in trouve.pages.values() for adresse in pages]
    pages = [page for page in pages if "/voisine-" not in page]  # `volume.semer` makes them
    return list(dict.fromkeys([*pages, *QUESTIONS]))


def mesurer(un: serveur.Serveur, chemins: list[str]) -> Iterator[Mesure]:
    """Each of these pages, of a server that has shown none yet."""
    origine = f"http://127.0.0.1:{un.port}"
    with requests.Session() as session:
        session.headers.update(un.en_tetes)
        for chemin in chemins:
            avant = un.cpu()
            premiere = _duree(session, origine + chemin)
            processeur = (un.cpu() - avant) * 1000
            # What is measured then is the page with its tables, not the one that says they are being made.
            _attendre_les_tableaux(session, origine + chemin)
            suite = [_duree(session, origine + chemin) for _ in range(MESURES)]
            yield Mesure(chemin, premiere, statistics.median(suite), max(suite), processeur)


def calculer(un: serveur.Serveur) -> float:
    """Seconds until TAB01 of a day nobody asked for is shown; its page waits for it meanwhile."""
    debut = time.perf_counter()
    with requests.Session() as session:
        session.headers.update(un.en_tetes)
        _attendre_les_tableaux(
            session, f"http://127.0.0.1:{un.port}/console/ecole/statistiques?date=2017-06-30", 0.02
        )
    return time.perf_counter() - debut


def _attendre_les_tableaux(session: requests.Session, adresse: str, pause: float = 0.2) -> None:
    while "Refresh" in session.get(adresse, timeout=120).headers:
        time.sleep(pause)


def _duree(session: requests.Session, adresse: str) -> float:
    debut = time.perf_counter()
    reponse = session.get(adresse, timeout=120)
    duree = (time.perf_counter() - debut) * 1000
    if reponse.status_code != 200:
        raise RuntimeError(f"{adresse} : {reponse.status_code}")
    return duree


def bilan(mesures: list[Mesure], calcul: float) -> str:
    """How many pages are slow, and the 99th centile of the worst answer of each."""
    lentes = sum(mesure.pire > CIBLE for mesure in mesures)
    centile = sorted(mesure.pire for mesure in mesures)[int(len(mesures) * 0.99)]
    phrase = f"{len(mesures)} pages, {lentes} au-delà de {CIBLE:.0f} ms ; 99e centile de leurs maximums, "
    phrase += f"première fois comprise : {centile:.0f} ms ; un tableau de statistiques se calcule en "
    return phrase + f"{calcul:.1f}".replace(".", ",") + " s."


def resumer(mesures: list[Mesure]) -> str:
    """The table of docs/performances.md: of each kind of page the slowest, unless it comes within 100 ms."""
    rangees = []
    for genre in dict.fromkeys(titre for titre, _ in GENRES):
        siennes = [mesure for mesure in mesures if mesure.genre == genre]
        pire = max(siennes, key=lambda mesure: mesure.pire, default=None)
        if pire is not None and pire.pire > _VITE:
            chemin = unquote(pire.chemin).removeprefix("/console/ecole/")
            mesurees = (pire.premiere, pire.processeur, pire.mediane, pire.maximum)
            durees = (f"{duree:.0f} ms" for duree in mesurees)
            rangees.append((genre, str(len(siennes)), f"`{chemin or '/'}`", *durees))
    titres = ("pages", "mesurées", "la plus lente", "première fois", "dont processeur", "médiane", "maximum")
    return tableau_markdown(titres, rangees)
