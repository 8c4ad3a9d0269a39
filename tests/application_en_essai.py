"""The contract and the application, once a session; a base of its own for each test that asks for one."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from banc import MIDI, Banc
from flask import Flask

from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.base import Horloge
from sne_sandbox.web.application_wsgi import creer_application
from sne_sandbox.web.configuration_et_services import Configuration


@pytest.fixture(scope="session")
def contrat() -> Contrat:
    """The contract that is served, read once."""
    return charger("v5.2")


@pytest.fixture(scope="session")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application over an embedded store of its own."""
    app = creer_application(
        Configuration(ouvert=True, home=tmp_path_factory.mktemp("home"), horloge=Horloge(fige_a=MIDI))
    )
    yield app
    app.extensions["sne"].magasin.fermer()


@pytest.fixture
def nouvelle_base(application: Flask) -> Iterator[Callable[..., Banc]]:
    """`nouvelle_base(horloge=…, **reglages)`: a bench over a base nobody else uses, gone afterwards: a round
    of the boxes and a list of the bases look at them all."""
    bancs = []

    def faire(**choix: object) -> Banc:
        banc = Banc(application, f"essai-{uuid.uuid4().hex[:12]}").creer(**choix)  # type: ignore[arg-type]
        bancs.append(banc)
        return banc

    yield faire
    for banc in bancs:
        banc.supprimer()


@pytest.fixture
def banc(nouvelle_base: Callable[..., Banc]) -> Banc:
    """A bench over a base as it comes, at noon on 15 March 2018."""
    return nouvelle_base()
