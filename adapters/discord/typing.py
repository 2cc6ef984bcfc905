"""The typing indicator: Discord shows it for ten seconds, so it is said again while a turn runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from core.conversation.models import Place
from core.conversation.ports import SendError

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 8.0
_LONGEST_SECONDS = 300.0  # a turn that was cut off with its worker says no end


class Typing:
    """Keeps the indicator on, place by place.

    Args:
        say: shows it once.
    """

    def __init__(self, say: Callable[[Place], Awaitable[object]]) -> None:
        self._say = say
        self._running: dict[Place, asyncio.Task[None]] = {}

    def start(self, place: Place) -> None:
        """Show it until ``stop``."""
        if place not in self._running:
            task = asyncio.create_task(self._run(place), name="discord-typing")
            self._running[place] = task
            task.add_done_callback(lambda ended: self._forget(place, ended))

    async def stop(self, place: Place) -> None:
        """Show it no more; what Discord shows already ends by itself, or with the next message."""
        task = self._running.pop(place, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        """Stop everywhere."""
        for place in list(self._running):
            await self.stop(place)

    def _forget(self, place: Place, ended: asyncio.Task[None]) -> None:
        if self._running.get(place) is ended:
            del self._running[place]

    async def _run(self, place: Place) -> None:
        for _ in range(int(_LONGEST_SECONDS / _AGAIN_SECONDS)):
            try:
                await self._say(place)
            except SendError as error:
                logger.debug("discord typing not shown: %s", error)
            await asyncio.sleep(_AGAIN_SECONDS)
