"""An anomalie: a control that does not hold on a message, told as a value inside a normal answer, never as an
exception."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Gravite(StrEnum):
    """The effect of a failed control on the message: a refusal, a warning inside (journal, console, reports),
    or nothing."""

    BLOQUANTE = "bloquante"
    AVERTISSEMENT = "avertissement"
    IGNOREE = "ignorée"


class Fidelite(StrEnum):
    """How surely the real SNE behaves so: it was seen or published (attestée), it follows from what was
    (déduite), or it is ours, for want of anything published (convention)."""

    ATTESTEE = "attestée"
    DEDUITE = "déduite"
    CONVENTION = "convention"


@dataclass(frozen=True, slots=True)
class Anomalie:
    """One control that does not hold, on one element.

    `regle` is our rule code, `code` what goes on the wire (the same, unless an overlay maps it onto the
    official list), `propriete` the path of the faulty element (at most 255 characters), `message` the
    sentence with its value (at most 512), `valeur` the faulty value, masked when it is a NIR, `ligne` the
    line of the document received (0 when the element is missing). `propriete_officielle` goes on the wire in
    place of `propriete`, when an overlay says how the SNE writes it.
    """

    regle: str
    code: str
    message: str
    propriete: str
    gravite: Gravite
    valeur: str = ""
    ligne: int = 0
    propriete_officielle: str | None = None

    def en_json(self) -> dict[str, str | int]:
        """As a line of the journal keeps it."""
        ecrite = asdict(self) | {"gravite": self.gravite.value}
        if self.propriete_officielle is None:
            del ecrite["propriete_officielle"]
        return ecrite

    @property
    def propriete_ecrite(self) -> str:
        """The path that goes on the wire."""
        return self.propriete if self.propriete_officielle is None else self.propriete_officielle

    @property
    def bloquante(self) -> bool:
        """True when the message is refused."""
        return self.gravite is Gravite.BLOQUANTE
