"""Evaluates one XPath expression over documents: a program of its own, that `xpath` may kill.

    python -I xpath_enfant.py EXPRESSION SECONDS

Reads documents on stdin, each after a line that says its size; answers a line each: « oui », « non », or
« faute » when the expression cannot be evaluated. It imports nothing of ours: it starts in 50 ms.
"""

import os
import signal
import sys
from contextlib import suppress

from lxml import etree

#: Bytes that it may take; a set of all the nodes of the largest document takes a tenth of it.
_MEMOIRE = 1 << 30


def _se_limiter(secondes: float) -> None:
    """The server goes first, and the system ends what takes too long."""
    with suppress(ImportError, AttributeError, OSError, ValueError):  # not Unix: `xpath` has a clock too
        import resource

        os.nice(10)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMOIRE, _MEMOIRE))
        signal.setitimer(signal.ITIMER_PROF, secondes)  # of processor; whoever has no handler ends


def main() -> None:
    """Reads documents and answers, until stdin ends."""
    _se_limiter(float(sys.argv[2]))
    expression = etree.XPath(sys.argv[1], regexp=False)
    parseur = etree.XMLParser(resolve_entities=False, no_network=True)
    entree, sortie = sys.stdin.buffer, sys.stdout.buffer
    while taille := entree.readline():
        racine = etree.fromstring(entree.read(int(taille)), parseur)
        try:
            reponse = "oui" if expression(racine) else "non"
        except etree.XPathError:
            reponse = "faute"
        sortie.write(f"{reponse}\n".encode())
        sortie.flush()


if __name__ == "__main__":
    main()
