"""`make bench`: what was promised, beside what this machine measures of this checkout and of the old one.

python tests/benchmarks/run.py [--page docs/performances.md] [--rapide] [--ancien DIR] [--seulement NOM…]
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import charge
import console
import page
import volume
from rangees import MESURES, RAPIDE, Banc, Effort, Rangee, postgres
from versions import ANCIEN, actuelle, ancienne

from sne_sandbox.cli.options import tableau_markdown


def mesurer(mesures: Iterable[Callable[[], Iterator[Rangee]]]) -> Iterator[Rangee]:
    """All their rows, shown as they come."""
    for mesure in mesures:
        for rangee in _rangees(mesure):
            dite = (rangee.avant, rangee.maintenant, rangee.voulu_dit)
            print(f"{rangee.mesure[:66]:<67}" + "".join(f"{case:<20}" for case in dite), flush=True)
            yield rangee


def _rangees(mesure: Callable[[], Iterator[Rangee]]) -> Iterator[Rangee]:
    try:
        yield from mesure()
    except charge.WrkManque as manque:
        print(manque, file=sys.stderr)
        yield Rangee("enregistrements par HTTP", "", "non mesuré : wrk manque")


def tableau(titres: tuple[str, ...], rangees: Iterable[Rangee]) -> str:
    """The same, for the page; with three titles, without what was before."""
    cases = ((r.mesure.strip(), *([r.avant] * (len(titres) - 3)), r.maintenant, r.voulu_dit) for r in rangees)
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
    options.add_argument("--demandes", type=int, help="taille de la grande base")
    options.add_argument(
        "--postgresql",
        nargs="?",
        const="",
        help="la grande base est dans PostgreSQL, ou l'y a mise un semis : où",
    )
    lues = options.parse_args()
    voulues = lues.seulement or [*noms, "volume", "console"]
    debut, entete = time.monotonic(), page.entete()
    blocs: dict[str, list[str]] = {}
    moteur = "" if lues.postgresql is None else "-postgresql"
    effort = RAPIDE if lues.rapide else Effort()
    effort = replace(effort, volume=lues.demandes or effort.volume)
    with tempfile.TemporaryDirectory(prefix="sne-banc-") as dossier, ExitStack() as pile:
        banc = Banc(ancienne(lues.ancien), actuelle(), Path(dossier), effort)
        choisies = [partial(mesure, banc) for mesure in MESURES if mesure.__name__ in voulues]
        if choisies:
            titres = ("mesure", f"avant ({ANCIEN})", "maintenant", "voulu")
            blocs["serveur"] = [tableau(titres, list(mesurer(choisies)))]
        if {"volume", "console"} & set(voulues):
            nouvelle = pile.enter_context(postgres()) if moteur else None
            petite = volume.Depot(banc.dossier / "petite", nouvelle and nouvelle())
            ou = lues.postgresql or (nouvelle and nouvelle())
            grande = volume.Depot(lues.grande or banc.dossier / "grande", ou)
            rangees = list(mesurer([partial(volume.semer, banc, grande, faite=bool(lues.postgresql))]))
            combien = volume.demandes(grande)
        if "volume" in voulues:
            mesures = (partial(volume.comparer, banc, petite, grande), partial(volume.temps, banc, grande))
            ou = f"{combien} demandes, {banc.effort.bases} bases à côté"
            blocs["volume" + moteur] = [tableau(("mesure", ou, "voulu"), [*rangees, *mesurer(mesures)])]
        if "console" in voulues:
            pages, calcul = volume.pages(banc, grande)
            bilan = console.bilan(pages, calcul)
            print(f"\n{bilan}\n{console.resumer(pages)}")
            taille = f"Base de {combien} demandes et {banc.effort.echanges} échanges. {bilan}"
            if not moteur:
                blocs["console"] = [taille, "", console.resumer(pages)]
    minutes = (time.monotonic() - debut) / 60
    print(f"\n{minutes:.0f} min ; charge à la fin {os.getloadavg()[0]:.1f}", file=sys.stderr)
    for nom, lignes in blocs.items():
        if lues.page:
            page.ecrire(lues.page, nom, [*entete, *lignes])


if __name__ == "__main__":
    main()
