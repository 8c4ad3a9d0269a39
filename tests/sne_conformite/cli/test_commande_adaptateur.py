"""`sne-sandbox adaptateur`: what it writes, and what it does not."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sne_conformite.cli.commande_adaptateur import LANGAGES, commande, squelette
from sne_conformite.protocole.protocole import COMMANDES, TABLES
from sne_interface.errors import UsageError
from sne_interface.resources import fixtures_dir


def lancer(*mots: str) -> Result:
    return CliRunner().invoke(commande, mots, catch_exceptions=False, standalone_mode=False)


@pytest.mark.parametrize("modele", LANGAGES)
def test_a_skeleton_tells_all_of_the_protocol(modele: str) -> None:
    """Each command to fill, its fields and its operations; each status; nothing of a template is left."""
    fichiers = squelette(modele)
    a_remplir = fichiers[LANGAGES[modele]["remplir"]]
    tout = "\n".join(fichiers.values())
    assert not re.search(r"\{%|\{\{ |Undefined", tout)
    assert all(f"{nom} : {dit}" in a_remplir for nom, dit in TABLES["statuts"].items() if nom != "fait")
    for une in COMMANDES.values():
        if une.exigence:
            dite = re.sub(
                r"\s*(//|#)\s*", " ", a_remplir.partition(f" {une.nom} : ")[2].partition("non_gere")[0]
            )
            assert dite.startswith(une.dit)
            assert all(
                f"{champ.nom} (" in dite and champ.dit in dite for champ in (*une.champs, *une.reponse)
            )
            assert all(operation in dite for operation in une.operations)


def test_without_a_name_it_lists_the_languages_and_an_unknown_one_is_said() -> None:
    for mots in ([], ["--modele"]):
        assert [ligne.split()[0] for ligne in lancer(*mots).output.splitlines()] == list(LANGAGES)
    with pytest.raises(UsageError, match="cobol"):
        lancer("--modele", "cobol")


def test_what_is_there_is_replaced_only_when_it_is_said(tmp_path: Path) -> None:
    mots = ["--modele", "python", "--dossier", str(tmp_path / "neuf")]
    assert lancer(*mots).exit_code == 0
    rempli = tmp_path / "neuf" / "adaptateur.py"
    rempli.write_text("à moi", "utf-8")
    (tmp_path / "neuf" / "protocole.py").unlink()
    with pytest.raises(UsageError, match="existe déjà : rien n'est écrit"):
        lancer(*mots)
    assert rempli.read_text("utf-8") == "à moi"
    assert not (tmp_path / "neuf" / "protocole.py").exists()
    lancer(*mots, "--remplacer")
    assert rempli.read_text("utf-8") == squelette("python")["adaptateur.py"]
    with pytest.raises(UsageError, match="ne peut pas être écrit"):
        lancer("--modele", "go", "--dossier", str(rempli / "dessous"))


@pytest.mark.parametrize("chemin", ["python/protocole.py", "node/protocole.js", "php/protocole.php"])
def test_the_examples_speak_by_the_protocol_of_the_skeletons(chemin: str) -> None:
    modele, _, fichier = chemin.partition("/")
    ecrit = (fixtures_dir() / "clients" / chemin).read_text("utf-8")
    assert ecrit == squelette(modele)[fichier], (
        f"sne-sandbox adaptateur --modele {modele}, then copy {fichier}"
    )
