"""The SOAP endpoints: an exchange is opened in the journal, and always closed, refusals included."""

import gzip
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from zlib import crc32

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import NotFound
from werkzeug.routing import Rule

from sne_sandbox.domain.base import BASE_PAR_DEFAUT
from sne_sandbox.domain.exchange import Appel, Constats, Reponse
from sne_sandbox.domain.hote import est_boucle_locale
from sne_sandbox.domain.journal import (
    Echange,
    VerdictEchange,
    du_dehors,
    methode_recue,
    sans_secrets,
    trace_de,
)
from sne_sandbox.errors import BaseInconnue, ErreurInterne, ExchangeError, HttpRefus, OperationRefusee
from sne_sandbox.mime.message import Packaging
from sne_sandbox.mime.pack import boundary
from sne_sandbox.pipeline import Travail
from sne_sandbox.soap import faults, wsdl
from sne_sandbox.soap.identity import identite as identite_de
from sne_sandbox.soap.packing import emballer
from sne_sandbox.soap.types_http import ReponseHttp, RequeteHttp
from sne_sandbox.store.connexion import Connexion
from sne_sandbox.web.pannes import CLE, Pannes
from sne_sandbox.web.provenance import d_un_autre_site

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger as BoundLogger

    from sne_sandbox.web.app import Services

#: Key of the WSGI environment where the server puts the client certificate (DER); no header can forge it.
CERTIFICAT: Final = "sne.certificat_client"
#: Beside it: the listener, and whether it asks its clients for a certificate.
ECOUTE: Final = "sne.ecoute"
DEMANDE: Final = "sne.certificat_demande"
#: There when the console sends: only then are its own headers kept.
DE_LA_CONSOLE: Final = "sne.console"


_ADMISES: Final = "GET, POST"
_PANNE: Final = "Le bac à sable a rencontré une erreur interne ; rien n'a été enregistré."


def _log() -> "BoundLogger":
    # Imported for the first bug: it brings half a dozen libraries of colours.
    import structlog

    journal: BoundLogger = structlog.get_logger("sne_sandbox.web")
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
            _ouvrir(app, chemin, f"{service.nom}:{chemin}", service.nom)
            if chemin.startswith("/services/"):
                _ouvrir(app, f"/bases/<base>{chemin}", f"base:{service.nom}", service.nom)


def _ouvrir(app: Flask, chemin: str, endpoint: str, service: str) -> None:
    # Not `add_url_rule`, which names the methods: whatever else comes is to be refused with a line.
    app.url_map.add(Rule(chemin, endpoint=endpoint))
    app.view_functions[endpoint] = _vue(service)


def _vue(service: str) -> Callable[..., Response]:
    def vue(base: str = BASE_PAR_DEFAUT) -> Response:
        match request.method:
            case "GET" | "HEAD":
                return _decrire(service, base)
            case "OPTIONS":
                return Response(status=204, headers={"Allow": _ADMISES})
        return _echanger(service, base)

    return vue


def _decrire(service: str, base: str) -> Response:
    """`?wsdl`, and the schemas it imports by `?xsd=…`."""
    services: Services = current_app.extensions["sne"]
    services.magasin.bases.lire(base)
    requete = RequeteHttp("GET", request.full_path, list(request.headers), b"")
    reponse = wsdl.servir(services.contrat, service, requete, origine=_origine_annoncee(services))
    if reponse is None:
        raise NotFound("Ajoutez ?wsdl à cette adresse pour lire le contrat ; SOAP s'appelle par POST.")
    return Response(reponse.corps, reponse.statut, reponse.en_tetes)


