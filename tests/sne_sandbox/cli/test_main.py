"""What becomes of an error that nobody foresaw."""

import sys

import pytest

from sne_sandbox.cli import main


def test_an_error_of_the_tool_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def casser(**_: object) -> None:
        raise ZeroDivisionError("imprévu")

    monkeypatch.setattr(main.cli, "main", casser)
    monkeypatch.setattr(main, "tenir_les_flux", lambda: None)
    monkeypatch.setattr(sys, "argv", ["sne-sandbox", "run"])
    with pytest.raises(SystemExit) as fin:
        main.main()
    assert fin.value.code == 3
    vu = capsys.readouterr()
    assert "ZeroDivisionError: imprévu" in vu.err
    assert "erreur imprévue de l'outil" in vu.err
    assert vu.out == ""
