"""Loaded by the interpreters of a command that is watched (`PYTHONPATH`): each TOML file that they open is a
line of `SONDE_TOML`."""

import os
import sys
from pathlib import Path
from typing import Any


def _noter(evenement: str, arguments: tuple[Any, ...]) -> None:
    if evenement == "open" and str(arguments[0]).endswith(".toml"):
        with Path(os.environ["SONDE_TOML"]).open("a", encoding="utf-8") as ouverts:
            ouverts.write(f"{arguments[0]}\n")


sys.addaudithook(_noter)
