"""Development certificates: a small CA of the home, and what it signs."""

from typing import Final

#: Password of every PKCS#12 file; documented, for these keys protect nothing.
MOT_DE_PASSE: Final = "sne-sandbox"
