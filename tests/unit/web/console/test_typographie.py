"""Blanks that do not break: before what ends a phrase, inside guillemets, and nowhere else."""

from collections.abc import Callable
from typing import Any

import pytest
from jinja2 import Environment
from markupsafe import Markup

from sne_sandbox.web.console import typographie
from sne_sandbox.web.console.typographie import insecables

FORTE, FINE = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"

Page = Callable[..., Any]


@pytest.mark.parametrize(
    ("ecrit", "attendu"),
    [
        ("Remède : « a » ; b ? c !", f"Remède{FORTE}: «{FORTE}a{FORTE}»{FINE}; b{FINE}? c{FINE}!"),
        ("fini :", f"fini{FORTE}:"),
        ("« ", f"«{FORTE}"),
        ("12:00, a:b, ici; http://x/?a=b", "12:00, a:b, ici; http://x/?a=b"),
        ("li :first-child, a != b, cd /x ?q=1", "li :first-child, a != b, cd /x ?q=1"),
    ],
)
def test_only_french_punctuation_is_kept_to_its_word(ecrit: str, attendu: str) -> None:
    assert insecables(ecrit) == attendu
    assert insecables(attendu) == attendu


def test_markup_stays_markup() -> None:
    assert insecables(Markup("<b>a :</b>")) == Markup(f"<b>a{FORTE}:</b>")
    assert isinstance(insecables(Markup("a")), Markup)


def test_what_a_template_writes_is_amended_and_what_it_is_given_is_not() -> None:
    modele = Environment(extensions=[typographie.Typographie]).from_string("{{ 'Dit : ' ~ valeur }} : fin")
    assert modele.render(valeur="x : y") == f"Dit{FORTE}: x : y{FORTE}: fin"


@pytest.mark.parametrize(
    "chemin", ["/journal", "/demandes", "/composer", "//guide/demarrer", "/scenes/doublon", "/controle"]
)
def test_pages_leave_no_sign_alone_on_a_line(page: Page, chemin: str) -> None:
    textes = page(chemin).xpath("//text()[not(ancestor::pre or ancestor::code or ancestor::script)]")
    assert [texte for texte in textes if insecables(texte) != texte] == []
    assert any(FORTE in texte for texte in textes)
