"""Two hosts, a real HAProxy that passes TLS through and a real PostgreSQL, each in a network namespace of its
own: nothing is lost, nothing twice, whatever of it is killed."""

import http.client
import json
import secrets
import shutil
import ssl
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import deploiement
import psycopg
import pytest
from insistance import Compte, insister, messages, verifier
from reseau import Cluster, Reseau, cluster
from serveur_local import HORLOGE

from sne_interface.resources import fixtures_dir

pytestmark = pytest.mark.charge

DEMANDES = 5_000
CLIENTS = 8
#: Seconds that a refusal may last beyond the time that what was killed was away: HAProxy looks twice, every
#: second, and a client tries again.
MARGE = 8.0
_PATIENCE = 90.0


@dataclass
class Hote:
    """A `serve` on a host, with a home of its own."""

    reseau: Reseau
    nom: str
    home: Path
    options: tuple[str, ...]
    variables: dict[str, str]
    processus: Any = None

    def lancer(self) -> None:
        """Starts it; does not wait."""
        self.processus = self.reseau.lancer(
            self.nom, sys.executable, "-m", "sne_sandbox", "serve", "--home", str(self.home), "--ready-file",
            str(self.pret), *self.options, journal=self.home.with_suffix(".log"),
            variables=self.variables,
        )  # fmt: skip

    @property
    def pret(self) -> Path:
        """Its ready file."""
        return self.home.with_suffix(".json")

    def attendre(self) -> dict[str, Any]:
        """Its ready file, read once it serves."""
        lu: dict[str, Any] = jusqua(
            lambda: self.pret.is_file() and json.loads(self.pret.read_text()), self.dire
        )
        jusqua(self.repond, self.dire)
        return lu

    def repond(self) -> bool:
        """Whether it says that it can serve, as HAProxy asks it."""
        with suppress(OSError):
            adresse = f"http://{self.reseau.hotes[self.nom]}:8080/readyz"
            demande = urllib.request.Request(adresse, headers={"Host": "localhost"})
            with urllib.request.urlopen(demande, timeout=5) as reponse:
                return bool(reponse.status == 200)
        return False

    def dire(self) -> str:
        """Its last words."""
        return self.home.with_suffix(".log").read_text("utf-8", "replace")[-3000:]


def jusqua(condition: Callable[[], Any], dire: Callable[[], str]) -> Any:
    """What `condition` answers, once it is true; fails with what `dire` says."""
    limite = time.monotonic() + _PATIENCE
    while not (obtenu := condition()):
        assert time.monotonic() < limite, dire()
        time.sleep(0.05)
    return obtenu


@dataclass
class Parc:
    """All of it. `contexte` makes one a client of HAProxy, at `entree`."""

    hotes: list[Hote]
    base: Cluster
    entree: str
    contexte: ssl.SSLContext

    def ouvrir(self, _: int) -> http.client.HTTPConnection:
        """A connection through HAProxy, TLS up to a server, with a client certificate."""
        return http.client.HTTPSConnection(self.entree, 8443, context=self.contexte)


@pytest.fixture
def parc(tmp_path: Path) -> Iterator[Parc]:
    """Two hosts that are ready, behind HAProxy."""
    assert shutil.which("haproxy"), "the package haproxy is missing"
    for nom in ("coffre", "admin"):
        (tmp_path / nom).write_text(secrets.token_urlsafe(32))
    with Reseau() as reseau:
        adresses = {nom: reseau.hote(nom) for nom in ("pg", "relais", "un", "deux")}
        ou = reseau.commande("pg")
        with cluster(adresses["pg"], reseau=reseau.masque, prefixe=ou) as base:
            options = (
                "--host", "0.0.0.0", "--https-port", "8443", "--http-port", "8080", "--server-name",
                adresses["relais"], "--client-cert",
                "required", "--workers", "1", "--seed-base", "vide", "--clock", HORLOGE,
            )  # fmt: skip
            # Secrets are given as compose.yaml gives them.
            (tmp_path / "base").write_text(base.url)
            fichiers = {
                nom: str(tmp_path / Path(chemin).name)
                for nom, chemin in deploiement.compose()["services"]["serveur-1"]["environment"].items()
                if chemin.startswith("/run/secrets/")
            } | {"SNE_SANDBOX_DELAI_ARRET": "5"}
            hotes = [Hote(reseau, nom, tmp_path / nom, options, fichiers) for nom in ("un", "deux")]
            for hote in hotes:
                hote.lancer()
            prets = [hote.attendre() for hote in hotes]
            variables = {"SNE_SERVEUR_1": adresses["un"], "SNE_SERVEUR_2": adresses["deux"]}
            configuration = fixtures_dir() / "deploiement" / "haproxy.cfg"
            reseau.lancer("relais", "haproxy", "-f", str(configuration), journal=tmp_path / "haproxy.log",
                          variables=variables)  # fmt: skip
            # The authority of the first, the client's certificate of the second: they are of one PKI.
            contexte = ssl.create_default_context(cafile=prets[0]["ca_file"])
            dossier = Path(prets[1]["cert_file"]).parent
            contexte.load_cert_chain(dossier / "G1104.pem", dossier / "G1104.key")
            tout = Parc(hotes, base, adresses["relais"], contexte)
            yield tout


