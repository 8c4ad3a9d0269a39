"""The progress of a judgement that runs: one line that moves on a terminal, a line a scenario in a log."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TextIO

from sne_conformite.rapports.rapport import (
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
from sne_conformite.rapports.verdict_de_conformite import (
    NON_SUIVIE,
    REUSSIE,
    issue_de_scenario,
    issue_de_verification,
)
from sne_interface.domain.nir import masquer_secrets
from sne_interface.domain.texte import abrege, accorde, visible

if TYPE_CHECKING:
    from rich.progress import Progress

_FAMILLES: Final = ("famille d'exigences", "familles d'exigences")
_LARGEUR: Final = 110
#: Seconds that a log stays without a line, while a report is written.
_PATIENCE: Final = 10.0


#: What shows the run: it is told each event.
Affichage = Callable[[Evenement], None]


def suivre(evenements: Iterable[Evenement], erreur: TextIO | None = None) -> Rapport:
    """Reads the stream to its end, shows it on `erreur` (stderr), answers the report. A line that moves on a
    terminal (not a dumb one, nor under a CI server), else a line a scenario. Raises ValueError when the
    stream has no end."""
    rapport: Rapport | None = None
    with _affichage(sys.stderr if erreur is None else erreur) as montrer:
        for evenement in evenements:
            montrer(evenement)
            if isinstance(evenement, Fin):
                rapport = evenement.rapport
    if rapport is None:
        raise ValueError("a stream of events ends with Fin")
    return rapport


def suivre_l_ecriture(echanges: Iterable[Any], total: int) -> Iterator[Any]:
    """The exchanges that a report takes in, `total` of them at most; how far it is said at each tenth, and
    between two of them when long messages make it wait."""
    from sne_conformite.rapports.etapes_avant_le_plan import ecriture

    mouvante = anime(sys.stderr)
    fin, patience, large = ("\r", 0.2, 79) if mouvante else ("\n", _PATIENCE, 0)  # no terminal folds it
    dit = monotonic()
    for rang, echange in enumerate(echanges, 1):
        yield echange
        dixieme = rang * 10 % total < 10
        if dixieme or monotonic() - dit > patience:
            ou = "" if dixieme else f", échange {rang} sur {total}"
            ligne = f"{ecriture(rang * 10 // total)}{ou}"
            sys.stderr.write(ligne.ljust(large) + fin)
            dit = monotonic()
    if mouvante:  # the journal may hold fewer
        sys.stderr.write("\n")


def anime(flux: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether a line may be written over: a terminal that obeys, with somebody before it."""
    return (
        flux.isatty()
        and environ.get("TERM", "") not in ("dumb", "unknown")
        and environ.get("CI", "").lower() in ("", "0", "false")
    )


@contextmanager
def _affichage(flux: TextIO) -> Iterator[Affichage]:
    if not anime(flux):
        yield _lignes(flux)
        return
    from rich import progress as rich
    from rich.console import Console

    colonnes = (
        rich.BarColumn(bar_width=None),
        rich.MofNCompleteColumn(),
        rich.TimeElapsedColumn(),
        rich.TextColumn("reste"),
        rich.TimeRemainingColumn(),
        rich.TextColumn("{task.description}", markup=False),
    )
    console = Console(file=flux, highlight=False)
    with rich.Progress(*colonnes, console=console, transient=True, expand=True) as barre:
        yield _ligne_mouvante(barre)


def _ligne_mouvante(barre: "Progress") -> Affichage:
    """The moving line; what fails stays above it."""
    tache = barre.add_task("Scénarios", total=None)
    niveaux: Mapping[str, str] = {}

    def montrer(evenement: Evenement) -> None:
        nonlocal niveaux
        match evenement:
            case DebutJugement():
                niveaux = evenement.niveaux
                barre.update(tache, total=evenement.total or None)
            case ScenarioCommence():
                barre.update(tache, description=abrege(visible(evenement.id), 30))
            case ScenarioFini(resultat):
                barre.advance(tache, not resultat.retard)  # it is played again
                if resultat.verdict in (Verdict.ECHOUE, Verdict.ERREUR):
                    phrase = _phrase(resultat, niveaux)
                    barre.console.print(phrase, markup=False, no_wrap=True, overflow="ellipsis")

    return montrer


def _lignes(flux: TextIO) -> Affichage:
    """A line a scenario, and nothing to write over."""
    debut, rang, dite = DebutJugement("", 0), 0, ""

    def ecrire(ligne: str) -> None:
        # GitHub obeys « ##[error] » wherever it stands in a line, whoever wrote it.
        flux.write(ligne.replace("##[", "## [") + "\n")
        flux.flush()

    def montrer(evenement: Evenement) -> None:
        nonlocal debut, rang, dite
        match evenement:
            case DebutJugement():
                debut = evenement
                mots = _FAMILLES if debut.mode == TRAFIC else ("scénario", "scénarios")
                combien = f" : {accorde(debut.total, *mots)}" if debut.total else ""
                de = f" de {visible(debut.application)}" if debut.application else ""
                ecrire(f"Jugement{de}{combien}.")
            case ScenarioCommence():
                rang = evenement.rang
            case ScenarioFini(resultat):
                if resultat.verdict is Verdict.EN_ATTENTE and resultat.raison:
                    if resultat.raison == dite:
                        return  # given up: one line says it for all that is left
                    dite = resultat.raison
                combien = f"[{rang:>{len(str(debut.total))}}/{debut.total}] " if debut.total else ""
                ecrire(combien + _phrase(resultat, debut.niveaux))

    return montrer


def _phrase(resultat: ResultatScenario, niveaux: Mapping[str, str]) -> str:
    issue = issue_de_scenario(resultat, niveaux)
    rompues = [
        v.exigence
        for v in resultat.verifications
        if v.verdict in (Verdict.ECHOUE, Verdict.ERREUR)
        and not v.connue
        and (issue is NON_SUIVIE or issue_de_verification(v, niveaux) is not NON_SUIVIE)
    ]
    raison = ", ".join(rompues) or resultat.raison
    suite = f" ({masquer_secrets(raison)})" if raison and issue is not REUSSIE else ""
    nom = "" if resultat.groupe == TRAFIC else f"{resultat.id} "
    ligne = f"{issue.signe} {nom}{resultat.titre} : {issue.scenario}{suite}"
    return abrege(visible(ligne), _LARGEUR)
