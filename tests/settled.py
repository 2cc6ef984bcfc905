"""When nothing is under way any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from adapters.doubles.slack import SlackDouble
from tests.patience import PATIENCE

_PENDING = """
    SELECT 1 FROM inbox WHERE state IN ('received', 'claimed') UNION ALL
    SELECT 1 FROM outbox WHERE state IN ('ready', 'sending', 'unknown')"""

Rows = Callable[[str], Awaitable[Sequence[object]]]
OnItsWay = Callable[[], Awaitable[bool]]


async def settled(rows: Rows, on_its_way: OnItsWay) -> None:
    """Wait until nothing waits for an answer or to be sent, and nothing is on its way to where it would.

    Args:
        rows: asks the database, over all orgs.
        on_its_way: whether an event was sent that is neither stored nor left out yet.
    """
    async with asyncio.timeout(PATIENCE):
        while await rows(_PENDING) or await on_its_way() or await rows(_PENDING):
            await asyncio.sleep(0.05)


def unacknowledged(slack: SlackDouble) -> OnItsWay:
    """Whether Slack waits for an acknowledgement: it comes when an event is stored."""

    async def on_its_way() -> bool:
        return slack.under_way

    return on_its_way
