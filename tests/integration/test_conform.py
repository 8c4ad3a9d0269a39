"""`sne-sandbox conform`: the honest application, one with a defect, one over HTTP, and none at all."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commande import MARS, argv, environnement, rapport_de, sne
from donnees import a_cote
from fautes import designation
from lxml import etree

from sne_conformite.rapports import formats_de_rapport
from sne_interface.resources import docs_dir
from sne_sandbox.pki.authority import Autorite, ecrire

DONNEES = a_cote(__file__)

TEMOIN = ("conform", "--application", "temoin", "--clock", MARS)
FAUTIVE = ("conform", "--application", designation("second-cotitulaire"), "--clock", MARS)
CLIENTS = Path(__file__).parents[2] / "fixtures" / "clients" / "python"
FICHIERS = set(formats_de_rapport.TOUJOURS)


@pytest.fixture(scope="module")
def fautive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the report `r` of an application that loses the second co-tenant is."""
    dossier = tmp_path_factory.mktemp("fautive")
    choix = ("--scenario", "CRE-COLOCATION", "--examples", "3", "--seed", "5")
    vu = sne(dossier, *FAUTIVE, *choix, "--report-dir", "r")
    assert vu.returncode == 1, vu.stderr
    (dossier / "dit.txt").write_text(vu.stdout, "utf-8")
    return dossier


@pytest.mark.interprete
def test_the_honest_application_conforms(tmp_path: Path) -> None:
    choix = ("--scenario", "CRE-SIMPLE", "--scenario", "TRA", "--examples", "2")
    vu = sne(tmp_path, *TEMOIN, *choix, "--report-dir", "r")
    assert vu.returncode == 0, vu.stdout + vu.stderr
    assert re.match(r"\d+ opérations? sur 13, .* exigences prouvées sur \d+, aucun manquement : ", vu.stdout)
    assert "CRE-SIMPLE" in vu.stderr, "progress is told on stderr"
    assert {f.name for f in tmp_path.iterdir()} == {"r"}, "nothing is left where the user is"
    assert {f.name for f in (tmp_path / "r").iterdir()} == FICHIERS
    rapport = rapport_de(tmp_path / "r")
    joues = [s["id"] for s in rapport["scenarios"]]
    assert "CRE-SIMPLE" in joues
    assert all(s == "CRE-SIMPLE" or s.startswith("TRA-") for s in joues), "a head names a family"
    assert rapport["entete"]["mode"] == "plan"
    assert sne(tmp_path, "report", "--verify", "r/preuves.zip").returncode == 0


def test_the_protocol_is_in_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    temoin = f"env PYTHONIOENCODING=latin-1 {sys.executable} -m sne_temoin"
    choix = ("--scenario", "CRE-SIMPLE", "--examples", "1")
    vu = sne(tmp_path, "conform", "--application", temoin, "--clock", MARS, *choix)
    assert vu.returncode == 0, vu.stderr


def test_a_defect_is_named_shrunk_and_reproduced(fautive: Path) -> None:
    rapport = rapport_de(fautive / "r")
    (echec,) = [v for s in rapport["scenarios"] for v in s["verifications"] if v["verdict"] == "échoué"]
    assert echec["id"] == "CRE-COLOCATION/FID-02"
    assert echec["exemple"]
    suites = etree.parse(fautive / "r" / "junit.xml").getroot()
    assert [cas.getparent().get("name") for cas in suites.iter("failure")]
    assert int(suites.get("failures")) == 1
    mots = shlex.split(echec["commande"])
    assert mots[:2] == ["sne-sandbox", "conform"]
    vu = sne(fautive, *mots[1:], "--format", "json")
    assert vu.returncode == 1
    refaits = [v for s in json.loads(vu.stdout)["scenarios"] for v in s["verifications"]]
    (refait,) = [v for v in refaits if v["verdict"] == "échoué"]
    assert (refait["id"], refait["exemple"]) == (echec["id"], echec["exemple"])


