"""The journal searched by XPath in the documents sent and answered, within bounds of number and time.

An expression is evaluated in a process of its own (`processus_xpath.py`): libxml2 holds the interpreter and
cannot be stopped, and what an expression costs cannot be read off it.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from lxml import etree

from sne_conformite.observation.observation import Observation
from sne_console.messages.documents_masques import arbre_repondu
from sne_console.vues.echanges_immontrables import essayer
from sne_interface.domain.echange import Echange
from sne_interface.domain.nir import masquer_nirs
from sne_interface.errors import ConflitEtat, UsageError
from sne_sandbox.mime.masquage import Masqueur
from sne_sandbox.store.journal import EXAMINES
from sne_sandbox.web.configuration_et_services import services

#: Exchanges that one page opens at most; seconds that it spends on opening them, and as many on evaluating.
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
_PROGRAMME: Final = Path(__file__).with_name("processus_xpath.py")
_TOUR: Final = threading.Lock()


def evaluer(expression: str, ouverts: Sequence[Sequence[bytes]]) -> tuple[list[bool], bool]:
    """Tells for each sequence of documents whether the expression answers something (a node, a true, a number
    but zero, a text) in one of them, as far as time went; and whether the next one took too long, or too much
    memory. Raises UsageError when the expression cannot be evaluated, ConflitEtat when another search does
    not end."""
    if not _TOUR.acquire(timeout=ATTENTE_MAX):
        raise ConflitEtat(
            "Une autre recherche par XPath est en cours : il n'y en a qu'une à la fois.",
            remede="recommencez dans un instant",
        )
    lots = [b"%b\n%b" % (b" ".join(b"%d" % len(d) for d in lot), b"".join(lot)) for lot in ouverts]
    try:
        fini = subprocess.run(  # noqa: S603 - our own program; the expression is one argument
            [sys.executable, "-I", str(_PROGRAMME), expression, str(CPU_MAX), str(DUREE_MAX)],
            input=b"".join(lots),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MONTRE_MAX,
            check=False,
        )
        dites, interrompu = fini.stdout, fini.returncode != 0
    except subprocess.TimeoutExpired as trop:
        dites, interrompu = trop.stdout or b"", True
    finally:
        _TOUR.release()
    reponses = dites.split()
    if b"faute" in reponses:
        raise UsageError(
            f"L'expression XPath [{expression}] ne s'évalue pas : elle nomme ce qui n'existe pas.",
            remede=EXEMPLE,
        )
    return [reponse == b"oui" for reponse in reponses], interrompu


@dataclass(frozen=True)
class RechercheXpath:
    """The result of a search on one page. `suite` is the id before which to go on, None when the journal has
    no more. When a search does not look at all of the journal, `premier` and `dernier` are the ids it
    examined (0: none). In a search by XPath, `ignores` counts the exchanges that were too big, or asked too
    much."""

    trouves: tuple[Echange, ...] = ()
    examines: int = 0
    premier: int = 0
    dernier: int = 0
    suite: int | None = None
    ignores: int = 0


def chercher(
    base: str, expression: str, filtres: dict[str, Any], *, avant: int | None, limite: int
) -> RechercheXpath:
    """Exchanges that answer the filters, newest first, `limite` of them at most; with an `expression`,
    those whose document, sent or answered, answers it (names are written without prefix).

    Raises UsageError for an expression that is none, or would take too long.
    """
    journal, voulus = services().magasin.journal, dict(filtres)
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
    trouve = _parcourir(base, expression, voulus, avant, limite)
    return trouve if trouve.suite is not None else replace(trouve, suite=suite)


def _parcourir(
    base: str, expression: str, filtres: dict[str, Any], avant: int | None, limite: int
) -> RechercheXpath:
    ouverts, epuise = _ouvrir(base, filtres, avant)
    reponses, interrompu = evaluer(expression, [documents for _, documents in ouverts if documents])
    reste = iter(reponses)
    trouves: list[Echange] = []
    vus, ignores = [0], 0
    for echange, documents in ouverts:
        reponse = next(reste, None) if documents else False
        if len(trouves) == limite or (reponse is None and not interrompu):
            epuise = False
            break
        vus.append(echange.identifiant or 0)
        if documents is None or reponse is None:
            ignores += 1
        if reponse is None:
            epuise = False
            break
        if reponse:
            trouves.append(echange)
    premier = vus[1] if len(vus) > 1 else 0
    return RechercheXpath(
        tuple(trouves), len(vus) - 1, premier, vus[-1], None if epuise else vus[-1], ignores
    )


def _ouvrir(
    base: str, filtres: dict[str, Any], avant: int | None
) -> tuple[list[tuple[Echange, list[bytes] | None]], bool]:
    """Exchanges with their documents, newest first, as many as a page opens; and whether these are all."""
    ouverts: list[tuple[Echange, list[bytes] | None]] = []
    fin = time.monotonic() + DUREE_MAX
    while True:
        suivant = ouverts[-1][0].identifiant if ouverts else avant
        lot = services().magasin.journal.chercher(base, **filtres, avant_id=suivant, limite=_LOT, octets=True)
        for echange in lot:
            if len(ouverts) == EXAMINES_MAX or (ouverts and time.monotonic() > fin):
                return ouverts, False
            ouverts.append((echange, _documents(echange)))
        if len(lot) < _LOT:
            return ouverts, True


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


def _documents(echange: Echange) -> list[bytes] | None:
    """The documents sent and answered, as they are looked into; None when they are too big, or cannot be
    read."""
    if max(len(echange.requete), len(echange.reponse)) > _DOCUMENT_MAX:
        return None

    def lire() -> list[bytes] | None:
        observation = Observation(echange, services().contrat_de(echange.base))
        arbres = (observation.arbre, arbre_repondu(observation))
        return [
            etree.tostring(_sans_espaces(racine), encoding="UTF-8") for racine in arbres if racine is not None
        ]

    return essayer(lire, lambda _: None)


def _sans_espaces(racine: Any) -> Any:
    """The tree with local names, and no NIR that a question could guess digit by digit."""
    Masqueur().arbre(racine)
    for element in racine.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return racine
