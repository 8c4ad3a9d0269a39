"""How many interruptions of `run` it takes until one is lost: SIGTERM as soon as the command has printed, at
once or up to 0.2 s later. Exits 1 when one left `run` alive.

python tests/benchmarks/interruptions.py [--fois 1000] [--charge 4] [--graine 0]
"""

import argparse
import collections
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import moule

#: Seconds after which a `run` that was told to end is taken not to: it gives its command ten.
PATIENCE: Final = 60.0
_RUN: Final = (sys.executable, "-m", "sne_sandbox", "run", "--", "sh", "-c", "sleep 600 & echo pret; wait")


def interrompre(attente: float) -> str:
    """Interrupts one run, `attente` seconds after its command has printed; what became of it."""
    dossier = tempfile.mkdtemp(prefix="sne-interrompu-")
    try:
        with subprocess.Popen(
            _RUN,
            cwd=dossier,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as processus:
            assert processus.stdout is not None
            if processus.stdout.readline() != b"pret\n":
                return "rien d'écrit"
            time.sleep(attente)
            processus.send_signal(signal.SIGTERM)
            try:
                processus.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                processus.kill()
                return f"encore là après {PATIENCE:.0f} s"
            return f"sortie {processus.returncode}"
    finally:
        shutil.rmtree(dossier, ignore_errors=True)


def main() -> int:
    """Interrupts, counts, tells."""
    options = argparse.ArgumentParser(description="Interrompt « run » autant de fois qu'on veut.")
    options.add_argument("--fois", type=int, default=1000)
    options.add_argument("--charge", type=int, default=4, help="processus qui occupent la machine")
    options.add_argument("--graine", type=int, default=0)
    lues = options.parse_args()
    hasard = random.Random(lues.graine)
    finies: collections.Counter[str] = collections.Counter()
    with ExitStack() as pile:
        pile.callback(moule.poser())
        for _ in range(lues.charge):
            occupe = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            pile.callback(occupe.wait)
            pile.callback(occupe.kill)
        for rang in range(1, lues.fois + 1):
            finies[interrompre(hasard.choice((0.0, hasard.uniform(0, 0.2))))] += 1
            if rang % 50 == 0 or rang == lues.fois:
                print(f"{rang} interruptions : {dict(finies)}", flush=True)
    return 0 if set(finies) == {"sortie 143"} else 1


if __name__ == "__main__":
    sys.exit(main())
