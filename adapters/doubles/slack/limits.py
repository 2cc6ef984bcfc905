"""Slack's rate limits: tiers per method, and about one post per second and channel."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls per minute."""


@dataclass
class _Bucket:
    tokens: float
    at: float


@dataclass
class RateLimits:
    """Token buckets, one for each method and one for each channel that is posted to.

    Attributes:
        per_channel: posts per second and channel; None switches them off.
        tiers: whether the methods' tiers count.
        burst: how many posts a rested channel takes at once.
    """

    per_channel: float | None = None
    tiers: bool = False
    burst: float = 1.0
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def retry_after(self, method: str, tier: int | None, channel: str | None) -> int:
        """Seconds to wait, or 0 when the call may go (and is counted)."""
        wait = 0.0
        if self.tiers and tier is not None:
            wait = self._take(method, TIERS[tier] / 60, TIERS[tier])
        if not wait and self.per_channel is not None and channel is not None:
            wait = self._take(f"channel {channel}", self.per_channel, self.burst)
        return math.ceil(wait)

    def _take(self, key: str, rate: float, capacity: float) -> float:
        now = self.clock()
        bucket = self._buckets.setdefault(key, _Bucket(capacity, now))
        bucket.tokens = min(capacity, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.tokens >= 1 - 1e-9:
            bucket.tokens -= 1
            return 0.0
        return (1 - bucket.tokens) / rate
