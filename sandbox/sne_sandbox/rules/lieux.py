"""Communes as the rules see them: in force, abolished, or not in the code officiel géographique at all."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final

from sne_sandbox.contract.nomenclatures import Commune, Territoires
from sne_sandbox.domain.demande import departement_de
from sne_sandbox.domain.element import Element
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, allege, constat

#: Départements and collectivités of the code officiel géographique, in 2018.
DEPARTEMENTS: Final = frozenset(
    {
        *(f"{rang:02d}" for rang in range(1, 96) if rang != 20),
        *("2A", "2B", "971", "972", "973", "974", "975", "976", "977", "978", "986", "987", "988"),
    }
)


def departement_connu(code: str) -> bool:
    """Whether `code` reads as a commune code (5 characters) of a known département or collectivité."""
    departement = departement_de(code)
    return len(code) == 5 and departement in DEPARTEMENTS and code[len(departement) :].isdecimal()


def commune_inconnue(element: Element, contexte: Contexte) -> Iterator[Infraction]:
    """The `commune` element names no commune, past or present; a gap in our tables is not the sender's
    fault, so a code of a known département only warns."""
    code = element.code
    if code is not None and not contexte.territoires.existe(code):
        trouve = constat(element)
        yield allege(trouve) if departement_connu(code) else trouve


@lru_cache(maxsize=8192)
def commune(code: str, territoires: Territoires) -> Commune | None:
    """The commune of that code, in force."""
    return territoires.commune(code)


def actuelle(code: str, territoires: Territoires) -> Commune | None:
    """The commune of that code, or the one that took it over."""
    en_vigueur = commune(code, territoires)
    if en_vigueur is None:
        ancienne = territoires.ancienne(code)
        if ancienne is not None and ancienne.successeur is not None:
            return commune(ancienne.successeur, territoires)
    return en_vigueur


def remplacante(code: str, jour: date, territoires: Territoires) -> str | None:
    """Who replaced the commune of that code, when it is no longer in force on `jour`: « Nom (code) », or
    « une autre commune » when our tables do not say. None when it is in force, or unknown."""
    if commune(code, territoires) is not None:
        return None
    ancienne = territoires.ancienne(code)
    # The date of end is that of the act: a commune that ended on 1 January was in force all the year before.
    if ancienne is None or (ancienne.fin is not None and jour < ancienne.fin):
        return None
    nouvelle = commune(ancienne.successeur, territoires) if ancienne.successeur else None
    return f"{nouvelle.nom} ({nouvelle.code})" if nouvelle is not None else "une autre commune"
