"""`/metrics`, for Prometheus: read off the journal, so that every worker answers the same; but for where the
process that answers stands.

The journal forgets its oldest exchanges: what is counted of those it keeps are gauges, not counters. Only
`sne_exchanges_total` never goes down.
"""

import os
from collections.abc import Iterator, Sequence
from typing import Final

from flask import Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sne_interface.domain.echange import ETAT, EtatDuServeur
from sne_interface.resources import table
from sne_sandbox.store.journal import BORNES_US
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.web.configuration_et_services import services

_MICRO: Final = 1e-6
_PAR_OPERATION: Final = ("base", "operation", "verdict")


def _familles(
    source: str, etiquettes: Sequence[str]
) -> Iterator[tuple[CounterMetricFamily | GaugeMetricFamily, str]]:
    """The families of figures of a source (`metriques.csv`), empty, each with where it is read there."""
    for ligne in table(__file__):
        if ligne["source"] == source:
            famille = CounterMetricFamily if ligne["genre"] == "compteur" else GaugeMetricFamily
            yield famille(ligne["nom"], ligne["dit"], labels=etiquettes), ligne["champ"]


class Journaux(Collector):
    """The journals of a store, at each look."""

    def __init__(self, magasin: Magasin) -> None:
        self._magasin = magasin

    def collect(self) -> Iterator[Metric]:
        """The families of figures, read off the store at this moment."""
        tenues, mesurees = list(self._magasin.journal.tenues()), list(self._magasin.journal.mesures())
        for famille, champ in _familles("base", ("base",)):
            for tenue in tenues:
                famille.add_metric((tenue.base,), getattr(tenue, champ))
            yield famille
        for famille, _ in _familles("jetons", ()):
            famille.add_metric((), self._magasin.jetons.refus()[0])
            yield famille
        for famille, champ in _familles("operation", _PAR_OPERATION):
            for m in mesurees:
                unite = _MICRO if champ == "duree_us" else 1
                famille.add_metric((m.base, m.operation, m.verdict), getattr(m, champ) * unite)
            yield famille
        for famille, _ in _familles("bornes", (*_PAR_OPERATION, "le")):
            for m in mesurees:
                for borne, compte in zip(BORNES_US, m.sous, strict=True):
                    famille.add_metric((m.base, m.operation, m.verdict, f"{borne * _MICRO:g}"), compte)
            yield famille


class Processus(Collector):
    """Where the process that answers stands: each says its own."""

    def __init__(self, etat: EtatDuServeur) -> None:
        self._etat = etat

    def collect(self) -> Iterator[Metric]:
        """The families of figures, at this moment."""
        for famille, champ in _familles("processus", ("process",)):
            famille.add_metric((str(os.getpid()),), getattr(self._etat, champ))
            yield famille


def page() -> Response:
    """GET /metrics: the figures in the text format of Prometheus."""
    registre = CollectorRegistry(auto_describe=False)
    registre.register(Journaux(services().magasin))
    etat = request.environ.get(ETAT)
    if etat is not None:
        registre.register(Processus(etat))
    return Response(generate_latest(registre), content_type=CONTENT_TYPE_LATEST)