def test_what_the_guide_shows_of_a_failure_is_what_is_said(fautive: Path) -> None:
    page = (docs_dir() / "certifier.md").read_text("utf-8")
    bloc = page.split("<!-- manquement:")[1].split("```text\n")[1].split("```")[0]
    dites = iter((fautive / "dit.txt").read_text("utf-8").splitlines())
    assert [ligne for ligne in bloc.splitlines() if ligne not in dites] == [], "each, in that order"


def test_a_known_failure_is_excused(fautive: Path) -> None:
    (fautive / "connus.toml").write_text(
        '[[connue]]\nverification = "CRE-COLOCATION/FID-02"\nraison = "ticket 9"\nexpire = 2099-12-31\n',
        "utf-8",
    )
    vu = sne(
        fautive, *FAUTIVE, "--scenario", "CRE-COLOCATION", "--examples", "1",
        "--baseline", "connus.toml", "--format", "junit",
    )  # fmt: skip
    assert vu.returncode == 0, vu.stderr
    assert etree.fromstring(vu.stdout.encode()).get("failures") == "0"


def test_an_application_over_http(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sne_temoin", "--http", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env=environnement(),
    ) as application:
        try:
            assert application.stderr is not None
            adresse = application.stderr.readline().strip()
            vu = sne(
                tmp_path, "conform", "--application", adresse, "--scenario", "CRE-SIMPLE", "--examples", "1"
            )
        finally:
            application.kill()
    assert vu.returncode == 0, vu.stdout + vu.stderr


@pytest.mark.parametrize(
    ("application", "dit"),
    [
        ("./absente", "ne se lance pas"),
        ("sh -c 'while read l; do echo bonjour; done'", "autre chose que du JSON"),
        ("sh -c 'echo adieu >&2; exit 3'", "adieu"),
        ("http://127.0.0.1:9/", "est-elle lancée"),
    ],
)
def test_an_application_that_never_answers_is_no_verdict(tmp_path: Path, application: str, dit: str) -> None:
    choix = ("--scenario", "CRE-SIMPLE", "--examples", "1")
    vu = sne(tmp_path, "conform", "--application", application, *choix, "--report-dir", "r")
    assert (vu.returncode, vu.stdout) == (3, "")
    assert dit in vu.stderr
    assert {f.name for f in (tmp_path / "r").iterdir()} == FICHIERS - {"preuves.zip"}
    (cas,) = etree.parse(tmp_path / "r" / "junit.xml").iter("error")
    assert dit in (cas.text or ""), "a CI shows nothing else"
    rapport = rapport_de(tmp_path / "r")
    assert not rapport["conforme"]
    assert dit in rapport["entete"]["inacheve"]


@pytest.mark.parametrize("application", ["/nexiste", "'/pas fermé", " "])
def test_a_command_that_is_none_is_told_before_anything_begins(tmp_path: Path, application: str) -> None:
    vu = sne(tmp_path, "conform", "--application", application, "--format", "junit")
    assert vu.returncode == 3
    _, dit = vu.stderr.split("\n", 1)
    assert dit.startswith("sne-sandbox : L'application ne se lance pas : "), "nothing was served"
    assert "--application" in vu.stderr.partition("→")[2]
    (cas,) = etree.fromstring(vu.stdout.encode()).iter("error")
    assert "ne se lance pas" in cas.get("message")


@pytest.mark.parametrize(("arguments", "dit"), DONNEES["wrong_usage"])
def test_wrong_usage(tmp_path: Path, arguments: list[str], dit: str) -> None:
    vu = sne(tmp_path, "conform", *arguments)
    assert (vu.returncode, vu.stdout) == (2, "")
    assert dit in vu.stderr


