"""Cases of tests that are data: what is given and what is expected, in the TOML beside the module."""

import tomllib
from pathlib import Path
from typing import Any


def a_cote(module: str) -> dict[str, Any]:
    """The tables of the module's TOML, by name; `module` is its `__file__`."""
    return tomllib.loads(Path(module).with_suffix(".toml").read_text("utf-8"))
