"""The roles that the code reads in a contract: its schemas and lists give them their names.

The schemas of interface 5.2 are not public: the official ones may give any name to what 5.2 brought, put it
elsewhere, or not have it. A role is « the NIR », « the date of the lease »; the contract binds it to a path,
or to a code, or to nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sne_interface.domain.decision_de_commission import RolesDecision
from sne_interface.domain.demande import PERSONNE_PHYSIQUE, Demande, Personne
from sne_interface.domain.element_recu import Element

#: Kinds of person that may have a NIR, and the path of such a person: each NIR of a kind that is repeated
#: stands inside its person.
PERSONNES: Final[Mapping[str, str]] = {
    "demandeur": f"{PERSONNE_PHYSIQUE}/demandeur",
    "cotitulaire": f"{PERSONNE_PHYSIQUE}/listeCotitulaire/cotitulaire",
    "a_charge": f"{PERSONNE_PHYSIQUE}/listePersonneACharge/personneACharge",
}


#: What the SNE computes of a household, by role.
CALCULES: Final = ("ressources_uc", "nombre_uc", "premier_quartile")


@dataclass(frozen=True, slots=True, eq=False)
class RolesDemande:
    """Where the document of a demande holds what 5.2 brought: paths from the root, without index; a role that
    is bound to nothing is absent from `nir`, or "". `nir` is by kind of PERSONNES. `depuis` is the first
    message version that has each of these paths."""

    nir: Mapping[str, str] = field(default_factory=dict)
    ressources_uc: str = ""
    nombre_uc: str = ""
    premier_quartile: str = ""
    depuis: Mapping[str, str] = field(default_factory=dict)

    @property
    def calcules(self) -> Mapping[str, str]:
        """The paths of what the SNE computes, by role; those that are bound."""
        return {role: chemin for role in CALCULES if (chemin := getattr(self, role))}

    def sans_place(self, version: str) -> tuple[str, ...]:
        """The roles of what the SNE computes that messages of that version have no place for."""
        calcules = self.calcules
        return tuple([r for r in CALCULES if r not in calcules or version < self.depuis[calcules[r]]])

    @property
    def noms_nir(self) -> frozenset[str]:
        """Names of the elements that hold a NIR."""
        return frozenset([chemin.rpartition("/")[2] for chemin in self.nir.values()])

    def dans_la_personne(self, genre: str) -> str:
        """Path of the NIR below its person, "" when it is not there."""
        debut = f"{PERSONNES[genre]}/" if genre in PERSONNES else ""
        chemin = self.nir.get(genre, "")
        return chemin.removeprefix(debut) if debut and chemin.startswith(debut) else ""

    def nir_de(self, demande: Demande, personne: Personne) -> Element | None:
        """The element that holds the NIR of a holder of `demande`; None when it is not written, or empty."""
        genre = personne.element.nom
        chemin = self.nir.get(genre)
        if chemin is None:
            return None
        if dedans := self.dans_la_personne(genre):
            return personne.element.enfant(dedans)
        return demande.element.enfant(chemin.partition("/")[2])  # of the demandeur, who is alone

    def nir_a_charge(self, personne: Element) -> Element | None:
        """The element that holds the NIR of a person à charge; None when it is not written, or empty."""
        dedans = self.dans_la_personne("a_charge")
        return personne.enfant(dedans) if dedans else None

    def nirs(self, demande: Demande) -> tuple[str | None, ...]:
        """The NIR of each of the titulaires, in order, as it is written; None for who gives none."""
        trouves = [self.nir_de(demande, personne) for personne in demande.titulaires]
        return tuple([trouve.texte or None if trouve is not None else None for trouve in trouves])


@dataclass(frozen=True, slots=True, eq=False)
class Roles:
    """All that a contract binds. `perdus` are the roles that it binds to what its own files do not have, each
    with the sentence that says so: they are bound to nothing."""

    demande: RolesDemande = field(default_factory=RolesDemande)
    decision: RolesDecision = field(default_factory=RolesDecision)
    perdus: Mapping[str, str] = field(default_factory=dict)

    def nom(self, role: str) -> str:
        """The path or the code that a role is bound to (`demande.nir.demandeur`, `decision.bail`,
        `decision.valeurs.attribution`), "" for nothing. `demande.nir` is the first that is bound."""
        famille, _, reste = role.partition(".")
        if famille == "demande":
            genre, _, personne = reste.partition(".")
            if genre == "nir":
                dits = self.demande.nir
                return dits.get(personne, "") if personne else next(iter(dits.values()), "")
            return self.demande.calcules.get(genre, "")
        if reste == "type":
            return self.decision.type
        _, valeur, nom = reste.partition("valeurs.")
        return self.decision.valeurs.get(nom, "") if valeur else self.decision.code(reste)

    def manquants(self, roles: Iterable[str]) -> tuple[str, ...]:
        """Returns the roles among `roles` that are bound to nothing."""
        return tuple([role for role in roles if not self.nom(role)])
