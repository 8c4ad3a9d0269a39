"""What the documentation says is what the code does, in its blocks, links and examples; it says it once."""

import json
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import documentation
import pytest
from click.testing import CliRunner

from sne_conformite.preuves.paquet_de_preuves import FORMAT_DOSSIER
from sne_conformite.protocole.protocole import PROTOCOLE
from sne_conformite.rapports import manquements_connus
from sne_conformite.rapports.rapport import FORMAT_RAPPORT
from sne_console.pages import page_guide
from sne_interface.contract import contrats_charges
from sne_interface.settings import PAR_NOM
from sne_sandbox.bases import bases
from sne_sandbox.cli.main import cli
from sne_sandbox.offres_des_paquets import COMMANDES

RACINE: Final = Path(__file__).resolve().parents[2]
DOCS: Final = RACINE / "docs"
REFERENCE: Final = DOCS / "reference"
PAGES: Final = documentation.pages()
#: Those that one reads, from one end to the other.
LUES: Final = [page for page in PAGES if page.parent == DOCS]
#: Those that one looks up.
CONSULTEES: Final = [page for page in PAGES if page.parent != DOCS]
#: All that is written for a reader, wherever it lies.
ECRITS: Final = [*sorted(RACINE.glob("*.md")), *PAGES, *sorted((RACINE / "fixtures").rglob("README.md"))]
_TEXTES: Final = {str(fichier.relative_to(RACINE)): fichier.read_text("utf-8") for fichier in ECRITS}
#: Bytes of README.md, lines of ARCHITECTURE.md: what one reads at a stretch.
README_MAX: Final = 8_000
ARCHITECTURE_MAX: Final = 100
#: How many pages one reads, README and performances among them, and their words.
PAGES_LUES_MAX: Final = 12
MOTS_LUS_MAX: Final = 20_000
#: Words of a page that is looked up, its tables, its examples and what is taken from the code set aside.
PROSE_MAX: Final = 200
#: Characters of a sentence that two pages may share: a caution is short, an explanation is not.
REDITE_MAX: Final = 70
#: A page of the guide, and a heading of it, as the code of the product writes them.
_GUIDE: Final = re.compile(
    r"""(?:"/guide/|guide\.page['"], page=['"]|GUIDE\.format\(["'])([a-z]+(?:/[a-z]+)?)"""
    r"""(?:#|['"], _anchor=['"])?([\w-]+)?(?=['"])"""
)
_LIEN: Final = re.compile(r"\]\(([^)\s]+)\)")
_BLOC: Final = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_GENERE: Final = re.compile(r"<!-- code: ([a-z-]+) -->.*?<!-- /code -->", re.DOTALL)


def test_what_is_taken_from_the_code_is_up_to_date() -> None:
    textes = {page.relative_to(DOCS).as_posix(): page.read_text("utf-8") for page in PAGES}
    en_retard = [nom for nom, texte in textes.items() if documentation.page_a_jour(texte) != texte]
    assert en_retard == [], "They are behind the code. Remedy: make docs"


def test_every_block_is_in_one_page() -> None:
    noms = [nom for page in PAGES for nom in _GENERE.findall(page.read_text("utf-8"))]
    assert sorted(noms) == sorted(documentation.BLOCS)


def test_an_unknown_block_is_refused() -> None:
    with pytest.raises(KeyError):
        documentation.page_a_jour("<!-- code: rien -->\n<!-- /code -->")


def test_a_guichet_is_of_the_territory_that_the_console_shows() -> None:
    rangees = [[case.strip(" `") for case in ligne.split("|")] for ligne in documentation._guichets()]
    territoires = {rangee[1]: rangee[4] for rangee in rangees}
    assert [territoires[code] for code in ("G0751", "G0931", "G1104")] == ["075", "093", "111"]


def test_a_bar_and_a_line_end_stay_inside_their_cell() -> None:
    assert documentation.tableau(("a", "b"), [("x|y", "deux\n  lignes")]) == [
        "| a | b |",
        "| --- | --- |",
        "| x\\|y | deux lignes |",
    ]


def test_every_page_is_on_a_shelf_of_the_list() -> None:
    noms = {page.relative_to(DOCS).with_suffix("").as_posix() for page in PAGES}
    assert noms == {*page_guide.pages(), page_guide.SOMMAIRE}


def test_the_guide_is_read_to_its_end() -> None:
    assert len(LUES) <= PAGES_LUES_MAX
    mots = {page.name: len(page.read_text("utf-8").split()) for page in LUES}
    assert sum(mots.values()) <= MOTS_LUS_MAX, mots


