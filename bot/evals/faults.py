"""The sixteen faults of the failover exam, as the provider double plays them on the first model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from adapters.doubles.providers.script import FaultKind

TOKENS = 60
OUTAGE_SECONDS = 60.0
LEAK = "wires-crossed"  # stands in the error text of every scripted status
LEAKS = (LEAK, "message prefill", "invalid_request_error")  # providers' words, which must never be shown


class FaultArguments(TypedDict, total=False):
    """What ``ProviderDouble.fault`` takes."""

    status: int
    retry_after: float
    after: int
    seconds: float
    code: str
    times: int


@dataclass(frozen=True)
class Scenario:
    """How one scenario is played.

    Attributes:
        kind, arguments: the fault, on every request to the first model unless ``times`` says how many.
        calls, every: how many requests are made, and the seconds between their beginnings.
        outage: after so many seconds the first model is healthy.
        again: one more request is made afterwards, with the fault gone.
    """

    kind: FaultKind
    arguments: FaultArguments = field(default_factory=FaultArguments)
    calls: int = 1
    every: float = 0.0
    outage: float | None = None
    again: bool = False


SCENARIOS: Mapping[str, Scenario] = {
    "S01": Scenario("status", {"status": 429, "retry_after": 2, "times": 1}),
    "S02": Scenario("status", {"status": 429}),
    "S03": Scenario("status", {"status": 500, "times": 1}),
    "S04": Scenario("status", {"status": 503}),
    "S05": Scenario("drop", {"times": 1}),
    "S06": Scenario("hold", {"seconds": 120}),
    "S07": Scenario("stall", {"after": 0, "seconds": 20}),
    "S08": Scenario("cut", {"after": 40}),
    "S09": Scenario("stall", {"after": 20, "seconds": 30}, again=True),
    "S10": Scenario("garbled", {"after": 8}, again=True),  # the opening is the first event
    "S11": Scenario("unterminated"),
    "S12": Scenario("status", {"status": 400, "code": "context_length_exceeded"}),
    "S13": Scenario("status", {"status": 400, "code": "content_policy_violation"}),
    "S14": Scenario("cut", {"after": 40}),  # the second model always rejects an assistant prefill
    "S15": Scenario("status", {"status": 503}, calls=20, every=4.0, outage=OUTAGE_SECONDS),
    "S16": Scenario("status", {"status": 503}),
}


def text_of(word: str) -> str:
    """An answer of sixty tokens that can be told from every other model's, and from a part of itself."""
    return "".join(f"{word}{number:02d} " for number in range(TOKENS)).strip()