def _echanger(service: str, base: str) -> Response:
    services: Services = current_app.extensions["sne"]
    debut = time.perf_counter()
    requete = RequeteHttp(
        request.method, request.full_path.rstrip("?"), en_tetes_recus(), request.get_data(cache=False)
    )
    echange = Echange(
        base=base,
        recu_le=datetime.now(UTC),
        methode=methode_recue(requete.methode),
        chemin=requete.chemin,
        pair=request.remote_addr or "",
        en_tetes=requete.en_tetes,
        requete=requete.corps,
        service=service,
        ecoute=request.environ.get(ECOUTE, ""),
        certificat=request.environ.get(CERTIFICAT) is not None if request.environ.get(DEMANDE) else None,
    )
    with services.magasin.tour():
        reponse = repondre(services, requete, service, base, echange, debut)
    sortie = Response(reponse.corps, reponse.statut, reponse.en_tetes)
    if reponse.panne is not None:
        request.environ[CLE] = reponse.panne
    if services.configuration.compression and request.accept_encodings.quality("gzip") > 0:
        sortie.set_data(gzip.compress(reponse.corps, 1))
        sortie.headers["Content-Encoding"] = "gzip"
    nommer(sortie, echange)
    return sortie


def en_tetes_recus() -> list[tuple[str, str]]:
    """The headers of the request, without secrets; those of the console, of the console only."""
    en_tetes = sans_secrets(list(request.headers))
    return en_tetes if DE_LA_CONSOLE in request.environ else du_dehors(en_tetes)


def nommer(sortie: Response, echange: Echange) -> None:
    """Gives an answer the address of its exchange, if it has a line: header SNE-Echange."""
    if echange.identifiant is not None:
        sortie.headers["SNE-Echange"] = (
            f"{origine()}/api/v1/bases/{echange.base}/exchanges/{echange.identifiant}"
        )


def origine() -> str:
    """Scheme and authority of this server."""
    return f"{request.scheme}://{_adresse_locale()}"


def _origine_annoncee(services: "Services") -> str:
    """The same, as the caller wrote it when it is a name of this server: a port may be mapped on the way. Any
    other name is that of the national server, and a stub made of such a WSDL would call it."""
    nom = urlsplit(f"//{request.host}").hostname or ""
    connu = est_boucle_locale(nom) or nom in (*services.configuration.noms, socket.gethostname())
    return f"{request.scheme}://{request.host}" if connu else origine()


def _adresse_locale() -> str:
    # The Host header of a real client names the national server: the socket's own address is the one to show.
    hote = request.environ.get("SERVER_NAME", "127.0.0.1")
    if ":" in hote and not hote.startswith("["):
        hote = f"[{hote}]"
    return f"{hote}:{request.environ.get('SERVER_PORT', '80')}"


def repondre(
    services: "Services", requete: RequeteHttp, service: str, base: str, echange: Echange, debut: float
) -> ReponseHttp:
    """The answer to a request, journalled in the transaction of what it changed, damaged by the panne that is
    armed for it. Never raises."""
    travail = Travail(services.magasin, base)
    pannes = Pannes(travail, echange)
    try:
        with travail:
            reponse = _traiter(services, requete, service, travail, pannes, echange)
            if pannes.jouee is not None:
                reponse = pannes.a_la_place(reponse)
            _clore(echange, reponse, debut)
            if pannes.jouee is None and echange.verdict in (VerdictEchange.FAULT, VerdictEchange.ERREUR):
                raise _Annule(reponse)
            if travail.ecrit and travail.registre is not None:
                return _consigner_dans(services, travail.registre.connexion, pannes, echange, reponse)
    except _Annule as annule:
        reponse = annule.reponse
    except BaseInconnue as erreur:
        echange.base = BASE_PAR_DEFAUT
        reponse = _refus(HttpRefus(404, erreur.diagnostics()), echange, debut)
    except HttpRefus as erreur:
        reponse = _refus(erreur, echange, debut)
    except Exception as erreur:  # noqa: BLE001 - the last net: the server lives on, the journal says why
        _log().exception("exchange failed", base=base, service=service)
        echange.identifiant = echange.panne = None
        content_type, corps = fault(services, requete, ErreurInterne(_PANNE))
        reponse = ReponseHttp(500, [("Content-Type", content_type)], corps)
        echange.verdict = VerdictEchange.ERREUR
        echange.fault = {"code": "Receiver", "message": _PANNE, "explication": repr(erreur)}
        echange.trace = trace_de(erreur)
        _clore(echange, reponse, debut)
    return _consigner(services, pannes, echange, reponse)


