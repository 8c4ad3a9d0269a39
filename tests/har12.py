"""HAR 1.2 (w3c.github.io/web-performance/specs/HAR) as a JSON Schema: own fields begin with « _ »."""

from typing import Any, Final

_TEXTE: Final = {"type": "string"}
_NOMBRE: Final = {"type": "number", "minimum": -1}


def _objet(requis: dict[str, Any], **permis: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(requis),
        "properties": {**requis, **permis, "comment": _TEXTE},
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


def _liste(genre: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": genre}


_PAIRES: Final = _liste(_objet({"name": _TEXTE, "value": _TEXTE}))
_PARAMETRE: Final = _objet({"name": _TEXTE}, value=_TEXTE, fileName=_TEXTE, contentType=_TEXTE)
_ENVOI: Final = {
    **_objet({"mimeType": _TEXTE}, text=_TEXTE, params=_liste(_PARAMETRE)),
    "not": {"required": ["text", "params"]},  # mutually exclusive
}
_COMMUN: Final = {
    "httpVersion": _TEXTE,
    "cookies": _PAIRES,
    "headers": _PAIRES,
    "headersSize": _NOMBRE,
    "bodySize": _NOMBRE,
}
_REQUETE: Final = _objet(
    {"method": _TEXTE, "url": _TEXTE, "queryString": _PAIRES, **_COMMUN}, postData=_ENVOI
)
_CONTENU: Final = _objet(
    {"size": _NOMBRE, "mimeType": _TEXTE}, text=_TEXTE, encoding=_TEXTE, compression=_NOMBRE
)
_REPONSE: Final = _objet(
    {
        "status": {"type": "integer"},
        "statusText": _TEXTE,
        "content": _CONTENU,
        "redirectURL": _TEXTE,
        **_COMMUN,
    }
)
_DUREES: Final = _objet(dict.fromkeys(("send", "wait", "receive"), _NOMBRE), ssl=_NOMBRE, connect=_NOMBRE)
_ENTREE: Final = _objet(
    {
        "startedDateTime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT[\d:.]+([+-]\d\d:\d\d|Z)$"},
        "time": _NOMBRE,
        "request": _REQUETE,
        "response": _REPONSE,
        "cache": {"type": "object"},
        "timings": _DUREES,
    },
    pageref=_TEXTE,
    serverIPAddress=_TEXTE,
    connection=_TEXTE,
)
SCHEMA: Final = _objet(
    {
        "log": _objet(
            {
                "version": {"const": "1.2"},
                "creator": _objet({"name": _TEXTE, "version": _TEXTE}),
                "entries": _liste(_ENTREE),
            },
            pages={"type": "array"},
            browser=_objet({"name": _TEXTE, "version": _TEXTE}),
        )
    }
)
