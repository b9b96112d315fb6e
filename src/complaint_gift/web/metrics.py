"""Prometheus metrics: counters of this web server's processes, and gauges read from the database on demand.

Workers count nothing themselves: each job has a process of its own, and the rows know it all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector

from complaint_gift.runtime import Parts
from complaint_gift.service.ports import StoreUnavailable
from complaint_gift.service.records import Tally

DELIVERIES = Counter("complaint_gift_deliveries_total", "Webhooks answered.", ["source", "outcome"])
REVIEWS = Counter("complaint_gift_reviews_total", "Drafts reviewed.", ["verdict"])
REVIEW_SECONDS = Histogram(
    "complaint_gift_review_seconds",
    "Time to review one draft.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
REQUESTS = Counter("complaint_gift_requests_total", "HTTP requests answered.", ["endpoint", "status"])


def render(parts: Parts) -> bytes:
    """Everything in the text format."""
    registry: CollectorRegistry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    rows = CollectorRegistry()
    rows.register(Rows(parts))
    return generate_latest(registry) + generate_latest(rows)


class Rows(Collector):
    """What the database holds at this moment."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts

    def collect(self) -> Iterable[GaugeMetricFamily]:
        up = GaugeMetricFamily("complaint_gift_database_up", "1 while the database answers.")
        try:
            with self.parts.store.reading() as rows:
                tally = rows.tally()
        except StoreUnavailable:
            up.add_metric([], 0)
            return [up]
        up.add_metric([], 1)
        problem = GaugeMetricFamily(
            "complaint_gift_playbook_problem", "1 while a changed playbook could not be loaded."
        )
        problem.add_metric([], 1 if self.parts.playbook.problems else 0)
        return [up, problem, *_counts(tally), *_ages(tally)]


def _counts(tally: Tally) -> Iterable[GaugeMetricFamily]:
    for name, counts in (
        ("deliveries", tally.deliveries),
        ("actions", tally.actions),
        ("escalations", tally.escalations),
        ("outgoing", tally.outgoing),
    ):
        family = GaugeMetricFamily(f"complaint_gift_{name}", f"Stored {name} by state.", labels=["state"])
        for state, count in counts.items():
            family.add_metric([str(state)], count)
        yield family


def _ages(tally: Tally) -> Iterable[GaugeMetricFamily]:
    now = datetime.now(UTC)
    for name, moment in (("delivery", tally.oldest_delivery), ("action", tally.oldest_action)):
        family = GaugeMetricFamily(
            f"complaint_gift_oldest_{name}_seconds", f"Age of the oldest {name} that waits; 0 when none does."
        )
        family.add_metric([], max((now - moment).total_seconds(), 0) if moment else 0)
        yield family
    family = GaugeMetricFamily(
        "complaint_gift_heartbeat_seconds", "Seconds since a part last said that it lives.", labels=["part"]
    )
    newest: dict[str, float] = {}
    for name, moment in tally.heartbeats.items():
        part = name.partition(":")[0]
        newest[part] = min(newest.get(part, float("inf")), (now - moment).total_seconds())
    for part, age in newest.items():
        family.add_metric([part], max(age, 0))
    yield family
