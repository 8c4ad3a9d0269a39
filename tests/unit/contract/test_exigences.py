"""The requirements of a contract, as data."""

import pytest

from sne_sandbox.contract.exigences import charger_exigences
from sne_sandbox.contract.versions import charger


@pytest.mark.parametrize("version", ["v5.0", "v5.2"])
def test_each_has_a_remedy_that_a_developer_can_act_on(version: str) -> None:
    exigences = charger_exigences(charger(version).dossiers)
    assert len(exigences) > 40
    for exigence in exigences.values():
        assert len(exigence.remede) > 40, exigence.id
        assert exigence.remede[0].isupper(), exigence.id
        assert exigence.remede[-1] == ".", exigence.id
        assert exigence.remede != exigence.texte
