"""What routing needs of its neighbours."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol

from core.routing.models import ChatRequest, Chunk, ModelSpec, Plan, RouterEvent, Task


class ChatModel(Protocol):
    """One model of one provider."""

    @property
    def spec(self) -> ModelSpec:
        """What is known of it."""

    def stream(self, request: ChatRequest) -> AsyncIterator[Chunk]:
        """Ask, and yield text as it comes, then exactly one ``StreamEnd``.

        Raises ModelError; a stream that ends without its terminator raises TRUNCATED. Makes one attempt only: the
        router is the only loop. Closing the iterator ends the request.
        """


class Breaker(Protocol):
    """A circuit breaker before one remote."""

    def attempt(self) -> AbstractContextManager[None]:
        """Guard one call: a ModelError inside counts as a failure when its class says that the remote is unwell.

        Raises ModelError(BREAKER_OPEN) without a call while the circuit is open, and for all but one caller while it
        is half-open.
        """


class Breakers(Protocol):
    """All breakers of the process, by the remote's name."""

    def __call__(self, remote: str) -> Breaker:
        """The breaker before ``remote``; made on first use."""


class Budget(Protocol):
    """The money of an org's day (UTC)."""

    async def hold(self, org_id: int, usd: float) -> date | None:
        """Count ``usd`` as spent if the cap allows it; atomic over all processes.

        Returns:
            The day (UTC) that it is counted on; None when the cap does not allow it.
        """

    async def settle(self, org_id: int, day: date, held_usd: float, actual_usd: float) -> None:
        """Replace a hold by what was really spent, on the day that the hold is counted on."""


class Policy(Protocol):
    """Chooses the order of models for a turn. The seam where learned routing comes in."""

    def plan(self, task: Task) -> Plan:
        """Makes no call and spends nothing."""


class Routes(Protocol):
    """The router, as whoever asks sees it."""

    def answer(self, task: Task) -> AsyncGenerator[RouterEvent, None]:
        """Yield the answer as it grows, and at last an Answer."""
