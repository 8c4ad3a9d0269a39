"""Files to keep: the console and the API give them alike."""

from pathlib import Path

from flask import Response, send_file


def telechargement(contenu: bytes | Path, nom: str, genre: str) -> Response:
    """A file to keep, of media type `genre`, never shown by the browser. `nom` is ASCII. A file of the disk
    is sent piece by piece, never whole in memory."""
    if isinstance(contenu, Path):
        reponse = send_file(contenu, genre, conditional=False, etag=False)
    else:
        reponse = Response(contenu, content_type=genre)
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom.replace(chr(34), "")}"'
    return reponse
