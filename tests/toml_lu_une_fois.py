"""A text of TOML is read once in a process. The plan is 150 of them, which every run that is judged reads."""

import functools
import pickle
import tomllib
from collections.abc import Callable
from typing import Any


def poser() -> None:
    """Has `tomllib` remember what it has read; each caller gets a copy of its own."""
    lire: Callable[[str], dict[str, Any]] = tomllib.loads

    @functools.cache
    def lu(texte: str) -> bytes:
        return pickle.dumps(lire(texte))

    @functools.wraps(lire)
    def relire(texte: str, /, **options: Any) -> dict[str, Any]:
        if options or not isinstance(texte, str):
            return lire(texte, **options)
        copie: dict[str, Any] = pickle.loads(lu(texte))
        return copie

    tomllib.loads = relire
