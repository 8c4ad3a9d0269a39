"""`python -m fautes`: the reference application with one planted defect.

PYTHONPATH=tests python -m fautes --fautes                        the defects
PYTHONPATH=tests python -m fautes --faute soap-1.1                the application with one of them
PYTHONPATH=tests python -m fautes --faute soap-1.1 --http 9000    the same; options of `python -m sne_temoin`
"""

import sys
from collections.abc import Sequence

from fautes import FAUTES, PAR_NOM, planter
from sne_temoin.__main__ import analyse, executer
from sne_temoin.temoin_assemble import Temoin


def principal(arguments: Sequence[str] | None = None) -> int:
    """Runs what the arguments ask for; the exit code."""
    options = analyse()
    quoi = options.add_mutually_exclusive_group(required=True)
    quoi.add_argument("--faute", metavar="NOM", help="planter un défaut")
    quoi.add_argument("--fautes", action="store_true", help="lister les défauts qui se plantent")
    choisies = options.parse_args(arguments)
    if choisies.fautes:
        for faute in FAUTES:
            print(f"{faute.nom:32} {', '.join(faute.exigences):22} {faute.phrase}")
        return 0
    if choisies.faute not in PAR_NOM:
        options.error(f"le défaut [{choisies.faute}] n'existe pas ; --fautes les liste")
    temoin = Temoin(choisies.memoire)
    planter(temoin, choisies.faute)
    return executer(choisies, temoin)


if __name__ == "__main__":
    sys.exit(principal())
