"""A guichet as somebody writes it."""

from datetime import date
from typing import Any

import pytest

from sne_interface.domain.base import Acte, Guichet, NatureGuichet
from sne_interface.domain.guichet_ecrit import lire_guichet
from sne_interface.errors import UsageError

ECRIT: dict[str, Any] = {
    "code": "G1104",
    "nature": "bailleur",
    "territoire": "111",
    "nom": " Logis d'Essai ",
    "adresse": "1 rue Fictive",
    "ouvert_le": date(2011, 3, 28),
}


def test_it_is_read_whole() -> None:
    assert lire_guichet(ECRIT) == Guichet(
        "G1104", NatureGuichet.BAILLEUR, "111", "Logis d'Essai", "1 rue Fictive", date(2011, 3, 28)
    )
    systeme = lire_guichet(
        ECRIT
        | {
            "nature": "système particulier",
            "territoire": "044",
            "autres_territoires": ["049", "044", "049", "02A"],
            "siren": "992 200 337",
            "siren_invente": True,
            "actes": ["decider", "enregistrer", "decider"],
            "ferme_le": date(2011, 3, 28),
        }
    )
    assert systeme.territoires == ("044", "049", "02A")
    assert (systeme.siren, systeme.siren_invente) == ("992200337", True)
    assert systeme.actes == (Acte.ENREGISTRER, Acte.DECIDER)
    assert not systeme.est_ouvert(date(2011, 3, 28))


@pytest.mark.parametrize("siren", ["992200337", "217500016", "99220033 7"])
def test_a_siren_is_nine_digits_with_its_key(siren: str) -> None:
    assert lire_guichet(ECRIT | {"siren": siren}).siren == siren.replace(" ", "")


@pytest.mark.parametrize("siren", ["12", "992200338", "9922003370", "99220033A", "99220033700012", 992])
def test_another_is_refused_in_french(siren: Any) -> None:
    with pytest.raises(UsageError, match=r"G1104.*le SIREN \[.*\] est mal formé") as refus:
        lire_guichet(ECRIT | {"siren": siren})
    assert "clé de Luhn" in refus.value.remede


@pytest.mark.parametrize(
    ("champs", "dit"),
    [
        ({"code": "1104"}, "code de guichet"),
        ({"code": "G11045"}, "code de guichet"),
        ({"nature": "banque"}, "nature : [banque] n'existe pas"),
        ({"nature": None}, "nature"),
        ({"territoire": "75"}, "territoire [75]"),
        ({"territoire": None}, "territoire [None]"),
        ({"autres_territoires": ["062"]}, "seul un système particulier"),
        ({"nature": "système particulier", "autres_territoires": ["44"]}, "territoire [44]"),
        ({"nom": "  "}, "« nom »"),
        ({"nom": "deux\nlignes"}, "« nom »"),
        ({"nom": "x" * 201}, "« nom »"),
        ({"adresse": 3}, "« adresse »"),
        ({"ouvert_le": "2011-03-28"}, "jour"),
        ({"ouvert_le": None}, "jour"),
        ({"ferme_le": date(2011, 3, 27)}, "ferme avant d'ouvrir"),
        ({"actes": ["voler"]}, "actes : [voler]"),
        ({"couleur": "vert"}, "« couleur »"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_remedy(champs: dict[str, Any], dit: str) -> None:
    with pytest.raises(UsageError) as refus:
        lire_guichet(ECRIT | champs)
    assert dit in str(refus.value)
    assert refus.value.remede
