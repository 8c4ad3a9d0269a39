"""Judgement of what an application sent: one module per family of requirements, each a table of judges.

A judge looks at one exchange, or at their sequence, and yields `Constat`s: the requirement held, with the
place it was seen, or broken, with a French sentence. It yields nothing when nothing can be told. False alarms
are the worst fault: a document that the rules refuse is no broken requirement, a vendor tries refusals too.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sne_conformite.juges import juges_contrat as ctr
from sne_conformite.juges import (
    juges_emballage,
    juges_noms,
    juges_refus,
    juges_releves,
    juges_suites_d_envois,
    juges_vie,
)
from sne_conformite.juges.juge import (
    CONSTATS,
    Juge,
    JugeDeSuite,
    Ordre,
    demi_preuve,
    est_creation,
    lieu_de,
    recouper,
    refus_essaye,
)
from sne_conformite.observation.accidents_de_la_suite import Isolement
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import Accident, Constat
from sne_interface.domain.echange import REMISE, VerdictEchange
from sne_interface.domain.element_recu import Element

_DU_FICHIER: Final = (*juges_noms.JUGES, *ctr.JUGES, *juges_vie.JUGES)
#: Judges of one exchange, in the order of the requirements.
JUGES: Final = (*juges_emballage.JUGES, *_DU_FICHIER)

#: What no message may say, nor lack, at a place: that it is not what was entered there is the same finding.
_DU_LIEU: Final = tuple(juge for juge in JUGES if juge.exigence in CONSTATS["lieux"])

#: Judges of the sequence of exchanges.
SUITES: Final = (
    juges_suites_d_envois.NumerosConserves,
    juges_suites_d_envois.NomsUniques,
    juges_suites_d_envois.Creations,
    juges_suites_d_envois.Ajouts,
    juges_suites_d_envois.EcrituresRepetees,
    juges_suites_d_envois.Reessais,
    juges_suites_d_envois.FormulairesEntiers,
    juges_refus.RefusRenvoyes,
    juges_releves.Curseurs,
    juges_releves.Decisions,
    juges_releves.PoigneesDeMain,
)

#: Requirements that only the driven mode can judge, and why.
PILOTEES: Final = {
    exigence: raison for raison, exigences in CONSTATS["pilotees"].items() for exigence in exigences
}

#: Clocks of two requests that crossed may differ by so much without any going back.
_RECUL: Final = timedelta(minutes=1)


def juger(observation: Observation, *, pilote: bool = False) -> list[Constat]:
    """Returns the findings of one exchange on the requirements. `pilote`: the application was driven, and a
    refused message is no test of its own (see `refus_essaye`). A judge that fails is an accident of the
    exchange."""
    constats: list[Constat] = []
    for juge in _juges(observation):
        with observation.isoler("juger", juge.exigence):
            constats.extend(juge.constats(observation))
    if not pilote:
        constats = [c for c in constats if not demi_preuve(c) and not refus_essaye(c, observation)]
    return recouper(constats, observation)


def lieux_refuses(observation: Observation, element: Element) -> dict[str, str]:
    """Places under an element of the document that a requirement refuses (`_DU_LIEU`), each with that one."""
    sous, lieux = f"{element.chemin}/", {}
    for juge in _DU_LIEU:
        with observation.isoler("juger", juge.exigence):
            for constat in juge.constats(observation):
                if constat.rompue and constat.chemin.startswith(sous):
                    lieux[lieu_de(constat).removeprefix(sous)] = constat.exigence
    return lieux


def _juges(observation: Observation) -> tuple[Juge, ...]:
    """Returns the judges that have anything to say of an exchange."""
    if observation.asynchrone and not observation.de_la_console:
        return _DU_FICHIER
    if not observation.soap or observation.de_la_console:
        return ()
    if observation.echange.verdict is not VerdictEchange.REFUS:
        return JUGES
    # Meant for another base, when it is no address of this one.
    juges = ("EMB-13",) if observation.echange.statut == 404 else ("EMB-01", "EMB-13")
    return tuple(juge for juge in juges_emballage.JUGES if juge.exigence in juges)


class Suite:
    """The judges of sequences at work on a stream of exchanges, each read once. A base whose state was put
    back begins another sequence: its journal says so; a journal that was restored from a file shows it by a
    number delivered twice, or by a clock that goes back.

    `pilote`, `acceleration`: see `JugeDeSuite`; `commandes`: those that the application was told, in order. A
    failure at the end goes into `accidents`, a failure of one exchange into that exchange's own."""

    def __init__(
        self, *, pilote: bool = False, acceleration: float = 1.0, commandes: Sequence[Ordre] = ()
    ) -> None:
        self.accidents: list[Accident] = []
        self._commandes = deque(commandes)
        self._rangs: set[str] = set()
        self._dernier: datetime | None = None
        self._pilotage: Any = {"pilote": pilote, "acceleration": acceleration}
        self._juges = [juge(**self._pilotage) for juge in SUITES]

    def voir(self, observation: Observation) -> list[Constat]:
        """Returns the findings that one more exchange adds."""
        constats: list[Constat] = []
        if observation.de_la_console:
            return constats
        with observation.isoler("le suivre dans le temps"):
            if self._recommence(observation):
                constats += self._finir([juge for juge in self._juges if juge.de_l_etat])
                neufs = [juge(**self._pilotage) for juge in SUITES if juge.de_l_etat]
                self._juges = [*neufs, *(juge for juge in self._juges if not juge.de_l_etat)]
        while self._commandes and (observation.identifiant or 0) > self._commandes[0].depuis:
            ordre = self._commandes.popleft()
            for juge in self._juges:
                juge.commander(ordre)
        for juge in self._juges:
            with observation.isoler("juger", *juge.exigences):
                constats.extend(juge.voir(observation))
        return constats

    def finir(self) -> list[Constat]:
        """Returns the findings that only the end of the sequence shows."""
        return self._finir(self._juges)

    def juger(self, observations: Iterable[Observation]) -> list[Constat]:
        """Judges a whole sequence, oldest first."""
        return [*(constat for vue in observations for constat in self.voir(vue)), *self.finir()]

    def _finir(self, juges: Iterable[JugeDeSuite]) -> list[Constat]:
        constats: list[Constat] = []
        for juge in juges:
            with Isolement(self.accidents, "juger la suite des échanges :", *juge.exigences):
                constats.extend(juge.finir())
        return constats

    def _recommence(self, observation: Observation) -> bool:
        instant = observation.echange.instant_base
        recule = self._dernier is not None and instant is not None and instant < self._dernier - _RECUL
        self._dernier = instant or self._dernier
        numero = observation.numero_rendu if est_creation(observation) else None
        deja = numero is not None and numero[:-5] in self._rangs
        remise = observation.echange.methode == REMISE
        if deja or recule or remise:
            self._rangs.clear()
        if numero is not None:
            self._rangs.add(numero[:-5])
        return deja or recule or remise
