"""The table of what each package offers (`offres_des_paquets.csv`): commands with their line of help, parts
of the application with the first segments of their paths, sections of the console with the entry of the menu
that leads to them and their title, resources of the API.

The table names modules, and imports none: a module is imported when it is used. A package that is not
installed offers nothing, and the rest works without it.
"""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from sne_interface.resources import RACINE, table


@dataclass(frozen=True)
class CommandeOfferte:
    """A command: the module whose `commande` it is, and its line of help."""

    module: str
    aide: str


@dataclass(frozen=True)
class Partie:
    """A part of the application: the first segments of its paths, and the module whose
    `construire(aiguillage)` makes it (`web.parties_au_besoin`)."""

    nom: str
    module: str
    segments: frozenset[str]


@dataclass(frozen=True)
class Section:
    """A section of the console. `module` has its views, whose addresses are in the `adresses.csv` of its
    package; `titre` is its name in the menu (None: reached from another section); `groupe` is the entry of
    the menu that leads to it."""

    nom: str
    module: str
    groupe: str
    titre: str | None = None

    @property
    def endpoint(self) -> str:
        """Flask's name of the view that the entry opens."""
        return f"{self.nom}.page"


def _offertes(offre: str) -> list[Mapping[str, str]]:
    return [ligne for ligne in _LIGNES if ligne["offre"] == offre]


_LIGNES: Final = table(__file__)
#: By name, in the order of the help.
COMMANDES: Final = {
    ligne["nom"]: CommandeOfferte(ligne["adresse"], ligne["texte"]) for ligne in _offertes("commande")
}
PARTIES: Final = tuple(
    Partie(ligne["nom"], ligne["adresse"], frozenset(mot.strip("/") for mot in ligne["texte"].split()))
    for ligne in _offertes("partie")
)
#: In the order in which a group shows them; the first that one may open is where the group leads.
SECTIONS: Final = tuple(
    Section(ligne["nom"], ligne["adresse"], ligne["groupe"], ligne["texte"] or None)
    for ligne in _offertes("section")
)
#: Blueprints of the API, `module:attribute`, in the order of its description.
RESSOURCES: Final = tuple(ligne["adresse"] for ligne in _offertes("ressource"))
#: What is offered once, `module:attribute`: a package calls it without knowing which one answers.
UNIQUES: Final = {ligne["nom"]: ligne["adresse"] for ligne in _offertes("unique")}
#: Packages that have deeds, told in their `gestes.csv`, in the order of the docs.
GESTES: Final = tuple(ligne["adresse"] for ligne in _offertes("gestes"))


@cache
def installe(paquet: str) -> bool:
    """True when a package of the wheel is there, beside this one: a folder without `__init__.py` is none."""
    return (RACINE / paquet / "__init__.py").is_file()


def offert(module: str) -> bool:
    """True when the package of a module, or of `module:attribute`, is there."""
    return installe(module.partition(".")[0])


def commandes() -> dict[str, CommandeOfferte]:
    """The commands that are there."""
    return {nom: commande for nom, commande in COMMANDES.items() if offert(commande.module)}


def parties() -> tuple[Partie, ...]:
    """The parts of the application that are there."""
    return tuple(partie for partie in PARTIES if offert(partie.module))


@cache
def sections() -> tuple[Section, ...]:
    """The sections of the console that are there."""
    return tuple(section for section in SECTIONS if offert(section.module))


def ressources() -> Iterator[Any]:
    """The blueprints of the API that are there, imported."""
    return (_charger(adresse) for adresse in RESSOURCES if offert(adresse))


def tables_de_gestes() -> Iterator[Path]:
    """The tables of deeds of the packages that are there."""
    return (RACINE / paquet / "gestes.csv" for paquet in GESTES if installe(paquet))


def unique(nom: str) -> Any:
    """The function that is offered under a name of `UNIQUES`; None when its package is not there."""
    adresse = UNIQUES[nom]
    return _charger(adresse) if offert(adresse) else None


def _charger(adresse: str) -> Any:
    module, _, attribut = adresse.partition(":")
    return getattr(importlib.import_module(module), attribut)
