"""`/metrics`, for Prometheus: read off the journal, so that every worker answers the same; but for where the
process that answers stands.

The journal forgets its oldest exchanges: what is counted of those it keeps are gauges, not counters. Only
`sne_exchanges_total` never goes down.
"""

import os
from collections.abc import Iterator
from typing import Final

from flask import Response, request
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from sne_interface.domain.echange import ETAT, EtatDuServeur
from sne_sandbox.store.journal import BORNES_US
from sne_sandbox.store.magasin import Magasin
from sne_sandbox.web.configuration import services

_MICRO: Final = 1e-6
#: Of each base: the family of figures, its name, what it says, where the journal holds it.
_PAR_BASE: Final = (
    (CounterMetricFamily, "sne_exchanges_total", "Échanges reçus depuis la création de la base.", "ecrits"),
    (GaugeMetricFamily, "sne_journal_exchanges", "Échanges gardés au journal.", "gardes"),
    (GaugeMetricFamily, "sne_journal_dropped",
     "Échanges oubliés pour faire place, depuis la remise du journal.", "oublies"),
)  # fmt: skip
_PAR_OPERATION: Final = ("base", "operation", "verdict")


class Journaux(Collector):
    """The journals of a store, at each look."""

    def __init__(self, magasin: Magasin) -> None:
        self._magasin = magasin

    def collect(self) -> Iterator[Metric]:
        """The families of figures, read off the store at this moment."""
        tenues = list(self._magasin.journal.tenues())
        for famille, metrique, dit, champ in _PAR_BASE:
            mesure = famille(metrique, dit, labels=("base",))
            for tenue in tenues:
                mesure.add_metric((tenue.base,), getattr(tenue, champ))
            yield mesure
        refus, _ = self._magasin.jetons.refus()
        yield CounterMetricFamily("sne_wrong_tokens_total", "Jetons faux reçus.", value=refus)
        nombre = GaugeMetricFamily(
            "sne_journal_exchanges_by", "Échanges gardés, par opération et verdict.", labels=_PAR_OPERATION
        )
        duree = GaugeMetricFamily(
            "sne_journal_duration_seconds", "Somme des durées des échanges gardés.", labels=_PAR_OPERATION
        )
        sous = GaugeMetricFamily(
            "sne_journal_duration_le",
            "Échanges gardés dont la durée ne dépasse pas « le » secondes.",
            labels=(*_PAR_OPERATION, "le"),
        )
        for mesuree in self._magasin.journal.mesures():
            cle = (mesuree.base, mesuree.operation, mesuree.verdict)
            nombre.add_metric(cle, mesuree.nombre)
            duree.add_metric(cle, mesuree.duree_us * _MICRO)
            for borne, compte in zip(BORNES_US, mesuree.sous, strict=True):
                sous.add_metric((*cle, f"{borne * _MICRO:g}"), compte)
        yield from (nombre, duree, sous)


class Processus(Collector):
    """Where the process that answers stands: each says its own."""

    def __init__(self, etat: EtatDuServeur) -> None:
        self._etat = etat

    def collect(self) -> Iterator[Metric]:
        """The families of figures, at this moment."""
        processus = (str(os.getpid()),)
        for famille, nom, dit, valeur in (
            (GaugeMetricFamily, "sne_connections", "Connexions ouvertes.", self._etat.connexions),
            (GaugeMetricFamily, "sne_connections_max", "Connexions admises.", self._etat.connexions_max),
            (GaugeMetricFamily, "sne_bytes_in_flight", "Octets en route.", self._etat.octets),
            (GaugeMetricFamily, "sne_bytes_in_flight_max", "Octets en route admis.", self._etat.octets_max),
            (CounterMetricFamily, "sne_saturated_total", "Requêtes refusées par 503.", self._etat.satures),
            (CounterMetricFamily, "sne_slow_peers_total", "Pairs trop lents abandonnés.", self._etat.lents),
            (CounterMetricFamily, "sne_accept_pauses_total", "Arrêts d'acceptation.", self._etat.pauses),
        ):
            mesure = famille(nom, f"{dit[:-1]}, de ce processus.", labels=("process",))
            mesure.add_metric(processus, valeur)
            yield mesure


def page() -> Response:
    """GET /metrics: the figures in the text format of Prometheus."""
    registre = CollectorRegistry(auto_describe=False)
    registre.register(Journaux(services().magasin))
    etat: EtatDuServeur | None = request.environ.get(ETAT)
    if etat is not None:
        registre.register(Processus(etat))
    return Response(generate_latest(registre), content_type=CONTENT_TYPE_LATEST)
