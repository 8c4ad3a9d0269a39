"""The wheel holds what the product needs: installed alone, it runs away from the checkout."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

RACINE = Path(__file__).resolve().parents[2]


@pytest.mark.charge
def test_the_wheel_carries_its_data(tmp_path: Path) -> None:
    paquets = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    commande = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(commande, cwd=RACINE, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "v", with_pip=True)
    python = tmp_path / "v" / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel)]
    subprocess.run(pip, check=True, capture_output=True)
    ici = next((tmp_path / "v").rglob("site-packages"))
    (ici / "dependances.pth").write_text(str(paquets))  # the libraries of this environment, not its sandbox
    lancer = [str(tmp_path / "v" / "bin" / "sne-sandbox")]
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    regles = subprocess.run(
        [*lancer, "rules", "--format", "json"], cwd=tmp_path, env=env, check=True, capture_output=True
    )
    assert len(json.loads(regles.stdout)["regles"]) == 155
    paquet = subprocess.run(
        [str(python), "-c", "import sandbox; print(sandbox.__file__)"],
        cwd=tmp_path,
        env=env,
        check=True,
        capture_output=True,
        text=True,
    )
    assert str(tmp_path) in paquet.stdout
    assert (ici / "sandbox" / "_data" / "contracts" / "v5.2" / "contract.toml").is_file()
    assert (ici / "sandbox" / "_data" / "fixtures" / "demandes" / "personne_seule.xml").is_file()
