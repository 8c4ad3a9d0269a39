"""The plan, run against the reference application over HTTPS: one server, one application object a run.

The server is in a thread (real sockets, real TLS), and what the application waits before it tries again is
not waited for: messages arrive so much later instead, for the judges. `conform` itself, its processes and
its real waits are tried in `tests/integration/test_conform.py`.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final
from unittest import mock

from hypothesis import Phase
from hypothesis.strategies import SearchStrategy
from serveur_en_fil import servir_en_fil

from sne_conformite.pilotage import pilotage
from sne_conformite.pilotage.base_pilotee import BaseJugee
from sne_conformite.pilotage.couloirs import Renforts
from sne_conformite.pilotage.exemple_reduit import Essayer
from sne_conformite.pilotage.lien_application import Application, Message
from sne_conformite.plan import plan as plans
from sne_conformite.plan.exemples_tires import ExempleTire
from sne_conformite.plan.plan import Plan
from sne_conformite.protocole.protocole import Adresses
from sne_conformite.rapports.rapport import Fin, Rapport
from sne_conformite.rapports.verdict_de_conformite import retardes
from sne_interface.contract.contrats_charges import Contrat, charger
from sne_interface.domain.dates import PARIS
from sne_sandbox import exchange
from sne_sandbox.bases import pannes
from sne_sandbox.server.serveur_enfant import ServeurEnfant, servir_en_enfant
from sne_sandbox.store.magasin import Magasin
from sne_temoin.adaptateur import Adaptateur
from sne_temoin.temoin_assemble import Temoin

#: Noon of the day the specimens were written.
INSTANT: Final = datetime(2018, 3, 15, 12, tzinfo=PARIS)
#: Seconds after which the application gives an answer up: more than a busy machine takes.
DELAI: Final = 4.0
#: How many runs are made, at most, of which a busy machine keeps something from being judged.
_REPRISES: Final = 5
#: The base of the certificates that a server makes by itself.
_BASE: Final = "ecole"
#: Options of a server to run the plan against.
_SERVICE: Final = ("--clock", INSTANT.isoformat(), "--seed-base", "vide")


@dataclass(frozen=True)
class Epreuve:
    """A server and what it takes to run the plan against it."""

    enfant: ServeurEnfant
    base: BaseJugee
    """One for all runs: it knows which part it made a guichet play, and puts it back."""
    contrat: Contrat
    plan: Plan
    cote_a_cote: bool = False
    """Whether scenarios are played beside one another, on the clock of the trial, as `conform` does."""
    permis: Callable[[], AbstractContextManager[None]] = nullcontext
    """What lanes are waited for in."""
    dormir: Callable[[float], None] = time.sleep
    """How the reference application, and its defects, let time go by."""
    tirages: Callable[[], AbstractContextManager[None]] = nullcontext
    """In what the examples of a run are drawn: of other runs in the process, nothing is changed."""

    def passer(
        self, temoin: Callable[[], Temoin], seulement: Collection[str] = (), **options: int
    ) -> Rapport:
        """The report of a run of the reference application; the scenarios of `seulement`, all for none;
        `options` as for `piloter`."""

        def application() -> Adaptateur:
            fait = temoin()
            if self.dormir is not time.sleep:
                fait.liaison.dormir = self.dormir  # type: ignore[method-assign]
            return Adaptateur(fait)

        return self.piloter(application, seulement, **options)

    def piloter(
        self, application: Callable[[], Application], seulement: Collection[str] = (), **choix: int
    ) -> Rapport:
        """The report of a run of any application, which is closed at the end; of another run, as long as the
        machine was too busy for all to be judged."""
        for _ in range(_REPRISES):
            rapport = self.une_fois(application, seulement, **({"exemples": 2, "reduction": 0} | choix))
            if not retardes(rapport):
                break
        return rapport

    def une_fois(
        self, application: Callable[[], Application], seulement: Collection[str] = (), **options: int
    ) -> Rapport:
        """The report of one run of an application, which is closed at the end."""
        servies = Adresses.du_fichier_pret(self.enfant.pret, _BASE, home=self.enfant.home, delai_max_s=DELAI)
        acceleration = pilotage.ACCELERATION if self.cote_a_cote else 1.0
        reglages = pilotage.ReglagesPilotage(
            maintenant=INSTANT, seulement=seulement, acceleration=acceleration, **options
        )
        renforts = Renforts(application, self._adresses, self.permis) if self.cote_a_cote else None
        premiere = _Relancable(application)
        try:
            with self.tirages():
                *_, fin = pilotage.derouler(self.plan, premiere, self.base, servies, reglages, renforts)
        finally:
            premiere.fermer()
        assert isinstance(fin, Fin)
        return fin.rapport

    def _adresses(self, base: str) -> Adresses:
        emises = Adresses.emises(self.enfant.pret, base, self.enfant.home, self.enfant.home / "emises" / base)
        return replace(emises, delai_max_s=DELAI)


class _Relancable:
    """An application that starts when it is told something, and again when it was ended."""

    def __init__(self, lancer: Callable[[], Application]) -> None:
        self._lancer, self._lancees = lancer, list[Application]()

    def envoyer(self, message: Message) -> Message:
        self._lancees = self._lancees or [self._lancer()]
        return self._lancees[0].envoyer(message)

    def fermer(self) -> None:
        while self._lancees:
            self._lancees.pop().fermer()


class HeureTruquee:
    """Stands for `datetime` where the server dates what arrives: what the application waits only moves it."""

    def __init__(self) -> None:
        self._attendu = timedelta(0)

    def dormir(self, secondes: float) -> None:
        """Waited, as far as anyone can tell."""
        self._attendu += timedelta(seconds=secondes)

    def now(self, fuseau: tzinfo | None = None) -> datetime:
        """The instant, all waits told."""
        return datetime.now(fuseau) + self._attendu


def tirer_une_fois() -> Callable[[], AbstractContextManager[None]]:
    """Examples of a scenario are drawn once for all runs of one seed: no application changes them. They are
    shrunk as ever."""
    connus: dict[tuple[int, int], list[ExempleTire]] = {}

    def au_sort_une_fois(strategie: SearchStrategy[ExempleTire], graine: int) -> Essayer:
        au_sort = ordinaire(strategie, graine)

        def essayer(combien: int, un: Callable[[ExempleTire], None], phases: tuple[Phase, ...]) -> None:
            if phases != (Phase.generate,):
                au_sort(combien, un, phases)
                return
            if (graine, combien) not in connus:
                tires: list[ExempleTire] = []
                au_sort(combien, lambda exemple: tires.append(exemple), phases)
                connus[graine, combien] = tires
            for exemple in connus[graine, combien]:
                un(exemple)

        return essayer

    ordinaire = pilotage.au_sort
    return lambda: mock.patch.object(pilotage, "au_sort", au_sort_une_fois)


@contextmanager
def ouvrir() -> Iterator[Epreuve]:
    """A server in a thread, on a home that is thrown away."""
    heure = HeureTruquee()
    with (
        servir_en_fil(_SERVICE) as serveur,
        mock.patch.object(exchange, "datetime", heure),
        # The same for what is armed: whatever else this process tests compares the two.
        mock.patch.object(pannes, "datetime", heure),
        _epreuve(serveur) as ouverte,
    ):
        yield replace(ouverte, dormir=heure.dormir, tirages=tirer_une_fois())


@contextmanager
def ouvrir_a_part(*, cote_a_cote: bool = False) -> Iterator[Epreuve]:
    """A server in a process of its own, which can be stopped; everything is waited for."""
    with servir_en_enfant(_SERVICE) as enfant, _epreuve(enfant) as ouverte:
        yield replace(ouverte, cote_a_cote=cote_a_cote)


@contextmanager
def _epreuve(serveur: ServeurEnfant) -> Iterator[Epreuve]:
    with Magasin.ouvrir(None, serveur.home) as magasin:
        contrat = charger()
        yield Epreuve(serveur, BaseJugee(magasin, contrat, _BASE), contrat, plans.charger())
