"""Every rule of the SNE. A rule is one function of a subject's module, decorated with `@regle("CODE")`, and
the row of that code in the `rules.toml` of a contract. The prefix of a code leads to all that is its own:
`SUJETS`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Final

from sne_sandbox.rules.catalogue import (
    canaux,
    decisions,
    identite,
    logement,
    menage,
    message,
    radiation,
    souhaits,
    vie,
)
from sne_sandbox.rules.rule import Regle


@dataclass(frozen=True, slots=True)
class SujetDeRegles:
    """What the rules of one prefix are about. `nom` is its key in the API, and names the file of its examples
    (`fixtures/exemples/<nom>.toml`); `titre` is what a page calls it; `module` holds its functions."""

    nom: str
    titre: str
    module: ModuleType


#: Prefix of the codes -> subject, in the order rules run and are listed.
SUJETS: Final = {
    "ENT": SujetDeRegles("entete", "En-tête et fichier", message),
    "GUI": SujetDeRegles("guichets", "Guichets", message),
    "IDT": SujetDeRegles("identite", "Identité", identite),
    "ADR": SujetDeRegles("adresse", "Adresse", logement),
    "MEN": SujetDeRegles("menage", "Ménage", menage),
    "RES": SujetDeRegles("ressources", "Ressources", menage),
    "LOG": SujetDeRegles("logement", "Logement actuel", logement),
    "REC": SujetDeRegles("recherche_logement", "Logement recherché", souhaits),
    "MOT": SujetDeRegles("motifs", "Motifs", souhaits),
    "HAN": SujetDeRegles("handicap", "Handicap", menage),
    "NIR": SujetDeRegles("nir", "NIR", identite),
    "CYC": SujetDeRegles("cycle", "Vie de la demande", vie),
    "RAD": SujetDeRegles("radiation", "Radiation", radiation),
    "ATT": SujetDeRegles("attribution", "Attribution", radiation),
    "DOU": SujetDeRegles("doublons", "Doublons", vie),
    "DAL": SujetDeRegles("dalo", "DALO", canaux),
    "EVT": SujetDeRegles("evenement", "Événements", canaux),
    "DEC": SujetDeRegles("decision", "Décisions", decisions),
    "RCH": SujetDeRegles("recherche", "Recherche multicritère", canaux),
    "COP": SujetDeRegles("piece", "Pièces justificatives", message),
    "ASY": SujetDeRegles("asynchrone", "Échanges asynchrones", canaux),
}


def sujet_de(code: str) -> SujetDeRegles:
    """The subject of a rule, by its code. Raises KeyError for a prefix that is none of SUJETS."""
    return SUJETS[code[:3]]


def regles_du_module(module: ModuleType) -> Iterator[Regle]:
    """The rules that a module declares, in the order they are written."""
    return (valeur for valeur in vars(module).values() if isinstance(valeur, Regle))


#: The rules, prefix by prefix; within one, in the order they are written.
REGLES: Final[tuple[Regle, ...]] = tuple(
    regle
    for prefixe, sujet in SUJETS.items()
    for regle in regles_du_module(sujet.module)
    if regle.code.startswith(prefixe)
)
