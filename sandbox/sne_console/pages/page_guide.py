"""`/guide`: the pages of `docs/` as pages of the console, and the files that they show or send to.

A page has the name of its file, without `.md`: `certifier`, `reference/exigences`. In the repository the
links of a page name other files. Here they lead to the page, the picture or the file that this server gives;
what only the repository has stays text, and so does a page of the console whose package is not there.
"""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from flask import Response, render_template, send_file, send_from_directory
from werkzeug.exceptions import NotFound

from sne_interface.resources import contracts_dir, docs_dir, fixtures_dir
from sne_sandbox.offres_des_paquets import SECTIONS, offert
from sne_sandbox.web.configuration_et_services import services

DOSSIER: Final = docs_dir()
#: The page that lists the others: it opens the guide, and makes its menu.
SOMMAIRE: Final = "README"
#: How a page writes an address of the server: that of a server started without options.
SERVEUR: Final = "http://127.0.0.1:8080"
#: Pages that show the addresses of this very server below their title.
_AVEC_ADRESSES: Final = ("demarrer", "brancher")
#: A shelf of the list of pages, or one of its pages.
_RAYON: Final = re.compile(
    r"^## (?P<rayon>.+)$|^- \[(?P<titre>[^\]]+)\]\((?P<page>[a-z/-]+)\.md\)", re.MULTILINE
)
_COMMENTAIRE: Final = re.compile(r"^ *<!--.*?-->\n?", re.MULTILINE | re.DOTALL)
#: A file of the data that the wheel carries, as a page writes it.
_FICHIER: Final = re.compile(r"\]\((?:\.\./)+((?:fixtures|contracts)/[^)#]+\.[a-z0-9]+)\)")
#: What begins a row that one may be sent to: T-01, EMB-09.
_CODE: Final = re.compile(r"[A-Z]{1,3}-\d{2}")


@dataclass(frozen=True)
class Texte:
    """A page: its title, and the nodes (markdown-it) that follow it."""

    titre: str
    noeuds: tuple[Any, ...]


def page(page: str = SOMMAIRE) -> str:
    """One page; without a name, the list of them."""
    if page != SOMMAIRE and page not in pages():
        raise NotFound(f"Le guide n'a pas de page [{page[:40]}].")
    return render_template(
        "guide/page.html",
        cle=page,
        rayons=rayons(),
        texte=lire(page),
        services_soap=list(services().contrat.services.values()) if page in _AVEC_ADRESSES else (),
        home=services().magasin.home,
        lien=partial(lien, page=page),
        ancre=ancre,
        code=_CODE.fullmatch,
        commandes=commandes,
    )


def image(nom: str) -> Response:
    """A picture that a page shows."""
    return send_from_directory(DOSSIER / "captures", f"{nom}.png", mimetype="image/png", max_age=3600)


def fichier(chemin: str) -> Response:
    """A file that a page sends to, as text: an example to copy, a schema. No other file is given."""
    if chemin not in fichiers():
        raise NotFound(f"Le guide ne cite pas de fichier [{chemin[:80]}].")
    dossier, _, reste = chemin.partition("/")
    racine = fixtures_dir() if dossier == "fixtures" else contracts_dir()
    return send_file(racine / reste, mimetype="text/plain", download_name=Path(reste).name)


@cache
def rayons() -> Mapping[str, Mapping[str, str]]:
    """The shelves of the list of pages, in its order: title → pages of it, name → title."""
    lus: dict[str, dict[str, str]] = {}
    for trouve in _RAYON.finditer(_markdown(SOMMAIRE)):
        if trouve["rayon"]:
            lus[trouve["rayon"]] = {}
        else:
            lus[list(lus)[-1]][trouve["page"]] = trouve["titre"]
    return lus


def pages() -> dict[str, str]:
    """Every page but the list itself, in the order of the menu: name → title."""
    return {nom: titre for rayon in rayons().values() for nom, titre in rayon.items()}


@cache
def fichiers() -> frozenset[str]:
    """The files that pages send to: « fixtures/ci/gitlab-ci.yml »."""
    return frozenset(chemin for nom in (SOMMAIRE, *pages()) for chemin in _FICHIER.findall(_markdown(nom)))


@cache
def lire(page: str) -> Texte:
    """The page of that name, the comments of its Markdown left out. HTML in it is text like any other."""
    # Imported for the first page: nothing else in the console reads Markdown.
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    titre, *suite = SyntaxTreeNode(markdown.parse(_COMMENTAIRE.sub("", _markdown(page)))).children
    return Texte(titre.children[0].content, tuple(suite))


def _markdown(page: str) -> str:
    return (DOSSIER / f"{page}.md").read_text("utf-8")


def lien(adresse: str, page: str = SOMMAIRE) -> str | None:
    """Where a link of that page leads on this server, None for what this server does not have."""
    chemin, diese, suite = adresse.partition("#")
    if not chemin:
        return adresse
    if chemin.startswith(SERVEUR):
        absentes = {section.nom for section in SECTIONS if not offert(section.module)}
        return adresse.removeprefix(SERVEUR) or "/" if absentes.isdisjoint(chemin.split("/")) else None
    vise = posixpath.normpath(posixpath.join(posixpath.dirname(page), chemin))
    nom = vise.removesuffix(".md")
    if nom == SOMMAIRE:
        return f"/guide/{diese}{suite}"
    if nom in pages() or vise.startswith("captures/"):
        return f"/guide/{nom}{diese}{suite}"
    donnee = vise.removeprefix("../")
    return f"/guide/fichiers/{donnee}" if donnee in fichiers() else None


def commandes(extrait: str) -> str:
    """An example as it is copied: command lines without their prompt."""
    return "".join(ligne.removeprefix("$ ") for ligne in extrait.splitlines(keepends=True)).rstrip("\n")


def ancre(titre: str) -> str:
    """Name to link to a heading by, the same as in the repository: « Quand cela ne marche pas ? » is
    `quand-cela-ne-marche-pas-`."""
    return re.sub(r"[^\w\- ]", "", titre.replace("`", "").lower()).replace(" ", "-")
