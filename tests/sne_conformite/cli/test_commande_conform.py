"""What `sne-sandbox conform` makes of its options."""

import click
import pytest

from sne_conformite.cli.commande_conform import _choisir, commande
from sne_conformite.cli.sorties_de_rapport import exigees
from sne_interface.contract.contrats_charges import charger
from sne_interface.errors import UsageError
from sne_interface.settings import EXEMPLES_MAX

CONNUS = ("CRE-COMPLETE", "CRE-COMPLETE-COUPLE", "CYC-MODIFIER")


def test_a_scenario_s_own_id_plays_it_alone() -> None:
    assert _choisir(["CRE-COMPLETE"], CONNUS) == ("CRE-COMPLETE",)
    assert _choisir(["CYC", "CRE-COMPLETE"], CONNUS) == ("CRE-COMPLETE", "CYC-MODIFIER")
    assert _choisir(["CRE"], CONNUS) == ("CRE-COMPLETE", "CRE-COMPLETE-COUPLE")
    assert _choisir(["cyc-modifier"], CONNUS) == ("CYC-MODIFIER",)
    with pytest.raises(UsageError):
        _choisir(["CR"], CONNUS)


def test_what_cannot_be_proved_cannot_be_required() -> None:
    """EMB-14: what an application keeps is not seen from here."""
    contrat = charger()
    assert exigees(["VIE-01,vie-02"], contrat) == ("VIE-01", "VIE-02")
    with pytest.raises(UsageError, match="EMB-14"):
        exigees(["EMB-14"], contrat)


def test_evidence_may_hold_as_many_examples_as_can_be_asked() -> None:
    (demandes,) = (p.type for p in commande.params if p.name == "exemples")
    assert isinstance(demandes, click.IntRange)
    assert demandes.max == EXEMPLES_MAX
