"""What the commands that work on a home open: its contract and its store."""

from pathlib import Path

from sandbox.contract import versions
from sandbox.contract.versions import Contrat
from sandbox.store.session import Magasin


def ouvrir(
    home: Path, contract: str, contracts: Path | None, database: str | None
) -> tuple[Contrat, Magasin]:
    """The contract and the store of a home. Raises OperatorError."""
    return versions.charger(contract, contracts), Magasin.ouvrir(database, home)
