"""Legitimate situations that no control may refuse: a false alarm is the worst fault of this product."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from sne_interface.contract.contrats_charges import Contrat
from sne_interface.domain.anomalie import Gravite
from sne_interface.generators.exemples_de_regles import ExempleDeRegle, contexte, document, genre
from sne_interface.resources import fixtures_dir
from sne_interface.rules.engine import juger
from sne_interface.rules.rule import PROFILS


def situations() -> Iterator[Any]:
    for fichier in sorted((fixtures_dir() / "situations").glob("*.toml")):
        for table in tomllib.loads(fichier.read_text(encoding="utf-8"))["situation"]:
            yield pytest.param(table, id=f"{fichier.stem}: {table['titre']}")


SITUATIONS = tuple(situations())


def situation(table: Mapping[str, Any], profil: str = "ecole") -> ExempleDeRegle:
    champs = {cle: valeur for cle, valeur in table.items() if cle not in ("titre", "avertissements")}
    return ExempleDeRegle(fichier="situations", rang=1, regle="", verdict="accepte", profil=profil, **champs)


def test_there_are_many() -> None:
    assert len({parametre.values[0]["titre"] for parametre in SITUATIONS}) == len(SITUATIONS) >= 40


@pytest.mark.parametrize("profil", PROFILS)
@pytest.mark.parametrize("table", SITUATIONS)
def test_no_profile_refuses_it_and_only_expected_warnings_are_raised(
    contrat: Contrat, table: Mapping[str, Any], profil: str
) -> None:
    anomalies = juger(contexte(situation(table, profil), contrat), contrat, profil)
    assert [a.message for a in anomalies if a.gravite is Gravite.BLOQUANTE] == []
    assert sorted({a.regle for a in anomalies}) == sorted(table.get("avertissements", []))


@pytest.mark.parametrize("table", SITUATIONS)
def test_it_fits_its_schema(contrat: Contrat, table: Mapping[str, Any]) -> None:
    """What the schema refuses never reaches a rule: such a situation would prove nothing."""
    racine = document(situation(table), contrat)
    version = contrat.version_de_lecture(racine.get("versionInterface"))
    fautes = contrat.schemas.validate(racine, document=genre(situation(table)), version=version)
    assert [f"{f.chemin} : {f.message}" for f in fautes] == []
