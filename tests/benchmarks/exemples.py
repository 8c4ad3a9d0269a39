"""Hypothesis examples a second of processor, by richness, beside what they cost without it:

python tests/benchmarks/exemples.py [N]
"""

import gc
import sys
import time
from datetime import date

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from sne_interface.contract.contrats_charges import charger
from sne_interface.domain.element_recu import Element
from sne_interface.generators import strategies
from sne_interface.generators.contraintes_de_menages import Contraintes, atelier
from sne_interface.generators.strategies import Tirees
from sne_interface.generators.tirage import TirageVarie

JOUR = date(2018, 3, 15)


def mesurer(strategie: SearchStrategy[Element], combien: int) -> tuple[float, float]:
    """Examples a second of processor, and elements an example."""
    tires = elements = 0

    @settings(
        max_examples=combien, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(strategie)
    def tirer(racine: Element) -> None:
        nonlocal tires, elements
        tires += 1
        elements += sum(1 for _ in racine.parcourir())

    debut = time.process_time()
    tirer()
    return tires / (time.process_time() - debut), elements / tires


def main() -> None:
    """Prints the table."""
    combien = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    contrat = charger("v5.2")
    vide, _ = mesurer(Tirees(lambda tirage: Element("vide", str(tirage.entier(0, 10**9)))), combien)
    print(f"{'Hypothesis, un seul tirage':<34} {vide:6.0f} exemples/s")
    for richesse in (0.0, Contraintes().richesse, 0.5):
        contraintes = Contraintes(richesse=richesse)
        debit, taille = mesurer(strategies.demandes(contrat, jour=JOUR, contraintes=contraintes), combien)
        print(f"{f'demandes, richesse {richesse}':<34} {debit:6.0f} exemples/s, {taille:.0f} éléments")
    gc.disable()  # elements know their parent: only the collector frees a document
    debit, _ = mesurer(strategies.demandes(contrat, jour=JOUR), combien)
    gc.enable()
    print(f"{'les mêmes, sans ramasse-miettes':<34} {debit:6.0f} exemples/s")
    ici, tirage = atelier(contrat, jour=JOUR, guichet="G1226"), TirageVarie(1)
    debut = time.process_time()
    for _ in range(combien):
        ici.message(tirage)
    print(f"{'les mêmes, sans Hypothesis':<34} {combien / (time.process_time() - debut):6.0f} exemples/s")


if __name__ == "__main__":
    main()
