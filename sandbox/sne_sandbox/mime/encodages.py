"""In which encoding bytes without a word about it are read, and which of them are no text."""

import re
from typing import Final

#: What a picture begins with, whose bytes are no text: PNG, JPEG, GIF, TIFF, BMP.
IMAGES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
#: Controls that no text has, in any encoding of one byte a character.
BINAIRE: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def encodages(donnees: bytes, charset: str) -> tuple[str, ...]:
    """The encodings to read bytes in, the likeliest first; the last one reads any."""
    if donnees.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-32" if donnees[2:4] == b"\0\0" else "utf-16", "latin-1")
    nuls = donnees[:64].count(0) * 3
    if nuls >= 2 * len(donnees[:64]) > 0:
        return ("utf-32-be" if donnees[:1] == b"\0" else "utf-32-le", "latin-1")
    if nuls > len(donnees[:64]):
        return ("utf-16-be" if donnees[:1] == b"\0" else "utf-16-le", "latin-1")
    return (*((charset,) if charset else ()), "utf-8", "latin-1")


def est_un_texte(octets: bytes) -> bool:
    """Whether bytes are a text in UTF-8."""
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in octets
