"""A browser over the bench's base: pages read as trees, forms sent with their token; and the home."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from banc import Banc
from lxml import html
from navigateur import ENTETES, sans_ecart


@pytest.fixture
def page(banc: Banc) -> Callable[..., Any]:
    """`page("/journal")`: the tree of a page of the base, which answers 200 (or `statut`). An address that
    begins with « // » is not below the base."""

    def lire(chemin: str, *, statut: int = 200) -> Any:
        adresse = chemin[1:] if chemin.startswith("//") else f"/console/{banc.nom}{chemin}"
        reponse = banc.http.get(adresse, headers=ENTETES)
        assert reponse.status_code == statut, reponse.text
        assert reponse.headers["Content-Security-Policy"].startswith("default-src 'self'")
        arbre = html.fromstring(reponse.text)
        assert sans_ecart(arbre) == []
        return arbre

    return lire


def equivalents(arbre: Any) -> list[str]:
    """The lines of « La même chose », of a page."""
    blocs = arbre.xpath("//details[contains(@class, 'equivalents')]//code")
    # One command a block: copied with its neighbours, it would be undone by them.
    assert [bloc.text_content() for bloc in blocs if len(bloc.text_content().splitlines()) != 1] == []
    return [bloc.text_content() for bloc in blocs]


@pytest.fixture
def envoyer(banc: Banc, page: Callable[..., Any]) -> Callable[..., Any]:
    """`envoyer("/controle/figer", depuis="/controle", instant="…")`: sends a form of the page `depuis`."""

    def poster(chemin: str, *, depuis: str = "/journal", **champs: Any) -> Any:
        arbre = page(depuis)
        jetons = arbre.xpath("//input[@name='csrf']/@value")
        assert jetons, f"{depuis} has no form that changes anything"
        return banc.http.post(
            f"/console/{banc.nom}{chemin}", headers=ENTETES, data={"csrf": jetons[0], **champs}
        )

    return poster


@pytest.fixture
def home(banc: Banc) -> Iterator[Path]:
    """The home, its judgements taken away afterwards."""
    dossier: Path = banc.services.configuration.home.absolute()
    yield dossier
    shutil.rmtree(dossier / "conformite", ignore_errors=True)
