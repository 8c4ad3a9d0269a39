"""What is said of a line that is no HTTP; `tests/integration/test_bad_input.py` has each of them sent."""

import pytest

from sne_sandbox.server import requete_malformee


@pytest.mark.parametrize("nom", ["Authorization", "cookie", "Proxy-Authorization"])
def test_a_secret_is_not_shown(nom: str) -> None:
    dit = requete_malformee.en_tete(3, f"{nom}: tres\0secret".encode(), set())
    assert f"[{nom}: (non montré)]" in dit
    assert "secret" not in dit


def test_a_line_is_shown_in_part_and_as_text() -> None:
    dit = requete_malformee.premiere_ligne(b"\xff" + 100 * b"a" + b"\x07")
    assert f"[ÿ{79 * 'a'}…]" in dit
    assert "\x07" not in requete_malformee.premiere_ligne(b"a\x07")
