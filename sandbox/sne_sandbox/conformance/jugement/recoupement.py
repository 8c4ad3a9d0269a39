"""What the findings of one exchange say together: one fault is told once, a refused message proves little."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from sne_sandbox.conformance.observation import Observation
from sne_sandbox.domain.echange import VerdictEchange
from sne_sandbox.reports.model import Constat

_SCHEMA: Final = "CTR-01"
#: Recommendations: they do not stand in for a schema that refuses.
_CONSEILS: Final = frozenset({"CTR-06", "CTR-07", "CTR-08", "NOM-05"})
#: Rules that refuse what breaks a requirement. The names of files, the version and the channel (ASY001) are
#: not here: they are no data of a test, they come of the application itself, and every message that has them
#: wrong is refused.
_REFUS: Final[Mapping[str, frozenset[str]]] = {
    exigence: frozenset(regles.split())
    for exigence, regles in {
        "NOM-04": "ENT007",
        "CTR-03": "ENT011",
        "CTR-04": "ADR002 ATT007",
        "CTR-12": "NIR001 NIR002",
        "VIE-01": "ENT009",
        "VIE-03": "ENT010 MOT001 REC001",
        "VIE-04": "CYC006",
        "VIE-05": "CYC004",
        "VIE-06": "ENT011 RAD001",
        "VIE-07": "RAD005",
        "VIE-08": "RAD008",
        "VIE-09": "CYC007",
        "VIE-16": "EVT002 EVT003 EVT004",
        "VIE-17": "EVT005 EVT006",
        "VIE-22": "DAL001 DAL002",
        "VIE-27": "ENT010",
    }.items()
}


#: Held by half in one message: that the number is kept is seen in sequence, or in what a driven one answers.
_A_MOITIE: Final = frozenset({"VIE-01"})


def demi_preuve(constat: Constat) -> bool:
    """Whether one message of free traffic shows only a half of what the requirement asks."""
    return constat.tenue and constat.exigence in _A_MOITIE


def refus_essaye(constat: Constat, vue: Observation) -> bool:
    """Whether a requirement broke in a message that the SNE refused for that very reason. In free traffic a
    vendor's test may have sent it to see it refused; it is told among the answers received."""
    return not constat.tenue and not _REFUS.get(constat.exigence, frozenset()).isdisjoint(vue.bloquantes)


def recouper(constats: Iterable[Constat], vue: Observation) -> list[Constat]:
    """`constats` of one exchange, without what the others say better, nor what its answer makes no proof."""
    constats = [c for c in constats if not c.tenue or _prouve(c, vue)]
    dits = {
        _lieu(c)
        for c in constats
        if not c.tenue and c.chemin and c.exigence != _SCHEMA and c.exigence not in _CONSEILS
    }
    refuses = {_lieu(c) for c in constats if c.exigence == _SCHEMA and not c.tenue} & dits
    return [
        replace(c, phrase=f"{c.phrase} Le schéma le refuse aussi ({_SCHEMA}).")
        if not c.tenue and _lieu(c) in refuses and c.exigence not in _CONSEILS
        else c
        for c in constats
        if not (c.exigence == _SCHEMA and _lieu(c) in refuses)
    ]


def _lieu(constat: Constat) -> str:
    """Where it is, by element: a code is its attribute for the schema, its element for a nomenclature."""
    return constat.chemin.removesuffix("/@code")


def _prouve(constat: Constat, vue: Observation) -> bool:
    """Whether a requirement that the message holds is proved by it. The life of a demande is what the SNE
    took in; of a document that it could not read, nothing is."""
    if constat.exigence.startswith("VIE"):
        return vue.acceptee
    return not constat.exigence.startswith("CTR") or vue.echange.verdict not in (
        VerdictEchange.FAULT,
        VerdictEchange.ERREUR,
    )
