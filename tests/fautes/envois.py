"""Defects of what is sent twice, or crossed: what is right in each message, and wrong in their sequence."""

from typing import Any, Final

from fautes.faute import Etape, Famille, Faute, Formulaire, Remplacement, entiere
from sne_temoin.partage import DECISION
from sne_temoin.temoin_assemble import Temoin

FAUTES: Final = Famille()


def _deux_fois(genre: str) -> Remplacement:
    """A message of that kind (`typeFichier`), sent again once its answer is read."""

    def fautive(temoin: Temoin, honnete: Etape, ce_genre: str, *dits: Any) -> Any:
        reponse = honnete(ce_genre, *dits)
        if ce_genre == genre:
            honnete(ce_genre, *dits)
        return reponse

    return entiere(fautive)


def _refait(temoin: Temoin, honnete: Etape, *dits: Any) -> Any:
    """The stage, done again; its first result."""
    resultat = honnete(*dits)
    honnete(*dits)
    return resultat


def _decision_refaite(temoin: Temoin, honnete: Etape, cible: Any, evenement: Formulaire) -> Any:
    if evenement.get("codeTypeEvenement") == DECISION:
        honnete(cible, evenement)
    return honnete(cible, evenement)


FAUTES.extend((
    *(Faute(nom, phrase, ("VIE-32",), "envoi.envoyer", _deux_fois(genre))
      for nom, genre, phrase in (
          ("modification-repetee", "MOD", "Chaque modification est envoyée deux fois."),
          ("renouvellement-repete", "REN", "Chaque renouvellement est envoyé deux fois, attestation avec."),
          ("radiation-repetee", "RAD", "Chaque radiation est envoyée deux fois."),
          ("piece-repetee", "COP", "Chaque pièce est envoyée deux fois."),
      )),
    Faute("dalo-repete", "Chaque DALO est déclaré deux fois.", ("VIE-32",), "partage.declarer_dalo",
          entiere(_refait)),
    Faute("decision-repetee", "Chaque décision est ajoutée deux fois.", ("VIE-32",), "partage.ajouter",
          entiere(_decision_refaite)),
    Faute("evenement-repete", "Chaque événement est ajouté deux fois.", ("VIE-32",), "partage.ajouter",
          entiere(_refait)),
    Faute("evenement-change-deux-fois", "Chaque changement d'un événement est envoyé deux fois.", ("VIE-32",),
          "partage.modifier", entiere(_refait)),
))  # fmt: skip
