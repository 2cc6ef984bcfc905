"""The same work done several times side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def side_by_side(times: int, work: Callable[[], Awaitable[T]]) -> list[T]:
    """Do it so many times at once; returns what each brought, and raises the first thing that went wrong.

    It ends only when all of them have ended, also where it is cancelled: a bare ``asyncio.gather`` ends with the first
    that does, and what the others are in the middle of goes on without a database, or is lost.
    """
    brought = []
    for one in await asyncio.gather(*(work() for _ in range(times)), return_exceptions=True):
        if isinstance(one, BaseException):
            raise one
        brought.append(one)
    return brought
