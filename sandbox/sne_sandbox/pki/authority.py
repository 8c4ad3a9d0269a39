"""The development PKI of a home: made on first start, renewed when it must be, shared by processes."""

import contextlib
import functools
import os
import socket
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from sne_interface import systeme
from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_interface.errors import PkiError, raison_systeme
from sne_interface.settings import valeur
from sne_sandbox.pki import MOT_DE_PASSE, certificates
from sne_sandbox.pki.certificates import Cle

#: The rounds of OpenSSL: more would slow down nobody, since the password of a .p12 is public.
_PKCS12: Final = PrivateFormat.PKCS12.encryption_builder().kdf_rounds(2048)
#: What a .p12 is made of, by the setting `pkcs12`.
_CHIFFREMENTS: Final = {
    # As keytool and OpenSSL 3 make them.
    "moderne": _PKCS12.key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
    .hmac_hash(hashes.SHA256())
    .build(MOT_DE_PASSE.encode()),
    # 3DES and SHA-1: all that Java before 8u301, Windows before 10 and OpenSSL 1.0 read.
    "compatible": _PKCS12.key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
    .hmac_hash(hashes.SHA1())  # noqa: S303
    .build(MOT_DE_PASSE.encode()),
}
RENOUVELER_AVANT: Final = timedelta(days=30)
#: A name that designates no machine, ever (RFC 2606).
AUTRE_NOM: Final = "autre-serveur.invalid"


@dataclass(frozen=True)
class Trousseau:
    """The key and certificates that a guichet needs to call: PEM and PKCS#12 bytes, private key included."""

    guichet: str
    #: PEM: the client certificate, then its CA.
    certificat: bytes
    #: PEM, PKCS#8, not encrypted.
    cle: bytes
    pkcs12: bytes
    #: PKCS#12 that holds the CA alone, as a Java truststore.
    truststore: bytes


@dataclass(frozen=True)
class FichiersIdentite:
    """Where `ecrire` has put an identity."""

    certificat: Path
    cle: Path
    pkcs12: Path
    truststore: Path


