"""`sne-sandbox contrat verifier`: what it says of a folder, and what it writes into it."""

import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import officiels
import pytest
from click.testing import CliRunner, Result

from sne_interface.contract.contrats_charges import charger
from sne_sandbox.cli.main import cli, main

NSS = "interfaceNuu/demande/demandeLogement/personnePhysique/demandeur/numeroSecuriteSociale"


def verifier(*arguments: str | Path) -> Result:
    """Its output, and the code that it answers."""
    return CliRunner().invoke(
        cli, ["contrat", "verifier", *map(str, arguments)], catch_exceptions=False, standalone_mode=False
    )


def echec(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """The exit code of the command, run to its end."""
    monkeypatch.setattr(sys, "argv", ["sne-sandbox", "contrat", "verifier", *map(str, arguments)])
    with pytest.raises(SystemExit) as fin:
        main()
    assert isinstance(fin.value.code, int)
    return fin.value.code


def test_a_guess_is_told_with_its_reasons_and_nothing_is_written(tmp_path: Path) -> None:
    officiels.nir_renomme(tmp_path)
    vu = verifier(tmp_path)
    assert vu.return_value == 1
    ligne = next(ligne for ligne in vu.stdout.splitlines() if "demande.nir.demandeur" in ligne)
    assert ligne.startswith("deviné ")
    assert "même place, après « dateNaissance »" in ligne
    assert f'demandeur = "{NSS}"' in vu.stdout
    assert "spécimen personne_seule_nir : passe" in vu.stdout
    assert not (tmp_path / "contract.toml").exists()


def test_what_is_written_keeps_all_that_was_there(tmp_path: Path) -> None:
    officiels.nir_renomme(tmp_path)
    avant = (
        '# à nous\ntitre = "Le nôtre"  # notre titre\n\n[roles.demande.nir]  # par personne\n'
        'demandeur = ""  # à trouver\n\n[roles.decision]\nrang = "RANG"\n'
    )
    (tmp_path / "contract.toml").write_text(avant, "utf-8")
    assert verifier(tmp_path, "--ecrire").return_value == 1
    apres = (tmp_path / "contract.toml").read_text("utf-8")
    for ligne in ("# à nous", 'titre = "Le nôtre"  # notre titre', "[roles.demande.nir]  # par personne"):
        assert ligne in apres.splitlines()
    assert f'demandeur = "{NSS}"  # à trouver' in apres.splitlines()
    lu = tomllib.loads(apres)
    assert (lu["titre"], lu["roles"]["decision"]) == ("Le nôtre", {"rang": "RANG"})
    assert charger(overlay=tmp_path).roles.demande.nir["demandeur"] == NSS
    assert verifier(tmp_path).return_value == 0


def test_a_file_that_it_cannot_complete_is_left_as_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    officiels.nir_renomme(tmp_path)
    avant = 'roles = { demande = { nir = { cotitulaire = "" } } }\n'
    (tmp_path / "contract.toml").write_text(avant, "utf-8")
    assert echec(monkeypatch, tmp_path, "--ecrire") == 2
    assert "sans rien perdre" in capsys.readouterr().err
    assert (tmp_path / "contract.toml").read_text("utf-8") == avant


def test_json_has_stdout_to_itself(tmp_path: Path) -> None:
    officiels.calculs_retires(tmp_path)
    dit = json.loads(verifier(tmp_path, "--format", "json").stdout)
    manquants = [r["role"] for r in dit["roles"] if r["etat"] == "manquant"]
    assert manquants == ["demande.ressources_uc", "demande.nombre_uc", "demande.premier_quartile"]
    assert dit["conforme"] is False
    assert all(not essai["fautes"] for essai in dit["specimens"])
    assert dit["exemples"]["joues"] > 500
    assert dit["exemples"]["changes"] == []


def test_a_specimen_that_the_folder_refuses_is_told(tmp_path: Path) -> None:
    officiels.nir_renomme(tmp_path)
    fichier = tmp_path / officiels.XSD
    place = '<xs:element name="precision" type="Chaine255Modifiable"/>'
    exige = f'{place}<xs:element name="nouveau" type="xs:string"/>'
    fichier.write_text(fichier.read_text("utf-8").replace(place, exige), "utf-8")
    vu = verifier(tmp_path)
    assert vu.return_value == 1
    (ligne,) = [li for li in vu.stdout.splitlines() if li.startswith("spécimen personne_seule_nir")]
    assert "nouveau" in ligne


def test_a_schema_that_cannot_hold_our_refusals_is_told(tmp_path: Path) -> None:
    """Everything else passes: only a message that is refused would show it."""
    officiels.code_court(tmp_path)
    vu = verifier(tmp_path)
    assert vu.return_value == 1
    (ligne,) = [li for li in vu.stdout.splitlines() if li.startswith("notre refus ne tient pas dans")]
    assert "listeAnomalie/anomalie/@code" in ligne
    assert 'code_officiel = "…"' in ligne
    dit = json.loads(verifier(tmp_path, "--format", "json").stdout)
    assert (dit["conforme"], dit["exemples"]["refus"]) == (False, [ligne])
    # What it says to do is enough.
    regles = charger(overlay=tmp_path).regles
    codes = "".join(f'[{code}]\ncode_officiel = "{rang:04d}"\n' for rang, code in enumerate(regles))
    (tmp_path / "rules.toml").write_text(codes, "utf-8")
    vu = verifier(tmp_path)
    assert vu.return_value == 0, vu.stdout


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    """As Windows writes it."""
    officiels.nir_renomme(tmp_path)
    (tmp_path / "contract.toml").write_text('titre = "Le nôtre"\n', "utf-8-sig")
    assert verifier(tmp_path, "--ecrire").return_value == 1
    assert charger(overlay=tmp_path).titre == "Le nôtre"


def test_a_folder_that_has_every_name_is_found_whole(tmp_path: Path) -> None:
    officiels.uc_en_texte(tmp_path)
    vu = verifier(tmp_path)
    assert vu.return_value == 0, vu.stdout
    assert "deviné" not in vu.stdout
    assert "manquant" not in vu.stdout


@pytest.mark.parametrize(
    ("faire", "code", "dit"),
    [
        (officiels.xml_casse, 3, "XML illisible"),
        (officiels.schema_manquant, 3, "manque au contrat"),
        (lambda _: None, 3, "ne contient aucun fichier de contrat"),
        (lambda dossier: dossier.rmdir(), 2, "n'existe pas"),
        (lambda dossier: (dossier.rmdir(), dossier.write_text("")), 2, "est un fichier"),
    ],
)
def test_what_cannot_be_read_says_where(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    faire: Callable[[Path], None],
    code: int,
    dit: str,
) -> None:
    dossier = tmp_path / "officiel"
    dossier.mkdir()
    faire(dossier)
    assert echec(monkeypatch, dossier) == code
    assert dit in capsys.readouterr().err
