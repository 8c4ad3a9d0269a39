"""What a report says of the command that made it, and where its remarks go."""

import errno
import hashlib
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from specimen import entete

from sne_conformite.cli import commande_run
from sne_conformite.cli.sorties_de_rapport import (
    AUTO_DECLAREE,
    Preuves,
    PreuvesCopiees,
    RapportNonEcrit,
    Sorties,
    configuration,
    exigees,
    ligne_de_commande,
)
from sne_conformite.preuves import paquet_de_preuves
from sne_conformite.rapports.formats_de_rapport import TOUJOURS
from sne_conformite.rapports.manquements_connus import Connue
from sne_conformite.rapports.rapport import Bilan, Constat, EtatExigence, Rapport
from sne_interface.contract import contrats_charges
from sne_interface.errors import UsageError

RAPPORT = Rapport(entete(mode="trafic", application="essai", echanges=0), True)


@pytest.mark.parametrize("forme", ["json", "junit"])
def test_remarks_go_beside_a_machine_s_format(forme: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A baseline that excuses no more is told in a pipeline too."""
    expiree = Connue("ticket 12", date(2020, 1, 31), exigence="EMB-01")
    sorties = Sorties(None, (expiree,), forme)
    sorties.rendre(RAPPORT, Preuves())
    vu = capsys.readouterr()
    assert "manquement connu expiré le 31/01/2020" in vu.err
    assert vu.out.startswith("{" if forme == "json" else "<?xml")


@pytest.mark.parametrize("signataires", [("Éditeur",), (), None])
def test_who_verifies_is_not_told_to_do_the_trial(
    signataires: tuple[str, ...] | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """He signs beside the vendor; nothing is said of a package that he cannot sign."""
    rejugees = PreuvesCopiees(
        fichier=Path("r/preuves.zip"), classe=AUTO_DECLAREE, signataires=signataires, numero=""
    )
    Sorties(None).rendre(RAPPORT, rejugees)
    _, etape, suite = capsys.readouterr().out.partition("Prochaine étape : si vous êtes le vérificateur, ")
    assert bool(etape) == bool(signataires)
    assert suite.endswith("--cle verificateur.cle --contresigner\n") == bool(signataires)


def _remplir(chemin: Path, octets: bytes = b"<html>") -> int:
    with chemin.open("wb") as fichier:
        fichier.write(octets[:6])
    raise OSError(errno.ENOSPC, "plein")


def test_a_full_disk_leaves_the_verdict_on_the_terminal_and_no_file_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Path, "write_bytes", _remplir)
    with pytest.raises(RapportNonEcrit, match=r"le disque est plein\.\n"):
        Sorties(tmp_path).rendre(RAPPORT, Preuves())
    assert "aucun manquement : essai" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("objet", "nom", "remplir"),
    [
        (Path, "write_bytes", _remplir),
        (paquet_de_preuves, "ecrire", lambda rapport, chemin, **_: _remplir(chemin)),
    ],
)
def test_a_full_disk_loses_nothing_of_another_trial_and_says_whose_it_is(
    objet: object, nom: str, remplir: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Sorties(tmp_path).rendre(RAPPORT, Preuves())
    avant = {f.name: f.read_bytes() for f in tmp_path.iterdir()}
    assert set(avant) == set(TOUJOURS)

    monkeypatch.setattr(objet, nom, remplir)
    autre = replace(RAPPORT, entete=replace(RAPPORT.entete, application="une autre"))
    with pytest.raises(RapportNonEcrit, match="celui qui s'y trouve est d'une autre épreuve"):
        Sorties(tmp_path).rendre(autre, Preuves())
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir()} == avant


def test_a_report_says_what_changed_since_the_one_that_it_replaces(tmp_path: Path) -> None:
    """And which package proves it."""
    Sorties(tmp_path).rendre(RAPPORT, Preuves())
    assert "Depuis l'épreuve d'avant" not in (tmp_path / "rapport.html").read_text("utf-8")
    faux = Constat("EMB-01", False, "Faux.")
    casse = Bilan("EMB-01", "Texte.", "MUST", "XSD", EtatExigence.ENFREINTE, constats=(faux,))
    Sorties(tmp_path).rendre(replace(RAPPORT, bilans=(casse,)), Preuves())
    page = (tmp_path / "rapport.html").read_text("utf-8")
    assert "Depuis l'épreuve d'avant" in page
    assert "Nouveaux : 1" in page
    empreinte = hashlib.sha256((tmp_path / "preuves.zip").read_bytes()).hexdigest()
    assert empreinte in page
    assert empreinte.encode() in (tmp_path / "verdict.pdf").read_bytes()


@pytest.mark.parametrize("reste", ["{", None])
def test_a_report_that_does_not_read_or_is_not_whole_is_compared_with_nothing(
    reste: str | None, tmp_path: Path
) -> None:
    if reste is None:
        inacheve = replace(RAPPORT, entete=replace(RAPPORT.entete, inacheve="Interrompu."))
        Sorties(tmp_path).rendre(inacheve, Preuves())
    else:
        (tmp_path / "rapport.json").write_text(reste, "utf-8")
    Sorties(tmp_path).rendre(RAPPORT, Preuves())
    assert "épreuve d'avant" not in (tmp_path / "rapport.html").read_text("utf-8")


@pytest.mark.parametrize("option", ["--admin-token", "--read-only-token"])
def test_tokens_are_never_told(option: str) -> None:
    ecrits = (["run", option, "SECRET", "--", "sh", "essai.sh"], ["run", f"{option}=SECRET", "--", "true"])
    dits = [ligne_de_commande(mots) for mots in ecrits]
    assert dits == [
        f"sne-sandbox run {option} '***' -- sh essai.sh",
        f"sne-sandbox run '{option}=***' -- true",
    ]


def test_settings_that_are_secret_are_left_out() -> None:
    options = dict.fromkeys(("admin_token", "read_only_token", "database"), "SECRET") | {"host": "127.0.0.1"}
    assert configuration(options, seed=3)["options"] == {"host": "127.0.0.1", "seed": 3}


def test_a_requirement_that_no_traffic_shows_is_for_conform_only() -> None:
    contrat = contrats_charges.charger()
    with pytest.raises(UsageError, match="ne se prouve pas par le trafic") as refus:
        exigees(["EMB-01,FID-02"], contrat)
    assert "sne-sandbox conform --require FID-02" in refus.value.remede
    assert exigees(["EMB-01,FID-02"], contrat, pilotee=True) == ("EMB-01", "FID-02")


def test_the_help_of_run_requires_what_its_traffic_can_show() -> None:
    ids = re.findall(
        r"--require ([A-Z]+-\d+)", f"{commande_run.commande.help} {commande_run.commande.epilog}"
    )
    assert ids
    assert exigees(ids, contrats_charges.charger()) == tuple(ids)
