"""The SOAP endpoints: an exchange is opened in the journal, and always closed, refusals included."""

import gzip
import time
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Final
from zlib import crc32

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import NotFound

from sandbox.domain.base import BASE_PAR_DEFAUT
from sandbox.domain.exchange import Appel, Constats, Reponse
from sandbox.domain.journal import Echange, Verdict
from sandbox.errors import BaseInconnue, HttpRefus, OperationRefusee, SandboxError
from sandbox.mime.pack import boundary
from sandbox.pipeline import Travail, trace
from sandbox.soap import wsdl
from sandbox.soap.identity import identite as identite_de
from sandbox.soap.types_http import ReponseHttp, RequeteHttp

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger as BoundLogger

    from sandbox.web.app import Services

#: Key of the WSGI environment where the server puts the client certificate (DER); no header can forge it.
CERTIFICAT: Final = "sne.certificat_client"


_PANNE: Final = "Le bac à sable a rencontré une erreur interne ; rien n'a été enregistré."


def _log() -> "BoundLogger":
    # Imported for the first bug: it brings half a dozen libraries of colours.
    import structlog

    journal: BoundLogger = structlog.get_logger("sandbox.web")
    return journal


class _Annule(Exception):
    """The answer is a fault: what the exchange wrote is rolled back, the answer goes out all the same."""

    def __init__(self, reponse: ReponseHttp) -> None:
        super().__init__()
        self.reponse = reponse


def installer(app: Flask) -> None:
    """Add a route for each path of each service, for the default base and for named ones."""
    contrat = app.extensions["sne"].contrat
    for service in contrat.services.values():
        for chemin in service.chemins:
            chemin = chemin.rstrip("/") + "/"
            app.add_url_rule(chemin, f"{service.nom}:{chemin}", _vue(service.nom), methods=_METHODES)
            if chemin.startswith("/services/"):
                app.add_url_rule(
                    f"/bases/<base>{chemin}", f"base:{service.nom}", _vue(service.nom), methods=_METHODES
                )


_METHODES: Final = ("GET", "POST", "PUT", "DELETE", "PATCH")


def _vue(service: str) -> Callable[..., Response]:
    def vue(base: str = BASE_PAR_DEFAUT) -> Response:
        if request.method in ("GET", "HEAD"):
            return _decrire(service, base)
        return _echanger(service, base)

    return vue


def _decrire(service: str, base: str) -> Response:
    """`?wsdl`, and the schemas it imports by `?xsd=…`."""
    services: Services = current_app.extensions["sne"]
    services.magasin.bases.lire(base)
    requete = RequeteHttp("GET", request.full_path, list(request.headers), b"")
    reponse = wsdl.servir(services.contrat, service, requete, origine=f"{request.scheme}://{request.host}")
    if reponse is None:
        raise NotFound("Ajoutez ?wsdl à cette adresse pour lire le contrat ; SOAP s'appelle par POST.")
    return Response(reponse.corps, reponse.statut, reponse.en_tetes)


def _echanger(service: str, base: str) -> Response:
    services: Services = current_app.extensions["sne"]
    debut = time.perf_counter()
    requete = RequeteHttp(
        request.method, request.full_path.rstrip("?"), list(request.headers), request.get_data(cache=False)
    )
    echange = Echange(
        base=base,
        recu_le=datetime.now(UTC),
        methode=requete.methode,
        chemin=requete.chemin,
        pair=request.remote_addr or "",
        en_tetes=requete.en_tetes,
        requete=requete.corps,
        service=service,
    )
    reponse = repondre(services, requete, service, base, echange, debut)
    sortie = Response(reponse.corps, reponse.statut, reponse.en_tetes)
    if services.configuration.compression and request.accept_encodings.find("gzip") >= 0:
        sortie.set_data(gzip.compress(reponse.corps, 1))
        sortie.headers["Content-Encoding"] = "gzip"
    if echange.identifiant is not None:
        adresse = f"{request.scheme}://{_adresse_locale()}"
        sortie.headers["SNE-Echange"] = (
            f"{adresse}/api/v1/bases/{echange.base}/exchanges/{echange.identifiant}"
        )
    return sortie


