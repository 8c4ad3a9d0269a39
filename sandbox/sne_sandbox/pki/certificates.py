"""The content of the certificates of the sandbox: subjects, names, extensions, dates.

Keys are EC P-256: 0.1 ms to make against 56 ms for RSA 2048, so that the first start stays under half a
second. Certificates use the machine's time, never the clock of a base.
"""

import ipaddress
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ORGANISATION: Final = "sne-sandbox (bac à sable non officiel)"

#: The machine that made a certificate and the one that reads it rarely agree to the second.
AVANCE: Final = timedelta(days=1)
DUREE_CA: Final = timedelta(days=3 * 365)
#: Browsers and macOS refuse a server certificate that lasts more than 825 days.
DUREE: Final = timedelta(days=820)

Cle = ec.EllipticCurvePrivateKey


def nouvelle_cle() -> Cle:
    """A new private key."""
    return ec.generate_private_key(ec.SECP256R1())


def _sujet(nom: str, unite: str | None = None) -> x509.Name:
    attributs = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION)]
    if unite is not None:
        attributs.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unite))
    return x509.Name([*attributs, x509.NameAttribute(NameOID.COMMON_NAME, nom)])


def nom_alternatif(nom: str) -> x509.GeneralName:
    """The subjectAltName of a host name or address. Raises ValueError when it is not plain ASCII."""
    try:
        return x509.IPAddress(ipaddress.ip_address(nom))
    except ValueError:
        return x509.DNSName(nom)


def noms_portes(certificat: x509.Certificate) -> frozenset[x509.GeneralName]:
    """The subjectAltNames that a certificate carries."""
    try:
        return frozenset(certificat.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return frozenset()


def noms_permis(ca: x509.Certificate) -> frozenset[x509.GeneralName] | None:
    """Returns the domains and networks of the servers that an authority may sign; None when nothing restricts
    it."""
    try:
        contraintes = ca.extensions.get_extension_for_class(x509.NameConstraints).value
    except x509.ExtensionNotFound:
        return None
    return frozenset(contraintes.permitted_subtrees or ())


def permet(permis: frozenset[x509.GeneralName], nom: x509.GeneralName) -> bool:
    """True when an authority restricted to `permis` may sign a server of this name (RFC 5280, 4.2.1.10)."""
    (contrainte,) = _contraintes([nom])
    if isinstance(contrainte, x509.IPAddress):
        return contrainte in permis
    domaines = {autre.value for autre in permis if isinstance(autre, x509.DNSName)}
    parties = str(contrainte.value).split(".")
    return any(".".join(parties[rang:]) in domaines for rang in range(len(parties)))


def _contraintes(noms: Iterable[x509.GeneralName]) -> list[x509.GeneralName]:
    """Returns the constraints that permit these names: each address alone, each name and the names below
    it."""
    permis: set[x509.GeneralName] = set()
    for nom in noms:
        if isinstance(nom, x509.IPAddress):
            permis.add(x509.IPAddress(ipaddress.ip_network(nom.value)))
        else:
            permis.add(x509.DNSName(str(nom.value).lower().removeprefix("*.")))
    return sorted(permis, key=lambda permis: str(permis.value))


def autorite(
    cle: Cle,
    noms: Iterable[x509.GeneralName],
    maintenant: datetime,
    permis: frozenset[x509.GeneralName] = frozenset(),
) -> x509.Certificate:
    """A self-signed CA that may sign end certificates only, and servers of `noms` only, or of what was
    `permis` to the one it replaces: whoever trusts it is
    not fooled about other sites by who takes its key. Clients have no such name, and are not held."""
    sujet = _sujet("AC de développement sne-sandbox")
    sous_arbres = sorted({*_contraintes(noms), *permis}, key=lambda permis: str(permis.value))
    constructeur = _constructeur(sujet, sujet, cle, maintenant - AVANCE, maintenant + DUREE_CA, ca=True)
    constructeur = constructeur.add_extension(x509.NameConstraints(sous_arbres, None), critical=True)
    return constructeur.sign(cle, hashes.SHA256())


def serveur(
    cle: Cle,
    noms: Iterable[x509.GeneralName],
    ca: x509.Certificate,
    ca_cle: Cle,
    debut: datetime,
    fin: datetime,
) -> x509.Certificate:
    """A server certificate for `noms`, valid from `debut` to `fin` (aware instants)."""
    constructeur = _final(_sujet("serveur sne-sandbox"), cle, ca, debut, fin, ExtendedKeyUsageOID.SERVER_AUTH)
    constructeur = constructeur.add_extension(x509.SubjectAlternativeName(noms), critical=False)
    return constructeur.sign(ca_cle, hashes.SHA256())


def client(
    cle: Cle, guichet: str, base: str, ca: x509.Certificate, ca_cle: Cle, maintenant: datetime
) -> x509.Certificate:
    """A client certificate: CN is the guichet, OU the base."""
    fin = min(maintenant + DUREE, ca.not_valid_after_utc)
    sujet = _sujet(guichet, base)
    return _final(sujet, cle, ca, maintenant - AVANCE, fin, ExtendedKeyUsageOID.CLIENT_AUTH).sign(
        ca_cle, hashes.SHA256()
    )


def _final(
    sujet: x509.Name,
    cle: Cle,
    ca: x509.Certificate,
    debut: datetime,
    fin: datetime,
    usage: x509.ObjectIdentifier,
) -> x509.CertificateBuilder:
    cle_ca = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        _constructeur(sujet, ca.subject, cle, debut, fin, ca=False)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        # Python 3.13 verifies strictly: without this identifier it refuses the chain.
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(cle_ca), critical=False)
    )


def _constructeur(
    sujet: x509.Name, emetteur: x509.Name, cle: Cle, debut: datetime, fin: datetime, *, ca: bool
) -> x509.CertificateBuilder:
    """A certificate that is not signed yet: one that signs others (`ca`), or an end one."""
    usages = x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(sujet)
        .issuer_name(emetteur)
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(debut)
        .not_valid_after(fin)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
        .add_extension(usages, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(cle.public_key()), critical=False)
    )


def maintenant() -> datetime:
    """The machine's time, to the second as certificates hold it."""
    return datetime.now(UTC).replace(microsecond=0)
