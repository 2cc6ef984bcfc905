"""Discord's rate limits, as its headers tell them: a call that would be refused is not made."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_KEPT = 2_000

Key = tuple[str, str]


@dataclass(slots=True)
class _Bucket:
    remaining: int
    until: float


@dataclass(slots=True)
class Limits:
    """What is known of every bucket.

    A bucket is shared by routes, by a name that answers tell, and separate for each major parameter (a channel, a
    guild, or a webhook).

    Attributes:
        clock: seconds that only grow.
    """

    clock: Callable[[], float] = time.monotonic
    _names: dict[str, str] = field(default_factory=dict)
    _buckets: dict[Key, _Bucket] = field(default_factory=dict)
    _everything_until: float = 0.0

    def wait(self, route: str, major: str) -> float:
        """Seconds until a call may be made; 0 when it may be made now, and then it counts."""
        now = self.clock()
        if now < self._everything_until:
            return self._everything_until - now
        bucket = self._buckets.get(self._key(route, major))
        if bucket is None or bucket.until <= now:
            return 0.0
        if bucket.remaining > 0:
            bucket.remaining -= 1
            return 0.0
        return bucket.until - now

    def learn(self, route: str, major: str, headers: Mapping[str, str]) -> None:
        """Take in what an answer's headers say."""
        if name := headers.get("X-RateLimit-Bucket"):
            self._names[route] = name
        remaining, reset = _number(headers, "X-RateLimit-Remaining"), _number(headers, "X-RateLimit-Reset-After")
        if remaining is None or reset is None:
            return
        now, key = self.clock(), self._key(route, major)
        known = self._buckets.get(key)
        left = int(remaining)
        if known is not None and known.until > now:  # calls on their way count already
            left = min(left, known.remaining)
        self._buckets[key] = _Bucket(left, now + reset)
        self._forget(now)

    def refused(self, route: str, major: str, seconds: float, *, everything: bool) -> None:
        """Discord refused a call for now: this one's like, or all of them."""
        until = self.clock() + seconds
        if everything:
            self._everything_until = max(self._everything_until, until)
        else:
            self._buckets[self._key(route, major)] = _Bucket(0, until)

    def _key(self, route: str, major: str) -> Key:
        return self._names.get(route, route), major

    def _forget(self, now: float) -> None:
        if len(self._buckets) > _KEPT:
            self._buckets = {key: bucket for key, bucket in self._buckets.items() if bucket.until > now}


def _number(headers: Mapping[str, str], name: str) -> float | None:
    try:
        return float(headers[name])
    except (KeyError, ValueError):
        return None