@pytest.mark.parametrize("page", CONSULTEES, ids=lambda p: p.stem)
def test_what_is_looked_up_is_a_table(page: Path) -> None:
    """An explanation belongs to a page that one reads, where it is said once."""
    texte = _BLOC.sub("", _GENERE.sub("", page.read_text("utf-8")))
    prose = [ligne for ligne in texte.splitlines() if not ligne.startswith(("|", "#", "<!--"))]
    assert len(" ".join(prose).split()) <= PROSE_MAX
    assert "| --- |" in page.read_text("utf-8")


def test_each_reader_is_led_to_pages_that_exist() -> None:
    """The table at the head of the list names them by their titles, in the order in which they are read."""
    texte = (DOCS / "README.md").read_text("utf-8")
    titres = {titre for nom, titre in page_guide.pages().items() if "/" not in nom}
    chemins = re.findall(r"^\| (?!vous|---)[^|]+\| ([^|]+) \|$", texte, re.MULTILINE)
    assert len(chemins) >= 3
    for chemin in chemins:
        assert [pas for pas in chemin.split(" → ") if pas not in titres] == []


def test_the_readme_is_one_screen_and_shows_one_picture() -> None:
    texte = (RACINE / "README.md").read_text("utf-8")
    assert len(texte.encode()) <= README_MAX
    assert texte.count("![") <= 1


def test_the_architecture_is_read_at_a_stretch() -> None:
    assert len((RACINE / "ARCHITECTURE.md").read_text("utf-8").splitlines()) <= ARCHITECTURE_MAX


def ancres(fichier: Path) -> set[str]:
    """The names by which one links to the headings of a page."""
    texte = _BLOC.sub("", fichier.read_text("utf-8"))
    return {page_guide.ancre(titre) for titre in re.findall(r"^#+ (.+)$", texte, re.MULTILINE)}


def test_every_link_leads_somewhere() -> None:
    liens = [(nom, a) for nom, texte in _TEXTES.items() for a in _LIEN.findall(_BLOC.sub("", texte))]
    perdus = []
    for nom, adresse in liens:
        if adresse.startswith(("http://", "https://")):
            continue
        chemin, _, ancre = adresse.partition("#")
        vise = ((RACINE / nom).parent / chemin).resolve() if chemin else RACINE / nom
        if not vise.exists() or (ancre and ancre not in ancres(vise)):
            perdus.append((nom, adresse))
    assert perdus == []


def test_what_the_product_says_of_the_guide_leads_somewhere() -> None:
    """Its pages and messages name pages of the guide, and headings of them."""
    cites = [
        page
        for fichier in sorted((RACINE / "sandbox").rglob("*.*"))
        if fichier.suffix in (".py", ".html")
        for page in _GUIDE.findall(fichier.read_text("utf-8"))
    ]
    assert len(cites) > 10
    pages = page_guide.pages()
    assert [nom for nom, _ in cites if nom not in pages] == []
    assert [(nom, ancre) for nom, ancre in cites if ancre and ancre not in ancres(DOCS / f"{nom}.md")] == []


def test_every_path_that_is_named_exists() -> None:
    chemin = re.compile(r"`((?:sandbox|contracts|fixtures|tests|docs)/[A-Za-z0-9_./-]+)`")
    nommes = [(nom, c) for nom, texte in _TEXTES.items() for c in chemin.findall(texte)]
    assert [(nom, c) for nom, c in nommes if not (RACINE / c).exists()] == []


def test_every_module_that_a_page_for_developers_names_exists() -> None:
    """By its path in its package (`soap/serveur_soap.py`), or its name alone, below its package."""
    pages = [
        RACINE / "ARCHITECTURE.md",
        RACINE / "CONTRIBUTING.md",
        *(RACINE / "sandbox").glob("*/README.md"),
    ]
    textes = "".join(page.read_text("utf-8") for page in pages)
    nommes = set(re.findall(r"`([a-z_/]+\.py)`", textes)) - {"api_x.py", "page_x.py"}
    assert len(nommes) > 60
    racines = (RACINE / "sandbox", RACINE / "tests")
    absents = [
        n for n in nommes if not any(any(r.glob(f"**/{n}")) for r in racines) and not (RACINE / n).exists()
    ]
    assert absents == []


def test_a_heading_names_one_place_of_its_page() -> None:
    """Links and screen readers go to it by its words."""
    textes = {page.relative_to(DOCS).as_posix(): _BLOC.sub("", page.read_text("utf-8")) for page in PAGES}
    titres = Counter((nom, t) for nom, texte in textes.items() for t in re.findall(r"(?m)^#+ (.+)$", texte))
    assert [titre for titre, fois in titres.items() if fois > 1] == []


