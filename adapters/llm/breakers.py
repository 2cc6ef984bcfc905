"""Circuit breakers before remotes: pybreaker keeps the state, this adds one probe at a time and neutral outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from pybreaker import (
    STATE_CLOSED,
    STATE_HALF_OPEN,
    STATE_OPEN,
    CircuitBreaker,
    CircuitBreakerError,
    CircuitMemoryStorage,
)

from core.routing.models import ErrorClass, ModelError

UNWELL = frozenset(
    {
        ErrorClass.RATE_LIMIT,
        ErrorClass.OVERLOADED,
        ErrorClass.SERVER,
        ErrorClass.TIMEOUT,
        ErrorClass.CONNECTION,
        ErrorClass.TRUNCATED,
        ErrorClass.MALFORMED,
        ErrorClass.AUTH,
        ErrorClass.NOT_FOUND,
    }
)
"""The errors that say something of the remote's health."""

NEUTRAL = frozenset({ErrorClass.BREAKER_OPEN, ErrorClass.BUDGET})
"""The errors of calls that did not reach the remote. All others show that it answers: they count as success."""


class PyBreaker:
    """The breaker before one remote.

    Outcomes are reported when a call has ended, instead of running it within ``calling()``: so a cancelled call counts
    neither way (pybreaker knows only success and failure), and a probe is one call, not all that are waiting.
    """

    def __init__(
        self, fail_max: int, reset_seconds: float, opened: Callable[[], None], hinted: Callable[[], bool]
    ) -> None:
        self._storage = CircuitMemoryStorage(STATE_CLOSED)
        self._circuit = CircuitBreaker(
            fail_max=fail_max,
            reset_timeout=reset_seconds,
            state_storage=self._storage,
            throw_new_error_on_trip=False,
        )
        self._reset = timedelta(seconds=reset_seconds)
        self._opened = opened
        self._hinted = hinted
        self._probing = False

    @property
    def state(self) -> str:
        """``closed``, ``open``, or ``half-open`` when a probe is due or under way."""
        if self._storage.state != STATE_OPEN:
            return self._storage.state
        opened_at = self._storage.opened_at
        waiting = opened_at is not None and datetime.now(UTC) < opened_at + self._reset
        return STATE_OPEN if waiting else STATE_HALF_OPEN

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Guard one call; see ``core.routing.ports.Breaker``."""
        state = self.state
        probe = state == STATE_HALF_OPEN
        if state == STATE_OPEN or (probe and self._probing) or self._hinted():
            raise ModelError(ErrorClass.BREAKER_OPEN)
        self._probing |= probe
        try:
            yield
        except ModelError as error:
            self._report(error.kind)
            raise
        else:
            self._report(None)
        finally:
            if probe:
                self._probing = False

    def _report(self, error: ErrorClass | None) -> None:
        if error in NEUTRAL:
            return
        before = self._storage.state, self._storage.opened_at
        # CircuitBreakerError: the circuit has opened since this call began; what it learned is old news.
        with suppress(ModelError, CircuitBreakerError):
            self._circuit.call(_outcome, error if error in UNWELL else None)
        after = self._storage.state, self._storage.opened_at
        if after != before and after[0] == STATE_OPEN:
            self._opened()


class PyBreakers:
    """All breakers of the process, by the remote's name.

    Args:
        fail_max: how many failures in a row open a circuit.
        reset_seconds: how long it stays open before a probe is let through.
        on_open: told the remote and the seconds when a circuit opens, to share it with other processes.
        hint: says whether another process found the remote unwell; asked before each call, so it must not wait.
    """

    def __init__(
        self,
        fail_max: int = 5,
        reset_seconds: float = 30.0,
        *,
        on_open: Callable[[str, float], None] = lambda remote, seconds: None,
        hint: Callable[[str], bool] = lambda remote: False,
    ) -> None:
        self._fail_max = fail_max
        self._reset_seconds = reset_seconds
        self._on_open = on_open
        self._hint = hint
        self._breakers: dict[str, PyBreaker] = {}

    def __call__(self, remote: str) -> PyBreaker:
        """The breaker before ``remote``; made on first use."""
        if remote not in self._breakers:
            self._breakers[remote] = PyBreaker(
                self._fail_max,
                self._reset_seconds,
                opened=lambda: self._on_open(remote, self._reset_seconds),
                hinted=lambda: self._hint(remote),
            )
        return self._breakers[remote]

    def states(self) -> dict[str, str]:
        """Each remote's state, for health: ``closed``, ``open`` or ``half-open``."""
        return {remote: breaker.state for remote, breaker in self._breakers.items()}


def _outcome(error: ErrorClass | None) -> None:
    if error:
        raise ModelError(error)
