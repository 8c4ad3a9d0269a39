"""An exchange as an HTTP archive (HAR 1.2, w3c.github.io/web-performance/specs/HAR)."""

import base64
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sne_sandbox.conformance.observation import Courrier, Observation
from sne_sandbox.domain.texte import masquer_nirs
from sne_sandbox.web.messages.documents import masquer_corps, masquer_en_tetes


def en_har(observation: Observation, *, origine: str) -> dict[str, Any]:
    """The archive; `origine` is scheme and authority of the server. NIR masked."""
    from sne_sandbox.web.app import VERSION

    echange = observation.echange
    millisecondes = echange.duree_us / 1000
    requete: dict[str, Any] = {
        "method": echange.methode,
        "url": origine + masquer_nirs(echange.chemin),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _en_tetes(echange.en_tetes),
        "queryString": [
            {"name": masquer_nirs(nom), "value": masquer_nirs(valeur)}
            for nom, valeur in parse_qsl(urlsplit(echange.chemin).query, keep_blank_values=True)
        ],
        "headersSize": -1,
        "bodySize": len(echange.requete),
    }
    if echange.requete:
        requete["postData"] = {
            "mimeType": masquer_nirs(observation.en_tete("Content-Type")),
            **_envoi(observation),
        }
    genre = next((v for nom, v in echange.en_tetes_reponse if nom.lower() == "content-type"), "")
    reponse = {
        "status": echange.statut,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _en_tetes(echange.en_tetes_reponse),
        "content": {
            "size": len(echange.reponse),
            "mimeType": genre,
            **_texte(observation.reponse, echange.reponse),
        },
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": len(echange.reponse),
    }
    entree = {
        "startedDateTime": echange.recu_le.isoformat(),
        "time": millisecondes,
        "request": requete,
        "response": reponse,
        "cache": {},
        "timings": {"send": 0, "wait": millisecondes, "receive": 0},
        "comment": f"Échange {echange.identifiant} de la base {echange.base} ; NIR masqués.",
    }
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "sne-sandbox", "version": VERSION},
            "pages": [],
            "entries": [entree],
        }
    }


def _en_tetes(en_tetes: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": nom, "value": valeur} for nom, valeur in masquer_en_tetes(en_tetes)]


def _envoi(observation: Observation) -> dict[str, str]:
    """What was sent. HAR has no encoding there: fields of one's own begin with a line below."""
    texte = _texte(observation.question, observation.echange.requete)
    if "encoding" in texte:
        return {"text": texte["text"], "_encoding": texte["encoding"], "comment": "Corps binaire, en base64."}
    return texte


def _texte(courrier: Courrier, octets: bytes) -> dict[str, str]:
    """A body: text, or base64 where it is no text."""
    masque = masquer_corps(courrier, octets)
    try:
        return {"text": masque.decode("utf-8")}
    except UnicodeDecodeError:
        return {"text": base64.b64encode(masque).decode(), "encoding": "base64"}
