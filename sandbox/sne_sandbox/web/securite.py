"""Who may use what is beside SOAP: on loopback all, with Host and Origin checks; elsewhere by a token."""

from typing import Final

from flask import Flask, Response, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

from sne_sandbox.settings import PAR_NOM
from sne_sandbox.web.acces import (
    OUVERTS,
    Droit,
    acces_d_ici,
    est_chargee_d_ailleurs,
    est_locale,
    origine_etrangere,
)
from sne_sandbox.web.services import est_egaree

#: The policy of every page: nothing but our own files, nothing inline.
CSP: Final = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
LECTURES: Final = ("GET", "HEAD", "OPTIONS")
#: What a reverse proxy adds: the peer is of this machine, the caller perhaps not.
RELAYES: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")
LECTURE_SEULE: Final = (
    "Vous êtes en lecture seule : tout se lit, rien ne se change. Demandez au formateur, ou connectez-vous "
    "avec le jeton d'administration."
)


def installer(app: Flask, *, libres: tuple[str, ...] = ()) -> None:
    """Check every request that is not SOAP, and add the security headers to every answer. Who comes to one of
    the paths `libres` needs no right yet: he comes to get it."""

    def controler() -> None:
        if request.path.startswith(OUVERTS) or est_egaree(request):
            return  # real clients send the national server's Host; SOAP carries its own identity
        acces = acces_d_ici()
        if acces.jeton is None and not est_locale(request.host):
            raise Forbidden(
                f"L'hôte [{request.host}] n'est pas local : une page d'un autre site ne lit rien ici."
            )
        if acces.jeton is None and any(nom in request.headers for nom in RELAYES):
            raise Forbidden(
                "Cette requête arrive par un relais HTTP (X-Forwarded-For), qui ouvrirait ce serveur sans "
                "jeton à d'autres machines. Remède : démarrez-le avec --admin-token "
                f"({PAR_NOM['admin_token'].variable})."
            )
        if est_chargee_d_ailleurs(request):
            raise Forbidden("Une page d'un autre site ne charge rien d'ici ; un lien s'ouvre.")
        origine = origine_etrangere(request)
        if origine and request.method not in LECTURES:
            raise Forbidden(f"L'origine [{origine}] n'est pas ce serveur.")
        if request.path.startswith(libres):
            return
        droit = acces.droit(request)
        if droit is None:
            raise Unauthorized(
                "Jeton d'administration attendu : en-tête « Authorization: Bearer … ».",
                www_authenticate=WWWAuthenticate("bearer"),
            )
        # Nor a POST that writes nothing: a message checked or shown tells whether a NIR that was guessed is
        # there, or holds those of the base.
        if droit is Droit.LECTURE and request.method not in LECTURES:
            raise Forbidden(LECTURE_SEULE)

    app.before_request(controler)
    app.after_request(_proteger)


def _proteger(reponse: Response) -> Response:
    if not request.path.startswith(OUVERTS):
        reponse.headers.setdefault("Content-Security-Policy", CSP)
        reponse.headers.setdefault("X-Content-Type-Options", "nosniff")
        reponse.headers.setdefault("Cache-Control", "no-store")
        reponse.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # With no-referrer a browser says « Origin: null » of our own forms.
        reponse.headers.setdefault("Referrer-Policy", "same-origin")
    return reponse
