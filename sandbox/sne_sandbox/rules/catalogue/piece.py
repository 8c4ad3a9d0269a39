"""A scanned piece noted on the demande (COP)."""

from collections.abc import Iterator

from sne_sandbox.rules.context import Contexte
from sne_sandbox.rules.rule import Infraction, constat, manquant, regle


@regle("COP001")
def date_de_la_piece(contexte: Contexte) -> Iterator[Infraction]:
    """dateDerniereModificationPiece is present and not in the future (one day of tolerance). Convention."""
    formulaire = contexte.demande.formulaire
    element = formulaire.enfant("dateDerniereModificationPiece")
    jour = formulaire.date_de("dateDerniereModificationPiece")
    if element is None:
        yield manquant(formulaire, "dateDerniereModificationPiece", valeur="")
    elif jour is not None and jour > contexte.aujourdhui:
        yield constat(element)


REGLES = (date_de_la_piece,)
