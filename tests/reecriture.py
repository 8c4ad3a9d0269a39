"""The assertions of the test modules, rewritten once: else each worker of a run rewrites them all."""

import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from _pytest.assertion import rewrite

_ICI: Final = Path(__file__).parent


def preparer(config: pytest.Config) -> None:
    """Writes what pytest keeps beside each test module, where it is missing or of another text."""
    perimes = list(_perimes())
    de_fils = multiprocessing.get_context("fork")
    processus = os.cpu_count() or 1
    fils = [
        de_fils.Process(target=_reecrire, args=(config, perimes[rang::processus]))
        for rang in range(processus if perimes else 0)
    ]
    for un in fils:
        un.start()
    for un in fils:
        un.join()


def _perimes() -> Iterator[tuple[Path, Path]]:
    """Test modules, and the file that is to hold what each becomes."""
    for module in sorted(_ICI.rglob("*.py")):
        if module.name == "conftest.py" or module.name.startswith("test_"):
            garde = rewrite.get_cache_dir(module) / (module.stem + rewrite.PYC_TAIL)
            if rewrite._read_pyc(module, garde) is None:
                yield module, garde


def _reecrire(config: pytest.Config, perimes: list[tuple[Path, Path]]) -> None:
    for module, garde in perimes:
        garde.parent.mkdir(exist_ok=True)
        somme, code = rewrite._rewrite_test(module, config)
        rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, somme, garde)
