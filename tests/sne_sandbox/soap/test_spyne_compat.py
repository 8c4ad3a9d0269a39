"""Spyne can be imported, on every Python we support, and says nothing."""

import collections.abc
import subprocess
import sys

from sne_sandbox.soap import spyne_compat


def test_spyne_s_importe_derriere_le_module_de_compatibilite():
    programme = (
        "import sne_sandbox.soap.spyne_compat\n"
        "from spyne.protocol.soap import Soap12\n"
        "from spyne.util.six.moves.collections_abc import Iterable\n"
        "import logging\n"
        "assert not logging.getLogger('spyne.protocol.xml').isEnabledFor(logging.ERROR)\n"
        "print(Soap12.__name__, Iterable.__name__)\n"
    )
    fini = subprocess.run([sys.executable, "-W", "ignore", "-c", programme], capture_output=True, text=True)
    assert (fini.returncode, fini.stdout, fini.stderr) == (0, "Soap12 Iterable\n", "")


def test_rien_n_est_touche_quand_six_fonctionne(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 11, 0))
    monkeypatch.setattr(sys, "modules", {})
    spyne_compat.preparer()
    assert sys.modules == {}


def test_les_modules_manquants_sont_offerts_des_python_3_12(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 12, 0))
    monkeypatch.setattr(sys, "modules", {})
    spyne_compat.preparer()
    assert sys.modules["spyne.util.six.moves.collections_abc"] is collections.abc
