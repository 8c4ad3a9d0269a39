"""The identity of the caller: the guichet and the base that the client certificate names."""

from dataclasses import dataclass
from typing import Final

from sne_interface.domain.base import CODE_GUICHET


@dataclass(frozen=True, slots=True)
class Identite:
    """The content of a client certificate. `guichet` is `G` and 4 digits or `GDPUB`; None when it names
    none."""

    guichet: str | None = None
    base: str | None = None


#: A caller without certificate.
ANONYME: Final = Identite()


def identite(certificat: bytes | None) -> Identite:
    """Read a client certificate (DER); None or an unreadable one is nobody.

    A certificate that was not made here may name anything: what is no guichet's code is no guichet, and then
    the message itself says who calls. The base of one that was holds, whatever its guichet.
    """
    if certificat is None:
        return ANONYME
    from sne_sandbox.pki.authority import (
        fait_ici,
        lire_guichet,
    )  # who serves has read it, who judges does without

    guichet, base = lire_guichet(certificat)
    connu = guichet if guichet is not None and CODE_GUICHET.fullmatch(guichet) else None
    sienne = base is not None and (connu is not None or fait_ici(certificat))
    return Identite(connu, base if sienne else None)
