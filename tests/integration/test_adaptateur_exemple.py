"""The adapter of fixtures/clients, which speaks SOAP itself, through the whole plan."""

import json
import sys
from pathlib import Path

from commande import sne

from sne_interface.resources import fixtures_dir

ADAPTATEUR = fixtures_dir() / "clients" / "python" / "adaptateur.py"
#: It knows seven commands of twenty-six: nothing to renew, radiate, separate or delete by.
MANQUE_AU_SOCLE = {"VIE-05", "VIE-06", "VIE-08", "VIE-09", "VIE-27", "EMB-14", "CTR-09"}


def test_it_conforms_on_the_commands_it_knows(tmp_path: Path) -> None:
    """All but the SHOULD that it says it leaves, without any library (-S), where texts are not in UTF-8."""
    application = f"env PYTHONIOENCODING=latin-1 {sys.executable} -S {ADAPTATEUR}"
    vu = sne(tmp_path, "conform", "--application", application, "--examples", "1", "--format", "json")
    assert vu.returncode == 0, vu.stderr
    rapport = json.loads(vu.stdout)
    assert [b["exigence"] for b in rapport["bilans"] if b["etat"] == "non suivie"] == ["VIE-12"]
    assert "enfreinte" not in {b["etat"] for b in rapport["bilans"]}
    joues = {s["id"].partition("-")[0] for s in rapport["scenarios"] if s["verdict"] == "réussi"}
    assert {"TRA", "CRE", "CYC", "CON", "ROB"} <= joues
    mentions = {m["id"]: m for m in rapport["mentions"]}
    assert {m["verdict"] for m in mentions.values()} == {"incomplète"}
    assert {lacune["quoi"] for lacune in mentions["messages"]["lacunes"]} == {"VIE-05", "VIE-06"}
    socle = {lacune["quoi"]: lacune for lacune in mentions["socle"]["lacunes"]}
    assert set(socle) == MANQUE_AU_SOCLE, "what lacks, and nothing else"
    assert socle["VIE-06"]["phrase"] == "sans preuve : l'application ne connaît pas : radier"
    for quoi, lacune in socle.items():
        assert bool(lacune["commande"]) == (quoi not in ("EMB-14", "CTR-09")), quoi
        assert not lacune["commande"] or f"--application '{application}' --scenario " in lacune["commande"]
