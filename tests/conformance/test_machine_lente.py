"""A machine that stands still accuses nobody: what was asked twice because of it is played again."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import epreuve as reglage
import pytest
from constat_de_faute import Trouvee, reproches
from epreuve import DELAI, INSTANT, Epreuve, ouvrir_a_part
from fautes import ENVIRONNEMENT, FAUTES, Faute, designation, fautif
from test_fautes import essayer

from sne_conformite.rapports import rapport_json
from sne_conformite.rapports.rapport import Rapport
from sne_conformite.rapports.verdict_de_conformite import retardes
from sne_temoin.adaptateur import Adaptateur
from sne_temoin.temoin_assemble import Temoin
from sne_temoin.transport import ReponseBrute

#: Runs at once, in the campaign: each has its server and its application, and is the load of the others.
LOT = 20
#: One that waits a quarter of a second, whatever it is told, ends nothing on a machine that is so slow.
CHARGEES = [faute for faute in FAUTES if faute.nom != "impatience"]
LOTS = [CHARGEES[rang : rang + LOT] for rang in range(0, len(CHARGEES), LOT)]


def test_ce_que_la_machine_a_retenu_n_est_pas_reproche() -> None:
    """The server is stopped when the first creation leaves, until the application has given it up and asks
    what became of it: it finds the demande there, without its attestation. Another one plays it again."""
    arrets: list[str] = []

    def lancer() -> Adaptateur:
        temoin = Temoin()
        poster = temoin.liaison.transport.poster

        def arreter(adresse: str, content_type: str, corps: bytes) -> ReponseBrute:
            if b"CRE" in corps and not arrets:
                arrets.append(adresse)
                os.kill(serveur, signal.SIGSTOP)
                threading.Timer(DELAI + 0.6, os.kill, (serveur, signal.SIGCONT)).start()
            return poster(adresse, content_type, corps)

        temoin.liaison.transport.poster = arreter  # type: ignore[method-assign]
        return Adaptateur(temoin)

    with ouvrir_a_part(cote_a_cote=True) as epreuve, ExitStack() as fin:
        serveur = epreuve.enfant.processus.pid
        fin.callback(os.kill, serveur, signal.SIGCONT)
        rapport = epreuve.une_fois(lancer, ["CRE-COMPLETE"], exemples=1, reduction=0)
    assert arrets
    assert reproches(rapport) == {}
    assert retardes(rapport) == (), "played again, alone"


def _a_la_fois(dossier: Path, epreuves: Mapping[str, Sequence[str]]) -> dict[str, tuple[int, str, Rapport]]:
    """By name, what the command with these options says, all at once: exit, first line, report."""

    def conform(nom: str) -> tuple[int, str, Rapport]:
        mots = [sys.executable, "-m", "sne_sandbox", "conform", "--report-dir", str(dossier / nom)]
        environnement = {**os.environ, **ENVIRONNEMENT}
        rendu = subprocess.run([*mots, *epreuves[nom]], env=environnement, stdout=subprocess.PIPE, text=True)
        rapport = rapport_json.lire(dossier / nom / "rapport.json")
        return rendu.returncode, rendu.stdout.partition("\n")[0], rapport

    with ThreadPoolExecutor(len(epreuves)) as fils:
        return dict(zip(epreuves, fils.map(conform, epreuves), strict=True))


@pytest.mark.campagne
def test_une_machine_chargee_n_accuse_personne(tmp_path: Path) -> None:
    """Nobody is accused, and what could not be judged is said first."""
    epreuves = {str(g): ("--application", "temoin", "--examples", "1", "--seed", str(g)) for g in range(LOT)}
    for sortie, dit, rapport in _a_la_fois(tmp_path, epreuves).values():
        tardifs = retardes(rapport)
        assert {nom.partition("/")[0] for nom in reproches(rapport)} <= set(tardifs)
        assert (sortie, "trop chargée" in dit) == ((3, True) if tardifs else (0, False))


@pytest.mark.campagne
@pytest.mark.parametrize("lot", LOTS, ids=lambda lot: lot[0].nom)
def test_une_faute_est_la_meme_sur_une_machine_chargee(
    epreuve: Epreuve, tmp_path: Path, lot: Sequence[Faute]
) -> None:
    """In quiet, scenarios are tried until some catch the fault; `conform` plays the very same households of
    those, of all faults at once: the ones that show it, and beside them some that do not."""
    calmes, epreuves = {}, {}
    for faute in lot:
        *_, (exemples, scenarios, calmes[faute.nom]) = essayer(epreuve, faute)
        mots = ["--application", designation(faute.nom), "--clock", INSTANT.isoformat()]
        choix = [mot for scenario in scenarios for mot in ("--scenario", scenario)]
        epreuves[faute.nom] = [*mots, "--examples", str(exemples), *choix]
    for nom, (_, _, rapport) in _a_la_fois(tmp_path, epreuves).items():
        vus, attendus = ({v.id: v.verdict for v in r.verifications} for r in (rapport, calmes[nom]))
        assert vus == attendus, nom


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
