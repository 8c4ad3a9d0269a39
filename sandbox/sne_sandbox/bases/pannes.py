"""Pannes of a base: armed, listed, disarmed, and counted when they are played. An exchange plays one at most.

The process that plays one holds the base's writing lock, so none is played once too often.
`soap.pannes_de_reponse` holds its effect on an answer, `server.pannes_du_reseau` its effect on the socket.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Annotated, Any, Final, Self

from sne_interface.domain.panne import GENRES, PanneDefinition
from sne_interface.errors import UsageError
from sne_sandbox.operations.table_des_operations import OPERATIONS
from sne_sandbox.store import tables
from sne_sandbox.store.connexion_en_transaction import Connexion, lire_requetes
from sne_sandbox.store.lignes import IDENTIFIANT_MAX, instant_de, micros
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.store.requetes_sql import inserer

#: Pannes that are over stay listed, the last so many of a base.
GARDEES: Final = 100

_AJOUTER: Final = inserer(tables.panne)
_SQL: Final = lire_requetes(__file__)


#: Whether an exchange can be given a panne.
Prise = Callable[[PanneDefinition], bool]


@dataclass(frozen=True)
class PanneArmee:
    """A panne of a base. `restantes` is None for one that lasts, 0 for one that is over; `jouees` counts the
    exchanges it was played on, `tirages` those it was drawn for (with a rate)."""

    identifiant: int
    definition: PanneDefinition
    restantes: int | None
    armee_le: datetime
    jouees: int = 0
    tirages: int = 0


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
        return inscrire(registre.connexion, base, definition, datetime.now(UTC))


def lister(magasin: Magasin, base: str) -> list[PanneArmee]:
    """The pannes of a base, oldest first, those that are over included. Raises BaseInconnue."""
    with magasin.lire(base) as registre:
        return lire(registre.connexion, base)


def desarmer(magasin: Magasin, base: str, identifiant: int | None = None) -> int:
    """Takes a panne away, or all of them; how many. Raises BaseInconnue, and UsageError for an id that the
    base does not have."""
    with magasin.ecrire(base) as registre:
        otees = oter(registre.connexion, base, identifiant)
    if identifiant is not None and not otees:
        raise UsageError(
            f"La base [{base}] n'a pas de panne {identifiant}.",
            remede=f"voyez-les par « sne-sandbox pannes list --base {base} »",
        )
    return otees


def attendue(
    connexion: Connexion, base: str, *, operation: str | None, guichet: str | None, prise: Prise
) -> bool:
    """True when `consommer` may have one to play. Nothing is counted: `connexion` may only read."""
    return any(_vise(armee, operation, guichet, prise) for armee in lire(connexion, base))


def consommer(
    connexion: Connexion, base: str, *, operation: str | None, guichet: str | None, prise: Prise
) -> PanneArmee | None:
    """The panne to play on an exchange, counted as played; None for none.

    The oldest one that is meant for such an exchange and that `prise` says can act on it. A panne with a
    rate draws once for each exchange it could be played on: the nth draw depends on its seed alone.
    `connexion` writes to the base; what is counted is kept when it is committed.
    """
    for armee in lire(connexion, base):
        definition = armee.definition
        if not _vise(armee, operation, guichet, prise):
            continue
        tiree = _tirer(armee)
        if definition.taux is not None:
            armee = replace(armee, tirages=armee.tirages + 1)
        if tiree:
            restantes = None if armee.restantes is None else armee.restantes - 1
            armee = replace(armee, restantes=restantes, jouees=armee.jouees + 1)
        noter(connexion, base, armee)
        if tiree:
            return armee
    return None


def _vise(armee: PanneArmee, operation: str | None, guichet: str | None, prise: Prise) -> bool:
    return armee.restantes != 0 and armee.definition.vise(operation, guichet) and prise(armee.definition)


def _tirer(armee: PanneArmee) -> bool:
    taux = armee.definition.taux
    # Strings seed the generator alike in every process and version.
    return taux is None or Random(f"{armee.definition.graine}:{armee.tirages}").random() < taux


def en_journal(armee: PanneArmee, effet: str) -> dict[str, Any]:
    """A panne as the line of the exchange that it was played on tells it; `effet` is what became of the base,
    in French."""
    definition = armee.definition
    genre = GENRES[definition.genre]
    return {
        "id": armee.identifiant,
        "genre": genre.nom,
        "description": genre.description,
        "effet": effet,
        "parametres": {p.nom: definition.texte(p.nom) for p in genre.parametres},
        "armee_le": armee.armee_le.isoformat(),
    }


@dataclass(frozen=True)
class PanneLue:
    """An armed panne, as the API and the command line show it."""

    id: int
    genre: str
    operation: str | None
    guichet: str | None
    fois: int | None
    taux: float | None
    graine: int
    parametres: Mapping[str, str]
    description: str
    effet: str
    restantes: Annotated[int | None, "null : sans fin ; 0 : finie"]
    jouees: Annotated[int, "échanges où elle a été jouée"]
    armee_le: datetime

    @classmethod
    def de(cls, armee: PanneArmee) -> Self:
        """Returns what is shown of a panne."""
        genre = GENRES[armee.definition.genre]
        return cls(
            id=armee.identifiant,
            **armee.definition.en_json(),
            description=genre.description,
            effet=genre.effet,
            restantes=armee.restantes,
            jouees=armee.jouees,
            armee_le=armee.armee_le,
        )


# --- their rows ---------------------------------------------------------------------------------------


def inscrire(connexion: Connexion, base: str, definition: PanneDefinition, instant: datetime) -> int:
    """Writes the row of a panne; answers its id. `instant` is the machine's (aware)."""
    ligne = connexion.ligne(_SQL["derniere"], {"cle": base})
    identifiant = int((ligne[0] if ligne is not None else None) or 0) + 1
    connexion.faire(_SQL["oublier"], {"cle": base, "jusqua": identifiant - GARDEES})
    connexion.faire(
        _AJOUTER,
        {
            "base": base,
            "identifiant": identifiant,
            "definition": _ecrire(definition, 0, 0),
            "restantes": definition.fois,
            "armee_le": micros(instant),
        },
    )
    return identifiant


