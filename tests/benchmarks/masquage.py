"""Seconds of processor that masking 18 MB takes, by what they are: `python tests/benchmarks/masquage.py`."""

import os
import time
from base64 import encodebytes

from sne_sandbox.mime.masquage import masquer_corps

NIR = "285066299900176"
TAILLE = 18_000_000
PHRASE = "un commentaire libre de quelques mots " * 15
LIGNE = f"<p><nom>MARTIN</nom><nir>{NIR}</nir><texte>{PHRASE}</texte></p>"
TETE = b"--B\r\nContent-Type: application/xop+xml\r\n\r\n<e/>\r\n--B\r\nContent-Type: text/xml\r\n"


def document(taille: int) -> bytes:
    """Demandes of 650 bytes, each with its NIR."""
    return f"<a>{LIGNE * (taille // len(LIGNE))}</a>".encode()


def en_ligne(octets: bytes) -> bytes:
    """The same in the text of an element."""
    return b"<e><f>" + encodebytes(octets) + b"</f></e>"


CORPS = {
    "un document XML": ("text/xml", document(TAILLE)),
    "une partie binaire": (
        "multipart/related; boundary=B",
        TETE + b"\r\n" + document(TAILLE) + b"\r\n--B--\r\n",
    ),
    "base64 en ligne": ("text/xml", en_ligne(document(TAILLE * 3 // 4))),
    "des octets sans texte": ("application/octet-stream", os.urandom(TAILLE)),
    "base64 d'octets sans texte": ("text/xml", en_ligne(os.urandom(TAILLE * 3 // 4))),
    "XML mal fait": ("text/xml", document(TAILLE)[:-4]),
    "XML mal fait, de 2 Mo": ("text/xml", document(1_990_000)[:-4]),
    "des nombres sans fin": ("text/plain", b"1 2 3 4 " * (TAILLE // 8)),
}

if __name__ == "__main__":
    for quoi, (genre, corps) in CORPS.items():
        debut = time.process_time()
        masque = masquer_corps(corps, genre)
        duree = time.process_time() - debut
        dit = "ouvert" if masque.ouvert else "non ouvert"
        print(f"{quoi:28} {len(corps) / 1e6:5.1f} Mo  {duree:5.2f} s  {dit}")
        if NIR.encode() in masque.octets:
            raise SystemExit(f"{quoi} : un NIR se lit")
