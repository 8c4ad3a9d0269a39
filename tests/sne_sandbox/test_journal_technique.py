"""The technical log says one line, and no secret."""

import io
import json
import logging
import sys

import pytest

from sne_sandbox import journal_technique as module
from sne_sandbox.journal_technique import journal_technique, propre, recueillir

NIR = "285066299900176"
#: What must not be seen, as a variable and as a part of a sentence.
SECRETS = {
    "url": "postgresql://sne:tres-secret@base:5432/sne",
    "conninfo": "host=base password=tres-secret user=sne",
    "entete": "Authorization: Bearer tres-secret",
    "reglage": "admin_token: 'tres-secret'",
    "nir": f"le NIR {NIR} de",
}


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _echouer(secret: str) -> None:
    local = {"mot_de_passe": secret, "nir": NIR}
    raise RuntimeError(f"échec de {len(local)} valeurs")


def test_a_traceback_has_no_variable_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for secret in SECRETS.values():
        try:
            _echouer(secret)
        except RuntimeError:
            journal_technique("essai").exception("exchange failed", base="ecole")
    dit = capsys.readouterr().err
    lignes = [json.loads(ligne) for ligne in dit.splitlines()]
    assert len(lignes) == len(SECRETS)
    for ligne in lignes:
        assert (ligne["logger"], ligne["event"], ligne["base"]) == ("essai", "exchange failed", "ecole")
        assert "_echouer" in ligne["exception"]
    assert "tres-secret" not in dit
    assert NIR not in dit


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_a_secret_in_a_sentence_is_masked(capsys: pytest.CaptureFixture[str], secret: str) -> None:
    journal_technique().error(f"cela échoue : {secret}", cause=OSError(secret), nombre=12, rien=None)
    try:
        raise ValueError(secret)
    except ValueError:
        journal_technique().exception("exchange failed")
    dit = capsys.readouterr().err
    assert "tres-secret" not in dit
    assert NIR not in dit
    assert json.loads(dit.splitlines()[0])["nombre"] == 12


def test_on_a_terminal_it_is_keys_and_values(monkeypatch: pytest.MonkeyPatch) -> None:
    flux = _Terminal()
    monkeypatch.setattr(sys, "stderr", flux)
    try:
        _echouer("x")
    except RuntimeError:
        journal_technique("essai").exception("exchange failed", base="ecole")
    (ligne,) = flux.getvalue().splitlines()
    assert ligne.startswith("timestamp=")
    assert ' level=error logger=essai event="exchange failed" base=ecole exception="Traceback' in ligne


def test_what_logging_is_told_goes_there_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    racine = logging.getLogger()
    monkeypatch.setattr(racine, "handlers", [])
    recueillir()
    recueillir()
    (recueil,) = racine.handlers
    assert isinstance(recueil, module._Recueil)
    try:
        _echouer("x")
    except RuntimeError:
        logging.getLogger("twisted").exception("the application failed on %s", "GET")
    logging.getLogger("twisted").info("not said")
    (ligne,) = capsys.readouterr().err.splitlines()
    assert json.loads(ligne)["event"] == "the application failed on GET"
    assert "_echouer" in json.loads(ligne)["exception"]


def test_what_is_no_secret_stays() -> None:
    for texte in ("la base [ecole] de 1 200 000 demandes", "2018-03-15T12:00:00.123456Z", "jeton d'accès"):
        assert propre(texte) == texte