def _sert(parc: Parc) -> bool:
    with suppress(OSError, http.client.HTTPException), closing(parc.ouvrir(0)) as lien:
        lien.timeout = 5
        lien.request("GET", "/healthz")
        return lien.getresponse().status == 200
    return False


def test_nothing_is_lost_or_twice_whatever_is_killed(parc: Parc) -> None:
    """5,000 registrations through HAProxy, in the middle of which a host is killed and started again, then
    PostgreSQL, then the other host."""
    jusqua(lambda: _sert(parc), parc.hotes[0].dire)
    compte = Compte()
    charge = threading.Thread(
        target=insister, args=(parc.ouvrir, islice(messages(), DEMANDES), CLIENTS, compte), daemon=True
    )
    absences: list[tuple[str, float, float]] = []

    def attendre(combien: int) -> None:
        jusqua(lambda: len(compte.acquittes) >= combien or not charge.is_alive(), parc.base.journal)
        assert charge.is_alive(), f"the load ended at {len(compte.acquittes)}"

    def hote(lequel: Hote) -> None:
        debut = time.monotonic()
        lequel.reseau.tuer(lequel.processus)
        lequel.pret.unlink()
        time.sleep(2)
        lequel.lancer()
        lequel.attendre()
        absences.append((lequel.nom, debut, time.monotonic()))

    charge.start()
    attendre(DEMANDES // 5)
    hote(parc.hotes[0])
    attendre(2 * DEMANDES // 5)
    debut = time.monotonic()
    parc.base.arreter()
    time.sleep(2)
    parc.base.demarrer()
    absences.append(("PostgreSQL", debut, time.monotonic()))
    attendre(3 * DEMANDES // 5)
    hote(parc.hotes[1])
    charge.join(_PATIENCE)
    assert not charge.is_alive(), f"{len(compte.acquittes)} registered"

    assert len(compte.acquittes) == DEMANDES
    with psycopg.connect(parc.base.url) as lien:
        stockes = lien.execute(
            "SELECT numero_unique, nom_plie FROM demande_personne WHERE base = 'ecole'"
        ).fetchall()
    assert verifier(compte, stockes) == {"perdus": 0, "deux fois": 0, "gardés sans avoir été dits": 0}
    for quoi, debut, fin in absences:
        refuse = compte.plus_long(debut - 1, fin)  # a request was under way
        dit = f"{quoi}: away {fin - debut:.1f} s, longest refusal {refuse:.1f} s"
        print(dit)
        assert refuse <= fin - debut + MARGE, dit
    # None was refused but when something was away.
    hors = [r for r in compte.refus if not any(d - 1 <= r.debut <= f + MARGE for _, d, f in absences)]
    assert hors == []
    print(f"{compte.retrouves} told by a duplicate, refusals: {dict(compte.causes())}")


@pytest.mark.cher
def test_hosts_are_replaced_one_after_the_other_and_nobody_notices(parc: Parc) -> None:
    """As an upgrade does, twice: SIGTERM, and it starts again when it has left. HAProxy cuts no connection of
    one that says that it leaves."""
    jusqua(lambda: _sert(parc), parc.hotes[0].dire)
    compte, fini = Compte(), threading.Event()
    charge = threading.Thread(
        target=insister, args=(parc.ouvrir, messages(), CLIENTS, compte, fini.is_set), daemon=True
    )
    charge.start()
    try:
        for hote in parc.hotes * 2:
            avant = len(compte.acquittes)
            hote.processus.terminate()
            hote.processus.wait(_PATIENCE)
            hote.lancer()
            hote.attendre()
            time.sleep(3)  # HAProxy sees it back before the other leaves
            assert len(compte.acquittes) > avant
    finally:
        fini.set()
        charge.join(_PATIENCE)
    assert compte.refus == []
