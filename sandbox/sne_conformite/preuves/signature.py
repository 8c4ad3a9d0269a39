"""The signature of an evidence package: an in-toto Statement in a DSSE envelope, signed by Ed25519 keys.

The statement names the package by its SHA-256, and says in the predicate `test-result/v0.1` what was judged
by what; a key of ours holds what in-toto has no word for. The signature covers bytes, never JSON written
again. A signature says who vouches, not that it is true, nor when it was made. Sources: DSSE v1
(secure-systems-lab/dsse, protocol.md), in-toto Attestation Framework v1."""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from sne_conformite.rapports.rapport import EtatExigence, Rapport
from sne_conformite.rapports.rapport_json import relire
from sne_conformite.rapports.rapport_masque import masquer
from sne_conformite.rapports.verdict_de_conformite import conclure
from sne_interface import archives
from sne_interface.domain.valeurs_en_json import en_json
from sne_interface.errors import OperatorError, UsageError, raison_systeme

_TYPE: Final = "application/vnd.in-toto+json"
_STATEMENT: Final = "https://in-toto.io/Statement/v1"
_PREDICAT: Final = "https://in-toto.io/attestation/test-result/v0.1"
_LE_NOTRE: Final = "sne-sandbox"
#: Length of an Ed25519 key, which ends its SPKI (RFC 8410).
_OCTETS: Final = 32
_TITULAIRE: Final = re.compile(r"^# titulaire : (.+)$", re.MULTILINE)
_EN_CREER: Final = '« sne-sandbox cles creer --nom "Éditeur X" » en fait une'
EDITEUR: Final = "éditeur"
VERIFICATEUR: Final = "vérificateur"
_CLASSES: Final = (EDITEUR, VERIFICATEUR)
_CLES_CONFIANCE: Final = ("cle", "titulaire", "classe", "depuis", "jusqu_a")
_EMPREINTES: Final = {64: "sha256", 40: "gitCommit"}


class CleIncorrecte(UsageError):
    """A key, or a file of trusted keys, that cannot be used (exit code 2)."""


class SignatureRefusee(OperatorError):
    """A signature that does not hold: of other bytes, of another package, of nobody who is trusted (exit code
    1)."""

    exit_code = 1


# --- keys ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CleDeSignature:
    """A private key; `titulaire` is whom it says that it belongs to, "" for nobody."""

    privee: Ed25519PrivateKey
    titulaire: str

    @property
    def publique(self) -> bytes:
        """Its public key (SPKI, DER)."""
        return _spki(self.privee.public_key())

    @property
    def id(self) -> str:
        """Its `keyid`."""
        return keyid(self.publique)

    @property
    def nom(self) -> str:
        """Whom it says that it belongs to, or which it is."""
        return self.titulaire or f"clé {self.id[:16]}"


@dataclass(frozen=True)
class CleDeConfiance:
    """A line of `confiance.toml`: whose a key is, and of what class (EDITEUR, VERIFICATEUR), between two
    days, both included; None for no limit."""

    titulaire: str
    classe: str
    depuis: date | None = None
    jusqu_a: date | None = None


def keyid(spki: bytes) -> str:
    """The `keyid` of a public key: the SHA-256 of its SPKI, in hexadecimal."""
    return hashlib.sha256(spki).hexdigest()


