"""The scenarios that a planted defect is tried on, lot by lot, until one catches it. The campaign plays the
whole plan."""

from collections.abc import Iterator
from functools import partial

from constat_de_faute import Trouvee
from epreuve import Epreuve
from fautes import Faute, fautif, partage, robustesse

from sne_conformite.plan.exigences_montrables import montrables
from sne_conformite.rapports.rapport import Rapport

#: Scenarios at a time, of those that check the first requirement of the defect.
LOT = 4
#: And those that it is tried on beside, first.
TEMOINS = ("CRE-COMPLETE",)
#: And those under failures.
PANNES = ("ROB-HTML-502", "ROB-REPONSE-PERDUE")
#: Examples of each scenario for defects of what varies from one to the next: a code always the same is
#: right once in a while.
VARIES = 4
#: The scenario to begin with, for a defect or for all those of a requirement, where the two that are taken
#: otherwise do not show it.
D_ABORD = {
    "VIE-23": "RCH-TOUS-CRITERES",
    "commentaire-coupe": "EVT-LIMITES",
    "creation-rejouee": "CYC-PIECE",
    "curseur-trop-tot": "ROB-RELEVE",
    "lue-donc-radiee": "ROB-RADIATION",
    "numero-du-doublon": "DOU-FORCER",
    "numero-montre-coupe": "CYC-SEPARER",
    "premiere-trouvee": "ROB-HOMONYMES",
    "survenance-du-jour": "EVT-AJOUTER",
    "un-sous-motif": "RAD-IRRECEVABLE",
}


def exemples_de(faute: Faute, sinon: int) -> int:
    """How many examples of each scenario a defect needs."""
    return VARIES if faute in partage.FAUTES else sinon


def essayer(epreuve: Epreuve, faute: Faute, reduction: int = 0) -> Iterator[tuple[int, list[str], Rapport]]:
    """How many examples of which scenarios, and what they said, up to those that caught the defect."""
    for combien, scenarios in _lots(epreuve, faute):
        exemples = exemples_de(faute, combien)
        rapport = epreuve.passer(
            partial(fautif, faute.nom), scenarios, exemples=exemples, reduction=reduction
        )
        yield exemples, scenarios, rapport
        if Trouvee.dans(rapport).par(faute):
            return


def _lots(epreuve: Epreuve, faute: Faute) -> Iterator[tuple[int, list[str]]]:
    """One of two of those that name the first requirement of the defect, beside a few that do not, and of the
    others lot by lot; then two of them, and of all that can show it."""
    exigence = faute.exigences[0]
    nommant = [scenario.id for scenario in epreuve.plan if exigence in scenario.exigences]
    montrant = [s.id for s in epreuve.plan if exigence in montrables((e.sorte, e.quoi) for e in s.etapes)]
    d_abord = D_ABORD.get(faute.nom, D_ABORD.get(exigence))
    premieres = [d_abord] if d_abord else list(dict.fromkeys((nommant[0], nommant[len(nommant) // 2])))
    pannes = PANNES if faute in robustesse.FAUTES else ()
    yield 1, list(dict.fromkeys((*premieres, *TEMOINS, *pannes)))
    autres = [scenario for scenario in nommant if scenario not in premieres]
    encore = [scenario for scenario in montrant if scenario not in nommant]
    for exemples, suite in ((1, autres), (2, premieres + autres + encore)):
        for rang in range(0, len(suite), LOT):
            yield exemples, suite[rang : rang + LOT]