def test_sigterm_leaves_what_was_seen_and_nothing_else(tmp_path: Path) -> None:
    ici = tmp_path / "ici"
    ici.mkdir()
    with subprocess.Popen(
        argv(*TEMOIN, "--examples", "50", "--report-dir", "r"),
        cwd=ici,
        env=environnement() | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as processus:
        assert processus.stderr is not None
        while not processus.stderr.readline().startswith("["):
            assert processus.poll() is None
        processus.terminate()
        _, erreur = processus.communicate(timeout=240)
    assert processus.returncode == 143
    assert "interrompu (SIGTERM)" in erreur
    assert list(tmp_path.iterdir()) == [ici]
    assert [f.name for f in ici.iterdir()] == ["r"]
    assert {f.name for f in (ici / "r").iterdir()} == FICHIERS
    rapport = rapport_de(ici / "r")
    assert rapport["entete"]["inacheve"].startswith("Interrompu (SIGTERM) : ")
    verdicts = [s["verdict"] for s in rapport["scenarios"]]
    assert verdicts[0] == "réussi"
    assert verdicts[-1] == "en attente"
    assert rapport["scenarios"][-1]["raison"] == "interrompu (SIGTERM)"
    assert rapport["motifs"] == [rapport["entete"]["inacheve"]]
    (cas,) = etree.parse(ici / "r" / "junit.xml").iter("error")
    assert "partiel" in cas.get("message")
    assert "octet pour octet" in sne(ici, "report", "--verify", "r/preuves.zip").stderr


#: Says that it can do what it is told as it starts, and answers the rest by another id.
ADAPTATEUR = """
import json, sys
for ligne in sys.stdin:
    m = json.loads(ligne)
    dit = {"statut": "fait", "nom": "a", "version": "1", "commandes": sys.argv[1:]}
    print(json.dumps({"id": m["id"] + 99 * (m["commande"] == "enregistrer"), **dit}), flush=True)
"""


def test_an_application_that_does_nothing_is_not_conforming(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(ADAPTATEUR, "utf-8")
    vu = sne(tmp_path, "conform", "--application", f"{sys.executable} a.py", "--scenario", "CRE-SIMPLE")
    assert vu.returncode == 1, vu.stderr
    assert "Rien n'a été prouvé" in vu.stdout


#: What breaks when the adapter presents, or knows, something else than it was given; what is said then.
AUTRES = DONNEES["autres"]


@pytest.mark.parametrize("exigence", AUTRES)
def test_a_certificate_of_another_authority_is_named_with_its_remedy(tmp_path: Path, exigence: str) -> None:
    """Whether the application gives up before or after the server has written the handshake down."""
    donne, autre, dit, attendu = AUTRES[exigence]
    ecrire(Autorite.ouvrir(tmp_path / "autre").emettre("G1226"), tmp_path)
    source = (CLIENTS / "adaptateur.py").read_text("utf-8")
    assert donne in source
    (tmp_path / "a.py").write_text(source.replace(donne, autre), "utf-8")
    for module in ("enregistrer.py", "protocole.py"):
        shutil.copy(CLIENTS / module, tmp_path)
    choix = ("--scenario", "CRE-SIMPLE", "--examples", "1", "--report-dir", "r")
    vu = sne(tmp_path, "conform", "--application", f"{sys.executable} a.py", *choix)
    assert vu.returncode == 1, vu.stdout + vu.stderr
    assert f"exigence obligatoire enfreinte : {exigence}." in vu.stdout
    assert dit in vu.stdout
    assert f"attendu : {attendu}" in vu.stdout
    assert "en erreur" not in vu.stdout
    assert "octet pour octet" in sne(tmp_path, "report", "--verify", "r/preuves.zip").stderr


def test_an_answer_that_is_not_one_is_played_again_alone(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(ADAPTATEUR, "utf-8")
    choix = ("--scenario", "CRE-SIMPLE", "--scenario", "CRE-COUPLE", "--examples", "1", "--report-dir", "r")
    vu = sne(tmp_path, "conform", "--application", f"{sys.executable} a.py enregistrer", *choix)
    assert vu.returncode == 3, "nothing of it reached the SNE"
    rapport = rapport_de(tmp_path / "r")
    assert rapport["entete"]["commande"].endswith(" --scenario CRE-SIMPLE --scenario CRE-COUPLE")
    for scenario in rapport["scenarios"]:
        assert scenario["verifications"]
        assert all(v["commande"].endswith(f" --scenario {scenario['id']}") for v in scenario["verifications"])
