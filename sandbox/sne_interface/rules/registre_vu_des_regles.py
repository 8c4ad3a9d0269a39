"""The questions that rules may ask of the base, and a register that needs no database.

The store has its own register (`store/registre.py`); both answer alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final, Protocol

from sne_interface.domain.base import Guichet
from sne_interface.domain.demande import DemandeStockee, Mouvement, Personne
from sne_interface.domain.evenement import Evenement, TypeEvenement
from sne_interface.domain.livre_des_attributions import DecisionNotee
from sne_interface.domain.roles import RolesDemande


class Registre(Protocol):
    """The questions that rules may ask of the base. Nothing found is None, or an empty sequence."""

    def guichet(self, code: str) -> Guichet | None:
        """The guichet of that code, closed ones included."""

    def demande(self, numero: str) -> DemandeStockee | None:
        """The stored demande of that numéro unique."""

    def doublons(
        self,
        territoire: str,
        personnes: Sequence[Personne],
        *,
        sauf: Sequence[str] = (),
        patronymiques: bool = False,
    ) -> Sequence[DemandeStockee]:
        """Active demandes of `territoire` whose applicant or a co-holder is one of `personnes` (same
        `identite`, or `identite_patronymique`: nobody without a birth name is then found), by number; those
        whose number is in `sauf` are left out."""

    def demande_de_reference(self, guichet: str, ref_interne: str) -> str | None:
        """Number of the active demande created by `guichet` that holds this refInterne."""

    def demandes_du_nir(self, territoire: str, nir: str, *, sauf: Sequence[str] = ()) -> Sequence[str]:
        """Numbers of the active demandes of `territoire` that hold this NIR, `sauf` excepted."""

    def type_evenement(self, code: str) -> TypeEvenement | None:
        """The event type of that code, national or territorial, whatever its validity."""

    def evenement(self, identifiant: int) -> Evenement | None:
        """The event of that id, deleted ones included."""

    def evenements(self, numero: str) -> Sequence[Evenement]:
        """The events of a demande in the order they were written, deleted ones included."""

    def mouvements(self, numero: str) -> Sequence[Mouvement]:
        """The movements of a demande, oldest first."""

    def decisions_du_logement(self, logement: str) -> Sequence[DecisionNotee]:
        """The lines of the ledger that name a dwelling, by day."""


@dataclass(frozen=True, slots=True)
class RegistreMemoire:
    """A `Registre` made of lists, for examples and tests. Without any it knows nothing: `check`, and the
    rules that run before the base is open, are given that one. Its methods are told in `Registre`."""

    demandes: Sequence[DemandeStockee] = ()
    guichets: Sequence[Guichet] = ()
    types_evenement: Sequence[TypeEvenement] = ()
    tous_evenements: Sequence[Evenement] = ()
    tous_mouvements: Sequence[Mouvement] = ()
    livre: Sequence[DecisionNotee] = ()
    roles: RolesDemande = field(default_factory=RolesDemande)

    def guichet(self, code: str) -> Guichet | None:
        return next((g for g in self.guichets if g.code == code), None)

    def demande(self, numero: str) -> DemandeStockee | None:
        return next((d for d in self.demandes if d.numero_unique == numero), None)

    def doublons(
        self,
        territoire: str,
        personnes: Sequence[Personne],
        *,
        sauf: Sequence[str] = (),
        patronymiques: bool = False,
    ) -> Sequence[DemandeStockee]:
        lire = attrgetter("identite_patronymique" if patronymiques else "identite")
        cherchees = {lire(p) for p in personnes} - {None}
        return self._ou(territoire, sauf, lambda p: lire(p) in cherchees)

    def demande_de_reference(self, guichet: str, ref_interne: str) -> str | None:
        siennes = (d for d in self.demandes if d.active and d.guichet_createur == guichet)
        return next((d.numero_unique for d in siennes if d.demande.ref_interne == ref_interne), None)

    def demandes_du_nir(self, territoire: str, nir: str, *, sauf: Sequence[str] = ()) -> Sequence[str]:
        trouvees = self._ou(territoire, sauf, lambda _: True)
        return [d.numero_unique for d in trouvees if nir in self.roles.nirs(d.demande)]

    def type_evenement(self, code: str) -> TypeEvenement | None:
        return next((t for t in self.types_evenement if t.code == code), None)

    def evenement(self, identifiant: int) -> Evenement | None:
        return next((e for e in self.tous_evenements if e.identifiant == identifiant), None)

    def evenements(self, numero: str) -> Sequence[Evenement]:
        return [e for e in self.tous_evenements if e.numero_unique == numero]

    def mouvements(self, numero: str) -> Sequence[Mouvement]:
        return [m for m in self.tous_mouvements if m.numero_unique == numero]

    def decisions_du_logement(self, logement: str) -> Sequence[DecisionNotee]:
        return [ligne for ligne in self.livre if ligne.logement == logement]

    def _ou(
        self, territoire: str, sauf: Sequence[str], retenir: Callable[[Personne], bool]
    ) -> list[DemandeStockee]:
        trouvees = [
            demande
            for demande in self.demandes
            if demande.active
            and demande.territoire == territoire
            and demande.numero_unique not in sauf
            and any(retenir(personne) for personne in demande.demande.titulaires)
        ]
        return sorted(trouvees, key=lambda demande: demande.numero_unique)


#: The register of a base that nobody has opened: nothing is in it.
SANS_REGISTRE: Final = RegistreMemoire()