def creer(titulaire: str, dossier: Path) -> tuple[Path, Path, CleDeSignature]:
    """Makes a key: its file (0600), that of the public key, and itself. Raises CleIncorrecte when there is
    one already, or the name cannot be written."""
    if not titulaire.strip() or not titulaire.isprintable():
        raise CleIncorrecte("Le nom d'un titulaire tient en une ligne.", remede='--nom "Éditeur X"')
    cle = CleDeSignature(Ed25519PrivateKey.generate(), titulaire.strip())
    privee, publique = dossier / "sne-sandbox.cle", dossier / "sne-sandbox.cle.pub"
    tete = f"# titulaire : {cle.titulaire}\n".encode()
    if deja := [fichier for fichier in (privee, publique) if fichier.exists()]:
        raise CleIncorrecte(
            f"[{deja[0]}] existe déjà : une clé ne se remplace pas.", remede="donnez un autre dossier à --out"
        )
    try:
        dossier.mkdir(parents=True, exist_ok=True)
        privee.touch(0o600, exist_ok=False)
        privee.write_bytes(tete + cle.privee.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        publique.write_bytes(tete + en_pem(cle.publique))
    except OSError as erreur:
        raise CleIncorrecte(f"La clé ne s'écrit pas dans [{dossier}] : {raison_systeme(erreur)}.") from None
    return privee, publique, cle


def lire_cle(dite: str) -> CleDeSignature:
    """The private key of a file, or of a PEM text. Raises CleIncorrecte, which never shows it."""
    charger = partial(serialization.load_pem_private_key, password=None)
    privee, titulaire = _lire(dite, charger, Ed25519PrivateKey, "privée en PEM, sans mot de passe")
    return CleDeSignature(privee, titulaire)


def lire_cle_publique(dite: str) -> tuple[bytes, str]:
    """The public key (SPKI, DER) of a file, or of a PEM text, and its holder. Raises CleIncorrecte."""
    charger = serialization.load_pem_public_key
    publique, titulaire = _lire(dite, charger, Ed25519PublicKey, "publique en PEM (.pub)")
    return _spki(publique), titulaire


def lire_confiance(fichier: Path) -> dict[str, CleDeConfiance]:
    """The trusted keys of `confiance.toml`, by their `keyid`. Raises CleIncorrecte, which names the place."""
    try:
        _, lues = archives.toml(fichier)
    except ValueError as erreur:
        raise CleIncorrecte(f"[{fichier}] {erreur}.") from None
    lignes = lues.get("cles")
    if set(lues) != {"cles"} or not isinstance(lignes, list) or not lignes:
        raise CleIncorrecte(f"[{fichier}] ne liste aucune clé.", remede="un tableau [[cles]] par clé")
    cles = {}
    for rang, ligne in enumerate(lignes, 1):
        ou = f"[{fichier}], clé {rang}"
        if not {*_CLES_CONFIANCE[:3]} <= {*ligne} <= {*_CLES_CONFIANCE}:
            raise CleIncorrecte(
                f"{ou} : il faut {', '.join(_CLES_CONFIANCE[:3])}, et au plus depuis, jusqu_a."
            )
        if ligne["classe"] not in _CLASSES:
            raise CleIncorrecte(f"{ou} : classe [{ligne['classe']}].", remede=f"{' ou '.join(_CLASSES)}")
        bornes = [ligne.get(nom) for nom in ("depuis", "jusqu_a")]
        if not {*map(type, bornes)} <= {date, type(None)}:
            raise CleIncorrecte(f"{ou} : depuis et jusqu_a sont des jours, sans guillemets (2026-12-31).")
        dite = str(ligne["cle"])
        publique, _ = lire_cle_publique(dite if "-----BEGIN" in dite else str(fichier.parent / dite))
        if keyid(publique) in cles:
            raise CleIncorrecte(f"{ou} : cette clé est déjà donnée.", remede="n'en gardez qu'une ligne")
        cles[keyid(publique)] = CleDeConfiance(str(ligne["titulaire"]), ligne["classe"], *bornes)
    return cles


def en_pem(spki: bytes) -> bytes:
    """A public key in PEM."""
    return _cle_publique(spki).public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _lire(dite: str, charger: Callable[[bytes], object], genre: type[Any], quoi: str) -> tuple[Any, str]:
    """The key of a file, or of a PEM text, and its holder."""
    ou, texte = "La clé donnée", dite
    try:
        if "-----BEGIN" not in dite:
            ou = f"[{dite}]"
            texte = Path(dite).read_text("utf-8")
        cle = charger(texte.encode())
    except OSError as erreur:
        dit = f"Le fichier de clé {ou} ne se lit pas : {raison_systeme(erreur)}."
        raise CleIncorrecte(dit, remede=_EN_CREER) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise CleIncorrecte(f"{ou} : ce n'est pas une clé {quoi}.", remede=_EN_CREER) from None
    if not isinstance(cle, genre):
        raise CleIncorrecte(f"{ou} : la clé n'est pas une clé Ed25519.", remede=_EN_CREER)
    trouve = _TITULAIRE.search(texte)
    return cle, trouve[1].strip() if trouve else ""


def _spki(publique: Ed25519PublicKey) -> bytes:
    return publique.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _cle_publique(spki: bytes) -> Ed25519PublicKey:
    """Raises ValueError for one that is none."""
    cle = Ed25519PublicKey.from_public_bytes(spki[-_OCTETS:])
    if _spki(cle) != spki:
        raise ValueError(spki)
    return cle


# --- the statement ---------------------------------------------------------------------------------------


def declarer(
    rapport: Rapport, texte: bytes, sujets: Mapping[str, str], signataire: str, menee_par: str
) -> bytes:
    """The statement on a report, which `texte` is the JSON of: `sujets` are the SHA-256 of the package and of
    the pages beside it, by their names; the product that the vendor declares is a subject too. The last
    two are the name and the `keyid` of who drove the trial, and vouches for it."""
    rapport = masquer(rapport)
    entete, candidat = rapport.entete, rapport.entete.candidat
    dits = [{"name": nom, "digest": {"sha256": sha256}} for nom, sha256 in sujets.items()]
    if candidat is not None and (algorithme := _EMPREINTES.get(len(candidat.empreinte))):
        dits.append({"name": candidat.produit, "digest": {algorithme: candidat.empreinte}})
    enfreintes = [b for b in rapport.bilans if b.etat is EtatExigence.ENFREINTE]
    refusees = [b for b in enfreintes if b.niveau == "MUST" and not b.connue]
    echec = entete.inacheve or not rapport.conforme
    predicat = {
        "result": "FAILED" if echec else "WARNED" if enfreintes else "PASSED",
        "configuration": [
            {"name": genre, "digest": {"sha256": sha256}} for genre, sha256 in entete.empreintes.items()
        ],
        "passedTests": [b.exigence for b in rapport.bilans if b.etat is EtatExigence.PROUVEE],
        "warnedTests": [b.exigence for b in enfreintes if b not in refusees],
        "failedTests": [b.exigence for b in refusees],
        _LE_NOTRE: {
            **en_json(entete),
            "conclusion": conclure(rapport),
            "mentions": [{"id": m.id, "verdict": m.verdict.value} for m in rapport.mentions],
            "rapport": hashlib.sha256(texte).hexdigest(),
            "signataire": signataire,
            "menee_par": menee_par,
        },
    }
    statement = {"_type": _STATEMENT, "subject": dits, "predicateType": _PREDICAT, "predicate": predicat}
    return json.dumps(statement, ensure_ascii=False).encode()


# --- the envelope ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EnveloppeVerifiee:
    """An envelope whose signatures all hold: the statement, the public keys (SPKI) by `keyid`."""

    statement: Mapping[str, Any]
    cles: Mapping[str, bytes]

    def dit(self, quoi: str) -> str:
        """A word of ours in its predicate, "" without it."""
        return str(self.statement["predicate"][_LE_NOTRE].get(quoi, ""))


def signer(payload: bytes, cle: CleDeSignature, deja: Sequence[Mapping[str, str]] = ()) -> bytes:
    """The envelope of a statement, with one more signature."""
    sienne = {
        "keyid": cle.id,
        "sig": b64encode(cle.privee.sign(_pae(payload))).decode(),
        "cle": b64encode(cle.publique).decode(),
    }
    signatures = [*(signature for signature in deja if signature["keyid"] != cle.id), sienne]
    enveloppe = {"payload": b64encode(payload).decode(), "payloadType": _TYPE, "signatures": signatures}
    return json.dumps(enveloppe, indent=1).encode() + b"\n"


def contresigner(enveloppe: bytes, cle: CleDeSignature) -> bytes:
    """The same envelope, which holds, with the signature of another."""
    lue = json.loads(enveloppe)
    return signer(b64decode(lue["payload"]), cle, lue["signatures"])


def verifier(enveloppe: bytes) -> EnveloppeVerifiee:
    """Opens an envelope: each of its signatures is checked by the key that it gives. This function does not
    tell who owns these keys. Raises SignatureRefusee."""
    cles: dict[str, bytes] = {}
    try:
        lue = relire(enveloppe)
        payload = _octets(lue["payload"])
        statement = relire(payload)
        types = lue["payloadType"], statement["_type"], statement["predicateType"]
        formes = type(statement["subject"]), type(statement["predicate"][_LE_NOTRE])
        if types != (_TYPE, _STATEMENT, _PREDICAT) or formes != (list, dict):
            raise ValueError
        for signature in lue["signatures"]:
            spki = _octets(signature["cle"])
            if keyid(spki) != signature["keyid"]:
                raise SignatureRefusee(f"La clé {signature['keyid'][:16]}… n'est pas celle de son empreinte.")
            _cle_publique(spki).verify(_octets(signature["sig"]), _pae(payload))
            cles[signature["keyid"]] = spki
    except InvalidSignature:
        raise SignatureRefusee("La signature ne tient pas : l'attestation a été modifiée.") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        dit = "L'attestation n'a pas la forme attendue (in-toto, DSSE), ou une clé y est deux fois."
        raise SignatureRefusee(dit) from None
    if not cles:
        raise SignatureRefusee("L'attestation n'a aucune signature.")
    return EnveloppeVerifiee(statement, cles)


def _octets(texte: str) -> bytes:
    """Raises ValueError for what is not base64 as it is written by us: one text for the same bytes."""
    octets = b64decode(texte, validate=True)
    if b64encode(octets).decode() != texte:
        raise ValueError(texte)
    return octets


def _pae(payload: bytes) -> bytes:
    """The signed bytes: the pre-authentication encoding of DSSE v1."""
    return b"DSSEv1 %d %s %d %s" % (len(_TYPE), _TYPE.encode(), len(payload), payload)
