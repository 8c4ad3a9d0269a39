"""Limits that keep a server quick are lifted: a busy machine crosses them, and a page says another thing."""

from pathlib import Path
from unittest.mock import Mock

import pytest
from visite_de_la_console import envoyer, home, page  # noqa: F401

from sne_console.messages import recherche_xpath
from sne_console.vues import epreuves
from sne_console.vues.epreuves import EtatJugement, JugementConserve

#: Seconds that nothing takes, however busy the machine.
PATIENCE = 240.0


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch, copies: None) -> None:
    """Searches go to their end; a test that tries a limit sets its own."""
    monkeypatch.setattr(recherche_xpath, "DUREE_MAX", PATIENCE)
    monkeypatch.setattr(recherche_xpath, "MONTRE_MAX", PATIENCE)
    monkeypatch.setattr(recherche_xpath, "ATTENTE_MAX", PATIENCE)


@pytest.fixture
def lancer(home: Path, monkeypatch: pytest.MonkeyPatch) -> Mock:  # noqa: F811
    """What runs the commands that judge, called in its place: each is answered by one in progress."""
    appele = Mock(return_value=JugementConserve("x", home, EtatJugement.EN_COURS, "", None))
    monkeypatch.setattr(epreuves, "lancer", appele)
    return appele
