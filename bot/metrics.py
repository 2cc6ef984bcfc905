"""What Prometheus may ask. Labels are models and classes, never people or texts."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from core.routing.models import Attempt, Task


class Metrics:
    """The process's counters."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._attempts = Counter(
            "robbie_model_attempts", "Attempts by model and error class.", ["model", "error"], registry=self._registry
        )
        self._cost = Counter("robbie_model_cost_usd", "US dollars by model.", ["model"], registry=self._registry)
        self._latency = Histogram(
            "robbie_model_seconds", "Seconds of an attempt by model.", ["model"], registry=self._registry
        )
        self._recall = Histogram(
            "robbie_recall_seconds",
            "Seconds that memory took for an answer, by what came of it.",
            ["outcome"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0),
            registry=self._registry,
        )
        self._calendars = Counter(
            "robbie_calendar_syncs", "Readings of calendars by what came of them.", ["outcome"], registry=self._registry
        )
        self._rows = Gauge(
            "robbie_rows", "Inbox and outbox rows that are not done.", ["state"], registry=self._registry
        )
        self._briefs = Gauge(
            "robbie_briefs",
            "Briefs that reached nobody within a day, are on their way for long, or are due and not handed over.",
            ["state"],
            registry=self._registry,
        )
        self._ready = Gauge("robbie_ready", "1 while messages can be stored.", registry=self._registry)
        self._connected = Gauge(
            "robbie_connected", "1 while this process is connected to it.", ["platform"], registry=self._registry
        )

    def attempt(self, task: Task, attempt: Attempt) -> None:
        """Count one attempt."""
        self._attempts.labels(attempt.model, attempt.error or "none").inc()
        self._cost.labels(attempt.model).inc(attempt.cost_usd)
        self._latency.labels(attempt.model).observe(attempt.latency_ms / 1000)

    def recall(self, seconds: float, outcome: str) -> None:
        """Note how long memory took for an answer: found, nothing, late (the answer went without it) or failed."""
        self._recall.labels(outcome).observe(seconds)

    def calendar(self, outcome: str) -> None:
        """Count a reading of a calendar: read, same (nothing new), failed, or lost (another worker has it)."""
        self._calendars.labels(outcome).inc()

    def state(self, ready: bool, rows: Mapping[str, int], connected: Mapping[str, bool]) -> None:
        """Note how the process is now. Rows that are not known are not told, rather than told as they were."""
        self._ready.set(ready)
        self._rows.clear()
        for state, count in rows.items():
            self._rows.labels(state).set(count)
        for platform, is_connected in connected.items():
            self._connected.labels(platform).set(is_connected)

    def briefs(self, states: Mapping[str, int]) -> None:
        """Note how many briefs are in a state that somebody should look at."""
        self._briefs.clear()
        for state, count in states.items():
            self._briefs.labels(state).set(count)

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self._registry)
