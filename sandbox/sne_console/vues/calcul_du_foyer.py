"""The household of a demande, worked out step by step: who counts for what, what comes in, and the quartile.

Every figure is that of `domain.menage`; this module only says how it is arrived at.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, ClassVar, Final

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.dates import age
from sne_interface.domain.demande import Demande
from sne_interface.domain.element_recu import Element
from sne_interface.domain.menage import Menage, SeuilQuartile, poids
from sne_interface.domain.nir import masquer_nirs
from sne_interface.domain.valeurs_en_json import TU, tirer

_ATTESTEE: Final = "attestée"
_DEDUITE: Final = "déduite"
_CONVENTION: Final = "convention"
#: How the table of thresholds marks its rows.
_MARQUES: Final = {"A": _ATTESTEE, "D": _DEDUITE, "C": _CONVENTION}


@dataclass(frozen=True)
class PartLue:
    """A person, and what she counts for. `age` in completed years, None when it is not known."""

    qui: str
    age: Annotated[int | None, "ans révolus"]
    uc: Annotated[Decimal, "unités de consommation"]
    raison: str
    fidelite: str


@dataclass(frozen=True)
class RessourceComptee:
    """A resource counted, in euros a month."""

    NOM_PUBLIE: ClassVar = "EntreeLue"
    qui: str
    nature: str
    montant: Annotated[int, "euros par mois"]


@dataclass(frozen=True)
class SeuilLu:
    """The threshold that applies, and why: the area of the first wished commune. `seuil` is its row, of which
    `pourquoi` says why this year's."""

    commune: str
    territoire: str
    seuil: Annotated[SeuilQuartile | None, TU]
    montant: Annotated[int | None, "euros par an et par UC ; null : aucun seuil connu"]
    annee: int | None
    fidelite: Annotated[str, "vide : aucun seuil"]
    invente: Annotated[bool, "le montant n'est de personne : il est inventé pour la démonstration"]
    pourquoi: Annotated[str, "pourquoi celui de cette année ; vide : aucun seuil"]


@dataclass(frozen=True)
class FoyerLu:
    """The steps that lead to the verdict on the first quartile, in order."""

    jour: Annotated[date, "celui de la base"]
    nombre_uc: Decimal
    parts: tuple[PartLue, ...]
    ressources_mensuelles: Annotated[int | None, "euros, pour tout le foyer ; null : aucune déclarée"]
    ressources_annuelles_uc: Annotated[
        int | None, "euros par an et par UC ; null : aucune ressource déclarée"
    ]
    entrees: tuple[RessourceComptee, ...]
    seuil: SeuilLu | None
    premier_quartile: Annotated[
        bool | None, "null : aucun seuil ne s'applique, ou aucune ressource n'est déclarée"
    ]

    @property
    def annuelles(self) -> int | None:
        """Euros a year, for the whole household; None when no resource is declared."""
        return None if self.ressources_mensuelles is None else self.ressources_mensuelles * 12


def calculer(demande: Demande, jour: date, contrat: Contrat) -> FoyerLu | None:
    """The household of `demande` on `jour`; None for an association."""
    menage = Menage.de(demande, jour)
    if menage is None:
        return None
    seuil = _seuil(demande, contrat, jour)
    return tirer(
        FoyerLu,
        menage,
        jour=jour,
        parts=tuple(_parts(demande, jour)),
        entrees=tuple(_entrees(demande, contrat)),
        seuil=seuil,
        premier_quartile=menage.premier_quartile(seuil.seuil.montant) if seuil and seuil.seuil else None,
    )


def _parts(demande: Demande, jour: date) -> list[PartLue]:
    assert demande.demandeur is not None
    demandeur = demande.demandeur.element
    parts = [PartLue(_nom(demandeur, "Demandeur"), _age(demandeur, jour), Decimal("1.00"), "premier adulte",
                  _DEDUITE)]  # fmt: skip
    presents = [(c.element, "Co-titulaire") for c in demande.cotitulaires]
    presents += [(e, "Personne à charge") for e in demande.personnes_a_charge]
    for element, role in presents:
        parts.append(PartLue(_nom(element, role), _age(element, jour), poids(element, jour),
                          *_raison(element, jour)))  # fmt: skip
    for element in demande.personnes_en_garde:
        if element in demande.gardes_alternees:
            entier = poids(element, jour)
            uc, raison = entier / 2, f"garde alternée : la moitié de {entier:.2f}".replace(".", ",")
        else:
            uc, raison = Decimal("0.00"), "droit de visite : ne compte pas"
        parts.append(PartLue("Enfant en garde", _age(element, jour), uc, raison, _CONVENTION))
    attendus = demande.formulaire.entier_de("personnePhysique/personneANaitre/nombre") or 0
    if attendus:
        qui = "Enfant à naître" if attendus == 1 else f"{attendus} enfants à naître"
        parts.append(PartLue(qui, None, Decimal("0.00"), "à naître : ne compte pas encore", _CONVENTION))
    return parts


def _raison(element: Element, jour: date) -> tuple[str, str]:
    if _age(element, jour) is None:
        return "date de naissance inconnue : compté comme 14 ans ou plus", _CONVENTION
    return ("14 ans ou plus" if poids(element, jour) == Decimal("0.50") else "moins de 14 ans"), _DEDUITE


def _entrees(demande: Demande, contrat: Contrat) -> list[RessourceComptee]:
    proprietaires: dict[int, str] = {}
    for rang, personne in enumerate(demande.titulaires):
        nom = _nom(personne.element, "Demandeur" if rang == 0 else "Co-titulaire")
        proprietaires |= {id(e): nom for e in personne.element.tous("listeRessourceRecue/detailRessource")}
    entrees = []
    for detail in demande.ressources_recues:
        code = detail.code_de("ressource")
        nature = contrat.nomenclatures.libelle("ListeRessourceRecue", code) if code else None
        montant = detail.entier_de("montant") or 0
        qui = proprietaires.get(id(detail), "Personnes à charge")
        entrees.append(RessourceComptee(qui, nature or masquer_nirs(code or "nature non dite"), montant))
    return entrees


def _seuil(demande: Demande, contrat: Contrat, jour: date) -> SeuilLu | None:
    if not demande.communes_souhaitees:
        return None
    code = demande.communes_souhaitees[0].attributs["code"]
    nom = contrat.territoires.nom_de_commune(code)
    dite = f"{nom} ({code})" if nom else masquer_nirs(code)
    seuil = contrat.quartiles.seuil_de(code, contrat.territoires, jour)
    if seuil is None:
        commune = contrat.territoires.commune(code)
        epci = contrat.territoires.epci(commune.epci) if commune is not None and commune.epci else None
        territoire = epci.nom if epci is not None else "aucune intercommunalité connue"
        return SeuilLu(dite, territoire, None, None, None, "", False, "")
    fidelite = _MARQUES.get(seuil.fidelite, seuil.fidelite or _CONVENTION)
    pourquoi = seuil.pourquoi(jour)
    return SeuilLu(dite, seuil.libelle, seuil, seuil.montant, seuil.annee, fidelite, seuil.invente, pourquoi)


def _nom(element: Element, role: str) -> str:
    nom = " ".join(filter(None, (element.texte_de("prenom"), element.texte_de("nom"))))
    return masquer_nirs(f"{role} : {nom}" if nom else role)


def _age(element: Element, jour: date) -> int | None:
    naissance = element.date_de("dateNaissance")
    return None if naissance is None else age(naissance, jour)
