"""A session of a commission d'attribution (R. 441-3): a day, a landlord, a dwelling, and its candidates.

No message tells a session: it is read off the ledger, of which the lines of one day, one landlord and one
dwelling are one (déduite). A line that names no dwelling is of the one that the others of that day and
landlord name, when they name one alone; else such lines make a session of their own (convention), as those
of erased demandes do, whose dwelling was forgotten.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from zlib import crc32

from sne_interface.domain.livre_des_attributions import RANG_RADIATION, DecisionNotee, baux


@dataclass(frozen=True, slots=True)
class Seance:
    """A session. `bailleur` is the SIREN of the landlord, the code of the guichet that wrote when nobody
    knows it; `logement` None when nothing names the dwelling; `lignes` are those of the ledger, radiations
    folded in."""

    jour: date
    bailleur: str
    logement: str | None
    lignes: tuple[DecisionNotee, ...]

    @property
    def nom(self) -> str:
        """Its name in an address."""
        lieu = " ".join(filter(None, (self.bailleur, self.logement)))
        return f"{self.jour}-{crc32(lieu.encode()):08x}"

    @property
    def candidats(self) -> list[DecisionNotee]:
        """The decisions, by rank, then those that attributed nothing. A refusal that answers one is told with
        it."""
        decides = {ligne.numero_unique for ligne in self.lignes if ligne.issue is not None}
        dites = (
            ligne for ligne in self.lignes if ligne.issue is not None or ligne.numero_unique not in decides
        )
        return sorted(dites, key=_place)

    @property
    def baux(self) -> list[DecisionNotee]:
        """The leases that followed: one, unless it is of several dwellings that nothing names."""
        return baux(self.lignes)


def _place(ligne: DecisionNotee) -> tuple[bool, bool, int, str, int]:
    rang = ligne.classement
    return not ligne.attribue, rang is None, rang or 0, ligne.numero_unique, ligne.rang


def seances(lignes: Iterable[DecisionNotee]) -> list[Seance]:
    """The sessions of which these lines are, the latest first; all the lines of a day are wanted, or none."""
    par_commission: dict[tuple[date, str], list[DecisionNotee]] = {}
    for ligne in lignes:
        if ligne.rang != RANG_RADIATION:
            bailleur = ligne.siren or ligne.organisme or ligne.guichet
            par_commission.setdefault((ligne.jour, bailleur), []).append(ligne)
    trouvees = []
    for (jour, bailleur), dites in par_commission.items():
        nommes = {ligne.logement for ligne in dites if ligne.logement}
        seul = nommes.pop() if len(nommes) == 1 else None
        par_logement: dict[str | None, list[DecisionNotee]] = {}
        for ligne in dites:
            ou = ligne.logement or (seul if ligne.rang > RANG_RADIATION else None)
            par_logement.setdefault(ou, []).append(ligne)
        trouvees += [Seance(jour, bailleur, ou, tuple(leurs)) for ou, leurs in par_logement.items()]
    return sorted(trouvees, key=lambda s: (s.jour, s.bailleur, s.logement or ""), reverse=True)
