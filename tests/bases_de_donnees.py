"""A store on each engine, and what its tests share."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from exemples_store import GUICHETS, MOTEURS
from sqlalchemy import make_url

from sne_interface.domain.base import Base
from sne_sandbox.store import tables
from sne_sandbox.store.magasin import Magasin


@dataclass(frozen=True)
class Patrons:
    """Databases with their tables and the base « ecole », made once, to copy: making one takes longer than
    most tests. `demander` gives a fixture by its name."""

    dossier: Path
    demander: Callable[[str], Any]
    faits: dict[str, str] = field(default_factory=dict)

    def copier(self, moteur: str, ou: Path) -> str:
        """The address of a copy."""
        if moteur not in self.faits:
            self.faits[moteur] = self._faire(moteur)
        if moteur == "sqlite":
            shutil.copy(self.faits[moteur], ou / "essai.sqlite3")
            return f"sqlite:///{ou}/essai.sqlite3"
        serveur = self.demander("serveur_postgres")
        return serveur.nouvelle(self.faits[moteur])

    @contextmanager
    def ouvrir(self, moteur: str, ou: Path) -> Iterator[Magasin]:
        """A copy, open."""
        with Magasin.ouvrir(self.copier(moteur, ou), ou) as ouvert:
            yield ouvert

    def _faire(self, moteur: str) -> str:
        fichier = self.dossier / "patron.sqlite3"
        url = f"sqlite:///{fichier}" if moteur == "sqlite" else self.demander("serveur_postgres").nouvelle()
        with Magasin.ouvrir(url, self.dossier) as ouvert:
            ouvert.bases.creer(Base("ecole"), GUICHETS)
        return str(fichier) if moteur == "sqlite" else str(make_url(url).database)


@pytest.fixture(scope="session")
def patrons(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Patrons:
    """For the session."""
    return Patrons(tmp_path_factory.mktemp("patrons"), request.getfixturevalue)


@pytest.fixture(params=MOTEURS)
def url_vide(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/essai.sqlite3"
    serveur = request.getfixturevalue("serveur_postgres")
    return serveur.nouvelle()


@pytest.fixture(scope="session")
def remise_a_neuf(patrons: Patrons) -> Iterator[Callable[[], str]]:
    """Each call gives the address of the same PostgreSQL database, that holds the base « ecole » again, and
    nothing else: a copy takes longer than most tests."""
    url = patrons.copier("postgres", patrons.dossier)
    with Magasin.ouvrir(url, patrons.dossier) as ouvert:

        def remettre() -> str:
            with ouvert.transaction(ecriture=True) as connexion:
                for table in (*tables.CONTENU, tables.base, *tables.PARTAGE):
                    connexion.brut(f"DELETE FROM {table.nom}")
            ouvert.bases.creer(Base("ecole"), GUICHETS)
            return url

        yield remettre


@pytest.fixture(params=MOTEURS)
def url(request: pytest.FixtureRequest, patrons: Patrons, tmp_path: Path) -> str:
    """The address of a database that holds the base « ecole », on each engine."""
    if request.param == "sqlite":
        return patrons.copier("sqlite", tmp_path)
    adresse: str = request.getfixturevalue("remise_a_neuf")()
    return adresse


@pytest.fixture
def magasin(url: str, tmp_path: Path) -> Iterator[Magasin]:
    """An open store that holds the base « ecole »."""
    with Magasin.ouvrir(url, tmp_path) as ouvert:
        yield ouvert
