"""A message put into MTOM packaging, in the one form every stack in the field reads."""

from collections.abc import Sequence
from functools import lru_cache
from random import Random
from typing import Final

from sne_sandbox.mime.message_deballe import Part

CRLF: Final = b"\r\n"
RACINE: Final = "root.message@sne-sandbox"
#: What would end the quotes or the angle brackets that a value stands between.
_RESERVES: Final = frozenset('"\\<>')


def boundary(rng: Random) -> str:
    """A boundary drawn from `rng`: the same for the same seed. 36 characters, none that needs escaping."""
    return f"sne-{rng.getrandbits(128):032x}"


def pack(
    racine: bytes,
    parties: Sequence[Part],
    *,
    boundary: str,
    root_id: str = RACINE,
    action: str | None = None,
) -> tuple[str, bytes]:
    """The Content-Type header and the body of a multipart/related message.

    Parts travel as binary whatever their `encodage`, and need a `content_id`. `boundary` is lengthened when
    a part contains it. Raises ValueError for a value that would break a header.
    """
    limite = libre(boundary, (racine, *(p.contenu for p in parties)))
    suffixe = f'; action="{_sain(action)}"' if action else ""
    morceaux = [
        _entetes(
            f'application/xop+xml; charset=UTF-8; type="application/soap+xml"{suffixe}', "binary", root_id
        ),
        racine,
    ]
    separateur = f"\r\n--{limite}\r\n".encode("ascii")
    for partie in parties:
        if partie.content_id is None:
            raise ValueError("une partie sans Content-ID ne peut pas être désignée")
        morceaux += [separateur, _entetes(partie.content_type, "binary", partie.content_id), partie.contenu]
    corps = b"".join((separateur[2:], *morceaux, f"\r\n--{limite}--\r\n".encode("ascii")))
    entete = (
        f'multipart/related; type="application/xop+xml"; start="<{_sain(root_id)}>"; '
        f'start-info="application/soap+xml"; boundary="{limite}"{suffixe}'
    )
    return entete, corps


def libre(boundary: str, contenus: Sequence[bytes]) -> str:
    """`boundary`, lengthened until no content holds it. Raises ValueError when it is no boundary."""
    if not boundary or not boundary.isascii() or len(_sain(boundary)) > 60 or boundary.endswith(" "):
        raise ValueError(f"[{boundary}] n'est pas un boundary de 1 à 60 caractères ASCII")
    rang, candidat = 0, boundary
    octets = candidat.encode("ascii")
    while [contenu for contenu in contenus if octets in contenu]:
        rang += 1
        candidat = f"{boundary}{rang:x}"
        octets = candidat.encode("ascii")
    return candidat


@lru_cache(maxsize=128)
def _entetes(content_type: str, encodage: str, content_id: str) -> bytes:
    if not content_type.isprintable():
        raise ValueError(f"le type [{content_type!r}] ne tient pas dans un en-tête")
    return (
        f"Content-Type: {content_type}\r\n"
        f"Content-Transfer-Encoding: {encodage}\r\n"
        f"Content-ID: <{_sain(content_id)}>\r\n\r\n"
    ).encode()


def _sain(valeur: str) -> str:
    """`valeur`, when it can stand between quotes or angle brackets."""
    if not valeur or not valeur.isprintable() or not _RESERVES.isdisjoint(valeur):
        raise ValueError(f"[{valeur!r}] ne tient pas dans un en-tête MIME")
    return valeur
