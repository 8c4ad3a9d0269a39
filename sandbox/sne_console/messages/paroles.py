"""The French words of codes that pages and API show, from `paroles.toml`, table by table."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import tomli

PAROLES: Final[Mapping[str, Mapping[str, Any]]] = tomli.loads(
    Path(__file__).with_name("paroles.toml").read_text("utf-8")
)
