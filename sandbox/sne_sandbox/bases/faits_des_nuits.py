"""The facts that a night may bring to a demande, and the words for each: one, several, and in short."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sne_interface.domain.codes import MOTIF_NON_RENOUVELLEMENT


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

#: Code in the journal; what is said of one, and of several.
_PAROLES: Final[Mapping[Fait, tuple[str, str, str]]] = {
    Fait.EFFACEMENT: (
        "EFFACE",
        "demande effacée (un an après sa radiation)",
        "demandes effacées (un an après leur radiation)",
    ),
    Fait.RADIATION: (
        MOTIF_NON_RENOUVELLEMENT,
        "demande radiée faute de renouvellement",
        "demandes radiées faute de renouvellement",
    ),
    Fait.FIN_DE_REACTIVATION: ("FINREA", "réactivation désormais close", "réactivations désormais closes"),
    Fait.PREAVIS: ("PREAVIS", "préavis d'échéance", "préavis d'échéance"),
    Fait.DELAI_LONG: ("DELAI", "délai devenu anormalement long", "délais devenus anormalement longs"),
    Fait.BAIL_SANS_RADIATION: (
        "BAILSR",
        "bail signé que la radiation n'a pas suivi",
        "baux signés que la radiation n'a pas suivis",
    ),
    Fait.AVERTISSEMENT: (
        "AVERTI",
        "irrecevabilité dont le bailleur avertit le ménage",
        "irrecevabilités dont le bailleur avertit le ménage",
    ),
    Fait.IRRECEVABILITE: (
        "IRRDUE",
        "radiation pour irrecevabilité désormais possible, par le bailleur",
        "radiations pour irrecevabilité désormais possibles, par le bailleur",
    ),
}


def code(fait: Fait) -> str:
    """The code of a fact in the journal's line of a night, « RADREN » for a radiation."""
    return _PAROLES[fait][0]


#: In short, of one and of several: « 172 radiations, 39 effacements ».
_BREVES: Final[Mapping[Fait, tuple[str, str]]] = {
    Fait.RADIATION: ("radiation", "radiations"),
    Fait.EFFACEMENT: ("effacement", "effacements"),
    Fait.PREAVIS: ("avis d'échéance", "avis d'échéance"),
    Fait.FIN_DE_REACTIVATION: ("fin de réactivation", "fins de réactivation"),
    Fait.DELAI_LONG: ("délai anormalement long", "délais anormalement longs"),
    Fait.BAIL_SANS_RADIATION: ("bail sans radiation", "baux sans radiation"),
    Fait.AVERTISSEMENT: ("irrecevabilité à notifier", "irrecevabilités à notifier"),
    Fait.IRRECEVABILITE: ("radiation possible par un bailleur", "radiations possibles par un bailleur"),
}


def singulier(fait: Fait) -> str:
    """The fact of one demande, in words."""
    return _PAROLES[fait][1]


def enumerer(comptes: Mapping[Fait, int]) -> str:
    """« 1 demande effacée (un an après sa radiation), 2 préavis d'échéance »; "" for nothing."""
    return ", ".join(
        f"{comptes[fait]} {_PAROLES[fait][1 if comptes[fait] == 1 else 2]}"
        for fait in Fait
        if comptes.get(fait)
    )


def bref(fait: Fait, combien: int) -> str:
    """« radiations »: the word for so many, without their number."""
    return _BREVES[fait][combien != 1]


def enumerer_bref(comptes: Mapping[Fait, int]) -> str:
    """« 172 radiations, 39 effacements », the gravest first; "" for nothing."""
    return ", ".join(f"{comptes[fait]} {bref(fait, comptes[fait])}" for fait in _BREVES if comptes.get(fait))


_DITS: Final = {
    fait: re.compile("(?<!\\d)(\\d+) (?:" + "|".join(map(re.escape, (plusieurs, un))) + ")(?![^,.])")
    for fait, (_, un, plusieurs) in _PAROLES.items()
}


def denombrer(phrase: str) -> Mapping[Fait, int]:
    """How many of each fact a sentence of `enumerer` tells: a night's line keeps no other count, and those of
    earlier versions are read so too."""
    return {fait: int(trouve[1]) for fait, dit in _DITS.items() if (trouve := dit.search(phrase))}
