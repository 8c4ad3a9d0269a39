"""From a configuration to a server at work: the application of each process, its journal, its minute."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from sne_sandbox.asynchrone import CanalAsynchrone
from sne_sandbox.domain.base import BASE_PAR_DEFAUT
from sne_sandbox.domain.echange import TLS, methode_recue
from sne_sandbox.errors import UsageError
from sne_sandbox.exchange import base_nommee, noter_refus
from sne_sandbox.operations import lifecycle
from sne_sandbox.pki.authority import Autorite
from sne_sandbox.server.listeners import AdressesServies, Ecoute
from sne_sandbox.server.run import RefusHttp, RefusTls, servir
from sne_sandbox.server.workers import Taches, servir_a_plusieurs
from sne_sandbox.store.session import Magasin
from sne_sandbox.web.app import creer_application
from sne_sandbox.web.partage import Configuration


class Lancable(Protocol):
    """What `lancer` serves. Picklable."""

    @property
    def ecoute(self) -> Ecoute:
        """How to listen."""

    @property
    def autorite(self) -> Autorite:
        """The certificates of the listeners."""

    def taches(self) -> Taches:
        """What each process serves, built inside of it."""


@dataclass(frozen=True, slots=True)
class Lancement:
    """What a process serves. Picklable. `base_des_refus` is the base whose journal tells what was refused
    before any base could be named: handshakes, requests without a path."""

    configuration: Configuration
    ecoute: Ecoute
    autorite: Autorite
    base_des_refus: str = BASE_PAR_DEFAUT

    def taches(self) -> Taches:
        """The application of this process, and where its refusals go."""
        application = creer_application(self.configuration)
        magasin: Magasin = application.extensions["sne"].magasin
        return Taches(
            application=application.wsgi_app,
            refus_tls=partial(noter_refus_tls, magasin, self.base_des_refus),
            refus_http=partial(noter_refus_http, magasin, self.base_des_refus),
            periodique=partial(_minute, magasin, application.extensions["sne"].boites),
        )


def lancer(lancement: Lancable, processus: int, pret: Callable[[AdressesServies], None]) -> None:
    """Serve until SIGTERM or SIGINT. Raises OperatorError (port taken, store or contract unreadable)."""
    if processus > 1:
        gc.enable()
        servir_a_plusieurs(processus, lancement.ecoute, lancement.taches, lancement.autorite, pret=pret)
        return
    taches = lancement.taches()
    servir(
        lancement.ecoute,
        taches.application,
        lancement.autorite,
        pret=pret,
        refus_tls=taches.refus_tls,
        refus_http=taches.refus_http,
        periodique=taches.periodique,
    )


def _minute(magasin: Magasin, boites: CanalAsynchrone) -> None:
    lifecycle.rattraper_toutes(magasin)
    boites.tournee()


def noter_refus_tls(magasin: Magasin, base: str, refus: RefusTls) -> None:
    """Journals a handshake that failed, in `base`."""
    noter_refus(
        magasin,
        base,
        methode=TLS,
        chemin="",
        pair=refus.pair,
        statut=0,
        raison=refus.raison,
        detail=refus.detail,
    )


def noter_refus_http(magasin: Magasin, base: str, refus: RefusHttp) -> None:
    """Journals a request that the listener refused, in the base that its path names, else in `base`."""
    base = base_nommee(magasin, refus.chemin) or base
    noter_refus(
        magasin,
        base,
        methode=methode_recue(refus.methode),
        chemin=refus.chemin,
        pair=refus.pair,
        statut=refus.statut,
        raison=refus.raison,
    )


def ecoute_de(options: dict[str, Any]) -> Ecoute:
    """How to listen, from the options of `serve`; port -1 opens no listener. Raises UsageError when none is
    left."""
    if options["https_port"] < 0 and options["http_port"] < 0:
        raise UsageError(
            "Ni HTTPS ni HTTP : il n'y aurait rien à servir.",
            remede="laissez l'un des deux ports, --https-port ou --http-port",
        )

    def port(nom: str) -> int | None:
        return options[nom] if options[nom] >= 0 else None

    return Ecoute(
        host=options["host"],
        https_port=port("https_port"),
        http_port=port("http_port"),
        client_cert=options["client_cert"],
        threads=options["threads"],
        message_max=options["message_max"],
    )
