"""Where each control points, and what it says: what its refusing examples raise, rule by rule.

`constats.csv` holds it, read over once by eye. After a change of an example or of a sentence, write it again
with `python tests/unit/rules/test_constats.py`, and read the difference.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from sne_sandbox.contract.versions import Contrat, charger
from sne_sandbox.generators.exemples import appliquer, exemples
from sne_sandbox.rules.catalogue import REGLES

FICHIER = Path(__file__).parent / "constats.csv"
COLONNES = ("regle", "propriete", "valeur", "message")

Constats = dict[str, list[tuple[str, ...]]]


def lire() -> Constats:
    lus: Constats = {}
    with FICHIER.open(encoding="utf-8", newline="") as fichier:
        for regle, *suite in list(csv.reader(fichier))[1:]:
            lus.setdefault(regle, []).append(tuple(suite))
    return lus


def constates(code: str, contrat: Contrat) -> Iterator[tuple[str, ...]]:
    vus = set()
    for exemple in exemples():
        if exemple.regle == code and exemple.verdict == "refuse":
            for a in appliquer(exemple, contrat):
                constat = (a.propriete, a.valeur, a.message)
                if a.regle == code and constat not in vus:
                    vus.add(constat)
                    yield constat


ATTENDUS = lire() if FICHIER.is_file() else {}


@pytest.mark.parametrize("code", [regle.code for regle in REGLES])
def test_each_control_points_and_speaks_as_it_did(contrat: Contrat, code: str) -> None:
    assert list(constates(code, contrat)) == ATTENDUS.get(code)


@pytest.mark.parametrize("code", [regle.code for regle in REGLES if not regle.transport])
def test_each_anomalie_has_the_line_of_what_it_speaks_of(contrat: Contrat, code: str) -> None:
    for exemple in exemples():
        if exemple.regle == code and exemple.verdict == "refuse":
            assert all(a.ligne > 0 for a in appliquer(exemple, contrat) if a.regle == code)


def ecrire() -> None:
    contrat = charger("v5.2")
    with FICHIER.open("w", encoding="utf-8", newline="") as fichier:
        table = csv.writer(fichier, lineterminator="\n")
        table.writerow(COLONNES)
        for regle in REGLES:
            table.writerows((regle.code, *constat) for constat in constates(regle.code, contrat))


if __name__ == "__main__":
    ecrire()
