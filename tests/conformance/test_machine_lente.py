"""A machine that stands still accuses nobody: what was asked twice because of it is played again."""

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import epreuve as reglage
import pytest
from constat_de_faute import Trouvee
from epreuve import DELAI, Epreuve, ouvrir_a_part
from fautes import ENVIRONNEMENT, FAUTES, Faute, fautif

from sne_conformite.rapports import rapport_json
from sne_conformite.rapports.rapport import Rapport, Verdict
from sne_temoin.adaptateur import Adaptateur
from sne_temoin.temoin_assemble import Temoin
from sne_temoin.transport import ReponseBrute

#: Programs that want a processor all the time, for each that the machine has, and seeds, of the campaign.
CHARGE = 10
GRAINES = 20


@pytest.fixture
def arretable() -> Iterator[Epreuve]:
    """The server is a process that can be stopped, and goes on whatever happens."""
    with ouvrir_a_part() as ouverte:
        yield ouverte
        os.kill(ouverte.enfant.processus.pid, signal.SIGCONT)


def test_ce_que_la_machine_a_retenu_n_est_pas_reproche(arretable: Epreuve) -> None:
    """The server is stopped when the first creation leaves, until the application has given it up and asks
    what became of it: it finds the demande there, without its attestation."""
    serveur = arretable.enfant.processus.pid
    temoin = Temoin()
    poster = temoin.liaison.transport.poster

    def arreter(adresse: str, content_type: str, corps: bytes) -> ReponseBrute:
        if b"CRE" in corps and not arrets:
            arrets.append(adresse)
            os.kill(serveur, signal.SIGSTOP)
            threading.Timer(DELAI + 0.6, os.kill, (serveur, signal.SIGCONT)).start()
        return poster(adresse, content_type, corps)

    arrets: list[str] = []
    temoin.liaison.transport.poster = arreter  # type: ignore[method-assign]
    rapport = arretable.une_fois(lambda: Adaptateur(temoin), ["CRE-COMPLETE"], exemples=1, reduction=0)

    assert arrets
    assert [v for v in rapport.verifications if v.verdict in (Verdict.ECHOUE, Verdict.ERREUR)] == []
    assert [v.raison for v in rapport.verifications if v.verdict is Verdict.IGNORE] == []
    assert [scenario.retard for scenario in rapport.scenarios] == [""], "played again, alone"


@contextmanager
def chargee() -> Iterator[None]:
    """The machine, so busy that each program waits CHARGE times as long."""
    combien = CHARGE * (os.cpu_count() or 1)
    autres = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(combien)]
    try:
        yield
    finally:
        for autre in autres:
            autre.kill()
            autre.wait()


def _conform(dossier: Path, application: str, *options: str) -> Rapport:
    """The report of the command, the whole plan unless `options` say otherwise."""
    mots = ["conform", "--application", application, "--report-dir", str(dossier), *options]
    subprocess.run(
        [sys.executable, "-m", "sne_sandbox", *mots], env={**os.environ, **ENVIRONNEMENT}, check=False
    )
    return rapport_json.lire(dossier / "rapport.json")


@pytest.mark.campagne
@pytest.mark.parametrize("graine", range(GRAINES))
def test_une_machine_chargee_n_accuse_personne(tmp_path: Path, graine: int) -> None:
    with chargee():
        rapport = _conform(tmp_path, "temoin", "--examples", "1", "--seed", str(graine))
    assert not [v for v in rapport.verifications if v.verdict in (Verdict.ECHOUE, Verdict.ERREUR)]
    assert [(s.id, s.retard) for s in rapport.scenarios if s.retard] == []


@pytest.mark.campagne
@pytest.mark.parametrize("faute", FAUTES, ids=lambda faute: faute.nom)
def test_une_faute_est_la_meme_sur_une_machine_chargee(tmp_path: Path, faute: Faute) -> None:
    application = shlex.join([sys.executable, "-m", "fautes", "--faute", faute.nom])
    calme = _conform(tmp_path, application, "--examples", "1")
    with chargee():
        lente = _conform(tmp_path, application, "--examples", "1")
    assert {v.id: v.verdict for v in lente.verifications} == {v.id: v.verdict for v in calme.verifications}


@pytest.mark.parametrize(
    "horloge", ["2026-11-30T18:11:25+01:00", "2026-11-30T19:11:25+01:00", "2027-01-01T00:00:01+01:00"]
)
def test_un_homonyme_adopte_l_est_a_toute_heure(
    epreuve: Epreuve, monkeypatch: pytest.MonkeyPatch, horloge: str
) -> None:
    """Its households are drawn at that instant, and not once for all."""
    monkeypatch.setattr(reglage, "INSTANT", datetime.fromisoformat(horloge))
    tiree = replace(epreuve, tirages=nullcontext)
    rapport = tiree.passer(partial(fautif, "premiere-trouvee"), ["ROB-HOMONYMES"], exemples=1)
    assert {"ROB-03"} == set(Trouvee.dans(rapport).echecs)
