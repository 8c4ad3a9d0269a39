"""Lets Spyne 2.14 be imported on Python 3.12 and 3.13. Import it before any spyne module.

Spyne's vendored `six` offers its `moves` through an import hook of the old kind (`find_module`), which
Python 3.12 no longer calls. The few names Spyne imports from there are registered as modules instead.
"""

import collections.abc
import logging
import sys
import warnings
from types import ModuleType
from typing import Final

_RACINE: Final = "spyne.util.six.moves"
_MODULES: Final[dict[str, ModuleType]] = {
    "collections_abc": collections.abc,
}


def preparer() -> None:
    """Register the modules that Spyne's six cannot offer any more. Does nothing before Python 3.12."""
    if sys.version_info < (3, 12):
        return
    sys.modules.setdefault(_RACINE, ModuleType(_RACINE))
    for nom, module in _MODULES.items():
        sys.modules.setdefault(f"{_RACINE}.{nom}", module)


preparer()
# Python 3.12 and later complain on stderr, as they compile it, of a regular expression of Spyne.
warnings.filterwarnings("ignore", category=SyntaxWarning, module=".*spyne.*")
# Spyne logs each step of each call; what matters of them is in the journal of exchanges.
logging.getLogger("spyne").setLevel(logging.CRITICAL)
