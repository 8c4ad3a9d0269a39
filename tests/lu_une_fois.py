"""Reads once what tests read again and again: in a process, a text of TOML (the plan alone is 150 of them),
a contract that we deliver, its requirements, its mentions, a schema that xmlschema reads."""

import functools
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import tomli
from lxml import etree

from sne_interface.contract import (
    contrats_charges,
    declarations_des_schemas,
    exigences_et_mentions,
    explication,
)
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.overlay import PAR_DEFAUT, DossiersContrat
from sne_interface.contract.schemas import Schemas, cloture

_Lu = TypeVar("_Lu")

#: Models of schemas that are kept, of 1 MB each: a folder of the user's changes one of those of its contract.
_MODELES: Final = 8


def poser() -> None:
    """For this process, and for those that are made of it."""
    tomli.loads = _gardee(tomli.loads)
    contrats_charges.charger = _garde(contrats_charges.charger)
    declarations_des_schemas.parle_de_nir = functools.cache(declarations_des_schemas.parle_de_nir)
    modeles = _relu(declarations_des_schemas.charger_modele)
    declarations_des_schemas.charger_modele = explication.charger_modele = modeles  # type: ignore[attr-defined]
    exigences_et_mentions.charger_exigences = _des_livres(exigences_et_mentions.charger_exigences)
    exigences_et_mentions.charger_certification = _des_livres(exigences_et_mentions.charger_certification)


def _garde(charger: Callable[..., Contrat]) -> Callable[..., Contrat]:
    """`charger` that remembers the contracts of no user's folder: nothing ever changes them."""
    livre = functools.cache(charger)

    @functools.wraps(charger)
    def relire(
        nom: str = PAR_DEFAUT, overlay: Path | None = None, quartiles: Path | None = None, **choix: Any
    ) -> Contrat:
        if overlay is None and quartiles is None and not choix:
            return livre(nom)
        return charger(nom, overlay, quartiles, **choix)

    return relire


def _relu(charger: Callable[[Schemas, str], Any]) -> Callable[[Schemas, str], Any]:
    """`charger_modele` that remembers the last models, by what all their files hold."""
    lus: dict[tuple[bytes, ...], Any] = {}

    @functools.wraps(charger)
    def relire(schemas: Schemas, fichier: str) -> Any:
        cle = tuple(map(etree.tostring, cloture(schemas.lire, fichier).values()))
        lus[cle] = modele = lus.pop(cle, None) or charger(schemas, fichier)
        if len(lus) > _MODELES:
            lus.pop(next(iter(lus)), None)  # another thread may have taken it away
        return modele

    return relire


def _des_livres(lire: Callable[[DossiersContrat], _Lu]) -> Callable[[DossiersContrat], _Lu]:
    """`lire` that remembers what it has read of folders that are not a user's."""
    lu = functools.cache(lire)

    @functools.wraps(lire)
    def relire(dossiers: DossiersContrat) -> _Lu:
        return lu(dossiers) if dossiers.overlay is None else lire(dossiers)

    return relire


def _gardee(lire: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """`tomli.loads` that remembers what it has read; each caller gets a copy of its own."""

    @functools.cache
    def lu(texte: str) -> bytes:
        return pickle.dumps(lire(texte))

    @functools.wraps(lire)
    def relire(texte: str, /, **options: Any) -> dict[str, Any]:
        if options or not isinstance(texte, str):
            return lire(texte, **options)
        copie: dict[str, Any] = pickle.loads(lu(texte))
        return copie

    return relire
