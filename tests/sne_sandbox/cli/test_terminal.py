"""What a command writes: folded, in colours, to who looks on; a line each, bare, to a file or a program."""

import os
import pty
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path
from struct import pack

import pytest
from banc import specimen
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from sne_interface.domain.texte import en_colonne


def _lancer_au_terminal(*arguments: str, colonnes: int = 80, **environ: str) -> str:
    """What a command shows in a window of that many columns."""
    maitre, esclave = pty.openpty()
    ioctl(esclave, termios.TIOCSWINSZ, pack("HHHH", 40, colonnes, 0, 0))
    environnement = {**os.environ, "TERM": "xterm-256color", **environ}
    for nom in ("COLUMNS", "LINES", "CI", "GITHUB_ACTIONS"):
        environnement.pop(nom, None)
    with subprocess.Popen(
        [sys.executable, "-m", "sne_sandbox", *arguments],
        stdin=subprocess.DEVNULL, stdout=esclave, stderr=subprocess.DEVNULL, env=environnement,
    ):  # fmt: skip
        os.close(esclave)
        lus = b""
        while True:
            try:
                morceau = os.read(maitre, 65_536)
            except OSError:  # Linux says so that nobody writes any more
                break
            if not morceau:
                break
            lus += morceau
    os.close(maitre)
    return lus.decode().replace("\r\n", "\n")


@pytest.fixture
def fautif(tmp_path: Path) -> Path:
    """A document with faults, under a short name."""
    copie = tmp_path / "d.xml"
    racine = specimen("personne_seule")
    motifs = racine.find(".//{*}principauxMotifDemande")
    motifs.getparent().remove(motifs)
    copie.write_bytes(etree.tostring(racine, xml_declaration=True, encoding="UTF-8"))
    return copie


@pytest.mark.interprete
@pytest.mark.parametrize("colonnes", [60, 80, 120])
def test_rules_are_folded_at_the_width_of_the_window_by_whole_words(colonnes: int) -> None:
    lignes = _lancer_au_terminal("rules", "ENT009", "REC001", colonnes=colonnes, NO_COLOR="1").splitlines()
    assert len(lignes) > 4
    longues = [ligne for ligne in lignes if len(ligne) > colonnes]
    assert [ligne for ligne in longues if " " in ligne.strip()] == []
    mots = " ".join(lignes).split()
    assert "remède" in mots


@pytest.mark.interprete
def test_colours_are_for_a_terminal_that_wants_them() -> None:
    assert "\x1b[" in _lancer_au_terminal("rules", "ENT009")
    assert "\x1b[" not in _lancer_au_terminal("rules", "ENT009", NO_COLOR="1")
    assert "\x1b[" not in _lancer_au_terminal("rules", "ENT009", TERM="dumb")


@pytest.mark.interprete
def test_a_program_reads_lines_as_they_are() -> None:
    lus = subprocess.run(
        [sys.executable, "-m", "sne_sandbox", "rules"],
        capture_output=True, check=True, env={**os.environ, "COLUMNS": "40"},
    ).stdout.decode()  # fmt: skip
    assert "\x1b[" not in lus
    assert any(len(ligne) > 80 for ligne in lus.splitlines())


@pytest.mark.interprete
def test_check_tells_faults_by_colour_and_word_and_folds_them(fautif: Path) -> None:
    brut = _lancer_au_terminal("check", str(fautif), colonnes=70)
    assert "bloquante" in brut
    assert "\x1b[31m" in brut
    nu = _lancer_au_terminal("check", str(fautif), colonnes=70, NO_COLOR="1")
    assert all(len(ligne) <= 70 or " " not in ligne.strip() for ligne in nu.splitlines())


@given(
    st.lists(st.text("abcdé/", min_size=1, max_size=30), max_size=30), st.integers(0, 6), st.integers(1, 120)
)
def test_a_folded_line_keeps_its_words(mots: list[str], marge: int, largeur: int) -> None:
    morceaux = en_colonne(" " * marge + " ".join(mots), largeur)
    assert " ".join(morceaux).split() == mots
    suite = " " * (marge + 2)
    assert all(morceau.startswith(suite) for morceau in morceaux[1:])


def test_the_path_of_an_element_is_cut_between_its_steps() -> None:
    assert en_colonne("  ligne 3, interfaceNuu/demande/demandeLogement/numGuichet", 40) == [
        "  ligne 3, interfaceNuu/demande/",
        "    demandeLogement/numGuichet",
    ]
    fichier = "/tmp/un/long/chemin/de/fichier/que/l-on/copie/entier.html"
    assert en_colonne(f"rapport : {fichier}", 40) == ["rapport :", f"  {fichier}"]


def test_guillemets_stay_with_what_they_quote() -> None:
    assert en_colonne("l'élément obligatoire « motifDemande » manque", 24) == [
        "l'élément obligatoire",
        "  « motifDemande »",
        "  manque",
    ]


def test_what_follows_stands_under_what_it_follows() -> None:
    assert en_colonne("    remède : donnez l'un des codes que le contrat admet", 40) == [
        "    remède : donnez l'un des codes que",
        "      le contrat admet",
    ]
