"""What judges is told by its digests: another rule, another plan, another judge is named by its file."""

from pathlib import Path

from sne_conformite.preuves import empreintes_de_ce_qui_juge
from sne_interface.contract import contrats_charges


def test_each_kind_has_its_files_and_a_digest() -> None:
    detail = empreintes_de_ce_qui_juge.detailler(
        contrats_charges.charger(), empreintes_de_ce_qui_juge.lire_plan(None)
    )
    assert {"v5.0/rules.toml", "v5.2/rules.toml"} <= set(detail["regles"])
    assert "creation/CRE-SIMPLE.toml" in detail["plan"]
    assert "sne_conformite/pilotage/exemple_joue.py" in detail["juge"]
    assert "schemas/protocole.toml" in detail["juge"]
    assert "surcharge" not in detail
    resume = empreintes_de_ce_qui_juge.resumer(detail)
    assert set(resume) == set(detail)
    assert {len(sha256) for sha256 in resume.values()} == {64}


def test_a_plan_is_that_of_the_interface_byte_for_byte_or_is_another(tmp_path: Path) -> None:
    plan = empreintes_de_ce_qui_juge.lire_plan(None)
    assert empreintes_de_ce_qui_juge.autre_plan(plan) == ""
    autre = {**plan, "creation/CRE-COLOCATION.toml": "", "creation/A-MOI.toml": ""}
    del autre["creation/CRE-SIMPLE.toml"]
    assert empreintes_de_ce_qui_juge.autre_plan(autre) == (
        "le plan donné par --plan n'est pas celui de l'interface (changés : creation/CRE-COLOCATION.toml ; "
        "ôtés : creation/CRE-SIMPLE.toml ; ajoutés : creation/A-MOI.toml)"
    )
    # What is hidden under the folder of a group is not played: it stands for nothing.
    joue, cache = (tmp_path / d / "CRE-SIMPLE.toml" for d in ("creation", "creation/creation"))
    cache.parent.mkdir(parents=True)
    joue.write_text("moins", "utf-8")
    cache.write_text(plan["creation/CRE-SIMPLE.toml"], "utf-8")
    assert empreintes_de_ce_qui_juge.lire_plan(tmp_path) == {"creation/CRE-SIMPLE.toml": "moins"}


def test_an_overlay_is_a_kind_of_its_own_and_what_differs_is_named(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text('[ENT008]\ntexte = "autre"\n', "utf-8")
    avec = empreintes_de_ce_qui_juge.detailler(contrats_charges.charger(overlay=tmp_path))
    sans = empreintes_de_ce_qui_juge.detailler(contrats_charges.charger())
    assert list(empreintes_de_ce_qui_juge.differences(sans, sans)) == []
    assert list(empreintes_de_ce_qui_juge.differences(avec, sans)) == [
        "la surcharge (--contracts) (absents ici : rules.toml)"
    ]
    change = {**sans, "regles": {**sans["regles"], "v5.2/rules.toml": "0" * 64}}
    assert list(empreintes_de_ce_qui_juge.differences(change, sans)) == [
        "les règles (changés : v5.2/rules.toml)"
    ]
    resumes = [empreintes_de_ce_qui_juge.resumer(detail)["regles"] for detail in (change, sans)]
    assert resumes[0] != resumes[1]
