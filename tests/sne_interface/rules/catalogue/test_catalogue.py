"""A rule is found by its type and its code: none that is written may be left out, nor run twice."""

import pkgutil
from collections import Counter
from importlib import import_module

import pytest

from sne_interface.generators.exemples_de_regles import exemples
from sne_interface.rules import catalogue
from sne_interface.rules.catalogue import REGLES, SUJETS, regles_du_module, sujet_de

MODULES = [import_module(f"{catalogue.__name__}.{m.name}") for m in pkgutil.iter_modules(catalogue.__path__)]


def test_every_module_has_a_prefix() -> None:
    assert {sujet.module for sujet in SUJETS.values()} == set(MODULES)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_the_prefix_of_a_code_leads_to_its_file(module: object) -> None:
    for regle in regles_du_module(module):  # type: ignore[arg-type]
        sujet = SUJETS.get(regle.code[:3])
        assert (sujet.module if sujet else None) is module, (
            f"{regle.code} ({regle.nom}) : son préfixe ne mène pas à ce fichier, "
            "voyez rules/catalogue/sujets.csv"
        )


def test_a_code_is_that_of_one_rule() -> None:
    assert [code for code, nombre in Counter(r.code for r in REGLES).items() if nombre > 1] == []


def test_the_prefix_of_a_code_leads_to_its_examples() -> None:
    assert {(e.regle, e.fichier) for e in exemples()} == {(r.code, sujet_de(r.code).nom) for r in REGLES}
