"""Every rule of the SNE. A rule is one function of a subject's module, decorated with `@regle("CODE")`, and
the row of that code in the `rules.toml` of a contract. The prefix of a code leads to all that is its own:
`SUJETS`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Final

from sne_interface.rules.catalogue import (
    regles_dalo_evenements_recherches,
    regles_decisions,
    regles_identite,
    regles_logement,
    regles_menage,
    regles_message,
    regles_radiation,
    regles_souhaits,
    regles_vie,
)
from sne_interface.rules.rule import Regle


@dataclass(frozen=True, slots=True)
class SujetDeRegles:
    """The subject of the rules of one prefix. `nom` is its key in the API, and names the file of its examples
    (`fixtures/exemples/<nom>.toml`); `titre` is its name on a page; `module` holds its functions."""

    nom: str
    titre: str
    module: ModuleType


#: Prefix of the codes -> subject, in the order rules run and are listed.
SUJETS: Final = {
    "ENT": SujetDeRegles("entete", "En-tête et fichier", regles_message),
    "GUI": SujetDeRegles("guichets", "Guichets", regles_message),
    "IDT": SujetDeRegles("identite", "Identité", regles_identite),
    "ADR": SujetDeRegles("adresse", "Adresse", regles_logement),
    "MEN": SujetDeRegles("menage", "Ménage", regles_menage),
    "RES": SujetDeRegles("ressources", "Ressources", regles_menage),
    "LOG": SujetDeRegles("logement", "Logement actuel", regles_logement),
    "REC": SujetDeRegles("recherche_logement", "Logement recherché", regles_souhaits),
    "MOT": SujetDeRegles("motifs", "Motifs", regles_souhaits),
    "HAN": SujetDeRegles("handicap", "Handicap", regles_menage),
    "NIR": SujetDeRegles("nir", "NIR", regles_identite),
    "CYC": SujetDeRegles("cycle", "Vie de la demande", regles_vie),
    "RAD": SujetDeRegles("radiation", "Radiation", regles_radiation),
    "ATT": SujetDeRegles("attribution", "Attribution", regles_radiation),
    "DOU": SujetDeRegles("doublons", "Doublons", regles_vie),
    "DAL": SujetDeRegles("dalo", "DALO", regles_dalo_evenements_recherches),
    "EVT": SujetDeRegles("evenement", "Événements", regles_dalo_evenements_recherches),
    "DEC": SujetDeRegles("decision", "Décisions", regles_decisions),
    "PRI": SujetDeRegles("priorite", "Priorité et irrecevabilité", regles_dalo_evenements_recherches),
    "RCH": SujetDeRegles("recherche", "Recherche multicritère", regles_dalo_evenements_recherches),
    "COP": SujetDeRegles("piece", "Pièces justificatives", regles_message),
    "ASY": SujetDeRegles("asynchrone", "Échanges asynchrones", regles_dalo_evenements_recherches),
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
