"""Where a request comes from, what a browser or a program may do (all, read only, or nothing), and the cookie
that remembers it.

Browsers say whether a page of ours or of another site sent a request (`Origin`, `Sec-Fetch-Site`);
applications send neither header.
"""

import hmac
import os
import secrets
from contextlib import suppress
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.exceptions import Forbidden

from sne_sandbox.errors import StoreError
from sne_sandbox.raisons import raison_systeme
from sne_sandbox.settings import est_boucle_locale

#: A page of another site; `same-site` is another port of this machine.
_AILLEURS: Final = ("cross-site", "same-site")


def origine_etrangere(requete: Request) -> str:
    """The origin that a page of elsewhere announces, "" for ours or none."""
    origine = requete.headers.get("Origin")
    return "" if origine is None or urlsplit(origine).netloc == requete.host else origine


def d_un_autre_site(requete: Request, *, local: bool) -> str:
    """What tells that a page of another site sent the request, "" for nothing. `local`: our own pages are
    on the local machine, so that a name of elsewhere that leads here is elsewhere."""
    origine = origine_etrangere(requete)
    if origine:
        return f"Origin: {origine}"
    if local and "Origin" in requete.headers and not est_locale(requete.host):
        return f"Origin: {requete.headers['Origin']}"
    site = requete.headers.get("Sec-Fetch-Site", "")
    return f"Sec-Fetch-Site: {site}" if site in _AILLEURS else ""


def est_chargee_d_ailleurs(requete: Request) -> bool:
    """Whether another site loads this into one of its pages: neither a link that was followed, nor ours."""
    return (
        requete.headers.get("Sec-Fetch-Site") == "cross-site"
        and requete.headers.get("Sec-Fetch-Mode") != "navigate"
    )


def est_locale(hote: str) -> bool:
    """Whether a Host names the local machine."""
    return est_boucle_locale(urlsplit(f"//{hote}").hostname or "")


#: What is neither a page nor the API: SOAP carries its own identity, and no cookie.
OUVERTS: Final = ("/services/", "/bases/", "/nuu/", "/nuu-ws/", "/healthz", "/readyz")
_CLE: Final = "console.key"
#: A cookie is good for a day of training.
_DUREE: Final = timedelta(hours=12)


class Droit(StrEnum):
    """What somebody may do beside SOAP."""

    TOUT = "tout"
    LECTURE = "lecture"
    """Sees everything, changes nothing."""


class Acces:
    """The tokens of one server. `jeton` None: the local machine may do everything without one.

    `lecture` is the token of the read-only link; where none was given it is made of the home's own key, so
    that every worker, and the next start, know the same. Raises StoreError when the home cannot hold its key.
    """

    def __init__(self, home: Path, jeton: str | None, lecture: str | None) -> None:
        racine = _cle(home)
        self.jeton = jeton
        self.lecture = lecture or _empreinte(racine, "lecture")[:32]
        #: Signs the cookies: they die with the tokens they stand for.
        self.cle = _empreinte(racine, f"cookies\0{jeton or ''}\0{self.lecture}")

    def du_jeton(self, recu: str) -> Droit | None:
        """What a token gives."""
        if self.jeton is not None and _memes(recu, self.jeton):
            return Droit.TOUT
        return Droit.LECTURE if _memes(recu, self.lecture) else None

    def droit(self, requete: Request) -> Droit | None:
        """What this request may do: by its header, its cookie, or because the machine is ours."""
        en_tete = requete.headers.get("Authorization", "")
        if en_tete:
            genre, _, jeton = en_tete.partition(" ")
            return self.du_jeton(jeton.strip()) if genre.lower() == "bearer" else None
        if session.get("droit") in list(Droit):
            return Droit(session["droit"])
        return Droit.TOUT if self.jeton is None else None


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie: Secure over TLS, named after the port (browsers share cookies between ports)."""

    def get_cookie_name(self, app: Flask) -> str:
        """Its name."""
        return f"sne_sandbox_{request.environ.get('SERVER_PORT', '')}"

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether it travels over TLS only."""
        return request.is_secure

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """What the cookie says; nothing for SOAP, which pays for no cookie."""
        return None if request.path.startswith(OUVERTS) else super().open_session(app, request)


def installer(app: Flask, acces: Acces) -> None:
    """Give the application its cookies."""
    app.extensions["acces"] = acces
    app.secret_key = acces.cle
    app.session_interface = Sessions()
    app.config.update(
        SESSION_COOKIE_SAMESITE="Strict", SESSION_COOKIE_HTTPONLY=True, PERMANENT_SESSION_LIFETIME=_DUREE
    )


def acces_d_ici() -> Acces:
    """The tokens of the application in charge."""
    donnes: Acces = current_app.extensions["acces"]
    return donnes


def reserver(quoi: str) -> None:
    """Keep an answer whose NIRs are in clear for who may do everything. `quoi` begins the sentence that tells
    it (« Une sauvegarde »). Raises Forbidden."""
    if acces_d_ici().droit(request) is not Droit.TOUT:
        raise Forbidden(f"{quoi} porte les NIR en clair : il faut le jeton d'administration.")


def jeton_csrf() -> str:
    """The token that the forms of this browser carry."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(24)
    jeton: str = session["csrf"]
    return jeton


def csrf_convient(recu: str) -> bool:
    """Whether a form comes from a page we gave this browser."""
    attendu = session.get("csrf")
    return isinstance(attendu, str) and _memes(recu, attendu)


def _memes(un: str, autre: str) -> bool:
    return hmac.compare_digest(un.encode(), autre.encode())


def _empreinte(cle: bytes, usage: str) -> str:
    return hmac.new(cle, usage.encode(), sha256).hexdigest()


def _cle(home: Path) -> bytes:
    """The home's own key, made at the first start; several workers may be the first."""
    fichier = home / _CLE
    try:
        if not fichier.is_file():
            home.mkdir(parents=True, exist_ok=True)
            provisoire = home / f".{_CLE}.{os.getpid()}.{secrets.token_hex(4)}"
            provisoire.touch(mode=0o600)
            provisoire.write_bytes(secrets.token_bytes(32))
            with suppress(FileExistsError):
                os.link(provisoire, fichier)  # unlike a rename, leaves alone the key of who came first
            provisoire.unlink()
        return fichier.read_bytes()
    except OSError as erreur:
        raise StoreError(
            f"La clé de la console [{fichier}] ne peut pas être écrite ou lue : {raison_systeme(erreur)}.",
            remede="choisissez un dossier par --home où vous pouvez écrire",
        ) from erreur