@dataclass(frozen=True)
class Autorite:
    """The CA of a home and the certificates of its server.

    It holds a path and nothing else, so that it can be handed to worker processes.
    """

    dossier: Path

    @property
    def ca(self) -> Path:
        """PEM of the CA's certificate: what a client must trust."""
        return self.dossier / "ca.pem"

    @property
    def serveur(self) -> Path:
        """PEM of the server: key, certificate, CA (one file, so that one rename renews it)."""
        return self.dossier / "serveur.pem"

    @property
    def serveur_expire(self) -> Path:
        """PEM of a server whose certificate expired yesterday, laid out like `serveur`."""
        return self.dossier / "serveur-expire.pem"

    @property
    def serveur_autre_nom(self) -> Path:
        """PEM of a server whose certificate is made out to AUTRE_NOM alone, laid out like `serveur`."""
        return self.dossier / "serveur-autre-nom.pem"

    @property
    def _ca_cle(self) -> Path:
        return self.dossier / "ca.key"

    @classmethod
    def ouvrir(cls, home: Path, noms: Sequence[str] = ()) -> "Autorite":
        """The PKI of `home/pki/`, made or renewed as needed, for a server that answers to `noms` too.

        Raises PkiError when the folder cannot be read or written, when a file of it is damaged, when a
        name is not a host name, and when the authority may not sign it.
        """
        return cls._tenir(home, lambda pki: pki._preparer(noms, certificates.maintenant()))

    @classmethod
    def renouveler(cls, home: Path, noms: Sequence[str] = ()) -> "Autorite":
        """The same key certified anew, for a server that answers to `noms` too: identities made before stay
        good, and who trusted the authority must trust its new certificate. Raises PkiError as `ouvrir`,
        and when the home has no authority: it is not the one that was meant."""
        if not cls(home / "pki").ca.is_file():
            raise PkiError(
                f"Le dossier [{home}] n'a pas d'autorité à renouveler.",
                remede="donnez par --home celui du serveur ; un premier « sne-sandbox serve » en fait une",
            )
        return cls._tenir(home, lambda pki: pki._renouveler(noms, certificates.maintenant()))

    @classmethod
    def _tenir(cls, home: Path, faire: "Callable[[Autorite], None]") -> "Autorite":
        pki = cls(home / "pki")
        try:
            pki.dossier.mkdir(parents=True, exist_ok=True)
            # Two processes that start at once make one PKI.
            with systeme.tenu(pki.dossier / ".verrou"):
                faire(pki)
        except OSError as erreur:
            raise PkiError(
                f"Le dossier des certificats {pki.dossier} n'est pas utilisable : {raison_systeme(erreur)}.",
                remede="donnez-lui les droits de lecture et d'écriture, ou choisissez-en un autre par --home",
            ) from erreur
        return pki

    @property
    def a_renouveler_le(self) -> datetime:
        """When one of its certificates will have to be made again (aware). Raises PkiError."""
        fins = (_certificat(self.ca).not_valid_after_utc, _certificat(self.serveur).not_valid_after_utc)
        return min(fins) - RENOUVELER_AVANT

    def _preparer(self, demandes: Sequence[str], maintenant: datetime) -> None:
        limite = maintenant + RENOUVELER_AVANT
        voulus = _noms_du_serveur(demandes)
        actuel = _certificat(self.serveur) if self.serveur.exists() else None
        portes = certificates.noms_portes(actuel) if actuel is not None else frozenset()
        if not self.ca.exists() or _certificat(self.ca).not_valid_after_utc < limite:
            cle = certificates.nouvelle_cle()
            # The certificate comes last: where it is, its key is too.
            _ecrire(self._ca_cle, _pem_cle(cle))
            self._certifier(cle, voulus | portes, maintenant)
            self._emettre_a_nouveau()
        permis = certificates.noms_permis(_certificat(self.ca))
        if permis is not None:
            for nom in demandes:
                if not certificates.permet(permis, certificates.nom_alternatif(nom)):
                    raise PkiError(
                        f"L'autorité de {self.dossier} ne vaut pas pour le nom [{nom}].",
                        remede=f"sne-sandbox pki renouveler --server-name {nom}, puis redonnez ca.pem (ou "
                        "truststore.p12) aux applications : les certificats des guichets restent bons",
                    )
            # The machine may have another name than the day the authority was made: that is no one's demand.
            voulus = frozenset(nom for nom in voulus if certificates.permet(permis, nom))
        if actuel is not None:
            bon = actuel.not_valid_after_utc >= limite and voulus <= portes and self._signe(actuel)
            if bon and self.serveur_expire.exists() and self.serveur_autre_nom.exists():
                return
        # Two servers may share a home under different names: keep those of the other.
        self._certifier_serveurs(voulus | portes, maintenant)

    def _renouveler(self, demandes: Sequence[str], maintenant: datetime) -> None:
        self._preparer((), maintenant)
        permis = certificates.noms_permis(_certificat(self.ca)) or frozenset()
        noms = _noms_du_serveur(demandes) | certificates.noms_portes(_certificat(self.serveur))
        self._certifier(_cle(self._ca_cle), noms, maintenant, permis)
        self._certifier_serveurs(noms, maintenant)
        self._emettre_a_nouveau()

    def _certifier(
        self,
        cle: Cle,
        noms: frozenset[x509.GeneralName],
        maintenant: datetime,
        permis: frozenset[x509.GeneralName] = frozenset(),
    ) -> None:
        """Writes the authority of a key, for servers of `noms` and what was permitted already."""
        noms |= {certificates.nom_alternatif(AUTRE_NOM)}
        _ecrire(self.ca, _pem(certificates.autorite(cle, noms, maintenant, permis)))

    def _emettre_a_nouveau(self) -> None:
        """The identities that lie in this folder, by the authority of now."""
        for fichier in (*self.dossier.glob("guichets/*.pem"), *self.dossier.glob("bases/*/*.pem")):
            guichet, base = lire_guichet(_certificat(fichier).public_bytes(Encoding.DER))
            if guichet is not None and base is not None:
                ecrire(self.emettre(guichet, base), fichier.parent)

    def _certifier_serveurs(self, portes: frozenset[x509.GeneralName], maintenant: datetime) -> None:
        """Writes the certificates of the server, the one to show and those to refuse."""
        noms = sorted(portes, key=lambda nom: str(nom.value))
        hier = maintenant - timedelta(days=1)
        self._ecrire_serveur(self.serveur_expire, noms, hier - timedelta(days=365), hier)
        fin = min(maintenant + certificates.DUREE, _certificat(self.ca).not_valid_after_utc)
        debut = maintenant - certificates.AVANCE
        self._ecrire_serveur(self.serveur_autre_nom, [certificates.nom_alternatif(AUTRE_NOM)], debut, fin)
        self._ecrire_serveur(self.serveur, noms, debut, fin)

    def _signe(self, certificat: x509.Certificate) -> bool:
        try:
            certificat.verify_directly_issued_by(_certificat(self.ca))
        except Exception:  # noqa: BLE001 - the library raises ValueError, TypeError or InvalidSignature
            return False
        return True

    def _ecrire_serveur(
        self, chemin: Path, noms: Sequence[x509.GeneralName], debut: datetime, fin: datetime
    ) -> None:
        ca, cle = _certificat(self.ca), certificates.nouvelle_cle()
        certificat = certificates.serveur(cle, noms, ca, _cle(self._ca_cle), debut, fin)
        _ecrire(chemin, _pem_cle(cle) + _pem(certificat) + _pem(ca))

    def emettre(self, guichet: str, base: str = BASE_PAR_DEFAUT, pkcs12_en: str | None = None) -> Trousseau:
        """A new client identity of `guichet` for `base`; `pkcs12_en` is the setting `pkcs12`, by default that
        of the environment.

        Raises PkiError when the CA cannot be read, or when the names cannot stand in a certificate.
        """
        if not guichet.isalnum() or len(guichet) > 64 or not 0 < len(base) <= 64:
            raise PkiError(
                f"[{guichet}] et [{base}] ne peuvent pas figurer dans un certificat.",
                remede="donnez un code de guichet comme G1226, et un nom de base de 64 caractères au plus",
            )
        chiffrement = _CHIFFREMENTS[valeur("pkcs12", pkcs12_en)]
        ca, cle = _certificat(self.ca), certificates.nouvelle_cle()
        certificat = certificates.client(
            cle, guichet, base, ca, _cle(self._ca_cle), certificates.maintenant()
        )
        return Trousseau(
            guichet=guichet,
            certificat=_pem(certificat) + _pem(ca),
            cle=_pem_cle(cle),
            pkcs12=pkcs12.serialize_key_and_certificates(
                guichet.encode(), cle, certificat, [ca], chiffrement
            ),
            truststore=_truststore(ca, chiffrement),
        )


