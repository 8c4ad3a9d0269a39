"""Pannes of a base: armed, listed, disarmed, and played, one at most on an exchange."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from sne_sandbox.domain.panne import GENRES, PanneDefinition
from sne_sandbox.errors import UsageError
from sne_sandbox.operations.table import OPERATIONS
from sne_sandbox.store import pannes
from sne_sandbox.store.connexion import Connexion
from sne_sandbox.store.pannes import PanneArmee
from sne_sandbox.store.session import Magasin

__all__ = ["PanneArmee", "armer", "attendue", "consommer", "desarmer", "en_json", "lister"]


def armer(magasin: Magasin, base: str, definition: PanneDefinition) -> int:
    """Arms a panne in a base, seen at once by every process; answers its id. Raises BaseInconnue, and
    UsageError for an operation that no service has, or a guichet that the base has not."""
    if definition.operation is not None and definition.operation not in OPERATIONS:
        raise UsageError(
            f"L'opération [{definition.operation}] est inconnue.",
            remede=f"opérations : {', '.join(sorted(OPERATIONS))}",
        )
    with magasin.ecrire(base) as registre:
        if definition.guichet is not None and registre.guichet(definition.guichet) is None:
            raise UsageError(
                f"Le guichet [{definition.guichet}] n'est pas de la base [{base}].",
                remede=f"guichets : {', '.join(guichet.code for guichet in registre.guichets())}",
            )
        return pannes.armer(registre.connexion, base, definition, datetime.now(UTC))


def lister(magasin: Magasin, base: str) -> list[PanneArmee]:
    """The pannes of a base, oldest first, those that are over included. Raises BaseInconnue."""
    with magasin.lire(base) as registre:
        return pannes.lister(registre.connexion, base)


def desarmer(magasin: Magasin, base: str, identifiant: int | None = None) -> int:
    """Takes a panne away, or all of them; how many. Raises BaseInconnue, and UsageError for an id that the
    base does not have."""
    with magasin.ecrire(base) as registre:
        otees = pannes.desarmer(registre.connexion, base, identifiant)
    if identifiant is not None and not otees:
        raise UsageError(
            f"La base [{base}] n'a pas de panne {identifiant}.",
            remede=f"voyez-les par « sne-sandbox pannes list --base {base} »",
        )
    return otees


def attendue(
    connexion: Connexion,
    base: str,
    *,
    operation: str | None,
    guichet: str | None,
    prise: Callable[[PanneDefinition], bool],
) -> bool:
    """Whether `consommer` may have one to play: nothing is counted, `connexion` may only read."""
    return any(_vise(armee, operation, guichet, prise) for armee in pannes.lister(connexion, base))


def consommer(
    connexion: Connexion,
    base: str,
    *,
    operation: str | None,
    guichet: str | None,
    prise: Callable[[PanneDefinition], bool],
) -> PanneArmee | None:
    """The panne to play on an exchange, counted as played; None for none.

    The oldest one that is meant for such an exchange and that `prise` says can act on it. A panne with a
    rate draws once for each exchange it could be played on: the nth draw depends on its seed alone.
    `connexion` writes to the base; what is counted is kept when it is committed.
    """
    for armee in pannes.lister(connexion, base):
        definition = armee.definition
        if not _vise(armee, operation, guichet, prise):
            continue
        tiree = _tirer(armee)
        if definition.taux is not None:
            armee = replace(armee, tirages=armee.tirages + 1)
        if tiree:
            restantes = None if armee.restantes is None else armee.restantes - 1
            armee = replace(armee, restantes=restantes, jouees=armee.jouees + 1)
        pannes.noter(connexion, base, armee)
        if tiree:
            return armee
    return None


def _vise(
    armee: PanneArmee,
    operation: str | None,
    guichet: str | None,
    prise: Callable[[PanneDefinition], bool],
) -> bool:
    return armee.restantes != 0 and armee.definition.vise(operation, guichet) and prise(armee.definition)


def _tirer(armee: PanneArmee) -> bool:
    taux = armee.definition.taux
    # Strings seed the generator alike in every process and version.
    return taux is None or Random(f"{armee.definition.graine}:{armee.tirages}").random() < taux


def en_json(armee: PanneArmee) -> dict[str, Any]:
    """An armed panne as the API and the command line show it."""
    return {
        "id": armee.identifiant,
        **armee.definition.en_json(),
        "description": GENRES[armee.definition.genre].description,
        "effet": GENRES[armee.definition.genre].effet,
        "restantes": armee.restantes,
        "jouees": armee.jouees,
        "armee_le": armee.armee_le.isoformat(),
    }
