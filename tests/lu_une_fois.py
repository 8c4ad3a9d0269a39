"""What tests read again and again is read once: in a process, a text of TOML (the plan alone is 150 of them)
and a contract that we deliver; for all processes and runs, a template of Jinja, which each application would
compile anew."""

import functools
import pickle
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import jinja2

from sne_interface.contract import contrats_charges
from sne_interface.contract.contrats_charges import Contrat
from sne_interface.contract.overlay import PAR_DEFAUT

#: Where compiled templates are kept. The name of each says the text that it was compiled of.
_COMPILES: Final = Path(__file__).parents[1] / "build" / "gabarits"


def poser() -> None:
    """For this process, and for those that are made of it."""
    tomllib.loads = _gardee(tomllib.loads)
    _COMPILES.mkdir(parents=True, exist_ok=True)
    garde = jinja2.FileSystemBytecodeCache(str(_COMPILES))
    jinja2.Environment.__init__ = functools.partialmethod(  # type: ignore[method-assign]
        jinja2.Environment.__init__, bytecode_cache=garde
    )
    contrats_charges.charger = _garde(contrats_charges.charger)


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


def _gardee(lire: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """`tomllib.loads` that remembers what it has read; each caller gets a copy of its own."""

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
