"""Statistics of the demand: the tables, the counts by territory, the quotas, the maps and the curves."""

from pathlib import Path
from typing import Final

#: The templates of the pages, which extend those of the console.
GABARITS: Final = Path(__file__).resolve().parent / "templates"
