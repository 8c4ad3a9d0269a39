"""The decision of a commission d'attribution on a demande (R. 441-3), interface 5.2.

The subject is attested; how it is written is not published. So nothing here knows a code: what an event says
is read by role (« date_commission », « bail »), and `RolesDecision` binds each role to the contract's own
code. A lease follows an attribution only, and is not older than the commission.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Self

from sne_interface.domain.element_recu import Element, Elements
from sne_interface.domain.evenement import Evenement, TypeEvenement, lire_booleen, lire_jour

# Roles of the characteristics.
DATE_COMMISSION: Final = "date_commission"
DECISION: Final = "decision"
REFUS_DU_MENAGE: Final = "refus_menage"
RANG: Final = "rang"
CONDITION: Final = "condition"
MOTIF: Final = "motif"
CATEGORIE: Final = "categorie"
DALO: Final = "dalo"
RESERVATAIRE: Final = "reservataire"
SIREN: Final = "siren"
RPLS: Final = "rpls"
BAIL: Final = "bail"
DATE_BAIL: Final = "date_bail"
#: All of them, in the order of a form.
CARACTERISTIQUES: Final = (
    DATE_COMMISSION, DECISION, REFUS_DU_MENAGE, RANG, CONDITION, MOTIF, CATEGORIE, DALO, RESERVATAIRE, SIREN,
    RPLS, BAIL, DATE_BAIL,
)  # fmt: skip

# Roles of the values of DECISION: the letters of R. 441-3.
ATTRIBUTION: Final = "attribution"  # a)
ATTRIBUTION_PAR_CLASSEMENT: Final = "attribution_par_classement"  # b) the next when those before refuse
ATTRIBUTION_SOUS_CONDITION: Final = "attribution_sous_condition"  # c) a named piece is missing
NON_ATTRIBUTION: Final = "non_attribution"  # d) with its motive
IRRECEVABILITE: Final = "irrecevabilite"  # e) of R. 441-2-8 d, with its motive
#: The attributions, which a lease may follow.
ATTRIBUTIONS: Final = (ATTRIBUTION, ATTRIBUTION_PAR_CLASSEMENT, ATTRIBUTION_SOUS_CONDITION)
#: The decisions of R. 441-3, by letter above; the household's own refusal is none of them.
DECISIONS: Final = (*ATTRIBUTIONS, NON_ATTRIBUTION, IRRECEVABILITE)

#: Where the element of an event holds them.
CARACTERISTIQUES_ECRITES: Final = "listeCaracteristiquesSpecifiques/caracteristiqueSpecifique"
#: Before a fact of the form, in a condition: the fact does not hold.
_SANS: Final = "sans "


@dataclass(frozen=True, slots=True)
class Lettre:
    """The letter of a category in its article, right from `depuis` on (None: from the beginning)."""

    lettre: str
    depuis: date | None = None


@dataclass(frozen=True, slots=True)
class CategoriePrioritaire:
    """A category of households with priority (L. 441-1), by a name that never changes (`role`), and its
    `code` in the list of the contract. `lettres` are its letters in the article: a law that inserts one
    moves those after it. In force from `depuis` to `jusque` inclusive, None when there is no such bound.
    `propose` are conditions on the form, each a list of facts that must all hold
    (`domain.menage.faits_du_formulaire`; « sans » before one denies it); `contredit` is one that denies the
    category, for the reason `pourquoi`, in French. `fidelite` and `source` are those of these conditions."""

    role: str
    code: str
    libelle: str
    lettres: tuple[Lettre, ...] = ()
    depuis: date | None = None
    jusque: date | None = None
    propose: tuple[tuple[str, ...], ...] = ()
    contredit: tuple[str, ...] = ()
    pourquoi: str = ""
    fidelite: str = ""
    source: str = ""

    def en_vigueur(self, jour: date) -> bool:
        """True when the category exists in law on `jour`."""
        return (self.depuis or jour) <= jour <= (self.jusque or jour)

    def lettre(self, jour: date) -> str:
        """Its letter in the article on `jour`, "" when none is told."""
        dites = [dite for dite in self.lettres if dite.depuis is None or dite.depuis <= jour]
        return max(dites, key=lambda dite: dite.depuis or date.min).lettre if dites else ""

    def proposee(self, faits: Set[str]) -> tuple[str, ...]:
        """The facts of the form that let the household have this category, () for none."""
        return next((condition for condition in self.propose if _tient(condition, faits)), ())

    def contredite(self, faits: Set[str]) -> bool:
        """True when the form denies this category."""
        return bool(self.contredit) and _tient(self.contredit, faits)


def _tient(condition: Iterable[str], faits: Set[str]) -> bool:
    return all((fait.removeprefix(_SANS) in faits) is not fait.startswith(_SANS) for fait in condition)


@dataclass(frozen=True, slots=True, eq=False)
class RolesDecision:
    """The codes that a contract gives to decisions: the type of their events ("": it has none, and nothing
    else is bound either), each characteristic by role, each value of DECISION by role, the categories by
    their code. A role that is bound to nothing is absent from its mapping. `sans_categorie` is the value of
    CATEGORIE that says there is none (convention), "" without any."""

    type: str = ""
    caracteristiques: Mapping[str, str] = field(default_factory=dict)
    valeurs: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, CategoriePrioritaire] = field(default_factory=dict)
    sans_categorie: str = ""

    def est(self, genre: TypeEvenement | Evenement | str | None) -> bool:
        """True when `genre` is the type of decisions, an event of it, or its code."""
        if isinstance(genre, TypeEvenement):
            genre = genre.code
        elif isinstance(genre, Evenement):
            genre = genre.code_type
        return bool(self.type) and genre == self.type

    def lie(self, *roles: str) -> bool:
        """True when each of these characteristics is bound to a code."""
        return all(role in self.caracteristiques for role in roles)

    def code(self, role: str) -> str:
        """The code of a characteristic, "" when nothing bears that role."""
        return self.caracteristiques.get(role, "")

    def role(self, code: str) -> str | None:
        """The role of the characteristic of that code; None for one that has none."""
        return next((role for role, sien in self.caracteristiques.items() if sien == code), None)

    def decision(self, code: str) -> str | None:
        """Which of DECISIONS a value of DECISION is; None for one that is bound to none."""
        return next((role for role, sien in self.valeurs.items() if sien == code.strip()), None)

    def ecrire(self, valeurs: Mapping[str, str | tuple[str, ...]]) -> tuple[tuple[str, str], ...]:
        """(code, value) of what is said by role, in that order; what has no place is left out. A value of
        DECISION is given by its role too, a category by its code."""
        ecrites: list[tuple[str, str]] = []
        for role, dites in valeurs.items():
            if role not in self.caracteristiques:
                continue
            for dite in (dites,) if isinstance(dites, str) else dites:
                valeur = self.valeurs.get(dite, "") if role == DECISION else dite
                if valeur:
                    ecrites.append((self.caracteristiques[role], valeur))
        return tuple(ecrites)


@dataclass(frozen=True, slots=True)
class Decision:
    """The content of a decision's event, by role: the elements of its values, in order. A characteristic
    without a value, or with blanks only, or bound to no role, is absent."""

    valeurs: Mapping[str, Elements]
    roles: RolesDecision
    #: The element that it was read in; an empty one of what a base holds.
    evenement: Element

    @classmethod
    def de(cls, evenement: Element, roles: RolesDecision) -> Self:
        """Reads the decision written in an `evenement` element."""
        lues = (
            (c.texte_de("code"), c.enfant("valeurCaracteristiqueSpecifique"))
            for c in evenement.tous(CARACTERISTIQUES_ECRITES)
        )
        return cls._ranger(lues, roles, evenement)

    @classmethod
    def stockee(cls, evenement: Evenement, roles: RolesDecision) -> Self:
        """Reads the decision of an event that a base holds."""
        lues = ((code, Element("valeur", valeur)) for code, valeur in evenement.caracteristiques if valeur)
        return cls._ranger(lues, roles, Element("evenement"))

    @classmethod
    def _ranger(
        cls, lues: Iterable[tuple[str | None, Element | None]], roles: RolesDecision, evenement: Element
    ) -> Self:
        valeurs: dict[str, Elements] = {}
        for code, valeur in lues:
            role = None if code is None else roles.role(code)
            if role is not None and valeur is not None and valeur.texte.strip():
                valeurs[role] = (*valeurs.get(role, ()), valeur)
        return cls(valeurs, roles, evenement)

    @property
    def prise(self) -> str | None:
        """Which of DECISIONS was taken; None when none is written, or none that has a role."""
        texte = self.texte(DECISION)
        return self.roles.decision(texte) if texte is not None else None

    def element(self, role: str) -> Element | None:
        """The first value of a characteristic, as an element."""
        return next(iter(self.valeurs.get(role, ())), None)

    def texte(self, role: str) -> str | None:
        """The first value of a characteristic, as it is written."""
        element = self.element(role)
        return element.texte.strip() if element is not None else None

    def textes(self, role: str) -> tuple[str, ...]:
        """Every value of a characteristic, as they are written."""
        return tuple(element.texte.strip() for element in self.valeurs.get(role, ()))

    def jour(self, role: str) -> date | None:
        """The day it holds; None also when it is none."""
        return lire_jour(self.texte(role) or "")

    def booleen(self, role: str) -> bool | None:
        """The oui or non it holds; None also when it is neither."""
        return lire_booleen(self.texte(role) or "")
