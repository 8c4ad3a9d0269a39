"""The adapter of fixtures/clients, which speaks SOAP itself, through the whole plan."""

import ast
import json
import sys
from pathlib import Path

from commande import sne

from sne_interface.resources import fixtures_dir

ADAPTATEUR = fixtures_dir() / "clients" / "python" / "adaptateur.py"

#: It knows five commands of twenty-six: nothing to leave its address, renew, radiate, separate or delete by.
MANQUE_AU_SOCLE = {"EMB-12", "EMB-16", "VIE-05", "VIE-06", "VIE-08", "VIE-09", "VIE-27", "EMB-14", "CTR-09"}


def test_it_conforms_on_the_commands_it_knows(tmp_path: Path) -> None:
    """All but the SHOULD that it says it leaves, on a machine that writes something else than UTF-8."""
    application = f"env PYTHONIOENCODING=latin-1 {sys.executable} {ADAPTATEUR}"
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
    attributions = {lacune["quoi"] for lacune in mentions["attributions"]["lacunes"]} - set(socle)
    assert attributions == {"VIE-07", "FID-14", "ajouterEvenementDemande", "bail-signe", "sans-bail"}


#: The same, to which somebody has added two commands as the protocol tells them.
COMPLETE = """
import sys

sys.path.insert(0, {clients!r})
import adaptateur as a

contenus = {{}}

def enregistrer(app, message):
    contenus[message["reference"]] = message["demande"]
    return a.enregistrer(app, message)

def radier(app, message):
    demande = contenus[message["reference"]] | {{"radiation": message["radiation"]}}
    return app.envoyer("RAD", message | {{"demande": demande}}, app.numero(message))

a.COMMANDES |= {{"enregistrer": enregistrer, "corriger": enregistrer, "radier": radier}}
a.main()
"""


def test_it_forces_when_the_user_confirms_and_only_then(tmp_path: Path) -> None:
    """Confirmed from the start (ROB-HOMONYMES), or after the refusal (DOU-FORCER)."""
    complete = tmp_path / "complete.py"
    complete.write_text(COMPLETE.format(clients=str(ADAPTATEUR.parent)), "utf-8")
    vu = sne(
        tmp_path, "conform", "--application", f"{sys.executable} {complete}", "--examples", "1",
        "--scenario", "ROB-HOMONYMES", "--scenario", "DOU-FORCER", "--format", "json",
    )  # fmt: skip
    rapport = json.loads(vu.stdout)
    assert "enfreinte" not in {b["etat"] for b in rapport["bilans"] if b["exigence"] == "VIE-10"}
    joues = {s["id"]: s["verdict"] for s in rapport["scenarios"] if s["verdict"] != "sans objet"}
    assert set(joues) == {"ROB-HOMONYMES", "DOU-FORCER"}


def test_it_needs_the_standard_library_only_and_stays_an_example() -> None:
    texte = ADAPTATEUR.read_text("utf-8")
    assert len(texte.splitlines()) <= 190
    importes = set()
    for noeud in ast.walk(ast.parse(texte)):
        if isinstance(noeud, ast.Import):
            importes |= {nom.name.partition(".")[0] for nom in noeud.names}
        elif isinstance(noeud, ast.ImportFrom):
            importes.add((noeud.module or "").partition(".")[0])
    assert importes - set(sys.stdlib_module_names) == {"enregistrer"}
