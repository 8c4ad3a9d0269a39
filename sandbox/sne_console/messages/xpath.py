"""The journal searched by XPath in the documents sent and answered, within bounds of number and time.

An expression is evaluated in a process of its own (`xpath_enfant.py`): libxml2 holds the interpreter and
cannot be stopped, and what an expression costs cannot be read off it.
"""

import math
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from lxml import etree

from sne_conformite.observation.observation import observer
from sne_console.messages.documents_masques import arbre_repondu
from sne_console.vues.echange_isole import essayer
from sne_interface.domain.echange import Echange
from sne_interface.domain.texte import masquer_nirs
from sne_interface.errors import ConflitEtat, UsageError
from sne_sandbox.mime.masquage import masquer_arbre
from sne_sandbox.store.journal import EXAMINES
from sne_sandbox.web.configuration import Services

#: Exchanges that one page opens at most, and seconds it spends on them once the process has begun to answer.
EXAMINES_MAX: Final = 200
DUREE_MAX: Final = 0.03
_LOT: Final = 20
_LONGUEUR_MAX: Final = 300
_DOCUMENT_MAX: Final = 100_000
#: Seconds of processor that one page of a search may take, and of the clock where the system cannot count.
CPU_MAX: Final = 1.0
MONTRE_MAX: Final = 15.0
#: Seconds to wait for the search of somebody else. One at a time: the others keep the server.
ATTENTE_MAX: Final = 2.0
#: Shown beside an expression that is none.
EXEMPLE: Final = "exemple : //demandeur[nom='Dupont'], ou count(//personneACharge) > 2"
_PROGRAMME: Final = Path(__file__).with_name("xpath_enfant.py")
_TOUR: Final = threading.Lock()


class TropLong(Exception):
    """The expression took too long over a document, or too much memory; the process is no more."""


class Evaluateur:
    """The process, for the length of a `with`. Raises ConflitEtat when another search does not end."""

    def __init__(self, expression: str) -> None:
        self._expression = expression

    def __enter__(self) -> Self:
        if not _TOUR.acquire(timeout=ATTENTE_MAX):
            raise ConflitEtat(
                "Une autre recherche par XPath est en cours : il n'y en a qu'une à la fois.",
                remede="recommencez dans un instant",
            )
        try:
            self._enfant = subprocess.Popen(  # noqa: S603 - our own program; the expression is one argument
                [sys.executable, "-I", str(_PROGRAMME), self._expression, str(CPU_MAX)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except BaseException:
            _TOUR.release()
            raise
        self._montre = threading.Timer(MONTRE_MAX, self._enfant.kill)
        self._montre.daemon = True
        self._montre.start()
        return self

    def __exit__(
        self, genre: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._montre.cancel()
        self._enfant.kill()
        for tube in (self._enfant.stdin, self._enfant.stdout):
            with suppress(OSError):
                if tube is not None:
                    tube.close()
        self._enfant.wait()
        _TOUR.release()

    def vrai(self, racine: Any) -> bool:
        """Whether the expression answers something in a tree (lxml): a node, a true, a number but zero, a
        text. Raises TropLong, and UsageError when it cannot be evaluated."""
        octets = etree.tostring(racine, encoding="UTF-8")
        ligne = b""
        with suppress(BrokenPipeError):
            assert self._enfant.stdin is not None
            assert self._enfant.stdout is not None
            self._enfant.stdin.write(b"%d\n%b" % (len(octets), octets))
            self._enfant.stdin.flush()
            ligne = self._enfant.stdout.readline()
        if not ligne:
            raise TropLong
        if ligne == b"faute\n":
            raise UsageError(
                f"L'expression XPath [{self._expression}] ne s'évalue pas : elle nomme ce qui n'existe pas.",
                remede=EXEMPLE,
            )
        return ligne == b"oui\n"


@dataclass(frozen=True, slots=True)
class RechercheXpath:
    """What a search found on one page. `suite` is the id before which to go on, None when the journal has
    no more. Of a search that does not look at all: `premier` and `dernier` are the ids it examined (0: none);
    by XPath, `ignores` were too big, or asked too much."""

    trouves: tuple[Echange, ...] = ()
    examines: int = 0
    premier: int = 0
    dernier: int = 0
    suite: int | None = None
    ignores: int = 0


def chercher(
    services: Services, base: str, expression: str, filtres: dict[str, Any], *, avant: int | None, limite: int
) -> RechercheXpath:
    """Exchanges that answer the filters, newest first, `limite` of them at most; with an `expression`,
    those whose document, sent or answered, answers it (names are written without prefix).

    Raises UsageError for an expression that is none, or would take too long.
    """
    journal, voulus = services.magasin.journal, dict(filtres)
    apres = voulus.pop("apres_id", None) or 0
    plancher = journal.plancher(base, avant, **voulus)
    voulus["apres_id"] = max(apres, plancher)
    suite = plancher + 1 if plancher > apres else None
    if not expression:
        lus = journal.chercher(base, avant_id=avant, limite=limite + 1, **voulus)
        if len(lus) > limite:
            return RechercheXpath(tuple(lus[:limite]), suite=lus[limite - 1].identifiant)
        if suite is None:
            return RechercheXpath(tuple(lus))
        return RechercheXpath(tuple(lus), EXAMINES, plancher + EXAMINES, suite, suite)
    verifier(expression)
    with Evaluateur(expression) as evaluateur:
        trouve = _parcourir(services, base, evaluateur, voulus, avant, limite)
    return trouve if trouve.suite is not None else replace(trouve, suite=suite)


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
            documents = _documents(echange, services)
            if documents is None:
                ignores += 1
                continue
            try:
                if any(evaluateur.vrai(document) for document in documents):
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


def _documents(echange: Echange, services: Services) -> list[Any] | None:
    """The documents sent and answered, as they are looked into; None when they are too big, or cannot be
    read."""
    if max(len(echange.requete), len(echange.reponse)) > _DOCUMENT_MAX:
        return None

    def lire() -> list[Any] | None:
        observation = observer(echange, services.contrat_de(echange.base))
        arbres = (observation.arbre, arbre_repondu(observation))
        return [_sans_espaces(racine) for racine in arbres if racine is not None]

    return essayer(lire, lambda _: None)


def _sans_espaces(racine: Any) -> Any:
    """The tree with local names, and no NIR that a question could guess digit by digit."""
    masquer_arbre(racine)
    for element in racine.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return racine
