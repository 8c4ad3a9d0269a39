from pathlib import Path

import pytest

from sne_interface import resources
from sne_interface.errors import OperatorError


def test_the_checkout_has_its_data():
    assert (resources.contracts_dir() / "v5.2").is_dir()
    assert (resources.docs_dir() / "README.md").is_file()
    assert resources.fixtures_dir().is_dir()


def test_the_data_of_the_package_wins_over_the_checkout(monkeypatch, tmp_path: Path):
    (tmp_path / "sandbox" / "sne_sandbox" / "_data" / "contracts").mkdir(parents=True)
    (tmp_path / "contracts").mkdir()
    monkeypatch.setattr(resources, "RACINE", tmp_path / "sandbox")
    assert resources.contracts_dir() == tmp_path / "sandbox" / "sne_sandbox" / "_data" / "contracts"


def test_missing_data_says_where_it_was_looked_for(monkeypatch, tmp_path: Path):
    monkeypatch.setattr(resources, "RACINE", tmp_path / "sandbox")
    with pytest.raises(OperatorError) as erreur:
        resources.fixtures_dir()
    assert "fixtures" in str(erreur.value)
    assert str(tmp_path / "fixtures") in erreur.value.remede
