"""The French words of codes that pages and API show, from `paroles.toml`, table by table."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

PAROLES: Final[Mapping[str, Mapping[str, Any]]] = tomllib.loads(
    Path(__file__).with_name("paroles.toml").read_text("utf-8")
)
