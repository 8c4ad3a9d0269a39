"""What is written and printed when the server is there."""

import json
import os
import socket
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result

from sne_interface.domain.base import Base
from sne_interface.errors import OperatorError, UsageError
from sne_interface.settings import SETTINGS
from sne_sandbox.bases.jetons import cle_des_cookies
from sne_sandbox.cli.main import cli
from sne_sandbox.cli.preparatifs_d_ecoute import (
    adresse_pour_les_autres,
    adresse_publique,
    annoncer_la_console,
    applications_declarees,
    commande_du_lien,
    configuration,
    ecrire_pret,
    jetons_du_serveur,
    processus,
    signaler_publique_absente,
    synchronous,
)
from sne_sandbox.server.fichier_pret import ecrire, le_temps_de_servir
from sne_sandbox.server.listeners import AdressesServies
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.web.configuration_et_services import Configuration

UN: Final = "kQ3vX0aZ8rT5yB1nM7cW2e"
AUTRE: Final = "9f86d081884c7d659a2feaa0c55ad015"


@pytest.mark.parametrize(("jeton", "commun"), [(None, True), ("secret", False)])
def test_a_ready_file_with_a_token_is_for_its_owner(tmp_path: Path, jeton: str | None, commun: bool) -> None:
    pret = tmp_path / "pret.json"
    masque = os.umask(0o022)  # that of whoever runs the tests may keep all to its owner
    try:
        ecrire_pret(
            pret, AdressesServies(None, "http://127.0.0.1:1", None), tmp_path, tmp_path, "G1226", jeton
        )
    finally:
        os.umask(masque)
    assert json.loads(pret.read_text("utf-8"))["admin_token"] == jeton
    assert bool(pret.stat().st_mode & 0o044) is commun


@pytest.mark.parametrize(
    ("host", "noms", "attendue"),
    [
        ("127.0.0.1", ("sne.exemple.fr",), "http://127.0.0.1:8080"),
        ("192.0.2.7", (), "http://192.0.2.7:8080"),
        ("0.0.0.0", ("sne.exemple.fr", "autre"), "http://sne.exemple.fr:8080"),
        ("0.0.0.0", (), f"http://{socket.gethostname()}:8080"),
        ("::", ("sne.exemple.fr",), "http://sne.exemple.fr:8080"),
    ],
)
def test_the_address_that_trainees_are_given(host: str, noms: tuple[str, ...], attendue: str) -> None:
    locale = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:8080"
    assert adresse_pour_les_autres(locale, host, noms) == attendue


def du_serveur(home: Path, **options: Any) -> dict[str, Any]:
    donnees = {"home": home, "ouvert": False, "admin_token": None, "read_only_token": None}
    return jetons_du_serveur({**donnees, **options})


def test_a_token_is_made_for_its_owner_alone_and_is_the_same_after_a_start(tmp_path: Path) -> None:
    fait = du_serveur(tmp_path / "un")
    assert len(fait["jeton"]) == 32
    assert fait["jeton_fichier"].read_text().strip() == fait["jeton"]
    assert fait["jeton_fichier"].stat().st_mode & 0o777 == 0o600
    assert du_serveur(tmp_path / "un") == fait
    assert du_serveur(tmp_path / "autre")["jeton"] != fait["jeton"]


def test_a_token_that_is_given_is_taken_and_an_open_server_has_none(tmp_path: Path) -> None:
    assert du_serveur(tmp_path, admin_token=UN)["jeton"] == UN
    assert du_serveur(tmp_path, ouvert=True)["jeton"] is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["admin_token", "read_only_token"])
@pytest.mark.parametrize("jeton", ["a", "jeton-42", "a" * 40, "0123456789abcdef" * 2, "azerty" * 5, "é" * 30])
def test_a_token_that_can_be_guessed_is_refused(tmp_path: Path, option: str, jeton: str) -> None:
    with pytest.raises(UsageError) as levee:
        du_serveur(tmp_path, **{option: jeton})
    assert "openssl rand -base64 24" in levee.value.diagnostics()
    assert f"[{jeton}]" not in levee.value.diagnostics()


@pytest.mark.parametrize(
    ("ecrite", "lue"),
    [(None, None), ("https://sne.exemple.fr/", "https://sne.exemple.fr"), ("http://a:81", "http://a:81")],
)
def test_the_public_address_is_a_scheme_and_a_name(ecrite: str | None, lue: str | None) -> None:
    assert adresse_publique(ecrite) == lue


@pytest.mark.parametrize("ecrite", ["sne.exemple.fr", "ftp://a", "https://", "https://a/b", "https://u@a"])
def test_another_public_address_is_refused(ecrite: str) -> None:
    with pytest.raises(UsageError, match="--url-publique"):
        adresse_publique(ecrite)


