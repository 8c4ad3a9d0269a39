"""The table of formats is all that a format needs: the files, the options and the help follow it."""

from dataclasses import replace

import pytest
from specimen import NIR, NIR_ESPACE, NIR_TREIZE, avec, conforme, entete, rapport

from sne_conformite.rapports.formats_de_rapport import (
    ECRITS,
    FICHIERS,
    FORMATS,
    PAR_OPTION,
    FormatDeRapport,
    enumeres,
)
from sne_conformite.rapports.rapport import Constat
from sne_interface.domain.texte import visible


@pytest.mark.parametrize("forme", ECRITS, ids=lambda forme: forme.nom)
def test_each_gives_the_bytes_of_any_report_and_masks_nirs(forme: FormatDeRapport) -> None:
    assert forme.ecrire(conforme()).decode("utf-8")
    ecrit = forme.ecrire(rapport())
    assert not [nir for nir in (NIR, NIR_ESPACE, NIR_TREIZE) if nir.encode() in ecrit]


@pytest.mark.parametrize("forme", [f for f in ECRITS if f.option != "json"], ids=lambda forme: forme.nom)
def test_no_control_character_of_an_application_is_written(forme: FormatDeRapport) -> None:
    """But in rapport.json, which is data. A megabyte of text is bounded where it is read (`demarrer`)."""
    hostile = (
        "".join(map(chr, range(160))) + "\x1b]0;x\x07\u202e\u2066]]></script><script>alert(1)\ud800\ufffe"
    )
    champs = ("outil", "contrat", "profil", "application", "base", "inacheve", "non_juges", "autre_plan")
    constat = Constat("FID-02", False, hostile, hostile, hostile, observe=hostile, remede=hostile)
    juge = avec(rapport(), constats=(constat,), connue=hostile)
    juge = replace(juge, entete=entete(**dict.fromkeys(champs, hostile)), motifs=(hostile,))
    ecrit = forme.ecrire(juge).decode()
    assert not {c for c in ecrit if visible(c) != c}
    if forme.nom in ("HTML", "JUnit", "Badge"):
        assert "<script>alert" not in ecrit


def test_no_two_files_nor_options_are_alike() -> None:
    assert len({forme.nom for forme in FICHIERS.values()}) == len(FICHIERS) == len(ECRITS) + 2
    assert len(PAR_OPTION) == len([forme for forme in FORMATS if forme.option])
    assert all(fichier.usage and "/" in fichier.media for fichier in FICHIERS.values())


def test_they_are_told_in_french() -> None:
    assert enumeres().startswith("rapport.html, rapport.json, ")
    assert enumeres().endswith(" et preuves.zip")
