"""`sne-sandbox calibrer`: what its report says of the recording itself."""

import json

from banc import Banc
from click.testing import CliRunner, Result

from sne_sandbox.cli.main import cli


def calibrer(banc: Banc, forme: str) -> Result:
    configuration = banc.services.configuration
    mots = ["calibrer", banc.nom, "--home", str(configuration.home), "--format", forme]
    if configuration.database:
        mots += ["--database", configuration.database]
    vu = CliRunner().invoke(cli, mots, standalone_mode=False)
    assert vu.return_value == 0, vu.exception
    return vu


def test_what_the_recording_has_no_more_is_told_in_every_form(banc: Banc) -> None:
    banc.creer_demande()
    assert json.loads(calibrer(banc, "json").stdout)["perdus"] is None
    for forme in ("text", "html"):
        vu = calibrer(banc, forme)
        assert "Attention" not in vu.stdout + vu.stderr
    banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": "journal"})
    banc.creer_demande("colocataires")
    for forme in ("text", "json", "html"):
        assert "Attention : 1 échange oublié" in calibrer(banc, forme).stderr
    assert json.loads(calibrer(banc, "json").stdout)["perdus"].startswith("1 échange oublié")
    assert "Attention : 1 échange oublié" in calibrer(banc, "html").stdout
