"""Why a request is no HTTP that we read, in words that who wrote it can act on."""

import re
from typing import Final

from sne_interface.domain.echange import SECRETS

#: Characters of a line that are shown.
_MONTRES: Final = 80
_JETON: Final = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LONGUEURS: Final = (b"content-length", b"transfer-encoding")


def premiere_ligne(ligne: bytes) -> str:
    """Tells what is wrong with the first line of a request (RFC 9112, 3)."""
    mots = ligne.split(b" ")
    if len(mots) < 3:
        cause = f"{len(mots)} mot{'s' if len(mots) > 1 else ''} au lieu de trois"
    elif len(mots) > 3:
        cause = "trop d'espaces : dans une adresse, une espace s'écrit %20"
    elif mots[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        cause = f"la version [{_montrer(mots[2])}] n'est ni HTTP/1.1 ni HTTP/1.0"
    elif _JETON.fullmatch(mots[0]) is None:
        cause = f"la méthode [{_montrer(mots[0])}] contient un caractère interdit"
    elif not mots[1]:
        cause = "l'adresse est vide"
    else:
        cause = "l'adresse contient un caractère qui n'est pas de l'ASCII visible : écrivez-le en %XX"
    return f"Ligne 1, [{_montrer(ligne)}] : {cause}. → « MÉTHODE /adresse HTTP/1.1 » est attendu."


def en_tete(rang: int, ligne: bytes, vus: set[bytes]) -> str:
    """Tells what is wrong with line `rang` (from 1) of a head (RFC 9112, 5); `vus` are the names, in lower
    case, of the headers before it."""
    nom, deux_points, valeur = ligne.partition(b":")
    valeur = valeur.strip(b" \t")
    bas = nom.lower()
    if not deux_points:
        cause = "il y manque « : »"
    elif _JETON.fullmatch(nom) is None:
        cause = "le nom est vide, ou contient une espace ou un autre caractère interdit"
    elif valeur.translate(None, b"\0\r\n") != valeur:
        cause = "la valeur contient un retour à la ligne isolé ou un octet nul"
    elif bas in _LONGUEURS and not vus.isdisjoint(_LONGUEURS):
        cause = (
            "la longueur du corps est déjà donnée plus haut : un seul de Content-Length et Transfer-Encoding"
        )
    elif bas == b"content-length":
        cause = "la longueur n'est pas un nombre d'octets, en chiffres"
    elif bas == b"transfer-encoding":
        cause = "seul « chunked » est admis"
    else:
        cause = "il ne se lit pas"
    secret = bas.decode("latin-1") in SECRETS
    montree = f"{_montrer(nom)}: (non montré)" if secret else _montrer(ligne)
    return f"Ligne {rang}, [{montree}] : {cause}. → « Nom: valeur » est attendu, puis CRLF."


def codage(valeur: bytes) -> str:
    """Tells what is wrong with a Transfer-Encoding that tells no length (RFC 9112, 6.3)."""
    return (
        f"[Transfer-Encoding: {_montrer(valeur)}] : seul « chunked » est admis. → annoncez la longueur du "
        "corps par Content-Length."
    )


def morceau(recus: int) -> str:
    """Tells what is wrong with a body in chunks (RFC 9112, 7.1) of which `recus` bytes were read."""
    return (
        f"Corps par morceaux (Transfer-Encoding: chunked), mal découpé après {recus} octets. → chaque "
        "morceau commence par sa longueur en hexadécimal et CRLF, et finit par CRLF ; le dernier est « 0 »."
    )


def _montrer(octets: bytes) -> str:
    texte = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in octets.decode("latin-1"))
    return texte if len(texte) <= _MONTRES else f"{texte[:_MONTRES]}…"
