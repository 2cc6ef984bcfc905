"""A message stays its worker's while its command is carried out."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.conversation.stores import Claim, TurnStore

_log = logging.getLogger(__name__)


@asynccontextmanager
async def held(store: TurnStore, claim: Claim, renew_seconds: float) -> AsyncIterator[None]:
    """Renew the lease while the block lasts: what a command asks of models and servers may take longer than a lease."""
    ended = asyncio.Event()
    renewing = asyncio.create_task(_renew(store, claim, renew_seconds, ended), name=f"hold {claim.inbox_id}")
    try:
        yield
    finally:
        # Not by cancelling: a database client may turn a cancellation into an error of its own.
        ended.set()
        await renewing


async def _renew(store: TurnStore, claim: Claim, seconds: float, ended: asyncio.Event) -> None:
    while not await set_within(ended, seconds):
        try:
            if await store.renew(claim) is None:
                return  # what comes of it is thrown away when it is closed
        except Exception as error:
            # The database may be restarting; the lease is made to outlive that.
            _log.warning("could not renew the lease on message %s: %s", claim.inbox_id, type(error).__name__)


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether it is set by then."""
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