def test_every_picture_is_shown() -> None:
    montrees = {
        Path(a).name for texte in _TEXTES.values() for a in _LIEN.findall(texte) if a.endswith(".png")
    }
    assert montrees == {image.name for image in (DOCS / "captures").iterdir()}


def test_every_command_named_exists_and_every_one_is_told() -> None:
    nommees = {nom for texte in _TEXTES.values() for nom in re.findall(r"`sne-sandbox ([a-z]+)", texte)}
    assert nommees <= set(COMMANDES)
    contees = re.findall(r"^## ([a-z]+)$", (REFERENCE / "commandes.md").read_text("utf-8"), re.MULTILINE)
    assert contees == list(COMMANDES)


def test_each_command_helps_in_french_with_an_example() -> None:
    contexte = click.Context(cli)
    for nom in COMMANDES:
        commande = cli.get_command(contexte, nom)
        assert commande is not None
        aide = CliRunner().invoke(commande, ["--help"])
        assert aide.exit_code == 0
        assert "Exemple" in aide.output or nom == "demo", nom


def extraits(*langages: str) -> Iterator[tuple[str, str, str]]:
    """Examples of files in these languages: where, language, text."""
    for nom, texte in _TEXTES.items():
        for langage, extrait in _BLOC.findall(texte):
            if langage in langages:
                yield nom, langage, extrait


def test_every_example_of_a_file_is_read() -> None:
    for _, langage, extrait in extraits("toml", "json"):
        if langage == "toml":
            tomllib.loads(extrait)
        elif "→" not in extrait:  # tests/sne_conformite/protocole/test_protocole.py reads the dialogue
            for ligne in extrait.splitlines():
                json.loads(ligne)


def entre(nom: str, page: str) -> str:
    """The example of a page between the comments `nom`."""
    bloc = (DOCS / page).read_text("utf-8").split(f"<!-- {nom}:")[1].split(f"<!-- /{nom} -->")[0]
    return bloc.split("```toml\n")[1].split("```")[0]


def test_the_known_failures_that_are_shown_are_read(tmp_path: Path) -> None:
    fichier = tmp_path / "sne-connus.toml"
    fichier.write_text(entre("connus", "rapport.md"), "utf-8")
    assert [connue.exigence or connue.verification for connue in manquements_connus.lire(fichier)] == [
        "EMB-06",
        "CRE-COLOCATION/FID-02",
    ]


def test_the_rules_of_ones_own_that_are_shown_are_taken(tmp_path: Path) -> None:
    extrait = entre("surcharge", "exactitude.md")
    (tmp_path / "rules.toml").write_text(extrait, "utf-8")
    regles = contrats_charges.charger(overlay=tmp_path).regles
    for code, cles in tomllib.loads(extrait).items():
        for cle, valeur in cles.items():
            assert str(getattr(regles[code], "gravite_imposee" if cle == "gravite" else cle)) == valeur


def test_the_seeds_told_are_those_there_are() -> None:
    section = (DOCS / "bases.md").read_text("utf-8").split("## De quoi elle part")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([a-z]+)` \|", section, re.MULTILINE)) == set(bases.semences())


def test_the_profiles_told_are_those_there_are() -> None:
    section = (DOCS / "exactitude.md").read_text("utf-8").split("## Les profils")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([a-z]+)`", section, re.MULTILINE) == list(PAR_NOM["profile"].choix)


def test_what_a_version_promises_names_the_formats_of_today() -> None:
    promesses = (REFERENCE / "compatibilite.md").read_text("utf-8")
    assert f"**`rapport.json`** | format {FORMAT_RAPPORT} " in promesses
    assert f"**`preuves.zip`** | format {FORMAT_DOSSIER} " in promesses
    assert f"`{PROTOCOLE}`" in promesses


def test_nothing_is_said_twice() -> None:
    """A sentence of some length stands in one page; the others send to it. Pictures, and what is taken from
    the code, are no sentences of ours."""
    ou: dict[str, set[str]] = defaultdict(set)
    for nom, texte in _TEXTES.items():
        if nom == "CHANGELOG.md":
            continue
        texte = _BLOC.sub("", _GENERE.sub("", texte))
        texte = re.sub(r"!\[[^\]]*\]\([^)]*\)|<!--.*?-->", "", texte, flags=re.DOTALL)
        for morceau in re.split(r"\n\n|\n *[-|#]|\n *\d+\. |(?<=[.:;]) | \| ", texte):
            phrase = " ".join(re.sub(r"[`*]|\]\([^)]*\)", "", morceau).split())
            if len(phrase) > REDITE_MAX:
                ou[phrase].add(nom)
    assert {phrase: noms for phrase, noms in ou.items() if len(noms) > 1} == {}
