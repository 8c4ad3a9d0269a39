from pathlib import Path

import pytest
from click.testing import CliRunner

from sne_conformite.cli import commande_cles
from sne_conformite.cli.sorties_de_rapport import ligne_de_commande
from sne_conformite.preuves.signature import CleIncorrecte
from sne_conformite.protocole.defi_du_verificateur import horloge_du_defi
from sne_sandbox.cli.main import cli


def test_a_key_is_made_shown_and_never_replaced(tmp_path: Path) -> None:
    appeler = CliRunner().invoke
    fait = appeler(commande_cles.commande, ["creer", "--nom", "X", "--out", str(tmp_path)])
    assert fait.exit_code == 0, fait.output
    empreinte = fait.output.splitlines()[-1]
    secret = (tmp_path / "sne-sandbox.cle").read_text("utf-8").splitlines()[2]
    for nom in ("sne-sandbox.cle", "sne-sandbox.cle.pub"):
        vu = appeler(commande_cles.commande, ["montrer", str(tmp_path / nom)])
        assert empreinte in vu.output
        assert secret not in vu.output
    encore = appeler(commande_cles.commande, ["creer", "--nom", "X", "--out", str(tmp_path)])
    assert isinstance(encore.exception, CleIncorrecte)
    assert str(tmp_path / "sne-sandbox.cle") in str(encore.exception)


def test_a_key_that_is_not_there_is_told_with_what_named_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNE_SANDBOX_CLE", str(tmp_path / "nope"))
    vu = CliRunner().invoke(cli, ["run", "--", "true"], standalone_mode=False)
    assert isinstance(vu.exception, CleIncorrecte)
    assert str(vu.exception).startswith("--cle ou SNE_SANDBOX_CLE : Le fichier de clé [")


def test_a_challenge_is_drawn() -> None:
    vu = CliRunner().invoke(commande_cles.commande, ["defi"])
    assert horloge_du_defi(vu.output.split()[0]).isoformat() in vu.output


@pytest.mark.parametrize("mots", [["--cle=-----BEGIN X\nSECRET"], ["--cle", "-----BEGIN X\nSECRET"]])
def test_a_key_given_in_full_is_not_told(mots: list[str]) -> None:
    assert "SECRET" not in ligne_de_commande(["conform", *mots])
