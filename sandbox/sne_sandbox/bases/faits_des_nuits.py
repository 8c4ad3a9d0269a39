"""The facts that a night may bring to a demande, and the words for each: one, several, and in short."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from sne_interface.resources import table


class Fait(StrEnum):
    """The facts that a night brings to a demande, in the order of the night."""

    EFFACEMENT = "effacements"
    RADIATION = "radiations"
    FIN_DE_REACTIVATION = "fins_de_reactivation"
    PREAVIS = "preavis"
    DELAI_LONG = "delais_longs"
    BAIL_SANS_RADIATION = "baux_sans_radiation"
    AVERTISSEMENT = "avertissements"
    IRRECEVABILITE = "irrecevabilites"


#: Those after which a demande is not what it was; the others are told, and change nothing.
PERTES: Final = (Fait.RADIATION, Fait.EFFACEMENT)


class _Paroles(NamedTuple):
    """Its code in the journal; what is said of one and of several, whole and in short."""

    code: str
    un: str
    plusieurs: str
    bref_un: str
    bref_plusieurs: str


#: The gravest first.
_PAROLES: Final = {Fait(ligne.pop("fait")): _Paroles(**ligne) for ligne in table(__file__)}


def code(fait: Fait) -> str:
    """The word for it in the anomalies of a night's line."""
    return _PAROLES[fait].code


def singulier(fait: Fait) -> str:
    """The fact of one demande, in words."""
    return _PAROLES[fait].un


def enumerer(comptes: Mapping[Fait, int]) -> str:
    """« 1 demande effacée (un an après sa radiation), 2 préavis d'échéance »; "" for nothing."""
    return ", ".join(
        f"{comptes[fait]} {_PAROLES[fait].un if comptes[fait] == 1 else _PAROLES[fait].plusieurs}"
        for fait in Fait
        if comptes.get(fait)
    )


def bref(fait: Fait, combien: int) -> str:
    """« radiations »: the word for so many, without their number."""
    return _PAROLES[fait].bref_un if combien == 1 else _PAROLES[fait].bref_plusieurs


def enumerer_bref(comptes: Mapping[Fait, int]) -> str:
    """« 172 radiations, 39 effacements », the gravest first; "" for nothing."""
    return ", ".join(f"{comptes[fait]} {bref(fait, comptes[fait])}" for fait in _PAROLES if comptes.get(fait))


_DITS: Final = {
    fait: re.compile("(?<!\\d)(\\d+) (?:" + "|".join(map(re.escape, (dit.plusieurs, dit.un))) + ")(?![^,.])")
    for fait, dit in _PAROLES.items()
}


def denombrer(phrase: str) -> Mapping[Fait, int]:
    """How many of each fact a sentence of `enumerer` tells: a night's line keeps no other count, and those of
    earlier versions are read so too."""
    return {fait: int(trouve[1]) for fait, dit in _DITS.items() if (trouve := dit.search(phrase))}
