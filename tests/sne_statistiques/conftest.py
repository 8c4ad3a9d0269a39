"""Limits that keep a server quick are lifted: a busy machine crosses them, and a page says another thing."""

import pytest
from visite_de_la_console import envoyer, page  # noqa: F401

from sne_statistiques.vues import page_statistiques, tableaux

#: Seconds that nothing takes, however busy the machine.
PATIENCE = 240.0


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables and turns are waited for; a test that tries a limit sets its own."""
    monkeypatch.setattr(page_statistiques, "_PATIENCE", PATIENCE)
    monkeypatch.setattr(tableaux, "TOUR_MAX", PATIENCE)
    monkeypatch.setattr(tableaux, "PATIENCE", PATIENCE)
