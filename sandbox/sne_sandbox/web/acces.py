"""Where a request comes from, who sends it (by its token, or the cookie that one gave), and that cookie.

Browsers say whether a page of ours or of another site sent a request (`Origin`, `Sec-Fetch-Site`);
applications send neither header.
"""

import hmac
import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Request, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.exceptions import Forbidden, TooManyRequests

from sne_interface.errors import StoreError
from sne_interface.settings import est_boucle_locale
from sne_sandbox.bases import jetons
from sne_sandbox.bases.jetons import Droit, Entree
from sne_sandbox.journal_technique import journal_technique
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.web.configuration_et_services import Configuration
from sne_sandbox.web.droits import PAS_A_LUI
from sne_sandbox.web.frein import Frein

#: A page of another site; `same-site` is another port of this machine.
_AILLEURS: Final = ("cross-site", "same-site")


def origine_etrangere(requete: Request) -> str:
    """The origin that a page of elsewhere announces, "" for ours or none; what is none is of elsewhere."""
    origine = requete.headers.get("Origin")
    if origine is None:
        return ""
    return "" if urlsplit(lisible(origine)).netloc == requete.host else origine


def lisible(origine: str) -> str:
    """An origin that can be taken apart, "null" in the place of one that cannot (« http://[ »)."""
    try:
        urlsplit(origine)
    except ValueError:
        return "null"
    return origine


def d_un_autre_site(requete: Request, *, local: bool) -> str:
    """Returns the sign that a page of another site sent the request, "" when there is none. `local`: our own
    pages are on the local machine, so an outside name that leads here is another site."""
    origine = origine_etrangere(requete)
    if origine:
        return f"Origin: {origine}"
    if local and "Origin" in requete.headers and not est_locale(requete.host):
        return f"Origin: {requete.headers['Origin']}"
    site = requete.headers.get("Sec-Fetch-Site", "")
    return f"Sec-Fetch-Site: {site}" if site in _AILLEURS else ""


def est_chargee_d_ailleurs(requete: Request) -> bool:
    """True when another site loads this into one of its pages: it is neither a followed link nor our own
    page."""
    return (
        requete.headers.get("Sec-Fetch-Site") == "cross-site"
        and requete.headers.get("Sec-Fetch-Mode") != "navigate"
    )


def est_locale(hote: str) -> bool:
    """True when a Host names the local machine."""
    return est_boucle_locale(urlsplit(f"//{hote}").hostname or "")


#: What is neither a page nor the API: SOAP carries its own identity, and no cookie.
OUVERTS: Final = ("/services/", "/bases/", "/nuu/", "/nuu-ws/", "/healthz", "/readyz")
#: A cookie is good for a day of training.
_DUREE: Final = timedelta(hours=12)
#: Whoever is on this machine, before a server that was opened on purpose.
_OUVERT: Final = Entree("ouvert", "", Droit.TOUT)


class Acces:
    """The access to one server: by the tokens that it was given, by its read-only link, by the tokens of its
    database; for anybody when it was opened on purpose. Raises StoreError when the home cannot hold its
    key."""

    def __init__(self, configuration: Configuration, magasin: Magasin) -> None:
        self._magasin = magasin
        self._frein = Frein()
        self._donnees = [
            Entree(nom, jetons.empreinte(jeton), droit)
            for nom, jeton, droit in (
                (jetons.DU_SERVEUR, configuration.jeton, Droit.TOUT),
                (jetons.DE_LECTURE, configuration.jeton_lecture, Droit.LECTURE),
            )
            if jeton is not None
        ]
        self._lecture = configuration.jeton_lecture
        self.ouvert = configuration.ouvert
        self.publique = configuration.url_publique
        #: Signs the cookies.
        self.cle = hmac.new(jetons.cle_des_cookies(magasin.home), b"cookies", sha256).hexdigest()

    @property
    def lecture(self) -> str:
        """The token of the read-only link."""
        return self._lecture or jetons.jeton_de_lecture(self._magasin)

    def entree(self, empreinte: str) -> Entree | None:
        """Returns what the token of this hash gives, at this moment."""
        for donnee in self._donnees:
            if hmac.compare_digest(empreinte.encode("utf-8", "replace"), donnee.empreinte.encode()):
                return donnee
        if (trouvee := jetons.entree(self._magasin, empreinte)) is not None:
            return trouvee
        if self._lecture is None and hmac.compare_digest(
            empreinte.encode("utf-8", "replace"), jetons.empreinte(self.lecture).encode()
        ):
            return Entree(jetons.LIEN_DE_LECTURE, empreinte, Droit.LECTURE)
        return None

    def presenter(self, jeton: str) -> Entree | None:
        """Returns what a shown token gives. Raises TooManyRequests for a wrong token from a caller who has
        shown too many. A right token opens all the same: nobody finds 128 bits by trying, and a caller behind
        the same relay, or one who wants to shut everybody out, may send any number of wrong tokens."""
        trouvee = self.entree(jetons.empreinte(jeton))
        if trouvee is None:
            self._refuser()
        return trouvee

    def utiliser_code(self, code: str) -> Entree | None:
        """Returns what the code of a link gives, once: the right of the server's own token. Raises as
        `presenter`."""
        if not jetons.utiliser_code(self._magasin, code):
            self._refuser()
            return None
        return next((e for e in self._donnees if e.droit is Droit.TOUT), None)

    def qui(self, requete: Request) -> Entree | None:
        """Finds the sender of this request: by its header, its cookie, or because the machine is ours. Raises
        as `presenter`."""
        en_tete = requete.headers.get("Authorization", "")
        if en_tete:
            genre, _, jeton = en_tete.partition(" ")
            return self.presenter(jeton.strip()) if genre.lower() == "bearer" else None
        empreinte, fin = session.get("jeton"), session.get("fin")
        du_jour = isinstance(fin, float) and time.time() < fin
        if du_jour and isinstance(empreinte, str) and (trouvee := self.entree(empreinte)):
            return trouvee
        return _OUVERT if self.ouvert else None

    def _refuser(self) -> None:
        pair = request.remote_addr or ""
        attente = self._frein.attente(pair)
        if attente:
            raise TooManyRequests(f"Trop de jetons faux : revenez dans {attente} s.", retry_after=attente)
        self._frein.noter(pair)
        with suppress(StoreError):  # the answer is the same, whatever becomes of the figure
            self._magasin.jetons.compter_refus(datetime.now(UTC))
        ralenti = self._frein.attente(pair) > 0
        journal_technique("sne_sandbox.acces").warning(
            "wrong credentials", peer=pair, endpoint=request.endpoint, slowed=ralenti
        )


