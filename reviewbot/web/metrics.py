"""`GET /metrics`: what the store holds, counted when it is asked for (Prometheus)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from fastapi import APIRouter, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from reviewbot.store.figures import Totals
from reviewbot.store.records import DraftState, JobState
from reviewbot.web.access import Reading
from reviewbot.web.site import Site

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(visit: Reading) -> Response:
    """Gauges all: what is older than the settings keep is no longer counted."""
    registry = CollectorRegistry()
    registry.register(_Collected(_totals(visit.site)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _totals(site: Site) -> Totals:
    lost_after = timedelta(seconds=site.settings.service.worker_lost_seconds)
    return site.store.figures.totals(lost_after)


class _Collected(Collector):
    def __init__(self, totals: Totals) -> None:
        self._totals = totals

    def collect(self) -> Iterator[Metric]:
        now = self._totals
        jobs = [((state,), now.jobs.get(state, 0)) for state in JobState]
        drafts = [((state,), now.drafts.get(state, 0)) for state in DraftState]
        answers = [((verdict,), number) for verdict, number in now.answers.items()]
        findings, sent = now.findings.items(), now.deliveries.items()
        yield _gauge("series", "Series that are kept.", [((), now.series)])
        yield _gauge("reviews", "Reviews that are kept.", [((), now.reviews)])
        yield _gauge("jobs", "Jobs by how far they are.", jobs, "state")
        yield _gauge("drafts", "Drafts by what became of them.", drafts, "state")
        yield _gauge("findings", "Findings that patches brought in.", findings, "rule", "severity")
        yield _gauge("deliveries", "Tries to hand a draft over.", sent, "channel", "outcome")
        yield _gauge("answers", "What people said of findings.", answers, "verdict")
        yield _gauge("workers", "Workers that were heard of lately.", [((), now.workers)])
        waited = "Age of the oldest job that nobody has begun."
        yield _gauge("oldest_wait_seconds", waited, [((), now.oldest_wait)])


def _gauge(
    name: str, about: str, values: Iterable[tuple[tuple[str, ...], float]], *labels: str
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"reviewbot_{name}", about, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family
