"""The decision of a commission d'attribution on a demande (R. 441-3): event type DECATT of interface 5.2.

The subject is attested; the codes are conventions, those of `evenements.toml`. A lease follows an attribution
only, and is not older than the commission.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Self

from sne_sandbox.domain.element import Element
from sne_sandbox.domain.evenement import lire_booleen, lire_jour

TYPE_DECISION: Final = "DECATT"

# Characteristics of the type, by code.
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
ATTRIBUTION: Final = "ATTRIB"  # a)
ATTRIBUTION_PAR_CLASSEMENT: Final = "ATTCLA"  # b) in an order of priority: the next when those before refuse
ATTRIBUTION_SOUS_CONDITION: Final = "ATTCON"  # c) a named piece is missing
NON_ATTRIBUTION: Final = "NONATT"  # d) with its motive
IRRECEVABILITE: Final = "IRRECE"  # e) of R. 441-2-8 d, with its motive

#: The decisions of R. 441-3, by letter above; the household's own refusal is none of them.
DECISIONS: Final = frozenset(
    {ATTRIBUTION, ATTRIBUTION_PAR_CLASSEMENT, ATTRIBUTION_SOUS_CONDITION, NON_ATTRIBUTION, IRRECEVABILITE}
)

#: Priority categories of L. 441-1 by stable code, with the first day they are in force when it is known. The
#: letters are those of before that day, after which one more category shifts them.
CATEGORIES: Final[Mapping[str, date | None]] = {
    "HANDIC": None,  # a) handicap
    "SORACT": date(2018, 11, 25),  # out of a flat of therapeutic coordination: law of 23 November 2018
    "MALLOG": None,  # b) badly housed, or in particular financial or social difficulty
    "HEBERG": None,  # c) hosted or housed for a time in an establishment
    "REPACT": None,  # d) badly housed, back to work after a long unemployment
    "HABIND": None,  # e) exposed to unfit housing
    "VIOLEN": None,  # f) violence within the couple, or threat of a forced marriage
    "PROSTI": None,  # g) on the way out of prostitution
    "TRAITE": None,  # h) victim of trafficking or procuring
    "MINEUR": None,  # i) a minor child in an overcrowded or non-decent dwelling
    "SANLOG": None,  # j) without a dwelling, hosted by others included
    "EXPULS": None,  # k) threatened with eviction without rehousing
}

_CARACTERISTIQUES: Final = "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a DECATT event says, by characteristic: the elements of its values, in order. A characteristic
    without a value is absent."""

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
