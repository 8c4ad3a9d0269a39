"""What the judges say of the traffic of a bench."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from banc import Banc, espacer

from sne_conformite.bilan.trafic_juge import parcourir
from sne_conformite.juges import Suite, juger
from sne_conformite.juges.juge import Ordre
from sne_conformite.observation.observation import Observation
from sne_conformite.rapports.rapport import Constat

Juger = Callable[..., list[Constat]]


@pytest.fixture
def constats() -> Juger:
    """`constats(banc)`: everything said of its traffic, exchange by exchange, then of the sequence; `ecart`
    between two of them, as they came by default; `commandes`: the exchanges before which one was told."""

    def dire(
        banc: Banc,
        *,
        pilote: bool = False,
        ecart: timedelta | None = None,
        commandes: Sequence[int] = (),
        acceleration: float = 1.0,
    ) -> list[Constat]:
        contrat = banc.services.contrat
        ordres = [Ordre(rang - 1) for rang in commandes]
        echanges = parcourir(banc.services.magasin.journal, banc.nom)
        vues = [Observation(e, contrat) for e in (echanges if ecart is None else espacer(echanges, ecart))]
        seuls = [constat for vue in vues for constat in juger(vue, pilote=pilote)]
        dits = seuls + Suite(pilote=pilote, acceleration=acceleration, commandes=ordres).juger(vues)
        # « Attendu : rien » beside what was seen would mislead.
        assert [c for c in dits if c.observe and not c.attendu] == []
        return dits

    return dire


@pytest.fixture
def rompues(constats: Juger) -> Callable[..., set[tuple[str, str]]]:
    """`rompues(banc)`: (requirement, slug) of what broke."""
    return lambda banc, **choix: {(c.exigence, c.sorte) for c in constats(banc, **choix) if not c.tenue}


@pytest.fixture
def tenues(constats: Juger) -> Callable[..., set[str]]:
    """`tenues(banc)`: requirements seen held."""
    return lambda banc, **choix: {c.exigence for c in constats(banc, **choix) if c.tenue}
