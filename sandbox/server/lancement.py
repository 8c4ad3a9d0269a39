"""From a configuration to a server at work: the application of each process, its journal, its minute."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sandbox.domain.base import BASE_PAR_DEFAUT
from sandbox.domain.journal import Echange, Verdict
from sandbox.operations import lifecycle
from sandbox.operations.asynchrone import Canal
from sandbox.pipeline import Travail
from sandbox.pki.authority import Autorite
from sandbox.server.listeners import Adresses, Ecoute
from sandbox.server.run import RefusHttp, RefusTls, servir
from sandbox.server.workers import Taches, servir_a_plusieurs
from sandbox.store.session import Magasin
from sandbox.web.api.guichets import canal
from sandbox.web.app import Configuration, creer_application


@dataclass(frozen=True, slots=True)
class Lancement:
    """What a process serves. Picklable."""

    configuration: Configuration
    ecoute: Ecoute
    autorite: Autorite

    def taches(self) -> Taches:
        """The application of this process, and where its refusals go."""
        application = creer_application(self.configuration)
        magasin: Magasin = application.extensions["sne"].magasin
        return Taches(
            application=application.wsgi_app,
            refus_tls=partial(_refus_tls, magasin),
            refus_http=partial(_refus_http, magasin),
            periodique=partial(_minute, magasin, canal(application.extensions["sne"])),
        )


def lancer(lancement: Lancement, processus: int, pret: Callable[[Adresses], None]) -> None:
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


def _minute(magasin: Magasin, boites: Canal[Travail]) -> None:
    lifecycle.rattraper_toutes(magasin)
    boites.tournee()


def _refus_tls(magasin: Magasin, refus: RefusTls) -> None:
    _noter(magasin, "TLS", refus.pair, "", 0, refus.raison, refus.detail)


def _refus_http(magasin: Magasin, refus: RefusHttp) -> None:
    _noter(magasin, refus.methode, refus.pair, refus.chemin, refus.statut, refus.raison, "")


def _noter(magasin: Magasin, methode: str, pair: str, chemin: str, statut: int, *textes: str) -> None:
    message, detail = textes
    echange = Echange(
        base=BASE_PAR_DEFAUT,
        recu_le=datetime.now(UTC),
        methode=methode,
        chemin=chemin,
        pair=pair,
        statut=statut,
        verdict=Verdict.REFUS,
        fault={"code": methode, "message": message, "explication": detail},
    )
    magasin.journal.consigner(None, echange)


def ecoute_de(options: dict[str, Any]) -> Ecoute:
    """How to listen, from the options of `serve`; a negative port opens no listener."""

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
