"""The requirements an application is judged on: `requirements.csv`, the folders merged by id; and what a
household risks when one is broken: `risques.toml`, by id or, failing that, by family (« FID »)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sne_interface.contract.nomenclatures_et_territoires import lignes_csv
from sne_interface.contract.overlay import DossiersContrat, choix_de, lire_le_fichier
from sne_interface.domain.anomalie import Fidelite
from sne_interface.errors import ContractError

FICHIER: Final = "requirements.csv"
RISQUES: Final = "risques.toml"
NIVEAUX: Final = ("MUST", "SHOULD")
_COLONNES: Final = ("id", "text", "source", "fidelity", "level", "since", "not_tested_because", "remedy")


@dataclass(frozen=True, slots=True)
class Exigence:
    """A requirement. `fidelite` says how far its source goes, `niveau` is MUST or SHOULD; `non_testee` says
    why it is not tested, "" when it is; `remede` what a developer does when it breaks, `risque` what a
    household risks then ("" when unsaid)."""

    id: str
    texte: str
    source: str
    fidelite: str
    niveau: str
    depuis: str
    non_testee: str = ""
    remede: str = ""
    risque: str = ""


def charger_exigences(dossiers: DossiersContrat) -> Mapping[str, Exigence]:
    """Requirements by id, in the order of the files, a row replacing the row of the same id of the contract
    below; those that a later contract is the first to ask are left out. Raises ContractError, with file and
    line, for a row that cannot be read."""
    lues: dict[str, Exigence] = {}
    for dossier in reversed(dossiers.couches):
        fichier = dossier / FICHIER
        if fichier.is_file():
            # A row of ours may be of a later contract.
            siennes = not dossiers.du_contrat(fichier)
            lues |= {e.id: e for e in _lire(fichier) if siennes or e.depuis in dossiers.noms}
    risques = dossiers.toml(RISQUES)
    return {
        nom: replace(e, risque=str(risques.get(nom) or risques.get(nom.partition("-")[0]) or ""))
        for nom, e in lues.items()
    }


def _lire(fichier: Path) -> list[Exigence]:
    trouvees = []
    for rang, ligne in enumerate(lignes_csv(lire_le_fichier(fichier), str(fichier), _COLONNES), 2):
        if ligne["level"] not in NIVEAUX or not ligne["id"] or not ligne["text"]:
            raise ContractError(
                f"{fichier}, ligne {rang} : exigence incomplète ou de niveau inconnu.",
                remede="un id, un texte, et MUST ou SHOULD",
            )
        choix_de(Fidelite, ligne["fidelity"], f"{fichier}, ligne {rang}, fidelity")
        trouvees.append(Exigence(*(ligne[colonne] for colonne in _COLONNES)))
    return trouvees


def niveaux(exigences: Mapping[str, Exigence]) -> dict[str, str]:
    """Tells by id whether each requirement MUST or SHOULD be met."""
    return {exigence.id: exigence.niveau for exigence in exigences.values()}
