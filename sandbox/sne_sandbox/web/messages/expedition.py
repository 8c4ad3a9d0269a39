"""The HTTP request that calls an operation, built as an interfaced application builds it, and sent as an
exchange like any other."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.echange import CONSOLE, RequeteHttp, sans_secrets
from sne_sandbox.exchange import base_nommee
from sne_sandbox.mime.client import Forme
from sne_sandbox.soap.requete import Champs, ecrire
from sne_sandbox.web.partage import Expediteur, Services
from sne_sandbox.web.services import acheminer, est_un_appel

#: How the document travels.
EMBALLAGES: Final = {"mtom": "en pièce jointe (MTOM)", "simple": "en base64 dans l'enveloppe"}
_AGENT: Final = "sne-sandbox console"


@dataclass(frozen=True, slots=True)
class RequeteEcrite:
    """A request: `adresse` is its path, with its query if any."""

    adresse: str
    en_tetes: tuple[tuple[str, str], ...]
    corps: bytes
    methode: str = "POST"


def emballer(contrat: Contrat, base: str, operation: str, champs: Champs, emballage: str) -> RequeteEcrite:
    """The request that calls `operation` on a base; `emballage` is a key of EMBALLAGES."""
    prevue = contrat.operations[operation]
    content_type, corps = ecrire(prevue, champs, Forme.NETTE if emballage == "mtom" else None)
    en_tetes = (("Content-Type", content_type), ("User-Agent", _AGENT))
    return RequeteEcrite(f"/bases/{base}/services/{prevue.service}/", en_tetes, corps)


def expedier(envoi: RequeteEcrite, qui: Expediteur) -> tuple[str, int] | None:
    """Sends a request without client certificate: the message says who calls. Answers base and id of its
    exchange, None when it left none. A panne that is armed is counted down, but its damage to the socket is
    not seen here."""
    services: Services = qui.principale.extensions["sne"]
    en_tetes = [
        ("Host", urlsplit(qui.origine).netloc),
        *envoi.en_tetes,
        ("Content-Length", str(len(envoi.corps))),
        (CONSOLE, "oui"),
    ]
    requete = RequeteHttp(
        envoi.methode,
        envoi.adresse,
        sans_secrets(en_tetes),
        envoi.corps,
        origine=qui.origine.rstrip("/"),
        pair=qui.pair,
    )
    lieu = acheminer(qui.principale, envoi.adresse.partition("?")[0])
    if lieu is not None and requete.methode not in ("GET", "HEAD", "OPTIONS"):
        reponse = services.echanges.appel(requete, *lieu)
    elif lieu is None and est_un_appel(requete.methode, requete.en_tete("Content-Type")):
        reponse = services.echanges.egare(requete, base_nommee(services.magasin, requete.chemin))
    else:
        return None
    adresse = dict(reponse.en_tetes).get("SNE-Echange", "")
    base, _, identifiant = adresse.rpartition("/bases/")[2].partition("/exchanges/")
    return (base, int(identifiant)) if identifiant.isdecimal() else None
