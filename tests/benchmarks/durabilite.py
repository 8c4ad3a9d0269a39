"""What it costs that a numéro survives a power cut: registrations a second by `--synchronous`, and by how
many clients share a COMMIT. `--page docs/performances.md` writes the table there.

Their rounds alternate, each over a home of its own, on one disk.
"""

import argparse
import os
import statistics
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import charge
import menages
import page
import serveur
from rangees import nombre
from versions import Version, actuelle

CLIENTS: Final = (1, 16, 32)
REGLAGES: Final = ("NORMAL", "FULL")


def synchroniser(dossier: Path) -> float:
    """Milliseconds of an fsync of one page on this disk, the median of fifty."""
    durees = []
    with (dossier / "page").open("wb") as fichier:
        for _ in range(50):
            fichier.write(b"\0" * 4096)
            fichier.flush()
            debut = time.perf_counter()
            os.fsync(fichier.fileno())
            durees.append(time.perf_counter() - debut)
    return statistics.median(durees) * 1000


def mesurer(
    dossier: Path, version: Version, secondes: int, tours: int
) -> dict[tuple[str, int], list[charge.Mesure]]:
    """The rounds of each setting and number of clients."""
    mesures: dict[tuple[str, int], list[charge.Mesure]] = {}
    with ExitStack() as pile:
        serveurs = {
            reglage: pile.enter_context(
                serveur.demarrer(version, dossier / reglage, "--seed-base", "vide", "--synchronous", reglage)
            )
            for reglage in REGLAGES
        }
        depuis = 1_000
        for un in serveurs.values():
            un.charger(menages.requetes(0, depuis), 8)
        for _ in range(tours):
            for clients in CLIENTS:
                messages = list(menages.requetes(depuis, secondes * 800))
                depuis += len(messages)
                for reglage, un in serveurs.items():
                    faite = charge.charger(un.port, messages, clients, secondes)
                    mesures.setdefault((reglage, clients), []).append(faite)
    return mesures


def main() -> None:
    """Measures, prints the table, and writes it in the page if there is one."""
    lecteur = argparse.ArgumentParser(description=__doc__)
    lecteur.add_argument("--page", type=Path)
    lecteur.add_argument("--secondes", type=int, default=6)
    lecteur.add_argument("--tours", type=int, default=3)
    lecteur.add_argument(
        "--dossier", type=Path, help="on the disk to be measured (default: the system's temporary one)"
    )
    options = lecteur.parse_args()
    with tempfile.TemporaryDirectory(prefix="sne-durabilite-", dir=options.dossier) as ici:
        attente = synchroniser(Path(ici))
        mesures = mesurer(Path(ici), actuelle(), options.secondes, options.tours)
    lignes = [
        *page.entete(),
        f"Une synchronisation de ce disque prend {attente:.2f} ms (médiane).".replace(".", ",", 1),
        "",
        "| clients | `NORMAL` | `FULL` | `FULL` sur `NORMAL` | 99e centile, `NORMAL` | `FULL` |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for clients in CLIENTS:
        debits = [statistics.median(m.debit for m in mesures[reglage, clients]) for reglage in REGLAGES]
        queues = [statistics.median(m.centile for m in mesures[reglage, clients]) for reglage in REGLAGES]
        rapport = f"{debits[1] / debits[0]:.2f}".replace(".", ",")
        lignes.append(
            f"| {clients} | {nombre(debits[0])} /s | {nombre(debits[1])} /s | {rapport} "
            f"| {nombre(queues[0])} ms | {nombre(queues[1])} ms |"
        )
    print("\n".join(lignes))
    if options.page is not None:
        page.ecrire(options.page, "durabilite", lignes)


if __name__ == "__main__":
    main()
