"""Events of the gestion partagée, and the types they belong to (R. 441-2-15)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

TypeCaracteristique = Literal["DAT", "TXT", "BOO", "NUM", "LST"]


@dataclass(frozen=True, slots=True)
class Caracteristique:
    """A characteristic that events of a type carry. `type` is what its value must read as: DAT a day
    (2018-03-15 or 15/03/2018), BOO oui/non, NUM an integer, TXT text, LST one of `valeurs` (codes)."""

    code: str
    libelle: str
    type: TypeCaracteristique
    obligatoire: bool = False
    texte: str = ""
    aide: str = ""
    valeurs: tuple[tuple[str, str], ...] = ()
    """For LST: (code, label)."""
    debut_validite: date | None = None
    fin_validite: date | None = None


@dataclass(frozen=True, slots=True)
class TypeEvenement:
    """A type of event. `territoire` is None for a national type; validity bounds are inclusive."""

    code: str
    libelle: str
    texte_pgp: str
    texte_sne: str
    reglementaire: bool
    a_publier: bool = False
    multiples_attributions: bool = False
    recherche_instruction: bool = False
    territoire: str | None = None
    debut_validite: date | None = None
    fin_validite: date | None = None
    caracteristiques: tuple[Caracteristique, ...] = ()

    def est_valide(self, jour: date) -> bool:
        """Whether events of this type may be written on `jour`."""
        return (self.debut_validite is None or self.debut_validite <= jour) and (
            self.fin_validite is None or jour <= self.fin_validite
        )


@dataclass(frozen=True, slots=True)
class Evenement:
    """An event of a demande. `auteur_creation` is a guichet; `nature` CRE, MOD or SUP."""

    identifiant: int
    numero_unique: str
    code_type: str
    auteur_creation: str
    cree_le: datetime
    nature: str
    date_survenance: date | None
    commentaire: str | None
    caracteristiques: tuple[tuple[str, str], ...] = ()
    """(code, value)."""
    auteur_modification: str | None = None
    modifie_le: datetime | None = None

    @property
    def supprime(self) -> bool:
        """Whether the event was deleted."""
        return self.nature == "SUP"
