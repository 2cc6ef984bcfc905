"""Lateness on purpose: what is on its way takes a random time, so that races in the app and in tests show.

Off, unless ``ROBBIE_TEST_JITTER`` says how many seconds something may take; ``ROBBIE_TEST_JITTER_SEED`` draws anew.
"""

from __future__ import annotations

import asyncio
import os
import random

from aiohttp import web
from aiohttp.typedefs import Handler

_most = float(os.environ.get("ROBBIE_TEST_JITTER") or 0)
_draw = os.environ.get("ROBBIE_TEST_JITTER_SEED", "")
_chance = random.Random()  # noqa: S311 (no secret)


def seed(text: str) -> None:
    """Draw the same times again whenever this text is the same."""
    _chance.seed(f"{_draw} {text}")


def seconds() -> float:
    """How long the next thing takes."""
    return _chance.uniform(0, _most) if _most else 0.0


async def pause() -> None:
    """Be late, if anything is."""
    if _most:
        await asyncio.sleep(seconds())


@web.middleware
async def late(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A call arrives late, and so does its answer: others may overtake both."""
    await pause()
    response = await handler(request)
    await pause()
    return response
