"""A progress bar on stderr, for a terminal only: machine formats have stdout to themselves."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Told how many of how many are done.
Progres = Callable[[int, int], None]


@contextmanager
def barre(titre: str) -> Iterator[Progres]:
    """What to tell the progress to."""
    if not sys.stderr.isatty():
        yield lambda fait, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as affichage:
        tache = affichage.add_task(titre, total=None)
        yield lambda fait, total: affichage.update(tache, completed=fait, total=total)
