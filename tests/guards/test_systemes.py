"""One process over SQLite needs nothing that only POSIX has: the commands of a vendor on Windows, run where
our code meets no such thing (`sans_posix/sitecustomize.py`). Windows itself is not here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

#: What is hidden is hidden by the interpreter as it starts.
pytestmark = pytest.mark.interprete
RACINE = Path(__file__).resolve().parents[2]
SANS_POSIX = Path(__file__).with_name("sans_posix")


class Ailleurs:
    """Runs our commands on such a system, in a folder; `reproches` are what they asked of it in vain."""

    def __init__(self, dossier: Path) -> None:
        self.dossier, self._journal = dossier, dossier / "reproches"
        self._journal.touch()

    def lancer(self, *mots: str, rend: int = 0) -> str:
        """What a command of ours says; fails when it does not exit as it should, or asked for POSIX."""
        environ = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("SNE_")}
        chemins = [str(SANS_POSIX), str(RACINE / "sandbox")]
        dit = subprocess.run(
            [sys.executable, *mots],
            cwd=self.dossier,
            env={**environ, "PYTHONPATH": os.pathsep.join(chemins), "SANS_POSIX": str(self._journal)},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=240,
        )
        assert dit.returncode == rend, f"{' '.join(mots)}\n{dit.stdout}\n{dit.stderr}"
        assert self._journal.read_text("utf-8") == ""
        return dit.stdout + dit.stderr

    def commande(self, *mots: str, rend: int = 0) -> str:
        """The same of a command of `sne-sandbox`."""
        return self.lancer("-m", "sne_sandbox", *mots, rend=rend)


@pytest.fixture
def ailleurs(tmp_path: Path) -> Ailleurs:
    return Ailleurs(tmp_path)


def test_what_is_hidden_is_hidden_from_our_code_and_told(ailleurs: Ailleurs) -> None:
    """Else all that follows would prove nothing."""
    for demande, reproche in (
        ("import fcntl", "import fcntl"),
        ("import os; os.killpg", "os.killpg"),
        ("import signal; signal.SIGALRM", "signal.SIGALRM"),
        ("import sys, os; sys.exit(f'{sys.platform} {os.name}')", ""),
    ):
        faux = ailleurs.dossier / "sne_sandbox" / "faux.py"
        faux.parent.mkdir(exist_ok=True)
        faux.write_text(demande, "utf-8")
        if not reproche:
            assert "win32 nt" in ailleurs.lancer(str(faux), rend=1)
            continue
        with pytest.raises(AssertionError, match="Error"):
            ailleurs.lancer(str(faux))
        assert reproche in ailleurs._journal.read_text("utf-8")
        ailleurs._journal.write_text("", "utf-8")


def test_run_judges_what_its_command_sends(ailleurs: Ailleurs) -> None:
    """A server in a child process, on a new home; its command is a client of HTTPS."""
    (ailleurs.dossier / "client.py").write_text(
        "import json, os, ssl, urllib.request as u\n"
        "pret = json.load(open(os.environ['SNE_READY_FILE'], encoding='utf-8'))\n"
        "contexte = ssl.create_default_context(cafile=os.environ['SNE_CA_FILE'])\n"
        "contexte.load_cert_chain(os.environ['SNE_CERT_FILE'], os.environ['SNE_KEY_FILE'])\n"
        "wsdl = os.environ['SNE_ENDPOINT_DEMANDE_LOGEMENT'] + '?wsdl'\n"
        "print(len(u.urlopen(wsdl, context=contexte, timeout=60).read()), 'octets')\n",
        "utf-8",
    )
    dit = ailleurs.commande("run", "--report-dir", "rapport", "--", sys.executable, "client.py", rend=1)
    assert "octets" in dit
    assert "Aucun service n'a été appelé" in dit
    assert json.loads((ailleurs.dossier / "rapport" / "rapport.json").read_text("utf-8"))


def test_conform_drives_an_application_through_a_pipe(ailleurs: Ailleurs) -> None:
    application = f'"{sys.executable}" -m sne_temoin'
    dit = ailleurs.commande(
        "conform",
        "--application",
        application,
        "--scenario",
        "CYC-RENOUVELER",
        "--examples",
        "1",
        "--report-dir",
        "r",
    )
    assert "aucun manquement" in dit
    assert (ailleurs.dossier / "r" / "preuves.zip").is_file()


def test_check_generate_and_seed_are_served(ailleurs: Ailleurs) -> None:
    ailleurs.commande("generate", "--kind", "CRE", "--count", "3", "--seed", "1", "--out", "lot")
    ailleurs.commande("check", "lot")
    ailleurs.commande(
        "db", "seed", "--base", "grande", "--seed-base", "ecole", "--home", "h", "--seed-size", "30"
    )
    ailleurs.commande("pki", "issue", "--guichet", "G1104", "--out", "c", "--home", "h")
    assert (ailleurs.dossier / "c" / "G1104.p12").is_file()


@pytest.mark.cher
def test_the_fixture_serves_a_test(ailleurs: Ailleurs) -> None:
    (ailleurs.dossier / "test_vendeur.py").write_text(
        "def test_une_base(sne_sandbox):\n    assert sne_sandbox.url.startswith('https://')\n", "utf-8"
    )
    dit = ailleurs.lancer("-m", "pytest", "-q", "test_vendeur.py")
    assert "1 passed" in dit


def test_several_processes_are_refused_with_a_remedy(ailleurs: Ailleurs) -> None:
    ports = ("--https-port", "0", "--http-port", "0")
    dit = ailleurs.commande("serve", "--home", "h", "--seed-base", "vide", "--workers", "2", *ports, rend=2)
    assert "--workers 1" in dit
    assert "WSL" in dit