def _traiter(
    services: "Services",
    requete: RequeteHttp,
    service: str,
    travail: Travail,
    pannes: Pannes,
    echange: Echange,
) -> ReponseHttp:
    if requete.methode != "POST":
        raise HttpRefus(405, f"La méthode {requete.methode} n'est pas admise : SOAP s'appelle par POST.")
    registre = travail.lecture()
    base = registre.base
    pannes.armees = registre.pannes_armees
    echange.instant_base = base.horloge.maintenant(echange.recu_le)
    ailleurs = d_un_autre_site(request, local=services.configuration.jeton is None)
    if ailleurs:
        raise HttpRefus(
            403,
            f"Cet appel vient de la page d'un autre site ([{ailleurs}]) : rien n'a été lu. Une application "
            "n'envoie ni Origin ni Sec-Fetch-Site ; une page passe par la console (Composer).",
        )

    appelant = identite_de(request.environ.get(CERTIFICAT))

    def traiter(appel: Appel, constats: Constats) -> Reponse:
        if appelant.base is not None and appelant.base != base.nom:
            raise OperationRefusee(
                f"Le certificat présenté vaut pour la base [{appelant.base}], pas pour [{base.nom}].",
                explication=f"Émettez-en un : sne-sandbox pki issue --guichet {appelant.guichet} "
                f"--base {base.nom} --out DOSSIER ; ou appelez /bases/{appelant.base}/services/…",
            )
        if pannes.armees:
            pannes.avant(appel, constats)
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


def fault(services: "Services", requete: RequeteHttp, erreur: ExchangeError) -> tuple[str, bytes]:
    """Content-Type and body of a fault, packed as the question was."""
    espace = next(iter(services.contrat.operations.values())).espace
    annonce = requete.en_tete("Content-Type").lstrip().lower()
    packaging = Packaging.MTOM if annonce.startswith("multipart/") else Packaging.SIMPLE
    limite = boundary(Random(crc32(requete.corps)))
    return emballer(faults.enveloppe_fault(erreur, espace=espace), [], packaging, lambda: limite)


def _refus(erreur: HttpRefus, echange: Echange, debut: float) -> ReponseHttp:
    en_tetes = [("Content-Type", "text/plain; charset=utf-8")]
    if erreur.statut == 405:
        en_tetes.append(("Allow", _ADMISES))
    reponse = ReponseHttp(erreur.statut, en_tetes, f"{erreur}\n".encode())
    echange.verdict = VerdictEchange.REFUS
    echange.fault = {"code": str(erreur.statut), "message": str(erreur), "explication": ""}
    _clore(echange, reponse, debut)
    return reponse


def _clore(echange: Echange, reponse: ReponseHttp, debut: float) -> None:
    echange.statut = reponse.statut
    echange.reponse = reponse.corps
    echange.en_tetes_reponse = reponse.en_tetes
    echange.duree_us = int((time.perf_counter() - debut) * 1_000_000)


def _consigner(services: "Services", pannes: Pannes, echange: Echange, reponse: ReponseHttp) -> ReponseHttp:
    """Journals an exchange that has nothing to commit; the answer as it leaves."""
    try:
        with services.magasin.transaction(ecriture=True, verrou=echange.base) as connexion:
            return _consigner_dans(services, connexion, pannes, echange, reponse)
    except Exception:  # noqa: BLE001 - the database is out of reach, or refuses the row
        # The client has its answer already, and this line tells the operator.
        echange.identifiant = None
        _log().exception("journal line lost", base=echange.base, path=echange.chemin)
        return reponse


def _consigner_dans(
    services: "Services", connexion: Connexion, pannes: Pannes, echange: Echange, reponse: ReponseHttp
) -> ReponseHttp:
    if pannes.armees and pannes.jouee is None and echange.verdict is not VerdictEchange.ERREUR:
        reponse = pannes.apres(connexion, reponse)
    services.magasin.journal.consigner(connexion, echange)
    return reponse
