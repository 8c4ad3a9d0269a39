"""Registers of no database: the one that knows nothing (`check`), and one made of lists (examples, tests)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sne_sandbox.domain.base import Guichet
from sne_sandbox.domain.demande import DemandeStockee, Personne
from sne_sandbox.domain.evenement import Evenement, TypeEvenement
from sne_sandbox.rules.personnes import identite, identite_patronymique


class RegistreVide:
    """The register of no base: it holds nothing. `check` judges documents against it."""

    def guichet(self, code: str) -> Guichet | None:
        """None."""
        return None

    def demande(self, numero: str) -> DemandeStockee | None:
        """None."""
        return None

    def doublons(
        self, territoire: str, personnes: Sequence[Personne], *, sauf: Sequence[str] = ()
    ) -> Sequence[DemandeStockee]:
        """Nothing."""
        return ()

    def doublons_patronymiques(
        self, territoire: str, personnes: Sequence[Personne], *, sauf: Sequence[str] = ()
    ) -> Sequence[DemandeStockee]:
        """Nothing."""
        return ()

    def demande_de_reference(self, guichet: str, ref_interne: str) -> str | None:
        """None."""
        return None

    def demandes_du_nir(self, territoire: str, nir: str, *, sauf: Sequence[str] = ()) -> Sequence[str]:
        """Nothing."""
        return ()

    def type_evenement(self, code: str) -> TypeEvenement | None:
        """None."""
        return None

    def evenement(self, identifiant: int) -> Evenement | None:
        """None."""
        return None


@dataclass(frozen=True, slots=True)
class FauxRegistre:
    """A register made of lists, in memory: same answers as the store's, found by looking at everything."""

    demandes: Sequence[DemandeStockee] = ()
    guichets: Sequence[Guichet] = ()
    types_evenement: Sequence[TypeEvenement] = ()
    evenements: Sequence[Evenement] = ()

    def guichet(self, code: str) -> Guichet | None:
        """The guichet of that code."""
        return next((g for g in self.guichets if g.code == code), None)

    def demande(self, numero: str) -> DemandeStockee | None:
        """The demande of that number."""
        return next((d for d in self.demandes if d.numero_unique == numero), None)

    def doublons(
        self, territoire: str, personnes: Sequence[Personne], *, sauf: Sequence[str] = ()
    ) -> Sequence[DemandeStockee]:
        """Active demandes that hold one of `personnes`, by nom, prénom and birth date."""
        cherchees = {identite(p) for p in personnes}
        return self._ou(territoire, sauf, lambda p: identite(p) in cherchees)

    def doublons_patronymiques(
        self, territoire: str, personnes: Sequence[Personne], *, sauf: Sequence[str] = ()
    ) -> Sequence[DemandeStockee]:
        """The same by nomPatronymique, on both sides; nobody without one is found."""
        cherchees = set(map(identite_patronymique, personnes)) - {None}
        return self._ou(territoire, sauf, lambda p: identite_patronymique(p) in cherchees)

    def demande_de_reference(self, guichet: str, ref_interne: str) -> str | None:
        """Number of the active demande of `guichet` that holds this refInterne."""
        siennes = (d for d in self.demandes if d.active and d.guichet_createur == guichet)
        return next((d.numero_unique for d in siennes if d.demande.ref_interne == ref_interne), None)

    def demandes_du_nir(self, territoire: str, nir: str, *, sauf: Sequence[str] = ()) -> Sequence[str]:
        """Numbers of the active demandes that hold this NIR."""
        return [d.numero_unique for d in self._ou(territoire, sauf, lambda p: p.nir == nir)]

    def type_evenement(self, code: str) -> TypeEvenement | None:
        """The event type of that code."""
        return next((t for t in self.types_evenement if t.code == code), None)

    def evenement(self, identifiant: int) -> Evenement | None:
        """The event of that id."""
        return next((e for e in self.evenements if e.identifiant == identifiant), None)

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
