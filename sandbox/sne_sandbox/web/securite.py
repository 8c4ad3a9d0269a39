"""The checks of every request beside SOAP: its origin, its sender, and the rights of the sender."""

import socket
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Request, Response, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

from sne_interface.settings import est_adresse, est_boucle_locale
from sne_sandbox.web.acces import (
    OUVERTS,
    Acces,
    acces_d_ici,
    est_chargee_d_ailleurs,
    est_locale,
    lisible,
    origine_etrangere,
    qui_est_la,
)
from sne_sandbox.web.configuration_et_services import services
from sne_sandbox.web.droits import LECTURES, NiveauRequis, niveau_de, verifier
from sne_sandbox.web.services_soap import est_un_appel

#: The policy of every page: nothing but our own files, nothing inline.
CSP: Final = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
#: How the headers begin that reverse proxies add: the peer is of this machine, the caller perhaps not.
RELAYES: Final = (
    "forwarded", "via", "x-forwarded", "x-real-ip", "x-client-ip", "x-cluster-client-ip", "x-original-",
    "x-envoy-", "x-amzn-", "x-azure-", "x-arr-", "true-client-ip", "fastly-", "cf-", "cdn-loop",
)  # fmt: skip


def installer(app: Flask) -> None:
    """Check every request that is not SOAP, and add the security headers to every answer."""
    app.before_request(_controler)
    app.after_request(_proteger)


def _controler() -> None:
    genre = request.headers.get("Content-Type", "")
    if request.path.startswith(OUVERTS) or (request.url_rule is None and est_un_appel(request.method, genre)):
        return  # real clients send the national server's Host; SOAP carries its own identity
    acces = acces_d_ici()
    if acces.ouvert:
        _verifier_locale(request)
    elif acces.publique:
        _verifier_hote(request, acces.publique)
    if est_chargee_d_ailleurs(request):
        raise Forbidden("Une page d'un autre site ne charge rien d'ici ; un lien s'ouvre.")
    origine = origine_etrangere(request)
    if origine and request.method not in LECTURES and not _est_la_notre(origine, acces):
        raise Forbidden(f"L'origine [{origine}] n'est pas ce serveur.")
    if niveau_de(request) is NiveauRequis.LIBRE:
        return
    entree = qui_est_la()
    if entree is None:
        raise Unauthorized(
            "Jeton attendu : en-tête « Authorization: Bearer … ». Celui d'administration est dans le fichier "
            "prêt du serveur (admin_token), ou dans le fichier « jeton » de son dossier --home.",
            www_authenticate=WWWAuthenticate("bearer"),
        )
    verifier(entree, request)


def _verifier_locale(requete: Request) -> None:
    """Of a server that asks for no token: who comes is of this machine, as far as can be told. nginx, whose
    default settings add nothing, speaks HTTP/1.0, as no browser and no program of today does."""
    if not est_locale(requete.host):
        raise Forbidden(
            f"L'hôte [{requete.host}] n'est pas local : une page d'un autre site ne lit rien ici."
        )
    relaye = next((nom for nom, _ in requete.headers if nom.lower().startswith(RELAYES)), None)
    if relaye is None and requete.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
        relaye = "HTTP/1.0"
    if relaye is not None:
        raise Forbidden(
            f"Cette requête arrive par un relais HTTP ({relaye}), qui ouvrirait ce serveur sans jeton à "
            "d'autres machines. Remède : démarrez-le sans --ouvert."
        )


def _verifier_hote(requete: Request, publique: str) -> None:
    """Of a server whose public address is known: no other name leads to it."""
    nom = urlsplit(f"//{requete.host}").hostname or ""
    connus = (urlsplit(publique).hostname, *services().configuration.noms, socket.gethostname())
    if nom not in connus and not est_boucle_locale(nom) and not est_adresse(nom):
        raise Forbidden(f"L'hôte [{requete.host}] n'est pas ce serveur : il s'appelle {publique}.")


def _est_la_notre(origine: str, acces: Acces) -> bool:
    """True when an origin is that of our pages, behind a relay that gives us another name."""
    return acces.publique is not None and urlsplit(lisible(origine))[:2] == urlsplit(acces.publique)[:2]


def _proteger(reponse: Response) -> Response:
    if not request.path.startswith(OUVERTS):
        reponse.headers.setdefault("Content-Security-Policy", CSP)
        reponse.headers.setdefault("X-Content-Type-Options", "nosniff")
        reponse.headers.setdefault("Cache-Control", "no-store")
        reponse.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        # With no-referrer a browser says « Origin: null » of our own forms.
        reponse.headers.setdefault("Referrer-Policy", "same-origin")
    return reponse
