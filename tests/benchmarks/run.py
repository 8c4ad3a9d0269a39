"""`make bench`: what the design promises, beside what this machine measures. Two minutes, one table.

python tests/benchmarks/run.py [--json] [--page docs/performances.md] [--rapide]
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import charge
import menages
import page
import serveur

from sne_sandbox.cli.options import tableau_markdown

ICI: Final = Path(__file__).parent
DEMARRAGES: Final = 5


@dataclass(frozen=True, slots=True)
class Effort:
    """How long one measures: seconds of each load run, requests prepared for it, seconds of each benchmark in
    the process."""

    duree: float = 6.0
    requetes: int = 6_000
    processus: float = 0.3


#: Enough to see that everything works; its numbers are worth nothing.
RAPIDE: Final = Effort(0.5, 600, 0.02)


@dataclass(frozen=True, slots=True)
class Ligne:
    """A row of the table. `cible` is the design's, None where it says nothing; `plafond`: less is better."""

    mesure: str
    valeur: float
    unite: str
    cible: float | None = None
    plafond: bool = True

    @property
    def tenue(self) -> bool | None:
        """Whether the target is met."""
        if self.cible is None:
            return None
        return self.valeur <= self.cible if self.plafond else self.valeur >= self.cible


def en_processus(dossier: Path, effort: Effort) -> Iterator[Ligne]:
    """The benchmarks of pytest-benchmark, run apart: one getNumUnique and its stages, check, store, MIME."""
    rapport = dossier / "pytest.json"
    fichiers = [str(fichier) for fichier in sorted(ICI.glob("bench_*.py"))]
    commande = [sys.executable, "-m", "pytest", "-q", f"--benchmark-max-time={effort.processus}", *fichiers]
    fini = subprocess.run(
        [*commande, f"--benchmark-json={rapport}"], capture_output=True, text=True, cwd=ICI.parent.parent
    )
    if fini.returncode:
        raise RuntimeError(fini.stdout)
    mesures: dict[str, Any] = {b["name"]: b for b in json.loads(rapport.read_text("utf-8"))["benchmarks"]}
    depot = mesures.pop("test_un_depot")["stats"]
    yield Ligne("getNumUnique en processus, médiane", depot["median"] * 1000, "ms")
    yield Ligne("getNumUnique en processus, le plus court", depot["min"] * 1000, "ms")
    for etape, microsecondes in mesures.pop("test_etapes_d_un_depot")["extra_info"]["etapes"].items():
        yield Ligne(f"    dont {etape}", microsecondes / 1000, "ms")
    yield Ligne("check, un document, un cœur", 1 / mesures.pop("test_un_document")["stats"]["median"], "/s")
    commande_check = mesures.pop("test_la_commande")
    debit = commande_check["extra_info"]["documents"] / commande_check["stats"]["mean"]
    yield Ligne("check, 5 000 documents, la commande", debit, "/s", 5_000, plafond=False)
    for nom, mesure in mesures.items():
        fichier = Path(mesure["fullname"].partition("::")[0]).stem.removeprefix("bench_")
        titre = nom.removeprefix("test_").replace("_", " ")
        yield Ligne(f"{fichier} : {titre}", mesure["stats"]["median"] * 1000, "ms")


def demarrages(dossier: Path, effort: Effort) -> Iterator[Ligne]:
    """From the command to the ready file: over an empty home (PKI, tables, seed), then over that one."""
    durees = []
    for _ in range(DEMARRAGES):
        with serveur.demarrer(dossier / "demarrage") as demarre:
            durees.append(demarre.demarrage)
    yield Ligne("premier démarrage", durees[0], "s")
    yield Ligne("démarrage", statistics.median(durees[1:]), "s", 0.5)


def charges(dossier: Path, effort: Effort) -> Iterator[Ligne]:
    """Whole servers, over HTTP. Client and server share the machine."""
    rang = 1_000_000
    for processus, cible in ((1, 600.0), (2, 1_500.0)):
        with serveur.demarrer(dossier / f"charge-{processus}", "--workers", str(processus)) as demarre:
            charge.charger(demarre.port, list(menages.requetes(rang, 100)), 8, effort.duree)
            for clients in (1, 8):
                rang += effort.requetes
                prepares = list(menages.requetes(rang, effort.requetes))
                mesure = charge.charger(demarre.port, prepares, clients, effort.duree)
                pluriel = "s" if clients > 1 else ""
                titre = f"{processus} processus, {clients} client{pluriel}"
                seuil = None if clients == 1 else cible
                yield Ligne(f"{titre} : débit", mesure.debit, "/s", seuil, plafond=False)
                yield Ligne(f"{titre} : médiane", mesure.centile(0.5), "ms")
                yield Ligne(
                    f"{titre} : 99e centile", mesure.centile(0.99), "ms", 15 if clients == 8 else None
                )
            for memoire in demarre.memoires():
                yield Ligne(f"{processus} processus : mémoire de chacun", memoire, "Mo", 120)


def _nombre(valeur: float) -> str:
    decimales = 0 if valeur >= 100 else 1 if valeur >= 10 else 2
    return f"{valeur:,.{decimales}f}".replace(",", " ").replace(".", ",")


def _cible(ligne: Ligne) -> str:
    if ligne.cible is None:
        return ""
    return f"{'≤' if ligne.plafond else '≥'} {_nombre(ligne.cible)} {ligne.unite}"


def _montrer(ligne: Ligne) -> None:
    valeur = f"{_nombre(ligne.valeur):>9} {ligne.unite:<3}"
    print(f"{ligne.mesure:<52}{valeur}{_cible(ligne):>14}  {TENUES[ligne.tenue]}", flush=True)


#: How a target is said: none, met, missed.
TENUES: Final = {None: "", True: "tenue", False: "manquée"}


def main() -> None:
    """Measures, prints, writes."""
    options = argparse.ArgumentParser(description="Mesure le bac à sable : une table, deux minutes.")
    options.add_argument("--json", action="store_true", help="la table en JSON")
    options.add_argument("--page", type=Path, help="page de la documentation où écrire la table")
    options.add_argument(
        "--rapide", action="store_true", help="voir si tout marche : les nombres ne valent rien"
    )
    lues = options.parse_args()
    machine, entete = page.machine(), page.entete()
    lignes = []
    if not lues.json:
        print(f"{machine}\n{'mesure':<52}{'valeur':>9}    {'cible':>14}")
    with tempfile.TemporaryDirectory(prefix="sne-bench-") as dossier:
        for mesurer in (demarrages, charges, en_processus):
            for ligne in mesurer(Path(dossier), RAPIDE if lues.rapide else Effort()):
                lignes.append(ligne)
                if not lues.json:
                    _montrer(ligne)
    if lues.json:
        contenu = {"machine": machine, "mesures": [{**asdict(li), "tenue": li.tenue} for li in lignes]}
        print(json.dumps(contenu, ensure_ascii=False, indent=2))
    if lues.page:
        rangees = (
            (li.mesure.strip(), f"{_nombre(li.valeur)} {li.unite}", _cible(li), TENUES[li.tenue])
            for li in lignes
        )
        tableau = tableau_markdown(("mesure", "valeur", "cible", "verdict"), rangees)
        page.ecrire(lues.page, "serveur", [*entete, tableau])


if __name__ == "__main__":
    main()
