"""Tokens, by which one enters beside SOAP: made, listed, revoked; and the code of a link, good once.

A token is random and long, so that its hash (SHA-256) says nothing of it: the hash alone is kept, in the
database, where every process looks at each request. The tokens of one server are not there: the one in its
home (or given to it), which may do everything, and the one that is given to read.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final

from sne_interface.errors import Introuvable, StoreError, UsageError, raison_systeme
from sne_sandbox.store.jetons_en_base import JetonGarde
from sne_sandbox.store.magasin import Magasin

#: The file of a home that holds the admin token of its server, and that of the key that signs its cookies and
#: makes its read-only link.
FICHIER: Final = "jeton"
CLE_CONSOLE: Final = "console.key"
#: The name of the read-only link among the tokens.
LIEN_DE_LECTURE: Final = "lien-de-lecture"
#: The name of the tokens that a server was given, in messages: they have no row.
DU_SERVEUR: Final = "serveur"
DE_LECTURE: Final = "lecture"
#: How long the code of a link is good.
DUREE_DU_CODE: Final = timedelta(minutes=10)
#: How exact the last use is: not every request is written down. Of who has a base alone a trainer wants to
#: know whether they are there.
_PRECISION: Final = timedelta(minutes=10)
_PRECISION_D_UNE_BASE: Final = timedelta(seconds=30)
#: NIST SP 800-63B asks 112 bits of a secret that is looked up; 128 are what everybody makes.
BITS_MIN: Final = 128
_FAIRE: Final = "« sne-sandbox jetons nouveau NOM » en fait un, « openssl rand -base64 24 » aussi"
_NOM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
#: What a header may hold (RFC 6750, token68).
_JETON: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")


class Droit(StrEnum):
    """The right of a person to act beside SOAP."""

    TOUT = "tout"
    #: Everything within one base, and nothing outside of it.
    BASE = "base"
    #: Sees everything, changes nothing.
    LECTURE = "lecture"


@dataclass(frozen=True)
class Entree:
    """The person who enters: by which token (its name and its hash, "" without any), with which right, in
    which base."""

    nom: str
    empreinte: str
    droit: Droit
    base: str | None = None


@dataclass(frozen=True)
class JetonPublie:
    """A token, as it is shown: never itself. Instants are those of the machine."""

    nom: str
    droit: Droit
    base: Annotated[str | None, "la base du droit base ; null pour les autres"]
    cree_le: datetime
    vu_le: Annotated[
        datetime | None, "dernier usage, à dix minutes près (trente secondes, d'une base) ; null : jamais"
    ]
    expire_le: Annotated[datetime | None, "null : jamais"]
    expire: Annotated[bool, "il n'ouvre plus rien"]


@dataclass(frozen=True)
class JetonsTenus:
    """The tokens of a database."""

    jetons: list[JetonPublie]
    refus: Annotated[int, "combien de jetons faux sont venus"]
    dernier_refus: Annotated[datetime | None, "quand le dernier est venu ; null : aucun"]


@dataclass(frozen=True)
class JetonNouveau:
    """A token that was just made: the only time that it is shown."""

    nom: str
    droit: Droit
    base: str | None
    expire_le: datetime | None
    jeton: Annotated[str, "montré cette fois seulement"]


# --- the tokens of a database -------------------------------------------------------------------------------


def nouveau(
    magasin: Magasin, nom: str, droit: Droit, base: str | None = None, expire: str = ""
) -> JetonNouveau:
    """Makes a token; `expire` is a duration (« P30D ») or a day, "" for never. Raises UsageError,
    BaseInconnue, and ConflitEtat for a name that is taken."""
    if not _NOM.fullmatch(nom) or nom in (LIEN_DE_LECTURE, DU_SERVEUR, DE_LECTURE):
        raise UsageError(
            f"Le nom [{nom[:40]}] ne convient pas à un jeton.",
            remede="des lettres sans accent, des chiffres, - et _, 40 au plus : ci-nuit ; « serveur », "
            f"« lecture » et « {LIEN_DE_LECTURE} » sont pris",
        )
    if (droit is Droit.BASE) != (base is not None):
        raise UsageError(
            f"Le droit {droit} veut une base." if base is None else f"Le droit {droit} ne veut pas de base.",
            remede="« --droit base --base NOM » ouvre une base ; « tout » et « lecture » les ouvrent toutes",
        )
    if base is not None:
        magasin.bases.lire(base)
    maintenant = datetime.now(UTC)
    from sne_sandbox.bases import horloge  # with the nights

    fin = horloge.atteindre(maintenant, expire) if expire else None
    if fin and fin <= maintenant:
        raise UsageError(f"[{expire}] est passé.", remede="donnez une durée (P30D), ou un jour à venir")
    jeton = secrets.token_urlsafe(24)
    magasin.jetons.ajouter(JetonGarde(nom, empreinte(jeton), droit, base, maintenant, None, fin))
    return JetonNouveau(nom, droit, base, fin, jeton)


def tenir(magasin: Magasin) -> JetonsTenus:
    """Lists the tokens that the database keeps, by name, and tells how many wrong ones came."""
    maintenant = datetime.now(UTC)
    tenus = [
        JetonPublie(
            garde.nom,
            Droit(garde.droit),
            garde.base,
            garde.cree_le,
            garde.vu_le,
            garde.expire_le,
            _a_expire(garde, maintenant),
        )
        for garde in magasin.jetons.lister()
        if garde.nom != LIEN_DE_LECTURE
    ]
    return JetonsTenus(tenus, *magasin.jetons.refus())


def revoquer(magasin: Magasin, nom: str) -> None:
    """Forgets a token: from now on it opens nothing, and no cookie that it gave. The read-only link is made
    anew. Raises UsageError for a name that no token has."""
    if nom == LIEN_DE_LECTURE:
        magasin.jetons.ajouter(JetonGarde(nom, "", Droit.LECTURE, None, datetime.now(UTC)), remplacer=True)
    elif not magasin.jetons.revoquer(nom):
        connus = ", ".join(garde.nom for garde in magasin.jetons.lister()) or "aucun"
        raise Introuvable(f"Le jeton [{nom[:40]}] n'existe pas.", remede=f"jetons : {connus}")


def entree(magasin: Magasin, cherchee: str) -> Entree | None:
    """Returns what the token of this hash gives; None when it is unknown, revoked or too old."""
    garde = magasin.jetons.trouver(cherchee) if cherchee else None
    maintenant = datetime.now(UTC)
    if garde is None or _a_expire(garde, maintenant):
        return None
    precision = _PRECISION_D_UNE_BASE if garde.droit == Droit.BASE else _PRECISION
    if garde.vu_le is None or maintenant - garde.vu_le > precision:
        with suppress(StoreError):  # what only reads goes on when nothing can be written
            magasin.jetons.voir(cherchee, maintenant)
    return Entree(garde.nom, garde.empreinte, Droit(garde.droit), garde.base)


def empreinte(jeton: str) -> str:
    """The hash by which a token is known (hexadecimal)."""
    return hashlib.sha256(b"sne-sandbox jeton\0" + jeton.encode("utf-8", "surrogateescape")).hexdigest()


def _a_expire(garde: JetonGarde, maintenant: datetime) -> bool:
    return garde.expire_le is not None and garde.expire_le <= maintenant


# --- those of one server ------------------------------------------------------------------------------------


def verifier_force(jeton: str, option: str) -> str:
    """A token that somebody chose. Raises UsageError for one that can be guessed: less than 128 bits by its
    letters, a pattern, or few different letters."""
    if not _JETON.fullmatch(jeton):
        raise UsageError(
            f"Le jeton de {option} ne peut pas être envoyé : un en-tête ne prend que lettres sans accent, "
            "chiffres et - . _ ~ + /.",
            remede=_FAIRE,
        )
    utile = jeton.rstrip("=")
    nu = utile.replace("-", "")
    suites = sum(abs(b - a) <= 1 for a, b in pairwise(nu.encode()))
    repete = any(utile == (utile[:n] * len(utile))[: len(utile)] for n in range(1, len(utile) // 2 + 1))
    if len(utile) * _bits_par_signe(utile) < BITS_MIN or len({*nu}) < 7 or suites * 5 > len(nu) * 3 or repete:
        raise UsageError(
            f"Le jeton de {option} se devine : il lui faut {BITS_MIN} bits tirés au hasard (22 signes en "
            "base64url, 32 chiffres hexadécimaux).",
            remede=_FAIRE,
        )
    return jeton


def _bits_par_signe(jeton: str) -> float:
    """Returns the bits that a sign is worth, in the alphabet that such a token is drawn from."""
    if re.fullmatch("[0-9a-f-]+|[0-9A-F-]+", jeton):
        # An UUID has four dashes.
        return (4.0 if jeton.strip("0123456789-") else 3.32) * (1 - jeton.count("-") / len(jeton))
    return 5.17 if jeton == jeton.lower() or jeton == jeton.upper() else 6.0


def jeton_du_home(home: Path) -> str:
    """The admin token of a home, made at the first start, readable by its owner alone. Raises StoreError."""
    return _secret_du_home(home, FICHIER, lambda: secrets.token_urlsafe(24).encode() + b"\n").decode().strip()


def cle_des_cookies(home: Path) -> bytes:
    """Returns the key that signs the cookies and codes of a server, and makes its read-only link. It is the
    same for all its processes, and after a restart. Raises StoreError when the home cannot hold it."""
    return _secret_du_home(home, CLE_CONSOLE, lambda: secrets.token_bytes(32))


def a_servi(home: Path) -> bool:
    """True when a server has started in this home: its key is there."""
    return (home / CLE_CONSOLE).is_file()


def jeton_de_lecture(magasin: Magasin) -> str:
    """The token of the read-only link: made of the key and of when the link was last changed."""
    garde = magasin.jetons.lire(LIEN_DE_LECTURE)
    quand = "" if garde is None else f"\0{garde.cree_le.timestamp()}"
    return _signer(magasin.home, f"lecture{quand}")


def jeton_d_atelier(home: Path, atelier: str, base: str, tirage: str) -> str:
    """The token of a trainee: made of the key and of what the atelier drew (`tirage`), so that its sheet can
    be printed again while the database keeps its hash alone. 130 bits, in letters that one can type."""
    signe = hmac.new(cle_des_cookies(home), f"atelier {atelier} {base} {tirage}".encode(), hashlib.sha256)
    return base64.b32encode(signe.digest()).decode().lower()[:26]


def _secret_du_home(home: Path, nom: str, tirer: Callable[[], bytes]) -> bytes:
    fichier = home / nom
    try:
        if not fichier.is_file():
            home.mkdir(parents=True, exist_ok=True)
            provisoire = home / f".{nom}.{os.getpid()}.{secrets.token_hex(4)}"
            provisoire.touch(mode=0o600)
            provisoire.write_bytes(tirer())
            with suppress(FileExistsError):
                os.link(provisoire, fichier)  # unlike a rename, leaves alone the key of who came first
            provisoire.unlink()
        return fichier.read_bytes()
    except OSError as erreur:
        raise StoreError(
            f"Le fichier [{fichier}] ne peut pas être écrit ou lu : {raison_systeme(erreur)}.",
            remede="choisissez un dossier par --home où vous pouvez écrire",
        ) from erreur


def _signer(home: Path, usage: str) -> str:
    return hmac.new(cle_des_cookies(home), usage.encode(), hashlib.sha256).hexdigest()[:32]


# --- the code of a link -------------------------------------------------------------------------------------


def code_de_lien(home: Path) -> str:
    """A code that opens the console once, within ten minutes: who has the key of the home may make one."""
    fin = int((datetime.now(UTC) + DUREE_DU_CODE).timestamp())
    dit = f"{fin:x}-{secrets.token_urlsafe(12)}"
    return f"{dit}-{_signer(home, f'code {dit}')}"


def utiliser_code(magasin: Magasin, code: str) -> bool:
    """Uses a code up; whether it was good."""
    dit, _, signature = code.rpartition("-")
    attendue = _signer(magasin.home, f"code {dit}")
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), attendue.encode()):
        return False
    maintenant = datetime.now(UTC)
    fin = datetime.fromtimestamp(int(dit.partition("-")[0], 16), UTC)
    return fin > maintenant and magasin.jetons.utiliser(empreinte(code), fin, maintenant)
