"""Discord's rate limits: a window for each route and top-level resource, 50 a second for all, and what is invalid."""

from __future__ import annotations

import hashlib
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

GLOBAL_PER_SECOND = 50
INVALID_PER_WINDOW, INVALID_WINDOW = 10_000, 600.0
_WINDOWS: dict[str, tuple[int, float]] = {
    "add_reaction": (1, 0.25),
    "remove_reaction": (1, 0.25),
    "delete_message": (5, 1.0),
    "execute_webhook": (5, 2.0),
    "overwrite_global_commands": (2, 60.0),
    "overwrite_guild_commands": (2, 60.0),
}
"""Calls, and the seconds that they are for. What is not named here has five in five."""


@dataclass
class Verdict:
    """What the limits say about a call.

    Attributes:
        wait: seconds to wait; 0 when the call may go.
        everywhere: whether it is the global limit.
    """

    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    everywhere: bool = False


@dataclass
class _Window:
    used: int = 0
    ends: float = 0.0


@dataclass
class RateLimits:
    """Windows that begin with their first call.

    Attributes:
        on: whether routes and the global limit count. Off, answers carry no headers.
        invalid: times of answers with 401, 403 or 429; too many, and the address is banned.
        invalid_limit: how many are allowed within ten minutes.
    """

    on: bool = False
    per_second: int = GLOBAL_PER_SECOND
    invalid_limit: int = INVALID_PER_WINDOW
    windows: dict[str, tuple[int, float]] = field(default_factory=lambda: dict(_WINDOWS))
    clock: Callable[[], float] = time.time
    invalid: deque[float] = field(default_factory=deque)
    _by_key: dict[tuple[str, str], _Window] = field(default_factory=dict)
    _second: deque[float] = field(default_factory=deque)

    def judge(self, route: str, resource: str, exempt: bool) -> Verdict:
        """Count a call of a route on a top-level resource. Interactions are exempt from the global limit."""
        if not self.on:
            return Verdict()
        now = self.clock()
        if not exempt:
            wait = self._global(now)
            if wait:
                return Verdict({}, wait, everywhere=True)
        limit, seconds = self.windows.get(route, (5, 5.0))
        window = self._by_key.setdefault((route, resource), _Window())
        if now >= window.ends:
            window.used, window.ends = 0, now + seconds
        over = window.used >= limit
        window.used += not over
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(limit - window.used),
            "X-RateLimit-Reset": f"{window.ends:.3f}",
            "X-RateLimit-Reset-After": f"{window.ends - now:.3f}",
            "X-RateLimit-Bucket": hashlib.blake2s(route.encode(), digest_size=16).hexdigest(),
        }
        return Verdict(headers, window.ends - now if over else 0.0)

    def _global(self, now: float) -> float:
        while self._second and self._second[0] <= now - 1:
            self._second.popleft()
        if len(self._second) >= self.per_second:
            return self._second[0] + 1 - now
        self._second.append(now)
        return 0.0

    def count_invalid(self) -> None:
        """Note an answer that counts toward the ban."""
        self.invalid.append(self.clock())

    def banned(self) -> bool:
        """Whether the address has had too many invalid answers."""
        now = self.clock()
        while self.invalid and self.invalid[0] < now - INVALID_WINDOW:
            self.invalid.popleft()
        return len(self.invalid) >= self.invalid_limit


def retry_after(seconds: float) -> str:
    """The header, which has whole seconds only."""
    return str(math.ceil(seconds))
