"""The household: how it is made, its resources per unité de consommation (UC), and the first quartile.

A landlord gives a quarter of its leases, outside the quartiers prioritaires, to households whose resources
per UC are below the first quartile (L. 441-1). Worked example: a couple earns 1 500 and 500 euros a month; a
child of 9 is à charge, another of 15 is in alternate custody, a third comes on visits only. UC = 1 + 0.5 +
0.3 + 0.5 ÷ 2 = 2.05; resources a year and UC = 2 000 × 12 ÷ 2.05 = 11 707 euros.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final, Literal, Self

from sne_interface.domain.codes import LOGEMENT_PROPRE
from sne_interface.domain.dates import MAJORITE, age
from sne_interface.domain.demande import Demande
from sne_interface.domain.element_recu import Element

#: Couple links of ListeLienDemandeur (the fourth, L, is a flatmate).
LIENS_DE_COUPLE: Final = frozenset({"M", "P", "C"})

_PREMIER_ADULTE: Final = Decimal("1.00")
_AUTRE_PERSONNE: Final = Decimal("0.50")
_ENFANT: Final = Decimal("0.30")
_AGE_AUTRE_PERSONNE: Final = 14
_REGION_ILE_DE_FRANCE: Final = "11"
#: ListeLienParente: a child.
LIEN_ENFANT: Final = "E"


@dataclass(frozen=True, slots=True)
class Menage:
    """The values that interface 5.2 computes for a household: `nombre_uc` in unités de consommation, 2
    places; `ressources_mensuelles` in euros a month, None when none is declared: a household that declares
    nothing is not poor for that (convention)."""

    nombre_uc: Decimal
    ressources_mensuelles: int | None

    @classmethod
    def de(cls, demande: Demande, jour: date) -> Self | None:
        """The household of `demande`, ages taken on `jour`; None for an association."""
        if demande.demandeur is None:
            return None
        declarees = demande.ressources_mensuelles if demande.ressources_recues else None
        return cls(nombre_uc(demande, jour), declarees)

    @property
    def ressources_annuelles_uc(self) -> int | None:
        """Euros a year and per UC, to the nearest euro (halves go up); None when no resource is declared."""
        exactes = self.exactes
        return None if exactes is None else int(exactes.quantize(Decimal(1), ROUND_HALF_UP))

    def premier_quartile(self, seuil: int) -> bool | None:
        """True when the household is in the first quartile: strictly below `seuil` (L. 441-1), euros a year
        and per UC, compared before rounding; None when no resource is declared."""
        exactes = self.exactes
        return None if exactes is None else exactes < seuil

    @property
    def ressources_uc(self) -> int | None:
        """Euros a year and per UC, rounded down: as thresholds are whole, no comparison changes. None when no
        resource is declared."""
        exactes = self.exactes
        return None if exactes is None else int(exactes)

    @property
    def exactes(self) -> Decimal | None:
        """Euros a year and per UC, as they are compared; None when no resource is declared."""
        return (
            None if self.ressources_mensuelles is None else self.ressources_mensuelles * 12 / self.nombre_uc
        )


@dataclass(frozen=True, slots=True)
class SeuilQuartile:
    """A threshold of the first quartile (a row of `quartiles.csv`, for one year): `montant`, in euros a year
    and per UC, for the EPCI of SIREN `code`, or for the region of INSEE code `code`. `fidelite` says how
    surely; `invente` that the amount is no one's but ours."""

    nature: Literal["EPCI", "REGION"]
    code: str
    libelle: str
    annee: int
    montant: int
    source: str = ""
    fidelite: str = ""
    invente: bool = False

    def pourquoi(self, jour: date) -> str:
        """Why this year's threshold serves on `jour`, in French."""
        if self.annee == annee_de_reference(jour):
            return f"celui de {self.annee}, l'année qui précède celle de la base"
        return f"celui de {self.annee}, le plus proche de {annee_de_reference(jour)}, dont aucun n'est connu"


def annee_de_reference(jour: date) -> int:
    """The year whose threshold is looked for on `jour`: the one before (convention)."""
    return jour.year - 1


def zone_du_seuil(epci: str | None, region: str) -> tuple[str, str | None]:
    """(nature, code) of the area whose threshold a commune in `epci` and `region` has: the region in
    Île-de-France, the EPCI elsewhere (attested)."""
    return ("REGION", region) if region == _REGION_ILE_DE_FRANCE else ("EPCI", epci)


def seuil_du_jour(seuils: Iterable[SeuilQuartile], jour: date) -> SeuilQuartile | None:
    """Of the thresholds of one area, that of the year before the one of `jour`, else of the nearest year, the
    earlier of two (convention). None of none."""
    voulue = annee_de_reference(jour)
    return min(seuils, key=lambda s: (abs(s.annee - voulue), s.annee), default=None)


def taille(demande: Demande) -> int:
    """Persons sure to live in the dwelling: applicant, co-holders and persons à charge; 0 for an association.

    Children in custody or to be born are not counted (convention): what is judged on this number must
    hold for the smallest reading of the household.
    """
    return len(demande.titulaires) + len(demande.personnes_a_charge)


