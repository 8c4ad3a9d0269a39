"""`sne-sandbox pki`: what it writes, and an authority that gets one name more."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509

from sne_interface.errors import PkiError
from sne_sandbox.cli.main import cli
from sne_sandbox.pki import certificates, pki_verifiee
from sne_sandbox.pki.authority import Autorite


def test_an_old_stack_is_given_what_it_reads(tmp_path: Path) -> None:
    triple_des = bytes.fromhex("060a2a864886f70d010c0103")
    ecrits = {}
    for reglage in ("moderne", "compatible"):
        out = tmp_path / reglage
        mots = ["pki", "issue", "--home", str(tmp_path / "home"), "--guichet", "G1226", "--out", str(out)]
        assert CliRunner().invoke(cli, [*mots, "--pkcs12", reglage]).exit_code == 0
        ecrits[reglage] = [triple_des in (out / nom).read_bytes() for nom in ("G1226.p12", "truststore.p12")]
    assert ecrits == {"moderne": [False, False], "compatible": [True, True]}


def test_a_home_without_an_authority_is_not_the_one_that_was_meant(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    fait = CliRunner().invoke(cli, ["pki", "renouveler", "--home", str(absent)])
    assert (fait.exit_code, absent.exists()) == (1, False)
    assert "n'a pas d'autorité à renouveler" in str(fait.exception)


def test_one_name_more_is_asked_for_and_then_served(tmp_path: Path) -> None:
    """As the refusal tells to."""
    home = tmp_path / "home"
    pki = Autorite.ouvrir(home)
    donnee = x509.load_pem_x509_certificate(pki.emettre("G1226").certificat)
    with pytest.raises(PkiError) as refus:
        pki_verifiee.preparer(home, ["sne.exemple.fr"])
    commande = refus.value.remede.partition(",")[0].split()
    assert commande[0] == "sne-sandbox"
    fait = CliRunner().invoke(cli, [*commande[1:], "--home", str(home)])
    assert (fait.exit_code, fait.output.strip()) == (0, str(pki.ca))
    pki_verifiee.preparer(home, ["sne.exemple.fr"])
    serveur = x509.load_pem_x509_certificate(pki.serveur.read_bytes())
    assert x509.DNSName("sne.exemple.fr") in certificates.noms_portes(serveur)
    donnee.verify_directly_issued_by(x509.load_pem_x509_certificate(pki.ca.read_bytes()))
