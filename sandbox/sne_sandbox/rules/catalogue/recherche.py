"""The multi-criteria search (RCH), on its own document (`xsd/recherche.xsd` of the contract)."""

from collections.abc import Iterator
from typing import Final

from sne_sandbox.domain.element import Element
from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, constat, manquant, regle

_PERIODES: Final = (
    ("dateDepotDebut", "dateDepotFin"),
    ("dateRenouvellementDebut", "dateRenouvellementFin"),
    ("dateRadiationDebut", "dateRadiationFin"),
)
_ETATS: Final = frozenset({"A", "R"})


@regle("RCH001")
def recherche_sans_critere(contexte: Contexte) -> Iterator[Infraction]:
    """A search has at least one criterion. Convention."""
    if _criteres(contexte) is None:
        yield manquant(contexte.document, "operation/demandeMulticritere")


@regle("RCH002")
def periode_inversee(contexte: Contexte) -> Iterator[Infraction]:
    """Of each pair of dates given, the first is not after the second. Deduced."""
    criteres = _criteres(contexte)
    if criteres is None:
        return
    for nom_debut, nom_fin in _PERIODES:
        debut, fin = criteres.date_de(nom_debut), criteres.date_de(nom_fin)
        element = criteres.enfant(nom_debut)
        if element is not None and debut is not None and fin is not None and debut > fin:
            yield constat(element)


@regle("RCH003", registre=True)
def trop_de_resultats(contexte: Contexte) -> Iterator[Infraction]:
    """A search finds at most 500 demandes, a setting. Convention. Holds until the search has run."""
    maximum = contexte.recherche_max
    if contexte.resultats is not None and contexte.resultats > maximum:
        yield manquant(contexte.document, "operation/demandeMulticritere", max=str(maximum))


@regle("RCH004")
def personne_sans_nom(contexte: Contexte) -> Iterator[Infraction]:
    """A person is searched by nom at least. Convention."""
    criteres = _criteres(contexte)
    personne = criteres.enfant("personneRecherchee") if criteres is not None else None
    if personne is not None and not (personne.texte_de("nom") or "").strip():
        yield manquant(personne, "nom")


@regle("RCH005")
def etat_inconnu(contexte: Contexte) -> Iterator[Infraction]:
    """etatDemande, when given, is A (active) or R (radiated). Convention."""
    criteres = _criteres(contexte)
    etat = criteres.enfant("etatDemande") if criteres is not None else None
    if etat is not None and etat.texte not in _ETATS:
        yield constat(etat)


def _criteres(contexte: Contexte) -> Element | None:
    return contexte.document.enfant("operation/demandeMulticritere")


REGLES = (
    recherche_sans_critere,
    periode_inversee,
    trop_de_resultats,
    personne_sans_nom,
    etat_inconnu,
)