class Sessions(SecureCookieSessionInterface):
    """Flask's signed cookie: Secure over TLS, named after the port (browsers share cookies between ports)."""

    def get_cookie_name(self, app: Flask) -> str:
        """Its name."""
        return f"sne_sandbox_{request.environ.get('SERVER_PORT', '')}"

    def get_cookie_secure(self, app: Flask) -> bool:
        """True when the cookie travels over TLS only."""
        return request.is_secure or (acces_d_ici().publique or "").startswith("https:")

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Reads the cookie; returns None for SOAP, which pays for no cookie."""
        return None if request.path.startswith(OUVERTS) else super().open_session(app, request)


def installer(app: Flask, principale: Flask) -> None:
    """Give an application the services and the access of the main one, and its cookies."""
    acces = principale.extensions["acces"]
    app.extensions.update(sne=principale.extensions["sne"], acces=acces, principale=principale)
    app.secret_key = acces.cle
    app.session_interface = Sessions()
    app.config.update(
        SESSION_COOKIE_SAMESITE="Strict", SESSION_COOKIE_HTTPONLY=True, PERMANENT_SESSION_LIFETIME=_DUREE,
        SESSION_REFRESH_EACH_REQUEST=False,
    )  # fmt: skip


def trouver_base() -> None:
    """Finds the base that is shown (`g.base`), when the address names one. Raises BaseInconnue."""
    if request.view_args and "base" in request.view_args:
        g.base = current_app.extensions["sne"].magasin.bases.lire(request.view_args["base"])


def acces_d_ici() -> Acces:
    """The tokens of the application in charge."""
    donnes: Acces = current_app.extensions["acces"]
    return donnes


def qui_est_la() -> Entree | None:
    """Finds the sender of the request under way, once."""
    if "entree" not in g:
        g.entree = acces_d_ici().qui(request)
    trouvee: Entree | None = g.entree
    return trouvee


def est_encore_la() -> bool:
    """True when the sender of the request under way would still be let in: for answers that last."""
    entree = qui_est_la()
    return entree is not None and (not entree.empreinte or acces_d_ici().entree(entree.empreinte) is not None)


def ouvrir_session(entree: Entree) -> None:
    """From now on this browser is who showed that token, until it is revoked, or the day is over: whatever a
    page writes in the cookie meanwhile signs it anew, and does not lengthen it."""
    session.clear()
    session.permanent = True
    session["jeton"] = entree.empreinte
    session["fin"] = time.time() + _DUREE.total_seconds()


def adresse_d_ici() -> str:
    """The address of this server as who asks calls it, without its last slash."""
    return acces_d_ici().publique or request.host_url.rstrip("/")


def voit_en_clair() -> bool:
    """True when the caller may see NIRs in clear: a caller who may do everything, not one who has a base
    alone."""
    entree = qui_est_la()
    return entree is not None and entree.droit is Droit.TOUT


def joue_les_scenes() -> bool:
    """True when the caller may play scenes, and so read the trainer's notes: a caller who only reads may
    not."""
    entree = qui_est_la()
    return entree is not None and entree.droit is not Droit.LECTURE


def voit(base: str | None) -> bool:
    """True when the caller may see the content of a base; None: the content of no base, or of several."""
    entree = qui_est_la()
    return entree is not None and (entree.droit is not Droit.BASE or entree.base == base)


def exiger(base: str | None) -> None:
    """Raises Forbidden when who asks may not see what is of a base (`voit`)."""
    entree = qui_est_la()
    if entree is not None and not voit(base):
        raise Forbidden(PAS_A_LUI.format(entree.base))


def reserver(quoi: str) -> None:
    """Keep an answer whose NIRs are in clear for who may do everything. `quoi` begins the sentence
    that tells it (« Une sauvegarde »). Raises Forbidden."""
    if not voit_en_clair():
        raise Forbidden(f"{quoi} porte les NIR en clair : il faut un jeton de droit « tout ».")


def jeton_csrf() -> str:
    """The token that the forms of this browser carry."""
    return str(session.setdefault("csrf", secrets.token_urlsafe(24)))


def csrf_convient(recu: str) -> bool:
    """True when a form comes from a page that we gave this browser."""
    attendu = session.get("csrf")
    return isinstance(attendu, str) and hmac.compare_digest(recu.encode(), attendu.encode())
