"""`/guide`: pages of help, written in Markdown beside the code, shown as elements of the console."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from flask import Blueprint, render_template, request
from werkzeug.exceptions import NotFound

from sne_sandbox.mime.tolerances import TABLE
from sne_sandbox.web.partage import services

blueprint: Final = Blueprint("guide", __name__, url_prefix="/guide")

DOSSIER: Final = Path(__file__).resolve().parents[1] / "guide"
ACCUEIL: Final = "commencer"
#: Pages in the order of the menu.
PAGES: Final = {
    "commencer": "Commencer", "brancher": "Brancher mon application", "certifier": "Certifier",
    "demontrer": "Démontrer", "ecarts": "Écarts avec la base école", "faq": "Foire aux questions",
    "tolerances": "Tolérances", "glossaire": "Glossaire",
}  # fmt: skip
#: Pages that show the addresses of this very server below their title.
_AVEC_ADRESSES: Final = ("commencer", "brancher")


@dataclass(frozen=True, slots=True)
class Texte:
    """A page: its title, and the nodes (markdown-it) that follow it."""

    titre: str
    noeuds: tuple[Any, ...]


@blueprint.get("/")
@blueprint.get("/<page>")
def page(page: str = ACCUEIL) -> str:
    """One page."""
    if page not in PAGES:
        raise NotFound(f"Le guide n'a pas de page [{page[:40]}].")
    texte = lire(page)
    return render_template(
        "guide/page.html",
        cle=page,
        pages=PAGES,
        texte=texte,
        tolerances=TABLE if page == "tolerances" else (),
        services_soap=list(services().contrat.services.values()) if page in _AVEC_ADRESSES else (),
        racine=request.host_url.rstrip("/"),
        home=services().configuration.home.absolute(),
        lien=lien,
        ancre=ancre,
        commandes=commandes,
    )


@cache
def lire(page: str) -> Texte:
    """The page of that name. HTML in it is text like any other."""
    # Imported for the first page: nothing else in the console reads Markdown.
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    racine = SyntaxTreeNode(markdown.parse((DOSSIER / f"{page}.md").read_text("utf-8")))
    titre, *suite = racine.children
    return Texte(titre.children[0].content, tuple(suite))


def lien(adresse: str) -> str:
    """An address as it is written in a page: another page by its name, or a path of the console."""
    nom, diese, ancre = adresse.partition("#")
    return f"/guide/{nom}{diese}{ancre}" if nom in PAGES else adresse


def commandes(extrait: str) -> str:
    """An example as it is copied: command lines without their prompt."""
    return "".join(ligne.removeprefix("$ ") for ligne in extrait.splitlines(keepends=True)).rstrip("\n")


def ancre(titre: str) -> str:
    """Name to link to a heading by: « Quand cela ne marche pas » is `quand-cela-ne-marche-pas`."""
    return "-".join("".join(c if c.isalnum() else " " for c in titre.lower()).split())
