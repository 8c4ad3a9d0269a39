"""Every rule of the SNE. A rule is one function of a subject's module, decorated with `@regle("CODE")`, and
the row of that code in the `rules.toml` of a contract. The prefix of a code leads to all that is its own:
`SUJETS`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Final

from sne_sandbox.rules.catalogue import canaux, identite, logement, menage, message, radiation, souhaits, vie
from sne_sandbox.rules.rule import Regle


@dataclass(frozen=True, slots=True)
class Sujet:
    """What the rules of one prefix are about. `nom` is its key in the API, and names the file of its examples
    (`fixtures/exemples/<nom>.toml`); `titre` is what a page calls it; `module` holds its functions."""

    nom: str
    titre: str
    module: ModuleType


#: Prefix of the codes -> subject, in the order rules run and are listed.
SUJETS: Final = {
    "ENT": Sujet("entete", "En-tête et fichier", message),
    "IDT": Sujet("identite", "Identité", identite),
    "ADR": Sujet("adresse", "Adresse", logement),
    "MEN": Sujet("menage", "Ménage", menage),
    "RES": Sujet("ressources", "Ressources", menage),
    "LOG": Sujet("logement", "Logement actuel", logement),
    "REC": Sujet("recherche_logement", "Logement recherché", souhaits),
    "MOT": Sujet("motifs", "Motifs", souhaits),
    "HAN": Sujet("handicap", "Handicap", menage),
    "NIR": Sujet("nir", "NIR", identite),
    "CYC": Sujet("cycle", "Vie de la demande", vie),
    "RAD": Sujet("radiation", "Radiation", radiation),
    "ATT": Sujet("attribution", "Attribution", radiation),
    "DOU": Sujet("doublons", "Doublons", vie),
    "DAL": Sujet("dalo", "DALO", canaux),
    "EVT": Sujet("evenement", "Événements", canaux),
    "DEC": Sujet("decision", "Décisions", canaux),
    "RCH": Sujet("recherche", "Recherche multicritère", canaux),
    "COP": Sujet("piece", "Pièces justificatives", message),
    "ASY": Sujet("asynchrone", "Échanges asynchrones", canaux),
}


def sujet_de(code: str) -> Sujet:
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
