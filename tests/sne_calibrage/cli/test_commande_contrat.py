"""`sne-sandbox contrat`: what is compared, what is replayed, and the exit codes."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from banc import Banc, message
from click.testing import CliRunner, Result
from lxml import etree

from sne_conformite.preuves import paquet_de_preuves
from sne_interface.errors import UsageError
from sne_sandbox.cli.main import cli


def appeler(*mots: str | Path) -> Result:
    return CliRunner().invoke(cli, ["contrat", *map(str, mots)], standalone_mode=False)


# --- comparer ----------------------------------------------------------------------------------------------


def test_what_breaks_nothing_ends_well_and_the_way_back_does_not() -> None:
    aller, retour = appeler("comparer", "v5.0", "v5.2"), appeler("comparer", "v5.2", "v5.0")
    assert (aller.return_value, retour.return_value) == (0, 1)
    assert "De v5.0 à v5.2 : rien ne casse (0 erreur," in aller.stdout
    assert "NIR (ajout, convention, publié le 2018-08-06, en base école le 2018-01-30)" in aller.stdout
    assert "De v5.2 à v5.0 : des différences cassent (2 erreurs," in retour.stdout


def test_every_form_tells_the_same_differences() -> None:
    formes = {f: appeler("comparer", "v5.2", "v5.0", "--format", f).stdout for f in
              ("text", "json", "html", "junit", "markdown")}  # fmt: skip
    lu = json.loads(formes["json"])
    assert lu["cassante"] is True
    assert lu["comptes"]["erreur"] == sum(d["severite"] == "erreur" for d in lu["differences"]) == 2
    rompues = [d["empreinte"] for d in lu["differences"] if d["severite"] == "erreur"]
    assert [empreinte for texte in formes.values() for empreinte in rompues if empreinte not in texte] == []
    junit = etree.fromstring(formes["junit"])
    assert len(junit.findall(".//failure")) == 2
    assert int(junit.find("testsuite").get("tests")) == len(lu["differences"])
    assert "<script" not in formes["html"]


def test_a_folder_is_laid_over_the_contract(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text('[ENT005]\ngravite = "bloquante"\n', "utf-8")
    vu = appeler("comparer", "v5.2", tmp_path, "--format", "json")
    assert vu.return_value == 1
    assert [d["objet"] for d in json.loads(vu.stdout)["differences"]] == ["ENT005"]


def test_a_folder_that_extends_is_a_version_of_its_own(tmp_path: Path) -> None:
    suivante = tmp_path / "v5.3"
    suivante.mkdir()
    entete = 'nom = "v5.3"\ntitre = "Suivante"\nextends = "v5.2"\nversions = ["02.02"]\n'
    (suivante / "contract.toml").write_text(entete, "utf-8")
    (suivante / "changements.toml").write_text(
        '[ANCIENS]\nphrase = "Seule la 02.02 reste."\ngenre = "retrait"\nfidelite = "convention"\n'
        'source = "essai"\ncouvre.messages = ["02.00", "02.01"]\n',
        "utf-8",
    )
    vu = json.loads(appeler("comparer", "v5.2", suivante, "--format", "json").stdout)
    assert {(d["objet"], d["changement"]) for d in vu["differences"] if d["severite"] == "erreur"} == {
        ("02.00", "ANCIENS"), ("02.01", "ANCIENS"),
    }  # fmt: skip
    assert [c["id"] for c in vu["changements"]] == ["ANCIENS"]


@pytest.mark.parametrize("nom", ["v9.9", "nulle/part"])
def test_what_is_no_contract_is_wrong_usage(nom: str) -> None:
    vu = appeler("comparer", "v5.0", nom)
    assert isinstance(vu.exception, UsageError)
    assert nom in str(vu.exception)


# --- preparer ----------------------------------------------------------------------------------------------


@pytest.fixture
def base(banc: Banc) -> list[str]:
    """A base that was called, as the command line names it."""
    numero, racine = banc.creer_demande()
    banc.demander(message(racine, "MOD", numero, refInterne="AUTRE"))
    configuration = banc.services.configuration
    ailleurs = ["--database", configuration.database] if configuration.database else []
    return [banc.nom, "--home", str(configuration.home), *ailleurs]


def test_the_journal_of_a_base_is_prepared_to_the_next_contract(base: list[str]) -> None:
    vu = appeler("preparer", "--vers", "v5.2", "--de", "v5.0", *base, "--format", "json")
    assert vu.return_value == 0, vu.exception
    lu = json.loads(vu.stdout)
    assert (lu["depuis"], lu["vers"], lu["prete"]) == ("v5.0", "v5.2", True)
    assert lu["comptes"]["inchangé"] == 2
    assert (lu["echanges"], lu["perdus"]) == ([], None)
    page = appeler("preparer", "--vers", "v5.2", "--de", "v5.0", *base, "--format", "html").stdout
    assert "Attention" not in page
    assert {n["changement"] for n in lu["nouveautes"] if n["sens"] == "envoyer"} == {
        "MESSAGE-0202", "NIR", "DECISIONS",
    }  # fmt: skip


def test_a_refusal_ends_with_1_and_every_form_names_it(base: list[str], tmp_path: Path) -> None:
    (tmp_path / "contract.toml").write_text('versions = ["02.00", "02.02"]\n', "utf-8")
    for forme in ("text", "json", "html"):
        vu = appeler("preparer", "--vers", tmp_path, *base, "--format", forme)
        assert vu.return_value == 1, vu.exception
        assert "ENT003" in vu.stdout
        assert "version de message n" in vu.stdout
    texte = appeler("preparer", "--vers", tmp_path, *base).stdout
    assert "2 échanges acceptés seraient refusés" in texte
    assert "ENT003 · échanges 1, 2 (getNumUnique CRE, getNumUnique MOD)" in texte


def test_a_recording_taken_for_one_of_the_target_is_wrong_usage(base: list[str]) -> None:
    vu = appeler("preparer", "--vers", "v5.2", *base)
    assert isinstance(vu.exception, UsageError)
    assert "--de" in vu.exception.remede


def test_what_could_not_be_replayed_proves_nothing(banc: Banc, base: list[str]) -> None:
    banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": "journal"})
    vu = appeler("preparer", "--vers", "v5.2", "--de", "v5.0", *base)
    assert vu.return_value == 3
    assert "rien n'est prouvé" in vu.stdout


def test_what_the_journal_has_no_more_is_told(banc: Banc, base: list[str]) -> None:
    banc.api("POST", f"/bases/{banc.nom}/reset", {"portee": "journal"})
    banc.creer_demande("colocataires")
    vu = appeler("preparer", "--vers", "v5.2", "--de", "v5.0", *base)
    assert vu.return_value == 0, vu.exception
    assert "Attention : 2 échanges oubliés" in vu.stderr
    mots_de = ("preparer", "--vers", "v5.2", "--de", "v5.0", *base, "--format")
    assert json.loads(appeler(*mots_de, "json").stdout)["perdus"].startswith("2 échanges oubliés")
    assert "Attention : 2 échanges oubliés" in appeler(*mots_de, "html").stdout


def test_evidence_that_was_changed_is_wrong_usage_and_no_refusal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with ZipFile(tmp_path / "preuves.zip", "w") as archive:
        archive.writestr("manifeste.json", "{}")

    def alteree(fichier: Path) -> None:
        raise paquet_de_preuves.DossierAltere(f"Le dossier [{fichier}] a été modifié.")

    monkeypatch.setattr(paquet_de_preuves, "lire", alteree)
    vu = appeler("preparer", "--vers", "v5.2", "--home", tmp_path, tmp_path / "preuves.zip")
    assert isinstance(vu.exception, UsageError)
    assert "tel que --report-dir" in vu.exception.remede
