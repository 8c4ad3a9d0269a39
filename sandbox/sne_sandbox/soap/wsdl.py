"""`?wsdl` and `?xsd=…`: the published files, with the address of this server."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs

from sne_interface.contract.versions import Contrat, wsdl_servi, xsd_servi
from sne_interface.domain.echange import ReponseHttp, RequeteHttp
from sne_interface.errors import ContractError

_XML: Final = [("Content-Type", "text/xml; charset=utf-8")]
_TEXTE: Final = [("Content-Type", "text/plain; charset=utf-8")]


def servir(contrat: Contrat, service: str, requete: RequeteHttp, *, origine: str) -> ReponseHttp | None:
    """The answer to `?wsdl` or `?xsd=NAME` on the endpoint of `service`; None when the query asks neither.

    `origine` is the scheme and authority of this server (`https://localhost:8443`): ports are said to be
    there. Schemas are linked relatively, so that a proxy in front changes nothing.
    """
    chemin, _, question = requete.chemin.partition("?")
    parametres = _parametres(question)
    try:
        if "wsdl" in parametres:
            return ReponseHttp(200, list(_XML), wsdl_servi(contrat, service, origine + chemin, ""))
        if "xsd" in parametres:
            return ReponseHttp(200, list(_XML), xsd_servi(contrat, parametres["xsd"], ""))
    except ContractError as erreur:
        return ReponseHttp(404, list(_TEXTE), f"{erreur.diagnostics()}\n".encode())
    return None


def _parametres(question: str) -> Mapping[str, str]:
    """The query, by lower-case name: stacks write `?wsdl` and `?WSDL`, with or without a value."""
    lus = parse_qs(question, keep_blank_values=True) if len(question) < 1000 else {}
    return {nom.lower(): valeurs[0] for nom, valeurs in lus.items()}
