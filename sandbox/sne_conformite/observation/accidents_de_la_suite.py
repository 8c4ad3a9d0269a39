"""The failures of the suite itself on an exchange: one place catches them, and the report tells them as such.

False alarms are the worst fault of this product, and a report that one strange message voids is no better: an
error of ours ends neither the judgement nor the run, is charged to no application, and is in the report.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from sys import intern
from traceback import extract_tb
from types import TracebackType
from typing import Final

from sne_conformite.rapports.rapport import Accident
from sne_interface.domain.nir import extrait
from sne_interface.domain.texte import accorde, premiers

#: Errors told of one judgement, and exchanges of each.
ACCIDENTS_MAX: Final = 5
#: Characters of an error; frames of its trace, the innermost ones.
ERREUR_MAX: Final = 300
CADRES_MAX: Final = 20
#: Accidents that a report keeps with their traces.
GARDES_MAX: Final = 50


class Isolement:
    """`with Isolement(…)`: the one place that catches the failures of the suite on an exchange. An exception
    raised within it ends the block, and is one more of `accidents`."""

    __slots__ = ("_accidents", "_echange", "_exigences", "_quoi")

    def __init__(
        self, accidents: list[Accident], quoi: str, *exigences: str, echange: int | None = None
    ) -> None:
        self._accidents = accidents
        self._quoi = quoi
        self._exigences = exigences
        self._echange = echange

    def __enter__(self) -> None: ...

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(erreur, Exception):
            return False
        cadres = extract_tb(trace)
        lieu = cadres[-1]
        dit = " : ".join(filter(None, (type(erreur).__name__, str(erreur))))
        texte = f"{extrait(dit, ERREUR_MAX)}, {Path(lieu.filename).name}:{lieu.lineno}"
        # The same bug in a thousand exchanges has one trace.
        chemin = intern(
            "\n".join(f"{Path(c.filename).name}:{c.lineno}, {c.name}" for c in cadres[-CADRES_MAX:])
        )
        self._accidents.append(Accident(self._echange, self._quoi, self._exigences, texte, chemin))
        return True


def dire_l_accident(accident: Accident) -> str:
    """« erreur du bac à sable : impossible de juger NOM-01, échange 12 (KeyError : …) »."""
    ou = "" if accident.echange is None else f", échange {accident.echange}"
    return f"erreur du bac à sable : impossible de {_quoi([accident])}{ou} ({accident.erreur})"


def dire_les_accidents(accidents: Iterable[Accident]) -> Iterator[str]:
    """A French sentence for each error, with the exchanges and what could not be done of them."""
    par_erreur = defaultdict(list)
    for accident in accidents:
        par_erreur[accident.erreur].append(accident)
    for erreur, siens in list(par_erreur.items())[:ACCIDENTS_MAX]:
        touches = list(dict.fromkeys(str(a.echange) for a in siens if a.echange is not None))
        montres = premiers(touches, ACCIDENTS_MAX)
        ou = f", échange{'s' if len(touches) > 1 else ''} {montres}" if touches else ""
        yield (
            f"Erreur du bac à sable, et non de l'application : impossible de {_quoi(siens)}{ou} ({erreur}). "
            "Le reste est jugé ; signalez-la."
        )
    if len(par_erreur) > ACCIDENTS_MAX:
        restes = len(par_erreur) - ACCIDENTS_MAX
        yield f"{accorde(restes, 'autre erreur du bac à sable', 'autres erreurs du bac à sable')}."


def _quoi(accidents: Iterable[Accident]) -> str:
    """« juger CTR-01, EMB-09, le montrer »."""
    dits: dict[str, dict[str, None]] = {}
    for accident in accidents:
        dits.setdefault(accident.quoi, {}).update(dict.fromkeys(accident.exigences))
    return ", ".join(" ".join(filter(None, (quoi, ", ".join(siennes)))) for quoi, siennes in dits.items())
