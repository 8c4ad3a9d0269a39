"""Seconds of processor that masking 18 MB takes, by what they are: `python tests/benchmarks/masquage.py`."""

import os
import time
from base64 import encodebytes

from sne_sandbox.mime.masquage import masquer_corps

NIR = "285066299900176"
TAILLE = 18_000_000
LIGNE = (
    f"<p><nom>MARTIN</nom><nir>{NIR}</nir><texte>{'un commentaire libre de quelques mots ' * 12}</texte></p>"
)
DOCUMENT = f"<a>{LIGNE * (TAILLE // len(LIGNE))}</a>".encode()
TETE = b"--B\r\nContent-Type: application/xop+xml\r\n\r\n<e/>\r\n--B\r\nContent-Type: text/xml\r\n"
CORPS = {
    "un document XML": ("text/xml", DOCUMENT),
    "une partie binaire": ("multipart/related; boundary=B", TETE + b"\r\n" + DOCUMENT + b"\r\n--B--\r\n"),
    "base64 en ligne": (
        "text/xml",
        b"<e><f>" + encodebytes(DOCUMENT[: TAILLE * 5 // 7] + b"</a>") + b"</f></e>",
    ),
    "des octets sans texte": ("application/octet-stream", os.urandom(TAILLE)),
    "base64 d'octets sans texte": (
        "text/xml",
        b"<e><f>" + encodebytes(os.urandom(TAILLE * 5 // 7)) + b"</f></e>",
    ),
    "XML mal fait": ("text/xml", DOCUMENT[:-4]),
    "des nombres sans fin": ("text/plain", b"1 2 3 4 " * (TAILLE // 8)),
}

if __name__ == "__main__":
    for quoi, (genre, corps) in CORPS.items():
        debut = time.process_time()
        masque = masquer_corps(corps, genre)
        duree = time.process_time() - debut
        print(
            f"{quoi:28} {len(corps) / 1e6:5.1f} Mo  {duree:5.2f} s  {'ouvert' if masque.ouvert else 'non ouvert'}"
        )
        if NIR.encode() in masque.octets:
            raise SystemExit(f"{quoi} : un NIR se lit")
