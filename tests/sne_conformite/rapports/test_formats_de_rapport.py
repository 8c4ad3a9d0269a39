"""The table of formats is all that a format needs: the files, the options and the help follow it."""

import pytest
from specimen import NIR, NIR_ESPACE, NIR_TREIZE, conforme, rapport

from sne_conformite.rapports.formats_de_rapport import (
    ECRITS,
    FICHIERS,
    FORMATS,
    PAR_OPTION,
    FormatDeRapport,
    enumeres,
)


@pytest.mark.parametrize("forme", ECRITS, ids=lambda forme: forme.nom)
def test_each_gives_the_bytes_of_any_report_and_masks_nirs(forme: FormatDeRapport) -> None:
    assert forme.ecrire(conforme()).decode("utf-8")
    ecrit = forme.ecrire(rapport())
    assert not [nir for nir in (NIR, NIR_ESPACE, NIR_TREIZE) if nir.encode() in ecrit]


def test_no_two_files_nor_options_are_alike() -> None:
    assert len({forme.nom for forme in FICHIERS.values()}) == len(FICHIERS) == len(ECRITS) + 2
    assert len(PAR_OPTION) == len([forme for forme in FORMATS if forme.option])
    assert all(fichier.usage and "/" in fichier.media for fichier in FICHIERS.values())


def test_they_are_told_in_french() -> None:
    assert enumeres().startswith("rapport.html, rapport.json, ")
    assert enumeres().endswith(" et preuves.zip")
