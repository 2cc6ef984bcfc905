"""Storing goes on when its time is up: who waits for it is told no, and Slack's next delivery joins it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from core.conversation.models import InboundEvent
from core.conversation.ports import Receiver

logger = logging.getLogger(__name__)


class NotStored(Exception):
    """The event is not stored yet: do not acknowledge it."""


class TooMany(NotStored):
    """And it is not tried either."""


@dataclass(frozen=True, slots=True)
class StoringTiming:
    """Patience.

    Attributes:
        accept: seconds that a delivery waits; Slack delivers again after three anyway.
        pause, pause_max: seconds before another try; doubled each time.
        worth: how old an event may get; what is older is not answered any more.
        waiting: how many events may be on their way at once.
    """

    accept: float = 2.5
    pause: float = 0.5
    pause_max: float = 30.0
    worth: timedelta = timedelta(hours=1)
    waiting: int = 1000


class Storing:
    """Events on their way into the store, each once however often it is delivered.

    A try that is cut off after its time would be wasted work, and more of it would come with each delivery: under load
    nothing would be stored at all.
    """

    def __init__(self, receiver: Receiver, timing: StoringTiming) -> None:
        self._receiver = receiver
        self._timing = timing
        self._running: dict[str, asyncio.Task[None]] = {}

    @property
    def waiting(self) -> int:
        """How many events are on their way."""
        return len(self._running)

    async def store(self, event: InboundEvent) -> None:
        """Store it. Raises NotStored when that takes too long; it goes on then.

        Raises TooMany where it does not even begin.
        """
        task = self._running.get(event.identities[0])
        if task is None:
            if len(self._running) >= self._timing.waiting:
                raise TooMany("too many events wait for the database")
            task = asyncio.create_task(self._insist(event), name="slack-store")
            self._running[event.identities[0]] = task
            task.add_done_callback(lambda _: self._running.pop(event.identities[0], None))
        done, _ = await asyncio.wait({task}, timeout=self._timing.accept)
        if not done or task.cancelled() or task.exception() is not None:
            raise NotStored("the database is slow or away")

    async def close(self, patience: float) -> None:
        """Let what is on its way arrive, for so many seconds; Slack delivers the rest again."""
        tasks = list(self._running.values())
        if tasks:
            await asyncio.wait(tasks, timeout=patience)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _insist(self, event: InboundEvent) -> None:
        pause = self._timing.pause
        while True:
            try:
                await self._receiver.accept(event)
                return
            except Exception as error:
                if datetime.now(UTC) - event.occurred_at > self._timing.worth:
                    logger.error("a slack event is given up: %s", type(error).__name__, exc_info=True)
                    raise
                logger.warning("slack event not stored, trying again: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._timing.pause_max)
