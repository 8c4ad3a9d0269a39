"""The French words of codes that pages and API show, from `paroles.toml`, table by table."""

from pathlib import Path
from typing import Final

import tomli

PAROLES: Final = tomli.loads(Path(__file__).with_name("paroles.toml").read_text("utf-8"))
