"""Every page of the console, by the name of its view: the sections say which there are, a crawl where.

A view that no page leads to is no page of the console: `test_pages.py` fails for it.
"""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

import requests
from donnees import a_cote
from flask import Flask
from lxml import html
from werkzeug.exceptions import HTTPException
from werkzeug.routing import AnyConverter, IntegerConverter, MapAdapter, RequestRedirect

from sne_console.cadre.application_console import inscrire
from sne_sandbox.offres_des_paquets import sections

#: How many pages of one view are looked for: there are hundreds alike of some, and of these one wants each.
PAR_VUE: Final[Mapping[str, int]] = a_cote(__file__)["par_vue"]
PAR_DEFAUT: Final = 2
DELAI: Final = 240.0
#: Words of Python or of a template that no page prints, in an attribute either; and those that only code may.
_JAMAIS: Final = re.compile(r" object at 0x|Traceback")
_SEULEMENT_EN_CODE: Final = re.compile(r"\bNone\b|\{\{")
#: Where a page shows code, or what somebody wrote.
_CODES: Final = (
    "ancestor-or-self::*[self::code or self::pre or self::textarea or self::script or self::style]"
)
#: Where a page leads to: links, images, streams.
_LIENS: Final = "//a/@href | //img/@src | //@data-flux | //@data-suivre | //object/@data | //iframe/@src"


@dataclass(frozen=True, slots=True)
class Recensement:
    """What a crawl found. `pages`: view → addresses; `fichiers`: view → media type of what is no page;
    `morts`: links that lead nowhere, and their status; `fuites`: address → what its page prints of the
    program."""

    pages: dict[str, list[str]] = field(default_factory=dict)
    fichiers: dict[str, str] = field(default_factory=dict)
    morts: dict[str, int] = field(default_factory=dict)
    fuites: dict[str, list[str]] = field(default_factory=dict)

    def de(self, section: str, *, toutes: bool = False) -> list[str]:
        """Addresses of the pages of a section, which has some; of exchanges the accepted, the refused, the
        unreadable; of the guide, whose pages are alike but for their words, `toutes` or a dozen."""
        au_plus = {"echange.page": 5, "guide.page": None if toutes else 12}
        trouvees = [
            adresse
            for vue, adresses in self.pages.items()
            if vue.partition(".")[0] == section
            for adresse in adresses[: au_plus.get(vue)]
        ]
        assert trouvees, f"no page of the section {section} is linked to"
        return trouvees


#: Names of the sections, in the order of the menu.
MODULES: Final = tuple(section.nom for section in sections())


#: The views of the console without what they need to answer: only where they are matters here.
_ADRESSES: Final = Flask("adresses")
_ADRESSES.url_map.strict_slashes = False
inscrire(_ADRESSES)
_CARTE: Final = _ADRESSES.url_map
_LOCALE: Final[MapAdapter] = _CARTE.bind("localhost")


#: What no link leads to: the progress of a judgement (test_conformite.py follows one), the piece of a page
#: that shows under the search as one types (test_accueil.py).
EN_COURS: Final = frozenset(("conformite.flux", "recherche.trouver", "scenes.flux", "ateliers.mots"))


def vues() -> list[str]:
    """Names of the views that are read, but for Flask's own and the doors of the console."""
    noms = {regle.endpoint for regle in _CARTE.iter_rules() if "GET" in (regle.methods or ())}
    return sorted(nom for nom in noms - EN_COURS if not nom.startswith(("static", "connexion.")))


def changements() -> list[tuple[str, str]]:
    """(view, a path) of everything that changes something in a base; its parameters are made up."""
    trouves = []
    for regle in _CARTE.iter_rules():
        if "POST" not in (regle.methods or ()) or regle.endpoint.startswith("connexion."):
            continue
        valeurs: dict[str, str | int] = {}
        for nom in regle.arguments:
            convertisseur = regle._converters[nom]
            if isinstance(convertisseur, AnyConverter):
                valeurs[nom] = min(convertisseur.items)
            else:
                valeurs[nom] = 1 if isinstance(convertisseur, IntegerConverter) else "ecole"
        construite = regle.build(valeurs, append_unknown=False)
        assert construite is not None, regle
        trouves.append((regle.endpoint, construite[1]))
    return sorted(trouves)


def vue(adresse: str) -> str | None:
    """Name of the view that an address opens; None for what is none of the sections'."""
    try:
        nom, _ = _LOCALE.match(urlsplit(adresse).path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return None if nom.startswith(("static", "connexion.")) else str(nom)


def _de_l_api(adresse: str) -> str | None:
    """What kind of file of the API an address opens: its path, without what it names; None for none."""
    chemin = urlsplit(adresse).path
    if not chemin.startswith("/api/v1/"):
        return None
    return re.sub(r"/(bases|exchanges|demandes|reports|snapshots|parts|files)/[^/]+", r"/\1/…", chemin)


def _questions(arbre: Any) -> Iterator[str]:
    """The forms that only ask, as they stand when one sends them."""
    for formulaire in arbre.forms:
        if formulaire.method == "GET":
            valeurs = [(nom, valeur) for nom, valeur in formulaire.form_values() if valeur]
            yield f"{formulaire.action or ''}?{urlencode(valeurs)}"


def fuites(arbre: Any) -> list[str]:
    """What a page prints of the program that made it: an object of Python, a trace, a template unfilled."""
    partout = [str(texte) for texte in arbre.xpath("//text() | //@*") if _JAMAIS.search(texte)]
    textes = arbre.xpath(f"//text()[not(ancestor::*[{_CODES}])]")
    return partout + [str(texte) for texte in textes if _SEULEMENT_EN_CODE.search(texte)]


def recenser(
    session: requests.Session, origine: str, departs: Iterable[str], par_vue: Mapping[str, int] = PAR_VUE
) -> Recensement:
    """The pages that `session` finds from `departs` by following links, at most `par_vue` of each view."""
    trouve = Recensement()
    a_voir = deque(urljoin(origine, depart) for depart in departs)
    connues, prises = set(a_voir), Counter[str]()
    while a_voir:
        voulue = a_voir.popleft()
        with session.get(voulue, headers={"Accept": "text/html"}, timeout=DELAI, stream=True) as reponse:
            adresse = urldefrag(reponse.url).url
            if reponse.status_code != 200:
                trouve.morts[adresse] = reponse.status_code
                continue
            nom, genre = vue(adresse), reponse.headers["Content-Type"]
            if not genre.startswith("text/html") or "Content-Disposition" in reponse.headers:
                if nom is not None:
                    trouve.fichiers[nom] = genre
                continue
            arbre = html.fromstring(reponse.text)
        if vues_fuites := fuites(arbre):
            trouve.fuites[adresse] = vues_fuites
        liens = [*arbre.xpath(_LIENS), *_questions(arbre)]
        if nom is not None and adresse not in trouve.pages.setdefault(nom, []):
            trouve.pages[nom].append(adresse)
        for lien in liens:
            suite = urldefrag(urljoin(adresse, lien)).url
            ici = suite.startswith(f"{origine}/") and suite not in connues
            but = (vue(suite) or _de_l_api(suite)) if ici else None
            if but is not None and prises[but] < par_vue.get(but, PAR_DEFAUT):
                prises[but] += 1
                connues.add(suite)
                a_voir.append(suite)
    return trouve
