"""How the findings of a step are made: the exchange they cite, the values they show."""

from collections.abc import Iterable
from typing import Any

from sne_sandbox.conformance.pas import PasJoue
from sne_sandbox.reports.model import Constat


def tenue(exigence: str, phrase: str, pas: PasJoue, echange: int | None = None) -> Constat:
    """A requirement that a step kept; cites `echange`, by default what the step sent."""
    return Constat(exigence, True, phrase, echange=echange or echange_de(pas))


def cassee(
    exigence: str,
    sorte: str,
    phrase: str,
    pas: PasJoue,
    *,
    attendu: Any = "",
    observe: Any = "",
    chemin: str = "",
) -> Constat:
    """A requirement that a step broke; `attendu` and `observe` are shown as `dire` says them."""
    return Constat(
        exigence,
        False,
        phrase,
        sorte=sorte,
        chemin=chemin,
        attendu=dire(attendu),
        observe=dire(observe),
        echange=echange_de(pas),
    )


def dire(valeur: Any) -> str:
    """A value as a finding shows it: « rien » for None or nothing, a list with commas."""
    if valeur is None:
        return "rien"
    if isinstance(valeur, str):
        return valeur
    if isinstance(valeur, Iterable):
        return ", ".join(dire(v) for v in valeur) or "rien"
    return str(valeur)


def echange_de(pas: PasJoue) -> int | None:
    """The exchange that a step is judged on (id in the journal), None when it made none."""
    cite = pas.envoi or pas.dernier
    return None if cite is None else cite.echange.identifiant