def ecrire(identite: Trousseau, out: Path) -> FichiersIdentite:
    """Writes an identity to `out`: G1226.pem, G1226.key, G1226.p12 and truststore.p12.

    The password of both .p12 files is MOT_DE_PASSE. Raises PkiError when `out` cannot be written.
    """
    fichiers = FichiersIdentite(
        certificat=out / f"{identite.guichet}.pem",
        cle=out / f"{identite.guichet}.key",
        pkcs12=out / f"{identite.guichet}.p12",
        truststore=out / "truststore.p12",
    )
    try:
        out.mkdir(parents=True, exist_ok=True)
        for nom in ("cle", "pkcs12", "truststore", "certificat"):
            _ecrire(getattr(fichiers, nom), getattr(identite, nom))
    except OSError as erreur:
        raise PkiError(
            f"Impossible d'écrire les certificats dans {out} : {raison_systeme(erreur)}.",
            remede="choisissez un dossier où vous avez le droit d'écrire",
        ) from erreur
    return fichiers


@functools.lru_cache(maxsize=8)
def _truststore(ca: x509.Certificate, chiffrement: KeySerializationEncryption) -> bytes:
    """The same for all guichets."""
    return pkcs12.serialize_java_truststore([pkcs12.PKCS12Certificate(ca, b"sne-sandbox")], chiffrement)


