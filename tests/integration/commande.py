"""The command as a script calls it, in a folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from fautes import ENVIRONNEMENT

from sne_conformite.pilotage.retards_excuses import TROP_CHARGEE
from sne_interface.resources import fixtures_dir

CLIENT = fixtures_dir() / "clients" / "shell" / "enregistrer.sh"
#: The specimens were written for this instant.
MARS = "2018-03-15T12:00:00"
#: How often a trial is made again of which the machine was too busy to have something judged.
REPRISES: Final = 3
Vu = TypeVar("Vu")


def environnement() -> dict[str, str]:
    """Ours without what a server of these tests may have left; `python -m fautes` runs in it."""
    propre = {nom: v for nom, v in os.environ.items() if not nom.startswith("SNE_")}
    return propre | ENVIRONNEMENT


def argv(*arguments: str | Path) -> list[str]:
    """The words of `sne-sandbox …`."""
    return [sys.executable, "-m", "sne_sandbox", *map(str, arguments)]


def jugee(lancer: Callable[[], Vu], dit: Callable[[Vu], str]) -> Vu:
    """A trial of which all was judged, by what it said."""
    for _ in range(REPRISES):
        vu = lancer()
        if TROP_CHARGEE not in dit(vu):
            break
    return vu


def sne(ou: Path, *arguments: str | Path, delai: float = 900) -> "subprocess.CompletedProcess[str]":
    """Runs `sne-sandbox …` in the folder `ou`, to its end."""

    def lancer() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            argv(*arguments), capture_output=True, text=True, cwd=ou, env=environnement(), timeout=delai
        )

    return jugee(lancer, lambda vu: vu.stdout) if arguments[0] == "conform" else lancer()


def client(nom: str, *suite: str) -> Sequence[str]:
    """The command of the shell client that registers a specimen."""
    return ["sh", str(CLIENT), str(fixtures_dir() / "demandes" / f"{nom}.xml"), *suite]


def rapport_de(dossier: Path) -> dict[str, Any]:
    """The report that a folder of --report-dir holds."""
    lu: dict[str, Any] = json.loads((dossier / "rapport.json").read_text("utf-8"))
    return lu


def blanchir(rapport: dict[str, Any]) -> None:
    """A report of which no finding is left: a forgery."""
    rapport |= {"conforme": True, "motifs": []}
    for bilan in rapport["bilans"]:
        bilan |= {"constats": []} | ({"etat": "prouvée"} if bilan["etat"] == "enfreinte" else {})
    for scenario in rapport["scenarios"]:
        for verification in (scenario, *scenario["verifications"]):
            if verification["verdict"] == "échoué":
                verification["verdict"] = "réussi"
        for verification in scenario["verifications"]:
            verification["constats"] = []
