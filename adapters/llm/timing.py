"""Limits on how long a model may take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import TypeVar

from core.routing.models import ErrorClass, ModelError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. ``total`` counts what is spent waiting for the model, not for whoever reads the answer.

    Attributes:
        whole: for an answer that does not stream.
    """

    connect: float = 5.0
    first_token: float = 30.0
    between_tokens: float = 20.0
    total: float = 180.0
    whole: float = 60.0


class Patience:
    """How much longer one call may take."""

    def __init__(self, timeouts: Timeouts, *, stream: bool = True) -> None:
        self._next = timeouts.between_tokens
        self._left = timeouts.total
        self._limit = timeouts.first_token if stream else timeouts.whole
        self._waiting_for = "first token" if stream else "answer"

    def spoke(self) -> None:
        """The model said something, so that it has time for the next piece. A sign of life without text is none."""
        self._limit, self._waiting_for = self._next, "next token"

    def hurry(self, seconds: float) -> None:
        """What is still to come has no more than this."""
        self._limit = min(self._limit, seconds)

    async def wait(self, work: Awaitable[T]) -> T:
        """Wait for ``work``. Raises ModelError(TIMEOUT) at the first limit that is reached."""
        clock = asyncio.get_running_loop().time
        limit, started = min(self._limit, self._left), clock()
        try:
            async with asyncio.timeout(limit):
                return await work
        except TimeoutError:
            what = "total time" if self._left < self._limit else self._waiting_for
            raise ModelError(ErrorClass.TIMEOUT, f"{what}: {limit:.0f} s") from None
        finally:
            spent = clock() - started
            self._left -= spent
            self._limit -= spent


async def limited(items: AsyncIterator[T], timeouts: Timeouts) -> AsyncIterator[T]:
    """Pass ``items`` on. Raises ModelError(TIMEOUT) at the first limit that is reached."""
    patience = Patience(timeouts)
    while True:
        try:
            item = await patience.wait(anext(items))
        except StopAsyncIteration:
            return
        patience.spoke()
        yield item
