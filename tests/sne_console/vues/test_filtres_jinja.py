"""How values are written, and blanks that do not break: before what ends a phrase, inside guillemets."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment
from markupsafe import Markup

from sne_console.vues import filtres_jinja
from sne_interface.domain.dates import PARIS
from sne_sandbox.web.gabarits_compiles import GabaritsCompiles

FORTE, FINE = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"

Page = Callable[..., Any]


def test_a_nir_is_masked_and_nothing_is_nothing() -> None:
    assert filtres_jinja.masque("NIR 206129912345678 !") == "NIR 206************ !"
    assert filtres_jinja.masque(None) == ""
    assert filtres_jinja.masque(3) == "3"


def test_days_and_instants_are_those_of_paris() -> None:
    assert filtres_jinja.jour(date(2018, 3, 5)) == "05/03/2018"
    assert filtres_jinja.jour(None) == ""
    assert filtres_jinja.jour(datetime(2018, 12, 24, 23, 0, tzinfo=UTC)) == "25/12/2018"
    assert filtres_jinja.jour(datetime(2018, 7, 13, 22, 0, tzinfo=UTC)) == "14/07/2018"
    assert filtres_jinja.instant(datetime(2018, 7, 1, 22, 30, tzinfo=UTC)) == "02/07/2018 00:30:00"
    assert filtres_jinja.instant(datetime(2018, 1, 1, 0, 0)) == "01/01/2018 01:00:00"
    assert filtres_jinja.instant(None) == ""


def test_the_hour_of_today_and_the_day_of_another() -> None:
    maintenant = datetime.now(PARIS).replace(hour=12, minute=5, second=9)
    vue = filtres_jinja.heure(maintenant)
    assert vue == "12:05:09" or maintenant.date() != datetime.now(PARIS).date(), "the day turned meanwhile"
    hier = maintenant - timedelta(days=2)
    assert filtres_jinja.heure(hier) == hier.strftime("%d/%m %H:%M")


@pytest.mark.parametrize(
    ("valeur", "attendu"),
    [
        (0, "0 octets"),
        (1, "1 octet"),
        (999, "999 octets"),
        (12_512, "12,5 ko"),
        (3_000_000, "3,0 Mo"),
    ],
)
def test_sizes(valeur: int, attendu: str) -> None:
    assert filtres_jinja.octets(valeur).replace("\N{NO-BREAK SPACE}", " ") == attendu


def test_numbers_and_durations() -> None:
    assert [filtres_jinja.accorde(n, "un", "des").split() for n in (0, 1, 2)] == [
        ["0", "un"],
        ["1", "un"],
        ["2", "des"],
    ]
    assert filtres_jinja.nombre(1_234_567).replace("\N{NARROW NO-BREAK SPACE}", " ") == "1 234 567"
    assert filtres_jinja.duree(4_236).replace("\N{NO-BREAK SPACE}", " ") == "4,2 ms"


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
    assert filtres_jinja.insecables(ecrit) == attendu
    assert filtres_jinja.insecables(attendu) == attendu


def test_markup_stays_markup() -> None:
    assert filtres_jinja.insecables(Markup("<b>a :</b>")) == Markup(f"<b>a{FORTE}:</b>")
    assert isinstance(filtres_jinja.insecables(Markup("a")), Markup)


def test_what_a_template_writes_is_amended_and_what_it_is_given_is_not() -> None:
    modele = Environment(extensions=[filtres_jinja.Typographie]).from_string("{{ 'Dit : ' ~ valeur }} : fin")
    assert modele.render(valeur="x : y") == f"Dit{FORTE}: x : y{FORTE}: fin"


def test_a_template_is_compiled_again_by_other_filters(tmp_path: Path) -> None:
    autres = tmp_path / "filtres.py"
    autres.touch()
    gardee, autre = map(GabaritsCompiles, (filtres_jinja.__file__, str(autres)))
    assert gardee.get_source_checksum("x") != autre.get_source_checksum("x")


@pytest.mark.parametrize(
    "chemin", ["/journal", "/demandes", "/composer", "//guide/demarrer", "/scenes/doublon", "/controle"]
)
def test_pages_leave_no_sign_alone_on_a_line(page: Page, chemin: str) -> None:
    textes = page(chemin).xpath("//text()[not(ancestor::pre or ancestor::code or ancestor::script)]")
    assert [texte for texte in textes if filtres_jinja.insecables(texte) != texte] == []
    assert any(FORTE in texte for texte in textes)
