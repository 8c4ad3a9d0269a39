"""A machine that stands still accuses nobody: what was asked twice because of it is played again."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest
from epreuve import DELAI, Epreuve, ouvrir_a_part

from sne_conformite.rapports.rapport import Verdict
from sne_temoin.adaptateur import Adaptateur
from sne_temoin.temoin_assemble import Temoin
from sne_temoin.transport import ReponseBrute


@pytest.fixture
def epreuve() -> Iterator[Epreuve]:
    """The server is a process that can be stopped, and goes on whatever happens."""
    with ouvrir_a_part() as ouverte:
        yield ouverte
        os.kill(ouverte.enfant.processus.pid, signal.SIGCONT)


def test_ce_que_la_machine_a_retenu_n_est_pas_reproche(epreuve: Epreuve) -> None:
    """The server is stopped when the first creation leaves, until the application has given it up and asks
    what became of it: it finds the demande there, without its attestation."""
    serveur = epreuve.enfant.processus.pid
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
    rapport = epreuve.une_fois(lambda: Adaptateur(temoin), ["CRE-COMPLETE"], exemples=1, reduction=0)

    assert arrets
    assert [v for v in rapport.verifications if v.verdict in (Verdict.ECHOUE, Verdict.ERREUR)] == []
    assert [v.raison for v in rapport.verifications if v.verdict is Verdict.IGNORE] == []
    assert [scenario.retard for scenario in rapport.scenarios] == [""], "played again, alone"
