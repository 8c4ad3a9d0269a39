"""A message taken out of its packaging."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from sne_sandbox.mime.tolerances import Tolerance


class Packaging(StrEnum):
    """How a message travels; an answer takes that of its question (convention)."""

    MTOM = "mtom"
    SIMPLE = "simple"


@dataclass(frozen=True, slots=True)
class Part:
    """A part beside the root. `content_id` is without `<>`, None when the part has none; `encodage` is the
    transfer encoding in lower case, `contenu` the decoded bytes; `en_tetes` are (name, value) as received,
    in order, and are not written back."""

    content_id: str | None
    content_type: str
    encodage: str
    contenu: bytes
    en_tetes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """`racine` is the envelope, undecoded unless its header alone tells its charset (then in UTF-8);
    `type_racine` its Content-Type, parameters included; `action` the first of the outer action, the root
    part's, the one inside start-info; `parties` the others, in order; `tolerances` in the order of their
    codes, each once."""

    packaging: Packaging
    racine: bytes
    type_racine: str
    action: str | None
    parties: tuple[Part, ...]
    tolerances: tuple[Tolerance, ...]

    def partie(self, cid_href: str) -> Part | None:
        """The part that `cid:…` names (RFC 2392: the href is percent-encoded, the Content-ID is not).

        None when the link is no `cid:` or names no part.
        """
        if cid_href[:4].lower() != "cid:":
            return None
        voulu = cid_href[4:]
        # As written first: some stacks write the same percent sequences in the Content-ID itself.
        for identifiant in dict.fromkeys((voulu, unquote(voulu))):
            for partie in self.parties:
                if partie.content_id == identifiant:
                    return partie
        return None