@functools.lru_cache(maxsize=1024)
def lire_guichet(certificat: bytes) -> tuple[str | None, str | None]:
    """The guichet (CN) and the base (OU) that a client certificate (DER) names, None for what it lacks."""
    try:
        sujet = x509.load_der_x509_certificate(certificat).subject
    except ValueError:
        return None, None
    return _attribut(sujet, NameOID.COMMON_NAME), _attribut(sujet, NameOID.ORGANIZATIONAL_UNIT_NAME)


def fait_ici(certificat: bytes) -> bool:
    """True when a readable certificate (DER) says that this product made it (O)."""
    sujet = x509.load_der_x509_certificate(certificat).subject
    return _attribut(sujet, NameOID.ORGANIZATION_NAME) == certificates.ORGANISATION


def _attribut(sujet: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    valeurs = sujet.get_attributes_for_oid(oid)
    return str(valeurs[0].value) if valeurs else None


def _noms_du_serveur(noms: Sequence[str]) -> frozenset[x509.GeneralName]:
    voulus = {certificates.nom_alternatif(nom) for nom in ("localhost", "127.0.0.1", "::1")}
    # A machine may bear a name that no certificate can hold; that must not stop the start.
    with contextlib.suppress(ValueError):
        voulus.add(certificates.nom_alternatif(socket.gethostname()))
    for nom in noms:
        try:
            voulus.add(certificates.nom_alternatif(nom))
        except ValueError:
            raise PkiError(
                f"[{nom}] ne peut pas figurer dans un certificat de serveur.",
                remede="donnez à --server-name un nom de machine ou une adresse IP, en ASCII (forme xn--…)",
            ) from None
    return frozenset(voulus)


def _endommage(chemin: Path) -> PkiError:
    return PkiError(
        f"Le fichier {chemin} n'est pas lisible : il est absent, tronqué ou n'est pas au format PEM.",
        remede=f"supprimez le dossier {chemin.parent} : il sera recréé, et les certificats clients "
        "seront à émettre à nouveau (sne-sandbox pki issue)",
    )


def _lire(chemin: Path) -> bytes:
    try:
        return chemin.read_bytes()
    except FileNotFoundError as erreur:
        raise _endommage(chemin) from erreur
    except OSError as erreur:
        raise PkiError(
            f"Le fichier {chemin} n'est pas lisible : {raison_systeme(erreur)}.",
            remede="lancez la commande sous l'utilisateur qui a créé ce dossier, ou changez de --home",
        ) from erreur


def _certificat(chemin: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_lire(chemin))
    except ValueError as erreur:
        raise _endommage(chemin) from erreur


def _cle(chemin: Path) -> Cle:
    try:
        cle = load_pem_private_key(_lire(chemin), password=None)
    except (ValueError, TypeError) as erreur:
        raise _endommage(chemin) from erreur
    if not isinstance(cle, Cle):
        raise _endommage(chemin)
    return cle


def _pem(certificat: x509.Certificate) -> bytes:
    return certificat.public_bytes(Encoding.PEM)


def _pem_cle(cle: Cle) -> bytes:
    return cle.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _ecrire(chemin: Path, contenu: bytes) -> None:
    """Writes by rename, for the owner alone: a reader sees the old file or the new one."""
    descripteur, temporaire = tempfile.mkstemp(dir=chemin.parent, prefix=f".{chemin.name}.")
    try:
        with os.fdopen(descripteur, "wb") as sortie:
            sortie.write(contenu)
        Path(temporaire).replace(chemin)
    except BaseException:
        Path(temporaire).unlink(missing_ok=True)
        raise
