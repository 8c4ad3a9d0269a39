"""The PKI of a home: what it makes, when it makes it again, and what it says when it cannot."""

import pickle
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key, pkcs12
from cryptography.x509.verification import PolicyBuilder, Store

from sne_interface.errors import PkiError
from sne_sandbox.pki import MOT_DE_PASSE, certificates
from sne_sandbox.pki.authority import AUTRE_NOM, Autorite, ecrire, lire_guichet


def _serveur(autorite: Autorite) -> x509.Certificate:
    return x509.load_pem_x509_certificate(autorite.serveur.read_bytes())


def _noms(autorite: Autorite) -> set[str]:
    return {str(nom.value) for nom in certificates.noms_portes(_serveur(autorite))}


def test_the_server_answers_to_the_names_of_the_machine_and_to_the_given_ones(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path, ["sne.exemple.fr", "192.0.2.7"])
    assert {"localhost", "127.0.0.1", "::1", "sne.exemple.fr", "192.0.2.7"} <= _noms(autorite)


def test_a_strict_verifier_accepts_the_server_certificate(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path)
    ca = x509.load_pem_x509_certificate(autorite.ca.read_bytes())
    verificateur = PolicyBuilder().store(Store([ca])).build_server_verifier(x509.DNSName("localhost"))
    assert verificateur.verify(_serveur(autorite), [])[-1] == ca


def test_a_second_opening_keeps_everything(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path, ["sne.exemple.fr"])
    avant = {f.name: f.read_bytes() for f in autorite.dossier.iterdir()}
    Autorite.ouvrir(tmp_path)
    assert {f.name: f.read_bytes() for f in autorite.dossier.iterdir()} == avant


def test_a_missing_name_renews_the_server_certificate_alone_and_keeps_the_old_names(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path, ["exemple.fr", "un.exemple.fr"])
    ca = autorite.ca.read_bytes()
    Autorite.ouvrir(tmp_path, ["deux.exemple.fr"])
    assert {"un.exemple.fr", "deux.exemple.fr"} <= _noms(autorite)
    assert autorite.ca.read_bytes() == ca


def test_a_name_that_the_authority_may_not_sign_is_refused_with_its_remedy(tmp_path: Path) -> None:
    """Whoever trusts it must take its new certificate: that is told, not done behind their back."""
    autorite = Autorite.ouvrir(tmp_path, ["sne.exemple.fr"])
    avant = {f.name: f.read_bytes() for f in autorite.dossier.iterdir()}
    for nom in ("exemple.fr", "xsne.exemple.fr", "192.0.2.8"):
        with pytest.raises(PkiError) as erreur:
            Autorite.ouvrir(tmp_path, [nom])
        assert f"pki renouveler --server-name {nom}" in erreur.value.remede
    assert {f.name: f.read_bytes() for f in autorite.dossier.iterdir()} == avant


