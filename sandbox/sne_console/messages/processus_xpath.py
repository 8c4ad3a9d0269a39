"""Evaluates one XPath expression over documents: a program of its own, that `recherche_xpath` may kill.

    python -I processus_xpath.py EXPRESSION SECONDS_OF_PROCESSOR SECONDS

Reads lots of documents on stdin, each after a line that says their sizes; answers a line each: « oui »,
« non », or « faute » when the expression cannot be evaluated; no more lots SECONDS after the first answer. It
imports nothing of ours: it starts in 50 ms.
"""

import os
import signal
import sys
import time
from contextlib import suppress

from lxml import etree

#: Bytes that it may take; a set of all the nodes of the largest document takes a tenth of it.
_MEMOIRE = 1 << 30


def _se_limiter(secondes: float) -> None:
    """The server goes first, and the system ends what takes too long."""
    with suppress(
        ImportError, AttributeError, OSError, ValueError
    ):  # not Unix: `recherche_xpath` has a clock too
        import resource

        os.nice(10)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMOIRE, _MEMOIRE))
        signal.setitimer(signal.ITIMER_PROF, secondes)  # of processor; whoever has no handler ends


def main() -> None:
    """Reads documents and answers, until stdin ends."""
    _se_limiter(float(sys.argv[2]))
    expression = etree.XPath(sys.argv[1], regexp=False)
    parseur = etree.XMLParser(resolve_entities=False, no_network=True)
    entree, fin = sys.stdin.buffer, float("inf")
    while (tailles := entree.readline()) and time.monotonic() <= fin:
        lot = [etree.fromstring(entree.read(int(taille)), parseur) for taille in tailles.split()]
        try:
            reponse = "oui" if any(expression(racine) for racine in lot) else "non"
        except etree.XPathError:
            reponse = "faute"
        sys.stdout.write(f"{reponse}\n")
        sys.stdout.flush()
        fin = min(fin, time.monotonic() + float(sys.argv[3]))


if __name__ == "__main__":
    main()
