"""The requirements of a contract, as data."""

from pathlib import Path

import pytest

from sne_interface.contract.contrats_charges import charger
from sne_interface.contract.exigences_et_mentions import charger_exigences
from sne_interface.errors import ContractError


@pytest.mark.parametrize("version", ["v5.0", "v5.2"])
def test_each_has_a_remedy_that_a_developer_can_act_on(version: str) -> None:
    exigences = charger_exigences(charger(version).dossiers)
    assert len(exigences) > 40
    for exigence in exigences.values():
        assert len(exigence.remede) > 40, exigence.id
        assert exigence.remede[0].isupper(), exigence.id
        assert exigence.remede[-1] == ".", exigence.id
        assert exigence.remede != exigence.texte


@pytest.mark.parametrize("version", ["v5.0", "v5.2"])
def test_a_convention_never_passes_for_the_words_of_the_sne(version: str) -> None:
    """What is typed is sent, or a good practice, is asked by us whatever the source beside it."""
    for exigence in charger_exigences(charger(version).dossiers).values():
        assert not exigence.source.startswith(("convention", "déduit")), exigence.id
        if "ce qui est saisi" in exigence.source or "bonne pratique d'exploitation" in exigence.source:
            assert exigence.fidelite == "convention", exigence.id
        elif "bac à sable" in exigence.source:  # EMB-17: what is ours there only admits more
            assert exigence.fidelite != "attestée" or exigence.id == "EMB-17", exigence.id


def test_a_fidelity_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    colonnes = "id,text,source,fidelity,level,since,not_tested_because,remedy"
    lignes = f"{colonnes}\nA-01,Un texte.,source,sûre,MUST,v5.2,,Un remède.\n"
    (tmp_path / "requirements.csv").write_text(lignes, "utf-8")
    with pytest.raises(ContractError, match="ligne 2, fidelity : « sûre » n'existe pas"):
        charger_exigences(charger(overlay=tmp_path).dossiers)