def test_a_machine_that_changed_its_name_starts_under_those_of_its_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container has another name each time."""
    monkeypatch.setattr("socket.gethostname", lambda: "un-autre-conteneur")
    avant = Autorite.ouvrir(tmp_path)
    monkeypatch.setattr("socket.gethostname", lambda: "encore-un-autre")
    assert "encore-un-autre" not in _noms(Autorite.ouvrir(tmp_path))
    assert "un-autre-conteneur" in _noms(avant)


def test_a_renewed_authority_signs_more_names_and_keeps_its_identities(tmp_path: Path) -> None:
    avant = Autorite.ouvrir(tmp_path, ["un.exemple.fr", "192.0.2.7"])
    donnee = avant.emettre("G1226").certificat
    siens = ecrire(avant.emettre("G1104", "essai"), avant.dossier / "bases" / "essai")
    ancienne = avant.ca.read_bytes()
    pki = Autorite.renouveler(tmp_path, ["deux.exemple.fr"])
    assert {"un.exemple.fr", "192.0.2.7", "deux.exemple.fr"} <= _noms(pki)
    ca = x509.load_pem_x509_certificate(pki.ca.read_bytes())
    assert pki.ca.read_bytes() != ancienne
    x509.load_pem_x509_certificate(donnee).verify_directly_issued_by(ca)
    gardee, sa_ca = x509.load_pem_x509_certificates(siens.certificat.read_bytes())
    assert sa_ca == ca, "what lies in the home is given anew, with the authority to trust"
    assert lire_guichet(gardee.public_bytes(Encoding.DER)) == ("G1104", "essai")
    Autorite.ouvrir(tmp_path, ["deux.exemple.fr", "un.exemple.fr"])


def test_an_authority_of_an_older_home_is_held_to_no_name_and_goes_on(tmp_path: Path) -> None:
    pki = Autorite.ouvrir(tmp_path)
    cle = load_pem_private_key((pki.dossier / "ca.key").read_bytes(), None)
    assert isinstance(cle, certificates.Cle)
    pki.ca.write_bytes(_sans_contrainte(x509.load_pem_x509_certificate(pki.ca.read_bytes()), cle))
    ancienne = pki.ca.read_bytes()
    assert "nouveau.exemple.fr" in _noms(Autorite.ouvrir(tmp_path, ["nouveau.exemple.fr"]))
    assert pki.ca.read_bytes() == ancienne
    ca = x509.load_pem_x509_certificate(Autorite.renouveler(tmp_path).ca.read_bytes())
    permis = certificates.noms_permis(ca)
    assert permis is not None
    assert x509.DNSName("nouveau.exemple.fr") in permis


def _sans_contrainte(ca: x509.Certificate, cle: certificates.Cle) -> bytes:
    """The same authority as version 0.1.0 made it: for ten years, and for any name."""
    constructeur = (
        x509.CertificateBuilder()
        .subject_name(ca.subject)
        .issuer_name(ca.subject)
        .public_key(ca.public_key())
        .serial_number(ca.serial_number)
        .not_valid_before(ca.not_valid_before_utc)
        .not_valid_after(ca.not_valid_before_utc + timedelta(days=3650))
    )
    for extension in ca.extensions:
        if not isinstance(extension.value, x509.NameConstraints):
            constructeur = constructeur.add_extension(extension.value, extension.critical)
    return constructeur.sign(cle, SHA256()).public_bytes(Encoding.PEM)


@pytest.mark.parametrize("nom", ["localhost", "sne.exemple.fr", "192.0.2.7", "2001:db8::7", "*.essai.fr"])
def test_openssl_accepts_what_the_constraints_permit(tmp_path: Path, nom: str) -> None:
    """The server by each of its names, the client, and nothing of another name."""
    pki = Autorite.ouvrir(tmp_path, ["sne.exemple.fr", "192.0.2.7", "2001:db8::7", "*.essai.fr"])
    client = ecrire(pki.emettre("G1226"), tmp_path / "c").certificat
    ca = x509.load_pem_x509_certificate(pki.ca.read_bytes())
    assert ca.extensions.get_extension_for_class(x509.NameConstraints).critical
    cle_ca = load_pem_private_key((pki.dossier / "ca.key").read_bytes(), None)
    assert isinstance(cle_ca, certificates.Cle)
    debut, fin = certificates.maintenant(), ca.not_valid_after_utc
    for ailleurs in ("www.banque.fr", "198.51.100.1"):
        vole = certificates.serveur(
            certificates.nouvelle_cle(), [certificates.nom_alternatif(ailleurs)], ca, cle_ca, debut, fin
        )
        (tmp_path / "vole.pem").write_bytes(vole.public_bytes(Encoding.PEM))
        assert "permitted subtree violation" in _openssl(pki.ca, tmp_path / "vole.pem", "sslserver", rend=2)
    _openssl(pki.ca, client, "sslclient")
    _openssl(pki.ca, pki.serveur_autre_nom, "sslserver")
    adresse = nom[0].isdigit()
    _openssl(
        pki.ca,
        pki.serveur,
        "sslserver",
        "-verify_ip" if adresse else "-verify_hostname",
        nom.replace("*", "a"),
    )


def _openssl(ca: Path, certificat: Path, usage: str, *options: str, rend: int = 0) -> str:
    mots = ["openssl", "verify", "-x509_strict", "-CAfile", str(ca), "-purpose", usage, *options]
    dit = subprocess.run([*mots, str(certificat)], capture_output=True, text=True, check=False)
    assert dit.returncode == rend, dit.stderr
    return dit.stderr


@pytest.mark.parametrize(
    ("reglage", "algorithmes"),
    [
        (None, ("PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256", "MAC: sha256")),
        ("moderne", ("PBES2, PBKDF2, AES-256-CBC, Iteration 2048, PRF hmacWithSHA256", "MAC: sha256")),
        ("compatible", ("pbeWithSHA1And3-KeyTripleDES-CBC", "MAC: sha1")),
    ],
)
def test_a_pkcs12_is_in_the_algorithms_of_the_setting(
    tmp_path: Path, reglage: str | None, algorithmes: tuple[str, str]
) -> None:
    fichiers = ecrire(Autorite.ouvrir(tmp_path).emettre("G1226", "ecole", reglage), tmp_path / "c")
    for fichier, titres in ((fichiers.pkcs12, 2), (fichiers.truststore, 1)):
        mots = ["openssl", "pkcs12", "-info", "-noout", "-legacy", "-in", str(fichier)]
        dit = subprocess.run(
            [*mots, "-passin", f"pass:{MOT_DE_PASSE}"], capture_output=True, text=True, check=True
        ).stderr
        assert [dit.count(algorithme) for algorithme in algorithmes] == [titres, 1], dit


def test_the_environment_says_the_algorithms_where_no_option_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pki = Autorite.ouvrir(tmp_path)
    monkeypatch.setenv("SNE_SANDBOX_PKCS12", "compatible")
    ancien = pki.emettre("G1226").pkcs12
    triple_des = bytes.fromhex("060a2a864886f70d010c0103")
    assert triple_des in ancien
    assert triple_des not in pki.emettre("G1226", "ecole", "moderne").pkcs12


@pytest.mark.parametrize(("restent", "renouvele"), [(29, True), (31, False)])
def test_the_server_certificate_is_renewed_in_its_last_thirty_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, restent: int, renouvele: bool
) -> None:
    autorite = Autorite.ouvrir(tmp_path)
    numero = _serveur(autorite).serial_number
    plus_tard = certificates.maintenant() + certificates.DUREE - timedelta(days=restent)
    monkeypatch.setattr(certificates, "maintenant", lambda: plus_tard)
    Autorite.ouvrir(tmp_path)
    assert (_serveur(autorite).serial_number != numero) is renouvele


def test_a_server_certificate_of_another_ca_is_made_again(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path)
    autorite.ca.unlink()
    Autorite.ouvrir(tmp_path)
    _serveur(autorite).verify_directly_issued_by(x509.load_pem_x509_certificate(autorite.ca.read_bytes()))
    identite = x509.load_pem_x509_certificate(autorite.emettre("G1226").certificat)
    identite.verify_directly_issued_by(x509.load_pem_x509_certificate(autorite.ca.read_bytes()))


def test_the_expired_server_certificate_is_expired(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path)
    certificat = x509.load_pem_x509_certificate(autorite.serveur_expire.read_bytes())
    assert certificat.not_valid_after_utc < certificates.maintenant()


def test_the_certificate_of_another_name_is_wrong_in_its_name_alone(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path, ["sne.exemple.fr"])
    certificat = x509.load_pem_x509_certificate(autorite.serveur_autre_nom.read_bytes())
    assert certificates.noms_portes(certificat) == {x509.DNSName(AUTRE_NOM)}
    assert certificat.not_valid_before_utc <= certificates.maintenant() < certificat.not_valid_after_utc
    certificat.verify_directly_issued_by(x509.load_pem_x509_certificate(autorite.ca.read_bytes()))


def test_a_home_that_lacks_a_certificate_to_refuse_gets_it(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path, ["sne.exemple.fr"])
    ca, noms = autorite.ca.read_bytes(), certificates.noms_portes(_serveur(autorite))
    autorite.serveur_autre_nom.unlink()
    Autorite.ouvrir(tmp_path)
    assert autorite.serveur_autre_nom.is_file()
    assert autorite.ca.read_bytes() == ca, "what clients trust is the same"
    assert certificates.noms_portes(_serveur(autorite)) == noms


def test_all_of_it_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path)
    fichiers = ecrire(autorite.emettre("G1226"), tmp_path / "client")
    assert fichiers.cle.parent == tmp_path / "client"
    ecrits = [f for f in tmp_path.rglob("*") if f.is_file()]
    assert len(ecrits) == 10
    assert {stat.S_IMODE(f.stat().st_mode) for f in ecrits} == {0o600}


def test_starts_at_the_same_time_make_one_pki(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as fils:
        cas = set(fils.map(lambda _: Autorite.ouvrir(tmp_path).ca.read_bytes(), range(8)))
    assert len(cas) == 1


def test_an_identity_names_its_guichet_and_its_base(tmp_path: Path) -> None:
    identite = Autorite.ouvrir(tmp_path).emettre("G1104", "formation")
    certificat = x509.load_pem_x509_certificate(identite.certificat)
    organisation = certificat.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)[0].value
    assert organisation == "sne-sandbox (bac à sable non officiel)"
    assert lire_guichet(certificat.public_bytes(Encoding.DER)) == ("G1104", "formation")


def test_the_four_files_of_an_identity_say_the_same(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path)
    fichiers = ecrire(autorite.emettre("G1226"), tmp_path / "client")
    assert sorted(f.name for f in (tmp_path / "client").iterdir()) == [
        "G1226.key",
        "G1226.p12",
        "G1226.pem",
        "truststore.p12",
    ]
    certificat, ca = x509.load_pem_x509_certificates(fichiers.certificat.read_bytes())
    cle = load_pem_private_key(fichiers.cle.read_bytes(), None)
    assert cle.public_key() == certificat.public_key()
    assert ca == x509.load_pem_x509_certificate(autorite.ca.read_bytes())
    coffre = pkcs12.load_pkcs12(fichiers.pkcs12.read_bytes(), MOT_DE_PASSE.encode())
    assert coffre.cert is not None
    assert coffre.cert.certificate == certificat
    assert [autre.certificate for autre in coffre.additional_certs] == [ca]
    confiance = pkcs12.load_pkcs12(fichiers.truststore.read_bytes(), MOT_DE_PASSE.encode())
    assert confiance.key is None
    assert [autre.certificate for autre in confiance.additional_certs] == [ca]


def test_what_is_no_certificate_names_nobody() -> None:
    assert lire_guichet(b"\x30\x03abc") == (None, None)


def test_an_authority_can_be_handed_to_another_process(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path)
    assert pickle.loads(pickle.dumps(autorite)) == autorite


def test_a_damaged_file_is_named_with_its_remedy(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path)
    autorite.ca.write_text("rien")
    with pytest.raises(PkiError) as erreur:
        Autorite.ouvrir(tmp_path)
    assert str(autorite.ca) in erreur.value.diagnostics()
    assert "supprimez" in erreur.value.remede


def test_a_lost_key_is_named_with_its_remedy(tmp_path: Path) -> None:
    autorite = Autorite.ouvrir(tmp_path)
    (autorite.dossier / "ca.key").unlink()
    with pytest.raises(PkiError, match=r"ca\.key"):
        autorite.emettre("G1226")


def test_a_home_that_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("un fichier")
    with pytest.raises(PkiError) as erreur:
        Autorite.ouvrir(tmp_path / "home")
    assert "--home" in erreur.value.remede


def test_an_output_that_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("un fichier")
    with pytest.raises(PkiError):
        ecrire(Autorite.ouvrir(tmp_path).emettre("G1226"), tmp_path / "out")


def test_a_name_that_no_certificate_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PkiError, match="hôtel"):
        Autorite.ouvrir(tmp_path, ["hôtel.exemple.fr"])


@pytest.mark.parametrize(("guichet", "base"), [("", "ecole"), ("../G1226", "ecole"), ("G1226", "")])
def test_a_subject_that_cannot_be_is_refused(tmp_path: Path, guichet: str, base: str) -> None:
    with pytest.raises(PkiError):
        Autorite.ouvrir(tmp_path).emettre(guichet, base)
