"""`sne-sandbox sante` says what the server of this machine says, by HTTP or HTTPS."""

import json
import shutil
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from serveur_en_fil import servir_en_fil

from sne_interface.errors import OperatorError, UsageError
from sne_sandbox.cli.main import cli


def _lancer(*mots: str) -> tuple[int, str]:
    fini = CliRunner().invoke(cli, ["sante", *mots], standalone_mode=False)
    if fini.exception is not None:
        raise fini.exception
    return int(fini.return_value), fini.output


@pytest.mark.parametrize("certificat", ["optional", "required"])
def test_it_says_what_the_server_says(tmp_path: Path, certificat: str) -> None:
    home = tmp_path / "home"
    with servir_en_fil(["--seed-base", "vide", "--client-cert", certificat], home=home) as enfant:
        ports = {nom: str(urlsplit(enfant.pret[nom]).port) for nom in ("http", "https")}
        for http, https in ((ports["http"], "-1"), ("-1", ports["https"]), ("1", ports["https"])):
            code, dit = _lancer("--home", str(home), "--http-port", http, "--https-port", https)
            assert (code, dit.splitlines()[1]) == (0, "ok   lecture")
        for fichier in home.glob("sne.sqlite3*"):
            shutil.move(fichier, tmp_path / fichier.name)
        while (fini := _lancer("--http-port", ports["http"], "--format", "json"))[0] == 0:
            time.sleep(0.05)
        trouve = {
            v["nom"]: v["raison"]
            for v in json.loads(fini[1].splitlines()[-1])["verifications"]
            if not v["ok"]
        }
        assert "le fichier sne.sqlite3 a été supprimé" in str(trouve)
        assert "NON  lecture : La base" in _lancer("--http-port", ports["http"])[1]
        for fichier in tmp_path.glob("sne.sqlite3*"):
            shutil.move(fichier, home / fichier.name)


def test_nobody_is_no_server(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match=r"port 1 : ConnectionRefusedError ; port 2 : "):
        _lancer("--home", str(tmp_path), "--http-port", "1", "--https-port", "2")
    with pytest.raises(UsageError, match="Aucun port"):
        _lancer("--http-port", "-1", "--https-port", "0")