def nombre_uc(demande: Demande, jour: date) -> Decimal:
    """Unités de consommation, 2 places (OECD scale, deduced).

    1 for the applicant, 0.5 for each other person of 14 or more on `jour`, 0.3 under 14. A child in
    alternate custody counts for half, one with a right of visit and one to be born for nothing
    (convention). A person without a birth date counts as 14 or more (convention).
    """
    presents = [*[personne.element for personne in demande.cotitulaires], *demande.personnes_a_charge]
    total = _PREMIER_ADULTE if demande.demandeur is not None else Decimal("0.00")
    total += sum([poids(personne, jour) for personne in presents], Decimal())
    return total + sum([poids(enfant, jour) for enfant in demande.gardes_alternees], Decimal()) / 2


def poids(personne: Element, jour: date) -> Decimal:
    """Returns the weight of a person other than the applicant on `jour`: 0.5, or 0.3 under 14; 0.5 without a
    birth date (convention)."""
    naissance = personne.date_de("dateNaissance")
    if naissance is None or age(naissance, jour) >= _AGE_AUTRE_PERSONNE:
        return _AUTRE_PERSONNE
    return _ENFANT


# --- as the categories of L. 441-1 look at it ------------------------------------------------------------

#: The lists of the facts that are a code.
LISTES_DES_FAITS: Final = {
    "motif": "ListeMotifDemande",
    "mode": "ListeModeleLogement",
    "ressource": "ListeRessourceRecue",
    "contrat": "ListeTypeContratTravail",
}


def faits_du_formulaire(demande: Demande, jour: date, premier_quartile: bool | None = None) -> frozenset[str]:
    """The facts of the form by which a category of L. 441-1 is proposed or contradicted, in French; none of
    an association. « motif 05 », « mode SD », « ressource AAH », « contrat CDI » are its codes, « motifs
    donnés » that there are some. Ages are those of `jour`.
    """
    if demande.demandeur is None:
        return frozenset()
    codes: dict[str, list[str | None]] = {
        "motif": [motif.code for motif in demande.motifs],
        "mode": [*demande.modes_de_logement],
        "ressource": [recue.code_de("ressource") for recue in demande.ressources_recues],
        "contrat": [titulaire.contrat_travail for titulaire in demande.titulaires],
    }
    dits = {f"{genre} {code}" for genre, siens in codes.items() for code in siens if code}
    dits |= {f"{genre}s donnés" for genre, siens in codes.items() if any(siens)}
    logement = demande.logement_actuel
    surface, habitants = logement.entier_de("surface"), logement.entier_de("nombreHabitant")
    a_charge, gardes = demande.personnes_a_charge, demande.personnes_en_garde
    peut_etre = any(_mineur(e, jour) is not False for e in (*a_charge, *gardes))
    autres = {
        "personne physique": True,
        "enfant mineur": any(_mineur(e, jour) for e in (*a_charge, *demande.gardes_alternees)),
        "enfant possible": peut_etre
        or bool(demande.formulaire.entier_de("personnePhysique/personneANaitre/nombre")),
        "logement à soi": bool(demande.modes_de_logement) and demande.modes_de_logement <= LOGEMENT_PROPRE,
        "logement suroccupé": bool(surface and habitants) and (surface or 0) < _surface(habitants or 1),
        "complément handicap": bool(demande.handicaps),
        "premier quartile": premier_quartile is True,
    }
    return frozenset(dits | {fait for fait, tenu in autres.items() if tenu})


def _mineur(personne: Element, jour: date) -> bool | None:
    """True of a person under age on `jour`, None when nobody knows."""
    naissance = personne.date_de("dateNaissance")
    return None if naissance is None else age(naissance, jour) < MAJORITE


def _surface(habitants: int) -> int:
    """Square metres below which a dwelling is overcrowded (D. 542-14 of the code de la sécurité sociale: 9
    for one person, 16 for two, 9 for each other, 70 at most; deduced)."""
    return min(9 if habitants == 1 else 16 + 9 * (habitants - 2), 70)


# --- as the statistics sort it -------------------------------------------------------------------------


class Composition(StrEnum):
    """Family composition (subject attested; the five lines are a convention)."""

    SEULE = "SEU"
    MONOPARENTALE = "MON"
    COUPLE = "CSE"
    COUPLE_AVEC_ENFANT = "CAE"
    AUTRE = "AUT"
    ASSOCIATION = "ASS"


def composition(demande: Demande) -> Composition:
    """A child counts when it is à charge or in alternate custody; a right of visit or a birth to come makes
    no family (convention). Flatmates, and a person with dependants other than children, are « autre »."""
    if demande.demandeur is None:
        return Composition.ASSOCIATION
    a_charge = any(p.code_de("lienParente") == LIEN_ENFANT for p in demande.personnes_a_charge)
    enfants = a_charge or demande.gardes_alternees
    if any(autre.lien_demandeur in LIENS_DE_COUPLE for autre in demande.cotitulaires):
        return Composition.COUPLE_AVEC_ENFANT if enfants else Composition.COUPLE
    if demande.cotitulaires:
        return Composition.AUTRE
    if enfants:
        return Composition.MONOPARENTALE
    return Composition.AUTRE if demande.personnes_a_charge else Composition.SEULE
