"""Steps of which none keeps the others from being done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable


async def each(*steps: Callable[[], Awaitable[object]]) -> None:
    """Do all of them, one after the other, whatever becomes of each; then raise the first thing that went wrong."""
    failed: Exception | None = None
    for step in steps:
        try:
            await step()
        except Exception as error:
            failed = failed or error
    if failed:
        raise failed
