"""`sne-sandbox calibrer` on what `proxy` recorded of a second sandbox, whose contract has 36 changes."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from calibrage import CHANGEMENTS, ClientDesEcarts, contrat, ecrire_l_autre
from client_mtom import Client
from commande import sne
from serveur_local import Serveur


@pytest.fixture
def enregistrer(demarrer: Callable[..., Serveur], tmp_path: Path) -> Callable[..., str]:
    """Records a client before a server of these options; the home of the relay."""

    def un(*options: str) -> str:
        reel = demarrer("--seed-base", "vide", *options, nom="reel")
        relais = Serveur.demarrer(tmp_path / "relais", commande=("proxy", "--upstream", reel.pret["http"]))
        try:
            client = Client(relais)

            def appeler(operation: str, champs: Mapping[str, Any]) -> bytes:
                recu = client.appeler(contrat().operations[operation].service, operation, **champs)
                return next((v for n, v in recu.pieces.items() if n != "attestation"), b"")

            ClientDesEcarts(appeler).converser()
            client.fermer()
            assert relais.arreter() == 0
        finally:
            relais.tuer()
        return str(relais.home)

    return un


@pytest.mark.cher
def test_every_change_is_found_and_the_overlay_proposed_makes_them_agree(
    enregistrer: Callable[..., str], tmp_path: Path
) -> None:
    home = enregistrer("--contracts", str(ecrire_l_autre(tmp_path / "autre")))
    vu = sne(tmp_path, "calibrer", "proxy", "--home", home, "--format", "json", "--out", "surcharge")
    assert vu.returncode == 1, vu.stdout + vu.stderr
    lu = json.loads(vu.stdout)
    dits = [(cause["genre"], cause["titre"]) for cause in lu["causes"]]
    manquent = [c for c in CHANGEMENTS if not any(c[0] == genre and c[1] in titre for genre, titre in dits)]
    assert manquent == [], dits
    assert len(CHANGEMENTS) >= 30
    assert (lu["causes_restantes"], lu["accidents"]) == (0, [])

    # The overlay makes the two agree, and is one that a server takes.
    vu = sne(tmp_path, "calibrer", "proxy", "--home", home, "--contracts", "surcharge")
    assert vu.returncode == 0, vu.stdout + vu.stderr
    assert "aucune différence" in vu.stdout
    vu = sne(tmp_path, "rules", "--contracts", "surcharge", "--format", "json")
    regles = {regle["code"]: regle for regle in json.loads(vu.stdout)["regles"]}
    assert (regles["ADR001"]["code_officiel"], regles["RES004"]["effet"]) == ("RG-201", "avertissement")

    # The recording as files: what they hold is found as well; names and reports hold no NIR.
    vu = sne(tmp_path, "proxy", "--home", home, "--export", "net", "--anonymiser")
    assert vu.returncode == 0, vu.stderr
    vu = sne(tmp_path, "calibrer", "net", "--home", home, "--format", "html")
    assert vu.returncode == 1, vu.stderr
    assert "RG-201" in vu.stdout


@pytest.mark.cher
def test_the_same_contract_makes_no_difference(enregistrer: Callable[..., str], tmp_path: Path) -> None:
    home = enregistrer()
    vu = sne(tmp_path, "calibrer", "proxy", "--home", home, "--out", "surcharge")
    assert vu.returncode == 0, vu.stdout + vu.stderr
    assert "aucune différence" in vu.stdout
    assert not (tmp_path / "surcharge").exists()


def test_what_is_no_recording_is_refused_in_french(tmp_path: Path) -> None:
    (tmp_path / "rien").mkdir()
    for quoi in ("rien", "jamais"):
        vu = sne(tmp_path, "calibrer", quoi, "--home", "home")
        assert (vu.returncode, "→" in vu.stderr, vu.stdout) == (2, True, ""), vu.stderr
