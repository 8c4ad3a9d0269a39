"""The HTTP request that calls an operation, built as an interfaced application builds it, and sent through
the whole application."""

from dataclasses import dataclass
from typing import Final

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from sne_sandbox.contract.versions import Contrat
from sne_sandbox.domain.journal import CONSOLE
from sne_sandbox.mime.client import Forme
from sne_sandbox.soap.requete import Champs, ecrire
from sne_sandbox.web.services import DE_LA_CONSOLE

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


def expedier(principale: Flask, envoi: RequeteEcrite, *, origine: str, pair: str) -> tuple[str, int] | None:
    """Sends a request without client certificate: the message says who calls. Answers base and id of its
    exchange, None when it left none. A panne that is armed is counted down, but its damage to the socket is
    not seen here."""
    environ = EnvironBuilder(
        path=envoi.adresse,
        method=envoi.methode,
        base_url=origine,
        headers=[*envoi.en_tetes, (CONSOLE, "oui")],
        data=envoi.corps,
        environ_overrides={"REMOTE_ADDR": pair, DE_LA_CONSOLE: True},
    ).get_environ()
    corps, _, recus = run_wsgi_app(principale.wsgi_app, environ, buffered=True)
    fermer = getattr(corps, "close", None)
    if fermer is not None:
        fermer()
    base, _, identifiant = recus.get("SNE-Echange", "").rpartition("/bases/")[2].partition("/exchanges/")
    return (base, int(identifiant)) if identifiant.isdecimal() else None
