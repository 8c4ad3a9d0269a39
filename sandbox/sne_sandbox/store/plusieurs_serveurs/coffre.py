"""Named bytes that the servers of one database share: the keys of their certificates, that of their cookies.

A key is encrypted (AES-256-GCM, NIST SP 800-38D) by a secret that each server is given in a file, and that
the database never holds: who reads a dump of it gets no key. The key of the cipher is drawn from the secret
by scrypt (RFC 7914), with a salt of this database. The name of an entry is sealed with it: entries cannot be
swapped.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sne_interface.errors import StoreError, UsageError, raison_systeme
from sne_sandbox.store.base_de_donnees import BaseDeDonnees
from sne_sandbox.store.connexion_en_transaction import Connexion, RequeteSql

#: Characters of a secret: `openssl rand -base64 32` makes 44.
SECRET_MIN: Final = 32
_SEL, _TEMOIN = "sel", "temoin"
_NONCE: Final = 12  # bytes
_LIRE: Final = RequeteSql("SELECT contenu, chiffre FROM coffre WHERE nom = :nom")
_CHIFFRES: Final = RequeteSql("SELECT nom FROM coffre WHERE chiffre ORDER BY nom")
_ECRIRE: Final = RequeteSql(
    "INSERT INTO coffre (nom, chiffre, version, contenu) VALUES (:nom, :chiffre, 1, :contenu) "
    "ON CONFLICT (nom) DO UPDATE SET chiffre = excluded.chiffre, version = coffre.version + 1, "
    "contenu = excluded.contenu"
)
_CELUI_DES_AUTRES: Final = (
    "donnez par --secret-file (ou SNE_SANDBOX_SECRET_FILE) le fichier des autres serveurs de cette base de "
    "données"
)


def lire_secret(fichier: Path) -> bytes:
    """The secret that a file holds, blanks around it left out. Raises UsageError when it cannot be read or is
    too short to be one."""
    try:
        secret = fichier.read_bytes().strip()
    except OSError as erreur:
        raise UsageError(
            f"Le fichier du secret [{fichier}] ne peut pas être lu : {raison_systeme(erreur)}.",
            remede="vérifiez --secret-file, et les droits de ce fichier",
        ) from erreur
    if len(secret) < SECRET_MIN:
        raise UsageError(
            f"Le secret de [{fichier}] est trop court : {len(secret)} caractères, il en faut {SECRET_MIN}.",
            remede=f"faites-en un : openssl rand -base64 32 > {fichier}",
        )
    return secret


class Coffre:
    """The entries of one database. `secret` None: those that are encrypted are neither read nor written."""

    def __init__(self, donnees: BaseDeDonnees, secret: bytes | None = None) -> None:
        self._donnees = donnees
        self._secret = secret

    @contextmanager
    def tenu(self) -> Iterator["CoffreTenu"]:
        """The entries, held alone, in one transaction: nobody else writes any until its end. Raises
        StoreError when the secret is not the one they are encrypted by."""
        with self._donnees.transaction(ecriture=True, verrou="sne-sandbox:coffre") as connexion:
            tenu = CoffreTenu(connexion)
            if self._secret is not None:
                tenu.deverrouiller(self._secret)
            yield tenu

    @property
    def ferme_a_cle(self) -> bool:
        """True when servers have put something encrypted in it. Raises StoreError."""
        return self._donnees.ligne(_LIRE, {"nom": _TEMOIN}) is not None

    def changer_secret(self, nouveau: bytes) -> int:
        """Encrypts by another secret all that is encrypted: how many entries. Servers at work go on; each
        needs the new one when it starts. Raises as `tenu`."""
        with self.tenu() as tenu:
            combien = tenu.rechiffrer(nouveau)
        self._secret = nouveau
        return combien


@dataclass
class CoffreTenu:
    """The entries, inside a transaction."""

    connexion: Connexion
    _cle: bytes | None = None

    def deverrouiller(self, secret: bytes) -> None:
        """Takes a secret: the first one is that of the database. Raises StoreError for another."""
        sel = self.lire(_SEL)
        if sel is None:
            self._enfermer(secret)
            return
        self._cle = _cle(secret, sel)
        self.lire(_TEMOIN)

    def lire(self, nom: str) -> bytes | None:
        """As `Coffre.lire`."""
        ligne = self.connexion.ligne(_LIRE, {"nom": nom})
        if ligne is None or not ligne[1]:
            return None if ligne is None else bytes(ligne[0])
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return AESGCM(self._exigee).decrypt(ligne[0][:_NONCE], bytes(ligne[0][_NONCE:]), nom.encode())
        except InvalidTag:
            raise StoreError(
                "Le secret donné n'est pas celui qui chiffre les clés de cette base de données"
                + ("." if nom == _TEMOIN else f", ou l'entrée [{nom}] y est abîmée."),
                remede=_CELUI_DES_AUTRES,
            ) from None

    def ecrire(self, nom: str, contenu: bytes, *, chiffre: bool = True) -> None:
        """As `Coffre.ecrire`."""
        if chiffre:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM

            nonce = secrets.token_bytes(_NONCE)
            contenu = nonce + AESGCM(self._exigee).encrypt(nonce, contenu, nom.encode())
        self.connexion.faire(_ECRIRE, {"nom": nom, "chiffre": chiffre, "contenu": contenu})

    def rechiffrer(self, nouveau: bytes) -> int:
        """As `Coffre.changer_secret`."""
        clairs = {nom: self.lire(nom) for (nom,) in self.connexion.lignes(_CHIFFRES, {}) if nom != _TEMOIN}
        self._enfermer(nouveau)
        for nom, clair in clairs.items():
            assert clair is not None  # nobody else writes
            self.ecrire(nom, clair)
        return len(clairs)

    def _enfermer(self, secret: bytes) -> None:
        """Draws a salt, and writes what tells the right secret from another."""
        sel = secrets.token_bytes(16)
        self._cle = _cle(secret, sel)
        self.ecrire(_SEL, sel, chiffre=False)
        self.ecrire(_TEMOIN, b"sne-sandbox")

    @property
    def _exigee(self) -> bytes:
        if self._cle is None:
            raise StoreError(
                "Les clés que cette base de données tient pour ses serveurs sont chiffrées : il faut leur "
                "secret.",
                remede=_CELUI_DES_AUTRES,
            )
        return self._cle


def _cle(secret: bytes, sel: bytes) -> bytes:
    """256 bits, for about 50 ms of work and 16 MB: who guesses a poor secret is slowed."""
    return hashlib.scrypt(secret, salt=sel, n=2**14, r=8, p=1, dklen=32)
