"""A request and an answer, whole, between the web server and SOAP."""

from dataclasses import dataclass

from sne_sandbox.domain.panne import PanneDefinition

EnTetes = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RequeteHttp:
    """A whole HTTP request. `chemin` is the path with its query, `en_tetes` in order as received, `corps`
    the body with its transfer encoding (chunks) removed."""

    methode: str
    chemin: str
    en_tetes: EnTetes
    corps: bytes

    def en_tete(self, nom: str) -> str:
        """Value of the first header of that name, whatever its case; "" when absent."""
        voulu = nom.lower()
        for cle, valeur in self.en_tetes:
            if cle.lower() == voulu:
                return valeur
        return ""


@dataclass(frozen=True, slots=True)
class ReponseHttp:
    """A whole HTTP answer. The web server adds Content-Length, Date and Connection. `panne` is the one it was
    damaged by, or is to be sent by."""

    statut: int
    en_tetes: EnTetes
    corps: bytes
    panne: PanneDefinition | None = None
