"""What tests read again and again is read once: a text of TOML, once in a process (the plan alone is 150 of
them); a template of Jinja, which each application would compile anew, once for all processes and runs."""

import functools
import pickle
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import jinja2

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
