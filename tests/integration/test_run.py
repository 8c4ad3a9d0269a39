"""`sne-sandbox run`: the variables, the exit codes, the reports, and the signals."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commande import MARS, argv, client, environnement, rapport_de, sne
from donnees import a_cote
from lxml import etree

from sne_conformite.rapports import formats_de_rapport
from sne_interface.resources import fixtures_dir

DONNEES = a_cote(__file__)

FAUTIF = Path(__file__).with_name("fautif.sh")
ICI = ("run", "--clock", MARS)
FICHIERS = set(formats_de_rapport.TOUJOURS)
avec_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")


@avec_curl
@pytest.mark.interprete
def test_a_right_client_conforms_and_its_output_is_its_own(tmp_path: Path) -> None:
    vu = sne(tmp_path, *ICI, "--report-dir", "rapport", "--", *client("colocataires"))
    assert vu.returncode == 0, vu.stderr
    numero = vu.stdout.strip()
    assert (len(numero), numero.isalnum()) == (18, True), "nothing of ours among what the command prints"
    assert "1 opération sur 13, " in vu.stderr
    assert {f.name for f in (tmp_path / "rapport").iterdir()} == FICHIERS
    rapport = rapport_de(tmp_path / "rapport")
    assert (rapport["conforme"], rapport["motifs"]) == (True, [])
    assert rapport["entete"]["mode"] == "trafic"
    suites = etree.parse(tmp_path / "rapport" / "junit.xml").getroot()
    assert (suites.get("failures"), suites.get("errors")) == ("0", "0")
    prouvees = {b["exigence"] for b in rapport["bilans"] if b["etat"] == "prouvée"}
    assert {"EMB-01", "NOM-01", "CTR-01"} <= prouvees
    assert "VIE-01" not in prouvees, "a number that nothing shows again"
    assert not (tmp_path / ".sne-sandbox").exists(), "the base is thrown away"


@avec_curl
def test_a_wrong_client_does_not_and_each_fault_is_named(tmp_path: Path) -> None:
    document = fixtures_dir() / "demandes" / "colocataires.xml"
    vu = sne(tmp_path, *ICI, "--profile", "souple", "--report-dir", "rapport", "--", "sh", FAUTIF, document)
    assert (vu.returncode, vu.stdout) == (1, "")
    enfreintes = {
        b["exigence"] for b in rapport_de(tmp_path / "rapport")["bilans"] if b["etat"] == "enfreinte"
    }
    assert enfreintes == {"NOM-02", "VIE-02"}
    for exigence in enfreintes:
        assert exigence in vu.stderr


@avec_curl
def test_a_year_that_no_calendar_has_voids_no_report(tmp_path: Path) -> None:
    """Both messages are judged, by all that can be read of them."""
    bon = (fixtures_dir() / "demandes" / "colocataires.xml").read_text("utf-8")
    absurde = tmp_path / "absurde.xml"
    absurde.write_text(bon.replace("1993-04-18", "4294967296-01-01"), "utf-8")
    vu = sne(tmp_path, *ICI, "--report-dir", "rapport", "--", "sh", FAUTIF, absurde)
    assert (vu.returncode, vu.stdout) == (1, "")
    rapport = rapport_de(tmp_path / "rapport")
    assert {f.name for f in (tmp_path / "rapport").iterdir()} == FICHIERS
    assert rapport["entete"]["echanges"] == 2
    assert "NOM-02" in {b["exigence"] for b in rapport["bilans"] if b["etat"] == "enfreinte"}


#: Leaves a file in the inbox of G1226, a moment before the end.
_DEPOSER = """
import json, os, sys, urllib.request
pret = json.load(open(os.environ["SNE_READY_FILE"]))
adresse = f"{pret['http']}/api/v1/bases/{pret['base']}/guichets/G1226/inbox/DEMG1226-201901021200-000001.xml"
document = open(sys.argv[1], "rb").read().replace(b"G1104", b"G1226")
entetes = {"Content-Type": "text/xml", "Authorization": f"Bearer {pret['admin_token']}"}
question = urllib.request.Request(adresse, document, entetes, method="PUT")
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(question).close()
"""


@pytest.mark.parametrize(("horloge", "enfreintes"), [(MARS, set()), ("2019-01-02T10:00:00", {"VIE-19"})])
def test_a_file_left_a_moment_before_the_end_is_judged(
    tmp_path: Path, horloge: str, enfreintes: set[str]
) -> None:
    document = fixtures_dir() / "demandes" / "personne_seule.xml"
    commande = (sys.executable, "-c", _DEPOSER, document)
    vu = sne(tmp_path, "run", "--clock", horloge, "--report-dir", "rapport", "--", *commande)
    rapport = rapport_de(tmp_path / "rapport")
    assert rapport["entete"]["echanges"] == 1, vu.stderr
    assert {b["exigence"] for b in rapport["bilans"] if b["etat"] == "enfreinte"} == enfreintes


#: Registers, then calls the server whose certificate is made out to another name; `nom` to check it or not.
_A_UN_AUTRE_NOM = DONNEES["a_un_autre_nom"]


@pytest.mark.parametrize(("nom", "etat"), [("avec", "prouvée"), ("sans", "enfreinte")])
def test_who_checks_no_name_is_seen_by_its_traffic_alone(tmp_path: Path, nom: str, etat: str) -> None:
    python = fixtures_dir() / "clients" / "python" / "enregistrer.py"
    document = fixtures_dir() / "demandes" / "colocataires.xml"
    programme = (sys.executable, "-c", _A_UN_AUTRE_NOM, python, document, nom)
    vu = sne(tmp_path, *ICI, "--report-dir", "rapport", "--", *programme)
    bilans = {b["exigence"]: b["etat"] for b in rapport_de(tmp_path / "rapport")["bilans"]}
    assert (bilans["EMB-16"], bilans["EMB-12"]) == (etat, "sans preuve"), vu.stderr


def test_the_command_is_told_where_to_call(tmp_path: Path) -> None:
    programme = "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k[:4] == 'SNE_'}))"
    pret = tmp_path / "pret.json"
    vu = sne(tmp_path, "run", "--ready-file", pret, "--", "python3", "-c", programme)
    dit = json.loads(vu.stdout)
    assert dit["SNE_READY_FILE"] == str(pret)
    assert not pret.exists()  # nor the server
    assert dit["SNE_URL"].startswith("https://127.0.0.1:")
    services = {
        "SNE_ENDPOINT_DEMANDE_LOGEMENT": "DemandeLogementImplService",
        "SNE_ENDPOINT_GESTION_PARTAGEE_EVT": "GestionPartageeEVTImplService",
        "SNE_ENDPOINT_RECHERCHE_DEMANDE": "RechercheDemandeImplService",
    }
    for nom, service in services.items():
        assert dit[nom] == f"{dit['SNE_URL']}/services/{service}/"
    fichiers = {"SNE_CA_FILE", "SNE_CERT_FILE", "SNE_KEY_FILE", "SNE_PKCS12_FILE", "SNE_READY_FILE"}
    assert set(dit) == fichiers | set(services) | {"SNE_URL", "SNE_GUICHET", "SNE_PKCS12_PASSWORD"}
    assert dit["SNE_GUICHET"] == "G1226"
    for nom in fichiers:
        assert Path(dit[nom]).is_absolute()


def test_nothing_that_arrives_is_not_conforming(tmp_path: Path) -> None:
    vu = sne(tmp_path, "run", "--", "true")
    assert (vu.returncode, vu.stdout) == (1, "")
    assert "n'est arrivé" in vu.stderr
    assert "Emballage des messages" in vu.stderr
    assert "SNE_ENDPOINT_DEMANDE_LOGEMENT" in vu.stderr
    assert "trafic-" not in vu.stderr, "an id that nobody can run"
    assert "ne peut pas avoir lieu" not in vu.stderr, "what looks at the set-up may find the server gone"


@avec_curl
def test_a_refused_handshake_says_why_nothing_arrived(tmp_path: Path) -> None:
    """In a home that has served too: its base is not the first, refusals go to its journal all the same."""
    for maison in ((), ("--home", "m"), ("--home", "m")):
        vu = sne(tmp_path, "run", *maison, "--", "sh", "-c", "curl --silent $SNE_URL; true")
        assert vu.returncode == 1
        assert "le client refuse le certificat du serveur → " in vu.stderr
        assert "ca.pem" in vu.stderr


@avec_curl
def test_a_wrong_path_says_why_nothing_arrived(tmp_path: Path) -> None:
    appel = "curl -s --cacert $SNE_CA_FILE --cert $SNE_CERT_FILE --key $SNE_KEY_FILE -d '<a/>'"
    appel += " -H 'Content-Type: application/soap+xml' $SNE_URL/servicesX/DemandeLogementImplService"
    vu = sne(tmp_path, "run", "--", "sh", "-c", appel)
    assert vu.returncode == 1
    assert "1 requête à /servicesX/DemandeLogementImplService (404)" in " ".join(vu.stderr.split())


@avec_curl
def test_a_command_that_fails_is_not_conforming_whatever_it_sent(tmp_path: Path) -> None:
    mots = " ".join(client("colocataires"))
    vu = sne(tmp_path, *ICI, "--", "sh", "-c", f"{mots}; exit 7")
    assert vu.returncode == 1
    assert "code 7" in vu.stderr


@avec_curl
def test_evidence_that_lacks_fails_only_where_it_is_required(tmp_path: Path) -> None:
    exige = sne(tmp_path, *ICI, "--require", "EMB-01", "--require", "VIE-05", "--", *client("colocataires"))
    assert exige.returncode == 1
    assert "VIE-05" in exige.stderr
    satisfait = sne(tmp_path, *ICI, "--require", "EMB-01,NOM-01", "--", *client("colocataires"))
    assert satisfait.returncode == 0, satisfait.stderr


@pytest.mark.parametrize(("arguments", "dit"), DONNEES["wrong_usage"])
def test_wrong_usage(tmp_path: Path, arguments: list[str], dit: str) -> None:
    vu = sne(tmp_path, *arguments)
    assert (vu.returncode, vu.stdout) == (2, "")
    assert dit in vu.stderr


def test_a_script_that_names_no_interpreter_is_told_so(tmp_path: Path) -> None:
    """The shell takes it, the system does not; and the set-up is not at fault."""
    script = tmp_path / "mes-tests.sh"
    script.write_text("exit 0\n", "utf-8")
    script.chmod(0o755)
    vu = sne(tmp_path, *ICI, "--", "./mes-tests.sh")
    assert vu.returncode == 2
    assert "#!/bin/sh" in vu.stderr
    assert "L'épreuve ne peut pas avoir lieu" not in vu.stderr


def test_the_tool_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    vu = sne(tmp_path, "run", "--report-dir", "fichier/rapport", "--", "true")
    assert (vu.returncode, vu.stdout) == (3, "")
    assert "fichier/rapport" in vu.stderr


@avec_curl
def test_a_home_that_is_given_keeps_each_run_in_a_base_of_its_own(tmp_path: Path) -> None:
    for _ in range(2):
        vu = sne(tmp_path, *ICI, "--home", "maison", "--", *client("colocataires"))
        assert vu.returncode == 0, vu.stderr
    bases = [
        ligne.split("\t")[0]
        for ligne in sne(tmp_path, "bases", "list", "--home", "maison").stdout.split("\n")
    ]
    assert "ecole" in bases
    (autre,) = [nom for nom in bases if nom.startswith("run-")]
    assert sne(tmp_path, "report", "--home", "maison", "--base", autre).returncode == 0


def _finit(pid: int) -> bool:
    limite = time.monotonic() + 240
    while time.monotonic() < limite:
        try:
            if Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):  # the latter, when it ends while it is read
            return True
        time.sleep(0.05)
    return False


def _lancee(dossier: Path, *mots: str, **environ: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        argv(*mots), cwd=dossier, env=environnement() | environ, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize(("numero", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_ends_everything(tmp_path: Path, numero: signal.Signals, code: int) -> None:
    """The command, what it started, and the server."""
    programme = "sleep 600 & echo $! $SNE_URL; wait"
    with _lancee(tmp_path, "run", "--", "sh", "-c", programme, TMPDIR=str(tmp_path)) as processus:
        assert processus.stdout is not None
        enfant, adresse = processus.stdout.readline().split()
        os.kill(processus.pid, numero)
        _, erreur = processus.communicate(timeout=240)
    assert processus.returncode == code
    assert f"Interrompu ({numero.name})" in erreur
    assert adresse.startswith("https://")
    assert _finit(int(enfant))
    assert [f.name for f in tmp_path.iterdir()] == [], "no folder is left behind"


@avec_curl
def test_what_was_sent_before_an_interruption_is_judged_and_said_to_be_partial(tmp_path: Path) -> None:
    """A CI sends SIGINT, then SIGTERM, then kills."""
    envoi = " ".join(client("colocataires"))
    programme = f"{envoi}; echo $$; exec sleep 600"
    with _lancee(tmp_path, *ICI, "--report-dir", "rapport", "--", "sh", "-c", programme) as processus:
        assert processus.stdout is not None
        assert len(processus.stdout.readline().strip()) == 18
        commande = int(processus.stdout.readline())
        os.kill(processus.pid, signal.SIGTERM)
        assert _finit(commande), "the first signal was taken: of two that wait, the system chooses"
        os.kill(processus.pid, signal.SIGINT)
        _, erreur = processus.communicate(timeout=240)
    assert processus.returncode == 143
    assert erreur.count("Épreuve inachevée : ") == 1
    assert {f.name for f in (tmp_path / "rapport").iterdir()} == FICHIERS
    rapport = rapport_de(tmp_path / "rapport")
    assert rapport["entete"]["echanges"] == 1
    assert rapport["entete"]["inacheve"].startswith("Interrompu (SIGTERM)")
    assert rapport["motifs"] == [rapport["entete"]["inacheve"]], "what the command's end was is not its fault"
    assert "prouvée" in {b["etat"] for b in rapport["bilans"]}
    (cas,) = etree.parse(tmp_path / "rapport" / "junit.xml").iter("error")
    assert "partiel" in cas.get("message")
    assert "Épreuve inachevée" in (tmp_path / "rapport" / "rapport.html").read_text("utf-8")
    verifie = sne(tmp_path, "report", "--verify", "rapport/preuves.zip")
    assert "octet pour octet" in verifie.stderr


TUER_LE_SERVEUR = DONNEES["tuer_le_serveur"]


def test_a_server_that_dies_is_a_failure_of_the_tool(tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "preuves.zip").touch()  # of another run
    vu = sne(tmp_path, "run", "--report-dir", "r", "--", "python3", "-c", TUER_LE_SERVEUR)
    assert vu.returncode == 3
    assert "Le serveur s'est arrêté" in vu.stderr
    assert {f.name for f in (tmp_path / "r").iterdir()} == FICHIERS - {"preuves.zip"}
    (cas,) = etree.parse(tmp_path / "r" / "junit.xml").iter("error")
    assert "Le serveur s'est arrêté" in (cas.text or "")
    assert "Le serveur s'est arrêté" in rapport_de(tmp_path / "r")["entete"]["inacheve"]


@avec_curl
def test_the_shell_clients_register_as_the_guichet_of_the_document_then_search(tmp_path: Path) -> None:
    dossier = fixtures_dir()
    cherche = (
        f"sh {dossier / 'clients' / 'shell' / 'rechercher.sh'} {dossier / 'documents' / 'recherche.xml'} 1"
    )
    autre = f"{' '.join(client('personne_seule'))} >/dev/null"
    vu = sne(tmp_path, *ICI, "--", "sh", "-c", f"{' '.join(client('colocataires'))} && {cherche} && {autre}")
    assert vu.returncode == 0, vu.stderr
    assert "NOM-04" not in vu.stderr
    enregistre, *trouves = vu.stdout.split()
    assert trouves == [enregistre]


@avec_curl
def test_a_suite_of_which_nothing_is_accepted_is_no_success(tmp_path: Path) -> None:
    """The certificate of one guichet under the documents of another: all is refused."""
    document = tmp_path / "demande.xml"
    texte = (fixtures_dir() / "demandes" / "colocataires.xml").read_text("utf-8")
    document.write_text(re.sub("numGuichet>[^<]*<", "numGuichet>G9999<", texte), "utf-8")
    mots = " ".join(map(str, client("colocataires")[:-1]))
    vu = sne(tmp_path, *ICI, "--home", "m", "--", "sh", "-c", f"{mots} {document}; true")
    assert vu.returncode == 1
    encore = sne(tmp_path, "report", "--home", "m")
    assert (encore.returncode, "Aucun échange n'a été accepté" in encore.stdout) == (1, True)
    assert "Aucun échange n'a été accepté" in vu.stderr
    assert "1 échange jugé, dont 1 refusé" in vu.stderr


@avec_curl
def test_the_proxy_of_a_network_does_not_take_the_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing listens at port 9: a call that goes through it fails."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    vu = sne(tmp_path, *ICI, "--", *client("colocataires"))
    assert vu.returncode == 0, vu.stderr
