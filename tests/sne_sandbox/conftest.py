"""A store, and bases in it whose demandes are put there without any message."""

import itertools
from collections.abc import Callable, Iterator

import pytest
from temps import MIDI

from sne_interface.domain.base import Base, Horloge
from sne_sandbox.bases.bases import guichets_de
from sne_sandbox.store.magasin import Magasin


@pytest.fixture(scope="session", autouse=True)
def processus(copies: None) -> None:
    """Processes of `sne-sandbox` are copies of one that stands ready."""


@pytest.fixture(scope="module")
def magasin(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Magasin]:
    """An embedded store, or one of the engine that a module asks for."""
    postgres = getattr(request, "param", "sqlite") == "postgres"
    url = request.getfixturevalue("serveur_postgres").nouvelle() if postgres else None
    with Magasin.ouvrir(url, tmp_path_factory.mktemp("temps")) as ouvert:
        yield ouvert


@pytest.fixture(scope="module")
def creer(magasin: Magasin) -> Callable[..., str]:
    """`creer(horloge)`: the name of a new base, frozen at noon on 15 March 2018 unless told otherwise."""
    rangs = itertools.count(1)

    def faire(horloge: Horloge | None = None) -> str:
        horloge = horloge or Horloge(fige_a=MIDI)
        nom = f"temps-{next(rangs)}"
        base = Base(nom, horloge=horloge, derniere_nuit=horloge.maintenant(MIDI).date())
        magasin.bases.creer(base, guichets_de(base.semence))
        return nom

    return faire
