"""The templates of pages as Jinja compiled them, where Python keeps the modules that it compiled, and as it
does: without a word where nothing can be written."""

import sys
from contextlib import suppress
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path

from jinja2.bccache import Bucket, FileSystemBytecodeCache


class GabaritsCompiles(FileSystemBytecodeCache):
    """Keeps the templates of the environment that a module makes, given by its `__file__`."""

    def __init__(self, module: str) -> None:
        super().__init__(str(Path(cache_from_source(module)).parent))
        #: What a template is compiled with, besides its text.
        self._outils = version("jinja2") + Path(module).read_text("utf-8")

    def get_source_checksum(self, source: str) -> str:
        """That of a template and of all that makes its code."""
        return super().get_source_checksum(self._outils + source)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps a template."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                super().dump_bytecode(bucket)
