"""Limits on how long a model may take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypeVar

from core.routing.models import ErrorClass, ModelError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. ``total`` counts what is spent waiting for the model, not for whoever reads the answer."""

    connect: float = 5.0
    first_token: float = 30.0
    between_tokens: float = 20.0
    total: float = 180.0


async def limited(items: AsyncIterator[T], timeouts: Timeouts) -> AsyncIterator[T]:
    """Pass ``items`` on. Raises ModelError(TIMEOUT) at the first limit that is reached."""
    clock = asyncio.get_running_loop().time
    left, limit, waiting_for = timeouts.total, timeouts.first_token, "first token"
    while True:
        started = clock()
        try:
            async with asyncio.timeout(min(limit, left)):
                item = await anext(items)
        except StopAsyncIteration:
            return
        except TimeoutError:
            what = "total time" if left < limit else waiting_for
            raise ModelError(ErrorClass.TIMEOUT, f"{what}: {min(limit, left):.0f} s") from None
        left -= clock() - started
        limit, waiting_for = timeouts.between_tokens, "next token"
        yield item
