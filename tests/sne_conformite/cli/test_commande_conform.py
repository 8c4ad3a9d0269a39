"""What `sne-sandbox conform` makes of its options."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from specimen import entete, rapport

from sne_conformite.bilan.trafic_juge import outil
from sne_conformite.cli.commande_conform import _a_rejouer, _choisir, _DemandeDEpreuve, commande
from sne_conformite.cli.options_de_jugement import extraire
from sne_conformite.cli.sorties_de_rapport import exigees
from sne_conformite.rapports import rapport_json
from sne_conformite.rapports.rapport import TRAFIC
from sne_conformite.rapports.verdict_de_conformite import a_rejouer
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


def ecrit(dossier: Path, commande: str = "sne-sandbox conform --application temoin", **choix: Any) -> str:
    """The folder of a report of that command."""
    dits = {"outil": outil(), "commande": commande, **choix}
    juge = replace(rapport(), entete=entete(**dits))
    (dossier / "rapport.json").write_bytes(rapport_json.octets(juge))
    return str(dossier)


def test_what_failed_is_played_again_as_it_was(tmp_path: Path) -> None:
    dossier = ecrit(
        tmp_path, "sne-sandbox conform --application './a b' --seed 7 --clock 2026-01-01 --scenario X"
    )
    lus = commande.make_context("conform", ["--rejouer", dossier, "--examples", "3"]).params
    attendus = {"designation": "./a b", "graine": 7, "horloge": "2026-01-01", "exemples": 3}
    assert attendus.items() <= lus.items()
    assert lus["scenarios"] == a_rejouer(rapport()) != ()


def test_the_command_that_plays_it_again_says_all_that_decides() -> None:
    mots = "--application ./a --examples 10 --delai 5.0 --profile strict --compression oui --message-max 9"
    lus = commande.make_context("conform", [*mots.split(), "--threads", "3"]).params
    assert _a_rejouer(extraire(_DemandeDEpreuve, lus), lus) == f"sne-sandbox conform {mots}"


@pytest.mark.parametrize(
    ("choix", "dit"),
    [({"outil": "sne-sandbox 0.0"}, "est de sne-sandbox 0.0, et voici"), ({"mode": TRAFIC}, "d'un trafic")],
)
def test_a_report_that_cannot_be_played_again_is_refused(
    tmp_path: Path, choix: dict[str, str], dit: str
) -> None:
    with pytest.raises(UsageError, match=dit):
        commande.make_context("conform", ["--rejouer", ecrit(tmp_path, **choix)])


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
