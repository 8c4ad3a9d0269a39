"""The decision of a commission d'attribution: event type DECATT of interface 5.2.

The subject is attested (R. 441-3 and L. 441-1 CCH); the codes are conventions, those of `evenements.toml`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from sne_sandbox.domain.element import Element
from sne_sandbox.domain.evenement import lire_booleen, lire_jour

TYPE_DECISION: Final = "DECATT"

# Characteristics of the type.
DATE_COMMISSION: Final = "DATECAL"
DECISION: Final = "DECISION"
REFUS_DU_MENAGE: Final = "REFUSMEN"
RANG: Final = "RANG"
CONDITION: Final = "CONDITION"
MOTIF: Final = "MOTIF"
CATEGORIE: Final = "CATEG"
DALO: Final = "DALO"
BAIL: Final = "BAIL"
DATE_BAIL: Final = "DATEBAIL"

# Values of DECISION.
ATTRIBUTION: Final = "ATTRIB"
ATTRIBUTION_PAR_CLASSEMENT: Final = "ATTCLA"
ATTRIBUTION_SOUS_CONDITION: Final = "ATTCON"
NON_ATTRIBUTION: Final = "NONATT"
IRRECEVABILITE: Final = "IRRECE"

#: The decisions of R. 441-3; the household's own refusal is none of them.
DECISIONS: Final = frozenset(
    {ATTRIBUTION, ATTRIBUTION_PAR_CLASSEMENT, ATTRIBUTION_SOUS_CONDITION, NON_ATTRIBUTION, IRRECEVABILITE}
)

#: Categories of L. 441-1 by stable code, with the first day they are in force when it is known.
CATEGORIES: Final[Mapping[str, date | None]] = {
    "HANDIC": None,
    "SORACT": date(2018, 11, 25),  # law of 23 November 2018
    "MALLOG": None,
    "HEBERG": None,
    "REPACT": None,
    "HABIND": None,
    "VIOLEN": None,
    "PROSTI": None,
    "TRAITE": None,
    "MINEUR": None,
    "SANLOG": None,
    "EXPULS": None,
}

_CARACTERISTIQUES: Final = "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique"


@dataclass(frozen=True, slots=True)
class Decision:
    """The characteristics of a DECATT event: the element of each value, by code, in order."""

    valeurs: Mapping[str, tuple[Element, ...]]

    @classmethod
    def de(cls, evenement: Element) -> Self:
        """Those written in an `evenement` element; a characteristic without a value is absent."""
        valeurs: dict[str, tuple[Element, ...]] = {}
        for caracteristique in evenement.tous(_CARACTERISTIQUES):
            code = caracteristique.texte_de("code")
            valeur = caracteristique.enfant("valeurCaracteristiqueSpecifique")
            if code is not None and valeur is not None:
                valeurs[code] = (*valeurs.get(code, ()), valeur)
        return cls(valeurs)

    def element(self, code: str) -> Element | None:
        """The first value of a characteristic, as an element."""
        return next(iter(self.valeurs.get(code, ())), None)

    def texte(self, code: str) -> str | None:
        """The first value of a characteristic."""
        element = self.element(code)
        return element.texte.strip() if element is not None else None

    def jour(self, code: str) -> date | None:
        """The day it holds; None also when it is none."""
        texte = self.texte(code)
        return lire_jour(texte) if texte is not None else None

    def booleen(self, code: str) -> bool | None:
        """The oui or non it holds; None also when it is neither."""
        texte = self.texte(code)
        return lire_booleen(texte) if texte is not None else None


def categorie_en_vigueur(code: str, jour: date) -> bool:
    """Whether a category of L. 441-1 exists, and is in force on `jour`."""
    return code in CATEGORIES and (CATEGORIES[code] or jour) <= jour
