"""Who may use what is beside SOAP: on loopback all, with Host and Origin checks; elsewhere an admin token."""

import hmac
import ipaddress
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

#: The policy of every page: nothing but our own files, nothing inline.
CSP: Final = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
_OUVERTS: Final = ("/services/", "/bases/", "/nuu/", "/nuu-ws/", "/healthz")


def installer(app: Flask) -> None:
    """Check every request that is not SOAP, and add the security headers to every answer."""
    app.before_request(_controler)
    app.after_request(_proteger)


def _controler() -> None:
    if request.path.startswith(_OUVERTS):
        return  # real clients send the national server's Host; SOAP carries its own identity
    jeton = current_app.extensions["sne"].configuration.jeton
    if jeton is not None:
        recu = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        if not hmac.compare_digest(recu.encode(), jeton.encode()):
            raise Unauthorized(
                "Jeton d'administration attendu : en-tête « Authorization: Bearer … ».",
                www_authenticate=WWWAuthenticate("bearer"),
            )
        return
    if not _locale(request.host):
        raise Forbidden(
            f"L'hôte [{request.host}] n'est pas local : une page d'un autre site ne lit rien ici."
        )
    origine = request.headers.get("Origin")
    if origine is not None and request.method not in ("GET", "HEAD", "OPTIONS"):
        cible = urlsplit(origine)
        if cible.netloc != request.host:
            raise Forbidden(f"L'origine [{origine}] n'est pas ce serveur.")


def _locale(hote: str) -> bool:
    nom = urlsplit(f"//{hote}").hostname or ""
    if nom == "localhost":
        return True
    try:
        return ipaddress.ip_address(nom).is_loopback
    except ValueError:
        return False


def _proteger(reponse: Response) -> Response:
    if not request.path.startswith(_OUVERTS):
        reponse.headers.setdefault("Content-Security-Policy", CSP)
        reponse.headers.setdefault("X-Content-Type-Options", "nosniff")
        reponse.headers.setdefault("Referrer-Policy", "no-referrer")
    return reponse
