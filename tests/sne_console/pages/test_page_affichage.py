"""How a browser shows the console: its colours, its keys of one letter."""

from collections.abc import Callable
from typing import Any

import pytest
from banc import Banc
from navigateur import ENTETES


def _choisir(banc: Banc, page: Callable[..., Any], **voulu: str) -> Any:
    jeton = page("//affichage").xpath("//input[@name='csrf']/@value")[0]
    return banc.http.post("/affichage", headers=ENTETES, data={"csrf": jeton, **voulu})


def test_nothing_is_chosen_at_first(page: Callable[..., Any]) -> None:
    racine = page("/journal").getroottree().getroot()
    assert "data-theme" not in racine.attrib
    assert "data-sans-raccourcis" not in racine.attrib


@pytest.mark.parametrize("theme", ["clair", "sombre"])
def test_a_scheme_that_was_chosen_rules_every_page(theme: str, banc: Banc, page: Callable[..., Any]) -> None:
    assert _choisir(banc, page, theme=theme, raccourcis="oui").status_code == 303
    assert page("/journal").getroottree().getroot().get("data-theme") == theme
    _choisir(banc, page, theme="systeme", raccourcis="oui")
    assert "data-theme" not in page("/journal").getroottree().getroot().attrib


def test_keys_of_one_letter_can_be_turned_off(banc: Banc, page: Callable[..., Any]) -> None:
    _choisir(banc, page, theme="systeme", raccourcis="non")
    assert "data-sans-raccourcis" in page("/journal").getroottree().getroot().attrib


def test_what_is_no_choice_is_not_kept(banc: Banc, page: Callable[..., Any]) -> None:
    reponse = _choisir(banc, page, theme='"><script>', raccourcis="peut-être")
    assert "Set-Cookie" not in reponse.headers or "sne_theme" not in reponse.headers["Set-Cookie"]
    assert "data-theme" not in page("/journal").getroottree().getroot().attrib
