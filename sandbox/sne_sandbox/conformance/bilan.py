"""What is known of each requirement at the end: proved, broken, without evidence, or not tested."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from sne_sandbox.contract.exigences import Exigence
from sne_sandbox.reports.model import Bilan, Constat, EtatExigence, ResultatScenario, Verdict

#: Findings kept of one kind (requirement, `sorte`): the first ones show it, the others would hide the rest.
CONSTATS_MAX: Final = 5


class ReleveConstats:
    """Constats gathered as they come, in bounded memory: proofs are counted, findings kept up to
    `CONSTATS_MAX` of a kind."""

    def __init__(self) -> None:
        self.preuves: dict[str, int] = {}
        self.ruptures: dict[str, list[Constat]] = {}
        self._combien: dict[tuple[str, str], int] = {}

    def noter(self, constat: Constat) -> bool:
        """Takes one constat in; whether it is a finding that was kept."""
        if constat.tenue:
            self.preuves[constat.exigence] = self.preuves.get(constat.exigence, 0) + 1
            return False
        genre = (constat.exigence, constat.sorte)
        self._combien[genre] = self._combien.get(genre, 0) + 1
        garde = self._combien[genre] <= CONSTATS_MAX
        if garde:
            self.ruptures.setdefault(constat.exigence, []).append(constat)
        return garde

    def bilans(self, exigences: Mapping[str, Exigence]) -> tuple[Bilan, ...]:
        """The balance of every requirement, in their order: broken once is broken, whatever else held it.
        Constats of unknown requirements are left out."""
        return tuple(self._bilan(exigence) for exigence in exigences.values())

    def _bilan(self, exigence: Exigence) -> Bilan:
        preuves = self.preuves.get(exigence.id, 0)
        ruptures = tuple(self.ruptures.get(exigence.id, ()))
        if ruptures:
            etat = EtatExigence.ENFREINTE
        elif preuves:
            etat = EtatExigence.PROUVEE
        elif exigence.non_testee:
            etat = EtatExigence.NON_TESTEE
        else:
            etat = EtatExigence.SANS_PREUVE
        raison = exigence.non_testee if etat is EtatExigence.NON_TESTEE else ""
        return Bilan(
            exigence=exigence.id,
            texte=exigence.texte,
            niveau=exigence.niveau,
            source=exigence.source,
            etat=etat,
            preuves=preuves,
            constats=ruptures,
            raison=raison,
            nombres={c.sorte: self._combien[exigence.id, c.sorte] for c in ruptures},
        )


def dire_ce_qui_manque(bilans: Iterable[Bilan], scenarios: Iterable[ResultatScenario]) -> tuple[Bilan, ...]:
    """`bilans` of a driven run; one that has no evidence because the application does not do what its
    scenarios ask says so: what to add to have it judged."""
    manques: dict[str, list[str]] = {}
    for scenario in scenarios:
        for v in scenario.verifications:
            if v.verdict is Verdict.SANS_OBJET and v.raison not in manques.setdefault(v.exigence, []):
                manques[v.exigence].append(v.raison)
    return tuple(
        replace(b, raison=" ; ".join(manques[b.exigence]))
        if b.etat is EtatExigence.SANS_PREUVE and not b.raison and b.exigence in manques
        else b
        for b in bilans
    )
