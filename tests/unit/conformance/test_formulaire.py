"""Documents as plain JSON, and back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sne_sandbox.conformance.formulaire import de_json, en_json, repetables
from sne_sandbox.contract import codec
from sne_sandbox.contract.versions import Contrat, charger
from sne_sandbox.domain.element import Element
from sne_sandbox.resources import fixtures_dir


@pytest.fixture(scope="module")
def contrat() -> Contrat:
    return charger()


def canonique(element: Element) -> bytes:
    return bytes(etree.tostring(codec.arbre(element), method="c14n"))


SPECIMENS = sorted((fixtures_dir() / "demandes").glob("*.xml"))


@pytest.mark.parametrize("fichier", SPECIMENS, ids=lambda f: f.stem)
def test_a_specimen_comes_back_as_it_was(contrat: Contrat, fichier: Any) -> None:
    formulaire = codec.decoder(
        etree.parse(fichier, etree.XMLParser(remove_blank_text=True)).getroot(),
        contrat.nomenclatures.conteneurs,
    ).enfant("demande/demandeLogement")
    assert formulaire is not None
    dit = en_json(formulaire, repetables(contrat), contrat.nomenclatures.conteneurs)
    relu = de_json("demandeLogement", json.loads(json.dumps(dit)))
    assert canonique(relu) == canonique(formulaire)


@given(
    textes=st.lists(st.text(st.characters(codec="utf-8", categories=["L", "P", "N", "Zs"])), max_size=3),
    code=st.from_regex("[A-Z0-9]{1,4}", fullmatch=True),
)
def test_what_is_built_comes_back(textes: list[str], code: str) -> None:
    liste = Element(
        "listeCotitulaire",
        "",
        None,
        tuple(
            Element("cotitulaire", "", None, (Element("nom", t), Element("civilite", "", {"code": code})))
            for t in textes
        ),
    )
    dit = en_json(liste, {"listeCotitulaire/cotitulaire"}, {"listeCotitulaire"})
    assert isinstance(dit, dict)
    assert len(dit.get("cotitulaire", [])) == len(textes)
    assert canonique(de_json("listeCotitulaire", dit)) == canonique(liste)


def test_one_that_may_repeat_is_an_array_all_the_same(contrat: Contrat) -> None:
    liste = Element("listeCotitulaire", "", None, (Element("cotitulaire", "", None, (Element("nom", "A"),)),))
    assert en_json(liste, repetables(contrat)) == {"cotitulaire": [{"nom": "A"}]}


def test_a_characteristic_without_a_value_is_no_coded_element() -> None:
    seule = de_json("caracteristiqueSpecifique", {"code": "BAIL"})
    assert seule.code is None
    assert seule.texte_de("code") == "BAIL"


def test_empty_ones() -> None:
    assert en_json(Element("listeHandicap"), (), {"listeHandicap"}) == {}
    assert en_json(Element("nom"), (), {"listeHandicap"}) == ""


def test_what_one_would_have_written() -> None:
    lu = de_json("x", {"a": True, "b": 12, "c": None})
    assert [e.texte for e in lu.enfants] == ["true", "12", ""]


@pytest.mark.parametrize("valeur", [["a"], {"code": 3}, {"a": [["b"]]}])
def test_no_content(valeur: object) -> None:
    with pytest.raises(ValueError, match="«"):
        de_json("x", valeur)
