"""SOAP calls to an address where no service is: in the journal, whole, and answered by a fault that says
where the services are. The address of the server, given for that of a service, is the commonest of all."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Request, Response, current_app, request

from sne_sandbox.domain.base import BASE_PAR_DEFAUT
from sne_sandbox.domain.journal import Echange, VerdictEchange
from sne_sandbox.errors import AdresseInconnue, SandboxError, VersionSoapRefusee
from sne_sandbox.soap.envelope import SOAP11
from sne_sandbox.soap.types_http import RequeteHttp
from sne_sandbox.web.services import CERTIFICAT, DEMANDE, ECOUTE, en_tetes_recus, fault, nommer, origine

if TYPE_CHECKING:
    from sne_sandbox.store.session import Magasin
    from sne_sandbox.web.app import Services

#: Media types of a SOAP call, of any version.
_SOAP: Final = ("application/soap+xml", "multipart/related", "text/xml", "application/xop+xml")
_ICI: Final = "les services sont sous /services/… : ajoutez-le à l'adresse du serveur"


def installer(app: Flask) -> None:
    """Look at every answer of the application that holds the services."""
    app.after_request(_repondre)


def est_un_appel(environ: Mapping[str, Any]) -> bool:
    """Whether a request (WSGI) is a SOAP call by its method and media type."""
    genre = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    return environ.get("REQUEST_METHOD") == "POST" and genre in _SOAP


def est_egaree(requete: Request) -> bool:
    """Whether it is a SOAP call that the application in charge has no rule for."""
    return requete.url_rule is None and est_un_appel(requete.environ)


def _repondre(reponse: Response) -> Response:
    if reponse.status_code != 404 or not est_egaree(request):
        return reponse
    debut = time.perf_counter()
    services: Services = current_app.extensions["sne"]
    base = base_nommee(services.magasin, request.path)
    requete = RequeteHttp(
        "POST", request.full_path.rstrip("?"), en_tetes_recus(), request.get_data(cache=False)
    )
    message = f"Aucun service n'est à {request.path} : ils sont à {' '.join(_adresses(services, base))}"
    echange = Echange(
        base=base or BASE_PAR_DEFAUT,
        recu_le=datetime.now(UTC),
        methode="POST",
        chemin=requete.chemin,
        statut=404,
        verdict=VerdictEchange.REFUS,
        pair=request.remote_addr or "",
        en_tetes=requete.en_tetes,
        requete=requete.corps,
        fault={"code": "404", "message": message, "explication": _ICI},
        ecoute=request.environ.get(ECOUTE, ""),
        certificat=request.environ.get(CERTIFICAT) is not None if request.environ.get(DEMANDE) else None,
    )
    famille = VersionSoapRefusee if SOAP11.encode() in requete.corps else AdresseInconnue
    content_type, echange.reponse = fault(services, requete, famille(message))
    sortie = Response(echange.reponse, 404, content_type=content_type)
    echange.en_tetes_reponse = [("Content-Type", content_type)]
    echange.duree_us = int((time.perf_counter() - debut) * 1_000_000)
    try:
        with services.magasin.transaction(ecriture=True, verrou=echange.base) as connexion:
            services.magasin.journal.consigner(connexion, echange)
    except Exception:
        current_app.logger.exception("journal line lost")  # the answer is the same without it
    else:
        nommer(sortie, echange)
    return sortie


def _adresses(services: "Services", base: str | None) -> list[str]:
    """The addresses of the services, of the base that the path names."""
    debut = origine() + (f"/bases/{base}" if base else "")
    return [
        debut + chemin.rstrip("/") + "/"
        for service in services.contrat.services.values()
        for chemin in service.chemins
        if chemin.startswith("/services/")
    ]


def base_nommee(magasin: "Magasin", chemin: str) -> str | None:
    """The base that a path names, when it exists."""
    nom = chemin.partition("/bases/")[2].partition("/")[0]
    try:
        return magasin.bases.lire(nom).nom if nom else None
    except SandboxError:
        return None
