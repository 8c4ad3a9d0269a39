"""Content-Transfer-Encoding, both ways (RFC 2045, 6)."""

import binascii
import re
from typing import Final

#: Encodings that leave the bytes as they are.
TELS_QUELS: Final = frozenset({"binary", "8bit", "7bit"})

_BLANCS: Final = b" \t\r\n"
_EGAL_PERDU: Final = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r?\n|\Z))")


def decoder(contenu: bytes, encodage: str) -> bytes:
    """Decode `contenu`; `encodage` in lower case. Empty content is legal whatever the encoding.

    Raises ValueError, in French, for bytes that the encoding does not produce or an unknown encoding.
    """
    if encodage in TELS_QUELS:
        return contenu
    if encodage == "base64":
        try:
            return binascii.a2b_base64(contenu.translate(None, _BLANCS), strict_mode=True)
        except binascii.Error:
            raise ValueError("le contenu n'est pas du base64") from None
    if encodage == "quoted-printable":
        perdu = _EGAL_PERDU.search(contenu)
        if perdu is not None:
            raise ValueError(
                f"le contenu n'est pas du quoted-printable (« = » isolé à l'octet {perdu.start()})"
            )
        return binascii.a2b_qp(contenu)
    raise ValueError(f"l'encodage [{encodage[:40]}] est inconnu")


def encoder(contenu: bytes, encodage: str) -> bytes:
    """Encode `contenu`, lines at most 76 wide and CRLF between them; `encodage` in lower case.

    Raises ValueError for an unknown encoding.
    """
    if encodage in TELS_QUELS:
        return contenu
    if encodage == "base64":
        # 57 bytes make a line of 76 characters.
        lignes = (contenu[i : i + 57] for i in range(0, len(contenu), 57))
        return b"\r\n".join(binascii.b2a_base64(ligne, newline=False) for ligne in lignes)
    if encodage == "quoted-printable":
        # istext=False: the line ends of the content are content, so they are escaped.
        return binascii.b2a_qp(contenu, istext=False).replace(b"=\n", b"=\r\n")
    raise ValueError(f"l'encodage [{encodage}] est inconnu")