def _adresse_locale() -> str:
    # The Host header of a real client names the national server: the socket's own address is the one to show.
    hote = request.environ.get("SERVER_NAME", "127.0.0.1")
    if ":" in hote and not hote.startswith("["):
        hote = f"[{hote}]"
    return f"{hote}:{request.environ.get('SERVER_PORT', '80')}"


def repondre(
    services: "Services", requete: RequeteHttp, service: str, base: str, echange: Echange, debut: float
) -> ReponseHttp:
    """The answer to a request, journalled in the transaction of what it changed. Never raises."""
    try:
        with Travail(services.magasin, base) as travail:
            reponse = _traiter(services, requete, service, travail, echange)
            _clore(echange, reponse, debut)
            if echange.verdict in (Verdict.FAULT, Verdict.ERREUR):
                raise _Annule(reponse)
            if travail.ecrit and travail.registre is not None:
                services.magasin.journal.consigner(travail.registre, echange)
                return reponse
    except _Annule as annule:
        reponse = annule.reponse
    except BaseInconnue as erreur:
        echange.base = BASE_PAR_DEFAUT
        reponse = _refus(HttpRefus(404, erreur.diagnostics()), echange, debut)
    except HttpRefus as erreur:
        reponse = _refus(erreur, echange, debut)
    except Exception as erreur:  # noqa: BLE001 - the last net: the server lives on, the journal says why
        _log().exception("exchange failed", base=base, service=service)
        echange.identifiant = None
        reponse = ReponseHttp(500, [("Content-Type", "text/plain; charset=utf-8")], _PANNE.encode())
        echange.verdict = Verdict.ERREUR
        echange.fault = {"code": "Receiver", "message": _PANNE, "explication": repr(erreur)}
        echange.trace = trace(erreur)
        _clore(echange, reponse, debut)
    _consigner(services, echange)
    return reponse


def _traiter(
    services: "Services", requete: RequeteHttp, service: str, travail: Travail, echange: Echange
) -> ReponseHttp:
    if requete.methode != "POST":
        raise HttpRefus(405, f"La méthode {requete.methode} n'est pas admise : SOAP s'appelle par POST.")
    base = travail.lecture().base
    echange.instant_base = base.horloge.maintenant(echange.recu_le)

    appelant = identite_de(request.environ.get(CERTIFICAT))

    def traiter(appel: Appel, constats: Constats) -> Reponse:
        if appelant.base is not None and appelant.base != base.nom:
            raise OperationRefusee(
                f"Le certificat présenté vaut pour la base [{appelant.base}], pas pour [{base.nom}].",
                explication=f"Émettez-en un : sne-sandbox pki issue --guichet {appelant.guichet} "
                f"--base {base.nom} --out DOSSIER ; ou appelez /bases/{appelant.base}/services/…",
            )
        return services.pipeline.traiter(appel, constats, travail)

    return services.soap.repondre(
        requete,
        base=base.nom,
        service=service,
        identite=appelant,
        echange=echange,
        traiter=traiter,
        emballage=base.reglages.emballage,
        boundary=lambda: boundary(Random(f"{base.seed}:{crc32(requete.corps)}")),  # same question, same limit
    )


def _refus(erreur: HttpRefus, echange: Echange, debut: float) -> ReponseHttp:
    en_tetes = [("Content-Type", "text/plain; charset=utf-8")]
    if erreur.statut == 405:
        en_tetes.append(("Allow", "GET, POST"))
    reponse = ReponseHttp(erreur.statut, en_tetes, f"{erreur}\n".encode())
    echange.verdict = Verdict.REFUS
    echange.fault = {"code": str(erreur.statut), "message": str(erreur), "explication": ""}
    _clore(echange, reponse, debut)
    return reponse


def _clore(echange: Echange, reponse: ReponseHttp, debut: float) -> None:
    echange.statut = reponse.statut
    echange.reponse = reponse.corps
    echange.en_tetes_reponse = reponse.en_tetes
    echange.duree_us = int((time.perf_counter() - debut) * 1_000_000)


def _consigner(services: "Services", echange: Echange) -> None:
    try:
        services.magasin.journal.consigner(None, echange)
    except SandboxError:
        # The database is out of reach: the client already has a fault, and this line says it to the operator.
        _log().exception("journal line lost", base=echange.base, path=echange.chemin)