@pytest.mark.parametrize(
    ("home", "port", "commande"),
    [
        (".sne-sandbox", 8080, "« sne-sandbox jetons lien »"),
        ("un autre", 81, '« sne-sandbox jetons lien --home "un autre" --url http://127.0.0.1:81 »'),
    ],
)
def test_the_link_says_how_one_more_of_this_very_server_is_made(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    home: str,
    port: int,
    commande: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    du_home = Configuration(Path(home))
    annoncer_la_console(AdressesServies(http=f"http://127.0.0.1:{port}", https=None), du_home)
    assert commande in capsys.readouterr().err
    lecture = commande.strip("« »").replace("lien", "lien --lecture")
    assert commande_du_lien(Path(home), f"http://127.0.0.1:{port}", "--lecture") == lecture


def test_a_link_is_made_for_a_server_that_there_is(tmp_path: Path) -> None:
    def lien(home: Path, *mots: str) -> Result:
        return CliRunner().invoke(cli, ["jetons", "lien", "--home", str(home), *mots])

    absent = tmp_path / "absent"
    for mots in ([], ["--lecture"]):
        assert "Aucun serveur n'a encore démarré" in str(lien(absent, *mots).exception)
    assert not absent.exists()
    cle_des_cookies(tmp_path)
    assert lien(tmp_path).output.startswith("http://127.0.0.1:8080/connexion?code=")
    assert "[a] n'est pas une adresse pour --url." in str(lien(tmp_path, "--url", "a").exception)


def test_a_ready_file_is_there_while_its_server_is(tmp_path: Path) -> None:
    fichier = tmp_path / "pret.json"
    fichier.write_text("d'un autre")
    with le_temps_de_servir(fichier):
        assert not fichier.exists()
        ecrire(fichier, {"admin_token": None})
        assert fichier.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_ready_file_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    for impossible in (Path("/proc/x/y"), tmp_path / "fichier" / "pret.json"):
        with pytest.raises(OperatorError) as erreur, le_temps_de_servir(impossible):
            ecrire(impossible, {"admin_token": None})
        assert "--ready-file" in erreur.value.diagnostics()


def test_the_token_that_reads_is_not_the_one_that_changes_everything(tmp_path: Path) -> None:
    assert du_serveur(tmp_path, admin_token=UN, read_only_token=AUTRE)["jeton_lecture"] == AUTRE
    with pytest.raises(UsageError, match="jeton de lecture"):
        du_serveur(tmp_path, admin_token=UN, read_only_token=UN)


@pytest.mark.parametrize(
    ("workers", "host", "database", "attendus"),
    [
        (None, "127.0.0.1", None, (1, "NORMAL")),
        (None, "localhost", "sqlite:///a.sqlite3", (1, "NORMAL")),
        (None, "0.0.0.0", None, (3, "FULL")),
        (None, "127.0.0.1", "postgresql://ici/sne", (3, "FULL")),
        (1, "192.0.2.7", None, (1, "FULL")),
        (2, "127.0.0.1", None, (2, "FULL")),
        (1, "127.0.0.1", "postgresql://ici/sne", (1, "NORMAL")),
    ],
)
def test_a_server_that_is_shared_has_a_process_a_core_and_waits_for_the_disk(
    workers: int | None, host: str, database: str | None, attendus: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 5})
    dit = {"workers": workers, "host": host, "database": database, "url_publique": None}
    assert (processus(dit), synchronous(dit)) == attendus
    assert synchronous(dit | {"url_publique": "x"}) == synchronous(dit | {"synchronous": "FULL"}) == "FULL"


def test_an_open_server_is_one_of_this_machine_and_has_no_token(tmp_path: Path) -> None:
    """Else it would let in whoever reaches it, or ask for a token that opens nothing more."""
    options = {s.nom: s.defaut for s in SETTINGS} | {"home": tmp_path, "ouvert": True}
    assert configuration(options, ()).ouvert
    for de_trop, remede in (
        ({"host": "0.0.0.0"}, "127.0.0.1"),
        ({"admin_token": UN}, "l'un des deux"),
        ({"url_publique": "https://a"}, "retirez --ouvert"),
    ):
        with pytest.raises(UsageError) as levee:
            configuration(options | de_trop, ())
        assert remede in levee.value.diagnostics()


def test_a_public_base_that_is_not_there_yet_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Magasin.ouvrir(None, tmp_path) as magasin:
        magasin.bases.creer(Base("stage"))
        for nom in ("ecole", "stage"):  # the first of a server is made when it starts
            signaler_publique_absente(magasin, nom)
        assert capsys.readouterr().err == ""
        signaler_publique_absente(magasin, "ecloe")
        dit = capsys.readouterr().err
        assert "la base [ecloe] n'existe pas encore" in dit
        assert dit.endswith("→ bases connues : ecole, stage\n")
        with pytest.raises(UsageError, match="ne convient pas"):
            signaler_publique_absente(magasin, "ma base")


def test_the_applications_that_a_server_may_start_are_named() -> None:
    ecrites = ("logenet=java -jar a.jar", "autre=sh -c 'x=1 ./a'")
    lues = (("logenet", "java -jar a.jar"), ("autre", "sh -c 'x=1 ./a'"))
    assert applications_declarees(ecrites) == lues
    for faux in (["logenet"], ["=a"], ["a="], ["un nom=a"], ["a=b", "a=c"]):
        with pytest.raises(UsageError, match="ne se lit pas"):
            applications_declarees(faux)
