"""The journal searched by XPath in the documents sent and answered, within bounds of number and time."""

import math
import time
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from sne_sandbox.conformance.observation import observer
from sne_sandbox.domain.journal import Echange
from sne_sandbox.domain.texte import masquer_nir, masquer_nirs
from sne_sandbox.errors import UsageError
from sne_sandbox.web.messages.documents import arbre_repondu
from sne_sandbox.web.messages.evaluateur import EXEMPLE, Evaluateur, TropLong
from sne_sandbox.web.partage import Services

#: Exchanges that one page opens at most, and seconds it spends on them once the process has begun to answer.
EXAMINES_MAX: Final = 200
DUREE_MAX: Final = 0.15
_LOT: Final = 20
_LONGUEUR_MAX: Final = 300
_DOCUMENT_MAX: Final = 100_000


@dataclass(frozen=True, slots=True)
class RechercheXpath:
    """What a search found on one page. `premier` and `dernier` are the ids it examined (0: none), `suite` the
    id before which to go on, None when the journal has no more; `ignores` were too big, or asked too much."""

    trouves: tuple[Echange, ...]
    examines: int
    premier: int
    dernier: int
    suite: int | None
    ignores: int


def chercher_xpath(
    services: Services, base: str, expression: str, filtres: dict[str, Any], *, avant: int | None, limite: int
) -> RechercheXpath:
    """Exchanges whose document, sent or answered, answers `expression`, `limite` of them at most; names are
    written without prefix.

    Raises UsageError for an expression that is none, or would take too long.
    """
    verifier(expression)
    with Evaluateur(expression) as evaluateur:
        return _parcourir(services, base, evaluateur, filtres, avant, limite)


def _parcourir(
    services: Services,
    base: str,
    evaluateur: Evaluateur,
    filtres: dict[str, Any],
    avant: int | None,
    limite: int,
) -> RechercheXpath:
    fin = math.inf
    trouves: list[Echange] = []
    examines = premier = dernier = ignores = 0
    while True:
        lot = services.magasin.journal.chercher(
            base, **filtres, avant_id=dernier or avant, limite=_LOT, octets=True
        )
        for echange in lot:
            if examines == EXAMINES_MAX or len(trouves) == limite or time.monotonic() > fin:
                return RechercheXpath(tuple(trouves), examines, premier, dernier, dernier, ignores)
            examines += 1
            dernier = echange.identifiant or 0
            premier = premier or dernier
            if max(len(echange.requete), len(echange.reponse)) > _DOCUMENT_MAX:
                ignores += 1
                continue
            try:
                if _repond(evaluateur, echange, services):
                    trouves.append(echange)
            except TropLong:
                return RechercheXpath(tuple(trouves), examines, premier, dernier, dernier, ignores + 1)
            fin = min(fin, time.monotonic() + DUREE_MAX)
        if len(lot) < _LOT:
            return RechercheXpath(tuple(trouves), examines, premier, dernier, None, ignores)


def verifier(expression: str) -> None:
    """Raises UsageError for an expression that is none."""
    if len(expression) > _LONGUEUR_MAX:
        raise UsageError(
            "L'expression XPath est trop longue.", remede=f"{_LONGUEUR_MAX} caractères au plus ; {EXEMPLE}"
        )
    if masquer_nirs(expression) != expression:  # it would find nothing, and be shown with what it found
        raise UsageError(
            "L'expression XPath porte un NIR : ils sont masqués, aucun n'est comparé en entier.",
            remede="cherchez par le nom, la date de naissance ou le numéro unique",
        )
    try:
        etree.XPath(expression, regexp=False)
    except (etree.XPathError, ValueError):  # ValueError: a character that no XML has
        raise UsageError(f"L'expression XPath [{expression}] ne se lit pas.", remede=EXEMPLE) from None


def _repond(evaluateur: Evaluateur, echange: Echange, services: Services) -> bool:
    """Whether one of the documents of an exchange answers. Raises TropLong, UsageError."""
    observation = observer(echange, services.contrat)
    arbres = (observation.arbre, arbre_repondu(observation))
    return any(evaluateur.vrai(_sans_espaces(racine)) for racine in arbres if racine is not None)


def _sans_espaces(racine: Any) -> Any:
    """The tree with local names, and no NIR that a question could guess digit by digit."""
    for element in racine.iter(etree.Element):
        element.tag = etree.QName(element).localname
        if element.tag == "nir" and element.text:
            element.text = masquer_nir(element.text)
    return racine
