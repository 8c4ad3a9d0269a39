"""`make bench`: what was promised, beside what this machine measures of this checkout and of the old one.

python tests/benchmarks/run.py [--page docs/performances.md] [--rapide] [--ancien DIR] [--seulement NOM…]
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

import console
import page
import volume
from rangees import MESURES, RAPIDE, Banc, Effort, Rangee
from versions import ANCIEN, actuelle, ancienne

from sne_sandbox.cli.options import tableau_markdown

#: How a target is said: none, met, missed.
TENUES: Final = {None: "", True: "tenu", False: "manqué"}


def mesurer(mesures: Iterable[Callable[[], Iterator[Rangee]]]) -> Iterator[Rangee]:
    """All their rows, shown as they come."""
    for mesure in mesures:
        for rangee in mesure():
            dite = (rangee.avant, rangee.maintenant, rangee.voulu, TENUES[rangee.tenue])
            print(f"{rangee.mesure[:66]:<67}" + "".join(f"{case:<20}" for case in dite), flush=True)
            yield rangee


def tableau(titres: tuple[str, ...], rangees: Iterable[Rangee]) -> str:
    """The same, for the page."""
    cases = ((r.mesure.strip(), r.avant, r.maintenant, r.voulu, TENUES[r.tenue]) for r in rangees)
    return tableau_markdown(titres, cases)


def main() -> None:
    """Measures, prints, writes."""
    noms = [mesure.__name__ for mesure in MESURES]
    options = argparse.ArgumentParser(
        description="Mesure le bac à sable et son ancienne version, tour à tour."
    )
    options.add_argument("--page", type=Path, help="page de la documentation où écrire les tables")
    options.add_argument(
        "--rapide", action="store_true", help="voir si tout marche : les nombres ne valent rien"
    )
    options.add_argument(
        "--ancien",
        type=Path,
        default=os.environ.get("BANC_ANCIEN"),
        help=f"{ANCIEN} tout prêt, avec son .venv",
    )
    options.add_argument(
        "--seulement", nargs="*", choices=[*noms, "volume", "console"], help="ces mesures-là"
    )
    options.add_argument("--grande", type=Path, help="dossier de la grande base, gardé d'une fois à l'autre")
    lues = options.parse_args()
    voulues = lues.seulement or [*noms, "volume", "console"]
    debut, entete = time.monotonic(), page.entete()
    blocs: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="sne-banc-") as dossier:
        banc = Banc(ancienne(lues.ancien), actuelle(), Path(dossier), RAPIDE if lues.rapide else Effort())
        choisies = [partial(mesure, banc) for mesure in MESURES if mesure.__name__ in voulues]
        if choisies:
            titres = ("mesure", f"avant ({ANCIEN})", "maintenant", "voulu", "verdict")
            blocs["serveur"] = [tableau(titres, list(mesurer(choisies)))]
        grande = lues.grande or banc.dossier / "grande"
        if {"volume", "console"} & set(voulues):
            combien = volume.semer(banc, grande)
        if "volume" in voulues:
            mesures = (partial(volume.comparer, banc, grande), partial(volume.temps, banc, grande))
            titres = ("mesure", "base de ce qu'on y trouve", f"{combien} demandes", "voulu", "verdict")
            blocs["volume"] = [tableau(titres, list(mesurer(mesures)))]
        if "console" in voulues:
            pages, calcul = volume.pages(banc, grande)
            bilan = console.bilan(pages, calcul)
            print(f"\n{bilan}\n{console.resumer(pages)}")
            taille = f"Base de {combien} demandes et {banc.effort.echanges} échanges. {bilan}"
            blocs["console"] = [taille, "", console.resumer(pages)]
    minutes = (time.monotonic() - debut) / 60
    print(f"\n{minutes:.0f} min ; charge à la fin {os.getloadavg()[0]:.1f}", file=sys.stderr)
    for nom, lignes in blocs.items():
        if lues.page:
            page.ecrire(lues.page, nom, [*entete, *lignes])


if __name__ == "__main__":
    main()
