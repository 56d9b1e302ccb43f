"""Metrics: numbers for operators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ..engine import LocalEngine
from ..snapshots import Snapshots

if TYPE_CHECKING:
    from .hub import Hub

disable_created_metrics()  # type: ignore[no-untyped-call]  # the time of each counter's birth doubles the text and tells nobody anything

METHODS = ("GET", "HEAD", "POST", "DELETE")
"""Methods counted by name; what else strangers make up shares one, or memory would grow with their fantasy."""


class Metrics:
    """Counts what the web does, and asks the engine how it stands whenever somebody looks."""

    def __init__(self, engine: LocalEngine, hub: Hub, snapshots: Snapshots) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Standing(engine, hub, snapshots))
        labels = ("method", "route", "status")
        self._requests = Counter("farback_requests", "Requests answered", labels, registry=self._registry)
        self._seconds = Histogram(
            "farback_request_seconds",
            "Time from a request to its answer's end; of a stream, how long it was open",
            ("route",),
            registry=self._registry,
        )

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All numbers in Prometheus' text form."""
        return generate_latest(self._registry)


class _Standing(Collector):
    """How things stand at this moment."""

    def __init__(self, engine: LocalEngine, hub: Hub, snapshots: Snapshots) -> None:
        self._engine = engine
        self._hub = hub
        self._snapshots = snapshots

    def describe(self) -> list[Metric]:
        return []  # nothing is asked of the engine before somebody looks

    def collect(self) -> Iterator[Metric]:
        capacity = self._engine.capacity()
        yield GaugeMetricFamily("farback_workers", "Worker processes wanted", capacity.workers)
        yield GaugeMetricFamily("farback_workers_ready", "Worker processes ready to train", capacity.ready)
        yield GaugeMetricFamily("farback_workers_busy", "Worker processes that train", capacity.busy)
        yield CounterMetricFamily("farback_workers_lost", "Worker processes that died", self._engine.losses)
        yield GaugeMetricFamily("farback_queue", "Runs that wait", capacity.queued)
        yield GaugeMetricFamily("farback_stored_bytes", "Disk that runs take", self._engine.stored)
        runs = GaugeMetricFamily("farback_runs", "Runs kept, by status", labels=["status"])
        for status, count in self._engine.store.index.counts().items():
            runs.add_metric([status], count)
        yield runs
        yield GaugeMetricFamily("farback_snapshots", "Snapshots kept", self._snapshots.count)
        yield GaugeMetricFamily("farback_snapshots_bytes", "Disk that snapshots take", self._snapshots.bytes)
        yield GaugeMetricFamily("farback_streams", "Open streams", self._hub.open)
        yield CounterMetricFamily("farback_frames_sent", "Frames sent on streams", self._hub.sent)
        yield CounterMetricFamily("farback_frames_skipped", "Frames that slow viewers were not sent", self._hub.skipped)
