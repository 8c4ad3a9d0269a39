"""The output of `check` for a forge: SARIF, GitLab's Code Quality, and GitHub's annotations."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from sne_conformite.cli.sorties_de_rapport import ligne_de_commande
from sne_conformite.rapports import annotations_de_forge, rapport_sarif
from sne_conformite.rapports.signalements_a_la_forge import Niveau, Signalement, signaler_controle
from sne_interface.rules.controle import Controle
from sne_sandbox import __version__


def ecrire(resultats: Sequence[tuple[Path, Controle]], forme: str, autre: Callable[[], None] | None) -> None:
    """Writes on stdout the form « sarif » or « gitlab », else calls `autre`, which writes another; then
    the annotations, when GitHub runs us: on stderr, unless stdout is for people."""
    dits = [
        dit
        for chemin, controle in resultats
        for dit in signaler_controle(rapport_sarif.uri(chemin), controle.fautes)
    ]
    dits.sort(key=lambda dit: dit.niveau is not Niveau.ERREUR)
    flux = sys.stdout if forme == "text" else sys.stderr
    with annotations_de_forge.sans_ordres(flux):
        (autre or partial(_ecrire, forme, dits, [chemin for chemin, _ in resultats]))()
        sys.stdout.flush()
    annotations_de_forge.annoncer_controle(dits, flux)


def _ecrire(forme: str, dits: Sequence[Signalement], chemins: Sequence[Path]) -> None:
    if forme == "gitlab":
        sys.stdout.write(annotations_de_forge.qualite(dits).decode())
        return
    code = int(any(dit.niveau is Niveau.ERREUR for dit in dits))
    conduite = {"commandLine": ligne_de_commande(), "executionSuccessful": True, "exitCode": code}
    artefacts = [
        {"location": {"uri": rapport_sarif.uri(chemin)}, "mimeType": "application/xml"} for chemin in chemins
    ]
    outil = f"sne-sandbox {__version__}"
    sys.stdout.write(rapport_sarif.journal(outil, dits, conduite, artefacts).decode())
