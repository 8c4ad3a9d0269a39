"""The templates and the scripts of the console keep to the policy of its pages."""

import re
from pathlib import Path

import pytest
from donnees import a_cote

SANDBOX = Path(__file__).resolve().parents[2] / "sandbox"
WEB = SANDBOX / "sne_console"
MODELES = sorted(SANDBOX.glob("sne_*/templates/**/*.html"))


def test_there_are_templates() -> None:
    assert {m.name for m in MODELES} >= {"_page.html", "_macros.html", "page.html"}


@pytest.mark.parametrize("modele", MODELES, ids=lambda m: str(m.relative_to(SANDBOX)))
def test_nothing_is_unescaped_nor_inline(modele: Path) -> None:
    texte = re.sub(r"\{#.*?#\}", "", modele.read_text("utf-8"), flags=re.DOTALL)
    for interdit in a_cote(__file__)["nothing_is_unescaped_nor_inline"]:
        assert re.search(interdit, texte) is None, interdit


def test_no_module_of_the_console_makes_markup_of_data() -> None:
    coupables = [
        str(fichier.relative_to(SANDBOX))
        for fichier in (WEB / "console").rglob("*.py")
        if re.search(r"\bMarkup\(|render_template_string|autoescape", fichier.read_text("utf-8"))
    ]
    assert coupables == []


def test_every_class_of_a_stylesheet_is_that_of_something() -> None:
    """Of a class whose number is counted (`n3`, `sur2`), what stands before the number."""
    ecrits = " ".join(
        fichier.read_text("utf-8")
        for genre in ("*.html", "*.js", "*.py")
        for fichier in WEB.parent.rglob(genre)
        if fichier.parent.name != "editeur"
    )
    mots = set(re.findall(r"[\w-]+", ecrits))
    feuilles = set((WEB / "static").glob("*.css"))
    if not (WEB.parent / "sne_statistiques").is_dir():
        feuilles.remove(WEB / "static" / "statistiques.css")  # most of it is for the pictures of that package
    for feuille in feuilles:
        regles = re.sub(r"/\*.*?\*/|\{[^{}]*\}", " ", feuille.read_text("utf-8"), flags=re.DOTALL)
        classes = set(re.findall(r"\.([A-Za-z][\w-]*)", regles))
        sans = {nom for nom in classes if not {nom, nom.rstrip("12345")} & mots}
        assert sans == set(), feuille.name


def test_static_files_call_nobody() -> None:
    for fichier in (f for f in (WEB / "static").rglob("*") if f.is_file() and f.suffix != ".png"):
        if fichier.parent.name in ("editeur", "bootstrap"):  # of others: the browser says what they do
            continue
        texte = fichier.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert re.search(r"https?://|url\(.?data:|\beval\(|\.innerHTML\b", texte) is None, fichier.name
