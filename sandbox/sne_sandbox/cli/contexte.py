"""What the commands that work on a home open: its contract and its store."""

from pathlib import Path

from sne_sandbox.contract import versions
from sne_sandbox.contract.versions import Contrat
from sne_sandbox.store.session import Magasin


def ouvrir(
    home: Path, contract: str, contracts: Path | None, database: str | None
) -> tuple[Contrat, Magasin]:
    """The contract and the store of a home. Raises OperatorError."""
    return versions.charger(contract, contracts), Magasin.ouvrir(database, home)
