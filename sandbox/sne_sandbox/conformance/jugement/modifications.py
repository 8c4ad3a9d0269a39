"""Sequences: what a modification keeps of the form that the SNE held."""

from collections import Counter
from collections.abc import Iterator
from sys import intern
from typing import Final

from sne_sandbox.conformance.jugement.juge import Dire
from sne_sandbox.conformance.jugement.suite import JugeDeSuite
from sne_sandbox.conformance.observation import Observation
from sne_sandbox.reports.model import Constat

#: Messages that carry the whole form.
_ENTIERS: Final = frozenset({"CRE", "CRS", "MOD"})


class FormulairesEntiers(JugeDeSuite):
    """VIE-03, held: every block of the form that was accepted before is there again. One that is gone proves
    nothing either way: a household changes."""

    exigences = ("VIE-03",)

    def __init__(self, *, pilote: bool = False) -> None:
        super().__init__(pilote=pilote)
        self._tenus: dict[str, Counter[str]] = {}

    def voir(self, vue: Observation) -> Iterator[Constat]:
        """What an accepted form keeps of the one before."""
        if vue.operation != "getNumUnique" or vue.type_fichier not in _ENTIERS or not vue.acceptee:
            return
        numero = vue.numero_rendu or vue.numero
        if numero is None:
            return
        blocs = Counter(intern(chemin) for chemin, element in vue.noeuds if element.enfants)
        avant = self._tenus.get(numero)
        if vue.type_fichier == "MOD" and avant is not None and avant <= blocs:
            yield Dire("VIE-03", vue.echange.identifiant).tenue(
                "La modification porte le numéro unique et tous les blocs du formulaire enregistré."
            )
        self._tenus[numero] = blocs
