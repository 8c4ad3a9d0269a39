"""Where the data that ships with the code lies: inside the installed package, else in the checkout; beside
a module."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import tomli

from sne_interface.errors import OperatorError

#: The folder of the packages: site-packages, or `sandbox/` of the checkout.
RACINE: Final = Path(__file__).resolve().parents[1]
#: A table of a TOML file, by key.
TableToml = Mapping[str, Any]


def table(module: str, nom: str = "") -> list[dict[str, str]]:
    """The rows of the table (CSV) `nom`, that of the module by default, which stands beside a module, given
    by its `__file__`."""
    fichier = Path(module).with_name(nom or f"{Path(module).stem}.csv")
    return list(csv.DictReader(fichier.read_text("utf-8").splitlines()))


def contracts_dir() -> Path:
    """Folder of the interface versions (`v5.0/`, `v5.2/`). Raises OperatorError when it is missing."""
    return _dossier("contracts")


def fixtures_dir() -> Path:
    """Folder of seeds, specimens and scenarios. Raises OperatorError when it is missing."""
    return _dossier("fixtures")


def fichier_des_guichets(semence: str) -> Path:
    """The guichets of a seed; those of `ecole` when it has no list of its own."""
    siens = fixtures_dir() / "seeds" / semence / "guichets.toml"
    return siens if siens.is_file() else fixtures_dir() / "seeds" / "ecole" / "guichets.toml"


def docs_dir() -> Path:
    """Folder of the documentation (Markdown): the guide of the console too. Raises OperatorError when
    it is missing."""
    return _dossier("docs")


def lire_a_cote(module: str, nom: str) -> dict[str, Any]:
    """The table of the TOML file `nom`, which stands beside a module (its `__file__`)."""
    return tomli.loads(Path(module).with_name(nom).read_text("utf-8"))


def _dossier(nom: str) -> Path:
    candidats = (RACINE / "sne_sandbox" / "_data" / nom, RACINE.parent / nom)
    for candidat in candidats:
        if candidat.is_dir():
            return candidat
    raise OperatorError(
        f"Le dossier de données « {nom} » est introuvable.",
        remede=f"réinstallez sne-sandbox ; attendu : {candidats[0]} ou {candidats[1]}",
    )
