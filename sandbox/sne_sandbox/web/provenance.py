"""Where a request comes from: an application, a page of ours, or a page of another site.

Browsers say it (`Origin`, `Sec-Fetch-Site`); applications send neither header.
"""

from typing import Final
from urllib.parse import urlsplit

from flask import Request

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
