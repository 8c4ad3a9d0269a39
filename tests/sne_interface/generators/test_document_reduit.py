"""The smallest requests are made again: what is stored never goes stale."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from lxml import etree
from reductions import ecrit, exemple_a_reduire, refuse_par_elle_seule

from sne_interface.contract.codec import parse
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.errors import ErreurInterne
from sne_interface.generators.document_reduit import codes_bloquants, plus_petite_demande, profil_bloquant
from sne_interface.generators.exemples_de_regles import ExempleDeRegle
from sne_interface.resources import fixtures_dir
from sne_interface.settings import Limites

CODES = tuple(codes_bloquants(charger("v5.2")))


def stockee(code: str) -> bytes:
    chemin = fixtures_dir() / "reductions" / f"{code}.xml"
    return chemin.read_bytes() if chemin.is_file() else pytest.fail(refaire([code]))


def refaire(codes: Iterable[str]) -> str:
    return f"write it: .venv/bin/python tests/reductions.py {' '.join(sorted(codes))}"


def canonique(octets: bytes) -> bytes:
    arbre = etree.fromstring(octets, etree.XMLParser(remove_blank_text=True))
    canonique: bytes = etree.tostring(arbre, method="c14n", with_comments=True)
    return canonique


def test_each_blocking_rule_has_one_and_no_other_has() -> None:
    stockees = {chemin.stem for chemin in (fixtures_dir() / "reductions").glob("*")}
    assert set(CODES) - stockees == set(), refaire(set(CODES) - stockees)
    assert stockees - set(CODES) == set(), "no rule that blocks has this code: take the file away"


@pytest.mark.parametrize("code", CODES)
def test_it_is_made_again_the_same(contrat: Contrat, code: str) -> None:
    assert canonique(ecrit(code, contrat)) == canonique(stockee(code)), refaire([code])


@pytest.mark.parametrize("code", CODES)
def test_its_rule_alone_refuses_it_as_it_is_shown(contrat: Contrat, code: str) -> None:
    racine = parse((plus_petite_demande(code) or "").encode(), limit=Limites().xml_max)
    assert refuse_par_elle_seule(code, exemple_a_reduire(code, contrat), contrat, racine)


@pytest.mark.parametrize("code", ["ENT009", "IDT008", "RAD003", "EVT006"])
def test_no_element_can_be_taken_from_it(contrat: Contrat, code: str) -> None:
    exemple = exemple_a_reduire(code, contrat)
    entier = parse(stockee(code), limit=Limites().xml_max)
    for rang in range(1, len(list(entier.iter()))):
        racine = parse(stockee(code), limit=Limites().xml_max)
        element = list(racine.iter())[rang]
        element.getparent().remove(element)
        assert not refuse_par_elle_seule(code, exemple, contrat, racine), element.tag


def test_what_the_document_does_not_say_heads_it() -> None:
    assert "profil ecole ; le numéro n'est pas dans la base" in (plus_petite_demande("CYC001") or "")
    assert "profil strict" in (plus_petite_demande("IDT003") or "")


def test_a_rule_that_only_warns_has_none(contrat: Contrat) -> None:
    assert plus_petite_demande("IDT001") is None
    assert profil_bloquant("IDT001", contrat) is None
    assert profil_bloquant("ZZZ001", contrat) is None
    with pytest.raises(ErreurInterne, match="IDT001"):
        exemple_a_reduire("IDT001", contrat)


def test_a_document_that_the_schema_refuses_proves_nothing(contrat: Contrat) -> None:
    racine = parse(stockee("ENT009"), limit=Limites().xml_max)
    racine.remove(racine[0])
    exemple = ExempleDeRegle(fichier="essai", rang=1, regle="ENT009", verdict="refuse")
    assert not refuse_par_elle_seule("ENT009", exemple, contrat, racine)


def test_a_code_is_never_a_path(tmp_path: Path) -> None:
    (tmp_path / "secret.xml").write_text("<secret/>")
    for chemin in (
        str(tmp_path / "secret"),
        "../demandes/personne_seule",
        "../reductions/ENT009",
        "x" * 5000,
    ):
        assert plus_petite_demande(chemin) is None
