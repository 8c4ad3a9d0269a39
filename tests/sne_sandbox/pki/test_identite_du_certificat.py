"""The guichet and the base of a client certificate."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from sne_sandbox.pki.certificates import ORGANISATION
from sne_sandbox.pki.identite_du_certificat import ANONYME, Identite, identite

CLE = ec.generate_private_key(ec.SECP256R1())


def certificat(nom: str, unite: str | None, organisation: str = "") -> bytes:
    attributs = [x509.NameAttribute(NameOID.COMMON_NAME, nom)]
    if organisation:
        attributs.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    if unite:
        attributs.insert(0, x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unite))
    sujet = x509.Name(attributs)
    debut = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(sujet)
        .issuer_name(sujet)
        .public_key(CLE.public_key())
        .serial_number(1)
        .not_valid_before(debut)
        .not_valid_after(debut + timedelta(days=1))
        .sign(CLE, SHA256())
        .public_bytes(Encoding.DER)
    )


@pytest.mark.parametrize(
    ("nom", "unite", "attendue"),
    [
        ("G1226", "ecole", Identite("G1226", "ecole")),
        ("GDPUB", "travail-3", Identite("GDPUB", "travail-3")),
        ("G1226", None, Identite("G1226", None)),
        ("serveur.exemple.fr", "Informatique", ANONYME),
        ("G12266", "ecole", ANONYME),
    ],
)
def test_certificat(nom, unite, attendue):
    assert identite(certificat(nom, unite)) == attendue


@pytest.mark.parametrize("nom", ["G12266", "G9999", "X", "serveur.exemple.fr"])
def test_la_base_d_un_certificat_fait_ici_compte_quel_que_soit_son_guichet(nom):
    lue = identite(certificat(nom, "ailleurs", ORGANISATION))
    assert lue.base == "ailleurs"


@pytest.mark.parametrize("octets", [None, b"", b"pas un certificat"])
def test_sans_certificat_lisible(octets):
    assert identite(octets) == ANONYME
