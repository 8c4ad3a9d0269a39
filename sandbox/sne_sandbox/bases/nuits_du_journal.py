"""Nights of a journal, folded into one sentence: « 269 nuits du … au … : 172 radiations, 39 effacements »."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from sne_interface.domain.dates import PARIS
from sne_sandbox.bases.faits_des_nuits import Fait, denombrer, enumerer_bref
from sne_sandbox.store.journal import Journal

#: Lines that are read to make one sentence.
PLIEES_MAX: Final = 2_000


@dataclass(frozen=True)
class NuitsPliees:
    """Nights that follow one another in a journal: their ids, how many lines, the first and the last day, how
    many of each fact. `annulees` says that they were taken back since (each of them), `reste` that there are
    more than were read."""

    de_id: int
    a_id: int
    nombre: Annotated[int, "nuits où quelque chose s'est fait"]
    du: date | None
    au: date | None
    faits: Mapping[Fait, int]
    annulees: bool
    reste: bool

    @property
    def phrase(self) -> str:
        """« 269 nuits du 29/11/2026 au 28/12/2027 : 172 radiations, 39 effacements. », in French."""
        plus = "plus de " if self.reste else ""
        quand = ""
        if self.du is not None and self.au is not None:
            quand = f" du {self.du:%d/%m/%Y}" + (f" au {self.au:%d/%m/%Y}" if self.au != self.du else "")
        dites = " (annulées depuis)" if self.annulees else ""
        nuits = "1 nuit" if self.nombre == 1 else f"{plus}{self.nombre} nuits"
        return f"{nuits}{quand}{dites} : {enumerer_bref(self.faits) or 'rien à faire'}."


def resume_des_nuits(journal: Journal, base: str, de_id: int, a_id: int) -> NuitsPliees | None:
    """The nights whose lines lie from the id `de_id` to `a_id` of the journal of `base`, both included, in
    one sentence; None without any. One question, that reads their sentences alone; PLIEES_MAX lines at most.

    Of a list that was read by `Journal.chercher(sans_nuits=True)`, the nights hidden between two lines that
    follow each other (ids 40 and 12) are `resume_des_nuits(journal, base, 13, 39)`.
    """
    lues = journal.nuits(base, de_id, a_id, PLIEES_MAX + 1)
    if not lues:
        return None
    gardees = lues[:PLIEES_MAX]
    faits = dict.fromkeys(Fait, 0)
    for nuit in gardees:
        for fait, combien in denombrer(nuit.phrase).items():
            faits[fait] += combien
    jours = sorted(n.instant.astimezone(PARIS).date() for n in gardees if n.instant is not None)
    return NuitsPliees(
        gardees[0].identifiant,
        gardees[-1].identifiant,
        len(gardees),
        jours[0] if jours else None,
        jours[-1] if jours else None,
        faits,
        all(nuit.annulee for nuit in gardees),
        len(lues) > PLIEES_MAX,
    )
