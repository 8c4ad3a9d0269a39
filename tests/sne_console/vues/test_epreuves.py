"""Judgements as processes: so many at a time, and none outlives the server that began it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sne_console.vues import epreuves
from sne_console.vues.epreuves import EtatJugement
from sne_interface.errors import ConflitEtat, OperatorError

PATIENCE = 240.0
SERVEUR = """# copie
import sys, time
from pathlib import Path
from sne_console.vues import epreuves
arguments = ["conform", "--application", "temoin", "--examples", "20"]
print(epreuves.lancer(Path(sys.argv[1]), "essai", arguments).nom, flush=True)
time.sleep(600)
"""


def attendre(home: Path, nom: str, etat: EtatJugement) -> bool:
    """Whether a judgement comes to a state soon."""
    limite = time.monotonic() + PATIENCE
    while time.monotonic() < limite:
        trouvee = epreuves.trouver(home, nom)
        if trouvee is not None and trouvee.etat is etat:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("fin", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_server_began_ends_with_it(tmp_path: Path, fin: signal.Signals) -> None:
    commande = [sys.executable, "-c", SERVEUR, str(tmp_path)]
    with subprocess.Popen(commande, stdout=subprocess.PIPE, text=True) as serveur:
        nom = serveur.stdout.readline().strip()
        trouvee = epreuves.trouver(tmp_path, nom)
        assert trouvee.etat is EtatJugement.EN_COURS
        with pytest.raises(ConflitEtat, match="déjà en cours"):
            epreuves.lancer(tmp_path, "essai", ["rules"])
        serveur.send_signal(fin)
    assert attendre(tmp_path, nom, EtatJugement.INTERROMPUE)


def test_a_lock_that_nobody_holds_is_a_judgement_cut_short(tmp_path: Path) -> None:
    dossier = tmp_path / "conformite" / "coupe"
    dossier.mkdir(parents=True)
    (dossier / "commande").write_text("sne-sandbox report", "utf-8")
    for _ in range(2):
        assert attendre(tmp_path, "coupe", EtatJugement.INTERROMPUE)
        (dossier / "verrou").touch()


def test_of_several_workers_one_begins(tmp_path: Path) -> None:
    commande = [sys.executable, "-c", SERVEUR, str(tmp_path)]
    serveurs = [
        subprocess.Popen(commande, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(3)
    ]
    try:
        noms = [serveur.stdout.readline().strip() for serveur in serveurs if serveur.stdout is not None]
        assert len(list(filter(None, noms))) == 1  # the others ended on ConflitEtat
        assert len(epreuves.lister(tmp_path)) == 1
    finally:
        for serveur in serveurs:
            serveur.kill()
            serveur.communicate()


def test_what_is_not_erased_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = tmp_path / "conformite" / "fini"
    dossier.mkdir(parents=True)
    (dossier / "commande").write_text("sne-sandbox report", "utf-8")
    (dossier / "code").write_text("0", "utf-8")
    trouvee = epreuves.trouver(tmp_path, "fini")
    assert trouvee is not None

    def refuser(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as essai:
        essai.setattr(epreuves.shutil, "rmtree", refuser)
        with pytest.raises(OperatorError, match="n'est pas effacé"):
            epreuves.effacer(trouvee)
    epreuves.effacer(trouvee)
    assert not dossier.exists()
    epreuves.effacer(trouvee)


def test_one_that_ends_while_it_is_looked_at_is_not_cut_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = tmp_path / "conformite" / "finit"
    dossier.mkdir(parents=True)
    (dossier / "commande").write_text("sne-sandbox report", "utf-8")

    def finir(_: Path) -> bool:
        (dossier / "code").write_text("3", "utf-8")
        return False

    monkeypatch.setattr(epreuves, "_vit", finir)
    trouvee = epreuves.trouver(tmp_path, "finit")
    assert trouvee.etat is EtatJugement.ECHOUEE


@pytest.mark.parametrize(
    ("en_cours", "commande", "commence"),
    [
        ([], "report", True),
        (["report"], "report", True),
        (["report", "report"], "report", False),
        (["report"], "conform", False),
        (["conform"], "report", False),
        ([], "conform", True),
    ],
)
def test_traffic_is_judged_by_as_many_as_there_are_cores_an_application_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, en_cours: list[str], commande: str, commence: bool
) -> None:
    monkeypatch.setattr(epreuves, "_ENSEMBLE", 2)
    vivent = {f"la-{rang}" for rang in range(len(en_cours))}
    monkeypatch.setattr(epreuves, "_vit", lambda tenu: tenu.parent.name in vivent)
    for nom, mot in zip(sorted(vivent), en_cours, strict=True):
        dossier = tmp_path / "conformite" / nom
        dossier.mkdir(parents=True)
        (dossier / "commande").write_text(f"sne-sandbox {mot} --base ecole", "utf-8")
    arguments = [commande, "--help"]
    if commence:
        nom = epreuves.lancer(tmp_path, "essai", arguments).nom
        assert attendre(tmp_path, nom, EtatJugement.ECHOUEE)  # it ends, without a report
    else:
        with pytest.raises(ConflitEtat, match="déjà en cours"):
            epreuves.lancer(tmp_path, "essai", arguments)
