"""The SETTINGS table."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from sne_interface.errors import UsageError
from sne_interface.settings import PAR_NOM, SETTINGS, Limites, Reglages, valeur


def test_names_are_options_and_variables() -> None:
    assert len(PAR_NOM) == len(SETTINGS)
    https = PAR_NOM["https_port"]
    assert (https.option, https.variable) == ("--https-port", "SNE_SANDBOX_HTTPS_PORT")


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.nom)
def test_a_default_is_what_its_setting_would_read(setting: Any) -> None:
    assert setting.defaut is None or isinstance(setting.defaut, setting.type)
    if setting.choix:
        assert setting.defaut in (None, *setting.choix)
    if setting.defaut is not None and setting.type is not bool:
        assert setting.lire(str(setting.defaut)) == setting.defaut
    assert setting.aide


@pytest.mark.parametrize(
    ("nom", "brut", "attendu"),
    [
        ("https_port", "0", 0),
        ("https_port", "-1", -1),
        ("journal_max", "0", 0),
        ("compression", "oui", "oui"),
        ("home", "/x", Path("/x")),
        ("profile", "strict", "strict"),
        ("database", "sqlite://", "sqlite://"),
    ],
)
def test_values_are_read(nom: str, brut: str, attendu: Any) -> None:
    assert PAR_NOM[nom].lire(brut) == attendu


@pytest.mark.parametrize(
    ("nom", "brut"),
    [
        ("https_port", "x"),
        ("https_port", "-2"),
        ("workers", "0"),
        ("workers", "65"),
        ("https_port", "65536"),
        ("threads", "0"),
        ("journal_max", "-1"),
        ("recherche_max", "2000000001"),
        ("recherche_max", "9" * 5000),
        ("compression", "peut-être"),
        ("profile", "dur"),
        ("workers", ""),
    ],
)
def test_wrong_values_are_told_with_a_remedy(nom: str, brut: str) -> None:
    with pytest.raises(UsageError, match=nom) as erreur:
        PAR_NOM[nom].lire(brut)
    assert erreur.value.remede
    assert erreur.value.exit_code == 2


def test_the_environment_comes_between_what_is_given_and_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert valeur("threads") == 8
    monkeypatch.setenv("SNE_SANDBOX_THREADS", "3")
    assert valeur("threads") == 3
    assert valeur("threads", 5) == 5
    monkeypatch.setenv("SNE_SANDBOX_THREADS", "")
    assert valeur("threads") == 8
    monkeypatch.setenv("SNE_SANDBOX_THREADS", "trois")
    with pytest.raises(UsageError):
        valeur("threads")
    monkeypatch.setenv("SNE_SANDBOX_OUVERT", "Oui")
    assert valeur("ouvert") is True
    monkeypatch.setenv("SNE_SANDBOX_OUVERT", "non")
    assert valeur("ouvert") is False
    monkeypatch.setenv("SNE_SANDBOX_OUVERT", "peut-être")
    with pytest.raises(UsageError, match="ouvert"):
        valeur("ouvert")


def test_the_settings_of_a_base() -> None:
    assert {f.name for f in fields(Reglages)} == {s.nom for s in SETTINGS if s.portee == "base"}
    for champ in fields(Reglages):
        assert champ.default == PAR_NOM[champ.name].defaut
    lus = Reglages.de({"profile": "souple", "recherche_max": "3"})
    assert (lus.profile, lus.recherche_max, lus.emballage) == ("souple", 3, "question")


@pytest.mark.parametrize("valeurs", [{"https_port": "1"}, {"inconnu": "1"}, {"recherche_max": "x"}])
def test_a_base_has_only_its_own_settings(valeurs: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        Reglages.de(valeurs)


def test_limits() -> None:
    assert (Limites().message_max, Limites().xml_max, Limites().parties_max) == (20_000_000, 5_000_000, 64)
