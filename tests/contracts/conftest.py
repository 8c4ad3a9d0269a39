"""Schemas read from the files as they are, and the engine that derives documents from the tables."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import xmlschema
from lxml import etree

ICI = Path(__file__).parent
CONTRATS = ICI.parents[1] / "contracts"
COUCHES = ("v5.2", "v5.0")


def _module(nom: str) -> ModuleType:
    """A module that stands beside the tests. They are imported one by one, not as a package, so that it
    has to be named by hand before another can import it."""
    if (connu := sys.modules.get(f"contrat_{nom}")) is not None:
        return connu
    spec = importlib.util.spec_from_file_location(f"contrat_{nom}", ICI / f"{nom}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def fichier_du_contrat(chemin: str) -> Path:
    """The file of contract v5.2 at a relative path: its own, else that of v5.0."""
    return next(CONTRATS / couche / chemin for couche in COUCHES if (CONTRATS / couche / chemin).is_file())


class _Inclusions(etree.Resolver):
    def resolve(self, system_url: str, public_id: str, context: object) -> object:
        fichier = fichier_du_contrat(f"xsd/{system_url.rpartition('/')[2]}")
        return self.resolve_string(fichier.read_bytes(), context, base_url=system_url)


@pytest.fixture(scope="session")
def modele() -> ModuleType:
    """The tables and their judge."""
    return _module("modele")


@pytest.fixture(scope="session")
def derivation(modele: ModuleType) -> ModuleType:
    """The documents derived from the tables."""
    return _module("derivation")


@pytest.fixture(scope="session")
def fichier() -> Callable[[str], Path]:
    """Finds a file of contract v5.2 by its relative path."""
    return fichier_du_contrat


@pytest.fixture(scope="session")
def par_lxml() -> Callable[[str], etree.XMLSchema]:
    """Compiles `xsd/<nom>.xsd` with lxml, once."""
    compiles: dict[str, etree.XMLSchema] = {}

    def compiler(nom: str) -> etree.XMLSchema:
        if nom not in compiles:
            analyseur = etree.XMLParser(no_network=True)
            analyseur.resolvers.add(_Inclusions())
            compiles[nom] = etree.XMLSchema(etree.parse(str(fichier_du_contrat(f"xsd/{nom}.xsd")), analyseur))
        return compiles[nom]

    return compiler


@pytest.fixture(scope="session")
def par_xmlschema() -> Callable[[str], xmlschema.XMLSchema]:
    """Compiles `xsd/<nom>.xsd` with xmlschema, once."""
    compiles: dict[str, xmlschema.XMLSchema] = {}

    def compiler(nom: str) -> xmlschema.XMLSchema:
        if nom not in compiles:
            compiles[nom] = xmlschema.XMLSchema(
                str(fichier_du_contrat(f"xsd/{nom}.xsd")),
                uri_mapper=lambda uri: (
                    fichier_du_contrat(f"xsd/{uri.rpartition('/')[2]}").as_uri()
                    if uri.endswith(".xsd")
                    else uri
                ),
            )
        return compiles[nom]

    return compiler
