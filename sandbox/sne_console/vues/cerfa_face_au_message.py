"""The rubrics of the form (R. 441-2-2) against the elements of the message: what carries each, since when,
how surely, and what of the form has no known place there.

They stand in the `cerfa.toml` of the contract, beside the layout of a document that is shown.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Final

from sne_console.vues.interface_montree import lire_table
from sne_interface.contract.contrats_charges import Contrat, retenu
from sne_interface.domain.anomalie import Fidelite
from sne_interface.domain.demande import FORMULAIRE

_RACINE: Final = "interfaceNuu"
_DEDUITE: Final = "les éléments que l'interface 5.0 a publiés"


@dataclass(frozen=True)
class ElementDeRubrique:
    """An element that carries a line of the form, with all that it holds."""

    chemin: Annotated[str, "sous demandeLogement, ou la racine"]
    depuis: Annotated[str, "première version de message qui l'a"]
    fidelite: Annotated[Fidelite, "de sa place dans le message"]


@dataclass(frozen=True)
class LigneDeRubrique:
    """The line of a rubric: what the form asks."""

    libelle: str
    source: str
    fidelite: Annotated[Fidelite, "de ce que le formulaire le demande"]
    elements: Annotated[tuple[ElementDeRubrique, ...], "vide : sans place connue dans le message"]


@dataclass(frozen=True)
class RubriqueDuFormulaire:
    """A rubric of the form. That R. 441-2-2 lists it is attested."""

    lettre: Annotated[str, "de R. 441-2-2"]
    titre: str
    lignes: tuple[LigneDeRubrique, ...]


@dataclass(frozen=True)
class HorsFormulaire:
    """An element that no rubric is behind, and why."""

    chemin: str
    pourquoi: str


@dataclass(frozen=True)
class FormulaireDecrit:
    """The form against the message of the contract."""

    rubriques: tuple[RubriqueDuFormulaire, ...]
    sans_place: Annotated[tuple[LigneDeRubrique, ...], "ce que demande le formulaire, sans place connue"]
    hors_formulaire: tuple[HorsFormulaire, ...]
    inconnus: Annotated[tuple[str, ...], "éléments du message dont la table ne dit rien"]


@retenu
def decrire(contrat: Contrat) -> FormulaireDecrit:
    """The form against the message of `contrat`. An element that the contract does not have carries nothing.
    Raises ContractError for a key that is unknown or lacks."""
    connus = frozenset(contrat.nomenclatures.chemins)
    with lire_table(contrat, "cerfa.toml") as tables:
        rubriques = tuple(
            RubriqueDuFormulaire(
                table["lettre"],
                table["titre"],
                tuple(_ligne(ligne, contrat, connus) for ligne in table["lignes"].values()),
            )
            for table in tables["rubriques"].values()
        )
        hors = [HorsFormulaire(chemin, str(dit)) for chemin, dit in tables["hors_formulaire"].items()]
    lignes = [ligne for rubrique in rubriques for ligne in rubrique.lignes]
    portes = [_entier(element.chemin) for ligne in lignes for element in ligne.elements]
    portes += [f"{_RACINE}/{h.chemin}" for h in hors]
    return FormulaireDecrit(
        rubriques,
        tuple(ligne for ligne in lignes if not ligne.elements),
        tuple(h for h in hors if f"{_RACINE}/{h.chemin}" in connus),
        tuple(
            feuille
            for feuille in feuilles(connus, contrat)
            if not any(f"{feuille}/".startswith(f"{p}/") for p in portes)
        ),
    )


def feuilles(chemins: Iterable[str], contrat: Contrat) -> Iterator[str]:
    """The elements that hold a value, in document order."""
    parents = {chemin.rpartition("/")[0] for chemin in chemins}
    return (chemin for chemin in contrat.nomenclatures.chemins if chemin not in parents)


def _ligne(table: dict[str, Any], contrat: Contrat, connus: frozenset[str]) -> LigneDeRubrique:
    lies = [contrat.roles.nom(role) for role in table.get("roles", ())]
    entiers = [_entier(chemin) for chemin in table.get("elements", ())] + [
        chemin for chemin in lies if chemin
    ]
    return LigneDeRubrique(
        table["libelle"],
        table.get("source", _DEDUITE),
        Fidelite(table.get("fidelite", Fidelite.DEDUITE)),
        tuple(_element(chemin, contrat) for chemin in entiers if chemin in connus),
    )


def _element(chemin: str, contrat: Contrat) -> ElementDeRubrique:
    depuis = contrat.nomenclatures.depuis(chemin)
    fidelite = Fidelite.CONVENTION if depuis in contrat.conventions else Fidelite.ATTESTEE
    return ElementDeRubrique(chemin.removeprefix(f"{FORMULAIRE}/"), depuis, fidelite)


def _entier(chemin: str) -> str:
    return chemin if chemin.startswith(f"{_RACINE}/") else f"{FORMULAIRE}/{chemin}"
