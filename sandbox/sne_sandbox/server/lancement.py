"""From a configuration to a server at work: the application of each process, its journal, its minute.

A server is ready as soon as it is sure to serve: its sockets, its contract and its store are open, its base
is made, its certificates are read. It then imports the modules that answer (Twisted, Spyne, the
rules), which takes three times as long: the first request waits for them in the queue of its socket. With a
contract of the user's own, the imports come first, because the contract may hold an error.
"""

import select
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sne_interface import systeme
from sne_interface.contract.contrats import Contrats
from sne_interface.domain.base import BASE_PAR_DEFAUT
from sne_interface.errors import MagasinIndisponible, UsageError
from sne_sandbox.journal_technique import journal_technique
from sne_sandbox.server.listeners import AdressesServies, Ecoute, Prises, ouvrir_prises
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.web.configuration_et_services import VERSION, Configuration, ouvrir

if TYPE_CHECKING:
    from sne_sandbox.canal_asynchrone import CanalAsynchrone
    from sne_sandbox.server.refus_http import RefusServeur
    from sne_sandbox.server.service_wsgi import ApplicationWsgi
    from sne_sandbox.server.workers import Taches


@dataclass(frozen=True, slots=True)
class Lancement:
    """The thing that a process serves. Picklable. `base_des_refus` is the base whose journal tells the
    refusals before any base could be named: handshakes, requests without a path."""

    configuration: Configuration
    ecoute: Ecoute
    base_des_refus: str = BASE_PAR_DEFAUT
    #: Seconds that the imports wait for a first call: a trial may be over before anybody calls.
    attente: float = 0.0

    def ouvrir(self) -> tuple[Contrats, Magasin]:
        """The contracts and the store of its configuration."""
        return ouvrir(self.configuration)

    def taches(self, ouverts: tuple[Contrats, Magasin] | None = None) -> "Taches":
        """The application of this process, and where its refusals go."""
        from sne_sandbox.server.workers import Taches
        from sne_sandbox.web.parties_au_besoin import Aiguillage
        from sne_sandbox.web.sante import Sante

        application = Aiguillage(self.configuration, ouverts)
        magasin = application.services.magasin
        magasin.servir()
        magasin.saluer(VERSION, application.services.contrats.empreinte)
        return Taches(
            application=application,
            refus=partial(noter_le_refus, magasin, self.base_des_refus),
            periodique=partial(_minute, magasin, application.services.boites),
            lecteur=self.lecteur,
            etat=Sante(magasin),
            fin=magasin.quitter,
        )

    def lecteur(self) -> "ApplicationWsgi":
        """The application that heavy reads are asked, in a process of its own."""
        return self.taches().application


def lancer(lancement: Lancement, processus: int, pret: Callable[[AdressesServies], None]) -> None:
    """Serve until SIGTERM or SIGINT. Raises OperatorError (port taken, store or contract unreadable)."""
    if processus > 1 and not systeme.PLUSIEURS_PROCESSUS:
        raise UsageError(
            f"{processus} processus sont demandés, et ce système n'en sert qu'un.",
            remede="--workers 1, ou un conteneur ou WSL (docs/reference/systemes.md)",
        )
    if processus > 1:
        from sne_sandbox.pki.authority import Autorite
        from sne_sandbox.server.workers import servir_a_plusieurs

        autorite = Autorite(lancement.configuration.home / "pki")
        servir_a_plusieurs(processus, lancement.ecoute, lancement.taches, autorite, pret=pret)
        return
    prises = ouvrir_prises(lancement.ecoute)
    try:
        ouverts = lancement.ouvrir()
        taches = None
        if lancement.configuration.contracts is not None:
            taches = lancement.taches(ouverts)
        with _fin_demandee(prises) as demande:
            pret(prises.adresses(lancement.ecoute.host))
            select.select(list(prises.values()), [], [], lancement.attente)
            taches = taches or lancement.taches(ouverts)
            servir(lancement, taches, prises, pret=lambda adresses: demande.relayer())
    finally:
        prises.fermer()


def servir(
    lancement: Lancement,
    taches: "Taches",
    prises: Prises,
    *,
    pret: Callable[[AdressesServies], None],
    arret: threading.Event | None = None,
) -> None:
    """Serves; `pret` is called once it is answered."""
    from sne_sandbox.pki.authority import Autorite
    from sne_sandbox.server import processus_serveur

    autorite = Autorite(lancement.configuration.home / "pki")
    processus_serveur.servir(lancement.ecoute, taches, autorite, sockets=prises, pret=pret, arret=arret)
    taches.fin()


class _Fin:
    """A signal that tells to end, before the server hears it: it ends at once, unless somebody has called,
    who is answered first."""

    def __init__(self, prises: Prises) -> None:
        self._prises = prises
        self._recu: int | None = None
        self._sortie = SystemExit(0)

    def recevoir(self, numero: int, trame: object) -> None:
        """Raises SystemExit when nobody waits. A module being imported may swallow it: the signal is then
        told again. It may also make another error of it (`a_cause`)."""
        deja, self._recu = self._recu, numero
        appels, _, _ = select.select(list(self._prises.values()), [], [], 0)
        if not appels or deja is not None:
            raise self._sortie

    def a_cause(self, erreur: BaseException | None) -> bool:
        """True when an error comes from this exit: until Python 3.12 an error raised in `__set_name__` is
        wrapped."""
        while erreur is not None and erreur is not self._sortie:
            erreur = erreur.__cause__
        return erreur is not None

    def relayer(self) -> None:
        """Tells the server, which hears signals by now."""
        if self._recu is not None:
            signal.raise_signal(self._recu)


@contextmanager
def _fin_demandee(prises: Prises) -> Iterator[_Fin]:
    fin = _Fin(prises)
    if threading.current_thread() is not threading.main_thread():
        yield fin
        return
    anciens = {numero: signal.signal(numero, fin.recevoir) for numero in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield fin
    except Exception as erreur:
        if fin.a_cause(erreur):
            sys.exit(0)
        raise
    finally:
        for numero, ancien in anciens.items():
            signal.signal(numero, ancien)


def _minute(magasin: Magasin, boites: "CanalAsynchrone") -> None:
    from sne_sandbox.bases import travail_des_nuits

    with _sans_bruit("round of the minute"):
        travail_des_nuits.rattraper_toutes(magasin)
        boites.tournee()


@contextmanager
def _sans_bruit(quoi: str) -> Iterator[None]:
    """Gives up a task that no caller waits for when the database does not answer. Logs one line, or none when
    the failure was already told for all."""
    try:
        yield
    except MagasinIndisponible as erreur:
        if not erreur.connue:
            journal_technique("sne_sandbox.server").error(f"{quoi} left", cause=erreur.cause)


def noter_le_refus(magasin: Magasin, base: str, refus: "RefusServeur") -> None:
    """Journals what the listener refused, in the base that its path names, else in `base`."""
    from sne_sandbox.exchange import base_nommee, noter_refus

    with _sans_bruit("line of a refusal"):
        noter_refus(magasin, base_nommee(magasin, refus.chemin) or base, **asdict(refus))


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

    pareils = ("host", "client_cert", "threads", "message_max", "connexions_max", "octets_max", "debit_min")
    return Ecoute(
        https_port=port("https_port"),
        http_port=port("http_port"),
        preavis=options.get("delai_arret", 0),
        patience=options["patience"],
        **{nom: options[nom] for nom in pareils},
    )