def lire(connexion: Connexion, base: str) -> list[PanneArmee]:
    """The pannes of a base, oldest first, those that are over included."""
    return [_armee(*ligne) for ligne in connexion.lignes(_SQL["lister"], {"cle": base})]


def noter(connexion: Connexion, base: str, armee: PanneArmee) -> None:
    """Writes back the counters of a panne."""
    definition = _ecrire(armee.definition, armee.jouees, armee.tirages)
    connexion.faire(
        _SQL["noter"],
        {"cle": base, "numero": armee.identifiant, "valeur": definition, "reste": armee.restantes},
    )


def oter(connexion: Connexion, base: str, identifiant: int | None) -> int:
    """Deletes a panne, or all of them for None; how many."""
    if identifiant is None:
        return connexion.faire(_SQL["supprimer_tout"], {"cle": base})
    if not 0 < identifiant <= IDENTIFIANT_MAX:
        return 0
    return connexion.faire(_SQL["supprimer"], {"cle": base, "numero": identifiant})


def _ecrire(definition: PanneDefinition, jouees: int, tirages: int) -> str:
    valeur = {"panne": definition.en_json(), "jouees": jouees, "tirages": tirages}
    return json.dumps(valeur, ensure_ascii=False, sort_keys=True)


def _armee(identifiant: int, texte: str, restantes: int | None, armee_le: int) -> PanneArmee:
    valeur: dict[str, Any] = json.loads(texte)
    return PanneArmee(
        identifiant,
        PanneDefinition.de_json(valeur["panne"]),
        restantes,
        instant_de(armee_le),
        valeur["jouees"],
        valeur["tirages"],
    )
