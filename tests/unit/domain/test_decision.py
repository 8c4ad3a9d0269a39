import tomllib
from datetime import date

import pytest

from sne_sandbox.domain import decision as d
from sne_sandbox.domain.element import Element
from sne_sandbox.resources import contracts_dir


def caracteristique(code: str, valeur: str) -> Element:
    return Element(
        "caracteristiqueSpecifique",
        enfants=(Element("code", code), Element("valeurCaracteristiqueSpecifique", valeur)),
    )


def test_values_are_read_by_code_and_repeat() -> None:
    liste = (
        caracteristique(d.CATEGORIE, "HANDIC"),
        caracteristique(d.CATEGORIE, "SANLOG"),
        caracteristique(d.DATE_COMMISSION, "15/03/2018"),
        caracteristique(d.BAIL, "oui"),
        caracteristique(d.MOTIF, ""),
    )
    evenement = Element("evenement", enfants=(Element("listeCaracteristiquesSpecifiques", enfants=liste),))
    decision = d.Decision.de(evenement)
    assert [e.texte for e in decision.valeurs[d.CATEGORIE]] == ["HANDIC", "SANLOG"]
    assert decision.jour(d.DATE_COMMISSION) == date(2018, 3, 15)
    assert decision.booleen(d.BAIL) is True
    assert decision.texte(d.MOTIF) is None
    assert decision.booleen(d.DALO) is None


@pytest.mark.parametrize(
    ("code", "jour", "attendu"),
    [
        ("HANDIC", date(2018, 3, 15), True),
        ("SORACT", date(2018, 11, 24), False),
        ("SORACT", date(2018, 11, 25), True),
        ("INCONNU", date(2018, 3, 15), False),
    ],
)
def test_categories_in_force(code: str, jour: date, attendu: bool) -> None:
    assert d.categorie_en_vigueur(code, jour) is attendu


def test_the_codes_are_those_of_the_contract() -> None:
    donnees = tomllib.loads((contracts_dir() / "v5.2" / "evenements.toml").read_text(encoding="utf-8"))
    par_code = {c["code"]: c for c in donnees[d.TYPE_DECISION]["caracteristiques"]}
    attendus = {
        d.DATE_COMMISSION: "DAT",
        d.DECISION: "LST",
        d.REFUS_DU_MENAGE: "BOO",
        d.RANG: "NUM",
        d.CONDITION: "TXT",
        d.MOTIF: "TXT",
        d.CATEGORIE: "LST",
        d.DALO: "BOO",
        d.BAIL: "BOO",
        d.DATE_BAIL: "DAT",
    }
    assert {code: par_code[code]["type"] for code in attendus} == attendus
    assert {code for code, _ in par_code[d.DECISION]["valeurs"]} == d.DECISIONS
    assert {code for code, _ in par_code[d.CATEGORIE]["valeurs"]} == set(d.CATEGORIES)
