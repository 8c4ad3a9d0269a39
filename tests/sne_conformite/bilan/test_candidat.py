"""`candidat.toml`: a product as its vendor declares it; what is refused, with its line."""

import hashlib
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import tomli

from sne_conformite.bilan.candidat import MODELE, CandidatIncorrect, lire_candidat
from sne_conformite.rapports.rapport import Attestation, Candidat
from sne_interface import resources
from sne_interface.contract.exigences_et_mentions import charger_certification
from sne_interface.contract.overlay import DossiersContrat

CERTIFICATION = charger_certification(DossiersContrat(resources.contracts_dir(), "v5.2"))
TETE = 'editeur = "E"\nproduit = "P"\nversion = "1"\n'
UNE = '[[attestations]]\nexigence = "EMB-14"\nauteur = "A"\ndate = 2025-11-20\nphrase = "Oui."\n'


def lu(dossier: Path, texte: str) -> Candidat:
    (dossier / "candidat.toml").write_text(texte, "utf-8")
    return lire_candidat(dossier / "candidat.toml", CERTIFICATION)


@pytest.mark.parametrize(
    "edite", [str, str.upper, lambda dit: dit.replace(" ", "  "), lambda dit: "X " + dit]
)
def test_the_attestations_of_the_model_count_for_nobody(tmp_path: Path, edite: Callable[[str], str]) -> None:
    """Out of their « # », as they are or lightly edited, under another name; who has its name attests."""
    candidat = lire_candidat(MODELE, CERTIFICATION)
    dites = re.sub(r"^# ?(?=\W*(exig|aut|date|phr|\[|$))", "", MODELE.read_text("utf-8"), flags=re.MULTILINE)
    assert [a["exigence"] for a in tomli.loads(dites)["attestations"]] == [*CERTIFICATION.attestables]
    for quoi in ("auteur", "phrase"):
        autre = re.sub(rf'({quoi}) = "(.+)"', lambda lu: f'{lu[1]} = "{edite(lu[2])}"', dites)
        with pytest.raises(CandidatIncorrect, match="« phrase » : c'est l'exemple du modèle"):
            lu(tmp_path, autre)
    siennes = re.sub('phrase = ".+"', 'phrase = "Oui."', dites)
    assert {a.auteur.partition(",")[0] for a in lu(tmp_path, siennes).attestations} == {"Camille Martin"}
    assert candidat.attestations == ()
    assert set(CERTIFICATION.avec_leurs_appuis(candidat.roles)) == set(CERTIFICATION.roles)
    assert set(candidat.options) == set(CERTIFICATION.options)


def test_what_is_attested_today_is_read(tmp_path: Path) -> None:
    aujourd_hui = date.today().isoformat()
    (attestation,) = lu(tmp_path, TETE + UNE.replace("2025-11-20", aujourd_hui)).attestations
    assert attestation.date == aujourd_hui


@pytest.mark.parametrize(
    "lettre", ["\u0435", "\u200b", "\u202e", "\xad", "\ua4e2", "\u3164", "\u034f", "\\u001b"]
)
def test_a_name_that_looks_like_another_is_refused(tmp_path: Path, lettre: str) -> None:
    with pytest.raises(CandidatIncorrect, match=r"« produit » : un texte, non vide, en lettres latines"):
        lu(tmp_path, TETE.replace('"P"', f'"Log{lettre}Net"'))
    assert lu(tmp_path, TETE.replace('"P"', '"L’Œuvre – 2 Ÿ"')).produit == "L’Œuvre – 2 Ÿ"


def test_three_lines_are_enough(tmp_path: Path) -> None:
    assert lu(tmp_path, TETE) == Candidat("E", "P", "1")


def test_the_digest_of_a_piece_is_computed_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "trace.pdf").write_bytes(b"%PDF")
    empreinte = hashlib.sha256(b"%PDF").hexdigest()
    sans = lu(tmp_path, f'{TETE}{UNE}fichier = "trace.pdf"\n')
    avec = lu(tmp_path, f'{TETE}{UNE}fichier = "trace.pdf"\nsha256 = "{empreinte.upper()}"\n')
    assert sans == avec
    assert sans.attestations == (Attestation("EMB-14", "A", "2025-11-20", "Oui.", "trace.pdf", empreinte),)


@pytest.mark.parametrize(
    ("texte", "dit"),
    [
        (f"{TETE}x\n", "ligne 4, colonne"),
        ('produit = "P"\nversion = "1"\n', "« editeur » : manque"),
        (TETE.replace('"P"', '" "'), "ligne 2, « produit » : un texte"),
        (TETE.replace('"1"', "1"), "ligne 3, « version » : un texte"),
        (f"{TETE}\nlune = 1\n", "ligne 5, « lune » : clé inconnue"),
        (f'{TETE}pile = ""\n', "ligne 4, « pile » : un texte"),
        (f'{TETE}roles = ["socle"]\n', "ligne 4, « roles » : « socle » n'existe pas"),
        (f"{TETE}roles = [[1]]\n", "ligne 4, « roles » : « [1] » n'existe pas"),
        (f'{TETE}options = "nir"\n', "ligne 4, « options » : une liste"),
        (f"{TETE}attestations = 3\n", "ligne 4, « attestations » : s'écrit par tables"),
        (f"{TETE}attestations = [3]\n", "ligne 4, « attestations » : s'écrit par tables"),
        (f"{TETE}{UNE}duree = 3\n", "ligne 9, « duree » : clé inconnue"),
        (TETE + UNE + UNE.replace("EMB-14", "CTR-09").replace('"A"', '""'), "ligne 11, « auteur » : un"),
        (f"{TETE}{UNE}{UNE}", "ligne 10, « exigence » : EMB-14 est attestée deux fois"),
        (f"{TETE}{UNE.replace('EMB-14', 'EMB-99')}", "ligne 5, « exigence » : EMB-99 n'existe pas"),
        (TETE + UNE.replace("2025-11-20", '"2025-11-20"'), "ligne 7, « date » : une date"),
        (f"{TETE}{UNE.replace('date = 2025-11-20', '')}", "ligne 4, « date » : une date"),
        (TETE + UNE.replace("2025-11-20", "2999-11-20"), "ligne 7, « date » : 2999-11-20 est à venir"),
        (f'{TETE}{UNE}sha256 = "00"\n', "ligne 9, « sha256 » : de quel fichier"),
        (f'{TETE}{UNE}fichier = "absent.pdf"\n', "ligne 9, « fichier » : ["),
        (f'{TETE}{UNE}fichier = "candidat.toml"\nsha256 = "00"\n', "ligne 10, « sha256 » : ce n'est pas"),
    ],
)
def test_what_is_wrong_is_refused_with_line_key_and_remedy(tmp_path: Path, texte: str, dit: str) -> None:
    with pytest.raises(CandidatIncorrect) as refus:
        lu(tmp_path, texte)
    assert dit in str(refus.value)
    assert refus.value.remede
    assert refus.value.exit_code == 2


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(CandidatIncorrect, match="ne se lit pas"):
        lire_candidat(tmp_path / "absent.toml", CERTIFICATION)
    (tmp_path / "latin").write_bytes(b"# \xe9")
    with pytest.raises(CandidatIncorrect, match="UTF-8"):
        lire_candidat(tmp_path / "latin", CERTIFICATION)
