"""What is seen while a judgement runs: one line that moves on a terminal, a line a scenario in a log."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final, Protocol, TextIO

from sne_sandbox.domain.texte import abrege, accorde, masquer_nirs, visible
from sne_sandbox.reports.issues import NON_SUIVIE, REUSSIE, de_scenario, de_verification
from sne_sandbox.reports.model import (
    TRAFIC,
    DebutJugement,
    Evenement,
    Fin,
    Rapport,
    ResultatScenario,
    ScenarioCommence,
    ScenarioFini,
    Verdict,
)

_SCENARIOS: Final = ("scénario", "scénarios")
_FAMILLES: Final = ("famille d'exigences", "familles d'exigences")
_LARGEUR: Final = 110
_MUETS: Final = frozenset({"", "0", "false"})


class Affichage(Protocol):
    """What is told of the run."""

    def debut(self, debut: DebutJugement) -> None:
        """It begins."""

    def commence(self, scenario: ScenarioCommence) -> None:
        """A scenario begins."""

    def fini(self, resultat: ResultatScenario) -> None:
        """A scenario has ended."""


def suivre(evenements: Iterable[Evenement], erreur: TextIO | None = None) -> Rapport:
    """Reads the stream to its end, shows it on `erreur` (stderr), answers the report. A line that moves on a
    terminal (not a dumb one, nor under a CI server), else a line a scenario. Raises ValueError when the
    stream has no end."""
    rapport: Rapport | None = None
    with _affichage(sys.stderr if erreur is None else erreur) as affichage:
        for evenement in evenements:
            match evenement:
                case DebutJugement():
                    affichage.debut(evenement)
                case ScenarioCommence():
                    affichage.commence(evenement)
                case ScenarioFini(resultat):
                    affichage.fini(resultat)
                case Fin(fini):
                    rapport = fini
    if rapport is None:
        raise ValueError("a stream of events ends with Fin")
    return rapport


def anime(flux: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a line may be written over: a terminal that obeys, with somebody before it."""
    return (
        flux.isatty()
        and environ.get("TERM", "") not in ("dumb", "unknown")
        and environ.get("CI", "").lower() in _MUETS
    )


@contextmanager
def _affichage(flux: TextIO) -> Iterator[Affichage]:
    if not anime(flux):
        yield _Lignes(flux)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    colonnes = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[en_cours]}", markup=False),
    )
    with Progress(*colonnes, console=Console(file=flux, highlight=False), transient=True) as barre:
        tache = barre.add_task("Scénarios", total=None, en_cours="")

        class LigneMouvante:
            """The moving line; what fails stays above it."""

            niveaux: Mapping[str, str] = MappingProxyType({})

            def debut(self, debut: DebutJugement) -> None:
                self.niveaux = debut.niveaux
                barre.update(tache, total=debut.total or None)

            def commence(self, scenario: ScenarioCommence) -> None:
                barre.update(tache, en_cours=abrege(visible(f"{scenario.id} {scenario.titre}"), 50))

            def fini(self, resultat: ResultatScenario) -> None:
                barre.advance(tache)
                if resultat.verdict in (Verdict.ECHOUE, Verdict.ERREUR):
                    phrase = _phrase(resultat, self.niveaux)
                    barre.console.print(phrase, markup=False, no_wrap=True, overflow="ellipsis")

        yield LigneMouvante()


class _Lignes:
    """A line a scenario, and nothing to write over."""

    def __init__(self, flux: TextIO) -> None:
        self._flux = flux
        self._total = 0
        self._rang = 0
        self._niveaux: Mapping[str, str] = {}
        self._dite = ""

    def debut(self, debut: DebutJugement) -> None:
        self._total = debut.total
        self._niveaux = debut.niveaux
        mots = _FAMILLES if debut.mode == TRAFIC else _SCENARIOS
        combien = f" : {accorde(debut.total, *mots)}" if debut.total else ""
        de = f" de {visible(debut.application)}" if debut.application else ""
        self._ecrire(f"Jugement{de}{combien}.")

    def commence(self, scenario: ScenarioCommence) -> None:
        self._rang = scenario.rang

    def fini(self, resultat: ResultatScenario) -> None:
        if resultat.verdict is Verdict.EN_ATTENTE and resultat.raison:
            if resultat.raison == self._dite:
                return  # given up: one line says it for all that is left
            self._dite = resultat.raison
        combien = f"[{self._rang:>{len(str(self._total))}}/{self._total}] " if self._total else ""
        self._ecrire(combien + _phrase(resultat, self._niveaux))

    def _ecrire(self, ligne: str) -> None:
        self._flux.write(ligne + "\n")
        self._flux.flush()


def _phrase(resultat: ResultatScenario, niveaux: Mapping[str, str]) -> str:
    issue = de_scenario(resultat, niveaux)
    rompues = [
        v.exigence
        for v in resultat.verifications
        if v.verdict in (Verdict.ECHOUE, Verdict.ERREUR)
        and not v.connue
        and (issue is NON_SUIVIE or de_verification(v, niveaux) is not NON_SUIVIE)
    ]
    raison = ", ".join(rompues) or resultat.raison
    suite = f" ({masquer_nirs(raison)})" if raison and issue is not REUSSIE else ""
    nom = "" if resultat.groupe == TRAFIC else f"{resultat.id} "
    ligne = f"{issue.signe} {nom}{resultat.titre} : {issue.scenario}{suite}"
    return abrege(visible(ligne), _LARGEUR)
